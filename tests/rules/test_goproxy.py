"""GOPROXY and GOSUMDB: what the lists say, and what is said about a wrong one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.rules.goproxy import (
    GoProxyError,
    Hop,
    SumDb,
    format_goproxy,
    parse_goproxy,
    parse_gosumdb,
    sumdb_name,
)

HOPS = st.builds(
    Hop,
    url=st.sampled_from(["https://a.example", "https://b.example:8443/go", "http://c.example/x"]),
    separator=st.sampled_from([",", "|"]),
)


@given(hops=st.lists(HOPS, min_size=1, max_size=4), end=st.sampled_from(["", "direct", "off"]))
def test_what_was_formatted_is_parsed_back(hops: list[Hop], end: str) -> None:
    wanted = [*hops, Hop(url=end)] if end else hops
    parsed = parse_goproxy(format_goproxy(wanted))
    assert [h.url for h in parsed] == [h.url for h in wanted]
    assert [h.separator for h in parsed[:-1]] == [h.separator for h in wanted[:-1]]


def test_the_separator_belongs_to_the_entry_before_it() -> None:
    first, second, last = parse_goproxy("a.example|b.example,direct")
    assert (first.separator, second.separator, last.separator) == ("|", ",", "")


def test_nothing_after_direct_is_used() -> None:
    assert parse_goproxy("direct,https://a.example") == (Hop(url="direct"),)


def test_credentials_leave_the_url_and_never_show() -> None:
    (hop,) = parse_goproxy("https://dev:s3cr%40t@nexus.example/go/")
    assert hop.url == "https://nexus.example/go"
    assert hop.password is not None
    assert hop.password.reveal() == "s3cr@t"
    assert "s3cr" not in repr(hop) + format_goproxy([hop])


def test_an_error_names_the_entry_without_its_password() -> None:
    with pytest.raises(GoProxyError) as caught:
        parse_goproxy("ftp://dev:hunter2@a.example")
    assert "hunter2" not in str(caught.value) + caught.value.entry


@pytest.mark.parametrize(
    "value", [",", " ", "dirct", "https://", "ftp://a.example", "file://host/x"]
)
def test_a_list_that_go_refuses_is_refused(value: str) -> None:
    with pytest.raises(GoProxyError):
        parse_goproxy(value)


def test_the_chinese_alias_is_a_database_of_its_own_url() -> None:
    parsed = parse_gosumdb("sum.golang.google.cn")
    assert isinstance(parsed, SumDb)
    assert (parsed.name, parsed.url) == ("sum.golang.org", "https://sum.golang.google.cn")


def test_an_own_database_is_asked_for_by_the_name_of_its_key() -> None:
    key = "sum.corp.example+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
    assert sumdb_name(key) == "sum.corp.example"


@pytest.mark.parametrize(
    ("value", "name"), [(None, "sum.golang.org"), ("off", None), ("", "sum.golang.org")]
)
def test_the_name_to_ask_a_mirror_for(value: str | None, name: str | None) -> None:
    assert sumdb_name(value) == name


@pytest.mark.parametrize("value", ["gosum.io", "https://sum.golang.org", "a b c", "x+sha256:42+zz"])
def test_a_database_that_go_does_not_know_is_said_to_be_unknown(value: str) -> None:
    assert not isinstance(parse_gosumdb(value), SumDb)
