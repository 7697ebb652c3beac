"""A diagnosis as annotations of a CI: GitHub's workflow commands, GitLab's code quality report."""

from __future__ import annotations

import hashlib
import json

from wizard.diagnose.types import Diagnosis, Fault
from wizard.text import Text, msg


def github(diagnosis: Diagnosis, path: str | None) -> list[str]:
    """Return one `::error` command for each fault.

    Escaping as in GitHub's toolkit (command.ts): `%`, line ends; in properties `:` and `,` too.
    """
    return [_command(fault, path) for fault in diagnosis.faults]


def _command(fault: Fault, path: str | None) -> str:
    properties = {"title": f"{fault.cause} ({fault.fault_class.value})"}
    if path is not None and fault.evidence:
        properties |= {"file": path, "line": str(fault.evidence[0].line)}
    head = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::error {head}::{_data(_body(fault))}"


def _body(fault: Fault) -> str:
    lines: list[Text] = [msg("{title}.", title=fault.title)]
    lines += [msg("line {line}: {text}", line=e.line, text=e.text) for e in fault.evidence[:3]]
    lines.append(fault.cure.summary)
    if fault.cure.command:
        lines.append(fault.cure.command)
    return "\n".join(str(line) for line in lines)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def gitlab(diagnosis: Diagnosis, path: str | None) -> str:
    """Return the code quality report (a JSON array) that GitLab shows in a merge request."""
    rows = [
        {
            "description": _body(fault),
            "check_name": fault.cause,
            "fingerprint": hashlib.sha256(
                f"{fault.cause}\n{fault.detail}\n{path or ''}".encode()
            ).hexdigest(),
            "severity": "blocker" if index == 0 else "critical",
            "location": {
                "path": path or "build.log",
                "lines": {"begin": fault.evidence[0].line if fault.evidence else 1},
            },
        }
        for index, fault in enumerate(diagnosis.faults)
    ]
    return json.dumps(rows, ensure_ascii=False, indent=2)
