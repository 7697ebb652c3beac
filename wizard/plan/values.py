"""The text forms of decided values: what a person types, and what is shown again.

Each pair keeps `parse(format(value)) == value`. A parser raises `ValueError` with a sentence;
`wizard.questions` adds the key, what was expected and an example.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from enum import StrEnum
from ipaddress import IPv4Interface, IPv4Network, IPv6Address, ip_address
from pathlib import PurePosixPath
from typing import TypeVar
from urllib.parse import urlsplit

from wizard.plan.types import (
    AddressPool,
    BuildSecret,
    ContainerProxy,
    DockerfileForm,
    DockerfilePlace,
    DockerfileShape,
    TrustedCa,
)
from wizard.rules.credentials import value_holds_credentials
from wizard.rules.goproxy import GoProxyError, SumDb, format_goproxy, parse_goproxy, parse_gosumdb
from wizard.rules.image_reference import parse_image_reference
from wizard.rules.numbers import whole_number
from wizard.rules.patterns import pattern_problem
from wizard.rules.proxy_url import ProxyUrl, parse_proxy_url
from wizard.text import Text, msg

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

LEAVE = "none"
"""The answer "leave it alone"; an empty answer says the same."""

MATCHES_NOTHING = "nothing"
"""Go's own pattern `none`, under a name that cannot be taken for "leave it alone"."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_\-]{0,61}[A-Za-z0-9_])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_STAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]*")
_SECRET_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]*")
_NO_PROXY = re.compile(r"(?!.*//)[\w.*:/\[\]%\-]+")
_SECRET_OPTION = re.compile(
    r"(?i)-{0,2}[\w\-]*(?:token|secret|passw|pwd|key|authorization|bearer|basic)[\w\-]*:?"
)
_TOKEN = re.compile(r"\b(?:gh[opsru]_|github_pat_|glpat-)")
_NOT_FOR_HOSTS = tuple(
    map(IPv4Network, ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3"))
)
"""This host, loopback, link-local; multicast and what is reserved (RFC 6890)."""

_TOOLCHAIN = re.compile(
    r"(?:local|auto|path|(?:local|go1(?:\.\d+)*(?:(?:rc|beta)\d+)?(?:-[A-Za-z0-9.\-]+)?)"
    r"(?:\+(?:auto|path))?)"
)


class ValueProblem(ValueError):
    """Why a text is no value of this kind."""

    def __init__(self, message: Text) -> None:
        super().__init__(str(message))
        self.message = message


def optional(parse: Callable[[str], T]) -> Callable[[str], T | None]:
    """Return `parse` that takes `none` and the empty text for None."""

    def parse_or_leave(text: str) -> T | None:
        text = text.strip()
        return None if text in ("", LEAVE) else parse(text)

    return parse_or_leave


def listed(parse: Callable[[str], T]) -> Callable[[str], tuple[T, ...]]:
    """Return a parser of a comma-separated list; `none` and the empty text are the empty list."""

    def parse_all(text: str) -> tuple[T, ...]:
        text = text.strip()
        if text in ("", LEAVE):
            return ()
        return tuple(dict.fromkeys(parse(item.strip()) for item in text.split(",")))

    return parse_all


def listed_or_left(parse: Callable[[str], T]) -> Callable[[str], tuple[T, ...] | None]:
    """Return a parser of a list in which the empty list means "leave it alone"."""
    parse_all = listed(parse)
    return lambda text: parse_all(text) or None


def shown(form: Callable[[T], str]) -> Callable[[T | None], str]:
    """Return `form` that shows None as `none`."""
    return lambda value: LEAVE if value is None else form(value)


def joined(form: Callable[[T], str]) -> Callable[[Iterable[T] | None], str]:
    """Return the comma-separated form of a list; an empty one is `none`."""
    return lambda values: ",".join(form(value) for value in values or ()) or LEAVE


def one_line(text: str) -> str:
    """Return `text` unless no line of a file can hold it: control characters, bytes not UTF-8."""
    if _CONTROL.search(text):
        raise ValueProblem(msg("it holds a control character"))
    return writable(text)


def writable(text: str) -> str:
    """Return `text` unless it holds bytes that are no UTF-8, which no file of the set can hold."""
    if _SURROGATE.search(text):
        raise ValueProblem(msg("it holds bytes that are no UTF-8"))
    return text


def public(text: str) -> str:
    """Return `text`, one line, unless a URL in it holds credentials: answers stand in files."""
    if value_holds_credentials(one_line(text)):
        raise ValueProblem(
            msg("its URL holds credentials; they belong into ~/.netrc, where no log shows them")
        )
    return text


def goproxy(text: str) -> str:
    """Return a GOPROXY list in one spelling, without credentials."""
    try:
        hops = parse_goproxy(one_line(text))
    except GoProxyError as error:
        raise ValueProblem(
            msg("Go refuses {entry}: {why}", entry=error.entry, why=error.message)
        ) from None
    if any(hop.username is not None for hop in hops):
        raise ValueProblem(msg("credentials belong into ~/.netrc, where no log shows them"))
    return public(format_goproxy(hops))


def gosumdb(text: str) -> str:
    """Return a GOSUMDB that Go accepts."""
    parsed = parse_gosumdb(public(text))
    if not isinstance(parsed, SumDb | str):
        raise ValueProblem(parsed)
    return " ".join(text.split())


def pattern(text: str) -> str:
    """Return one pattern of GOPRIVATE and its like."""
    if text == MATCHES_NOTHING:
        return "none"
    problem = pattern_problem(one_line(text))
    if not text or problem is not None:
        raise ValueProblem(
            msg(
                "the pattern {pattern} never matches: {why}",
                pattern=text,
                why=problem or msg("it is empty"),
            )
        )
    return text


def format_pattern(value: str) -> str:
    """Return the pattern as an answer."""
    return MATCHES_NOTHING if value == "none" else value


def toolchain(text: str) -> str:
    """Return a GOTOOLCHAIN; Go itself does not check it, and a wrong one breaks every command."""
    if not _TOOLCHAIN.fullmatch(text):
        raise ValueProblem(msg("Go knows no toolchain of this name"))
    return text


def goauth(text: str) -> str:
    """Return a GOAUTH (cmd/go/internal/auth): `off` stands alone, `git` takes one whole path.

    A program's arguments are refused where they look like a secret: the value stands in files.
    """
    commands = [command.split() for command in public(text).split(";")]
    if not all(commands):
        raise ValueProblem(msg("a command in it is empty"))
    for words in commands:
        if words[0] == "off" and len(commands) > 1:
            raise ValueProblem(msg("off stands alone"))
        if words[0] == "git" and (len(words) != 2 or not _is_absolute(words[1])):
            raise ValueProblem(msg("git takes one folder, with its whole path"))
        if _TOKEN.search(" ".join(words)) or any(map(_gives_secret, words[1:], [*words[2:], ""])):
            raise ValueProblem(
                msg("an argument looks like a secret; let the program read it from a file")
            )
    return text


def _gives_secret(word: str, following: str) -> bool:
    name, equals, value = word.partition("=")
    if not _SECRET_OPTION.fullmatch(name):
        return False
    given = value if equals else following
    return bool(given) and not given.startswith("-") and not _is_absolute(given)


def proxy(text: str) -> ProxyUrl:
    """Return a forward proxy. Answers stand in files and histories: no password, no user.

    A token is often written as the user.
    """
    parsed = parse_proxy_url(one_line(text))
    if not isinstance(parsed, ProxyUrl):
        raise ValueProblem(parsed)
    if parsed.username is not None or value_holds_credentials(text):
        raise ValueProblem(
            msg(
                "leave user and password in HTTPS_PROXY, where they stand; name the proxy"
                " without them"
            )
        )
    if not any(char in text for char in ":."):
        raise ValueProblem(msg("write it whole, http://host:port"))
    return parsed


def container_proxy(text: str) -> ContainerProxy:
    """Return the proxies of a build: one URL for both, or `http=URL,https=URL`."""
    parts = dict(part.partition("=")[::2] for part in text.split(","))
    if set(parts) <= {"http", "https"}:
        http, https = (proxy(parts[name]) if name in parts else None for name in ("http", "https"))
    else:
        http = https = proxy(text)
    return ContainerProxy(http=http, https=https, rewritten=False)


def format_container_proxy(value: ContainerProxy) -> str:
    """Return the proxies as an answer."""
    if value.http == value.https:
        return LEAVE if value.http is None else str(value.http)
    pairs = (("http", value.http), ("https", value.https))
    return ",".join(f"{name}={url}" for name, url in pairs if url is not None)


def no_proxy_entry(text: str) -> str:
    """Return one entry of NO_PROXY."""
    if not _NO_PROXY.fullmatch(one_line(text)):
        raise ValueProblem(msg("an entry of NO_PROXY is a name, an address or a range"))
    return text


def ca(text: str) -> TrustedCa:
    """Return a certificate authority named by the file that holds it."""
    return TrustedCa(subject="", sha256="", expires="", pem="", source=path(text))


def path(text: str) -> str:
    """Return an absolute path."""
    if not _is_absolute(one_line(text)):
        raise ValueProblem(msg("it must be an absolute path"))
    return text


def _is_absolute(text: str) -> bool:
    return PurePosixPath(text).is_absolute() or bool(re.match(r"[A-Za-z]:[\\/]", text))


def bip(text: str) -> str:
    """Return the bridge's own address with its prefix; dockerd refuses net and broadcast."""
    try:
        interface = IPv4Interface(text)
    except ValueError:
        raise ValueProblem(msg("it is no IPv4 address with a prefix")) from None
    network = interface.network
    if "/" not in text or not 8 <= network.prefixlen <= 29:
        raise ValueProblem(msg("it needs a prefix from /8 to /29"))
    if interface.ip in (network.network_address, network.broadcast_address):
        raise ValueProblem(msg("it is the address of the network, not of a host in it"))
    _check_for_hosts(network)
    return interface.with_prefixlen


def network(text: str) -> str:
    """Return an IPv4 range without host bits."""
    try:
        found = IPv4Network(text)
    except ValueError:
        raise ValueProblem(msg("it is no IPv4 range such as 172.30.255.0/24")) from None
    _check_for_hosts(found)
    return str(found)


def _check_for_hosts(found: IPv4Network) -> None:
    """Refuse a range that no host may have an address from; dockerd takes it and then fails."""
    special = next((one for one in _NOT_FOR_HOSTS if one.overlaps(found)), None)
    if special is not None:
        raise ValueProblem(msg("no container can have an address in {range}", range=str(special)))


def pool(text: str) -> AddressPool:
    """Return one address pool, `BASE:SIZE`. dockerd wants base prefix <= size; 30 is sensible."""
    base, _, size = text.rpartition(":")
    base = network(base)
    bits = whole_number(size)
    if bits is None:
        raise ValueProblem(msg("the size after the colon is no number"))
    if not IPv4Network(base).prefixlen <= bits <= 30:
        raise ValueProblem(msg("the size must lie between the prefix of the range and 30"))
    return AddressPool(base=base, size=bits)


def mtu(text: str) -> int:
    """Return an MTU in bytes: IPv6 needs 1280, jumbo frames end at 9216."""
    found = whole_number(text)
    if found is None or not 1280 <= found <= 9216:
        raise ValueProblem(msg("it is no number from 1280 to 9216"))
    return found


def address(text: str) -> str:
    """Return an IP address in its one spelling."""
    try:
        return str(ip_address(text))
    except ValueError:
        raise ValueProblem(msg("{text} is no IP address", text=text)) from None


def resolver(text: str) -> str:
    """Return the address of a resolver that a container can ask; loopback is its own."""
    found = ip_address(address(text))
    if isinstance(found, IPv6Address):
        found = found.ipv4_mapped or found
    if found.is_loopback or found.is_unspecified or found.is_multicast:
        raise ValueProblem(msg("no container can ask a resolver at {text}", text=text))
    return address(text)


def domain(text: str) -> str:
    """Return a domain name."""
    if len(text) > 253 or not _DOMAIN.fullmatch(text):
        raise ValueProblem(msg("{text} is no domain name", text=text))
    return text


def host(text: str) -> tuple[str, str]:
    """Return `NAME=ADDRESS` as a pair."""
    name, _, where = text.partition("=")
    return domain(name), address(where)


def boolean(text: str) -> bool:
    """Return true or false."""
    word = text.strip().lower()
    if word not in ("true", "false"):
        raise ValueProblem(msg("it is neither true nor false"))
    return word == "true"


def registry(text: str) -> str:
    """Return a registry mirror's URL (moby `ValidateMirror`): scheme and host, no credentials."""
    try:
        parts = urlsplit(one_line(text))
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        named = False
    if not named or parts.scheme not in ("http", "https") or parts.query or parts.fragment:
        raise ValueProblem(msg("it is no URL such as https://mirror.example"))
    if "@" in parts.netloc:
        raise ValueProblem(msg("dockerd refuses credentials in it; use docker login"))
    return text.rstrip("/")


def image(text: str) -> str:
    """Return an image reference."""
    if parse_image_reference(text.strip()) is None:
        raise ValueProblem(msg("it is no image such as golang:1.27-bookworm"))
    return text.strip()


def is_portable_image(reference: str) -> bool:
    """Return whether everybody can pull it: no registry stands before the name."""
    first, slash, _ = reference.partition("/")
    return not (slash and ("." in first or ":" in first or first == "localhost"))


def enumerated(kind: type[E]) -> Callable[[str], E]:
    """Return a parser of the words of `kind`."""

    def parse(text: str) -> E:
        try:
            return kind(text.strip())
        except ValueError:
            words = ", ".join(kind)
            raise ValueProblem(msg("it is none of {words}", words=words)) from None

    return parse


def secret(text: str) -> BuildSecret:
    """Return `ID=FILE`: the secret's name in the Dockerfile, and the file that holds it."""
    id_, _, source = text.partition("=")
    if not _SECRET_ID.fullmatch(id_):
        raise ValueProblem(msg("a secret is written ID=FILE"))
    return BuildSecret(id=id_, source=path(source), because=msg("you named it"))


def shape(text: str) -> DockerfileShape:
    """Return `PLACE[:STAGE][+FORM]`: `block:build+mounts`."""
    where, _, form = text.strip().partition("+")
    place, _, stage = where.partition(":")
    if stage and not _STAGE.fullmatch(stage):
        raise ValueProblem(msg("{stage} is no name of a stage", stage=stage))
    return DockerfileShape(
        form=enumerated(DockerfileForm)(form or DockerfileForm.MOUNTS),
        place=enumerated(DockerfilePlace)(place),
        stage=stage or None,
    )


def format_shape(value: DockerfileShape) -> str:
    """Return the Dockerfile's shape as an answer."""
    stage = f":{value.stage}" if value.stage else ""
    return f"{value.place}{stage}+{value.form}"
