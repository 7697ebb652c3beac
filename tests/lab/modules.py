"""The Go modules of the lab's internet and of its company, with their true hashes.

Every module is a few lines of Go, written here. `published()` lays them out as a module proxy
serves them (`<path>/@v/<version>.info|.mod|.zip`), with a `.sum` file beside each for the checksum
database; `go_sum` gives the lines that a project's go.sum has for them. The hashes are computed
from the bytes, by Go's own rule, never written down.
"""

from __future__ import annotations

import base64
import hashlib
import io
import itertools
import json
import shutil
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from . import store, toolchains

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TIME: Final = "2026-01-15T12:00:00Z"


@dataclass(frozen=True)
class Module:
    """One version of one module: its files, go.mod among them."""

    path: str
    version: str
    files: Mapping[str, str] = field(repr=False)
    requires: tuple[Module, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.path}@{self.version}"

    def zip_hash(self) -> str:
        return hash1({f"{self.name}/{file}": text.encode() for file, text in self.files.items()})

    def mod_hash(self) -> str:
        return hash1({"go.mod": self.files["go.mod"].encode()})

    def sums(self) -> str:
        """Its two go.sum lines, which are its record in the checksum database too."""
        return (
            f"{self.path} {self.version} {self.zip_hash()}\n"
            f"{self.path} {self.version}/go.mod {self.mod_hash()}\n"
        )

    def zipped(self) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for file, text in sorted(self.files.items()):
                archive.writestr(zipfile.ZipInfo(f"{self.name}/{file}"), text)
        return buffer.getvalue()


def hash1(files: Mapping[str, bytes]) -> str:
    """Go's `h1:` hash of a set of files (golang.org/x/mod/sumdb/dirhash)."""
    lines = "".join(
        f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)
    )
    return "h1:" + base64.b64encode(hashlib.sha256(lines.encode()).digest()).decode()


def library(path: str, version: str, says: str, *requires: Module) -> Module:
    """A module of one package with one function, `Say`, which also asks what it requires."""
    package = path.rsplit("/", 1)[-1].lower()
    wants = "".join(f"require {module.path} {module.version}\n" for module in requires)
    imports = "".join(f'import "{module.path}"\n' for module in requires)
    calls = "".join(
        f' + " " + {module.path.rsplit("/", 1)[-1].lower()}.Say()' for module in requires
    )
    return Module(
        path,
        version,
        {
            "go.mod": f"module {path}\n\ngo 1.24\n" + (f"\n{wants}" if wants else ""),
            f"{package}.go": f"// Package {package} says one thing.\npackage {package}\n\n"
            f"{imports}\n"
            f"// Say says it.\nfunc Say() string {{ return {json.dumps(says)}{calls} }}\n",
            "LICENSE": "Public domain.\n",
        },
        requires,
    )


WORDS: Final = library("github.com/lab-oss/words", "v0.3.1", "words")
SHOUT: Final = library("github.com/Lab-OSS/Shout", "v1.0.0", "SHOUT")  # upper case: escaped by Go
GREETING: Final = library("github.com/lab-oss/greeting", "v1.2.0", "hello", WORDS)
CANARY: Final = library("github.com/lab-oss/canary", "v1.0.0", "chirp")
PUBLIC: Final = (WORDS, SHOUT, GREETING, CANARY)

PRIVATE_LIB: Final = library("git.corp.example/team/lib", "v1.4.0", "company secret")
PRIVATE_DEEP: Final = library("git.corp.example/team/backend/lib", "v0.2.0", "deep secret")
INTERNAL: Final = library("go.corp.example/platform/log", "v1.1.0", "log")
COMPANY: Final = (PRIVATE_LIB, PRIVATE_DEEP, INTERNAL)


def closure(modules: Iterable[Module]) -> list[Module]:
    """The modules and all that they require, each once."""
    found: dict[str, Module] = {}
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        if module.name not in found:
            found[module.name] = module
            waiting += module.requires
    return [found[name] for name in sorted(found)]


def go_sum(modules: Iterable[Module]) -> str:
    """A complete go.sum for a project that requires `modules`."""
    return "".join(
        sorted("".join(module.sums() for module in closure(modules)).splitlines(keepends=True))
    )


def required_by(go_mod: str) -> list[Module]:
    """The lab's modules that a go.mod file names."""
    words = go_mod.split()
    pairs = set(itertools.pairwise(words))
    return [module for module in (*PUBLIC, *COMPANY) if (module.path, module.version) in pairs]


def escape(path: str) -> str:
    """A module path as it stands in a URL: `!l` for `L`."""
    return "".join(f"!{letter.lower()}" if letter.isupper() else letter for letter in path)


def published() -> Path:
    """The folder that holds all modules, as a module proxy lays them out; made on first use."""
    everything = (*PUBLIC, *COMPANY)
    wanted = hashlib.sha256(go_sum(everything).encode()).hexdigest()
    folder = store.cached("modules")
    with store.lock("modules"):
        stamp = folder / "made-from"
        if stamp.exists() and stamp.read_text() == wanted:
            return folder
        shutil.rmtree(folder, ignore_errors=True)
        for module in everything:
            _publish(folder, module, known_to_all=module in PUBLIC)
        _publish_toolchain(folder, toolchains.CURRENT)
        stamp.write_text(wanted)
    return folder


def _publish(folder: Path, module: Module, *, known_to_all: bool) -> None:
    at = folder / escape(module.path) / "@v"
    at.mkdir(parents=True, exist_ok=True)
    info = json.dumps({"Version": module.version, "Time": TIME})
    (at / f"{module.version}.info").write_text(info)
    (at / f"{module.version}.mod").write_text(module.files["go.mod"])
    (at / f"{module.version}.zip").write_bytes(module.zipped())
    if known_to_all:  # the checksum database vouches for public modules alone
        (at / f"{module.version}.sum").write_text(module.sums())
    (at / "list").write_text(f"{module.version}\n")
    (at.parent / "@latest").write_text(info)


def _publish_toolchain(folder: Path, version: str) -> None:
    """The module `golang.org/toolchain` for this Go: its GOROOT, as Google zips it."""
    path, release = "golang.org/toolchain", f"v0.0.1-go{version}.linux-amd64"
    at = folder / path / "@v"
    at.mkdir(parents=True, exist_ok=True)
    goroot, hashes = toolchains.go(version), {}
    with zipfile.ZipFile(
        at / f"{release}.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1
    ) as zipped:
        for file in sorted(goroot.rglob("*")):
            inside = file.relative_to(goroot).as_posix()
            if not file.is_file() or inside.startswith(("test/", "src/cmd/")):
                continue
            if file.name == "go.mod":  # a module zip has no nested go.mod: Google renames them so
                inside = inside.removesuffix("go.mod") + "_go.mod"
            name, data = f"{path}@{release}/{inside}", file.read_bytes()
            zipped.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED, 1)
            hashes[name] = hashlib.sha256(data).hexdigest()
    lines = "".join(f"{hashes[name]}  {name}\n" for name in sorted(hashes))
    total = "h1:" + base64.b64encode(hashlib.sha256(lines.encode()).digest()).decode()
    mod = b"module golang.org/toolchain\n"
    (at / f"{release}.mod").write_bytes(mod)
    (at / f"{release}.info").write_text(json.dumps({"Version": release, "Time": TIME}))
    (at / "list").write_text("")
    (at / f"{release}.sum").write_text(
        f"{path} {release} {total}\n{path} {release}/go.mod {hash1({'go.mod': mod})}\n"
    )
