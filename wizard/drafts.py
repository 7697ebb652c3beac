"""What a person had chosen when the wizard ended without writing it: offered at the next start.

One file a project in the program's state folder, mode 0600, replaced whole at each change, so that
it is there after a crash too. No secret is in it: an answer that holds a login is left out.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from wizard.errors import WizardError
from wizard.flow import Step
from wizard.questions import BY_KEY, REASON, UNTIL
from wizard.redactor import Redactor
from wizard.system import Failed, System

FOLDER = "drafts"
_LIMIT = 256 * 1024
_SCHEMA = "gomod-wizard/draft/1"
_LOGIN = re.compile(r"://[^/\s]*@")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Answers that were chosen and not written."""

    at: datetime
    answers: Mapping[str, str]
    """Decision key → text, as it was typed or taken."""
    step: Step
    """Where the user was."""


def draft_file(system: System, project: Path) -> Path | None:
    """Return where the draft of a project is kept; None where there is no place for it."""
    from wizard.apply.journal import state_folder

    try:
        folder = state_folder(system)
    except WizardError:
        return None
    name = hashlib.sha256(str(project).encode()).hexdigest()[:24]
    return folder / FOLDER / f"{name}.json"


def keep_draft(system: System, project: Path, answers: Mapping[str, str], step: Step) -> bool:
    """Keep what was chosen; with nothing chosen, keep nothing. False where it cannot be kept."""
    path = draft_file(system, project)
    if path is None:
        return False
    safe = {key: text for key, text in answers.items() if _is_safe(key, text)}
    if not safe:
        return forget_draft(system, project)
    document = {
        "schema": _SCHEMA,
        "project": str(project),
        "at": system.clock().isoformat(),
        "step": str(step),
        "answers": safe,
    }
    try:
        _replace(path, json.dumps(document, indent=1))
    except (OSError, WizardError):
        return False
    return True


def forget_draft(system: System, project: Path) -> bool:
    """Remove the draft of a project; True where none is left."""
    path = draft_file(system, project)
    if path is None:
        return True
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return False
    return True


def draft_of(system: System, project: Path) -> Draft | None:
    """Return what was chosen for `project` and not written; None where there is nothing.

    A file that cannot be read counts as none; an answer that is none any more is left out.
    """
    path = draft_file(system, project)
    data = None if path is None else system.read(path, _LIMIT)
    if data is None or isinstance(data, Failed):
        return None
    try:
        read = json.loads(data)
        if read["schema"] != _SCHEMA or read["project"] != str(project):
            return None
        at, step = datetime.fromisoformat(read["at"]), Step(read["step"])
        found = {str(key): str(text) for key, text in read["answers"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    answers = {
        key: text for key, text in found.items() if _is_safe(key, text) and _is_one(key, text)
    }
    return Draft(at=at, answers=answers, step=step) if answers else None


def _is_safe(key: str, text: str) -> bool:
    """Whether nothing in an answer is a login: `http://user:password@proxy`."""
    return _LOGIN.search(text) is None and Redactor().redact(text) == text


def _is_one(key: str, text: str) -> bool:
    if key in (REASON, UNTIL):
        return True
    if key not in BY_KEY:
        return False
    try:
        BY_KEY[key].parse(text)
    except WizardError:
        return False
    return True


def _replace(path: Path, text: str) -> None:
    """Write the file whole, or not at all; nobody else may read it."""
    import tempfile

    from wizard.apply.disk import Disk
    from wizard.apply.journal import make_private

    for folder in (path.parent.parent, path.parent):
        make_private(folder, Disk())
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".draft-")  # 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(name, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
