"""The managed block in an existing Dockerfile."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.apply.merge.block import BEGIN, END
from wizard.apply.merge.dockerfile import REPLACED, merge_dockerfile, without_dockerfile_block
from wizard.apply.merge.refused import CannotMerge
from wizard.render.types import DockerfileBlock
from wizard.rules.dockerfile import parse_dockerfile

SECRET = "--mount=type=secret,id=goenv"
BLOCK = DockerfileBlock(
    stage=None, lines=("# why",), build_mounts=(SECRET,), prelude=("export A='b'", "# note")
)
PLAIN = DockerfileBlock(stage=None, lines=("ARG GOPROXY",))
VENDOR = DockerfileBlock(stage=None, lines=("# all in vendor/",), offline=True)


def served(*step: str) -> list[str]:
    """Return a step of the shell's form as BLOCK makes it."""
    return [
        "# hadolint ignore=SC2016",
        f"RUN {SECRET} \\",
        "    eval \"$(printf '%s\\n' \\",
        "    'export A='\\''b'\\''' \\",
        "    # note",
        '    )"; \\',
        *step,
    ]


def merged(text: str, block: DockerfileBlock = BLOCK) -> str:
    return merge_dockerfile(text, block)[0]


def notes(text: str, block: DockerfileBlock = BLOCK) -> list[str]:
    return [str(note) for note in merge_dockerfile(text, block)[1]]


