"""What is shown of URLs from outside: never their user-info, never a secret in their query."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.rules.proxy_url import holds_credentials, mask_credentials

_PLAIN = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]*://)(?P<user>[^\s/@:]*)(?::[^\s/@]*)?@")
_BARE = re.compile(r"(?:^|[\s,|'\"(])[^\s/,|'\"(]*:[^\s/,|'\"(]*@")
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
    if _TWO_AT.search(text) is None and _BARE.search(text) is None:
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
