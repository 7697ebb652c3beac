"""The area `project`: modules, sums, replaces, vendor, Dockerfile, .dockerignore, mains."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.detect.support import with_env, write
from wizard.detect.project import read_project
from wizard.facts.base import State
from wizard.facts.project import ProjectFacts
from wizard.system import System

_MOD = "module example.com/app\n\ngo 1.24\n\nrequire rsc.io/quote v1.5.2\n"
_ZIP = "h1:w5fcysjrx7yqtD/aO+QwRjYZOKnaM9Uh2b40tElTs3Y="
_GOMOD = "h1:LzX7hefJvL54yjefDEDHNONDjII0t9xZLPXsUe+TKr0="
_SUM = f"rsc.io/quote v1.5.2 {_ZIP}\nrsc.io/quote v1.5.2/go.mod {_GOMOD}\n"
_GO = shutil.which("go", path=str(Path(sys.executable).parent))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    path = tmp_path / "work" / "app"
    path.mkdir(parents=True)
    return path


def _facts(
    machine: System, project: Path, files: Mapping[str, str | bytes], private: str = ""
) -> ProjectFacts:
    write(project, files)
    return read_project(machine, project, private).facts


def test_a_folder_without_go_mod_is_no_go_project(machine: System, project: Path) -> None:
    facts = _facts(machine, project, {"README": ""})

    assert facts.root.state is State.KNOWN
    assert facts.modules.state is State.NOT_APPLICABLE
    assert str(project) in str(facts.modules.reason)


def test_a_folder_of_a_larger_module_says_whose_it_is(machine: System, project: Path) -> None:
    write(project.parent, {"go.mod": _MOD})

    facts = _facts(machine, project, {"main.go": "package main"})

    assert facts.modules.state is State.NOT_APPLICABLE
    assert str(project.parent / "go.mod") in str(facts.modules.reason)


def test_a_folder_that_is_not_there_is_a_reason_and_no_error(
    machine: System, project: Path
) -> None:
    facts = read_project(machine, project / "gone", "").facts

    assert facts.root.state is State.NOT_APPLICABLE


def test_a_module_is_read_with_its_sums(machine: System, project: Path) -> None:
    facts = _facts(machine, project, {"go.mod": _MOD, "go.sum": _SUM})

    (module,) = facts.modules.or_else(())
    assert (module.directory, module.mod.module, module.has_sum) == (".", "example.com/app", True)
    assert module.missing_sums == ()


def test_a_requirement_without_sum_lines_is_named(machine: System, project: Path) -> None:
    (module,) = _facts(machine, project, {"go.mod": _MOD}).modules.or_else(())

    assert (module.has_sum, module.missing_sums) == (False, ("rsc.io/quote@v1.5.2",))


def test_a_broken_go_mod_is_named_with_its_line(machine: System, project: Path) -> None:
    facts = _facts(machine, project, {"go.mod": "module m\n\nrequire x\n"})

    assert facts.modules.state is State.UNKNOWN
    assert facts.modules.source == f"{project}/go.mod:3"


def test_nested_modules_are_found_and_fixtures_are_not(machine: System, project: Path) -> None:
    nested = "module example.com/app/tools\n"
    facts = _facts(
        machine,
        project,
        {
            "go.mod": _MOD,
            "tools/go.mod": nested,
            "vendor/x/go.mod": nested,
            "testdata/go.mod": nested,
            "node_modules/x/go.mod": nested,
            "_old/go.mod": nested,
            ".hidden/go.mod": nested,
        },
    )

    assert [m.directory for m in facts.modules.or_else(())] == [".", "tools"]


def test_a_broken_go_mod_that_nothing_refers_to_does_not_hide_the_project(
    machine: System, project: Path
) -> None:
    facts = _facts(machine, project, {"go.mod": _MOD, "examples/bad/go.mod": "nonsense ("})

    assert [m.directory for m in facts.modules.or_else(())] == ["."]


def test_a_link_out_of_the_project_is_not_followed(
    machine: System, project: Path, tmp_path: Path
) -> None:
    write(tmp_path / "elsewhere", {"go.mod": "module elsewhere\n"})
    (project / "link").symlink_to(tmp_path / "elsewhere")

    facts = _facts(machine, project, {"go.mod": _MOD})

    assert [m.directory for m in facts.modules.or_else(())] == ["."]


def test_a_pipe_in_the_place_of_go_mod_does_not_hang(machine: System, project: Path) -> None:
    os.mkfifo(project / "go.mod")
    os.mkfifo(project / "main.go")

    facts = _facts(machine, project, {})

    assert facts.modules.value is None


def test_hostile_bytes_are_data(machine: System, project: Path) -> None:
    facts = _facts(
        machine,
        project,
        {
            "go.mod": b"module \xff\x1b[2J\n",
            "go.sum": b"\x00\xff" * 5000,
            "Dockerfile": b"FROM x\x1b]0;title\x07\n",
            ".dockerignore": b"\xff\xfe\n",
        },
    )

    assert facts.dockerfile.value is not None
    assert "\x1b" not in str(facts.dockerfile.value.base_image)


def test_names_that_no_disk_can_hold_are_not_there(machine: System, project: Path) -> None:
    long = "x" * 5000
    facts = _facts(
        machine,
        project,
        {
            "go.mod": f"{_MOD}replace a.b/c => ./{long}\nreplace a.b/d => ../a\x00b\n",
            "go.work": f"go 1.24\nuse ./{long}\nuse ../{long}\n",
        },
    )

    assert [r.exists for r in facts.replaces.or_else(())] == [False, False, False]


def test_a_workspace_is_read_with_its_folders(machine: System, project: Path) -> None:
    facts = _facts(
        machine,
        project,
        {
            "go.work": "go 1.24\nuse (\n\t./a\n\t./b\n)\n",
            "a/go.mod": "module example.com/a\nrequire example.com/b v0.0.0\n",
            "b/go.mod": "module example.com/b\n",
        },
    )

    assert facts.workspace.value is not None
    assert facts.workspace.value.uses == ("a", "b")
    assert [m.missing_sums for m in facts.modules.or_else(())] == [(), ()]


def test_gowork_off_means_no_workspace(machine: System, project: Path) -> None:
    write(project, {"go.work": "go 1.24\nuse ./a\n", "a/go.mod": "module a\n"})

    facts = read_project(with_env(machine, GOWORK="off"), project, "").facts

    assert facts.workspace.state is State.NOT_APPLICABLE


def test_local_replaces_are_told_inside_from_outside(machine: System, project: Path) -> None:
    write(project.parent, {"shared/go.mod": "module example.com/shared\n"})
    mod = (
        f"{_MOD}replace example.com/in => ./libs/in\nreplace example.com/out => ../shared\n"
        "replace example.com/gone => ../gone\nreplace example.com/m => example.com/n v1.0.0\n"
    )

    facts = _facts(machine, project, {"go.mod": mod, "libs/in/go.mod": "module example.com/in\n"})

    assert [(r.target, r.outside, r.exists) for r in facts.replaces.or_else(())] == [
        ("libs/in", False, True),
        ("../shared", True, True),
        ("../gone", True, False),
    ]


def test_a_replace_to_an_absolute_folder_inside_the_project_is_inside(
    machine: System, project: Path
) -> None:
    write(project, {"libs/go.mod": "module example.com/l\n"})

    facts = _facts(machine, project, {"go.mod": f"{_MOD}replace a.b/c => {project}/libs\n"})

    assert [(r.target, r.outside) for r in facts.replaces.or_else(())] == [("libs", False)]


@pytest.mark.parametrize(
    ("modules_txt", "consistent"),
    [
        ("# rsc.io/quote v1.5.2\n## explicit\nrsc.io/quote\n", True),
        ("# rsc.io/quote v1.5.2\n## explicit; go 1.12\nrsc.io/quote\n", True),
        ("# rsc.io/quote v1.5.1\n## explicit\nrsc.io/quote\n", False),
        ("# rsc.io/quote v1.5.2\nrsc.io/quote\n", False),
        ("# rsc.io/quote v1.5.2 => ../quote\n## explicit\nrsc.io/quote\n", False),
        ("", False),
        ("## workspace\n", False),
    ],
)
def test_a_vendor_folder_is_compared_with_go_mod(
    machine: System, project: Path, modules_txt: str, consistent: bool
) -> None:
    facts = _facts(machine, project, {"go.mod": _MOD, "vendor/modules.txt": modules_txt})

    assert facts.vendor.value is not None
    assert facts.vendor.value.consistent is consistent


@pytest.mark.go
def test_a_vendor_folder_that_go_made_is_consistent(machine: System, project: Path) -> None:
    if _GO is None:
        pytest.skip("no go beside this Python")
    write(
        project,
        {
            "go.mod": "module example.com/app\n\ngo 1.24\n\nrequire example.com/lib v1.0.0\n\n"
            "replace example.com/lib v1.0.0 => ./lib\n",
            "main.go": 'package main\n\nimport _ "example.com/lib"\n\nfunc main() {}\n',
            "lib/go.mod": "module example.com/lib\n",
            "lib/lib.go": "package lib\n",
        },
    )
    env = {**machine.env, "GOFLAGS": "", "GOTOOLCHAIN": "local", "GOPROXY": "off"}
    subprocess.run([_GO, "mod", "vendor"], cwd=project, env=env, check=True)

    facts = read_project(machine, project, "").facts

    assert facts.vendor.value is not None
    assert facts.vendor.value.consistent is True


_DOCKERFILE = """\
# syntax=docker/dockerfile:1
ARG GO=1.24
FROM node:22 AS web
RUN npm ci
FROM golang:${GO}-alpine AS build
RUN apk add git
RUN ["go", "mod", "download"]
FROM scratch
"""


def test_a_dockerfile_is_read_and_its_go_stage_found(machine: System, project: Path) -> None:
    dockerfile = _facts(machine, project, {"Dockerfile": _DOCKERFILE}).dockerfile.value

    assert dockerfile is not None
    assert dockerfile.syntax == "docker/dockerfile:1"
    assert dockerfile.stages == (
        ("web", "node:22"),
        ("build", "golang:1.24-alpine"),
        ("2", "scratch"),
    )
    assert (dockerfile.go_stage, dockerfile.base_image) == ("build", "golang:1.24-alpine")
    assert (dockerfile.managed, dockerfile.problem) == (False, None)


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ("FROM a AS x\nRUN go build ./...\nFROM x AS y\nRUN go mod download\n", "y"),
        ("FROM a AS x\nRUN go build .\nFROM b AS y\nRUN go mod download\nFROM c\n", "y"),
        ("FROM a AS x\nRUN go build ./...\n", "x"),
        ("FROM a AS x\nFROM golang:1 AS y\nRUN make\n", "y"),
        ("FROM a AS x\nFROM golang:1 AS y\nRUN ./build.sh\n", "y"),
        ("FROM a AS x\nRUN <<EOF\ngo mod download\nEOF\n", "x"),
        ("FROM node AS x\nRUN npm ci\n", None),
        ("FROM a AS x\nRUN cargo build\n", None),
        ("FROM golang AS x\nCOPY . .\n", None),
        ("FROM golang AS x\nRUN go -C /app mod download\n", "x"),
        ('FROM golang AS x\nSHELL ["pwsh", "-c"]\nRUN go build\n', None),
        (
            "FROM golang AS lint\nRUN go mod download && go vet ./...\n"
            "FROM golang AS build\nRUN go mod download\n"
            "FROM scratch\nCOPY --from=build /app /app\n",
            "build",
        ),
        (
            "ARG B=base\nFROM golang AS base\nRUN go mod download\nFROM golang AS other\n"
            "RUN go mod download\nFROM ${B} AS c\nFROM d AS e\n"
            "RUN --mount=type=bind,from=c,target=/c true\n",
            "base",
        ),
    ],
)
def test_the_go_stage_is_one_that_the_last_stage_needs_and_downloads_else_runs_go(
    machine: System, project: Path, text: str, stage: str | None
) -> None:
    dockerfile = _facts(machine, project, {"Dockerfile": text}).dockerfile.value

    assert dockerfile is not None
    assert dockerfile.go_stage == stage


def test_a_broken_dockerfile_is_named_with_its_line(machine: System, project: Path) -> None:
    dockerfile = _facts(machine, project, {"Dockerfile": "FROM x\n\n<<<<<<<\n"}).dockerfile.value

    assert dockerfile is not None
    assert dockerfile.problem is not None
    assert dockerfile.problem.line == 3


def test_the_programs_own_block_is_recognised_by_the_marker_that_apply_writes(
    machine: System, project: Path
) -> None:
    from wizard.apply.merge.block import BEGIN, END

    text = f"FROM golang:1\n{BEGIN}\nRUN true\n{END}\n"
    dockerfile = _facts(machine, project, {"Dockerfile": text}).dockerfile.value

    assert dockerfile is not None
    assert (dockerfile.managed, dockerfile.whole) == (True, False)


def test_a_password_in_a_dockerfile_is_not_shown(machine: System, project: Path) -> None:
    text = "# syntax=https://u:pw1@h/x\nFROM https://u:pw1@h/golang:1\n"

    assert "pw1" not in repr(_facts(machine, project, {"Dockerfile": text}).dockerfile)


@pytest.mark.parametrize(
    ("ignore", "hidden"),
    [
        ("*.go", ("main.go", "more.go")),
        ("**/*.go", ("main.go", "more.go", "lib/lib.go", "docs/x.go")),
        ("main.go", ()),
        ("docs", ()),
        ("*.go\n!main.go", ()),
    ],
)
def test_sources_are_named_where_a_package_would_be_empty(
    machine: System, project: Path, ignore: str, hidden: tuple[str, ...]
) -> None:
    facts = _facts(
        machine,
        project,
        {
            "go.mod": _MOD,
            "main.go": "package main\n",
            "more.go": "package main\n",
            "lib/lib.go": "package lib\n",
            "lib/lib_test.go": "package lib\n",
            "docs/x.go": "package docs\n",
            ".dockerignore": f"{ignore}\n",
        },
    )

    assert facts.dockerignore.value is not None
    assert {path for path, _ in facts.dockerignore.value.hides} == set(hidden)


def test_a_hidden_package_that_is_imported_is_named_with_what_it_embeds(
    machine: System, project: Path
) -> None:
    facts = _facts(
        machine,
        project,
        {
            "go.mod": "module example.com/app\n\ngo 1.24\n",
            "main.go": (
                'package main\n\nimport (\n\t"fmt"\n\n\th "example.com/app/internal/hello"\n)\n'
            ),
            "internal/hello/hello.go": (
                'package hello\n\nimport "example.com/app/pkg/deep"\n\n'
                "//go:embed text.txt pages/*.html\nvar f embed.FS\n"
            ),
            "internal/hello/text.txt": "",
            "internal/hello/pages/a.html": "",
            "internal/other/other.go": "package other\n",
            "pkg/deep/deep.go": "package deep\n",
            ".dockerignore": "internal\npkg\n**/*.txt\n",
        },
    )

    assert facts.dockerignore.value is not None
    assert {path for path, _ in facts.dockerignore.value.hides} == {
        "internal/hello/hello.go",
        "internal/hello/text.txt",
        "internal/hello/pages/a.html",
        "pkg/deep/deep.go",
    }


def test_what_dockerignore_hides_of_the_build_is_named_with_the_pattern(
    machine: System, project: Path
) -> None:
    facts = _facts(
        machine,
        project,
        {
            "go.mod": f"{_MOD}replace a.b/c => ./libs/c\n",
            "go.sum": _SUM,
            "libs/c/go.mod": "module a.b/c\n",
            "vendor/modules.txt": "",
            "tools/go.mod": "module tools\n",
            ".dockerignore": "**/*.sum\nvendor\nlibs\ntools\n",
        },
    )

    assert facts.dockerignore.value is not None
    assert set(facts.dockerignore.value.hides) == {
        ("go.sum", "**/*.sum"),
        ("vendor", "vendor"),
        ("vendor/modules.txt", "vendor"),
        ("libs/c", "libs"),
        ("libs/c/go.mod", "libs"),
    }


def test_a_dockerignore_beside_the_dockerfile_takes_the_place_of_the_other(
    machine: System, project: Path
) -> None:
    facts = _facts(
        machine,
        project,
        {"go.mod": _MOD, ".dockerignore": "go.mod\n", "Dockerfile.dockerignore": "x\n"},
    )

    assert facts.dockerignore.value is not None
    assert facts.dockerignore.value.hides == ()


def test_a_small_public_module_of_go_sum_is_the_canary(machine: System, project: Path) -> None:
    canary = _facts(machine, project, {"go.mod": _MOD, "go.sum": _SUM}).canary.value

    assert canary is not None
    assert (canary.path, canary.version, canary.zip_hash) == ("rsc.io/quote", "v1.5.2", _ZIP)


def test_a_module_that_goprivate_names_is_no_canary(machine: System, project: Path) -> None:
    facts = _facts(machine, project, {"go.mod": _MOD, "go.sum": _SUM}, private="rsc.io")

    assert facts.canary.state is State.NOT_APPLICABLE


def test_a_module_that_may_be_private_is_no_canary(machine: System, project: Path) -> None:
    text = _SUM.replace("rsc.io/quote", "github.com/acme/lib")

    facts = _facts(machine, project, {"go.mod": _MOD, "go.sum": text})

    assert facts.canary.state is State.NOT_APPLICABLE


def test_a_hash_that_is_none_makes_no_canary(machine: System, project: Path) -> None:
    facts = _facts(machine, project, {"go.mod": _MOD, "go.sum": _SUM.replace(_ZIP, "h1:\x1b[2Jx")})

    assert facts.canary.state is State.NOT_APPLICABLE


def test_main_packages_are_listed_with_the_one_to_build_first(
    machine: System, project: Path
) -> None:
    main = "// Command x.\n/* more */\npackage main\n"
    facts = _facts(
        machine,
        project,
        {
            "go.mod": _MOD,
            "lib.go": "package app\n",
            "cmd/app/main.go": main,
            "cmd/aaa/main.go": main,
            "examples/x/main.go": main,
            "gen/gen.go": f"//go:build ignore\n\n{main}",
            "internal/main_test.go": main,
            "vendor/v/main.go": main,
        },
    )

    assert facts.main_packages.value == ("cmd/app", "cmd/aaa", "examples/x")


def test_the_root_is_built_where_it_is_a_main_package(machine: System, project: Path) -> None:
    facts = _facts(
        machine,
        project,
        {"go.mod": _MOD, "main.go": "package main\n", "cmd/app/main.go": "package main\n"},
    )

    assert facts.main_packages.or_else(())[0] == "."


def test_a_folder_of_the_users_own_is_writable(machine: System, project: Path) -> None:
    assert _facts(machine, project, {}).writable.value is True


@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        ("FROM golang:1.27-alpine\nRUN go mod download\n", True),
        ("ARG I=golang:1.27-alpine\nFROM $I AS b\nFROM b\nRUN go build .\n", True),
        ("FROM golang:1.27-alpine\nRUN apk add --no-cache git && go mod download\n", False),
        ("FROM golang:1.27-alpine\nRUN apk add make \\\n  git\nRUN go mod download\n", False),
        ("FROM golang:1.27-alpine\nRUN apk add gitlab-cli\nRUN go mod download\n", True),
        ("FROM golang:1.27-bookworm\nRUN go mod download\n", False),
    ],
)
def test_an_image_without_git_is_told_by_its_name(
    machine: System, project: Path, text: str, lacks: bool
) -> None:
    found = _facts(machine, project, {"go.mod": _MOD, "Dockerfile": text}).dockerfile.value

    assert found is not None
    assert found.lacks_git is lacks


def test_a_stage_that_fetches_is_looked_through(machine: System, project: Path) -> None:
    own = "FROM golang:1.27-alpine AS build\nRUN go mod download\n"
    block = (
        "# >>> gomod-wizard >>>\n# why\nFROM golang:1.27-bookworm AS gomod-wizard-modules\n"
        "RUN go mod download\n# <<< gomod-wizard <<<\n"
    )
    found = _facts(machine, project, {"go.mod": _MOD, "Dockerfile": block + own}).dockerfile.value

    assert found is not None
    assert (found.stages, found.go_stage) == ((("build", "golang:1.27-alpine"),), "build")
    assert (found.lacks_git, found.managed) == (True, True)


def test_the_lines_of_a_dockerfile_in_which_a_secret_stands_are_named(
    machine: System, project: Path
) -> None:
    text = "FROM golang\nARG TOKEN\nENV API_TOKEN=Zq7-hunter2\nRUN curl -u bob:Zq7-hunter2 h\n"
    dockerfile = _facts(machine, project, {"Dockerfile": text}).dockerfile.value
    assert dockerfile is not None
    assert dockerfile.secrets == (3, 4)
    assert "Zq7" not in machine.redactor.redact("printed back: Zq7-hunter2")
