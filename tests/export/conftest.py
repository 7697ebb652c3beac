"""A project of three modules, one of them private, and a mirror of files that has them."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.ended import Ended
from tests.servers.module import QUOTE, SHOUT, Module, write_catalogue

ROOT = Path(__file__).parents[2]
PRIVATE = Module("git.corp.example/team/lib", "v1.2.0")
OLD = Module("example.test/old", "v0.1.0")
"""Only its go.mod is needed: QUOTE's graph names it."""
MODULES = (QUOTE, SHOUT, PRIVATE)

Export = Callable[..., Ended]


@dataclass(frozen=True)
class Place:
    """A home with a module cache of its own, and a project."""

    home: Path
    project: Path
    upstream: Path
    go: str

    @property
    def cache(self) -> Path:
        """The files that go downloaded."""
        return self.home / "go" / "pkg" / "mod" / "cache" / "download"

    def cached(self, module: Module, suffix: str) -> Path:
        """A file of the module cache, writable."""
        path = self.cache / f"{module.wire[1:]}.{suffix}"
        path.chmod(0o644)
        return path

    def env(self, **more: str) -> Mapping[str, str]:
        """The user's environment: the mirror, and what is private."""
        return {
            "PATH": f"{Path(self.go).parent}:/usr/bin:/bin",
            "HOME": str(self.home),
            "GOPROXY": f"file://{self.upstream}",
            "GOPRIVATE": "git.corp.example",
            "GONOPROXY": "none",
            "GOTOOLCHAIN": "local",
            "GOFLAGS": "-mod=mod",
            "PYTHONPATH": str(ROOT),
            "DOCKER_HOST": f"unix://{self.home}/none",
            **more,
        }


def lay(upstream: Path, module: Module) -> None:
    """Put a module into a mirror of files."""
    for suffix, data in (("info", module.info), ("mod", module.mod), ("zip", module.zip)):
        path = upstream / f"{module.wire[1:]}.{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def sums(modules: tuple[Module, ...]) -> str:
    """The go.sum of these modules, hashed by the book."""
    return "".join(
        f"{m.path} {m.version} {m.canary.zip_hash}\n{m.path} {m.version}/go.mod "
        f"{m.canary.mod_hash}\n"
        for m in modules
    )


@pytest.fixture
def place(go: str, tmp_path: Path) -> Iterator[Place]:
    home, project, upstream = tmp_path / "home", tmp_path / "project", tmp_path / "upstream"
    home.mkdir()
    project.mkdir()
    for module in MODULES:
        lay(upstream, module)
    requires = "".join(f"\t{m.path} {m.version}\n" for m in MODULES)
    (project / "go.mod").write_text(
        f"module example.org/app\n\ngo 1.21\n\nrequire (\n{requires})\n"
    )
    (project / "go.sum").write_text(sums(MODULES))
    write_catalogue(home / ".config" / "gomod-wizard" / "mirrors.toml", ["https://127.0.0.1:9"])
    yield Place(home, project, upstream, go)
    for where, _, _ in os.walk(home):
        os.chmod(where, stat.S_IRWXU)


@pytest.fixture
def export(place: Place, tmp_path: Path) -> Export:
    """Run `proxy-export --out …/tree` on that machine."""

    def run(*words: str, **env: str) -> Ended:
        done = subprocess.run(
            [sys.executable, "-m", "wizard", "proxy-export", "--out", str(tmp_path / "tree"),
             "--timeout", "60", "--project", str(place.project), *words],
            env=place.env(**env), capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        return Ended(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Where `export` writes."""
    return tmp_path / "tree"


def files(folder: Path) -> dict[str, bytes]:
    """Return every file below `folder`."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def download(place: Place, home: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Let a real go with an empty module cache download what the project needs."""
    return ask(place, home, "mod", "download", "-json", **env)


def ask(place: Place, home: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a real go with an empty module cache in the project."""
    home.mkdir()
    return subprocess.run(
        [place.go, *words],
        env={
            "PATH": "/usr/bin:/bin",
            "HOME": str(home),
            "GOTOOLCHAIN": "local",
            "GOMODCACHE": str(home / "cache"),
            "GOFLAGS": "-modcacherw",
            **env,
        },
        cwd=place.project,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def read_objects(text: str) -> list[dict[str, object]]:
    """Return the objects that `go mod download -json` printed."""
    decoder, at, found = json.JSONDecoder(), 0, []
    while (rest := text[at:]).strip():
        at += len(rest) - len(rest.lstrip())
        value, at = decoder.raw_decode(text, at)
        found.append(value)
    return found
