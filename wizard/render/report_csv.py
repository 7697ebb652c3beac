"""The report's hosts as CSV, for a firewall request."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

from wizard.render.report import Report
from wizard.render.report_markdown import seen
from wizard.text import msg
from wizard.untrusted import clean_line

_HEAD = (msg("host"), msg("port"), msg("for"), msg("seen"), msg("observed at"))
_FORMULA = ("=", "+", "-", "@")


def as_csv(report: Report, hide: Callable[[str], str]) -> str:
    """Return one line for each host and port (RFC 4180); no cell is read as a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([str(head) for head in _HEAD])
    for need in report.needs:
        row = (need.host, str(need.port), str(need.why), seen(need.seen), need.at or "")
        writer.writerow([_cell(hide(clean_line(value))) for value in row])
    return out.getvalue()


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
