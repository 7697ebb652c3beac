"""The managed block in an existing Dockerfile."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.apply.merge.block import BEGIN, END
from wizard.apply.merge.dockerfile import REPLACED, merge_dockerfile, without_dockerfile_block
from wizard.apply.merge.refused import CannotMerge
from wizard.render.types import DockerfileBlock
from wizard.rules.dockerfile import parse_dockerfile

BLOCK = DockerfileBlock(stage=None, lines=("RUN --mount=type=secret,id=goproxy go mod download",))
MOUNT = "--mount=type=cache,target=/go/pkg/mod"


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
    build_mounts=st.sampled_from([(), (MOUNT,)]),
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


def test_the_block_takes_the_place_of_the_download_step_and_names_it() -> None:
    text = "FROM golang:1.25\nCOPY go.mod ./\nRUN go mod download -x\nCOPY . .\n"
    assert merged(text) == (
        "FROM golang:1.25\nCOPY go.mod ./\n"
        f"{BEGIN}\n{BLOCK.lines[0]}\n{END}\n"
        f"{REPLACED}RUN go mod download -x\nCOPY . .\n"
    )
    assert notes(text) == [
        "line 3: the old download step “RUN go mod download -x” is commented out; the block does it"
    ]


def test_every_line_of_a_continued_step_is_commented_out() -> None:
    text = "FROM golang:1.25\nRUN set -ex \\\n && go mod download \\\n && go mod verify\n"
    assert merged(text).count(REPLACED) == 3


def test_a_step_that_also_builds_is_kept_behind_the_block() -> None:
    text = "FROM golang:1.25\nRUN go mod download && go build .\n"
    assert merged(text) == (
        f"FROM golang:1.25\n{BEGIN}\n{BLOCK.lines[0]}\n{END}\nRUN go mod download && go build .\n"
    )


def test_what_a_step_does_before_its_download_stays_before_the_block() -> None:
    text = "FROM golang:1.25\nRUN --network=default apk add git \\\n  && go mod download -x\n"
    assert merged(text).splitlines()[1:5] == [
        BEGIN,
        "RUN --network=default apk add git",
        BLOCK.lines[0],
        END,
    ]
    assert merged(text).count(REPLACED) == 2


@pytest.mark.parametrize(
    "head", ["cd sub", "export X=1; apk add git", "cd x; ls", "(cd a)", "go vet ./..."]
)
def test_a_step_that_changes_folder_or_variables_stays_whole(head: str) -> None:
    text = f"FROM golang:1.25\nRUN {head} && go mod download\n"
    assert merged(text).endswith(f"{END}\nRUN {head} && go mod download\n")


def test_a_tool_that_is_installed_before_does_not_draw_the_block_up() -> None:
    text = "FROM golang:1.25\nRUN go install example.org/tool@v1\nCOPY go.mod ./\nRUN go build .\n"
    assert merged(text).index("COPY go.mod") < merged(text).index(BEGIN)


def test_credentials_of_git_are_set_up_before_the_block() -> None:
    head = (
        'git config --global url."https://${TOKEN}@git.example/".insteadOf "https://git.example/"'
    )
    text = f"FROM golang:1.25\nARG TOKEN\nRUN {head} && go mod download\n"
    assert merged(text).index(f"\nRUN {head}\n") < merged(text).index(BLOCK.lines[0])


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
    assert "would win over GOPROXY" in notes(text)[0]


def test_an_env_of_another_stage_is_left_alone() -> None:
    text = "FROM golang:1.25\nRUN go build .\nFROM golang:1.25\nENV GOPROXY=off\n"
    assert merged(text).endswith("FROM golang:1.25\nENV GOPROXY=off\n")


def test_the_syntax_line_stays_unless_its_image_cannot_be_pulled() -> None:
    text = "# syntax=docker/dockerfile:1.4\n# escape=`\nFROM golang:1.25\nRUN go build .\n"
    assert merged(text).startswith("# syntax=docker/dockerfile:1.4\n")
    dropped = merged(text, DockerfileBlock(stage=None, lines=BLOCK.lines, drop_syntax=True))
    assert parse_dockerfile(dropped).directives == {"escape": "`"}


def test_later_go_steps_get_the_mounts_they_do_not_have() -> None:
    text = (
        "FROM golang:1.25\nRUN go mod download\n"
        "RUN --mount=type=cache,id=own,target=/go/pkg/mod/ go vet ./...\nRUN go build .\n"
    )
    block = DockerfileBlock(stage=None, lines=BLOCK.lines, build_mounts=(MOUNT,))
    assert merged(text, block).splitlines()[-5:] == [
        "RUN --mount=type=cache,id=own,target=/go/pkg/mod/ go vet ./...",
        f"{REPLACED}RUN go build .",
        BEGIN,
        f"RUN {MOUNT} go build .",
        END,
    ]


def test_the_block_downloads_into_the_module_cache_that_later_steps_mount() -> None:
    mount = "--mount=type=cache,id=mods,target=/go/pkg/mod"
    text = (
        f"FROM golang:1.25\nRUN {mount} go mod download\n"
        f"RUN --mount=type=cache,target=/root/.cache/go-build {mount} go build .\n"
    )
    assert merged(text).splitlines()[2] == (
        f"RUN {mount} --mount=type=secret,id=goproxy go mod download"
    )


def test_a_download_of_another_stage_is_named() -> None:
    text = (
        "FROM golang:1.25 AS a\nRUN go mod download\nFROM golang:1.25 AS b\nRUN go mod download\n"
    )
    block = DockerfileBlock(stage="a", lines=BLOCK.lines)
    assert "line 4" in notes(text, block)[-1]


def test_the_named_stage_gets_the_block() -> None:
    text = "FROM golang:1.25 AS a\nRUN go build .\nFROM golang:1.25 AS b\nRUN go build .\n"
    block = DockerfileBlock(stage="b", lines=BLOCK.lines)
    assert merged(text, block).index("AS b") < merged(text, block).index(BEGIN)


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
