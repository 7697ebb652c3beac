"""The traps of the pattern lists of GOPRIVATE, and of upper case on the wire."""

from __future__ import annotations

import pytest

from wizard.rules.modpath import wire_path
from wizard.rules.noproxy import parse_no_proxy
from wizard.rules.patterns import match_prefix_patterns, pattern_problem


@pytest.mark.parametrize(
    ("globs", "path", "matches"),
    [
        ("corp.com", "corp.com/a", True),
        ("corp.com", "git.corp.com/a", False),
        ("*.corp.com", "a.b.corp.com/x", True),
        ("*.corp.com", "corp.com/x", False),
        ("github.com/org/", "github.com/org/repo", True),
        ("github.com/org", "github.com/org2/r", False),
        ("github.com/Org", "github.com/org/r", False),
        ("a.com, b.com", "b.com/x", False),
        ("a.com;b.com", "b.com/x", False),
        ("https://corp.com", "corp.com/x", False),
        ("corp.com:8443", "corp.com/x", False),
        ("none", "corp.com/x", False),
        ("*", "anything.com/x", True),
        ("[", "anything.com/x", False),
    ],
)
def test_a_pattern_matches_what_go_matches(globs: str, path: str, matches: bool) -> None:
    assert match_prefix_patterns(globs, path) is matches


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [(" b.com", "space"), ("https://a", "scheme"), ("a:1", "port"), ("a;b", "separator"),
     ("a[", "malformed"), ("a\\", "malformed"), ("*.a", None), ("a/[b-c]*", None)],
)  # fmt: skip
def test_a_pattern_that_can_never_match_has_a_reason(pattern: str, problem: str | None) -> None:
    assert pattern_problem(pattern) == problem


def test_upper_case_is_percent_21_on_the_wire() -> None:
    path = wire_path("github.com/BurntSushi/toml", "v0.3.1", "mod")
    assert path == "/github.com/%21burnt%21sushi/toml/@v/v0.3.1.mod"


def test_an_empty_no_proxy_covers_nothing() -> None:
    assert not parse_no_proxy(" , ,").covers("a.com", "443")
