"""What real builders read in the lines that are written: paths of a COPY, values of an ENV."""

from __future__ import annotations

import json
import os

import pytest

from tests.lab.engine import lone_engine
from wizard.apply.merge.dockerfile import merge_dockerfile
from wizard.render.quoting import copy_line
from wizard.render.types import DockerfileBlock

pytestmark = [
    pytest.mark.engine,
    pytest.mark.root,
    pytest.mark.skipif(os.getuid() != 0, reason="a real dockerd in its own namespaces needs root"),
]

NAMES = ("a b", "a[x]", "w*", "$HOME", "${HOME}c", "d'q", 'd"q', "#h", "c,d", "七", "back\\s")
DECOYS = ("ax", "wild", "qq", "b")
"""What the names would match as patterns."""


@pytest.mark.parametrize("version", ["28.5", "20.10"])
def test_a_copied_path_is_that_path_alone(version: str) -> None:
    copies = "\n".join(copy_line([name], f"/copied/{n}/{name}") for n, name in enumerate(NAMES))
    with lone_engine(version) as engine:
        for name in (*NAMES, *DECOYS):
            engine.machine.write(f"/root/app/{name}", name)
        engine.machine.write(
            "/root/app/Dockerfile", f"FROM golang:1.27-bookworm\nENV HOME=/elsewhere\n{copies}\n"
        )
        engine.docker(
            "build", "-t", "copied", ".", cwd="/root/app", env={"DOCKER_BUILDKIT": "1"}, timeout=120
        ).must()
        listed = engine.docker(
            "run", "--rm", "copied", "sh", "-c", "cd /copied && find . -type f -print"
        ).must()
    wanted = {f"./{n}/{name}" for n, name in enumerate(NAMES)}
    assert set(listed.stdout.splitlines()) == wanted


PAIRS = (
    'A=\'$HOME\' B=\\$HOME C="a\\"b" D=a\\ b E="x\\\\y" F=七 G=\'d"q\' H="d\'q" '
    'I=$BASE/x J=${BASE:-n} K=#h L="" M=\'a\\b\' N="${NONE:+x}" O="\\${BASE}" P=a=b'
)


@pytest.mark.parametrize("version", ["28.5", "20.10"])
def test_variables_beside_an_overriding_one_keep_their_values(version: str) -> None:
    before = f"FROM golang:1.27-bookworm\nENV BASE=/base\nENV {PAIRS} GOPROXY=off\n"
    step = "RUN go mod download || true\n"
    block = DockerfileBlock(stage=None, lines=("# lines",))
    after, _ = merge_dockerfile(before + step, block)
    assert "# replaced by gomod-wizard: ENV" in after
    seen = []
    with lone_engine(version) as engine:
        for text in (before, after):
            engine.machine.write("/root/app/Dockerfile", text)
            engine.docker(
                "build", "-t", "values", ".", cwd="/root/app",
                env={"DOCKER_BUILDKIT": "1"}, timeout=120,
            ).must()  # fmt: skip
            shown = engine.docker("inspect", "--format", "{{json .Config.Env}}", "values").must()
            seen.append([one for one in json.loads(shown.stdout) if not one.startswith("GOPROXY=")])
    assert seen[1] == seen[0]
