"""The played company as a whole: its servers, its laptop, and the door closed behind them."""

from __future__ import annotations

import contextlib
import ssl
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass

from wizard.demo.engine import Engine
from wizard.demo.guard import close_the_door
from wizard.demo.machine import PROJECT, build_machine
from wizard.demo.mirror import Behaviour, Mirror
from wizard.demo.proxy import PASSWORD, USER, Proxy
from wizard.demo.room import Room
from wizard.demo.serving import HOST, refused_port
from wizard.detect.docker_endpoint import DEFAULT_SOCKET
from wizard.resources import asset
from wizard.system import System
from wizard.text import Text, msg


@dataclass(frozen=True, slots=True)
class Played:
    """One server of the company, as people are told of it."""

    url: str
    what: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """What stands while the demo runs."""

    machine: System
    servers: tuple[Played, ...]

    @property
    def project(self) -> str:
        """The folder of the sample project."""
        return str(self.machine.root / "home" / "dev" / PROJECT)


_MIRRORS: tuple[tuple[str, Behaviour | None, float, str, Text], ...] = (
    ("goproxy.corp.example", Behaviour.GOOD, 0.004, "company", msg("the company's own mirror")),
    ("far.mirror.example", Behaviour.GOOD, 0.040, "company", msg("a good mirror, far away")),
    ("captive.mirror.example", Behaviour.LOGIN, 0.0, "company", msg("200 and a login page")),
    ("blocked.mirror.example", Behaviour.BLOCKED, 0.0, "company", msg("blocked: 403")),
    ("altered.mirror.example", Behaviour.ALTERED, 0.0, "company", msg("other bytes than known")),
    ("inspected.mirror.example", Behaviour.GOOD, 0.0, "stranger", msg("TLS by an unknown CA")),
    ("dead.mirror.example", None, 0.0, "", msg("nobody listens")),
)


@contextlib.contextmanager
def company() -> Iterator[Company]:
    """Play the company until it is left. Closes the door of this process for good."""
    with contextlib.ExitStack() as stack:
        room = stack.enter_context(Room()).folder
        ports: dict[str, int] = {}
        for name, behaviour, delay_s, certificate, _ in _MIRRORS:
            if behaviour is None:
                ports[name] = refused_port()
            else:
                mirror = Mirror(behaviour, _context(certificate), delay_s=delay_s)
                ports[name] = stack.enter_context(mirror).port
        ports["git.corp.example"] = ports["dead.mirror.example"]
        proxy = stack.enter_context(Proxy(ports))
        login = f"http://{USER}:{PASSWORD}@{HOST}:{proxy.port}"
        machine = build_machine(
            room, [(str(what), f"https://{name}") for name, _, _, _, what in _MIRRORS], login
        )
        stack.enter_context(Engine(machine.path(DEFAULT_SOCKET)))
        tempfile.tempdir = str(room / "tmp")
        close_the_door(room, (*ports.values(), proxy.port), ("git.corp.example",))
        yield Company(
            machine=machine,
            servers=(
                *(Played(f"https://{name}", what) for name, _, _, _, what in _MIRRORS),
                Played(f"http://{HOST}:{proxy.port}", msg("the company's proxy, wants a login")),
                Played(f"unix://{machine.path(DEFAULT_SOCKET)}", msg("a stand-in for an engine")),
            ),
        )


def _context(certificate: str) -> ssl.SSLContext:
    """Return the TLS side of a server.

    The keys are published on purpose: their authorities' own keys were thrown away, they are
    bound to names below `.example`, and nobody trusts them but the played machine.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(asset(f"demo/{certificate}.pem"))
    return context
