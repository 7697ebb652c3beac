"""Whatever a server sends, it becomes a row: no exception, no hang, no terminal escape."""

from __future__ import annotations

import asyncio

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.detect.mirrors.conftest import Probe
from tests.servers import QUOTE, Authority, Mirror
from wizard.facts.mirrors import Failure

STATUS = st.sampled_from(
    [b"HTTP/1.1 200 OK", b"HTTP/1.0 200", b"HTTP/1.1 100 Continue", b"HTTP/1.1 302 Found",
     b"HTTP/1.1 204 No Content", b"HTTP/2 200", b"HTTP/1.1 abc", b"HTTP/1.1 999999 x", b"",
     b"HTTP/1.1 407 Proxy", b"\x16\x03\x01"]
)  # fmt: skip
HEADER = st.sampled_from(
    [b"Content-Length: 5", b"Content-Length: 99999999999999999999", b"Content-Length: -1",
     b"Transfer-Encoding: chunked", b"Content-Encoding: gzip", b"Location: /", b"no colon",
     b"Location: https://[::1", b"Location: //", b"Location: ftp://a", b"X: \x1b[2J",
     b"Location: http://127.0.0.1:1/x\tb", b"Connection: close"]
)  # fmt: skip
BODY = st.one_of(
    st.binary(max_size=30),
    st.sampled_from(
        [QUOTE.info, b"5\r\nhello\r\n0\r\n\r\n", b"zz\r\n", b"-5\r\n", b"ffffffffff\r\n",
         b"<title>\x1b]0;owned\x07</title>", b"[" * 5000, b"null", b'{"Version": 1}',
         b"\x1f\x8b\x08\x00junk"]
    ),
)  # fmt: skip


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(status=STATUS, headers=st.lists(HEADER, max_size=3), body=BODY)
@example(status=b"HTTP/1.1 200 OK", headers=[], body=b"<title>\x1b]0;owned\x07</title>")
def test_any_answer_becomes_a_row(
    authority: Authority, probe: Probe, status: bytes, headers: list[bytes], body: bytes
) -> None:
    raw = b"\r\n".join([status, *headers]) + b"\r\n\r\n" + body
    with Mirror(authority, certificate="none", raw=raw) as mirror:
        (row,) = asyncio.run(probe(mirror, canaries=(QUOTE.canary,), prove_all=False))
    assert row.ok or isinstance(row.reason, Failure)
    assert "\x1b" not in str(row.detail)
