"""NO_PROXY in the form that Go, git and curl read alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.plan.no_proxy_list import normalise
from wizard.rules.noproxy import parse_no_proxy


@pytest.mark.parametrize(
    ("written", "agreed"),
    [
        ("corp.example", ("corp.example",)),
        (".corp.example", ("corp.example",)),
        ("*.corp.example", ("corp.example",)),
        ("corp.example:443", ("corp.example",)),
        ("https://corp.example/path", ("corp.example",)),
        ("Corp.Example.", ("corp.example",)),
        ("10.", ("10.0.0.0/8",)),
        ("10.*", ("10.0.0.0/8",)),
        ("192.168.*", ("192.168.0.0/16",)),
        ("10.1.2.3/8", ("10.0.0.0/8",)),
        ("10.1.2.3:8080", ("10.1.2.3",)),
        ("[::1]", ("::1",)),
        ("[fd00::1]:443", ("fd00::1",)),
        ("a.example b.example;c.example", ("a.example", "b.example", "c.example")),
        ("a.example,,a.example", ("a.example",)),
        ("a.example,*", ("*",)),
        ("", ()),
    ],
)
def test_each_spelling_becomes_the_one_that_all_readers_share(
    written: str, agreed: tuple[str, ...]
) -> None:
    assert normalise(written).entries == agreed


def test_what_was_changed_is_named() -> None:
    assert normalise("a.example,*.b.example").changes == (("*.b.example", "b.example"),)


@given(st.text(max_size=60))
def test_a_second_pass_changes_nothing(text: str) -> None:
    once = normalise(text).entries
    assert normalise(",".join(once)).entries == once


@given(st.lists(st.from_regex(r"[a-z]{1,6}\.example", fullmatch=True), max_size=5))
def test_go_reaches_directly_what_was_listed(hosts: list[str]) -> None:
    go = parse_no_proxy(",".join(normalise(" ".join(hosts)).entries))
    assert all(go.covers(host, "443") for host in hosts)
