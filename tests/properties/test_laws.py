"""The laws that hold for any facts: of ranges, of private paths, of secrets, of agreement."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from ipaddress import IPv4Network
from typing import Any
from urllib.parse import urlsplit

from hypothesis import HealthCheck, given, settings

from tests.properties.machines import MARK, PUBLIC_MIRRORS, any_facts
from wizard.facts import Facts
from wizard.plan import decide
from wizard.plan.types import BuildNetwork, Decision, ModuleSource, Plan
from wizard.render import render
from wizard.render.build_command import build_command
from wizard.render.build_request import secret_env
from wizard.render.types import Artifact, DockerfileBlock, GoEnv, JsonKeys, TomlKeys
from wizard.rules.patterns import match_prefix_patterns

# Each example is a whole machine and all its files: slow to draw on a loaded one.
whole_machines = settings(max_examples=60, suppress_health_check=list(HealthCheck), deadline=None)


def artifacts(plan: Plan) -> Mapping[str, Artifact]:
    return {artifact.name: artifact for artifact in render(plan)}


def network_of(text: str) -> IPv4Network | None:
    try:
        return IPv4Network(text, strict=False)
    except ValueError:
        return None


def in_use(observed: Facts) -> list[IPv4Network]:
    """What this machine reaches: routes, its own links, and every host that a build needs."""
    own = {"docker0"} | {
        one.bridge for one in observed.docker.networks.or_else(()) if one.bridge is not None
    }
    texts = [
        route.destination
        for route in observed.network.routes.or_else(())
        if route.interface not in own and not route.destination.endswith("/0")
    ]
    for link in observed.network.interfaces.or_else(()):
        if not link.docker:
            texts += link.addresses
    texts += [r.address for r in observed.network.resolvers.or_else(()) if not r.loopback]
    for endpoint in observed.proxy.endpoints.or_else(()):
        texts += () if endpoint.loopback else endpoint.addresses
    for host in observed.private.hosts.or_else(()):
        texts += host.addresses
    texts += [address for _, address in observed.network.hosts.or_else(())]
    return [network for text in texts if (network := network_of(text)) is not None]


@whole_machines
@given(observed=any_facts)
def test_no_range_that_is_chosen_covers_anything_in_use(observed: Facts) -> None:
    plan = decide(observed, {})
    chosen = [IPv4Network(pool.base) for pool in plan.address_pools.value or ()]
    if plan.bip.value is not None:
        chosen.append(IPv4Network(plan.bip.value, strict=False))
    used = in_use(observed)
    assert not [(a, b) for a in chosen for b in used if a.overlaps(b)]
    assert not [(a, b) for i, a in enumerate(chosen) for b in chosen[:i] if a.overlaps(b)]
    if plan.bip.value is not None and plan.fixed_cidr.value is not None:
        assert IPv4Network(plan.fixed_cidr.value).subnet_of(chosen[-1])


@whole_machines
@given(observed=any_facts)
def test_the_bridge_that_stays_lies_in_no_pool_that_comes(observed: Facts) -> None:
    plan = decide(observed, {})
    if plan.bip.value is not None:
        return
    pools = [IPv4Network(pool.base) for pool in plan.address_pools.value or ()]
    standing = [
        network
        for one in observed.docker.networks.or_else(())
        for text in one.subnets
        if (network := network_of(text)) is not None
    ]
    assert not [(a, b) for a in pools for b in standing if a.overlaps(b)]


def asked_for(settings_of_go: Mapping[str, str], path: str) -> list[str]:
    """Return who hears of a module path by Go's own rules: mirrors, then checksum databases."""
    private = settings_of_go.get("GOPRIVATE", "")
    heard = []
    if not match_prefix_patterns(settings_of_go.get("GONOPROXY") or private, path):
        for entry in re.split(r"[,|]", settings_of_go.get("GOPROXY") or PUBLIC_MIRRORS[0]):
            if entry in ("direct", "off"):
                break
            heard.append(entry)
    checks = settings_of_go.get("GOSUMDB", "sum.golang.org") != "off"
    if checks and not match_prefix_patterns(settings_of_go.get("GONOSUMDB") or private, path):
        heard.append("https://sum.golang.org")
    return heard


@whole_machines
@given(observed=any_facts)
def test_no_private_path_is_told_to_a_public_host(observed: Facts) -> None:
    plan = decide(observed, {})
    found = artifacts(plan)
    ways: list[Mapping[str, str]] = []
    if "go.env" in found:
        lines = found["go.env"].standalone.splitlines()
        ways.append(dict(line.split("=", 1) for line in lines if re.match("GO[A-Z]+=", line)))
    own = found["go-env.sh"].content
    assert isinstance(own, GoEnv)
    if own.variables:
        ways.append({name: value for name, value in own.variables.items() if value})
    arguments = build_command(plan).argv
    given_by = [a.split("=", 1) for a in arguments if re.match("GO[A-Z]+=", a)]
    if given_by:
        ways.append(dict(given_by))
    paths = [path for host in observed.private.hosts.or_else(()) for path in host.modules]
    told = {
        (path, heard)
        for way in ways
        for path in paths
        for heard in asked_for(way, path)
        if not (urlsplit(heard).hostname or "").endswith(".corp.example")
        and not heard.startswith("file://")
    }
    assert not told


