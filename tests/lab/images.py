"""The base images that Dockerfiles name, made here: no lab has Docker Hub.

`golang:1.27-bookworm` is a real Debian with a real Go, git, ssh and CA certificates, laid out and
configured as the official image is. The `alpine` variant has no git, no ssh and no tools to manage
CA certificates, which is what makes the real one different for `go mod download`.
"""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from . import authorities, links, shell, store, toolchains, trees
from .machine import Bind, Machine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOT_IN_ALPINE: Final = (
    "./usr/bin/git*",
    "./usr/lib/git-core",
    "./usr/share/git-core",
    "./usr/share/perl*",
    "./usr/lib/x86_64-linux-gnu/perl*",
    "./usr/bin/ssh*",
    "./usr/bin/openssl",
    "./usr/bin/c_rehash",
    "./usr/sbin/update-ca-certificates",
    "./usr/share/ca-certificates",
    "./etc/ca-certificates*",
    "./usr/bin/apt*",
    "./usr/bin/dpkg*",
)
NOT_IN_ANY: Final = (
    "./.lab-packages",
    "./var/cache/apt/*",
    "./var/lib/apt/lists/*",
    "./usr/share/doc",
    "./usr/share/locale",
    "./usr/share/man",
    "./dev/*",
)


@dataclass(frozen=True)
class BaseImage:
    """One image: its tags, the Go in it, and what it lacks."""

    name: str
    go: str | None
    tags: tuple[str, ...]
    without: tuple[str, ...] = ()

    def configuration(self) -> list[str]:
        """The `docker import --change` lines: the official images' environment."""
        if self.go is None:
            return ['CMD ["bash"]']
        _, verifier = toolchains.sumdb_keys()
        return [
            "ENV PATH=/go/bin:/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin"
            ":/sbin:/bin",
            f"ENV GOLANG_VERSION={self.go}",
            "ENV GOTOOLCHAIN=local",
            "ENV GOPATH=/go",
            f"ENV GOSUMDB={verifier}",
            "WORKDIR /go",
            'CMD ["bash"]',
        ]

    def archive(self) -> Path:
        """The image's file system as one tar file, made on first use."""
        tree = trees.tree("image")
        goroot = toolchains.go(self.go) if self.go else None
        file = store.cached("images", f"{self.name}.tar")
        made_from, stamp = self._made_from(), file.with_suffix(".made-from")
        with store.lock("images"):
            if file.exists() and stamp.exists() and stamp.read_text() == made_from:
                return file
            authorities.trust_public(tree)
            fresh = file.with_suffix(".new")
            leave = [f"--exclude={pattern}" for pattern in (*NOT_IN_ANY, *self.without)]
            shell.run(["tar", "-C", tree, *leave, "-cf", fresh, "."], timeout=300).must()
            if goroot is not None:
                _append(fresh, goroot.parent, "go", "./usr/local/go")
                with _warm_cache(tree, goroot) as cache:
                    _append(fresh, cache, "go-build", "./root/.cache/go-build")
            fresh.rename(file)
            stamp.write_text(made_from)
        return file

    def _made_from(self) -> str:
        """What the archive depends on: another answer, and it is made again."""
        parts = (
            "with a warm cache",
            trees.PACKAGES["image"],
            self.go,
            self.without,
            NOT_IN_ANY,
            authorities.PUBLIC.certificate.read_text(),
        )
        return hashlib.sha256(repr(parts).encode()).hexdigest()


GOLANG: Final = BaseImage(
    "golang",
    toolchains.CURRENT,
    (
        "golang:1.27-bookworm",
        "golang:1.27",
        "golang:1.27.3",
        "golang:1.27.3-bookworm",
        "golang:1",
        "golang:1-bookworm",
        "golang:bookworm",
        "golang:latest",
    ),
)
GOLANG_OLD: Final = BaseImage(
    "golang-old",
    toolchains.PREVIOUS,
    ("golang:1.26-bookworm", "golang:1.26", "golang:1.26.6", "golang:1.26.6-bookworm"),
)
GOLANG_ALPINE: Final = BaseImage(
    "golang-alpine",
    toolchains.CURRENT,
    ("golang:1.27-alpine", "golang:alpine", "golang:1-alpine"),
    NOT_IN_ALPINE,
)
DEBIAN: Final = BaseImage(
    "debian",
    None,
    (
        "debian:bookworm-slim",
        "debian:bookworm",
        "debian:stable-slim",
        "gcr.io/distroless/static-debian12:nonroot",
        "gcr.io/distroless/static-debian12",
    ),
    NOT_IN_ALPINE,
)
ALL: Final = (GOLANG, GOLANG_OLD, GOLANG_ALPINE, DEBIAN)


def _append(archive: Path, folder: Path, name: str, target: str) -> None:
    """Add `folder/name` to the archive, under another path."""
    rename = f"--transform=s,^{name},{target},"
    options = ("--owner=0", "--group=0", rename)
    shell.run(["tar", "-C", folder, *options, "-rf", archive, name], timeout=300).must()


@contextlib.contextmanager
def _warm_cache(tree: Path, goroot: Path) -> Iterator[Path]:
    """The folder of a Go build cache that has the runtime compiled, from a build on such a machine.

    The lab measures networks, not compilers: without it, every build of every network would compile
    Go's runtime for ten seconds. It holds nothing of any module.
    """
    namespace = links.Namespace.create("warm")
    try:
        go = Bind(goroot, "/usr/local/go")
        with Machine.start("warm", namespace, tree, [go]) as machine:
            machine.write("/tmp/warm/go.mod", "module warm\n")
            machine.write("/tmp/warm/main.go", "package main\n\nfunc main() { println() }\n")
            machine.must(["go", "build", "-o", "/dev/null", "."], cwd="/tmp/warm", timeout=300)
            yield machine.folder / "written/root/.cache"
    finally:
        namespace.delete()
