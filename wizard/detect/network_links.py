"""Interfaces and routes of this host: from `ip`, else from /sys and /proc, else from macOS."""

from __future__ import annotations

import contextlib
import ipaddress
import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, TypeVar

from wizard.detect.deadline import Deadline, in_thread
from wizard.facts.base import Fact, known, unknown
from wizard.facts.network import Interface, Route
from wizard.rules.addresses import parse_address
from wizard.rules.numbers import whole_number
from wizard.system import Completed, Failed, System
from wizard.text import msg
from wizard.untrusted import clean_line

T = TypeVar("T")

_TIMEOUT_S = 2.0
_DOCKER_NAME = re.compile(r"docker\d+|docker_gwbridge|br-[0-9a-f]{12}|veth[0-9a-f]+")
_NOT_A_ROUTE = {"local", "broadcast", "multicast", "anycast"}
_ANYWHERE = {"inet": "0.0.0.0/0", "inet6": "::/0"}


def is_dockers(name: str) -> bool:
    """Whether an interface of this name belongs to Docker."""
    return _DOCKER_NAME.fullmatch(name) is not None


async def interfaces(system: System, deadline: Deadline) -> Fact[tuple[Interface, ...]]:
    """Return the interfaces with their MTU and addresses."""
    if system.platform == "darwin":
        from wizard.detect.network_macos import macos_interfaces

        return await macos_interfaces(system, deadline)
    links = await _ip_json(system, ("-j", "addr"), _interfaces_of, deadline)
    if links is not None:
        return known(links, "ip addr")
    found = await in_thread(lambda: _from_sys(system))
    if not found:
        return unknown(msg("neither ip nor /sys/class/net tells"), "/sys/class/net")
    return known(found, "/sys/class/net")


async def routes(system: System, deadline: Deadline) -> Fact[tuple[Route, ...]]:
    """Return the routes of every table, without those to the host's own addresses."""
    if system.platform == "darwin":
        from wizard.detect.network_macos import macos_routes

        return await macos_routes(system, deadline)
    source = "ip route show table all"
    found: list[Route] = []
    answered = False
    for family, flag in (("inet", "-4"), ("inet6", "-6")):
        argv = ("-j", flag, "route", "show", "table", "all")
        listed = await _ip_json(system, argv, partial(_routes_of, family=family), deadline)
        answered = answered or listed is not None
        found.extend(listed or ())
    if answered:
        return known(tuple(dict.fromkeys(found)), source)
    fallback = await in_thread(lambda: _from_proc(system))
    if fallback is None:
        return unknown(msg("neither ip nor /proc/net/route tells"), "/proc/net/route")
    return known(fallback, "/proc/net/route")


async def _ip_json(
    system: System,
    args: tuple[str, ...],
    read: Callable[[list[Any]], tuple[T, ...]],
    deadline: Deadline,
) -> tuple[T, ...] | None:
    """Return what `read` makes of the output of `ip`; None where it is not the JSON of `ip`."""
    result = await system.run(("ip", *args), timeout_s=min(_TIMEOUT_S, deadline.left()))
    if not isinstance(result, Completed) or result.code != 0:
        return None
    try:
        return read(json.loads(result.out or "[]"))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        # BusyBox's ip, or an old one, prints something else.
        return None


def _interfaces_of(listed: list[Any]) -> tuple[Interface, ...]:
    return tuple(_interface(item) for item in listed if item.get("ifname"))


def _interface(item: Mapping[str, Any]) -> Interface:
    name = clean_line(str(item["ifname"]), 60)
    return Interface(
        name=name,
        mtu=int(item.get("mtu", 0)),
        up="UP" in item.get("flags", ()),
        addresses=tuple(
            f"{ipaddress.ip_address(entry['local'])}/{int(entry['prefixlen'])}"
            for entry in item.get("addr_info", ())
            if "local" in entry and "prefixlen" in entry
        ),
        docker=is_dockers(name),
    )


def _routes_of(listed: list[Any], family: str) -> tuple[Route, ...]:
    return tuple(route for item in listed for route in _hops_of(item, family))


