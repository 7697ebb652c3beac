"""Signatures of the real tools, and everything that is none."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.preset.documents import Signer, minisigner, small, ssh_signer
from wizard.errors import UnsafeError, UsageError
from wizard.preset.signatures import Key, read_key, verify
from wizard.system import System

DOCUMENT = small(3)


def _key(machine: System, given: str, folder: Path = Path("/")) -> Key:
    return read_key(machine, given, where="--key", folder=folder)


def _refusal(key: Key, document: bytes, signature: bytes) -> UnsafeError:
    with pytest.raises(UnsafeError) as caught:
        verify(key, document, signature, where="p.toml" + key.suffix)
    assert caught.value.code == 4
    return caught.value


def test_a_right_signature_holds(machine: System, signer: Signer, tmp_path: Path) -> None:
    key = _key(machine, signer.key)
    assert key.suffix == signer.suffix
    verify(key, DOCUMENT, signer.sign(DOCUMENT, tmp_path), where="p")


def test_a_changed_file_is_refused_with_the_line(
    machine: System, signer: Signer, tmp_path: Path
) -> None:
    signature = signer.sign(DOCUMENT, tmp_path)
    error = _refusal(_key(machine, signer.key), DOCUMENT + b"\n", signature)
    assert "does not fit" in str(error.message)
    assert error.where in ("p.toml.minisig:2", "p.toml.sig:1")


def test_another_key_is_refused(machine: System, signer: Signer, tmp_path: Path) -> None:
    other = minisigner() if signer.suffix == ".minisig" else ssh_signer(tmp_path, "other")
    error = _refusal(_key(machine, other.key), DOCUMENT, signer.sign(DOCUMENT, tmp_path))
    assert "another key" in str(error.message)
    assert error.where[-2:] in (":1", ":2")


def test_a_signature_for_another_purpose_is_refused(machine: System, tmp_path: Path) -> None:
    signer = ssh_signer(tmp_path)
    signature = signer.sign(DOCUMENT, tmp_path, namespace="git")
    assert "-n gomod-wizard" in str(
        _refusal(_key(machine, signer.key), DOCUMENT, signature).message
    )


def test_the_comment_that_minisign_signs_too_cannot_be_changed(
    machine: System, tmp_path: Path
) -> None:
    signer = minisigner()
    signature = signer.sign(DOCUMENT, tmp_path).replace(b"trusted comment: ", b"trusted comment: x")
    lines = signature.splitlines()
    assert lines[2].startswith(b"trusted comment: x")
    _refusal(_key(machine, signer.key), DOCUMENT, signature)


def test_no_part_of_a_signature_is_enough(machine: System, signer: Signer, tmp_path: Path) -> None:
    key, signature = _key(machine, signer.key), signer.sign(DOCUMENT, tmp_path)
    for size in range(0, len(signature.rstrip()) - 30, 7):
        _refusal(key, DOCUMENT, signature[:size])
    _refusal(key, DOCUMENT, b"<html>\n<p>Log in</p>\n\n\n")


_MINISIGN = minisigner()


@given(st.binary(max_size=300))
def test_any_bytes_are_no_signature(data: bytes) -> None:
    key = Key(_MINISIGN.key)
    _refusal(key, DOCUMENT, data)
    armored = b"-----BEGIN SSH SIGNATURE-----\n" + base64.b64encode(b"SSHSIG" + data)
    ssh = Key(
        "ssh-ed25519 " + base64.b64encode(b"\0\0\0\x0bssh-ed25519\0\0\0 " + b"k" * 32).decode()
    )
    _refusal(ssh, DOCUMENT, armored + b"\n-----END SSH SIGNATURE-----\n")


def test_a_key_is_read_from_its_file_without_its_comment(machine: System, tmp_path: Path) -> None:
    signer = ssh_signer(tmp_path)
    key = _key(machine, "id.pub", tmp_path)
    assert key.text == " ".join(signer.key.split()[:2])
    mini = minisigner()
    (tmp_path / "minisign.pub").write_text(f"untrusted comment: minisign key\n{mini.key}\n")
    assert _key(machine, str(tmp_path / "minisign.pub")).text == mini.key


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("# x\n\nssh-ed25519 AAAA\n", 3, "no public key"),
        ("ssh-dss AAAAB3NzaC1kc3M= x\n", 1, "no public key"),
        ("untrusted comment: minisign key\nRWnotbase64\n", 2, "no public key"),
        ("\n-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n", 2, "secret key"),
        ("untrusted comment: minisign encrypted secret key\nRWRT\n", 1, "secret key"),
        ("", 1, "no public key"),
    ],
)
def test_a_bad_key_is_named_with_its_line(
    machine: System, tmp_path: Path, text: str, line: int, words: str
) -> None:
    path = tmp_path / "key.pub"
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        _key(machine, str(path))
    assert caught.value.where == f"{path}:{line}"
    assert words in str(caught.value.message)
    with pytest.raises(UsageError, match="no file of one"):
        _key(machine, "neither-key-nor-file")