LINE = st.sampled_from(
    [
        "FROM golang:1.25 AS build",
        "FROM build AS test",
        "FROM scratch",
        "# a comment",
        "",
        "ENV GOPROXY=https://m.example CGO_ENABLED=0",
        "ENV GOPROXY https://m.example",
        "RUN go mod download",
        "RUN go mod download && go build .",
        "RUN apk add git && go mod download",
        "RUN go install example.org/tool@v1.2.3",
        "RUN set -eux; \\\n  # why\n  go mod download",
        "RUN <<EOF\ngo mod download\n\ngo mod verify\nEOF",
        "RUN go build -o /app .",
        "RUN echo hello",
        'RUN ["go", "mod", "download"]',
        "COPY . .",
        "RUN cd sub && go -C x build ./...",
        "RUN <<'X' bash\n#!/usr/bin/python3\ngo build\nX",
        "RUN <<X\n#!/usr/bin/python3\ngo build\nX",
        "RUN cat <<A <<B && go generate ./...\none\nA\n\nB",
        "RUN --mount=type=bind,target=. \\\n  --network=host \\\n # x\n\\\n  go list",
        "ENV GOSUMDB off",
    ]
)
DIRECTIVES = st.sampled_from(["", "# syntax=docker/dockerfile:1\n", "# escape=\\\n"])
DOCKERFILES = st.builds(
    lambda directive, lines, newline, ended: (
        (directive + "FROM golang:1.25\n" + "\n".join(lines)).replace("\n", newline)
        + (newline if ended else "")
    ),
    DIRECTIVES,
    st.lists(LINE, max_size=8),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
BLOCKS = st.builds(
    DockerfileBlock,
    stage=st.none(),
    lines=st.just(BLOCK.lines),
    build_mounts=st.sampled_from([(), (SECRET,)]),
    prelude=st.sampled_from([(), BLOCK.prelude]),
    offline=st.booleans(),
    drop_syntax=st.booleans(),
)


@given(DOCKERFILES, BLOCKS)
def test_any_dockerfile_is_merged_once_and_can_be_taken_back(
    text: str, block: DockerfileBlock
) -> None:
    try:
        once = merged(text, block)
    except CannotMerge:
        return
    assert merged(once, block) == once
    assert without_dockerfile_block(once).rstrip("\r\n") == text.rstrip("\r\n")
    parse_dockerfile(once)


@given(DOCKERFILES, BLOCKS)
def test_no_line_of_the_users_is_lost(text: str, block: DockerfileBlock) -> None:
    try:
        once = merged(text, block)
    except CannotMerge:
        return
    lines = [line.removeprefix(REPLACED) for line in once.splitlines()]
    for line in text.splitlines():
        assert line in lines


def test_a_step_runs_in_its_own_place_with_mounts_and_settings_and_is_named() -> None:
    text = "FROM golang:1.25\nCOPY go.mod ./\nRUN go mod download -x\nCOPY . .\n"
    assert merged(text).splitlines() == [
        *("FROM golang:1.25", "COPY go.mod ./", BEGIN, "# why"),
        *served("    go mod download -x"),
        *(END, f"{REPLACED}RUN go mod download -x", "COPY . ."),
    ]
    assert notes(text) == [
        "line 3: the step “RUN go mod download -x” runs in the block, with what the network needs;"
        " the old lines are commented out"
    ]


def test_every_line_of_a_continued_step_is_commented_out_and_repeated() -> None:
    text = "FROM golang:1.25\nRUN set -ex \\\n && go mod download \\\n && go mod verify\n"
    assert merged(text).count(REPLACED) == 3
    assert "\n    set -ex \\\n && go mod download \\\n && go mod verify\n" in merged(text)


@pytest.mark.parametrize(
    "script",
    [
        "cd /app && go mod download",
        "apk add git && go mod download && go build .",
        "(cd a; go mod download)",
        "go -C /app mod download",
        "X=1 make; go list ./...",
    ],
)
def test_a_step_keeps_its_whole_text(script: str) -> None:
    steps = parse_dockerfile(merged(f"FROM golang:1.25\nRUN {script}\n")).instructions[1:]
    assert [step.text.endswith(f";     {script}") for step in steps] == [True]


def test_a_step_keeps_its_bind_mount_and_its_network() -> None:
    text = "FROM golang:1.25\nRUN --mount=type=bind,target=. --network=host go mod download\n"
    (step,) = parse_dockerfile(merged(text)).instructions[1:]
    assert step.flags == ("--mount=type=bind,target=.", "--network=host", SECRET)


def test_a_step_without_network_is_left_alone() -> None:
    text = "FROM golang:1.25\nRUN go mod download\nRUN --network=none go generate ./...\n"
    assert merged(text).endswith("\nRUN --network=none go generate ./...\n")


def test_the_lines_end_as_the_escape_directive_says() -> None:
    text = "# escape=`\nFROM golang:1.25\nRUN go mod download && `\n  go build .\n"
    assert "\\\n" not in merged(text)
    assert merged(text).count(" `\n") == 6


def test_a_script_in_a_here_document_gets_the_settings_at_its_start() -> None:
    text = "FROM golang:1.25\nRUN <<-EOF\n\t#!/bin/bash -e\n\tcd x\n\tgo build\n\tEOF\n"
    (step,) = parse_dockerfile(merged(text)).instructions[1:]
    assert step.heredocs[0].body.split("\n") == [
        *("#!/bin/bash -e", "export A='b'", "# note", "cd x", "go build"),
    ]


def test_a_step_of_words_keeps_its_words() -> None:
    (step,) = parse_dockerfile(
        merged('FROM golang:1.25\nRUN ["go", "mod", "download", "-x y"]\n')
    ).instructions[1:]
    assert step.text.endswith(")\" with-network go mod download '-x y'")


@pytest.mark.parametrize(
    "step", ['SHELL ["pwsh", "-c"]\nRUN go build', "RUN <<X\n#!/usr/bin/python3\ngo build\nX"]
)
def test_a_step_in_another_language_is_refused_and_the_other_way_is_named(step: str) -> None:
    with pytest.raises(CannotMerge) as caught:
        merged(f"FROM golang:1.25\n{step}\n")
    assert "dockerfile=beside" in str(caught.value.hint)


def test_what_comes_behind_a_complete_download_is_left_as_it_is() -> None:
    text = "FROM golang:1.25\nRUN go mod download\nCOPY . .\nRUN go build .\n"
    assert merged(text).endswith("\nCOPY . .\nRUN go build .\n")


@pytest.mark.parametrize(
    "step",
    [
        "RUN go install example.org/tool@v1",
        "RUN cd tools && go build .",
        "RUN go generate ./...",
        "RUN --mount=type=cache,target=/go/pkg/mod go build .",
        "WORKDIR /other\nRUN go build .",
    ],
)
def test_a_later_step_that_may_ask_again_is_served_too(step: str) -> None:
    assert merged(f"FROM golang:1.25\nRUN go mod download\n{step}\n").count(SECRET) == 2


def test_every_stage_that_the_last_one_needs_is_served_and_no_other() -> None:
    text = (
        "FROM golang AS lint\nRUN go mod download\n"
        "FROM golang AS base\nRUN go mod download\n"
        "FROM golang AS tools\nRUN go install x.example/y@v1\n"
        "FROM base AS build\nRUN --mount=from=tools,target=/t go build .\n"
        "FROM scratch\nCOPY --from=build /x /x\n"
    )
    after = merged(text)
    assert after.startswith("FROM golang AS lint\nRUN go mod download\nFROM golang AS base\n#")
    assert after.count(SECRET) == 2
    assert "line 2: “RUN go mod download” of another stage" in notes(text)[-1]


WORKSPACE = DockerfileBlock(
    stage=None,
    lines=("COPY go.work ./", "COPY --from=outside-x . ../x/"),
    build_mounts=BLOCK.build_mounts,
    prelude=BLOCK.prelude,
)


@pytest.mark.parametrize(
    ("before", "copied"),
    [
        ("WORKDIR /w\nCOPY go.work ./\nRUN ", True),
        ("WORKDIR /w\nCOPY go.work /w/\nRUN ", True),
        ("WORKDIR /w\nCOPY . .\nRUN ", False),
        ("COPY go.work /w/\nRUN ", False),
        ("COPY go.work ./\nRUN cd x && ", False),
        ("WORKDIR /w\nCOPY go.work ./\nWORKDIR app\nRUN ", False),
        ("WORKDIR /w\nCOPY app/go.mod ./\nRUN ", False),
    ],
)
def test_module_files_are_copied_only_beside_the_roots_own(before: str, copied: bool) -> None:
    after = merged(f"FROM golang\n{before}go mod download\nRUN go build .\n", WORKSPACE)
    assert (f"\n{BEGIN}\nCOPY go.work ./\n" in after) is copied
    assert "\nCOPY --from=outside-x . ../x/\n" in after


def test_a_download_that_sees_one_module_of_many_does_not_cover_the_build() -> None:
    text = "FROM golang\nCOPY app/go.mod ./\nRUN go mod download\nCOPY . .\nRUN go build .\n"
    assert merged(text, WORKSPACE).count(SECRET) == 2
    assert merged(text).count(SECRET) == 1


def test_the_form_without_mounts_brings_arguments_to_every_stage_that_runs_go() -> None:
    text = "FROM golang AS a\nRUN go vet .\nFROM golang\nRUN go build .\n"
    assert merged(text, PLAIN).count("\nARG GOPROXY\n") == 2
    assert merged(text, PLAIN).endswith(f"{END}\nRUN go build .\n")


def test_a_download_is_commented_out_where_everything_is_in_vendor() -> None:
    text = "FROM golang\nRUN go mod download\nRUN go build .\n"
    assert merged(text, VENDOR).endswith(f"{REPLACED}RUN go mod download\nRUN go build .\n")


@pytest.mark.parametrize("word", ["a=", "go mod download && ", "go install x ", "\\\n", "&& "])
def test_a_hostile_step_costs_no_minutes(word: str) -> None:
    text = "FROM golang:1.25\nRUN go mod download " + word * 30_000 + "!\n"
    merged(text)


def test_an_env_that_would_win_is_commented_out_and_its_other_variables_stay() -> None:
    text = (
        "FROM golang:1.25 AS base\n"
        'ENV CGO_ENABLED=0 GOPROXY=https://m.example GREETING="a b" PATH=$PATH:/x\n'
        "FROM base AS build\nRUN go build .\n"
    )
    assert merged(text).splitlines()[1:5] == [
        f'{REPLACED}ENV CGO_ENABLED=0 GOPROXY=https://m.example GREETING="a b" PATH=$PATH:/x',
        BEGIN,
        'ENV CGO_ENABLED=0 GREETING="a b" PATH=$PATH:/x',
        END,
    ]
    assert "would win over GOPROXY" in notes(text)[-1]


def test_an_env_of_another_stage_is_left_alone() -> None:
    text = "FROM golang:1.25\nRUN go build .\nFROM golang:1.25\nENV GOPROXY=off\n"
    assert merged(text).endswith("FROM golang:1.25\nENV GOPROXY=off\n")


def test_the_syntax_line_stays_unless_its_image_cannot_be_pulled() -> None:
    text = "# syntax=docker/dockerfile:1.4\n# escape=`\nFROM golang:1.25\nRUN go build .\n"
    assert merged(text).startswith("# syntax=docker/dockerfile:1.4\n")
    dropped = merged(text, replace(BLOCK, drop_syntax=True))
    assert parse_dockerfile(dropped).directives == {"escape": "`"}


def test_a_mount_that_the_step_has_is_not_added_again() -> None:
    text = f"FROM golang:1.25\nRUN {SECRET},required=true go build .\n"
    assert merged(text).count("id=goenv") == 2


def test_the_named_stage_gets_the_block() -> None:
    text = "FROM golang:1.25 AS a\nRUN go build .\nFROM golang:1.25 AS b\nRUN go build .\n"
    assert merged(text, replace(BLOCK, stage="a")).index(BEGIN) < merged(text).index("AS b")


@pytest.mark.parametrize(
    "line",
    [
        "ENV HTTP_PROXY=http://old:3128",
        "ENV https_proxy http://old:3128",
        "ARG HTTP_PROXY=http://old:3128",
        "ENV GOSUMDB off",
        "ENV GOINSECURE=*",
    ],
)
def test_what_the_plan_gives_no_value_is_named_and_stays(line: str) -> None:
    text = f"FROM golang\n{line}\nRUN go build .\n"
    assert f"\n{line}\n" in merged(text)
    assert line in notes(text)[-1]


@pytest.mark.parametrize(
    "line", ["ARG HTTP_PROXY", "ENV HTTP_PROXY=${HTTP_PROXY}", "ENV GOSUMDB=$GOSUMDB"]
)
def test_a_proxy_that_is_handed_through_is_nothing_to_name(line: str) -> None:
    assert len(notes(f"FROM golang\n{line}\nRUN go build .\n")) == 1


def test_a_login_in_a_proxy_is_not_shown() -> None:
    text = "FROM golang\nENV HTTP_PROXY=http://u:hunter2@p:1\nRUN go build .\n"
    assert "hunter2" not in " ".join(notes(text))


def test_checksums_switched_off_are_switched_on_where_the_plan_says_so() -> None:
    text = "FROM golang\nENV GOSUMDB off\nRUN go build .\n"
    block = replace(BLOCK, settings=("GOSUMDB",))
    assert f"\n{REPLACED}ENV GOSUMDB off\n" in merged(text, block)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("FROM scratch\nCOPY . .\n", 0, "no stage runs go"),
        ("RUN go mod download\n", 1, "before the first FROM"),
        ("FROM golang\nRUN <<EOF\ngo build\n", 2, "never closed"),
        (f"FROM golang\n{BEGIN}\nRUN go build\n", 2, "lost its partner"),
    ],
)
def test_what_cannot_take_a_block_is_refused(text: str, line: int, words: str) -> None:
    with pytest.raises(CannotMerge) as caught:
        merged(text)
    assert caught.value.line == line
    assert words in str(caught.value.message)


