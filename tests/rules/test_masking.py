"""What is shown of URLs from outside: never their user-info, never a secret in their query."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.rules.credentials import (
    holds_credentials,
    mask_credentials,
    mask_value,
    url_secrets,
    value_holds_credentials,
)

_PLAIN = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]*://)(?P<user>[^\s/@:]*)(?::[^\s/@]*)?@")
_BARE = re.compile(r"(?:^|[\s,|'\"(])[^\s/,|'\"(]*:[^\s/,|'\"(]*@")
_RAW = re.compile(r"://\S*/\S*@|:[^\s@]*/[^\s]*@")
_TWO_AT = re.compile(r"://[^\s/]*@[^\s/]*@")


def said_plainly(text: str) -> str:
    """Mask as the rule reads, in time that grows with the square of the text."""

    def mask(match: re.Match[str]) -> str:
        user = match["user"] if ":" in match.group()[len(match["scheme"]) :] else "***"
        return f"{match['scheme']}{user}:***@" if user != "***" else f"{match['scheme']}***@"

    return _PLAIN.sub(mask, text)


URL_LIKE = st.text(st.sampled_from("ab1:/@.-+ *é\n"), max_size=30)
JOINED = st.lists(
    st.sampled_from(("http", "://", "u", ":", "p", "@", "h", "/", " ", "1", "-", "***")),
    max_size=14,
).map("".join)


@given(text=URL_LIKE | JOINED)
def test_one_pass_masks_what_the_plain_rule_masks(text: str) -> None:
    if not any(odd.search(text) for odd in (_TWO_AT, _BARE, _RAW)):
        assert mask_credentials(text) == said_plainly(text)


@given(text=URL_LIKE | JOINED)
def test_masked_text_stays_as_it_is(text: str) -> None:
    masked = mask_credentials(text)
    assert mask_credentials(masked) == masked


@given(password=st.text(st.characters(exclude_characters="/ *", exclude_categories=["Z", "C"]),
                        min_size=3))  # fmt: skip
def test_no_password_is_shown_whatever_is_in_it(password: str) -> None:
    masked = mask_credentials(f"see http://dev:{password}@host.example:3128/ there")
    assert masked.replace("***", "") in (
        "see http://dev:@host.example:3128/ there",
        "see http://@host.example:3128/ there",
    )


@pytest.mark.parametrize(
    "piece", ["a", "a.", "://", "a://", "a:", "@", "?a", "&key=", "1://", "=a:", "a:@", ",a:b@"]
)
def test_a_long_text_is_masked_in_time_that_grows_with_its_length(piece: str) -> None:
    from time import process_time

    def spent(length: int) -> float:
        text = piece * (length // len(piece))
        started = process_time()
        mask_credentials(text)
        return process_time() - started

    # Sixteen times the text: 16 times the work in one pass, 256 times where it is quadratic.
    short = min(spent(25_000) for _ in range(3))
    assert min(spent(400_000) for _ in range(3)) < 100 * short + 0.1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("u:hunter2@nexus.example/go", "u:***@nexus.example/go"),
        ("direct,u:hunter2@[::1]:80", "direct,u:***@[::1]:80"),
        ("GOPROXY=u:hun@ter2@nexus.example/go", "GOPROXY=***@nexus.example/go"),
        ('{"NO_PROXY":"u:hunter=2@p"}', '{"NO_PROXY":"u:***@p"}'),
        ("golang:1.27@sha256:" + "ab" * 32, "golang:1.27@sha256:" + "ab" * 32),
        ("git@git.example:team/lib.git", "git@git.example:team/lib.git"),
        ("go: example.com/a:b@v1.0.0: no", "go: example.com/a:b@v1.0.0: no"),
        ("see: me@corp.example", "see: me@corp.example"),
    ],
)
def test_go_takes_a_url_without_its_scheme_and_so_does_the_mask(text: str, shown: str) -> None:
    assert mask_credentials(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://n.example/go?token=hunter2", "https://n.example/go?token=***"),
        ("n.example/go?a=1&api_key=hunter2,direct", "n.example/go?a=1&api_key=***,direct"),
        ("https://n/?X-Amz-Signature=hunter2&x=1|off", "https://n/?X-Amz-Signature=***&x=1|off"),
        ("'https://n/?key=hunter2'", "'https://n/?key=***'"),
        ('{"u": "https://n/?sig=hunter2"}', '{"u": "https://n/?sig=***"}'),
        ("https://n/?PassWord=hunter2#x", "https://n/?PassWord=***#x"),
        ("https://n/?private_token=hunter2", "https://n/?private_token=***"),
        ("https://n/?%74oken=hunter2", "https://n/?%74oken=***"),
        ("https://n/?monkey=1&design=2", "https://n/?monkey=1&design=2"),
        ("https://n/?go-get=1", "https://n/?go-get=1"),
    ],
)
def test_a_secret_in_a_query_is_masked(text: str, shown: str) -> None:
    assert mask_credentials(text) == shown


@pytest.mark.parametrize(
    "text",
    ["http://u:p@h", "http://***@h", "http://u@h", "https://h/?token=x", "https://h/?token=***"],
)
def test_credentials_are_recognised_even_where_they_are_masked(text: str) -> None:
    assert holds_credentials(text)


@pytest.mark.parametrize("text", ["https://h/x@v1", "git@h:x", "https://h/?go-get=1", "1://u@h"])
def test_a_text_without_credentials_is_let_through(text: str) -> None:
    assert not holds_credentials(text)


RAW = [
    "zq7/bb", "zq/7/bb", "z@q7/bb", "zq7/b@b", "zq#7/bb", "zq?7", "zq?7/bb", "z:q/7", "zq/7?b#b",
    "ends/", "%2F/zq", "12a/zq", "zq:77/bb", "ü/zq", "x" * 3000 + "/" + "y" * 3000,
]  # fmt: skip
"""Passwords that were pasted as they are."""


@pytest.mark.parametrize("password", RAW)
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("https://bob:", "@nexus.corp.example/go"),
        ("https://bob:", "@nexus.corp.example/go,direct"),
        ("https://ok.example/go|https://bob:", "@nexus.corp.example:8443"),
        ("https://bob:", "@nexus/go,https://u:p@other.example"),
        ("git+ssh://bob:", "@git.corp.example/team/"),
        ("bob:", "@nexus.corp.example/go"),
    ],
)
def test_a_value_that_is_a_url_shows_no_raw_password(
    before: str, after: str, password: str
) -> None:
    value = f"{before}{password}{after}"
    shown = mask_value(value)
    assert not any(part in shown for part in re.split(r"[/@#?:]", password) if len(part) > 1)
    assert mask_value(shown) == shown
    assert value_holds_credentials(value)
    known = {secret.reveal() for secret in url_secrets(value, whole=True)}
    assert password in known


@pytest.mark.parametrize("password", [",zq7", "z,q7", "z|q/7", "8080/zq7", "443/z@q7"])
def test_a_value_hides_what_go_would_take_for_a_port_or_for_two_entries(password: str) -> None:
    shown = mask_value(f"https://bob:{password}@nexus.corp.example/go,direct")
    assert "q7" not in shown
    assert shown.endswith("***@nexus.corp.example/go,direct")


def test_the_parts_that_a_tool_makes_of_a_raw_password_are_known() -> None:
    found = url_secrets("https://bob:Zq7hunter/Marmot9@nexus.example/go", whole=True)
    assert {secret.reveal() for secret in found} >= {"Zq7hunter", "Marmot9"}


def test_a_value_hides_a_token_with_a_slash() -> None:
    assert mask_value("https://zq7/bb@nexus.corp.example/go") == "https://***@nexus.corp.example/go"


@pytest.mark.parametrize(
    "value",
    [
        "https://proxy.golang.org,direct", "https://nexus:8081/repo/go|off", "direct",
        "http://[::1]:80/go", "git@git.corp.example:team/", "https://h.example/x@v1.2.3",
        "registry.corp.example:5000/team/app@sha256:" + "ab" * 32, "file:///srv/mod,off",
        "sum.golang.org https://sum.golang.google.cn", "10.0.0.0/8,.corp.example", "bob:pass",
    ],
)  # fmt: skip
def test_a_value_without_a_login_is_shown_as_it_is(value: str) -> None:
    assert mask_value(value) == value
    assert not value_holds_credentials(value)


@pytest.mark.parametrize("password", [one for one in RAW if "/" in one and one != "z@q7/bb"])
def test_a_line_of_a_log_shows_no_raw_password(password: str) -> None:
    shown = mask_credentials(f"fatal: unable to access 'https://bob:{password}@git.example/x.git'")
    assert re.sub("bob:", "", shown) == "fatal: unable to access 'https://***@git.example/x.git'"


@pytest.mark.parametrize("password", ["zq7 bb", "zq7\tbb", "zq/7 bb zz", "z q7/bb"])
@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_a_password_with_a_blank_is_masked_and_known(password: str, quote: str) -> None:
    line = f"GOPROXY={quote}https://bob:{password}@nexus.corp.example/go,direct{quote} go mod x"
    shown = mask_credentials(line)
    assert shown == line.replace(password, "***")
    assert mask_credentials(shown) == shown
    assert password in {secret.reveal() for secret in url_secrets(line)}


@pytest.mark.parametrize(
    "line",
    [
        "see https://nexus.corp.example:8081 or ask ops@corp.example",
        "see https://nexus.corp.example: ops@corp.example knows",
        "Get https://nexus:$PORT and git@host",
        "dial https://[::1]:443 for rsc.io/quote@v1.5.2",
        "fatal: 'https://nexus:port/' is none, ask ops@corp.example",
        "go: https://nexus:latest rsc.io/quote@v1.5.2: EOF",
    ],
)
def test_a_mail_address_behind_an_address_is_no_login(line: str) -> None:
    assert mask_credentials(line) == line


@pytest.mark.parametrize(
    "line",
    [
        "go: rsc.io/quote@v1.5.2: Get https://proxy.golang.org/rsc.io/quote/@v/v1.5.2.info: EOF",
        "https://nexus:8081/repository/go/rsc.io/quote/@v/list: 404",
        "see https://pkg.go.dev/golang.org/x/tools@v0.1.0/go and x@latest",
        "git clone https://github.com/owner/repo@main",
        "https://localhost:8081/a@b.example/c",
    ],
)
def test_an_at_sign_in_a_path_is_no_login(line: str) -> None:
    assert mask_credentials(line) == line


def test_a_token_behind_the_fragment_mark_is_masked() -> None:
    assert (
        mask_credentials("https://h/#access_token=zq7bb&x=1") == "https://h/#access_token=***&x=1"
    )
