"""The area `network`: interfaces, routes, resolvers asked one by one, hosts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from tests.detect.support import free_port, only, program, soon, with_env, write
from wizard.detect import resolvers
from wizard.detect.network import detect_network, parse_hosts
from wizard.detect.network_links import interfaces, is_dockers, routes
from wizard.detect.network_macos import parse_ifconfig, parse_netstat
from wizard.detect.resolvers import ask, ask_all, parse_resolv_conf, resolvers_of
from wizard.facts.base import Fact, State, known
from wizard.facts.network import Interface, NetworkFacts, Outcome, Resolver
from wizard.system import Failed, System

_ADDR = [
    {
        "ifname": "eth0", "mtu": 1400, "flags": ["BROADCAST", "UP"],
        "addr_info": [{"local": "10.1.2.3", "prefixlen": 24}],
    },
    {"ifname": "docker0", "mtu": 1500, "flags": [], "addr_info": []},
]  # fmt: skip
_ROUTES4 = [
    {"dst": "default", "gateway": "10.1.2.1", "dev": "eth0"},
    {"dst": "10.1.2.0/24", "dev": "eth0", "table": "main"},
    {"dst": "10.99.0.1", "dev": "tun0", "table": "52"},
    {"type": "local", "dst": "10.1.2.3", "dev": "eth0", "table": "local"},
    {"dst": "172.20.0.0/16", "nexthops": [
        {"gateway": "10.1.2.8", "dev": "eth0"}, {"gateway": "10.1.2.9", "dev": "eth0"}]},
]  # fmt: skip


def _ip(folder: Path) -> dict[str, str]:
    """Put an `ip` on PATH that prints what this file declares; return the environment."""
    script = (
        f"case \"$*\" in '-j addr') echo '{json.dumps(_ADDR)}';;"
        f" '-j -4'*) echo '{json.dumps(_ROUTES4)}';; *) echo '[]';; esac"
    )
    program(folder, "ip", script)
    return only(folder)


async def test_interfaces_have_mtu_state_and_addresses(machine: System, tmp_path: Path) -> None:
    found = await interfaces(with_env(machine, **_ip(tmp_path / "bin")), soon())

    eth0, docker0 = found.or_else(())
    assert (eth0.mtu, eth0.up, eth0.addresses) == (1400, True, ("10.1.2.3/24",))
    assert (docker0.up, docker0.docker) == (False, True)


async def test_routes_of_every_table_are_listed_without_the_hosts_own_addresses(
    machine: System, tmp_path: Path
) -> None:
    found = await routes(with_env(machine, **_ip(tmp_path / "bin")), soon())

    assert [(r.destination, r.gateway, r.table) for r in found.or_else(())] == [
        ("0.0.0.0/0", "10.1.2.1", "main"),
        ("10.1.2.0/24", None, "main"),
        ("10.99.0.1/32", None, "52"),
        ("172.20.0.0/16", "10.1.2.8", "main"),
        ("172.20.0.0/16", "10.1.2.9", "main"),
    ]


async def test_without_ip_the_kernels_own_files_are_read(machine: System, tmp_path: Path) -> None:
    head = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
    write(
        machine.root,
        {
            "sys/class/net/eth0/mtu": "1380\n",
            "sys/class/net/eth0/flags": "0x1003\n",
            "proc/net/route": head
            + "eth0\t00000000\t0100A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
            + "eth0\t0000A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n",
            "proc/net/fib_trie": "Main:\n  +-- 0.0.0.0/0 3\n     |-- 192.168.0.7\n"
            "        /32 host LOCAL\n     |-- 192.168.0.255\n        /32 link BROADCAST\n",
            "proc/net/if_inet6": "fd000000000000000000000000000002 02 40 00 80     eth0\n",
            "proc/net/ipv6_route": "fd000000000000000000000000000000 40 "
            + "0" * 32
            + " 00 "
            + "0" * 32
            + " 00000100 00000001 00000000 00000001     eth0\n",
        },
    )
    system = with_env(machine, **only(tmp_path / "bin"))

    links, table = await interfaces(system, soon()), await routes(system, soon())

    (eth0,) = links.or_else(())
    assert (eth0.mtu, eth0.up) == (1380, True)
    assert eth0.addresses == ("192.168.0.7/24", "fd00::2/64")
    assert [(r.destination, r.gateway) for r in table.or_else(())] == [
        ("0.0.0.0/0", "192.168.0.1"),
        ("192.168.0.0/24", None),
        ("fd00::/64", None),
    ]


@pytest.mark.parametrize("printed", ["3", "[3]", '[{"ifname": 1, "mtu": []}]', "BusyBox", "[{}]"])
async def test_an_ip_that_prints_something_else_is_not_believed(
    machine: System, tmp_path: Path, printed: str
) -> None:
    program(tmp_path / "bin", "ip", f"echo '{printed}'")
    system = with_env(machine, **only(tmp_path / "bin"))

    assert not (await interfaces(system, soon())).or_else(())
    assert not (await routes(system, soon())).or_else(())


async def test_where_nothing_tells_the_facts_are_unknown(machine: System, tmp_path: Path) -> None:
    system = with_env(machine, **only(tmp_path / "bin"))

    assert (await interfaces(system, soon())).state is State.UNKNOWN
    assert (await routes(system, soon())).state is State.UNKNOWN


@pytest.mark.parametrize("name", ["docker0", "br-0123456789ab", "veth1a2b3c4", "docker_gwbridge"])
def test_dockers_interfaces_are_told_by_their_names(name: str) -> None:
    assert is_dockers(name)


@pytest.mark.parametrize("name", ["eth0", "br-lan", "tun0", "virbr0", "dockerlike"])
def test_other_interfaces_are_not_taken_for_dockers(name: str) -> None:
    assert not is_dockers(name)


def test_resolv_conf_keeps_the_last_search_line() -> None:
    conf = parse_resolv_conf(
        "# made by hand\nnameserver 10.0.0.53 # office\nnameserver nonsense\n"
        "domain old.example\nsearch corp.example. example\noptions ndots:2\n"
    )

    assert (conf.servers, conf.search) == (("10.0.0.53",), ("corp.example", "example"))


def test_behind_a_stub_stand_the_real_servers_of_systemd(machine: System) -> None:
    write(
        machine.root,
        {
            "etc/resolv.conf": "nameserver 127.0.0.53\nsearch corp.example\n",
            "run/systemd/resolve/resolv.conf": "nameserver 10.0.0.53\nsearch corp.example vpn\n",
        },
    )

    found = resolvers_of(machine)

    assert not isinstance(found, Failed)
    resolvers, search = found
    assert [(r.address, r.loopback) for r in resolvers] == [
        ("127.0.0.53", True),
        ("10.0.0.53", False),
    ]
    assert search == ("corp.example", "vpn")


@pytest.mark.parametrize(
    "path", ["run/NetworkManager/no-stub-resolv.conf", "run/dnsmasq/resolv.conf"]
)
def test_behind_a_stub_of_another_stand_the_servers_of_its_own_file(
    machine: System, path: str
) -> None:
    write(
        machine.root,
        {"etc/resolv.conf": "nameserver 127.0.0.1\n", path: "nameserver 10.0.0.53\n"},
    )

    found = resolvers_of(machine)

    assert not isinstance(found, Failed)
    assert [(r.address, r.source) for r in found[0]] == [
        ("127.0.0.1", "/etc/resolv.conf"),
        ("10.0.0.53", f"/{path}"),
    ]


class _Dns(asyncio.DatagramProtocol):
    """A resolver: a name's addresses, or an outcome; an unknown name gets no answer at all."""

    def __init__(self, zone: Mapping[str, str]) -> None:
        self.zone = zone

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        question = query.question[0]
        said = self.zone.get(question.name.to_text(omit_final_dot=True))
        if said is None:
            return
        reply = dns.message.make_response(query)
        if said in {"NXDOMAIN", "REFUSED", "SERVFAIL"}:
            reply.set_rcode(dns.rcode.from_text(said))
        elif said:
            kind = "AAAA" if ":" in said else "A"
            if kind == question.rdtype.name:
                reply.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, said))
        self.transport.sendto(reply.to_wire(), addr)


