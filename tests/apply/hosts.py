"""One small host for the tests of apply: a root folder, a home, a project, a plan."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from wizard.render.types import (
    Artifact,
    Block,
    Content,
    DockerfileBlock,
    GoEnv,
    JsonKeys,
    Scope,
    TomlKeys,
    Whole,
)
from wizard.system import System

DAEMON_JSON = b'{\n    "live-restore": true,\n    "mtu": 9000,\n    "labels": ["a=1"]\n}'
DOCKER_CONFIG = b'{\n\t"auths": {\n\t\t"r.example": {"auth": "c2VjcmV0"}\n\t}\n}\n'
DOCKERFILE = b"""# syntax=docker/dockerfile:1
FROM golang:1.25 AS build
WORKDIR /src
ENV GOPROXY=https://goproxy.example,direct CGO_ENABLED=0
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN go build -o /app .

FROM scratch
COPY --from=build /app /app
"""
DOCKERIGNORE = b".git\r\nvendor\r\n# ours"


class Clock:
    """A clock of its own: every reading is a second later."""

    def __init__(self) -> None:
        self.now = datetime(2026, 8, 23, 10, 15, 2, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@dataclass(frozen=True)
class Host:
    """What a test plays with."""

    system: System
    root: Path
    project: Path
    home: Path
    programs: Path

    def program(self, name: str, script: str) -> Path:
        """Put a program on the host's PATH: a Python script."""
        path = self.programs / name
        path.write_text(f"#!{sys.executable}\nimport os, sys\nargs = sys.argv[1:]\n{script}\n")
        path.chmod(0o755)
        return path

    def as_user(self, uid: int, **env: str) -> Host:
        """Return the same host as another user sees it."""
        system = replace(self.system, uid=uid, env={**self.system.env, **env})
        return replace(self, system=system)

    def files(self) -> dict[str, tuple[bytes, int]]:
        """Return every file with its bytes and mode, but the program's own state."""
        return {
            str(path.relative_to(self.root)): (path.read_bytes(), path.stat().st_mode & 0o7777)
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and not self._is_state(path)
        }

    def folders(self) -> set[str]:
        """Return every folder, but the program's own state and what leads to it."""
        state = self.home / ".local"
        return {
            str(path.relative_to(self.root))
            for path in self.root.rglob("*")
            if path.is_dir() and not path.is_relative_to(state) and not self._is_state(path)
        }

    def _is_state(self, path: Path) -> bool:
        return "gomod-wizard" in path.relative_to(self.root).parts


@contextmanager
def in_memory() -> Iterator[Path]:
    """A folder on memory where there is such a disk: thousands of hosts are made."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


def make_host(folder: Path) -> Host:
    root = Path(os.path.realpath(folder)) / "host"
    project, home, programs = root / "work" / "app", root / "home" / "dev", root / "bin"
    for made in (project, home, programs, root / "etc" / "docker"):
        made.mkdir(parents=True)
    system = System(
        env={"PATH": str(programs), "HOME": str(home)},
        home=home,
        uid=os.geteuid(),
        root=root,
        platform="linux",
        clock=Clock(),
    )
    return Host(system=system, root=root, project=project, home=home, programs=programs)


def artifact(
    name: str, scope: Scope, path: str | Path, content: Content, **more: object
) -> Artifact:
    given = {"standalone": f"# gomod-wizard\n{name}\n", **more}
    return Artifact(name=name, scope=scope, path=str(path), content=content, **given)  # type: ignore[arg-type]


def daemon_json(keys: Mapping[str, object], **more: object) -> Artifact:
    return artifact(
        "daemon.json", Scope.SYSTEM, "/etc/docker/daemon.json", JsonKeys(keys=keys), **more
    )


def whole_plan(host: Host) -> tuple[Artifact, ...]:
    """Every kind of content, in every scope."""
    return (
        artifact(
            "Dockerfile",
            Scope.PROJECT,
            "Dockerfile",
            DockerfileBlock(stage="build", lines=("RUN --mount=type=secret,id=x true",)),
        ),
        artifact(".dockerignore", Scope.PROJECT, ".dockerignore", Block(lines=("!go.sum",))),
        artifact(
            "gomod-wizard.toml",
            Scope.PROJECT,
            "gomod-wizard.toml",
            TomlKeys(table="answers", keys={"goproxy": "direct", "mtu": 1400}),
        ),
        artifact("ci.yml", Scope.PROJECT, "ci/new/ci.yml", Whole(text="# gomod-wizard\na: 1\n")),
        artifact(
            "docker-config.json",
            Scope.USER,
            host.home / ".docker" / "config.json",
            JsonKeys(keys={"proxies": {"default": {"httpProxy": "http://p:1"}}}),
            mode=0o600,
        ),
        daemon_json({"mtu": 1400, "dns": ["10.0.0.1"]}),
    )


def go_env(host: Host, **variables: str | None) -> Artifact:
    return artifact(
        "go-env.sh",
        Scope.USER,
        host.home / ".config" / "go" / "env",
        GoEnv(variables=variables),
    )


def go_on_path() -> str | None:
    """Return the folder of the real go, None where there is none."""
    beside = Path(sys.executable).with_name("go")
    found = str(beside) if beside.exists() else shutil.which("go")
    return None if found is None else str(Path(found).parent)


def furnish(host: Host) -> None:
    """Let the user's own files stand there."""
    _put(host.project / "Dockerfile", DOCKERFILE, 0o644)
    _put(host.project / ".dockerignore", DOCKERIGNORE, 0o664)
    _put(host.home / ".docker" / "config.json", DOCKER_CONFIG, 0o600)
    _put(host.root / "etc" / "docker" / "daemon.json", DAEMON_JSON, 0o640)


def _put(path: Path, data: bytes, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    path.chmod(mode)
