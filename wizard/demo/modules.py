"""The small Go modules that the played company serves; they exist nowhere else."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from wizard.rules.dirhash import hash_mod, hash_zip


@dataclass(frozen=True)
class Module:
    """One version of one module, as a mirror serves it."""

    path: str
    version: str
    source: str

    @property
    def mod(self) -> bytes:
        """The bytes of its go.mod."""
        return f"module {self.path}\n\ngo 1.21\n".encode()

    @property
    def info(self) -> bytes:
        """The bytes of its `.info`."""
        return json.dumps({"Version": self.version, "Time": "2025-02-03T04:05:06Z"}).encode()

    @cached_property
    def zip(self) -> bytes:
        """The bytes of its zip."""
        name = self.path.rpartition("/")[2].lower()
        files = {
            "go.mod": self.mod,
            f"{name}.go": f"// Package {name} belongs to a demo.\n{self.source}".encode(),
        }
        return packed(f"{self.path}@{self.version}", files)

    @property
    def wire(self) -> str:
        """Its path below a mirror's base, without the suffix; upper case as Go escapes it."""
        escaped = "".join(f"!{c.lower()}" if c.isupper() else c for c in self.path)
        return f"/{escaped}/@v/{self.version}"

    @property
    def zip_hash(self) -> str:
        """What go.sum holds for it."""
        return hash_zip(self.zip, self.path, self.version)

    @property
    def mod_hash(self) -> str:
        """What go.sum holds for its go.mod."""
        return hash_mod(self.mod)

    def files(self) -> Mapping[str, bytes]:
        """Return every answer of a mirror for it, by path."""
        return {
            f"{self.wire}.info": self.info,
            f"{self.wire}.mod": self.mod,
            f"{self.wire}.zip": self.zip,
            f"{self.wire.rpartition('/')[0]}/list": f"{self.version}\n".encode(),
            f"{self.wire.partition('/@v/')[0]}/@latest": self.info,
        }


def packed(prefix: str, files: Mapping[str, bytes]) -> bytes:
    """Return a module zip with `files` below `prefix`."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(f"{prefix}/{name}"), data)
    return out.getvalue()


QUOTE = Module("open.example/quote", "v1.5.2", 'package quote\n\nconst Hello = "Hello, demo."\n')
SAMPLER = Module("open.example/Sampler", "v1.3.1", "package sampler\n\nconst Rate = 48000\n")
MONEY = Module("git.corp.example/platform/money", "v0.4.0", 'package money\n\nconst Unit = "EUR"\n')
PUBLIC = (QUOTE, SAMPLER)
EVERY = (*PUBLIC, MONEY)


def go_sum() -> str:
    """Return the whole go.sum of the sample project."""
    return "".join(
        f"{one.path} {one.version} {one.zip_hash}\n{one.path} {one.version}/go.mod {one.mod_hash}\n"
        for one in sorted(EVERY, key=lambda module: module.path)
    )
