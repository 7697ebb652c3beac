"""Answers that would put a secret into a file, break an engine, or undo a protection unseen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.plan.facts_builder import facts, go_facts, proxy_facts
from wizard.errors import UnsafeError, UsageError
from wizard.plan import decide
from wizard.plan.types import Answer, Answers, Origin
from wizard.questions import QUESTIONS, Question, question


def flags(**texts: str) -> Answers:
    return {
        key: Answer(text=text, origin=Origin.FLAG, source="--set") for key, text in texts.items()
    }


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("gosumdb", "sum.golang.org https://u:hunter2@h"),
        ("gosumdb", "sum.golang.org https://h/?token=hunter2"),
        ("gosumdb", "sum.golang.org https://***@h"),
        ("no_proxy", "http://u:hunter2@p"),
        ("no_proxy", "u:hunter2@p"),
        ("no_proxy", "corp.example,p?token=hunter2"),
        ("goproxy", "https://nexus.example/go?token=hunter2"),
        ("goproxy", "nexus.example/go?x=1&api_key=hunter2,direct"),
        ("goauth", "git https://u:hunter2@h"),
        ("goauth", "mytool --token hunter2"),
        ("goauth", "mytool --token=hunter2"),
        ("goauth", "mytool Authorization: hunter2"),
        ("goauth", "mytool Bearer hunter2"),
        ("goauth", "mytool ghp_hunter2"),
        ("goauth", "netrc; mytool https://h/?sig=hunter2"),
        ("https_proxy", "http://ghp_hunter2@proxy.example:3128"),
        ("https_proxy", "http://proxy.example:3128/?token=hunter2"),
        ("container_proxy", "http=http://ghp_hunter2@proxy.example:3128"),
        ("base_image", "hunter2@registry.example/golang:1.27"),
        ("registry_mirrors", "https://u:hunter2@mirror.example"),
    ],
)
def test_a_secret_is_no_answer_and_is_not_repeated(key: str, text: str) -> None:
    with pytest.raises(UsageError) as caught:
        question(key).parse(text)
    assert "hunter2" not in f"{caught.value.message}{caught.value.hint}{caught.value}"


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("goauth", "git home"),
        ("goauth", "netrc; off"),
        ("goauth", ";"),
        ("dns", "127.0.0.1"),
        ("dns", "::1"),
        ("dns", "::ffff:127.0.0.1"),
        ("dns", "224.0.0.1"),
        ("dns", "0.0.0.0"),
        ("bip", "224.0.0.1/24"),
        ("bip", "127.1.0.1/16"),
        ("bip", "240.0.0.1/24"),
        ("bip", "169.254.1.1/24"),
        ("fixed_cidr", "224.0.0.0/24"),
        ("address_pools", "0.0.0.0/8:24"),
        ("https_proxy", "true"),
        ("http_proxy", "on"),
        ("base_image", "https://"),
        ("base_image", "golang:"),
        ("base_image", "golang:" + "a" * 129),
    ],
)
def test_what_go_or_docker_would_fail_on_is_no_answer(key: str, text: str) -> None:
    with pytest.raises(UsageError):
        question(key).parse(text)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("goauth", "netrc"),
        ("goauth", "git /srv/auth; netrc"),
        ("goauth", "credential-helper --token-file /run/token get"),
        ("hosts", "localhost=127.0.0.1"),
        ("https_proxy", "proxy:3128"),
        ("https_proxy", "http://proxy"),
        ("no_proxy", "*.corp.example,10.0.0.0/8,[::1]:8080,.x,host:443,*"),
        ("goproxy", "https://nexus.example/go?format=go"),
        ("gosumdb", "sum.golang.org https://sum.corp.example/x"),
    ],
)
def test_what_is_sound_stays_an_answer(key: str, text: str) -> None:
    question(key).parse(text)


@pytest.mark.parametrize("asked", QUESTIONS, ids=lambda q: q.key)
@given(text=st.text(st.characters(), max_size=8), bad=st.characters(categories=["Cs"]))
def test_text_that_no_file_can_hold_is_no_answer(asked: Question, text: str, bad: str) -> None:
    with pytest.raises(UsageError) as caught:
        asked.parse(f"{text}{bad}{text}")
    str(caught.value.message).encode()


WIDE = ["?*", "*.*", "*", "*/", "*/*", "*.*.*", "[a-z]*", "[^x]*.*", "*.com", "g*", "?*.?*/?*",
        "*o*", "go*", "*.org/*"]  # fmt: skip


@pytest.mark.parametrize("key", ["goprivate", "gonosumdb", "goinsecure"])
@pytest.mark.parametrize("text", WIDE)
def test_a_pattern_that_takes_in_everybodys_modules_needs_a_reason(key: str, text: str) -> None:
    with pytest.raises(UnsafeError):
        decide(facts(), flags(**{key: f"git.corp.example,{text}"}))


@pytest.mark.parametrize(
    "text",
    ["*.corp.example", "git.corp.example/*", "github.com/mycorp/*", "github.com/mycorp",
     "*.mycorp.com", "git?.corp.com", "*/none-such-team", "git.*.mycorp.com", "nothing",
     "[a-z]*.mycorp.com"],
)  # fmt: skip
def test_a_pattern_of_ones_own_hosts_needs_none(text: str) -> None:
    decide(facts(), flags(goprivate=text))


def test_a_day_that_is_none_is_refused_even_where_nothing_is_unsafe() -> None:
    with pytest.raises(UsageError):
        decide(facts(), flags(until="soon"))


@pytest.mark.parametrize("reason", ["see https://u:hunter2@wiki", "a\udcff", "two\nlines"])
def test_a_reason_is_one_line_without_secrets(reason: str) -> None:
    with pytest.raises(UsageError) as caught:
        decide(facts(), flags(gosumdb="off", reason=reason, until="2026-12-31"))
    assert "hunter2" not in str(caught.value.message)


@pytest.mark.parametrize(
    "settings",
    [
        {"GOPROXY": "https://nexus.example/go?token=***"},
        {"GOPROXY": "https://nexus.example/go?token=hunter2,https://proxy.golang.org"},
        {"GOSUMDB": "sum.golang.org https://u:***@h"},
    ],
)
def test_a_secret_in_the_machines_own_settings_is_not_copied(settings: dict[str, str]) -> None:
    decided = decide(facts(go=go_facts(settings=settings)), {})
    values = f"{decided.goproxy.value} {decided.gosumdb.value}"
    others = [other.value for other in (*decided.goproxy.alternatives,)]
    assert not [word for word in ("***", "hunter2") if word in f"{values} {others}"]
    name = next(iter(settings)).lower()
    finding = next(one for one in decided.findings if one.id == f"{name}.credentials")
    assert "netrc" in str(finding.cure)


def test_an_answered_proxy_keeps_the_token_that_its_setting_has_as_the_user() -> None:
    observed = facts(proxy=proxy_facts(https="http://ghp_x@proxy.corp.example:3128"))
    value = decide(observed, flags(https_proxy="http://proxy.corp.example:3128")).https_proxy.value
    assert value is not None
    assert value.username == "ghp_x"
    assert "ghp_x" not in str(value)