def _hops_of(item: Mapping[str, Any], family: str) -> Iterator[Route]:
    """Yield one route for each next hop; a route without one has its device alone."""
    if item.get("type") in _NOT_A_ROUTE:
        return
    word = str(item.get("dst", ""))
    destination = str(ipaddress.ip_network(_ANYWHERE[family] if word == "default" else word))
    for hop in item.get("nexthops") or (item,):
        via = hop.get("via")
        gateway = hop.get("gateway") or (via.get("host") if isinstance(via, Mapping) else None)
        yield Route(
            destination=destination,
            gateway=None if gateway is None else str(ipaddress.ip_address(gateway)),
            interface=clean_line(str(hop.get("dev", "")), 60),
            table=clean_line(str(item.get("table", "main")), 60),
        )


def _from_sys(system: System) -> tuple[Interface, ...]:
    folder = system.path("/sys/class/net")
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError:
        return ()
    addresses = _proc_addresses(system)
    found = []
    for name in names:
        mtu = _word(system, f"/sys/class/net/{name}/mtu")
        flags = _word(system, f"/sys/class/net/{name}/flags")
        found.append(
            Interface(
                name=clean_line(name, 60),
                mtu=whole_number(mtu) or 0,
                up=bool(int(flags, 16) & 1) if re.fullmatch(r"0x[0-9a-f]+", flags) else False,
                addresses=addresses.get(name, ()),
                docker=is_dockers(name),
            )
        )
    return tuple(found)


def _word(system: System, path: str) -> str:
    text = system.read_text(system.path(path), limit=4096)
    return "" if isinstance(text, Failed) else text.strip()


def _proc_addresses(system: System) -> dict[str, tuple[str, ...]]:
    """Return addresses by interface: v6 from if_inet6, v4 from the FIB and its link routes."""
    found: dict[str, list[str]] = {}
    text = system.read_text(system.path("/proc/net/fib_trie"))
    links = [route for route in _proc_routes4(system) or () if route.gateway is None]
    if not isinstance(text, Failed):
        for address in dict.fromkeys(
            re.findall(r"\|-- (\S+)\n\s+/32 host LOCAL", text) if len(text) < 4_000_000 else ()
        ):
            for link in links:
                network = ipaddress.ip_network(link.destination)
                if (here := parse_address(address)) is not None and here in network:
                    found.setdefault(link.interface, []).append(f"{address}/{network.prefixlen}")
                    break
    six = system.read_text(system.path("/proc/net/if_inet6"))
    if not isinstance(six, Failed):
        for line in six.splitlines():
            words = line.split()
            with contextlib.suppress(ValueError, IndexError):
                address6 = ipaddress.IPv6Address(int(words[0], 16))
                found.setdefault(words[5], []).append(f"{address6}/{int(words[2], 16)}")
    return {name: tuple(values) for name, values in found.items()}


def _from_proc(system: System) -> tuple[Route, ...] | None:
    four = _proc_routes4(system)
    return None if four is None else (*four, *_proc_routes6(system))


def _proc_routes4(system: System) -> tuple[Route, ...] | None:
    """Read /proc/net/route: the main table alone, addresses as little-endian hex words."""
    text = system.read_text(system.path("/proc/net/route"))
    if isinstance(text, Failed):
        return None
    found = []
    for line in text.splitlines()[1:]:
        words = line.split()
        try:
            destination, gateway, mask = (_little(words[index]) for index in (1, 2, 7))
            network = ipaddress.ip_network(f"{destination}/{mask}")
        except (ValueError, IndexError, OverflowError):
            continue
        found.append(
            Route(
                destination=str(network),
                gateway=None if int(gateway) == 0 else str(gateway),
                interface=clean_line(words[0], 60),
                table="main",
            )
        )
    return tuple(found)


def _little(word: str) -> ipaddress.IPv4Address:
    # The kernel prints the word in the host's byte order; every host this runs on is little.
    return ipaddress.IPv4Address(int(word, 16).to_bytes(4, "little"))


def _proc_routes6(system: System) -> tuple[Route, ...]:
    text = system.read_text(system.path("/proc/net/ipv6_route"))
    if isinstance(text, Failed):
        return ()
    found = []
    for line in text.splitlines():
        words = line.split()
        try:
            network = ipaddress.ip_network((int(words[0], 16), int(words[1], 16)), strict=False)
            gateway, name = ipaddress.IPv6Address(int(words[4], 16)), words[9]
        except (ValueError, IndexError):
            continue
        if name == "lo" or network.is_multicast:
            continue
        found.append(
            Route(
                destination=str(network),
                gateway=None if int(gateway) == 0 else str(gateway),
                interface=clean_line(name, 60),
                table="main",
            )
        )
    return tuple(dict.fromkeys(found))
