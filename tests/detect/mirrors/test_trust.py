"""Whom TLS trusts: the layouts of real systems, SSL_CERT_FILE and SSL_CERT_DIR as Go reads them."""

from __future__ import annotations

import ssl
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests.detect.mirrors.conftest import Probe
from tests.servers import Authority, Mirror
from wizard.facts.mirrors import Failure
from wizard.system import System

DEBIAN = "/etc/ssl/certs/ca-certificates.crt"
FEDORA = "/etc/pki/tls/certs/ca-bundle.crt"
ALPINE = "/etc/ssl/cert.pem"


def put(machine: System, path: str, data: bytes) -> Path:
    file = machine.path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file


def hashed_name(certificate: Path) -> str:
    """The file name under which OpenSSL looks for an authority in a folder."""
    found = subprocess.run(
        ["openssl", "x509", "-noout", "-subject_hash", "-in", certificate],
        capture_output=True,
        text=True,
        check=True,
    )
    return f"{found.stdout.strip()}.0"


@pytest.fixture
def other() -> Authority:
    """An authority that signs nothing here: what stands in a store beside the right one."""
    return Authority("Some Other Root")


async def ok(probe: Probe, authority: Authority, system: System) -> bool:
    with Mirror(authority) as mirror:
        (row,) = await probe(mirror, system=system, prove_all=True)
    assert row.ok or row.reason is Failure.TLS_UNTRUSTED
    assert row.proved in (True, None)
    return row.ok


@pytest.mark.parametrize("path", [DEBIAN, FEDORA, ALPINE])
async def test_the_bundle_is_found_where_each_system_keeps_it(
    probe: Probe, authority: Authority, machine: System, path: str
) -> None:
    put(machine, path, authority.bundle.read_bytes())
    assert await ok(probe, authority, machine)


async def test_an_empty_store_trusts_nobody(
    probe: Probe, authority: Authority, machine: System
) -> None:
    assert not await ok(probe, authority, machine)


async def test_a_folder_of_hashed_names_is_enough(
    probe: Probe, authority: Authority, machine: System
) -> None:
    name = hashed_name(authority.bundle)
    put(machine, f"/etc/ssl/certs/{name}", authority.bundle.read_bytes())
    assert await ok(probe, authority, machine)


async def test_an_authority_that_stands_in_the_bundle_alone_is_trusted(
    probe: Probe, authority: Authority, other: Authority, machine: System
) -> None:
    put(machine, f"/etc/ssl/certs/{hashed_name(other.bundle)}", other.bundle.read_bytes())
    put(machine, DEBIAN, other.bundle.read_bytes() + authority.bundle.read_bytes())
    assert await ok(probe, authority, machine)


async def test_a_loose_file_in_the_folder_is_trusted(
    probe: Probe, authority: Authority, machine: System
) -> None:
    put(machine, "/etc/ssl/certs/corp.pem", authority.bundle.read_bytes())
    assert await ok(probe, authority, machine)


async def test_ssl_cert_file_replaces_the_bundle(
    probe: Probe, authority: Authority, other: Authority, machine: System
) -> None:
    put(machine, DEBIAN, b"")
    put(machine, FEDORA, authority.bundle.read_bytes())
    there = replace(machine, env={**machine.env, "SSL_CERT_FILE": str(authority.bundle)})
    elsewhere = replace(machine, env={**machine.env, "SSL_CERT_FILE": str(other.bundle)})
    machine.path(FEDORA).rename(machine.path(FEDORA).parent.parent / "moved")
    assert await ok(probe, authority, there)
    assert not await ok(probe, authority, elsewhere)


async def test_ssl_cert_dir_replaces_the_folders(
    probe: Probe, authority: Authority, machine: System, tmp_path: Path
) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "root.pem").write_bytes(authority.bundle.read_bytes())
    env = {**machine.env, "SSL_CERT_DIR": f"{tmp_path}/absent:{folder}"}
    assert await ok(probe, authority, replace(machine, env=env))


async def test_a_missing_ssl_cert_file_and_a_der_file_are_passed_over(
    probe: Probe, authority: Authority, machine: System, tmp_path: Path
) -> None:
    name = hashed_name(authority.bundle)
    put(machine, f"/etc/ssl/certs/{name}", authority.bundle.read_bytes())
    der = ssl.PEM_cert_to_DER_cert(authority.bundle.read_text())
    put(machine, "/etc/pki/tls/certs/corp.der", der)
    env = {**machine.env, "SSL_CERT_FILE": str(tmp_path / "absent.pem")}
    assert await ok(probe, authority, replace(machine, env=env))
