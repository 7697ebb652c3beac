"""A Secret shows itself nowhere."""

from __future__ import annotations

import copy
import json
import logging
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.cli.json_view import to_json
from wizard.rules.credentials import mask_credentials
from wizard.rules.proxy_url import ProxyUrl, parse_proxy_url
from wizard.secret import Secret

CLEAR = "hunter2-clear"


def test_a_secret_is_not_printed_or_formatted() -> None:
    secret = Secret(CLEAR)
    shown = f"{secret} {secret!r} {secret!s:>20} {secret:>9} {[secret]} { {'k': secret} }"
    assert CLEAR not in shown


def test_a_secret_is_not_written_to_json() -> None:
    with pytest.raises(TypeError):
        json.dumps(Secret(CLEAR))
    assert CLEAR not in json.dumps(to_json({"a": Secret(CLEAR)}))


def test_a_secret_is_not_pickled_or_copied() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(Secret(CLEAR))
    with pytest.raises(TypeError):
        copy.deepcopy(Secret(CLEAR))


def test_a_secret_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("x").warning("%s %r", Secret(CLEAR), Secret(CLEAR))
    assert CLEAR not in caplog.text


def test_a_secret_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Secret(CLEAR).value = "x"


PASSWORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=4, max_size=30
).filter(lambda text: "***" not in text)


@given(password=PASSWORDS, user=PASSWORDS)
def test_a_proxy_url_comes_back_unchanged_from_its_own_text(password: str, user: str) -> None:
    url = ProxyUrl(scheme="http", host="proxy.corp", port=3128, username=user,
                   password=Secret(password))  # fmt: skip
    assert parse_proxy_url(url.reveal()) == url


@given(password=PASSWORDS)
def test_a_proxy_url_never_shows_its_password(password: str) -> None:
    url = ProxyUrl(scheme="http", host="p", port=1, username="dev", password=Secret(password))
    assert str(url) == "http://dev:***@p:1"
    assert "***" in repr(url)
    assert str(url) == mask_credentials(url.reveal())


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("proxy.corp:3128", "proxy.corp:3128"),
        ("http://proxy.corp", "proxy.corp:80"),
        ("HTTPS://Proxy.Corp/", "proxy.corp:443"),
        ("socks5://10.0.0.1:1080", "10.0.0.1:1080"),
        ("http://[::1]:8080", "[::1]:8080"),
        ("http://dev:s3cr%40t%20%25@proxy:3128", "proxy:3128"),
    ],
)
def test_what_go_accepts_as_a_proxy_is_read(value: str, address: str) -> None:
    parsed = parse_proxy_url(value)
    assert isinstance(parsed, ProxyUrl)
    assert parsed.address == address


@pytest.mark.parametrize(
    "value",
    ["", "http://", "ftp://proxy", "http://u:p%w@proxy:1", "http://pro xy:3128", "http://u:a@b@p:1",
     "http://proxy:notaport", "http://proxy:99999", "http://u:p#w@proxy:3128", "not a url"],
)  # fmt: skip
def test_what_go_would_ignore_or_misread_is_named(value: str) -> None:
    assert not isinstance(parse_proxy_url(value), ProxyUrl)


@given(st.text(max_size=80))
def test_reading_a_proxy_value_never_fails(value: str) -> None:
    parse_proxy_url(value)
