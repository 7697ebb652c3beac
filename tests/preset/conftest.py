"""A machine whose organisation publishes a preset on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import command, offline_catalogue, project
from tests.preset.documents import Signer, minisigner, ssh_signer
from tests.preset.server import Site
from tests.servers import Authority
from wizard.system import System

__all__ = ["command", "offline_catalogue", "project"]

Later = Callable[..., System]


@pytest.fixture(scope="module")
def authority() -> Iterator[Authority]:
    with Authority() as made:
        yield made


@pytest.fixture
def site(authority: Authority) -> Iterator[Site]:
    """An HTTPS server of the organisation's."""
    with Site(authority) as serving:
        yield serving


@pytest.fixture
def trusting(machine: System, authority: Authority) -> System:
    """The empty machine; it trusts the organisation's authority."""
    return replace(
        machine,
        env={**machine.env, "SSL_CERT_FILE": str(authority.bundle),
             "GOPROXY": "https://127.0.0.1:9"},
    )  # fmt: skip


@pytest.fixture
def later(trusting: System) -> Later:
    """The same machine some hours later."""

    def after(**span: float) -> System:
        now = datetime(2026, 8, 23, 10, 15, tzinfo=UTC) + timedelta(**span)
        return replace(trusting, clock=lambda: now)

    return after


@pytest.fixture(params=["minisign", "ssh-ed25519", "ssh-rsa"])
def signer(request: pytest.FixtureRequest, tmp_path: Path) -> Signer:
    """Whoever signs for the organisation, with each kind of key."""
    if request.param == "minisign":
        return minisigner()
    return ssh_signer(tmp_path, "signer", request.param.removeprefix("ssh-"))
