"""Which network this is, and what counts there: fingerprints, names, answers, and lateness."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.plan.facts_builder import ETH0, ROUTES, facts, mirror_facts, network_facts, proxy_facts
from tests.servers import QUOTE, Authority, Mirror
from wizard.cli.invocation import TIMEOUTS_S
from wizard.cli.parser import build_parser
from wizard.detect.request import DEFAULT_TIMEOUT_S
from wizard.facts import Facts, known
from wizard.facts.mirrors import Authority as Signer
from wizard.facts.network import Interface, Resolver, Route
from wizard.moves.fingerprint import fingerprint_of
from wizard.system import System

SIGNER = Signer(
    subject="CN=Customer Works Inspection CA", sha256="00", expires="2030-01-01", pem="",
    source="/usr/local/share/ca-certificates/x.crt", hosts=("proxy.golang.org",),
)  # fmt: skip
WG0 = Interface(name="wg0", mtu=1420, up=True, addresses=("10.9.0.2/32",), docker=False)
HERE = facts(network=network_facts(search_domains=("corp.example",)))


def _network(**changes: object) -> Facts:
    return facts(network=network_facts(**{"search_domains": ("corp.example",), **changes}))  # type: ignore[arg-type]


def _default_via(gateway: str) -> tuple[Route, ...]:
    return tuple(
        replace(one, gateway=gateway) if one.gateway is not None else one for one in ROUTES
    )


ELSEWHERE = {
    "gateways": _network(routes=_default_via("192.168.178.254")),
    "resolvers": _network(resolvers=(Resolver(address="1.1.1.1", loopback=False, source="x"),)),
    "search": _network(search_domains=("south.corp.example",)),
    "tunnels": _network(interfaces=(ETH0, WG0)),
}
"""Each of these alone is another place."""
CHANGED = {
    "proxies": replace(HERE, proxy=proxy_facts(https="http://proxy.corp.example:3128")),
    "authorities": replace(HERE, mirrors=replace(mirror_facts(), authorities=known((SIGNER,), ""))),
}
"""The same place in another state: the decisions change, and the name stays."""
NO_CHANGE = {
    "another lease": _network(interfaces=(replace(ETH0, addresses=("192.168.178.99/24",)),)),
    "a VPN that is down": _network(interfaces=(ETH0, replace(WG0, up=False))),
    "a network of Docker's": _network(
        routes=(*ROUTES, replace(ROUTES[2], destination="172.18.0.0/16", interface="br-1"))
    ),
    "routes in another order": _network(routes=ROUTES[::-1]),
}


@pytest.mark.parametrize("part", ELSEWHERE)
def test_each_of_these_alone_makes_another_place(part: str) -> None:
    here, there = fingerprint_of(HERE), fingerprint_of(ELSEWHERE[part])
    assert there.place != here.place
    assert [what for what, _, _ in here.differences(there)] == [part]


@pytest.mark.parametrize("part", CHANGED)
def test_a_proxy_or_an_authority_is_told_and_the_place_is_the_same(part: str) -> None:
    here, there = fingerprint_of(HERE), fingerprint_of(CHANGED[part])
    assert there.place == here.place
    assert [what for what, _, _ in here.differences(there)] == [part]


@pytest.mark.parametrize("what", NO_CHANGE)
def test_what_changes_every_day_changes_no_fingerprint(what: str) -> None:
    assert fingerprint_of(NO_CHANGE[what]) == fingerprint_of(HERE)


def _at(machine: System, resolv_conf: str, **env: str) -> System:
    resolv = machine.path("/etc/resolv.conf")
    resolv.parent.mkdir(parents=True, exist_ok=True)
    resolv.write_text(resolv_conf)
    return replace(machine, env={**machine.env, "GOPROXY": "https://127.0.0.1:9", **env})


def office(machine: System, **env: str) -> System:
    return _at(machine, "nameserver 10.0.0.53\nsearch corp.example\n", **env)


def _home(machine: System, **env: str) -> System:
    return _at(machine, "nameserver 192.0.2.1\nsearch home.example\n", **env)


def test_an_answer_of_one_network_is_not_forced_on_another_and_returns(
    command: Command, project: Path, machine: System
) -> None:
    """Twice there and back: what a refresh wrote must not forget what a person said."""
    profile = project / "gomod-wizard.toml"
    sets = ("--set", "mtu=1300", "--set", "goprivate=git.corp.example")
    assert command("apply", "--yes", *sets, system=office(machine)).code == 0
    here = profile.read_bytes()
    for _ in range(2):
        assert command("refresh", "--yes", system=_home(machine)).code == 0
        assert b"1300" not in profile.read_bytes()
        assert b"git.corp.example" in profile.read_bytes()  # what is private is so everywhere
        back = command("check", "--json", system=office(machine))
        assert [row["key"] for row in back.json["stale"]] == ["mtu"]
        assert command("refresh", "--yes", system=office(machine)).code == 0
        assert profile.read_bytes() == here
        assert command("check", system=office(machine)).code == 0


def test_a_colleagues_answer_holds_on_every_network(
    command: Command, project: Path, machine: System
) -> None:
    (project / "gomod-wizard.toml").write_text("[answers]\nmtu = 1300\n")
    assert command("apply", "--yes", system=office(machine)).code == 0
    assert command("refresh", "--yes", system=_home(machine)).code == 0
    assert "1300" in (project / "gomod-wizard.toml").read_text()


def test_a_login_programs_arguments_are_not_kept(
    command: Command, home: Path, machine: System
) -> None:
    given = ("--set", "goauth=helper made-up-3f9c")
    assert command("apply", "--yes", *given, system=office(machine)).code == 0
    kept = home / ".local" / "state" / "gomod-wizard" / "networks"
    assert "made-up-3f9c" not in "".join(path.read_text() for path in kept.iterdir())
    ended = command("check", "--json", system=office(machine))
    assert "made-up-3f9c" not in str(ended.json)


def test_a_linked_folder_of_networks_is_not_followed(
    command: Command, home: Path, machine: System, tmp_path: Path
) -> None:
    state = home / ".local" / "state" / "gomod-wizard"
    state.mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (state / "networks").symlink_to(tmp_path / "elsewhere")
    ended = command("apply", "--yes", system=office(machine))
    assert ended.code == 0
    assert "cannot be kept" in ended.err
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.fixture(scope="module")
def authority() -> Iterator[Authority]:
    with Authority() as made:
        yield made


@pytest.fixture
def trusting(machine: System, authority: Authority) -> System:
    bundle = machine.path("/etc/ssl/certs/ca-certificates.crt")
    bundle.parent.mkdir(parents=True)
    bundle.write_bytes(authority.bundle.read_bytes())
    return machine


@pytest.fixture
def mirrors(
    authority: Authority, offline_catalogue: Path, command: Command
) -> Iterator[tuple[Mirror, Mirror]]:
    """Two good mirrors: the first is the one in use, the second stands in the catalogue."""
    with Mirror(authority) as used, Mirror(authority) as other:
        canary = QUOTE.canary
        offline_catalogue.write_text(
            f'shipped = false\n[[mirror]]\nname = "other"\nurl = "{other.url}"\n'
            f'[[canary]]\npath = "{canary.path}"\nversion = "{canary.version}"\n'
            f'zip_hash = "{canary.zip_hash}"\nmod_hash = "{canary.mod_hash}"\nsource = "tests"\n'
        )
        yield used, other


def test_the_name_of_a_network_is_given_without_asking_anybody(
    command: Command, trusting: System, mirrors: tuple[Mirror, Mirror]
) -> None:
    used, other = mirrors
    here = office(trusting, GOPROXY=used.url)
    assert command("apply", "--yes", "--timeout", "20", system=here).code == 0
    asked = len(used.requests) + len(other.requests)
    assert command("networks", "--name", "office", system=here).code == 0
    assert len(used.requests) + len(other.requests) == asked
    listed = command("networks", "--json", system=here).json["networks"]
    assert [one["name"] for one in listed] == ["office"]


def test_a_mirror_that_is_only_late_is_not_called_stale_and_nothing_is_written(
    command: Command, trusting: System, home: Path, mirrors: tuple[Mirror, Mirror]
) -> None:
    used, _ = mirrors
    here = office(trusting, GOPROXY=used.url)
    assert command("apply", "--yes", "--timeout", "20", system=here).code == 0
    used.behaviour = "silent"
    ended = command("check", "--json", system=here)
    assert ended.json["stale"] == []
    assert [row["key"] for row in ended.json["unsure"]] == ["goproxy"]
    assert ended.code == 0
    assert "not judged" in command("check", system=here).out
    assert command("refresh", "--yes", "--json", system=here).json["changes"] == []


def test_a_mirror_that_refuses_is_called_stale(
    command: Command, trusting: System, mirrors: tuple[Mirror, Mirror]
) -> None:
    used, other = mirrors
    here = office(trusting, GOPROXY=used.url)
    assert command("apply", "--yes", "--timeout", "20", system=here).code == 0
    used.behaviour = "status-403"
    ended = command("check", "--json", "--timeout", "20", system=here)
    assert [(row["key"], row["is"]) for row in ended.json["stale"]] == [("goproxy", other.url)]
    assert ended.json["unsure"] == []
    assert ended.code == 1


def test_a_file_that_only_another_network_needed_is_gone_again(
    command: Command, trusting: System, home: Path, mirrors: tuple[Mirror, Mirror]
) -> None:
    here = {"GOPROXY": mirrors[0].url}
    there = {**here, "HTTPS_PROXY": "http://proxy.home.example:8080"}
    config = home / ".docker" / "config.json"
    slowly = ("--yes", "--timeout", "20")
    assert command("apply", *slowly, system=office(trusting, **here)).code == 0
    assert not config.exists()
    for one in mirrors:
        one.behaviour = "status-403"
    assert command("refresh", *slowly, system=_home(trusting, **there)).code == 0
    assert "proxy.home.example" in config.read_text()
    for one in mirrors:
        one.behaviour = "good"
    assert command("refresh", *slowly, system=office(trusting, **here)).code == 0
    assert not config.exists()
    assert command("check", "--timeout", "20", system=office(trusting, **here)).code == 0


@pytest.fixture
def silent_engine(tmp_path: Path) -> Iterator[str]:
    """An engine's socket that takes every connection and never says a word."""
    path = tmp_path / "engine.sock"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen(64)
        yield f"unix://{path}"


def test_an_engine_that_is_only_late_makes_nothing_stale(
    command: Command, machine: System, silent_engine: str
) -> None:
    before = office(machine, HTTPS_PROXY="http://proxy.corp.example:3128")
    assert command("apply", "--yes", system=before).code == 0
    late = replace(before, env={**before.env, "DOCKER_HOST": silent_engine})
    ended = command("check", "--json", system=late)
    assert ended.json["stale"] == []
    assert ended.code == 0


@pytest.mark.parametrize(
    ("words", "seconds"),
    [(("check",), 1.5), (("plan",), 5.0), (("detect",), 5.0), (("plan", "--timeout", "9"), 9.0)],
)
def test_each_command_has_its_own_deadline(words: tuple[str, ...], seconds: float) -> None:
    """The deadline of one command must not become everybody's: they share the flag."""
    flags = build_parser("0").parse_args(list(words))
    usual = TIMEOUTS_S.get(flags.command, DEFAULT_TIMEOUT_S)
    assert getattr(flags, "timeout", usual) == seconds
