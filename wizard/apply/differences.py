"""Changes as a unified diff that a person reads: bounded, no escape obeyed, no secret shown."""

from __future__ import annotations

import difflib

from wizard.apply.types import Action, Change, ChangeSet
from wizard.redactor import Redactor
from wizard.rules.secret_words import mask_words
from wizard.untrusted import LIMIT, clean, clean_line

NO_NEWLINE = "\\ No newline at end of file"


def unified_diff(change: Change) -> str:
    """Return one change as a unified diff, every line ended; a program as `# run: …`."""
    if change.action is Action.RUN:
        return f"# run: {clean_line(change.path)}\n"
    path = clean_line(change.path)
    if _is_binary(change.before) or _is_binary(change.after):
        return f"Binary file {path} differs\n"
    old = "/dev/null" if change.before is None else path
    new = "/dev/null" if change.after is None else path
    if not change.before and not change.after:
        return f"--- {old}\n+++ {new}\n"  # an empty file comes or goes
    lines = difflib.unified_diff(
        _lines(change.before), _lines(change.after), fromfile=old, tofile=new
    )
    # What one line gives away as a secret is none on another line of the file either.
    redactor = Redactor()
    for data in (change.before, change.after):
        redactor.read_text((data or b"").decode("utf-8", "replace"))
    return "".join(_shown(line, redactor) for line in lines)


def diff(changes: ChangeSet) -> str:
    """Return every change as one unified diff."""
    return "".join(unified_diff(change) for change in changes.changes)


def _lines(data: bytes | None) -> list[str]:
    parts = (data or b"").decode("utf-8", "surrogateescape").split("\n")
    lines = [f"{part}\n" for part in parts[:-1]]
    return [*lines, parts[-1]] if parts[-1] else lines


def _is_binary(data: bytes | None) -> bool:
    return data is not None and b"\0" in data


def _shown(line: str, redactor: Redactor) -> str:
    whole = line.endswith("\n")
    text = line.removesuffix("\n")
    # Twice what is shown, so that a secret that stands at the end of it is still seen whole.
    text = text[: 2 * LIMIT]
    # Bytes that are no UTF-8 are compared as they are, and shown as `\xff`.
    text = text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    text = clean(mask_words(redactor.redact(text)))
    return f"{text}\n" if whole else f"{text}\n{NO_NEWLINE}\n"
