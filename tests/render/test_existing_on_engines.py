"""Dockerfiles of the users' own on real engines: green before, and green with the block."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from tests.lab.machine import Machine
from tests.plan.facts_builder import dockerfile_facts, facts, project_facts
from tests.render import test_dockerfile_on_engines as shared
from wizard.apply.merge.dockerfile import merge_dockerfile
from wizard.render.dockerfile import dockerfile
from wizard.render.types import DockerfileBlock

pytestmark = shared.pytestmark
bench = shared.bench

GO = "FROM golang:1.27-bookworm"
SHAPES = {
    "cd": f"{GO}\nCOPY . /app\nRUN cd /app && go list -deps ./...\n",
    "cd-and-download": (
        f"{GO}\nCOPY . /app\nRUN cd /app && go mod download && go list -deps ./...\n"
    ),
    "bind-mount": f"{GO}\nWORKDIR /w\nRUN --mount=type=bind,target=. go mod download -x\n",
    "tool-first": (
        f"{GO}\nWORKDIR /w\nCOPY . .\n"
        "RUN printf '#!/bin/sh\\n' >/usr/local/bin/tool && chmod +x /usr/local/bin/tool"
        " && tool && go mod download && tool\n"
    ),
    "folder-of-go": f"{GO}\nCOPY . /app\nRUN go -C /app mod download\n",
    "escape": (
        f"# escape=`\n{GO}\nWORKDIR /w\nCOPY . .\n"
        "RUN echo 'a\\b' && `\n  # why\n  go mod download && `\n  go list -deps ./...\n"
    ),
    "skipped-stage": (
        f"{GO} AS lint\nWORKDIR /w\nCOPY . .\nRUN go mod download && go vet ./... && false\n"
        f"{GO} AS build\nWORKDIR /w\nCOPY . .\nRUN go mod download\nRUN go list ./... >/out\n"
        f"{GO}\nCOPY --from=build /out /out\n"
    ),
    "two-stages": (
        f"{GO} AS one\nWORKDIR /w\nCOPY . .\nRUN go mod download && touch /one\n"
        f"{GO} AS two\nWORKDIR /w\nCOPY . .\nRUN go mod download && touch /two\n"
        f"{GO}\nCOPY --from=one /one /\nCOPY --from=two /two /\n"
    ),
    "exec-form": f'{GO}\nWORKDIR /w\nCOPY . .\nRUN ["go", "mod", "download"]\n',
    "bash": (
        f'{GO}\nSHELL ["/bin/bash", "-euxo", "pipefail", "-c"]\nWORKDIR /w\nCOPY . .\n'
        "RUN [[ $PWD == /w ]] && go mod download | cat; unset NONE; set +u; echo $NONE\n"
    ),
    "make": f"{GO}\nWORKDIR /w\nCOPY . .\nRUN sh ./fetch.sh\n",
    "user": (
        f"{GO}\nRUN mkdir -p /home/me /go && chown 1000:1000 /home/me /go\n"
        "ENV HOME=/home/me GOPATH=/go\nUSER 1000:1000\nWORKDIR /home/me/app\n"
        "COPY --chown=1000 go.mod go.sum ./\nRUN go mod download\nRUN test ! -e ~/.netrc\n"
    ),
    "cache-mounts": (
        f"{GO}\nWORKDIR /w\nCOPY . .\n"
        "RUN --mount=type=cache,id=m,target=/go/pkg/mod \\\n"
        "    --mount=type=cache,target=/root/.cache/go-build \\\n    go mod download\n"
        "RUN --mount=type=cache,id=m,target=/go/pkg/mod go list -deps ./...\n"
    ),
    "overrides": (
        f"{GO}\nENV GOSUMDB off\nENV GOPROXY=off A=b\nWORKDIR /w\nCOPY . .\n"
        "RUN test $A = b && go mod download\n"
    ),
    "subshell": f"{GO}\nCOPY . /app\nRUN (cd /app; go mod download) || exit 3; test $PWD != /app\n",
    "variables": (
        f"{GO}\nARG file=x\nENV known=y\nCOPY . /app\nWORKDIR /app\n"
        'RUN go mod download && test "$file$known" = xy && test -z "$public"\n'
    ),
}
HEREDOCS = {
    "script": f"{GO}\nCOPY . /app\nRUN <<EOF\nset -e\ncd /app\n\ngo mod download\nEOF\n",
    "bash-script": (
        f"{GO}\nCOPY . /app\nRUN <<-'X'\n\t#!/bin/bash -e\n\tcd /app\n\tgo mod download\nX\n"
    ),
    "written": (
        f"{GO}\nWORKDIR /app\nCOPY . .\n"
        "RUN cat >/note <<EOF && go mod download && grep -q two /note\none\ntwo\nEOF\n"
    ),
}


@dataclass(frozen=True)
class Bare:
    """The project of the bench with nothing to download, and as it is."""

    machine: Machine
    go_mod: str
    main: str

    def empty(self) -> None:
        self.machine.write("/root/app/go.mod", "module example.com/app\n\ngo 1.24\n")
        self.machine.write("/root/app/main.go", "package main\n\nfunc main() {}\n")

    def full(self) -> None:
        self.machine.write("/root/app/go.mod", self.go_mod)
        self.machine.write("/root/app/main.go", self.main)


@pytest.fixture
def project(bench: shared.Bench) -> Iterator[Bare]:
    machine = bench.engine.machine
    machine.write("/root/app/fetch.sh", "set -e\ngo mod download\n")
    bare = Bare(machine, machine.read("/root/app/go.mod"), machine.read("/root/app/main.go"))
    yield bare
    bare.full()


def merged(bench: shared.Bench, text: str) -> tuple[str, list[str]]:
    """Return the Dockerfile with the block, and the words that hand its secrets over."""
    plan = bench.plan(
        facts(project=project_facts(dockerfile=dockerfile_facts(go_stage="0"))),
        dockerfile="block",
    )
    (artifact,) = dockerfile(plan)
    assert isinstance(artifact.content, DockerfileBlock)
    block = replace(artifact.content, stage=None)
    return merge_dockerfile(text, block)[0], bench.handed_over(plan)


@pytest.mark.parametrize("name", list(SHAPES))
def test_a_green_dockerfile_stays_green_and_downloads_with_the_secrets(
    bench: shared.Bench, project: Bare, name: str
) -> None:
    text = SHAPES[name]
    after, words = merged(bench, text)
    project.empty()
    bench.build(text, "-t", "before", ".").must()
    bench.build(after, "-t", "plainly", ".").must()
    project.full()
    bench.build(after, *words).must()


@pytest.mark.parametrize("name", list(HEREDOCS))
def test_a_here_document_keeps_its_shell_and_gets_the_network(
    bench: shared.Bench, project: Bare, name: str
) -> None:
    text = HEREDOCS[name]
    after, words = merged(bench, text)
    project.empty()
    if bench.engine.version == "20.10":  # its own reader knows no here-documents: red as before
        assert not bench.build(text, "-t", "before", ".").ok
        return
    bench.build(text, "-t", "before", ".").must()
    project.full()
    bench.build(after, *words).must()
