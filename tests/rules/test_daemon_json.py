"""dockerd's own rules of daemon.json; each bad row is one that moby refuses or cannot live with."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.rules.daemon_json import problems


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        '{"bip": "172.26.0.1/16", "fixed-cidr": "172.26.8.0/24", "default-gateway": "172.26.0.9"}',
        '{"default-address-pools": [{"base": "10.200.0.1/16", "size": 24}]}',
        '{"default-address-pools": [{"base": "fd00::/48", "size": 64}]}',
        '{"mtu": 0, "dns": ["10.0.0.53", "fd00::53"], "dns-search": ["corp.example"]}',
        '{"registry-mirrors": ["https://m.example/path/", "http://10.0.0.1:5000"]}',
        '{"bridge": "br0", "iptables": false, "default-network-opts": {"bridge": {"a": "1"}}}',
        '{"proxies": {"http-proxy": "http://p:1"}, "of-the-users": [1, {"a": null}]}',
    ],
)
def test_what_dockerd_takes_has_no_problem(text: str) -> None:
    assert problems(json.loads(text)) == ()


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ('{"bip": "172.26.0.0/16"}', "bip", "network's own"),
        ('{"bip": "172.26.255.255/16"}', "bip", "broadcast"),
        ('{"bip": "172.26.0.1"}', "bip", "with a prefix"),
        ('{"bip": "10.0.0.1/24", "fixed-cidr": "10.0.1.0/24"}', "fixed-cidr", "does not lie in"),
        ('{"bip": "10.0.0.1/24", "default-gateway": "10.0.1.1"}', "default-gateway", "not lie in"),
        ('{"bip": "10.0.0.1/24", "bridge": "br0"}', "bip", "beside bridge"),
        ('{"icc": false, "iptables": false}', "iptables", "beside icc=false"),
        ('{"default-address-pools": [{"base": "10.0.0.0/16", "size": 8}]}', "default-address-pools",
         "does not fit"),
        ('{"default-address-pools": [{"base": "10.0.0.0/16"}]}', "default-address-pools", "number"),
        ('{"default-address-pools": ["10.0.0.0/16"]}', "default-address-pools", "no network"),
        ('{"mtu": -1}', "mtu", "between"),
        ('{"mtu": "1400"}', "mtu", "whole number"),
        ('{"mtu": true}', "mtu", "whole number"),
        ('{"dns": ["resolver.corp"]}', "dns", "no address"),
        ('{"dns": "10.0.0.53"}', "dns", "list of strings"),
        ('{"userland-proxy": "false"}', "userland-proxy", "true or false"),
        ('{"registry-mirrors": ["m.example"]}', "registry-mirrors", "no http or https URL"),
        ('{"registry-mirrors": ["https://dev:pw@m.example"]}', "registry-mirrors", "no login"),
        ('{"default-network-opts": {"bridge": {"mtu": 1400}}}', "default-network-opts", "strings"),
        ('{"proxies": {"http-proxy": 1}}', "proxies", "object of strings"),
    ],
)  # fmt: skip
def test_what_stops_dockerd_is_named(text: str, key: str, words: str) -> None:
    found = problems(json.loads(text))
    assert [name for name, _ in found] == [key]
    assert words in str(found[0][1])
    assert "pw" not in str(found[0][1])


KEYS = st.sampled_from(
    ["bip", "fixed-cidr", "default-address-pools", "mtu", "dns", "registry-mirrors", "proxies",
     "default-network-opts", "icc", "iptables", "bridge", "default-gateway"]
)  # fmt: skip
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


@given(st.dictionaries(KEYS, ANYTHING, max_size=5))
def test_any_values_give_problems_and_never_an_error(values: dict[str, object]) -> None:
    for key, why in problems(values):
        assert key in values
        assert str(why)
