"""`gomod-wizard mirrors --json` on real servers: the order, and a name for each fault."""

from __future__ import annotations

from contextlib import ExitStack

from tests.e2e.conftest import Person
from tests.servers import (
    QUOTE,
    Authority,
    BlackHole,
    Mirror,
    Proxy,
    refused_url,
    write_catalogue,
)

SLOWER_BY_S = 0.06
"""Between one good mirror and the next: far more than a busy machine's noise."""


def test_good_mirrors_rank_in_the_order_of_their_latency_and_bad_ones_are_named(
    person: Person, authority: Authority
) -> None:
    with ExitStack() as stack:

        def start(behaviour: str = "good", **kwargs: object) -> Mirror:
            return stack.enter_context(Mirror(authority, behaviour, **kwargs))  # type: ignore[arg-type]

        good = [start(delay_s=n * SLOWER_BY_S) for n in (3, 1, 2)]
        bad = {
            start("status-403").url: "http-403",
            start("status-404").url: "http-404",
            start("status-502").url: "http-5xx",
            start("login-page").url: "not-a-module-proxy",
            start("wrong-bytes").url: "hash-mismatch",
            start(certificate="expired").url: "tls-expired",
            start(certificate="self-signed").url: "tls-untrusted",
            refused_url(): "refused",
            stack.enter_context(BlackHole()).url: "connect-timeout",
        }
        write_catalogue(person.catalogue, [*bad, *good], [QUOTE.canary])
        ended = person.wizard("mirrors", "--prove", "--json", "--timeout", "10", GOPROXY="off")
    assert ended.code == 0, ended.err
    rows = ended.json["mirrors"]
    assert [row["url"] for row in rows if row["state"] == "ok"] == [
        good[1].url, good[2].url, good[0].url
    ]  # fmt: skip
    assert all(row["proved"] for row in rows if row["state"] == "ok")
    assert {row["url"]: row["reason"] for row in rows if row["state"] == "failed"} == bad


def test_a_mirror_behind_a_proxy_with_a_password_is_proved_and_the_password_not_shown(
    person: Person, authority: Authority
) -> None:
    name = "mirror.example.test"
    with (
        Mirror(authority) as mirror,
        Proxy(login=("dev", "s3cr@t %"), names={name: f"{mirror.host}:{mirror.port}"}) as proxy,
    ):
        write_catalogue(person.catalogue, [f"https://{name}"], [QUOTE.canary])
        ended = person.wizard(
            "mirrors", "--prove", "--json", GOPROXY="off", HTTPS_PROXY=proxy.url_with_login
        )
    assert ended.code == 0, ended.out + ended.err
    assert ended.json["mirrors"][0]["proved"] is True
    assert "s3cr" not in ended.out + ended.err


def test_who_is_slow_is_not_waited_for_once_the_best_are_proved(
    person: Person, authority: Authority
) -> None:
    with ExitStack() as stack:
        fast = [stack.enter_context(Mirror(authority)) for _ in range(3)]
        slow = stack.enter_context(Mirror(authority, delay_s=30.0))
        hole = stack.enter_context(BlackHole())
        write_catalogue(person.catalogue, [hole, slow, *fast], [QUOTE.canary])
        ended = person.wizard("mirrors", "--json", "--timeout", "20", GOPROXY="off")
    rows = {row["url"]: row for row in ended.json["mirrors"]}
    assert [rows[mirror.url]["proved"] for mirror in fast] == [True, True, True]
    assert {rows[url]["reason"] for url in (slow.url, hole.url)} == {"timeout"}
