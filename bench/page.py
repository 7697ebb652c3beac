"""`python -m bench.page`: docs/benchmarks.md and its plots, from the last recorded run."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from bench.recorded import Machine, read
from bench.rows import Row

ROOT = Path(__file__).parent.parent
RECORDED = ROOT / "docs" / "benchmarks.json"
PAGE = ROOT / "docs" / "benchmarks.md"
PICTURES = ROOT / "docs" / "pictures"
GROUPS = {
    "mirrors": "Ranking module mirrors",
    "start": "Start-up and whole commands",
    "paint": "The wizard on the screen",
    "memory": "Memory",
    "detect": "Detection",
    "write": "Rendering and writing",
    "large": "Very large projects",
}
_WIDTH, _LINE, _LEFT, _RIGHT = 860, 26, 340, 90
_LONGEST = 2.0
"""A bar's end, in shares of its goal; what is longer is cut, its figure beside it."""


Group = tuple[str, str, str, Sequence[Row]]
"""Key, title, name of the plot's file, and its figures."""


def main() -> int:
    """Redraw everything; exit 0."""
    machine, rows = read(RECORDED)
    groups = grouped(rows)
    for _, title, name, own in groups:
        (PICTURES / name).write_text(plot(title, own), encoding="utf-8")
    PAGE.write_text(page(machine, rows, groups), encoding="utf-8")
    return 0


def grouped(rows: Sequence[Row]) -> list[Group]:
    """Return the figures by topic; a figure of an unknown topic would be lost: KeyError."""
    topics = dict.fromkeys(one.key.partition(".")[0] for one in rows)
    for topic in topics:
        GROUPS[topic]
    return [
        (
            topic,
            title,
            f"benchmarks-{topic}.svg",
            [one for one in rows if one.key.partition(".")[0] == topic],
        )
        for topic, title in GROUPS.items()
        if topic in topics
    ]


def page(machine: Machine, rows: Sequence[Row], groups: Sequence[Group]) -> str:
    """Return the page: what was measured on what, a table and a plot for each group."""
    met = sum(one.met for one in rows)
    lines = [
        "# Benchmarks",
        "",
        "<!-- Made by `python -m bench.page` from benchmarks.json. -->",
        "",
        f"Measured on {machine.day}: {machine.processors} x {machine.processor}, {machine.system},"
        f" Python {machine.python}.",
        f"**{met} of {len(rows)} goals are met**; the others are marked.",
        "",
        "`make bench` measures all of this anew. A figure in `x` is a ratio of two things measured",
        "in the same run, turn by turn, so that it can be compared with another machine's;",
        "milliseconds and megabytes are this machine's own. Mirrors are real HTTPS servers in a",
        "network namespace, behind an emulator that delays every packet; without root those rows",
        "are left out. What a latency means: the time to the first byte of a request on an open",
        "connection. Through a proxy only the tunnel can be timed, and `mirrors` says so.",
        "",
    ]
    for _, title, name, own in groups:
        lines += [
            f"## {title}",
            "",
            f"![{title}: each figure as a share of its goal](pictures/{name})",
            "",
            "| figure | median | spread | goal | | against |",
            "|---|---|---|---|---|---|",
            *(_line(one) for one in own),
            "",
        ]
    return "\n".join(lines)


def _line(one: Row) -> str:
    bound = "≥" if one.at_least else "≤"
    verdict = "met" if one.met else "**missed**"
    return (
        f"| {one.name} | {one.value:g} {one.unit} | {one.low:g} – {one.high:g}"
        f" | {bound} {one.goal:g} | {verdict} | {one.against} |"
    )


def plot(title: str, rows: Sequence[Row]) -> str:
    """Return an SVG: a bar for each figure, as a share of its goal; beyond the line is missed."""
    height = _LINE * (len(rows) + 2)
    room = _WIDTH - _LEFT - _RIGHT
    goal = _LEFT + room / _LONGEST
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        f'width="{_WIDTH}" height="{height}" font-family="system-ui, sans-serif" font-size="13">',
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="12" y="19" font-weight="600" fill="#1f2328">{escape(title)}</text>',
        f'<text x="{goal}" y="19" text-anchor="middle" fill="#57606a">goal</text>',
    ]
    for number, one in enumerate(rows, start=1):
        top = _LINE * number + 6
        share = _share(one)
        length = max(2.0, min(share, _LONGEST) * room / _LONGEST)
        colour = "#2da44e" if one.met else "#bf8700" if share < 1.5 else "#cf222e"
        parts += [
            f'<text x="{_LEFT - 8}" y="{top + 13}" text-anchor="end" fill="#1f2328">'
            f"{escape(one.name)}</text>",
            f'<rect x="{_LEFT}" y="{top}" width="{length:.1f}" height="18" rx="3" '
            f'fill="{colour}"/>',
            f'<text x="{_LEFT + length + 6:.1f}" y="{top + 13}" fill="#57606a">'
            f"{one.value:g} {escape(one.unit)}</text>",
        ]
    parts += [
        f'<line x1="{goal}" x2="{goal}" y1="{_LINE}" y2="{height - 8}" stroke="#57606a" '
        'stroke-dasharray="4 3"/>',
        "</svg>",
        "",
    ]
    return "\n".join(parts)


def _share(one: Row) -> float:
    """Return how much of its goal a figure takes; above 1 it is missed."""
    if one.at_least:
        return one.goal / one.value if one.value > 0 else _LONGEST
    return one.value / one.goal


if __name__ == "__main__":
    sys.exit(main())
