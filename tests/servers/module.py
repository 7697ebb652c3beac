"""Small modules made here, with hashes computed by the book and not by the program under test."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Protocol

from wizard.facts.mirrors import Canary


def _h1(files: Mapping[str, bytes]) -> str:
    total = hashlib.sha256()
    for name in sorted(files, key=str.encode):
        total.update(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n".encode())
    return "h1:" + base64.b64encode(total.digest()).decode()


@dataclass(frozen=True)
class Module:
    """One version of a module: what a mirror serves of it, and what go.sum would say."""

    path: str
    version: str = "v1.0.0"
    files: Mapping[str, str] = field(default_factory=dict)
    """Beside go.mod; a small package where empty."""

    @cached_property
    def mod(self) -> bytes:
        """The bytes of `.mod`."""
        return f"module {self.path}\n\ngo 1.21\n".encode()

    @cached_property
    def info(self) -> bytes:
        """The bytes of `.info`."""
        return json.dumps({"Version": self.version, "Time": "2024-01-02T03:04:05Z"}).encode()

    @cached_property
    def content(self) -> dict[str, bytes]:
        """Name in the zip to bytes."""
        package = self.path.rpartition("/")[2].lower()
        files = self.files or {f"{package}.go": f"package {package}\n\nconst Name = 1\n"}
        prefix = f"{self.path}@{self.version}/"
        return {prefix + "go.mod": self.mod} | {prefix + k: v.encode() for k, v in files.items()}

    @cached_property
    def zip(self) -> bytes:
        """The bytes of `.zip`."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in self.content.items():
                archive.writestr(name, data)
        return out.getvalue()

    @cached_property
    def canary(self) -> Canary:
        """The module as the catalogue names it."""
        return Canary(
            path=self.path,
            version=self.version,
            zip_hash=_h1(self.content),
            mod_hash=_h1({"go.mod": self.mod}),
            source="tests",
        )

    @property
    def wire(self) -> str:
        """Path below a mirror's base, up to the suffix's dot: `/m/@v/v1.0.0`."""
        letters = (f"!{c.lower()}" if c.isupper() else c for c in self.path)
        return f"/{''.join(letters)}/@v/{self.version}"


QUOTE = Module("example.test/quote", "v1.5.2")
SHOUT = Module("example.test/Loud/Shout", "v0.3.1")


class HasUrl(Protocol):
    """Anything with an address."""

    @property
    def url(self) -> str:
        """Base URL."""


def write_catalogue(
    path: Path, mirrors: Iterable[HasUrl | str], canaries: Iterable[Canary] = (QUOTE.canary,)
) -> Path:
    """Write a user catalogue with these mirrors alone, and return its path."""
    lines = ["shipped = false\n"]
    for number, mirror in enumerate(mirrors, start=1):
        url = mirror if isinstance(mirror, str) else mirror.url
        lines.append(f'[[mirror]]\nname = "mirror {number}"\nurl = "{url}"\n')
    lines += [
        f'[[canary]]\npath = "{c.path}"\nversion = "{c.version}"\nzip_hash = "{c.zip_hash}"\n'
        f'mod_hash = "{c.mod_hash}"\nsource = "{c.source}"\n'
        for c in canaries
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines), encoding="utf-8")
    return path
