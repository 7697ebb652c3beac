"""What a preset says, and every mistake of it with its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.preset.documents import SOURCE, WHOLE, small
from wizard.facts.preset import AddressPlan, Line, Preset, Rule
from wizard.preset.reading import LIMIT, read_preset


def _read(text: str | bytes) -> Preset:
    read = read_preset(text.encode() if isinstance(text, str) else text, SOURCE)
    assert isinstance(read, Preset), read
    return read


def _mistakes(text: str | bytes) -> list[tuple[int | None, str]]:
    read = read_preset(text.encode() if isinstance(text, str) else text, SOURCE)
    assert not isinstance(read, Preset)
    return [(one.line, str(one.message)) for one in read]


def test_each_part_knows_where_it_stands() -> None:
    read = _read(WHOLE)
    assert (read.organisation, read.version) == ("Example Corp", 7)
    assert read.answers == (
        Line(key="mtu", text="1400", where=f"{SOURCE}:7"),
        Line(key="dns", text="10.0.0.53,10.0.1.53", where=f"{SOURCE}:8"),
        Line(key="ssh", text="true", where=f"{SOURCE}:9"),
    )
    assert read.mirrors[0].url == "https://goproxy.corp.example"
    assert read.mirrors[0].where == f"{SOURCE}:18"
    assert read.authorities[0].sha256 == "0f" * 32
    assert read.addresses == AddressPlan(
        docker=("172.30.0.0/16",),
        reserved=("10.0.0.0/8",),
        because="the campus",
        where=f"{SOURCE}:26",
    )
    assert read.rules == (
        Rule(
            decision="build_network",
            forbidden=("host",),
            because="audit 14",
            where=f"{SOURCE}:35",
        ),
    )
    assert read.self_test[0].address == "git.corp.example:443"


def test_windows_line_ends_and_a_byte_order_mark_change_no_line() -> None:
    assert _read("\ufeff" + WHOLE.replace("\n", "\r\n")).answers == _read(WHOLE).answers


HEAD = small().decode()  # three lines


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (HEAD + "[answers]\nmtu = 12\n", 5, "1280"),
        (HEAD + "[answers]\nmut = 1400\n", 5, "did you mean mtu"),
        (HEAD + '[answers]\ndns = ["10.0.0.53",\n  "127.0.0.1"]\n', 5, "127.0.0.1"),
        (HEAD + '[answers]\ngosumdb = "off"\n', 5, "only a person"),
        (HEAD + '[answers]\nreason = "x"\n', 5, "no key reason"),
        (HEAD + "[answers]\nmtu = { a = 1 }\n", 5, "one of"),
        (HEAD + "[[mirror]]\nname = 'x'\n", 4, "url is missing"),
        (HEAD + "[[mirror]]\nurl = 'ftp://x'\n", 5, "whole URL"),
        (HEAD + "[[mirror]]\nurl = 'https://a'\n[[mirror]]\n\nurl = 3\n", 8, "a text in quotes"),
        (HEAD + "[private]\npatterns = [\n 'git.corp.example',\n '*'\n]\n", 7, "strangers"),
        (HEAD + "[private]\npatterns = ['https://git.corp']\n", 5, "never matches"),
        (HEAD + "[[authority]]\nname = 'x'\nsha256 = 'AB:CD'\n", 6, "not written"),
        (HEAD + "[addresses]\ndocker = ['172.30.0.1/16']\n", 5, "no IPv4 range"),
        (HEAD + "[addresses]\ndocker = ['10.1.0.0/16']\nreserved = ['10.0.0.0/8']\n", 5, "and"),
        (HEAD + "[images]\nregistry = 'https://r.corp.example'\n", 5, "no registry"),
        (HEAD + "[[rule]]\ndecision = 'mtu'\nbecause = 'x'\n", 4, "allowed, forbidden"),
        (HEAD + "[[rule]]\ndecision = 'mut'\nforbidden = ['1']\nbecause = 'x'\n", 5, "mean mtu"),
        (HEAD + "[[self_test]]\nhost = 'git:99999'\n", 5, "no host:port"),
        (HEAD + "[targets]\nnamespace = 'Not A Name'\n", 5, "namespace"),
        (HEAD + "[targets]\nwith = 'nothing-such'\n", 5, "no target"),
        (HEAD + "[answers]\nssh = true\n[[rule]]\ndecision = 'ssh'\nforbidden = ['true']\n"
         "because = 'no keys'\n", 5, "no keys"),
        (HEAD + "colour = 'red'\n", 4, "no key colour"),
        (HEAD + "[answers\n", 4, "TOML"),
        (HEAD.replace("version = 1", "version = 0"), 3, "less than 1"),
        (HEAD.replace("version = 1", "version = '1'"), 3, "a whole number"),
        (HEAD.replace("Example", "Exa\\u0007mple"), 2, "not written"),
        ("<!DOCTYPE html>\n<html>Log in</html>", 1, "web page"),
        ("", 1, "schema is missing"),
        (HEAD.encode() + b"\n# \xff", 5, "UTF-8"),
        (HEAD + "a = " + "[" * 5000 + "]" * 5000, 4, "nested"),
        (HEAD + ".".join("a" * 30_000) + " = 1\n", 4, "nested"),
        (HEAD + "\n[[" + ".".join("a" * 30_000) + "]]\n", 5, "nested"),
        (HEAD + "[answers]\ngoauth = 'sh -c id'\n", 5, "start that program"),
        (HEAD + "[answers]\ngoauth = 'netrc; helper'\n", 5, "start that program"),
        (HEAD + "[[mirror]]\nurl = 'https://a.example/,direct'\n", 5, "percent-encoded"),
        (HEAD + "contact = 'moc\u202e'\n", 4, "control character"),
        (HEAD + 'contact = "moc\\u202e"\n', 4, "control character"),
        (HEAD.replace("Example", "Exa\u200bmple"), 2, "control character"),
        (HEAD + "[[self_test]]\nhost = 'git:\u0664'\n", 5, "no host:port"),
        (HEAD + "a = 1" + "0" * 5000, 1, "too long"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line(text: str | bytes, line: int, words: str) -> None:
    found = _mistakes(text)
    assert found[0][0] == line, found
    assert words in found[0][1]


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ("[[mirror]]\nurl = 'https://bob:Zq7-hunter2@goproxy.corp.example'\n", 5),
        ("[[mirror]]\nurl = 'https://goproxy.corp.example?token=Zq7hunter2'\n", 5),
        ("contact = 'glpat-Zq7hunter2Zq7hunter2'\n", 4),
        ("[[self_test]]\nhost = 'x.corp.example'\nbecause = 'password=Zq7hunter2'\n", 6),
        ("[answers]\nhttp_proxy = 'http://bob:Zq7hunter2@proxy.corp.example:3128'\n", 5),
        ("# the token=Zq7hunter2 is for the wiki\n", 4),
        ("contact = 'x' # https://bob:Zq7hunter2@wiki.corp.example\n", 4),
    ],
)
def test_a_secret_is_refused_with_its_line_and_not_repeated(more: str, line: int) -> None:
    found = _mistakes(small(1, more))
    assert [one[0] for one in found] == [line]
    assert "secret" in found[0][1]
    assert "hunter2" not in found[0][1]


def test_go_may_be_told_to_log_in_without_a_program() -> None:
    read = _read(HEAD + "[answers]\ngoauth = 'git /home/me; netrc'\n")
    assert [one.text for one in read.answers] == ["git /home/me; netrc"]


def test_every_mistake_is_named_from_the_top() -> None:
    text = HEAD + "[answers]\nmut = 1\nmtu = []\n[[mirror]]\nurl = 2\n"
    assert [line for line, _ in _mistakes(text)] == [5, 8]


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_with_a_line(data: bytes) -> None:
    read = read_preset(small() + data, SOURCE)
    assert isinstance(read, Preset) or all(one.line for one in read)


def test_the_bound_leaves_room_for_a_large_organisation() -> None:
    assert len(WHOLE) * 100 < LIMIT
