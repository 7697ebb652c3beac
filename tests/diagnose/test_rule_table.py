"""The rule table is sound: every rule can be trusted before any log is read."""

from __future__ import annotations

import re
import re._constants as op  # type: ignore[import-not-found, import-untyped, unused-ignore]
import re._parser as parser  # type: ignore[import-not-found, import-untyped, unused-ignore]
import string
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.diagnose.literals import required
from wizard.diagnose import diagnose_lines
from wizard.diagnose.table import Matcher, Rule, load_table
from wizard.plan.types import KEYS

TABLE = load_table()
SAMPLES = tomllib.loads((Path(__file__).parent / "data" / "samples.toml").read_text())

CLASSES = {
    "network": "base-image-pull connect-timeout connection-refused connection-reset dns-failure "
    "http-on-https ipv6-unavailable loopback-proxy mirror-bad-content mirror-forbidden "
    "mirror-gone mirror-not-found mirror-server-error mtu-blackhole proxy-auth-required "
    "proxy-unreachable rate-limited subnet-overlap sumdb-unreachable syntax-image-pull "
    "tls-expired-or-clock tls-hostname-mismatch tls-unknown-authority",
    "error": "cache-mount-unsupported cgo-toolchain-missing checksum-mismatch command-not-found "
    "compile-error daemon-config-invalid daemon-unreachable dockerfile-syntax git-missing "
    "go-version-too-old gomod-in-gopath gomod-not-found gosum-missing-entry import-not-resolved "
    "out-of-memory platform-mismatch private-auth-https private-auth-ssh registry-auth "
    "secret-missing ssh-agent-missing ssh-host-key toolchain-unavailable unknown "
    "vcs-unknown-revision vendor-inconsistent",
    "fs": "copy-source-missing disk-full dockerignore-excluded permission-denied "
    "replace-outside-context",
}
"""The contract: the class of every cause."""

UNSAFE = re.compile(
    r"GOSUMDB=off|GONOSUMDB=\*|GONOSUMCHECK|GOINSECURE|GOFLAGS=-insecure|sslVerify|insecure-regis"
    r"|StrictHostKeyChecking|--insecure|--network[ =]host|curl -k|chmod 777|chmod 666|rm -rf /"
    r"|skip.?verify|no-check-certificate|delete go\.sum|rm go\.sum",
    re.IGNORECASE,
)


def by_id(matcher: Matcher) -> str:
    return matcher.id


def test_there_are_at_least_eighty_rules_and_no_id_twice() -> None:
    ids = [rule.id for rule in TABLE.rules]
    assert len(ids) >= 80
    assert len(set(ids)) == len(ids)


def test_every_cause_has_the_class_of_the_contract() -> None:
    wanted = {cause: kind for kind, causes in CLASSES.items() for cause in causes.split()}
    assert {cause.id: cause.fault_class.value for cause in TABLE.causes.values()} == wanted


@pytest.mark.parametrize("rule", TABLE.rules, ids=by_id)
def test_a_rule_names_known_causes_alone(rule: Rule) -> None:
    assert {rule.cause} | rule.excludes | rule.only_with <= TABLE.causes.keys()
    assert 0 < rule.weight <= 100
    assert rule.source


def test_causes_and_contexts_name_known_causes_alone() -> None:
    for cause in TABLE.causes.values():
        assert cause.excludes | cause.rules_out.keys() <= TABLE.causes.keys(), cause.id
        assert cause.id not in cause.excludes
    for context in TABLE.contexts:
        assert {context.cause} | context.lifts <= TABLE.causes.keys(), context.id


@pytest.mark.parametrize("rule", TABLE.rules, ids=by_id)
def test_a_rule_finds_its_own_samples(rule: Rule) -> None:
    assert SAMPLES[rule.id]
    for sample in SAMPLES[rule.id]:
        assert any(rule.match(line) for line in sample.split("\n")), sample


