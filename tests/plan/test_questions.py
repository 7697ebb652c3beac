"""Every question, as text in and as text out."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.plan.facts_builder import facts
from wizard.errors import UsageError
from wizard.plan import decide
from wizard.plan.types import KEYS
from wizard.questions import QUESTIONS, Question, question

_label = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)
_domain = st.lists(_label, min_size=1, max_size=3).map(".".join)
_address = st.ip_addresses().map(str)
_network = st.builds(
    lambda address, prefix: str(IPv4Network((int(address), prefix), strict=False)),
    st.ip_addresses(network="64.0.0.0/4"),
    st.integers(8, 24),
)
"""Ranges of hosts: loopback, multicast and the like are refused."""
_path = st.from_regex(r"/[a-z]{1,8}(/[a-z.]{1,8}){0,2}", fullmatch=True)
_proxy = st.builds(
    "{}://{}:{}".format,
    st.sampled_from(("http", "https", "socks5")),
    _domain,
    st.integers(1, 65535),
)
_switch = st.sampled_from(("true", "false", "none", ""))


def _listed(items: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(items, max_size=4).map(",".join)


_patterns = _listed(st.one_of(_domain, _domain.map("*.{}".format), st.just("nothing")))

ANSWERS: dict[str, st.SearchStrategy[str]] = {
    "goproxy": st.one_of(
        st.just("none"),
        st.builds(
            lambda hosts, separator: separator.join(f"https://{host}" for host in hosts),
            st.lists(_domain, min_size=1, max_size=4),
            st.sampled_from((",", "|")),
        ),
    ),
    "gosumdb": st.sampled_from(
        ("sum.golang.org", "none", "off", "sum.golang.org https://x.example")
    ),
    "goprivate": _patterns,
    "gonoproxy": _patterns,
    "gonosumdb": _patterns,
    "goinsecure": _patterns,
    "gotoolchain": st.sampled_from(("auto", "local", "none", "go1.27.3", "go1.27.3+auto", "path")),
    "goauth": st.sampled_from(("netrc", "off", "none", "git /home/me/auth")),
    "http_proxy": _proxy,
    "https_proxy": _proxy,
    "no_proxy": _listed(st.one_of(_domain, _address, _network)),
    "container_proxy": st.one_of(_proxy, st.builds("http={},https={}".format, _proxy, _proxy)),
    "ca": _listed(_path),
    "bip": st.sampled_from(("172.30.255.1/24", "10.9.8.7/20", "none")),
    "fixed_cidr": st.one_of(_network, st.just("none")),
    "address_pools": _listed(_network.map("{}:28".format)),
    "mtu": st.integers(1280, 9216).map(str),
    "dns": _listed(st.ip_addresses(network="64.0.0.0/4").map(str)),
    "dns_search": _listed(_domain),
    "hosts": _listed(st.builds("{}={}".format, _domain, _address)),
    "iptables": _switch,
    "ip_forward": _switch,
    "userland_proxy": _switch,
    "registry_mirrors": _listed(_domain.map("https://{}".format)),
    "base_image": st.builds("{}/golang:1.27-bookworm".format, _domain),
    "build_network": st.sampled_from(("default", "host", "none")),
    "module_source": st.sampled_from(("proxy", "vendor", "bridge")),
    "secrets": _listed(st.builds("{}={}".format, _label, _path)),
    "ssh": st.sampled_from(("true", "false")),
    "dockerfile": st.builds(
        "{}{}{}".format,
        st.sampled_from(("create", "block", "beside", "keep")),
        st.one_of(st.just(""), _label.map(":{}".format)),
        st.sampled_from(("", "+plain", "+mounts")),
    ),
}


@pytest.mark.parametrize("asked", QUESTIONS, ids=lambda q: q.key)
@given(data=st.data())
def test_a_value_survives_its_own_text(asked: Question, data: st.DataObject) -> None:
    value = asked.parse(data.draw(ANSWERS[asked.key]))
    assert asked.parse(asked.format(value)) == value


@pytest.mark.parametrize("asked", QUESTIONS, ids=lambda q: q.key)
@given(text=st.text(max_size=40))
def test_any_text_is_a_value_or_a_named_mistake(asked: Question, text: str) -> None:
    mistake = _mistake(asked, text)
    if mistake is None:
        value = asked.parse(text)
        assert asked.parse(asked.format(value)) == value
    else:
        assert asked.key in str(mistake.message)
        assert asked.example in str(mistake.hint)


def _mistake(asked: Question, text: str) -> UsageError | None:
    try:
        asked.parse(text)
    except UsageError as error:
        return error
    return None


@pytest.mark.parametrize("asked", QUESTIONS, ids=lambda q: q.key)
def test_every_example_is_an_answer(asked: Question) -> None:
    asked.parse(asked.example)


def test_there_is_one_question_for_every_decision() -> None:
    assert sorted(one.key for one in QUESTIONS) == sorted(KEYS)


@pytest.mark.parametrize("asked", QUESTIONS, ids=lambda q: q.key)
def test_the_decided_value_is_the_first_choice(asked: Question) -> None:
    plan = decide(facts(), {})
    decided: Any = getattr(plan, asked.key)
    first = asked.choices(plan, facts())[0]
    assert first.value == asked.format(decided.value)
    assert first.because == decided.because


def test_an_unknown_key_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(UsageError) as caught:
        question("goproxi")
    assert "goproxy" in str(caught.value.hint)


@pytest.mark.parametrize("key", ["goproxy", "https_proxy"])
def test_a_password_is_never_an_answer(key: str) -> None:
    with pytest.raises(UsageError) as caught:
        question(key).parse("http://dev:hunter2@proxy.example:3128")
    assert "hunter2" not in f"{caught.value.message}{caught.value.hint}{caught.value}"