def test_a_stage_that_is_not_there_is_refused() -> None:
    with pytest.raises(CannotMerge, match="no stage 'b'"):
        merged("FROM golang\nRUN go build .\n", DockerfileBlock(stage="b", lines=("RUN x",)))


FETCHING = replace(
    BLOCK,
    fetch=("FROM golang:1.27-bookworm AS gomod-wizard-modules", "RUN go mod download"),
    fetched=("export GOPROXY=file:///gomodcache",),
)
BARE = "ARG V=1.27\nFROM golang:${V}-alpine AS build\nRUN go mod download\nRUN go get x.example/y\n"


def test_a_stage_that_fetches_comes_before_every_other_and_can_be_taken_back() -> None:
    text = merged(BARE, FETCHING)

    assert [stage.label for stage in parse_dockerfile(text).stages] == [
        "gomod-wizard-modules",
        "build",
    ]
    assert text.startswith("ARG V=1.27\n")
    assert merged(text, FETCHING) == text
    assert without_dockerfile_block(text) == BARE


def test_only_a_step_that_needs_no_other_module_is_kept_to_the_fetched_ones() -> None:
    steps = parse_dockerfile(merged(BARE, FETCHING)).of_stage(1)
    download, getting = (item for item in steps if item.keyword == "RUN")

    assert "file:///gomodcache" in download.text
    assert "file:///gomodcache" not in getting.text


