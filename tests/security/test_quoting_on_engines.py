"""Paths in a COPY, as real builders read them: that file, and none that a pattern would take."""

from __future__ import annotations

import os

import pytest

from tests.lab.engine import lone_engine
from wizard.render.quoting import copy_line

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