def everything(plan: Plan) -> str:
    """Return all that is written, shown, or seen on a command line."""
    command = build_command(plan)
    parts: list[object] = [plan, render(plan), command, command.shell(), command.powershell()]
    parts += [secret_env(plan)]
    for decision in plan.decisions():
        parts += [str(decision.value), str(decision.because)]
        parts += [f"{other.value} {other.because}" for other in decision.alternatives]
    parts += [f"{finding.message} {finding.cure}" for finding in plan.findings]
    return "\n".join(part if isinstance(part, str) else repr(part) for part in parts)


@whole_machines
@given(observed=any_facts)
def test_no_secret_is_in_anything_that_is_written_or_shown(observed: Facts) -> None:
    said = everything(decide(observed, {}))
    at = said.find(MARK)
    assert at < 0, said[max(0, at - 80) : at + 20]


@whole_machines
@given(observed=any_facts)
def test_a_value_in_two_places_is_the_same_value(observed: Facts) -> None:
    plan = decide(observed, {})
    found, argv = artifacts(plan), build_command(plan).argv
    assert not list(_contradictions(plan, found, argv))


def _contradictions(plan: Plan, found: Mapping[str, Artifact], argv: tuple[str, ...]) -> Any:
    """Yield what two artifacts say differently."""
    passed = dict(a.split("=", 1) for a in argv if re.match("[A-Z_]+=", a))
    yield from _about_proxies(plan, found, passed)
    yield from _about_go(plan, found, passed)
    yield from _about_the_dockerfile(plan, found, argv)
    daemon = _json(found, "daemon.json")
    for key, name in (("bip", "bip"), ("mtu", "mtu"), ("fixed_cidr", "fixed-cidr")):
        decision: Decision[Any] = getattr(plan, key)
        if daemon.get(name) != decision.value:
            yield name, daemon.get(name), decision.value
    moved = plan.container_proxy.value
    if plan.bip.value and moved and moved.rewritten:
        gateway = plan.bip.value.partition("/")[0]
        for proxy in (moved.http, moved.https):
            if proxy is not None and proxy.host[:3] == "172" and proxy.host != gateway:
                yield "the proxy's address on the bridge", proxy.host, gateway
    if plan.build_network.value is BuildNetwork.HOST and moved and moved.rewritten:
        yield "a moved proxy on the host's network", moved, None


def _json(found: Mapping[str, Artifact], name: str) -> dict[str, Any]:
    if name not in found:
        return {}
    assert isinstance(found[name].content, JsonKeys)
    value = json.loads(found[name].standalone)
    assert isinstance(value, dict)
    return value


def _about_proxies(plan: Plan, found: Mapping[str, Artifact], passed: Mapping[str, str]) -> Any:
    default = _json(found, "docker-config.json").get("proxies", {}).get("default", {})
    pairs = (("HTTP_PROXY", "httpProxy"), ("HTTPS_PROXY", "httpsProxy"), ("NO_PROXY", "noProxy"))
    for variable, key in pairs:
        if variable in passed and key in default and passed[variable] != default[key]:
            yield variable, passed[variable], default[key]
    moved = plan.container_proxy.value
    if moved is not None and default:
        for proxy, key in ((moved.http, "httpProxy"), (moved.https, "httpsProxy")):
            said = None if proxy is None else str(proxy.without_credentials())
            if default.get(key) != said:
                yield key, default.get(key), said


def _about_go(plan: Plan, found: Mapping[str, Artifact], passed: Mapping[str, str]) -> Any:
    own = found["go-env.sh"].content
    assert isinstance(own, GoEnv)
    texts = [passed]
    if "go.env" in found:
        lines = found["go.env"].standalone.splitlines()
        texts.append(dict(line.split("=", 1) for line in lines if re.match("GO[A-Z]+=", line)))
    carried = plan.module_source.value is ModuleSource.BRIDGE
    for text in texts:
        for name, value in text.items():
            if name not in own.variables or (carried and name in ("GOPROXY", "GONOPROXY")):
                continue
            if own.variables[name] != value:
                yield name, own.variables[name], value


def _about_the_dockerfile(plan: Plan, found: Mapping[str, Artifact], argv: tuple[str, ...]) -> Any:
    """What the command hands over is what the file takes, under the same names."""
    files = [one for name, one in found.items() if name.startswith("Dockerfile")]
    if not files:
        return
    content = files[0].content
    text = files[0].standalone
    if isinstance(content, DockerfileBlock):
        text = "\n".join((*content.fetch, *content.lines, *content.build_mounts))
    if "-f" in argv and argv[argv.index("-f") + 1] != files[0].path:
        yield "-f", argv, files[0].path
    for word, flag in zip(argv[1:], argv, strict=False):
        name = word.partition("=")[0]
        if flag == "--build-context" and not re.search(rf"(from=|AS |--from={name})", text):
            yield "a context that the file does not take", word, text
        if flag == "--build-context" and name not in text:
            yield "a context that the file does not name", word, text
        if flag == "--secret" and f"{word.split(',')[0]}," not in text:
            yield "a secret that the file does not take", word, text
    if "--ssh" in argv and "type=ssh" not in text:
        yield "an agent that the file does not take", argv, text
    profile = found.get("gomod-wizard.toml")
    if profile is not None and isinstance(profile.content, TomlKeys) and MARK in repr(profile):
        yield "a secret in the profile", profile, None
