"""The report: what it asks for, what it keeps to itself, and that nothing in it is markup."""

from __future__ import annotations

import csv
import io
import re
import shlex
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from tests.plan.facts_builder import (
    facts,
    mirror_facts,
    private_facts,
    private_host,
    probe,
    proxy_facts,
)
from tests.servers import QUOTE
from wizard.facts import Facts, known
from wizard.facts.mirrors import Failure, MirrorProbe, Origin
from wizard.plan import decide
from wizard.render.pseudonyms import Pseudonyms, internal_names
from wizard.render.report import Report, build_report
from wizard.render.report_csv import as_csv
from wizard.render.report_html import html
from wizard.render.report_markdown import markdown

EVIL = '"><script>alert(1)</script><img src=x onerror=y>|`$(id)`[a](javascript:b)'


def _report(found: Facts) -> Report:
    return build_report(found, decide(found, {}), QUOTE.canary)


def _shown(text: str) -> str:
    return text


def _hidden(found: Facts) -> Pseudonyms:
    return Pseudonyms(*internal_names(found))


def _blocked(**changes: object) -> MirrorProbe:
    one = probe(rank=None, proved=None, reason=Failure.REDIRECT_BLOCKED)
    return replace(one, redirects=("storage.example.net",), **changes)  # type: ignore[arg-type]


class _Tags(HTMLParser):
    """Collects what a browser would take for tags and attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.values: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.values += [value or "" for _, value in attrs]


def test_it_asks_for_the_mirror_and_for_where_it_redirects() -> None:
    needs = _report(facts(mirrors=mirror_facts(_blocked()))).needs
    assert ("proxy.golang.org", 443) in {(need.host, need.port) for need in needs}
    assert [need.seen for need in needs if need.host == "storage.example.net"] == [False]


def test_it_asks_for_the_git_port_of_private_hosts() -> None:
    found = facts(private=private_facts(private_host(ssh=True)))
    needs = {(need.host, need.port) for need in _report(found).needs}
    assert ("git.corp.example", 22) in needs


def test_the_smaller_alternative_is_the_working_mirror_with_the_fewest_hosts() -> None:
    wide = replace(probe("https://wide.example"), redirects=("a.example", "b.example"))
    slim = replace(probe("https://slim.example"), checksum_database=True)
    alternatives = _report(facts(mirrors=mirror_facts(wide, slim))).alternatives
    assert alternatives[0].hosts == ("slim.example:443",)


def test_a_curl_line_holds_no_login_and_is_one_quoted_command() -> None:
    through = "http://dev:***@proxy.corp.example:3128"
    one = replace(probe("https://slim.example/a;b"), through=through)
    (observed,) = [
        item
        for item in _report(facts(mirrors=mirror_facts(one))).observations
        if item.url.startswith("https://slim")
    ]
    words = shlex.split(observed.curl)
    assert words[0] == "curl"
    assert words[words.index("--proxy") + 1] == "http://proxy.corp.example:3128"
    assert words[-1].startswith("https://slim.example/a;b/example.test/quote/@v/")


def test_hostile_text_is_no_html() -> None:
    one = _blocked(detail=EVIL, issuer=EVIL)
    tags = _Tags(html(_report(facts(mirrors=mirror_facts(one))), _shown))
    assert tags.tags.isdisjoint({"script", "img", "a"})
    assert not {name for name in tags.attributes if name.startswith("on") or name == "src"}


def test_hostile_text_is_no_markdown() -> None:
    text = markdown(_report(facts(mirrors=mirror_facts(_blocked(detail=EVIL)))), _shown)
    assert not re.search(r"(?<!\\)[<`]|(?<!\\)\[a", text.partition("What was observed")[2])


def test_hostile_text_is_no_formula() -> None:
    found = facts(private=private_facts(private_host("=cmd()", modules=(), patterns=())))
    rows = list(csv.reader(io.StringIO(as_csv(_report(found), _shown))))
    assert rows[0] == ["host", "port", "for", "seen", "observed at"]
    assert not [cell for row in rows for cell in row if cell.startswith("=")]


def test_the_table_says_when_a_host_was_asked_and_nothing_where_it_was_not() -> None:
    asked = replace(
        probe("https://m.example", rank=1, origin=Origin.GOPROXY), at="2026-03-02T09:11:00+00:00"
    )
    rows = list(
        csv.DictReader(io.StringIO(as_csv(_report(facts(mirrors=mirror_facts(asked))), str)))
    )
    times = {row["host"]: row["observed at"] for row in rows}
    assert times["m.example"] == "2026-03-02T09:11:00+00:00"
    assert {row["observed at"] for row in rows if row["seen"] == "not tried"} <= {""}


def test_the_page_needs_nothing_else() -> None:
    page = html(_report(facts()), _shown)
    tags = _Tags(page)
    assert tags.tags.isdisjoint({"link", "script", "img", "iframe", "object"})
    assert "url(" not in page
    assert "@import" not in page


@pytest.mark.parametrize("write", [markdown, html, as_csv], ids=["markdown", "html", "csv"])
def test_internal_names_have_stand_ins(write: object) -> None:
    own = probe("https://nexus.corp.example/go", rank=2, origin=Origin.GOPROXY)
    found = facts(
        mirrors=mirror_facts(replace(own, issuer="Example Corp Root", detail="at 10.1.2.3")),
        private=private_facts(private_host()),
        proxy=proxy_facts(https="http://dev:pass-3@proxy.corp.example:3128"),
    )
    text = write(_report(found), _hidden(found).hide)  # type: ignore[operator]
    for name in ("nexus.corp", "git.corp", "proxy.corp", "Example Corp", "10.1.2.3", "pass-3"):
        assert name not in text


def test_a_stand_in_is_the_same_in_every_report() -> None:
    first = Pseudonyms(["git.corp.example"]).hide("https://git.corp.example/a")
    second = Pseudonyms(["a.corp.example", "git.corp.example"]).hide("git.corp.example:22")
    assert first.split("/")[2] == second.partition(":")[0]
    assert first != "https://git.corp.example/a"


def test_public_names_stay() -> None:
    found = facts()
    assert "proxy.golang.org" in markdown(_report(found), _hidden(found).hide)


def test_a_longer_name_is_not_cut_by_a_shorter_one() -> None:
    hidden = Pseudonyms(["corp.example", "git.corp.example"]).hide("git.corp.example corp.example")
    assert "corp.example" not in hidden.replace("internal.example", "")


def test_latencies_are_drawn_in_proportion() -> None:
    one = replace(probe(), latency=replace(probe().latency, dns=10.0, connect=10.0, tls=0.0,
                                           first_byte=20.0))  # fmt: skip
    page = html(_report(facts(mirrors=mirror_facts(one))), _shown)
    assert re.findall(r"width:([0-9.]+)%", page) == ["25.00", "25.00", "0.00", "50.00"]


def test_of_nothing_known_there_is_a_report_too() -> None:
    found = facts(mirrors=replace(mirror_facts(), ranking=known((), "test")))
    assert "No mirror was looked at." in markdown(_report(found), _shown)


def test_each_observation_says_when_it_was_made() -> None:
    first = replace(probe("https://a.example", rank=1), at="2026-11-28T09:00:01+00:00")
    later = replace(_blocked(), at="2026-11-28T09:00:07+00:00")
    made = _report(facts(mirrors=mirror_facts(first, later)))
    for page in (markdown(made, _shown), html(made, _shown)):
        assert "2026-11-28T09:00:01" in page
        assert "2026-11-28T09:00:07" in page
