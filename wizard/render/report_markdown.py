"""The report as Markdown, for a ticket."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from wizard.render.report import Alternative, Observation, Report
from wizard.text import Text, msg
from wizard.untrusted import clean_line

Hide = Callable[[str], str]
_SPECIAL = re.compile(r"([\\`*_\[\]<>|#&])")


def markdown(report: Report, hide: Hide) -> str:
    """Return the page; `hide` replaces what must not be shown. Nothing from outside is markup."""
    return "\n".join(_lines(report, hide)) + "\n"


def _lines(report: Report, hide: Hide) -> Iterator[str]:
    def text(value: Text) -> str:
        return _SPECIAL.sub(r"\\\1", hide(clean_line(str(value))))

    yield f"# {msg('Network access for Go builds in containers')}"
    yield ""
    yield str(msg("Observed at {when} by gomod-wizard.", when=text(report.observed_at)))
    yield ""
    yield f"## {msg('Hosts and ports that are needed')}"
    yield ""
    yield f"| {msg('host')} | {msg('port')} | {msg('for')} | {msg('seen')} |"
    yield "|---|---|---|---|"
    for need in report.needs:
        yield f"| {text(need.host)} | {need.port} | {text(need.why)} | {seen(need.seen)} |"
    yield ""
    yield f"## {msg('The smaller alternative')}"
    yield ""
    yield from _alternatives(report, text)
    yield f"## {msg('What was observed')}"
    for one in report.observations:
        yield ""
        yield from _observation(one, text, hide)
    if report.problems:
        yield ""
        yield f"## {msg('What is wrong')}"
        yield ""
        yield from (f"- {text(problem)}" for problem in report.problems)


def seen(value: bool | None) -> str:
    """Return one word for what was seen."""
    words = {True: msg("works"), False: msg("blocked"), None: msg("not tried")}
    return str(words[value])


def _alternatives(report: Report, text: Callable[[Text], str]) -> Iterator[str]:
    if not report.alternatives:
        yield str(msg("No mirror was looked at."))
    else:
        yield str(msg("One mirror is enough. What each needs to have open, the smallest first:"))
        yield ""
        for one in report.alternatives:
            hosts = ", ".join(text(host) for host in one.hosts) + text(perhaps(one))
            head = msg(
                "{url} ({state}): {hosts}", url=text(one.url), state=seen(one.ok), hosts=hosts
            )
            yield f"- {head}"
    yield ""


def _observation(one: Observation, text: Callable[[Text], str], hide: Hide) -> Iterator[str]:
    yield f"### {'✓' if one.ok else '✗'} {text(one.url)}"
    yield ""
    reason = f" {msg('({words})', words=text(one.reason))}" if one.reason else ""
    yield _line(text(one.what), f"{text(one.answer)}{reason}")
    if one.at:
        yield _line(msg("observed at"), text(one.at))
    if one.issuer:
        yield _line(msg("certificate signed by"), text(one.issuer))
    if one.through:
        yield _line(msg("through the proxy"), text(one.through))
    if one.redirects:
        yield _line(msg("redirects to"), ", ".join(text(host) for host in one.redirects))
    if legs := latency_text(one):
        yield f"- {legs}"
    if one.curl:
        yield ""
        yield f"      {hide(clean_line(one.curl))}"


def _line(what: Text, value: str) -> str:
    return f"- {msg('{what}: {value}', what=what, value=value)}"


def perhaps(one: Alternative) -> Text:
    """Return what may have to be open as well, as the end of a sentence."""
    return msg(", and {host} unless it relays that", host=one.perhaps) if one.perhaps else ""


def latency_text(one: Observation) -> str:
    """Return the legs in milliseconds, or an empty text."""
    legs = (
        (msg("name"), one.latency.dns), (msg("connection"), one.latency.connect),
        (msg("TLS"), one.latency.tls), (msg("first byte"), one.latency.first_byte),
    )  # fmt: skip
    return ", ".join(f"{name} {value:.0f} ms" for name, value in legs if value is not None)
