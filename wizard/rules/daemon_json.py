"""What dockerd would not start with, or would start with and then fail: its own rules.

`dockerd --validate` knows keys and types, but neither the address arithmetic nor what excludes
what; and it needs an engine of 23.0 and root. Rules: moby daemon/config/config.go and
config_linux.go, libnetwork/ipams/defaultipam, daemon/pkg/registry/config.go (29.x).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Interface, IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from wizard.text import Text, msg

_BOOLS = ("icc", "ip-forward", "ip-masq", "ip6tables", "iptables", "ipv6", "live-restore",
          "userland-proxy")  # fmt: skip
_STRINGS = ("bip", "bridge", "default-gateway", "fixed-cidr")
_LISTS = ("dns", "dns-opts", "dns-search", "insecure-registries", "registry-mirrors")
_LARGEST_MTU = 65535


def problems(values: Mapping[str, object]) -> tuple[tuple[str, Text], ...]:
    """Return each key that dockerd could not live with, and why."""
    wrong = tuple(_wrong_types(values))
    bad = {key for key, _ in wrong}
    usable = {key: value for key, value in values.items() if key not in bad}
    return (*wrong, *_addresses(usable), *_pools(usable), *_exclusive(usable), *_mirrors(usable))


def _wrong_types(values: Mapping[str, object]) -> Iterator[tuple[str, Text]]:
    for key in _BOOLS:
        if key in values and not isinstance(values[key], bool):
            yield key, msg("it must be true or false")
    for key in _STRINGS:
        if key in values and not isinstance(values[key], str):
            yield key, msg("it must be a string")
    for key in _LISTS:
        value = values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            yield key, msg("it must be a list of strings")
    mtu = values.get("mtu", 0)
    if isinstance(mtu, bool) or not isinstance(mtu, int):
        yield "mtu", msg("it must be a whole number")
    elif not 0 <= mtu <= _LARGEST_MTU:
        yield "mtu", msg("it must lie between 0 and {most}", most=_LARGEST_MTU)
    proxies = values.get("proxies", {})
    if not isinstance(proxies, dict) or not all(isinstance(v, str) for v in proxies.values()):
        yield "proxies", msg("it must be an object of strings")
    options = values.get("default-network-opts", {})
    if not isinstance(options, dict) or not all(
        isinstance(driver, dict) and all(isinstance(v, str) for v in driver.values())
        for driver in options.values()
    ):
        yield "default-network-opts", msg("it must be an object of objects of strings")


def _addresses(values: Mapping[str, object]) -> Iterator[tuple[str, Text]]:
    for text in _list(values, "dns"):
        if not _is_address(text):
            yield "dns", msg("{text} is no address", text=text)
    bip = str(values.get("bip", ""))
    if not bip:
        return
    try:
        bridge = IPv4Interface(bip)
    except ValueError:
        bridge = None
    if bridge is None or "/" not in bip:
        yield "bip", msg("{text} is no IPv4 address with a prefix", text=bip)
        return
    net = bridge.network
    if net.prefixlen < 31 and bridge.ip in (net.network_address, net.broadcast_address):
        yield (
            "bip",
            msg("{text} is the network's own or its broadcast address, not a host's", text=bip),
        )
    part = str(values.get("fixed-cidr", ""))
    if part and not _lies_in(part, net):
        yield "fixed-cidr", msg("{part} does not lie in bip's {net}", part=part, net=net)
    gateway = str(values.get("default-gateway", ""))
    if gateway and not _lies_in(gateway, net):
        yield "default-gateway", msg("{part} does not lie in bip's {net}", part=gateway, net=net)


def _pools(values: Mapping[str, object]) -> Iterator[tuple[str, Text]]:
    key = "default-address-pools"
    pools = values.get(key, [])
    if not isinstance(pools, list):
        yield key, msg("it must be a list")
        return
    for pool in pools:
        base, size = (pool.get("base"), pool.get("size")) if isinstance(pool, dict) else (None, 0)
        net = _network(base) if isinstance(base, str) else None
        if net is None:
            yield key, msg("{base} is no network", base=base)
        elif isinstance(size, bool) or not isinstance(size, int):
            yield key, msg("the size of {base} must be a whole number", base=base)
        elif not net.prefixlen <= size <= net.max_prefixlen:
            yield key, msg("the size {size} does not fit {base}", size=size, base=base)


def _exclusive(values: Mapping[str, object]) -> Iterator[tuple[str, Text]]:
    if values.get("bridge") and (values.get("bip") or values.get("bip6")):
        yield "bip", msg("dockerd takes no bip beside bridge")
    if values.get("icc") is False and values.get("iptables") is False:
        yield "iptables", msg("dockerd takes no iptables=false beside icc=false")


def _mirrors(values: Mapping[str, object]) -> Iterator[tuple[str, Text]]:
    for text in _list(values, "registry-mirrors"):
        try:
            url = urlsplit(text)
            good = url.scheme in {"http", "https"} and bool(url.hostname)
        except ValueError:
            yield "registry-mirrors", msg("one of them is no http or https URL")
            continue
        if not good:
            yield "registry-mirrors", msg("one of them is no http or https URL")
        elif "@" in url.netloc or url.query or url.fragment:
            yield "registry-mirrors", msg("dockerd takes no login, query or fragment in one")


def _list(values: Mapping[str, object], key: str) -> list[str]:
    value = values.get(key, [])
    return [str(item) for item in value] if isinstance(value, list) else []


def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _lies_in(text: str, net: IPv4Network) -> bool:
    part = _network(text)
    return isinstance(part, IPv4Network) and part.subnet_of(net)
