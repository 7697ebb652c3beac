"""git's configuration, netrc, remotes and addresses: small readers of what users wrote."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wizard.rules.addresses import has_internal_suffix, is_below, is_internal, is_loopback
from wizard.rules.git_config import parse_git_config
from wizard.rules.netrc import parse_netrc
from wizard.rules.public_hosts import is_public_host, is_public_mirror
from wizard.rules.remote_url import parse_remote


def test_a_git_configuration_is_read_with_its_lines() -> None:
    text = '[url "ssh://git@h/"]\n\tinsteadOf = https://h/ ; why\n[remote "origin"] url = a\n'

    assert [(e.key, e.value, e.line) for e in parse_git_config(text)] == [
        ("url.ssh://git@h/.insteadof", "https://h/", 2),
        ("remote.origin.url", "a", 3),
    ]


_VALUES = st.text(
    alphabet=st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufeff\xa0"),
    min_size=1,
    max_size=20,
)


@settings(max_examples=25, deadline=None)
@given(value=_VALUES, sub=_VALUES)
def test_what_git_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, value: str, sub: str
) -> None:
    file = tmp_path_factory.mktemp("git") / "config"
    subprocess.run(["git", "config", "--file", file, f"a.{sub}.b", value], check=True)

    (entry,) = parse_git_config(file.read_text(encoding="utf-8"))

    assert (entry.key, entry.value) == (f"a.{sub}.b", value)


@given(st.text(max_size=200))
def test_any_text_is_read_as_git_configuration_without_an_error(text: str) -> None:
    for entry in parse_git_config(text):
        assert entry.key


def test_a_netrc_gives_its_machines_and_says_which_are_complete() -> None:
    text = (
        "# mine\nmachine a.example login u password p\nmachine b.example\n  login u\n"
        "macdef init\nmachine no\n\nmachine c.example:8443 password p login u\n"
        "default login x password y\nmachine after.default login u password p\n"
    )

    assert [(m.name, m.complete) for m in parse_netrc(text)] == [
        ("a.example", True),
        ("b.example", False),
        ("c.example:8443", True),
    ]


def test_a_password_that_is_called_machine_names_no_machine() -> None:
    assert [m.name for m in parse_netrc("machine a login machine password machine")] == ["a"]


@pytest.mark.parametrize(
    ("url", "host", "path", "ssh"),
    [
        ("https://u:p@Git.corp/team/app.git", "git.corp", "team/app", False),
        ("git@git.corp:team/app.git", "git.corp", "team/app", True),
        ("ssh://git@git.corp:2222/team/app", "git.corp", "team/app", True),
        ("git.corp:app", "git.corp", "app", True),
    ],
)
def test_a_remote_is_read_in_every_spelling(url: str, host: str, path: str, ssh: bool) -> None:
    remote = parse_remote(url)

    assert remote is not None
    assert (remote.host, remote.path, remote.ssh) == (host, path, ssh)


@pytest.mark.parametrize("url", ["/srv/app.git", "../app", "file:///srv/app", "C:/app", "", "://"])
def test_a_folder_is_no_remote(url: str) -> None:
    assert parse_remote(url) is None


def test_a_port_is_kept() -> None:
    remote = parse_remote("ssh://git@git.corp:2222/x")

    assert remote is not None
    assert remote.port == 2222


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "[::1]"])
def test_loopback_is_judged_by_address(address: str) -> None:
    assert is_loopback(address)


@pytest.mark.parametrize("address", ["10.0.0.1", "localhost", "0.0.0.0", ""])
def test_what_is_no_loopback_address_is_not_taken_for_one(address: str) -> None:
    assert not is_loopback(address)


@pytest.mark.parametrize(
    ("address", "internal"),
    [
        ("10.1.2.3", True),
        ("192.168.0.1", True),
        ("fd00::1", True),
        ("8.8.8.8", False),
        ("127.0.0.1", False),
        ("198.18.0.7", False),
        ("203.0.113.1", False),
        ("100.64.0.1", False),
        ("169.254.1.1", False),
    ],
)
def test_internal_addresses_are_those_of_private_networks(address: str, internal: bool) -> None:
    assert is_internal(address) is internal


def test_internal_names_end_where_no_public_name_ends() -> None:
    assert has_internal_suffix("git.corp")
    assert has_internal_suffix("gitserver")
    assert not has_internal_suffix("git.example.com")
    assert not has_internal_suffix("10.0.0.1")


def test_a_name_is_below_its_domain_and_not_below_a_lookalike() -> None:
    assert is_below("git.corp.example", "corp.example")
    assert is_below("corp.example", "corp.example")
    assert not is_below("evilcorp.example", "corp.example")


def test_public_hosts_are_known_with_the_names_below_them() -> None:
    assert is_public_host("github.com")
    assert is_public_host("pkg.go.dev")
    assert not is_public_host("notgithub.com")
    assert not is_public_host("git.corp.example")


@pytest.mark.parametrize("url", ["https://[::1", "https://[", "http://a]b", "", "\x00", "//["])
def test_a_url_that_cannot_be_read_is_no_public_mirror(url: str) -> None:
    assert not is_public_mirror(url)
