"""Signatures of a preset, by one pinned key: minisign's, or those of `ssh-keygen -Y sign`.

The libraries load `cryptography`, which costs more than a whole `plan`: they are imported where
a signature is checked, and a copy that was checked once is known by its hash.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from pathlib import Path

from wizard.errors import UnsafeError, UsageError
from wizard.system import Failed, System
from wizard.text import Text, msg
from wizard.untrusted import clean_line

NAMESPACE = "gomod-wizard"
"""Of `ssh-keygen -Y sign -n`: a signature for git or for a mail is none for a preset."""
_KEY_LIMIT = 16 * 1024
_SSH_TYPES = ("ssh-ed25519", "ssh-rsa")
_HASHES = (b"sha256", b"sha512")
"""What ssh-keygen signs with (PROTOCOL.sshsig)."""
_BEGIN = b"-----BEGIN SSH SIGNATURE-----"
_MINISIGN_BYTES = 42
"""Of a public key: algorithm 2, key id 8, key 32 (minisign's README, "Signature format")."""


@dataclass(frozen=True, slots=True)
class Key:
    """A public key on one line: minisign's base64, or `ssh-ed25519 AAAA…`."""

    text: str

    @property
    def is_ssh(self) -> bool:
        """Whether it is a key of ssh-keygen's."""
        return self.text.startswith("ssh-")

    @property
    def suffix(self) -> str:
        """What the signature's name ends in."""
        return ".sig" if self.is_ssh else ".minisig"


def read_key(system: System, given: str, *, where: str, folder: Path) -> Key:
    """Return the key that `given` is, or the file of that name holds.

    Raises UsageError with the file and the line.
    """
    lines = _lines(given)
    if not _is_key(lines) and "\n" not in given:
        path = folder / given
        text = system.read_text(path, _KEY_LIMIT)
        if isinstance(text, Failed):
            raise _no_key(msg("it is no public key, and no file of one"), where)
        lines, where = _lines(text), str(path)
    for number, line in lines:
        if "PRIVATE KEY" in line or "secret key" in line:
            raise _no_key(msg("that is a secret key; a preset is checked by the public one"),
                          f"{where}:{number}")  # fmt: skip
        if (key := _key(line)) is not None:
            return key
    number = lines[-1][0] if lines else 1
    raise _no_key(
        msg("there is no public key of minisign or ssh-keygen in it"), f"{where}:{number}"
    )


def _lines(text: str) -> list[tuple[int, str]]:
    lines = enumerate(text.splitlines(), 1)
    return [(n, line.strip()) for n, line in lines if line.strip() and not line.startswith("#")]


def _is_key(lines: list[tuple[int, str]]) -> bool:
    return any(_key(line) is not None for _, line in lines)


def _no_key(message: Text, where: str) -> UsageError:
    return UsageError(
        message,
        where=where,
        hint=msg("give minisign.pub, an id_ed25519.pub, or the line in it"),
    )


def _key(line: str) -> Key | None:
    words = line.split()
    if len(words) >= 2 and words[0] in _SSH_TYPES:
        body = _decoded(words[1])
        named = len(words[0]).to_bytes(4) + words[0].encode()
        return Key(f"{words[0]} {words[1]}") if (body or b"").startswith(named) else None
    body = _decoded(line)
    if body is not None and len(body) == _MINISIGN_BYTES and body.startswith(b"Ed"):
        return Key(line)
    return None


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def verify(key: Key, document: bytes, signature: bytes, *, where: str) -> None:
    """Raise UnsafeError unless `signature` is that of `document` by `key`.

    `where`: the name of the signature; the line in it is added.
    """
    (_verify_ssh if key.is_ssh else _verify_minisign)(key, document, signature, where)


def _refused(message: Text, where: str, line: int) -> UnsafeError:
    return UnsafeError(
        msg("the preset is refused: {why}", why=message),
        where=f"{where}:{line}",
        hint=msg("ask whoever signs it; a new key is pinned by: gomod-wizard preset add … --key"),
    )


def _verify_minisign(key: Key, document: bytes, signature: bytes, where: str) -> None:
    lines = signature.splitlines()
    body = _decoded(lines[1].decode("ascii", "replace")) if len(lines) > 1 else None
    if len(lines) < 4 or body is None or len(body) != 74:
        line = min(max(len(lines), 1), 2)
        raise _refused(msg("that is no signature of minisign, or not all of it"), where, line)
    if body[2:10] != base64.b64decode(key.text)[2:10]:
        raise _refused(msg("it was signed by another key"), where, 2)
    from minisign import PublicKey, Signature

    try:
        PublicKey.from_base64(key.text).verify(document, Signature.from_bytes(signature))
    except ValueError:  # all that the library raises
        raise _refused(msg("the signature does not fit the file"), where, 2) from None


def _verify_ssh(key: Key, document: bytes, signature: bytes, where: str) -> None:
    lines = signature.splitlines()
    line = lines.index(_BEGIN) + 1 if _BEGIN in lines else 1
    from sshsig import InvalidSignature, PublicKey, check_signature
    from sshsig.sshsig import SshsigSignature

    try:
        known = SshsigSignature.from_armored(signature).hash_algo in _HASHES
        signer = check_signature(document, signature, NAMESPACE) if known else None
        pinned = PublicKey.from_openssh_str(key.text)
    except InvalidSignature as error:
        other = "amespace" in str(error)
        why = msg("the signature is for another purpose; sign with -n {name}", name=NAMESPACE)
        raise _refused(
            why if other else msg("the signature does not fit the file"), where, line
        ) from None
    except Exception as error:  # a parser on bytes from outside: whatever it raises
        why = msg("that is no signature of ssh-keygen, or not all of it ({kind})",
                  kind=clean_line(type(error).__name__, 60))  # fmt: skip
        raise _refused(why, where, line) from None
    if signer is None:
        raise _refused(msg("it was made with a hash that ssh-keygen does not use"), where, line)
    if signer != pinned:
        raise _refused(msg("it was signed by another key"), where, line)
