"""`report`: one page for the network team and for a ticket."""

from __future__ import annotations

import platform
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.cli.context import Context
from wizard.errors import ExitCode, ForbiddenError
from wizard.text import msg
from wizard.untrusted import clean_line

if TYPE_CHECKING:
    from wizard.render.report import Need, Observation


async def report(context: Context) -> int:
    """Detect, decide, and write the report: Markdown on stdout, HTML and CSV into files."""
    from wizard.detect.catalogue import load_catalogue
    from wizard.render.pseudonyms import Pseudonyms, internal_names
    from wizard.render.report import build_report
    from wizard.render.report_csv import as_csv
    from wizard.render.report_html import html
    from wizard.render.report_markdown import markdown

    facts = await context.facts()
    plan = context.session.decide(facts)
    system = context.session.system
    made = build_report(facts, plan, load_catalogue(system).canaries[0])
    hosts, people = internal_names(facts)
    own = {system.env.get("USER", ""), platform.node()} - {"root", "localhost"}
    pseudonyms = Pseudonyms(hosts, (*people, *own))

    def hide(text: str) -> str:
        shown = text if context.flag("full", False) else pseudonyms.hide(text)
        return context.output.redact(shown)

    pages = {"html": html, "csv": as_csv}
    written = {}
    for kind, page in pages.items():
        if (name := context.flag(kind)) is not None:
            written[kind] = _write(Path(name), page(made, hide))
    text = markdown(made, hide)
    context.emit(
        "report",
        full=context.flag("full", False),
        needs=[
            {**_shown(need, hide), "port": need.port, "seen": need.seen, "at": need.at}
            for need in made.needs
        ],
        observations=[
            {
                **_shown(one, hide),
                "ok": one.ok,
                "redirects": [hide(host) for host in one.redirects],
                "latency_ms": one.latency,
            }
            for one in made.observations
        ],
        alternatives=[
            {"url": hide(one.url), "ok": one.ok, "hosts": [hide(host) for host in one.hosts],
             "perhaps": hide(one.perhaps) or None}
            for one in made.alternatives
        ],
        markdown=text,
        written=written,
    )  # fmt: skip
    if written:
        for path in written.values():
            context.output.line(msg("written: {path}", path=path))
    else:
        context.output.line(text.rstrip("\n"))
    return ExitCode.OK


_TEXTS = ("host", "why", "what", "url", "answer", "reason", "issuer", "through", "curl", "at")


def _shown(part: Need | Observation, hide: Callable[[str], str]) -> dict[str, str | None]:
    """Return the texts of one part, with what must not be shown replaced."""
    found = {name: getattr(part, name) for name in _TEXTS if hasattr(part, name)}
    return {
        name: None if value is None else hide(clean_line(str(value)))
        for name, value in found.items()
    }


def _write(path: Path, text: str) -> str:
    """Write a file that the user named, whole or not at all."""
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise ForbiddenError(
            msg("the report cannot be written: {why}", why=error.strerror or str(error)),
            where=str(path),
            hint=msg("name a file in a folder that you may write to"),
        ) from None
    return str(path)