@pytest.mark.parametrize("rule", TABLE.rules, ids=by_id)
def test_a_rules_sample_is_diagnosed_as_its_cause_or_a_more_exact_one(rule: Rule) -> None:
    for sample in SAMPLES[rule.id]:
        warns = sample.lower().startswith(("warn", "w:"))
        end = ["make: *** [build] Error 1"] if warns else []
        faults = diagnose_lines([*sample.split("\n"), *end]).faults
        if rule.only_with:
            assert not faults, "counts only beside another cause"
            continue
        found = {fault.cause for fault in faults} | {fault.reason for fault in faults}
        finer = {fault.detail for fault in faults}
        assert rule.cause in found or any(
            other.id in finer and other.weight > rule.weight for other in TABLE.rules
        ), (sample, faults)


@pytest.mark.parametrize("matcher", TABLE.matchers(), ids=by_id)
def test_no_match_of_a_pattern_lacks_an_anchor(matcher: Matcher) -> None:
    literals = required(matcher.pattern)
    assert literals, "no literal is needed: the pattern has nothing to be found by"
    for literal in literals:
        assert any(anchor in literal for anchor in matcher.anchors), literal
    assert all(len(anchor) >= 4 and "\n" not in anchor for anchor in matcher.anchors)


def _repeats(nodes: Any) -> Iterator[tuple[Any, bool]]:
    """Yield every repeat, and whether another unbounded one stands inside of it."""
    for kind, value in nodes:
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
            low, high, inner = value
            inside = list(_repeats(inner))
            yield (low, high), any(bounds[1] == op.MAXREPEAT for bounds, _ in inside)
            yield from inside
        elif kind is op.SUBPATTERN:
            yield from _repeats(value[3])
        elif kind is op.BRANCH:
            for branch in value[1]:
                yield from _repeats(branch)
        elif kind in (op.ASSERT, op.ASSERT_NOT):
            yield from _repeats(value[1])


def _neighbours(nodes: Any) -> Iterator[tuple[Any, Any]]:
    """Yield unbounded repeats that directly follow each other."""
    before = None
    for kind, value in nodes:
        unbounded = kind in (op.MAX_REPEAT, op.MIN_REPEAT) and value[1] == op.MAXREPEAT
        if unbounded and before is not None:
            yield before, value
        before = value if unbounded else None
        if kind is op.SUBPATTERN:
            yield from _neighbours(value[3])
        elif kind is op.BRANCH:
            for branch in value[1]:
                yield from _neighbours(branch)


@pytest.mark.parametrize("matcher", TABLE.matchers(), ids=by_id)
def test_no_pattern_can_backtrack_without_bound(matcher: Matcher) -> None:
    patterns = [matcher.pattern, getattr(matcher, "not_pattern", None) or "x"]
    for pattern in patterns:
        tree = parser.parse(pattern)
        for (_, high), nested in _repeats(tree):
            assert not (nested and high != 1), f"nested quantifiers in {pattern}"
        assert not list(_neighbours(tree)), f"quantifiers after each other in {pattern}"
        assert not re.search(r"(?<!\\)\.[*+].*(?<!\\)\.[*+]", pattern), "two unbounded dots"


@pytest.mark.parametrize("rule", TABLE.rules, ids=by_id)
def test_a_cure_is_safe_and_names_a_key_of_the_plan(rule: Rule) -> None:
    assert rule.decision is None or rule.decision in KEYS
    assert not UNSAFE.search(f"{rule.cure} {rule.command}")
    groups = set(re.compile(rule.pattern).groupindex)
    used = {name for _, name, _, _ in string.Formatter().parse(rule.cure or "") if name}
    assert used <= groups


def test_a_causes_cure_is_safe_and_names_a_key_of_the_plan() -> None:
    for cause in TABLE.causes.values():
        assert cause.decision is None or cause.decision in KEYS, cause.id
        assert not UNSAFE.search(f"{cause.cure} {cause.command}"), cause.id
        assert cause.title
        assert cause.link.startswith("https://")
        assert "{" not in cause.cure
