"""Who signed: an authority of this host's own is found, a public one is not taken for it."""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from datetime import UTC, datetime
from pathlib import Path

import certifi
import pytest

from tests.servers import QUOTE, Authority, Mirror
from wizard.detect.catalogue import mirrors_from_urls
from wizard.detect.mirrors import probe_mirrors
from wizard.detect.mirrors.authorities import own_authorities
from wizard.detect.mirrors.certificate import describe
from wizard.detect.request import Request, ignore
from wizard.facts.mirrors import MirrorFacts
from wizard.facts.proxy import GoProxyEnvironment
from wizard.system import System


async def probed(system: System, mirror: Mirror) -> MirrorFacts:
    return await probe_mirrors(
        system,
        Request(project=Path("/nowhere")),
        mirrors_from_urls([mirror.url]),
        GoProxyEnvironment(http=None, https=None, no_proxy=""),
        (QUOTE.canary,),
        None,
        ignore,
        asyncio.get_running_loop().time() + 20,
    )


def der_of(authority: Authority) -> bytes:
    return ssl.PEM_cert_to_DER_cert(authority.bundle.read_text())


async def test_an_authority_of_the_hosts_own_is_found_with_its_file(
    authority: Authority, trusting: System
) -> None:
    with Mirror(authority) as mirror:
        facts = await probed(trusting, mirror)
    (found,) = facts.authorities.or_else(())
    assert found.subject == "Loopback Test CA"
    assert found.sha256 == hashlib.sha256(der_of(authority)).hexdigest()
    assert found.source == str(trusting.path("/etc/ssl/certs/ca-certificates.crt"))
    assert found.hosts == (f"127.0.0.1:{mirror.port}",)


async def test_a_mirror_that_is_refused_still_shows_who_intercepts(
    authority: Authority, trusting: System
) -> None:
    with Mirror(authority, "status-403") as mirror:
        facts = await probed(trusting, mirror)
    assert len(facts.authorities.or_else(())) == 1


async def test_an_untrusted_authority_is_nobody_of_the_hosts(
    authority: Authority, trusting: System
) -> None:
    with Mirror(authority, certificate="untrusted") as mirror:
        facts = await probed(trusting, mirror)
    assert facts.authorities.value is None


def test_an_authority_that_the_distribution_ships_is_public(
    authority: Authority, machine: System
) -> None:
    folder = machine.path("/usr/share/ca-certificates/mozilla")
    folder.mkdir(parents=True)
    (folder / "Root.crt").write_bytes(authority.bundle.read_bytes())
    assert own_authorities(machine, {"a.example": der_of(authority)}).value == ()


def mozillas() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cafile=certifi.where())
    return context


def test_every_authority_of_mozillas_list_is_public(machine: System) -> None:
    ders = mozillas().get_ca_certs(binary_form=True)
    seen = {f"{number}.example": der for number, der in enumerate(ders)}
    assert own_authorities(machine, seen).value == ()


def test_the_last_day_is_the_one_that_python_reads() -> None:
    for der in mozillas().get_ca_certs(binary_form=True):
        one = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        one.load_verify_locations(cadata=der)
        (info,) = one.get_ca_certs()
        seconds = ssl.cert_time_to_seconds(str(info["notAfter"]))
        assert describe(der).expires == datetime.fromtimestamp(seconds, UTC).date().isoformat()


@pytest.mark.parametrize(
    "der", [b"", b"\x30", b"\x30\x84\xff\xff\xff\xff", b"\x30\x03\x30\x01\x00"]
)
def test_bytes_that_are_no_certificate_say_nothing(der: bytes) -> None:
    assert describe(der).subject is None