HELD = "Zq7-hunter2"


@pytest.mark.parametrize(
    "step",
    [
        f"RUN export GITHUB_TOKEN={HELD} && go mod download",
        f"RUN git config --global url.https://{HELD}@git.example/.insteadOf x && go build .",
        f"RUN curl -u bob:{HELD} https://git.example \\\n  && go mod download",
        f"RUN <<EOF\necho 'machine h login u password {HELD}' >~/.netrc\ngo build .\nEOF",
        f"ENV GOPROXY=https://m.example NPM_TOKEN={HELD}",
        f"ENV GOPROXY=https://bob:a/{HELD}@m.example A=1",
    ],
)
def test_a_secret_is_written_to_no_second_place(step: str) -> None:
    text = f"FROM golang:1.25\nRUN go mod download\n{step}\nRUN go build -o /x .\n"
    after, said = merge_dockerfile(text, replace(BLOCK, settings=("GOPROXY",)))
    assert after.count(HELD) == 1
    assert HELD not in " ".join(map(str, said))
    assert without_dockerfile_block(after) == text


def test_a_step_with_a_secret_stays_as_it_is_and_is_named() -> None:
    text = f"FROM golang:1.25\nRUN go build ./a\nRUN TOKEN={HELD} go build ./b\n"
    assert f"\nRUN TOKEN={HELD} go build ./b\n" in merged(text)
    assert any("line 3" in note and "--mount=type=secret" in note for note in notes(text))


def test_where_only_a_step_with_a_secret_could_be_served_the_refusal_says_so() -> None:
    with pytest.raises(CannotMerge) as caught:
        merged(f"FROM golang:1.25\nRUN TOKEN={HELD} go build .\n")
    assert caught.value.line == 2
    assert "secret" in str(caught.value.message)
    assert "--mount=type=secret" in str(caught.value.hint)
    assert HELD not in str(caught.value.message)


def test_a_step_that_reads_its_secret_from_a_mount_is_served() -> None:
    text = "FROM golang:1.25\nRUN --mount=type=secret,id=t TOKEN=$(cat /run/secrets/t) go build .\n"
    assert SECRET in merged(text)
