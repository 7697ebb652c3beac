"""Every question once: the flag, the profile key, the variable, the prompt and the screen.

A question is a decision key with the text form of its value. Faces ask in the order of
`QUESTIONS`; `wizard.plan.decide` reads the answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from wizard.errors import UsageError
from wizard.facts import Facts
from wizard.plan import unsafe, values
from wizard.plan.types import Answer, BuildNetwork, ModuleSource, Plan
from wizard.text import Text, msg

REASON = "reason"
UNTIL = "until"
"""The two answers that are no decisions: why an unsafe value, and the last day it holds."""


class Step(StrEnum):
    """The screens that ask."""

    PROXY = "proxy"
    MIRRORS = "mirrors"
    PRIVATE = "private"
    DOCKER = "docker"
    BUILD = "build"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer that is offered."""

    value: str
    """As it would be typed."""
    label: Text
    because: Text


def _safe(value: Any) -> Text | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One decision as a question."""

    key: str
    step: Step
    title: Text
    why: Text
    """What it is good for, in one sentence."""
    expected: Text
    """What an answer looks like."""
    example: str
    read: Callable[[str], Any]
    """Text to value; raises `values.ValueProblem`."""
    format: Callable[[Any], str]
    """Value to text, so that `parse(format(value)) == value`."""
    unsafe: Callable[[Any], Text | None] = _safe
    """What the value would give up, None for a safe one."""
    words: tuple[str, ...] = ()
    """The answers of a closed list."""

    @property
    def variable(self) -> str:
        """The environment variable that answers it."""
        return f"GOMOD_WIZARD_SET_{self.key.upper()}"

    def parse(self, text: str) -> Any:
        """Return the value of `text`. Raises UsageError: the key, what was expected, an example."""
        try:
            return self.read(values.writable(text))
        except values.ValueProblem as problem:
            raise UsageError(
                msg("{key}: {problem}", key=self.key, problem=problem.message),
                where=self.key,
                hint=msg(
                    "expected {expected}, for example {key}={example}",
                    expected=self.expected,
                    key=self.key,
                    example=self.example,
                ),
            ) from None

    def choices(self, plan: Plan, facts: Facts) -> tuple[Choice, ...]:
        """Return the answers worth offering: the decided one first, each with its because."""
        decision = next(one for one in plan.decisions() if one.key == self.key)
        offered = {self.format(decision.value): decision.because}
        for other in decision.alternatives:
            offered.setdefault(self.format(other.value), other.because)
        for word in self.words:
            offered.setdefault(word, "")
        return tuple(
            Choice(value=text, label=_label(text), because=because)
            for text, because in offered.items()
        )


def _label(text: str) -> Text:
    return msg("leave it as it is") if text == values.LEAVE else text


_PATTERNS = values.listed(values.pattern)
_SHOW_PATTERNS = values.joined(values.format_pattern)
_SWITCH = values.optional(values.boolean)
_SHOW_TEXT = values.shown(str)
_SHOW_TEXTS = values.joined(str)
_ON_OFF = ("true", "false", values.LEAVE)


def _show_switch(value: bool | None) -> str:
    return values.LEAVE if value is None else str(value).lower()


QUESTIONS: tuple[Question, ...] = (
    Question(
        key="http_proxy",
        step=Step.PROXY,
        title=msg("Proxy for http:// addresses"),
        why=msg("Plain http goes through it, as Go, git and docker on this host see it."),
        expected=msg("a proxy URL, or none"),
        example="http://proxy.corp.example:3128",
        read=values.optional(values.proxy),
        format=_SHOW_TEXT,
    ),
    Question(
        key="https_proxy",
        step=Step.PROXY,
        title=msg("Proxy for https:// addresses"),
        why=msg("Module mirrors are reached through it; its own URL mostly starts with http://."),
        expected=msg("a proxy URL, or none"),
        example="http://proxy.corp.example:3128",
        read=values.optional(values.proxy),
        format=_SHOW_TEXT,
    ),
    Question(
        key="no_proxy",
        step=Step.PROXY,
        title=msg("Hosts that are reached without the proxy"),
        why=msg("Internal hosts answer directly, and the proxy often refuses them."),
        expected=msg("names, addresses and ranges, separated by commas, or none"),
        example="localhost,127.0.0.1,::1,corp.example,10.0.0.0/8",
        read=values.listed(values.no_proxy_entry),
        format=_SHOW_TEXTS,
    ),
    Question(
        key="container_proxy",
        step=Step.PROXY,
        title=msg("The proxy as a build must name it"),
        why=msg("In a build, 127.0.0.1 is the build's own container."),
        expected=msg("a proxy URL, or http=URL,https=URL, or none"),
        example="http://172.17.0.1:3128",
        read=values.optional(values.container_proxy),
        format=values.shown(values.format_container_proxy),
    ),
    Question(
        key="ca",
        step=Step.PROXY,
        title=msg("Certificate authorities that a build must trust"),
        why=msg("Where TLS is inspected, the image does not know the company's authority."),
        expected=msg("paths of PEM files, separated by commas, or none"),
        example="/usr/local/share/ca-certificates/corp.crt",
        read=values.listed(values.ca),
        format=values.joined(lambda ca: ca.source),
    ),
    Question(
        key="goproxy",
        step=Step.MIRRORS,
        title=msg("Module mirrors (GOPROXY)"),
        why=msg("Go asks them in this order; a comma passes on after 404 and 410 alone."),
        expected=msg("mirror URLs with commas or bars between them, direct, off, or none"),
        example="https://goproxy.corp.example,https://proxy.golang.org",
        read=values.optional(values.goproxy),
        format=_SHOW_TEXT,
    ),
    Question(
        key="gosumdb",
        step=Step.MIRRORS,
        title=msg("Checksum database (GOSUMDB)"),
        why=msg("It proves that a module's bytes are the ones that everybody else got."),
        expected=msg("a database's name or key, an optional URL after it, off, or none"),
        example="sum.golang.org",
        read=values.optional(values.gosumdb),
        format=_SHOW_TEXT,
        unsafe=unsafe.gosumdb,
    ),
    Question(
        key="gotoolchain",
        step=Step.MIRRORS,
        title=msg("Go toolchain (GOTOOLCHAIN)"),
        why=msg("The official images pin `local`: a go.mod that wants a newer Go then fails."),
        expected=msg("local, auto, path, a version such as go1.27.3, or none"),
        example="auto",
        read=values.optional(values.toolchain),
        format=_SHOW_TEXT,
    ),
    Question(
        key="goprivate",
        step=Step.PRIVATE,
        title=msg("Private modules (GOPRIVATE)"),
        why=msg("No mirror and no checksum database is ever asked for modules that match."),
        expected=msg("patterns of module paths, separated by commas, or none"),
        example="git.corp.example,*.corp.example",
        read=_PATTERNS,
        format=_SHOW_PATTERNS,
        unsafe=unsafe.goprivate,
    ),
    Question(
        key="gonoproxy",
        step=Step.PRIVATE,
        title=msg("Modules that go past the mirrors (GONOPROXY)"),
        why=msg("Empty follows GOPRIVATE; `nothing` sends private modules to your own mirror."),
        expected=msg("patterns of module paths, separated by commas, nothing, or none"),
        example="nothing",
        read=_PATTERNS,
        format=_SHOW_PATTERNS,
    ),
    Question(
        key="gonosumdb",
        step=Step.PRIVATE,
        title=msg("Modules that no checksum database knows (GONOSUMDB)"),
        why=msg("Empty follows GOPRIVATE."),
        expected=msg("patterns of module paths, separated by commas, nothing, or none"),
        example="git.corp.example",
        read=_PATTERNS,
        format=_SHOW_PATTERNS,
        unsafe=unsafe.gonosumdb,
    ),
    Question(
        key="goinsecure",
        step=Step.PRIVATE,
        title=msg("Modules fetched without TLS checks (GOINSECURE)"),
        why=msg("For a git host without a certificate; better give it one, or name its authority."),
        expected=msg("patterns of module paths, separated by commas, or none"),
        example="git.lab.example",
        read=_PATTERNS,
        format=_SHOW_PATTERNS,
        unsafe=unsafe.goinsecure,
    ),
    Question(
        key="goauth",
        step=Step.PRIVATE,
        title=msg("How Go proves who you are (GOAUTH)"),
        why=msg("Go 1.24 and later read ~/.netrc unless something else is named."),
        expected=msg("netrc, off, git DIR, a command, several with ; between them, or none"),
        example="netrc",
        read=values.optional(values.goauth),
        format=_SHOW_TEXT,
    ),
    Question(
        key="ssh",
        step=Step.PRIVATE,
        title=msg("Forward SSH into the build"),
        why=msg("git reaches your private hosts over SSH; the key itself never enters the build."),
        expected=msg("true or false"),
        example="true",
        read=values.boolean,
        format=_show_switch,
        words=("true", "false"),
    ),
    Question(
        key="bip",
        step=Step.DOCKER,
        title=msg("Address of Docker's bridge (bip)"),
        why=msg("Where it overlaps a company range, containers cannot reach that range."),
        expected=msg("an IPv4 address with a prefix, or none"),
        example="172.30.255.1/24",
        read=values.optional(values.bip),
        format=_SHOW_TEXT,
    ),
    Question(
        key="fixed_cidr",
        step=Step.DOCKER,
        title=msg("Part of the bridge for containers (fixed-cidr)"),
        why=msg("Keeps the rest of the bridge's range for addresses of your own."),
        expected=msg("an IPv4 range inside of bip, or none"),
        example="172.30.255.128/25",
        read=values.optional(values.network),
        format=_SHOW_TEXT,
    ),
    Question(
        key="address_pools",
        step=Step.DOCKER,
        title=msg("Ranges for Docker's other networks (default-address-pools)"),
        why=msg("Docker's own list covers 172.17.0.0 to 172.31.255.255 and 192.168.0.0/16."),
        expected=msg("RANGE:SIZE, separated by commas, or none"),
        example="172.31.0.0/16:24",
        read=values.listed_or_left(values.pool),
        format=values.joined(lambda pool: f"{pool.base}:{pool.size}"),
    ),
    Question(
        key="mtu",
        step=Step.DOCKER,
        title=msg("Largest packet of Docker's bridge (mtu)"),
        why=msg("Over a VPN, packets of 1500 bytes vanish and TLS stops after its first message."),
        expected=msg("a number of bytes from 1280 to 9216, or none"),
        example="1400",
        read=values.optional(values.mtu),
        format=_SHOW_TEXT,
    ),
    Question(
        key="dns",
        step=Step.DOCKER,
        title=msg("Resolvers for containers (dns)"),
        why=msg("A container cannot ask a resolver on the host's loopback address."),
        expected=msg("IP addresses, separated by commas, or none"),
        example="10.0.0.53",
        read=values.listed_or_left(values.resolver),
        format=_SHOW_TEXTS,
    ),
    Question(
        key="dns_search",
        step=Step.DOCKER,
        title=msg("Search domains for containers (dns-search)"),
        why=msg("Short names such as `git` are completed with them."),
        expected=msg("domain names, separated by commas, or none"),
        example="corp.example",
        read=values.listed_or_left(values.domain),
        format=_SHOW_TEXTS,
    ),
    Question(
        key="iptables",
        step=Step.DOCKER,
        title=msg("Docker writes firewall rules (iptables)"),
        why=msg("Without them a build has no way out, unless somebody else masquerades."),
        expected=msg("true, false or none"),
        example="true",
        read=_SWITCH,
        format=_show_switch,
        unsafe=unsafe.iptables,
        words=_ON_OFF,
    ),
    Question(
        key="ip_forward",
        step=Step.DOCKER,
        title=msg("Docker switches IP forwarding on (ip-forward)"),
        why=msg("Without forwarding no container reaches anything outside of this host."),
        expected=msg("true, false or none"),
        example="true",
        read=_SWITCH,
        format=_show_switch,
        words=_ON_OFF,
    ),
    Question(
        key="userland_proxy",
        step=Step.DOCKER,
        title=msg("Published ports by a helper process (userland-proxy)"),
        why=msg("It matters for published ports alone, never for a build."),
        expected=msg("true, false or none"),
        example="false",
        read=_SWITCH,
        format=_show_switch,
        words=_ON_OFF,
    ),
    Question(
        key="registry_mirrors",
        step=Step.DOCKER,
        title=msg("Mirrors of Docker Hub (registry-mirrors)"),
        why=msg("The base image comes from them where Docker Hub is blocked."),
        expected=msg("URLs, separated by commas, or none"),
        example="https://mirror.corp.example",
        read=values.listed_or_left(values.registry),
        format=_SHOW_TEXTS,
    ),
    Question(
        key="hosts",
        step=Step.BUILD,
        title=msg("Names that only this host knows (--add-host)"),
        why=msg("A build never sees the host's /etc/hosts."),
        expected=msg("NAME=ADDRESS, separated by commas, or none"),
        example="git.corp.example=10.20.0.5",
        read=values.listed(values.host),
        format=values.joined("=".join),
    ),
    Question(
        key="base_image",
        step=Step.BUILD,
        title=msg("Base image with Go"),
        why=msg("Its Go must not be older than the go line of go.mod."),
        expected=msg("an image reference"),
        example="golang:1.27-bookworm",
        read=values.image,
        format=str,
    ),
    Question(
        key="build_network",
        step=Step.BUILD,
        title=msg("Network of the build's RUN steps"),
        why=msg("The host's network is the last resort: a RUN step then sees all of the host's."),
        expected=msg("default, host or none"),
        example="default",
        read=values.enumerated(BuildNetwork),
        format=str,
        words=tuple(BuildNetwork),
    ),
    Question(
        key="module_source",
        step=Step.BUILD,
        title=msg("Where the build gets its modules"),
        why=msg("From mirrors, from vendor/, or from this host's own module cache (bridge)."),
        expected=msg("proxy, vendor or bridge"),
        example="proxy",
        read=values.enumerated(ModuleSource),
        format=str,
        words=tuple(ModuleSource),
    ),
    Question(
        key="secrets",
        step=Step.BUILD,
        title=msg("Files that the build may read and never keeps"),
        why=msg("Module settings, credentials and authorities enter as BuildKit secrets."),
        expected=msg("ID=FILE, separated by commas, or none"),
        example="netrc=/home/me/.netrc",
        read=values.listed(values.secret),
        format=values.joined(lambda secret: f"{secret.id}={secret.source}"),
    ),
    Question(
        key="dockerfile",
        step=Step.BUILD,
        title=msg("How the Dockerfile is written"),
        why=msg("A new file, a block in yours, one beside yours, or not at all."),
        expected=msg("create, block, beside or keep; :STAGE and +mounts or +plain may follow"),
        example="block:build",
        read=values.shape,
        format=values.format_shape,
        words=("create", "block", "beside", "keep"),
    ),
)
"""In the order in which they are asked."""

BY_KEY: Mapping[str, Question] = {question.key: question for question in QUESTIONS}


def question(key: str) -> Question:
    """Return the question of a decision key. Raises UsageError with the nearest known key."""
    if key in BY_KEY:
        return BY_KEY[key]
    from difflib import get_close_matches

    near = get_close_matches(key, BY_KEY, n=1)
    raise UsageError(
        msg("there is no decision {key}", key=key),
        where=key,
        hint=msg("did you mean {near}?", near=near[0])
        if near
        else msg("the keys are: {keys}", keys=", ".join(BY_KEY)),
    )


def value_of(key: str, answer: Answer) -> Any:
    """Return the value of `answer`. Raises UsageError that names where the answer was given."""
    try:
        return question(key).parse(answer.text)
    except UsageError as error:
        if answer.source:
            error.where = answer.source
        raise
