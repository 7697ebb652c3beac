"""The pictures that evidence is drawn as: to scale, in words too, and never too wide."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from screens.address_map import AddressMap
from screens.addresses import Span, Use
from screens.docker import address_map
from screens.grid import Drawing
from screens.latency import BAR_CELLS, LEGS, legs_bar
from screens.mirrors import mirrors
from screens.private import private_hosts
from screens.readers import proxy_readers
from screens.shape import shape
from screens.state import State
from screens.trust import authorities, fingerprint
from tests.screens import sample
from wizard.facts import known
from wizard.facts.mirrors import Authority, Latency, MirrorFacts
from wizard.plan.types import ModuleSource


def sampled() -> State:
    """Return the sample machine, looked at and decided."""
    return replace(State().complete(sample.facts()), plan=sample.plan({}))


def text(drawing: Drawing, width: int = 92) -> str:
    """Return what a person reads."""
    return "\n".join(line.plain for line in drawing.lines(width))


DRAWINGS = (address_map, proxy_readers, mirrors, private_hosts, shape, authorities)


@pytest.mark.parametrize("width", [47, 57, 74, 92, 150])
def test_no_picture_is_wider_than_its_room(width: int) -> None:
    for drawing in DRAWINGS:
        for line in drawing(sampled()).lines(width):
            assert cell_len(line.plain) <= width


# --- the address map ---------------------------------------------------------------------------


def span(use: Use, first: int, last: int, name: str = "one") -> Span:
    """Return a range of the block 10.0.0.0/8."""
    return Span(use=use, name=name, text="10", first=(10 << 24) + first, last=(10 << 24) + last)


def drawn(*spans: Span) -> list[str]:
    """Return the bars, as wide as they are in a small window."""
    lines = text(AddressMap(spans=spans), 60).splitlines()
    return [line.split()[-1] for line in lines if line[:1] in "=#-+" and "   " not in line[-4:]][
        : len(spans)
    ]


def test_the_overlap_is_marked_where_it_is() -> None:
    route, docker = drawn(span(Use.ROUTE, 0, 499), span(Use.DOCKER, 400, 999, "bridge"))
    assert len(route) == len(docker)
    half = len(route) // 2
    assert set(route[:half]) == {"="}
    assert set(route[half + 1 :]) == {"."}
    assert docker.startswith(".")
    assert docker.endswith("#")
    assert "X" in docker[:half]
    assert "X" not in docker[half + 1 :]


def test_a_range_too_small_for_the_scale_is_still_drawn() -> None:
    _, docker = drawn(span(Use.ROUTE, 0, 1_000_000), span(Use.PLANNED, 2_000_000, 2_000_001))
    assert docker.count("+") == 1


def test_the_overlap_is_told_in_words_and_who_ends_it() -> None:
    shown = text(address_map(sampled()))
    assert "overlaps the route 172.16.0.0/12 by tun0; the plan moves it" in shown
    assert "✗ overlaps the route 172.16.0.0/12 by tun0\n" in shown  # billing_default stays


def test_what_is_planned_overlaps_nothing() -> None:
    lines = text(address_map(sampled())).splitlines()
    planned = [line for line in lines if line.startswith("+ ")]
    assert len(planned) == 2
    assert not any("X" in line for line in planned)


def test_a_pool_beside_the_own_network_is_no_clash() -> None:
    """dockerd keeps new networks away from networks that it is on itself."""
    lines = text(address_map(sampled())).splitlines()
    (pool,) = (line for line in lines if line.startswith("- ") and "192.168" in line)
    assert "X" not in pool


@given(
    st.lists(
        st.tuples(st.sampled_from(Use), st.integers(0, 2**32 - 1), st.integers(0, 2**20)),
        max_size=12,
    ),
    st.integers(30, 120),
)
def test_any_ranges_fit_any_window(found: list[tuple[Use, int, int]], width: int) -> None:
    spans = tuple(
        Span(use=use, name="网络", text="…", first=first, last=min(2**32 - 1, first + size))
        for use, first, size in sorted(found, key=lambda one: one[1])
    )
    for line in AddressMap(spans=spans, empty="none").lines(width):
        assert cell_len(line.plain) <= width


# --- latency -------------------------------------------------------------------------------------

TIMES = st.floats(min_value=0.01, max_value=1e5, allow_nan=False)


@given(st.lists(st.one_of(st.none(), TIMES), min_size=4, max_size=4), TIMES)
def test_a_bar_has_its_room_and_a_sign_for_each_leg_that_was_seen(
    times: list[float | None], longest: float
) -> None:
    latency = Latency(dns=times[0], connect=times[1], tls=times[2], first_byte=times[3])
    shown = legs_bar(latency, longest)
    assert cell_len(shown) <= BAR_CELLS
    for leg, time in zip(LEGS, times, strict=True):
        assert (leg.sign in shown) == (time is not None)


def test_the_slowest_mirror_has_the_whole_bar() -> None:
    assert legs_bar(Latency(first_byte=120.0), 120.0) == "█" * BAR_CELLS


def test_the_largest_leg_has_the_most_cells() -> None:
    shown = legs_bar(Latency(dns=1, connect=1, tls=8, first_byte=2), 12)
    assert shown.count("▓") > shown.count("█")


def test_the_signs_of_the_bars_differ_without_colour() -> None:
    assert len({leg.sign for leg in LEGS}) == len(LEGS)


# --- who reads what, trust, the build ------------------------------------------------------------


def test_every_reader_has_its_row_and_one_without_says_so() -> None:
    shown = text(proxy_readers(sampled()), 140)
    for reader in ("this shell", "go ", "git", "docker client", "Docker engine", "the build"):
        assert reader in shown
    assert "none set" in shown
    assert sample.PASSWORD not in shown


def test_the_place_of_credentials_stands_beside_the_host() -> None:
    line = next(
        line for line in text(private_hosts(sampled()), 120).splitlines() if "git.corp" in line
    )
    assert "/home/dev/.netrc" in line


def test_an_authority_is_shown_with_what_tells_it_from_another() -> None:
    one = Authority(
        subject="Corp Root CA",
        sha256="ab" * 32,
        expires="2031-01-01",
        pem="",
        source="/etc/ssl/certs/corp.pem",
        hosts=("proxy.golang.org",),
    )
    facts = sample.facts()
    trusted = MirrorFacts(ranking=facts.mirrors.ranking, authorities=known((one,), "TLS"))
    shown = text(authorities(State().complete(replace(facts, mirrors=trusted))), 120)
    for part in ("Corp Root CA", "AB:AB:AB:AB", "proxy.golang.org", "2031-01-01", "corp.pem"):
        assert part in shown


def test_a_fingerprint_keeps_every_byte() -> None:
    digits = "".join(f"{byte:02x}" for byte in range(32))
    assert fingerprint(digits).replace(":", "").replace(" ", "").lower() == digits


def test_the_shape_names_stages_sources_and_secrets() -> None:
    shown = text(shape(sampled()))
    for part in (
        "stage build",
        "FROM scratch",
        "goproxy.corp.example",
        "netrc from",
        "go mod download",
    ):
        assert part in shown


def test_the_shape_says_when_nothing_is_downloaded() -> None:
    state = sampled()
    assert state.plan is not None
    vendored = replace(state.plan.module_source, value=ModuleSource.VENDOR)
    shown = text(shape(replace(state, plan=replace(state.plan, module_source=vendored))))
    assert "vendor/, nothing is downloaded" in shown
