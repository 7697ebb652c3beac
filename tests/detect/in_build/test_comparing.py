"""Host and build side by side: which row is the cause, and what the plan makes of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.plan.facts_builder import facts, mirror_facts, network_facts, probe
from wizard.detect.in_build import cannot_ask
from wizard.detect.in_build.compare import cause_of, compare
from wizard.detect.in_build.host import HostSeen
from wizard.detect.in_build.log import Seen
from wizard.detect.in_build.request import InBuild, MirrorAsked, ProxyAsked, Target
from wizard.facts import known
from wizard.facts.build import ConnectionSeen, MirrorSeen, NameSeen, Row, RowKind
from wizard.facts.mirrors import Failure
from wizard.facts.network import Interface
from wizard.plan.in_build_findings import in_build_findings
from wizard.plan.types import KEYS, ModuleSource, Severity

URL = "https://go.corp.example"
MIRROR = Target(host="go.corp.example", port=443)
PROXY = Target(host="172.17.0.1", port=3128)
LOOPBACK = Target(host="127.0.0.1", port=3128)
DIRECT = InBuild(
    base_image="golang:1.27",
    mirrors=(MirrorAsked(url=URL, target=MIRROR, tls=True, through=None),),
)
PROXIED = InBuild(
    base_image="golang:1.27",
    mirrors=(MirrorAsked(url=URL, target=MIRROR, tls=True, through=PROXY),),
    proxy=ProxyAsked(host=LOOPBACK, build=PROXY),
)
HERE = HostSeen(names={MIRROR.host: ("10.1.2.3",)}, connections={MIRROR: None, LOOPBACK: None})
FACTS = facts(mirrors=mirror_facts(probe(URL)))


def _mirror(reason: Failure | None = None, **fields: Any) -> MirrorSeen:
    well = reason is None
    seen = MirrorSeen(
        url=URL, info=well, mod=well, zip=well, reason=reason, detail="", milliseconds=90,
        issuer=None,
    )  # fmt: skip
    return replace(seen, **fields)


def _seen(reason: Failure | None = None, **fields: Any) -> Seen:
    good = Seen(
        begun=1,
        mtu=1500,
        resolvers=("192.168.178.1",),
        names=(NameSeen(name=MIRROR.host, addresses=("10.1.2.3",), reason=None),),
        connections=(ConnectionSeen(host=MIRROR.host, port=443, reason=None),),
        mirrors=(_mirror(reason),),
    )
    return replace(good, **fields)


def _cause(seen: Seen, request: InBuild = DIRECT, skew: float = 0, **areas: Any) -> Row | None:
    return cause_of(compare(replace(FACTS, **areas), request, HERE, seen, skew))


def test_where_both_do_the_same_there_is_no_cause() -> None:
    assert _cause(_seen()) is None


def test_other_nameservers_that_answer_are_no_difference() -> None:
    assert _cause(_seen(resolvers=("8.8.8.8",))) is None


def test_other_nameservers_that_do_not_know_the_name_are_the_cause() -> None:
    lost = NameSeen(name=MIRROR.host, addresses=(), reason=Failure.DNS_TIMEOUT)
    cause = _cause(_seen(Failure.DNS_TIMEOUT, resolvers=("8.8.8.8",), names=(lost,)))
    assert cause is not None
    assert (cause.kind, str(cause.build)) == (RowKind.RESOLVER, "8.8.8.8")


def test_the_same_nameservers_out_of_the_builds_reach_make_the_name_the_cause() -> None:
    lost = NameSeen(name=MIRROR.host, addresses=(), reason=Failure.DNS_TIMEOUT)
    cause = _cause(_seen(Failure.DNS_TIMEOUT, names=(lost,)))
    assert cause is not None
    assert cause.kind is RowKind.NAME


def test_a_loopback_proxy_of_the_host_is_compared_with_its_address_in_the_build() -> None:
    refused = ConnectionSeen(host=PROXY.host, port=PROXY.port, reason=Failure.REFUSED)
    seen = _seen(Failure.PROXY_REFUSED, names=(), connections=(refused,))
    cause = _cause(seen, PROXIED)
    assert cause is not None
    assert cause.kind is RowKind.PROXY_TCP
    assert "127.0.0.1:3128" in str(cause.host)


def test_a_proxy_that_wants_a_login_of_the_build_alone_is_the_cause() -> None:
    open_ = ConnectionSeen(host=PROXY.host, port=PROXY.port, reason=None)
    cause = _cause(_seen(Failure.PROXY_AUTH, names=(), connections=(open_,)), PROXIED)
    assert cause is not None
    assert (cause.kind, str(cause.build)) == (RowKind.PROXY, "proxy-auth")


def test_a_silence_after_the_connection_with_a_larger_mtu_is_the_mtus() -> None:
    vpn = Interface(name="eth0", mtu=1300, up=True, addresses=("10.9.0.2/24",), docker=False)
    network = network_facts(interfaces=(vpn,))
    cause = _cause(_seen(Failure.TIMEOUT), network=network)
    assert cause is not None
    assert (cause.kind, str(cause.host), str(cause.build)) == (RowKind.MTU, "1300", "1500")


def test_a_larger_mtu_with_which_modules_arrive_is_only_a_number() -> None:
    vpn = Interface(name="eth0", mtu=1300, up=True, addresses=("10.9.0.2/24",), docker=False)
    assert _cause(_seen(), network=network_facts(interfaces=(vpn,))) is None


def test_an_issuer_that_the_image_does_not_trust_is_named() -> None:
    mirror = _mirror(Failure.TLS_UNTRUSTED, issuer="Example Root")
    cause = _cause(_seen(mirrors=(mirror,)))
    assert cause is not None
    assert (cause.kind, str(cause.build)) == (RowKind.TLS, "tls-untrusted, by Example Root")


def test_a_clock_that_is_hours_off_comes_before_the_certificate_that_it_spoils() -> None:
    mirror = _mirror(Failure.TLS_EXPIRED)
    cause = _cause(_seen(mirrors=(mirror,)), skew=-7200)
    assert cause is not None
    assert cause.kind is RowKind.CLOCK


def test_what_fails_on_both_sides_is_no_difference() -> None:
    broken = mirror_facts(probe(URL, reason=Failure.HTTP_403))
    assert _cause(_seen(Failure.HTTP_403), mirrors=broken) is None


_FAILURES = st.one_of(st.none(), st.sampled_from(Failure))


@given(mirror=_FAILURES, tcp=_FAILURES, name=_FAILURES, mtu=st.integers(68, 65536))
def test_the_cause_is_always_the_first_row_that_differs(
    mirror: Failure | None, tcp: Failure | None, name: Failure | None, mtu: int
) -> None:
    seen = _seen(
        mirror,
        mtu=mtu,
        names=(NameSeen(name=MIRROR.host, addresses=() if name else ("10.1.2.3",), reason=name),),
        connections=(ConnectionSeen(host=MIRROR.host, port=443, reason=tcp),),
    )
    rows = compare(FACTS, DIRECT, HERE, seen, 0)
    kinds = [list(RowKind).index(row.kind) for row in rows]
    assert kinds == sorted(kinds)
    cause = cause_of(rows)
    assert (cause is None) == (not any(row.differs for row in rows))
    assert mirror is None or cause is not None


def _findings(
    kind: RowKind, reason: Failure | None, source: ModuleSource = ModuleSource.PROXY
) -> Any:
    row = Row(kind=kind, what="x", host="a", build="b", differs=True)
    build = replace(
        cannot_ask("", ""), cause=known(row, ""), rows=known((row,), ""),
        mirrors=known((_mirror(reason),), ""),
    )  # fmt: skip
    return in_build_findings(replace(FACTS, build=build), source)


def test_every_kind_of_row_names_a_decision_of_the_contract_or_none() -> None:
    for kind in RowKind:
        (finding,) = _findings(kind, Failure.TIMEOUT)
        assert finding.decision is None or finding.decision in KEYS
        assert finding.severity is Severity.FAULT


def test_a_difference_with_which_the_module_arrived_is_a_warning() -> None:
    (finding,) = _findings(RowKind.TCP, None)
    assert finding.severity is Severity.WARNING


def test_a_build_that_asks_no_mirror_gets_a_note_alone() -> None:
    (finding,) = _findings(RowKind.TCP, Failure.REFUSED, ModuleSource.BRIDGE)
    assert finding.severity is Severity.NOTE


def test_an_unasked_builder_yields_no_finding() -> None:
    assert in_build_findings(FACTS) == ()
    assert in_build_findings(replace(FACTS, build=cannot_ask("no docker", "PATH"))) == ()
