"""A mirror behind a login: asked with the credentials that Go would send, and nobody else is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.detect.mirrors.conftest import Probe
from tests.servers import Authority, Mirror
from wizard.facts.mirrors import Failure
from wizard.system import System

LOGIN = ("dev", "s3cret")


def netrc(home: Path, text: str) -> None:
    (home / ".netrc").write_text(text)


async def test_a_mirror_is_proved_with_the_credentials_of_netrc(
    authority: Authority, probe: Probe, home: Path
) -> None:
    with Mirror(authority, login=LOGIN) as mirror:
        netrc(home, f"machine 127.0.0.1:{mirror.port}\nlogin dev\npassword s3cret\n")
        (row,) = await probe(mirror)
    assert row.proved
    assert "s3cret" not in repr(row)


async def test_netrc_counts_for_host_and_port_together(
    authority: Authority, probe: Probe, home: Path
) -> None:
    with Mirror(authority, login=LOGIN) as mirror:
        netrc(home, "machine 127.0.0.1 login dev password s3cret\n")
        (row,) = await probe(mirror)
    assert (row.reason, "401" in str(row.detail)) == (Failure.HTTP_4XX, True)


async def test_the_credentials_of_goproxy_win_over_netrc(
    authority: Authority, probe: Probe, trusting: System, home: Path
) -> None:
    with Mirror(authority, login=LOGIN) as mirror:
        netrc(home, f"machine 127.0.0.1:{mirror.port} login dev password old\n")
        goproxy = mirror.url.replace("https://", "https://dev:s3cret@")
        there = replace(trusting, env={**trusting.env, "GOPROXY": f"{goproxy},direct"})
        (row,) = await probe(mirror, system=there)
    assert row.proved


async def test_a_plain_mirror_gets_no_credentials(
    authority: Authority, probe: Probe, home: Path
) -> None:
    with Mirror(authority, certificate="none") as mirror:
        netrc(home, f"machine 127.0.0.1:{mirror.port} login dev password s3cret\n")
        await probe(mirror)
        assert not any("authorization" in headers for headers in mirror.headers)


async def test_the_download_host_gets_no_credentials(
    authority: Authority, probe: Probe, home: Path
) -> None:
    with (
        Mirror(authority) as store,
        Mirror(authority, "zip-elsewhere", elsewhere=store.url, login=LOGIN) as mirror,
    ):
        netrc(home, f"machine 127.0.0.1:{mirror.port} login dev password s3cret\n")
        (row,) = await probe(mirror)
        leaked = any("authorization" in headers for headers in store.headers)
    assert (row.proved, leaked) == (True, False)


async def test_a_token_that_stands_as_the_user_is_sent(
    authority: Authority, probe: Probe, trusting: System
) -> None:
    with Mirror(authority, login=("tok3n", "")) as mirror:
        goproxy = mirror.url.replace("https://", "https://tok3n@")
        there = replace(trusting, env={**trusting.env, "GOPROXY": goproxy})
        (row,) = await probe(mirror, system=there)
    assert row.proved
    assert "tok3n" not in repr(row)


async def test_a_host_that_the_ranking_is_redirected_to_gets_no_credentials(
    authority: Authority, probe: Probe, home: Path
) -> None:
    with (
        Mirror(authority, "login-page") as portal,
        Mirror(authority, "login-elsewhere", elsewhere=portal.url, login=LOGIN) as mirror,
    ):
        netrc(home, f"machine 127.0.0.1:{mirror.port} login dev password s3cret\n")
        await probe(mirror)
        assert portal.requests
        assert not any("authorization" in headers for headers in portal.headers)
