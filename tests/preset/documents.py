"""Presets for tests: a whole one, and signatures of it by the real tools."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from minisign import KeyPair, SecretKey

from wizard.facts.preset import Preset
from wizard.preset.reading import read_preset

SOURCE = "https://go.corp.example/preset.toml"

_EXAMPLE = Path(__file__).parents[2] / "docs" / "schemas" / "preset.example.toml"
WHOLE = _EXAMPLE.read_text("utf-8")
"""The published example, which has every part."""


def small(version: int = 1, more: str = "") -> bytes:
    """Return a short preset."""
    head = f'schema = "gomod-wizard/preset/1"\norganisation = "Example Corp"\nversion = {version}\n'
    return (head + more).encode()


def preset(more: str, version: int = 1) -> Preset:
    """Return a short preset as it is read."""
    read = read_preset(small(version, more), SOURCE)
    assert isinstance(read, Preset), read
    return read


@dataclass(frozen=True, kw_only=True)
class Signer:
    """Somebody with a key pair; `key` is the public one on one line."""

    key: str
    suffix: str
    secret: SecretKey | Path

    def sign(self, document: bytes, folder: Path, namespace: str = "gomod-wizard") -> bytes:
        """Return the detached signature of `document`."""
        if isinstance(self.secret, SecretKey):
            return bytes(self.secret.sign(document))
        file = folder / "to-sign"
        file.write_bytes(document)
        subprocess.run(
            ["ssh-keygen", "-q", "-Y", "sign", "-f", self.secret, "-n", namespace, file],
            check=True, capture_output=True,
        )  # fmt: skip
        signature = file.with_suffix(".sig")
        made = signature.read_bytes()
        signature.unlink()
        return made


def minisigner() -> Signer:
    """Return a signer with a new minisign key."""
    pair = KeyPair.generate()
    key = pair.public_key.to_base64().decode()
    return Signer(key=key, suffix=".minisig", secret=pair.secret_key)


def ssh_signer(folder: Path, name: str = "id", kind: str = "ed25519") -> Signer:
    """Return a signer with a new key of the real ssh-keygen."""
    file = folder / name
    subprocess.run(
        ["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "it@corp.example", "-f", file], check=True
    )
    return Signer(key=file.with_suffix(".pub").read_text().strip(), suffix=".sig", secret=file)
