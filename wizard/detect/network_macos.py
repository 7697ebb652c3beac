"""Interfaces and routes of macOS, as far as ifconfig and netstat tell them."""

from __future__ import annotations

import ipaddress
import re

from wizard.detect.deadline import Deadline
from wizard.facts.base import Fact, known, unknown
from wizard.facts.network import Interface, Route
from wizard.system import Completed, System
from wizard.text import msg
from wizard.untrusted import clean_line

_TIMEOUT_S = 2.0
_HEAD = re.compile(r"(?P<name>\S+): flags=[0-9a-f]+<(?P<flags>[^>]*)>.* mtu (?P<mtu>[0-9]{1,9})\b")
_INET = re.compile(r"\s+inet (?P<address>\S+) .*netmask 0x(?P<mask>[0-9a-f]{8})")
_INET6 = re.compile(r"\s+inet6 (?P<address>[0-9a-f:.]+)(?:%\S+)? prefixlen (?P<length>\d+)")


async def macos_interfaces(system: System, deadline: Deadline) -> Fact[tuple[Interface, ...]]:
    """Return what `ifconfig` lists."""
    result = await system.run(("ifconfig", "-a"), timeout_s=min(_TIMEOUT_S, deadline.left()))
    if not isinstance(result, Completed) or result.code != 0:
        return unknown(msg("ifconfig does not tell"), "ifconfig")
    return known(parse_ifconfig(result.out), "ifconfig")


def parse_ifconfig(text: str) -> tuple[Interface, ...]:
    """Return the interfaces in the output of `ifconfig -a`."""
    found: list[Interface] = []
    for block in re.split(r"\n(?=\S)", text):
        head = _HEAD.match(block)
        if head is None:
            continue
        addresses = [
            f"{match['address']}/{int(match['mask'], 16).bit_count()}"
            for match in _INET.finditer(block)
        ]
        addresses += [f"{match['address']}/{match['length']}" for match in _INET6.finditer(block)]
        found.append(
            Interface(
                name=clean_line(head["name"], 60),
                mtu=int(head["mtu"]),
                up="UP" in head["flags"].split(","),
                addresses=tuple(addresses),
                docker=False,
            )
        )
    return tuple(found)


async def macos_routes(system: System, deadline: Deadline) -> Fact[tuple[Route, ...]]:
    """Return what `netstat -rn` lists."""
    result = await system.run(("netstat", "-rn"), timeout_s=min(_TIMEOUT_S, deadline.left()))
    if not isinstance(result, Completed) or result.code != 0:
        return unknown(msg("netstat does not tell"), "netstat -rn")
    return known(parse_netstat(result.out), "netstat -rn")


def parse_netstat(text: str) -> tuple[Route, ...]:
    """Return the routes in the output of macOS's `netstat -rn`."""
    found: list[Route] = []
    six = False
    for line in text.splitlines():
        if line.startswith("Internet"):
            six = line.startswith("Internet6")
        words = line.split()
        if len(words) < 4 or words[0] in {"Destination", "Routing"}:
            continue
        destination = _destination(words[0], six=six)
        if destination is None or "H" in words[2]:
            continue
        gateway = words[1].partition("%")[0]
        try:
            ipaddress.ip_address(gateway)
        except ValueError:
            gateway = ""
        found.append(
            Route(
                destination=destination,
                gateway=gateway or None,
                interface=clean_line(words[3], 60),
                table="main",
            )
        )
    return tuple(dict.fromkeys(found))


def _destination(word: str, *, six: bool) -> str | None:
    """Undo netstat's short forms: `default`, `10`, `192.168.1`, `169.254`, `fe80::%en0/64`."""
    if word == "default":
        return "::/0" if six else "0.0.0.0/0"
    address, _, length = re.sub(r"%[^/]*", "", word).partition("/")
    if not six:
        parts = address.split(".")
        length = length or str(8 * len(parts))
        address = ".".join((parts + ["0"] * 4)[:4])
    try:
        return str(ipaddress.ip_network(f"{address}/{length or 128}", strict=False))
    except ValueError:
        return None
