"""What a RUN step printed, read out of the logs of both builders."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.detect.in_build.log import read_log, why_no_answer
from wizard.detect.in_build.request import InBuild, MirrorAsked, Target
from wizard.detect.in_build.words import meaning
from wizard.facts.mirrors import Failure

URL = "https://mirror.corp.example"
TARGET = Target(host="mirror.corp.example", port=443)
REQUEST = InBuild(
    base_image="golang:1.27",
    mirrors=(MirrorAsked(url=URL, target=TARGET, tls=True, through=None),),
)
STEP = """\
@gomod-probe begin 1795405492
@gomod-probe user 0
@gomod-probe disk 1024
@gomod-probe go go1.27.3
@gomod-probe mtu eth0 1500
@gomod-probe resolv nameserver 8.8.8.8
@gomod-probe resolv search corp.example lan
@gomod-probe proxy HTTPS_PROXY http://***@proxy.corp.example:3128
@gomod-probe name mirror.corp.example 0 10.00 10.02 10.1.2.3 
@gomod-probe tcp mirror.corp.example 443 0 
@gomod-probe tls mirror.corp.example 443 C = DE, O = Example Corp, CN = Example Root
@gomod-probe mirror 0 0 10.00 10.25 { "Path": "a.example/m", "Info": "/i", "GoMod": "/m", "Zip": "/z" }
@gomod-probe trace 0 https://mirror.corp.example/a.example/m/@v/v1.0.0.zip: 200 OK (0.1s)
@gomod-probe end 1795405493
"""  # noqa: E501, W291 - as printed


def _plain_progress(step: str) -> str:
    """As BuildKit prints it: numbered, timed, and the end again where the step failed."""
    shown = "".join(f"#5 0.{n:03} {line}\n" for n, line in enumerate(step.splitlines()))
    return (
        '#5 [2/2] RUN ["/bin/sh", "-c", "say() { printf \'@gomod-probe %s\' }"]\n'
        f"{shown}#5 ERROR: process did not complete successfully: exit code: 42\n------\n"
        f"0.500 {step.splitlines()[-1]}\n------\nERROR: failed to build: failed to solve: …\n"
    )


@pytest.mark.parametrize("log", [STEP, _plain_progress(STEP)], ids=["legacy", "buildkit"])
def test_both_builders_logs_tell_the_same(log: str) -> None:
    seen = read_log(log, REQUEST)
    assert seen is not None
    assert (seen.begun, seen.ended, seen.user) == (1795405492, 1795405493, 0)
    assert (seen.go, seen.mtu, seen.free_disk) == ("1.27.3", 1500, 1024 * 1024)
    assert (seen.resolvers, seen.search) == (("8.8.8.8",), ("corp.example", "lan"))
    assert [name.addresses for name in seen.names] == [("10.1.2.3",)]
    assert [connection.reason for connection in seen.connections] == [None]
    (mirror,) = seen.mirrors
    assert (mirror.info, mirror.mod, mirror.zip) == (True, True, True)
    assert (mirror.reason, mirror.milliseconds, mirror.issuer) == (None, 250, "Example Root")


def test_a_log_without_the_steps_lines_is_no_answer_and_the_builders_words_are_kept() -> None:
    log = "#3 [internal] load metadata\nERROR: failed to resolve: http://u:pw@r.example: refused\n"
    assert read_log(log, REQUEST) is None
    assert why_no_answer(log).startswith("ERROR: failed to resolve: http://u:***@r.example")


def test_go_that_was_ended_in_mid_wait_takes_its_reason_from_the_connection() -> None:
    step = (
        "@gomod-probe name mirror.corp.example 2 10.00 12.00 \n"
        "@gomod-probe tcp mirror.corp.example 443 1 bash: Name or service not known\n"
        "@gomod-probe mirror 0 124 10.00 14.00 \n"
    )
    seen = read_log(step, REQUEST)
    assert seen is not None
    assert [mirror.reason for mirror in seen.mirrors] == [Failure.DNS_TIMEOUT]


def test_an_image_without_go_says_nothing_of_mirrors() -> None:
    seen = read_log("@gomod-probe mirror 0 127 10.00 10.01 \n", REQUEST)
    assert seen is not None
    assert seen.mirrors == ()


def test_a_silence_after_the_connection_is_a_timeout() -> None:
    step = (
        "@gomod-probe tcp mirror.corp.example 443 0 \n"
        "@gomod-probe mirror 0 124 10.00 14.00 \n"
        "@gomod-probe trace 0 https://mirror.corp.example/a.example/m/@v/v1.0.0.info\n"
    )
    seen = read_log(step, REQUEST)
    assert seen is not None
    assert [mirror.reason for mirror in seen.mirrors] == [Failure.TIMEOUT]


@given(st.text(max_size=400))
def test_whatever_a_network_answered_cannot_break_the_reader(text: str) -> None:
    kinds = ("begin", "disk", "mtu", "resolv", "name", "tcp", "tls", "mirror", "trace", "proxy")
    log = "\n".join(f"@gomod-probe {kind} {text}" for kind in kinds)
    seen = read_log(log, REQUEST)
    assert seen is None or all(m.url == URL for m in seen.mirrors)


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=80))
def test_a_password_in_an_answer_is_masked(text: str) -> None:
    secret = "hunter2-the-password"
    step = f"@gomod-probe mirror 0 1 1 2 {text} http://dev:{secret}@proxy.example:3128 {text}"
    assert secret not in repr(read_log(step, REQUEST))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ('Get "https://p/x.info": dial tcp: lookup p on 10.0.0.1:53: no such host', "dns"),
        ('Get "https://p/x.info": dial tcp: lookup p on 8.8.8.8:53: read udp 172.17.0.2:4->8.8.8.8'
         ":53: i/o timeout", "dns-timeout"),
        ('Get "http://p/x.info": dial tcp 172.17.0.1:9: connect: connection refused', "refused"),
        ('Get "https://p/x.info": dial tcp 10.0.0.9:443: i/o timeout', "connect-timeout"),
        ('Get "https://p/x.info": proxyconnect tcp: dial tcp 172.17.0.1:3128: connect: '
         "connection refused", "proxy-refused"),
        ('Get "https://p/x.info": Proxy Authentication Required', "proxy-auth"),
        ('m@v1: Get "https://p/x.info": Bad Gateway', "proxy-refused"),
        ('Get "https://p/x.info": tls: failed to verify certificate: x509: certificate signed by '
         "unknown authority", "tls-untrusted"),
        ('Get "https://p/x.info": tls: failed to verify certificate: x509: certificate is valid '
         "for a, not p", "tls-hostname"),
        ('Get "https://p/x.info": x509: certificate has expired or is not yet valid: current time',
         "tls-expired"),
        ('Get "https://p/x.info": net/http: TLS handshake timeout', "timeout"),
        ("reading https://p/x.info: 403 Forbidden", "http-403"),
        ("reading https://p/x.info: 404 Not Found\n\tserver response: not found", "http-404"),
        ("verifying m@v1: checksum mismatch SECURITY ERROR", "hash-mismatch"),
        ("bash: connect: Connection refused", "refused"),
        ("bash: connect: No route to host", "connect-timeout"),
        ("nc: bad address 'p'", "dns"),
    ],
)  # fmt: skip
def test_words_of_go_and_the_shell_have_one_meaning(words: str, expected: str) -> None:
    assert meaning(words) == Failure(expected)
