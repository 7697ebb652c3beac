"""The report as one HTML file that needs nothing else, readable on a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape

from wizard.render.artifact_template import filled
from wizard.render.report import Observation, Report
from wizard.render.report_markdown import latency_text, perhaps, seen
from wizard.text import Text, msg
from wizard.untrusted import clean_line

Show = Callable[[Text], str]


def html(report: Report, hide: Callable[[str], str]) -> str:
    """Return the page; everything that is no markup of the template is escaped."""

    def show(value: Text) -> str:
        return escape(hide(clean_line(str(value))), quote=True)

    return filled(
        "report.html.tmpl",
        language=show(msg("en")),
        title=show(msg("Network access for Go builds in containers")),
        when=show(msg("Observed at {when} by gomod-wizard.", when=report.observed_at)),
        needs_title=show(msg("Hosts and ports that are needed")),
        needs="\n".join(_needs(report, show)),
        smaller_title=show(msg("The smaller alternative")),
        smaller="\n".join(_alternatives(report, show)),
        seen_title=show(msg("What was observed")),
        observations="\n".join(_observation(one, _scale(report), show)
                               for one in report.observations),
        problems="\n".join(_problems(report, show)),
    )  # fmt: skip


def _word(value: bool | None) -> str:
    name = {True: "works", False: "blocked", None: "open"}[value]
    return f'<span class="{name}">{escape(seen(value))}</span>'


def _needs(report: Report, show: Show) -> Iterator[str]:
    for need in report.needs:
        yield (
            f"<li><b>{show(need.host)}<wbr>:{need.port}</b> {_word(need.seen)}"
            f"<br>{show(need.why)}</li>"
        )


def _alternatives(report: Report, show: Show) -> Iterator[str]:
    for one in report.alternatives:
        hosts = ", ".join(show(host) for host in one.hosts)
        yield f"<li><b>{show(one.url)}</b> {_word(one.ok)}<br>{hosts}{show(perhaps(one))}</li>"


def _scale(report: Report) -> float:
    """Milliseconds of the longest bar."""
    totals = [sum(_legs(one)) for one in report.observations]
    return max([*totals, 1.0])


def _legs(one: Observation) -> list[float]:
    legs = one.latency
    return [value or 0.0 for value in (legs.dns, legs.connect, legs.tls, legs.first_byte)]


def _observation(one: Observation, scale: float, show: Show) -> str:
    reason = f" ({show(one.reason)})" if one.reason else ""
    rows = [
        f"<h3>{_word(one.ok)} {show(one.url)}</h3>",
        f"<p>{show(one.what)}: {show(one.answer)}{reason}</p>",
    ]
    beside = (
        (msg("observed at"), one.at or ""),
        (msg("certificate signed by"), one.issuer or ""),
        (msg("through the proxy"), one.through or ""),
        (msg("redirects to"), ", ".join(one.redirects)),
    )
    rows += [f"<p>{show(name)}: {show(value)}</p>" for name, value in beside if value]
    if words := latency_text(one):
        rows.append(_bar(one, scale, words, show))
    if one.curl:
        rows.append(f"<pre>{show(one.curl)}</pre>")
    return f"<section>{''.join(rows)}</section>"


def _bar(one: Observation, scale: float, words: str, show: Show) -> str:
    parts = "".join(
        f'<i class="leg{index}" style="width:{100 * value / scale:.2f}%"></i>'
        for index, value in enumerate(_legs(one))
    )
    return (
        f'<div class="bar" role="img" aria-label="{show(words)}">{parts}</div><p>{show(words)}</p>'
    )


def _problems(report: Report, show: Show) -> Iterator[str]:
    if report.problems:
        yield f"<h2>{show(msg('What is wrong'))}</h2><ul>"
        yield from (f"<li>{show(problem)}</li>" for problem in report.problems)
        yield "</ul>"