@asynccontextmanager
async def _resolver(**zone: str) -> AsyncIterator[int]:
    names = {name.replace("_", "."): said for name, said in zone.items()}
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: _Dns(names), local_addr=("127.0.0.1", 0)
    )
    try:
        yield transport.get_extra_info("sockname")[1]
    finally:
        transport.close()


@pytest.mark.parametrize(
    ("said", "outcome", "addresses"),
    [
        ("10.1.2.3", Outcome.ANSWERED, ("10.1.2.3",)),
        ("fd00::9", Outcome.ANSWERED, ("fd00::9",)),
        ("NXDOMAIN", Outcome.NXDOMAIN, ()),
        ("REFUSED", Outcome.REFUSED, ()),
        ("SERVFAIL", Outcome.ERROR, ()),
        ("", Outcome.NO_DATA, ()),
    ],
)
async def test_a_resolver_is_asked_by_itself_and_what_it_says_is_told_apart(
    said: str, outcome: Outcome, addresses: tuple[str, ...]
) -> None:
    async with _resolver(git_corp_example=said) as port:
        answer = await ask("127.0.0.1", "git.corp.example", port=port)

    assert (answer.outcome, answer.addresses) == (outcome, addresses)


async def test_a_resolver_that_is_not_there_is_an_outcome_and_no_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(resolvers, "ANSWER_S", 0.2)
    answer = await ask("127.0.0.1", "git.corp.example", port=free_port())

    assert answer.outcome in {Outcome.ERROR, Outcome.TIMEOUT}


async def test_silence_of_one_resolver_does_not_delay_the_answer_of_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(resolvers, "ANSWER_S", 0.2)
    servers = [Resolver(address=a, loopback=True, source="") for a in ("127.0.0.1", "127.0.0.2")]
    async with _resolver(git_corp_example="10.1.2.3") as port:
        answers = await ask_all(servers, ["git.corp.example", "silent.example"], port=port)

    told = {(a.resolver, a.name): a.outcome for a in answers}
    assert told["127.0.0.1", "git.corp.example"] is Outcome.ANSWERED
    assert told["127.0.0.1", "silent.example"] is Outcome.TIMEOUT


@pytest.mark.parametrize(
    ("within_s", "told"),
    [
        (0.3, {"git.corp.example": Outcome.ANSWERED}),
        (1.1, {"git.corp.example": Outcome.ANSWERED, "silent.example": Outcome.TIMEOUT}),
    ],
)
async def test_what_was_said_in_time_counts_and_a_silence_only_when_it_was_long(
    within_s: float, told: Mapping[str, Outcome]
) -> None:
    servers = [Resolver(address="127.0.0.1", loopback=True, source="")]
    names = ["git.corp.example", "silent.example"]
    async with _resolver(git_corp_example="10.1.2.3") as port:
        answers = await ask_all(servers, names, port=port, within_s=within_s)

    assert {answer.name: answer.outcome for answer in answers} == told


def test_hosts_are_listed_without_loopback_and_the_machines_own_name() -> None:
    text = (
        "127.0.0.1 localhost\n::1 ip6-localhost\nff02::1 ip6-allnodes\n127.0.1.1 dev\n"
        "10.1.2.3 Git.Corp git # the server\n10.1.2.4 dev\nnonsense line\n"
    )

    assert parse_hosts(text, frozenset({"dev"})) == (("git.corp", "10.1.2.3"), ("git", "10.1.2.3"))


async def _whole(machine: System, *names: str) -> NetworkFacts:
    async def links() -> Fact[tuple[Interface, ...]]:
        return known((), "ip addr")

    async def wanted() -> tuple[str, ...]:
        return names

    return await detect_network(machine, links(), wanted(), soon())


async def test_a_machine_without_resolv_conf_has_nobody_to_ask(
    machine: System, tmp_path: Path
) -> None:
    facts = await _whole(with_env(machine, **only(tmp_path / "bin")), "mirror.example")

    assert facts.resolvers.state is State.NOT_APPLICABLE
    assert facts.answers.state is State.NOT_APPLICABLE


async def test_addresses_are_not_asked_for_as_names(machine: System, tmp_path: Path) -> None:
    write(machine.root, {"etc/resolv.conf": "nameserver 127.0.0.1\n"})

    facts = await _whole(with_env(machine, **only(tmp_path / "bin")), "127.0.0.1")

    assert facts.answers.state is State.NOT_APPLICABLE


@pytest.mark.parametrize(("text", "value"), [("1\n", True), ("0\n", False)])
async def test_ip_forward_is_read(machine: System, tmp_path: Path, text: str, value: bool) -> None:
    write(machine.root, {"proc/sys/net/ipv4/ip_forward": text})

    facts = await _whole(with_env(machine, **only(tmp_path / "bin")))

    assert facts.ip_forward.value is value


def test_macos_interfaces_are_read_out_of_ifconfig() -> None:
    text = (
        "en0: flags=8863<UP,BROADCAST,RUNNING> mtu 1500\n\tether aa:bb\n"
        "\tinet6 fe80::1%en0 prefixlen 64 secured scopeid 0x4\n"
        "\tinet 192.168.1.7 netmask 0xffffff00 broadcast 192.168.1.255\n"
        "utun3: flags=8051<POINTOPOINT,RUNNING> mtu 1380\n"
    )

    en0, utun3 = parse_ifconfig(text)

    assert en0.addresses == ("192.168.1.7/24", "fe80::1/64")
    assert (utun3.mtu, utun3.up) == (1380, False)


def test_macos_routes_are_read_out_of_netstat() -> None:
    text = (
        "Routing tables\n\nInternet:\nDestination Gateway Flags Netif Expire\n"
        "default 192.168.1.1 UGScg en0\n10 10.8.0.1 UGSc utun3\n192.168.1 link#4 UCS en0\n"
        "192.168.1.9 aa:bb UHLWI en0\n\nInternet6:\nDestination Gateway Flags Netif Expire\n"
        "default fe80::1%en0 UGcg en0\nfd00::/64 link#4 UC en0\n"
    )

    assert [(r.destination, r.gateway) for r in parse_netstat(text)] == [
        ("0.0.0.0/0", "192.168.1.1"),
        ("10.0.0.0/8", "10.8.0.1"),
        ("192.168.1.0/24", None),
        ("::/0", "fe80::1"),
        ("fd00::/64", None),
    ]
