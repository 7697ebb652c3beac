"""What was decided for one project on each network it was set up on; kept in the state folder.

One JSON file a project, 0600, replaced in one step. No secret is in it: decisions are kept as the
text of their questions, which show no password.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from wizard.apply.disk import Disk, Folder
from wizard.apply.journal import PRIVATE_FILE, make_private, state_folder
from wizard.apply.lock import locked
from wizard.errors import ForbiddenError
from wizard.facts import Facts
from wizard.moves.fingerprint import Fingerprint, fingerprint_of
from wizard.plan.types import Answer, Answers, Origin, Plan
from wizard.plan.values import LEAVE
from wizard.questions import question
from wizard.render.docker_json import DAEMON_KEYS
from wizard.secret import MASK
from wizard.system import Failed, System
from wizard.text import msg

_SCHEMA = "gomod-wizard/networks/1"
_LIMIT = 1024 * 1024
_TRIES, _WAIT_S = 40, 0.05
"""For the lock: two seconds in all."""
_MOST = 20
"""Networks that are kept a project; the oldest goes first."""
_BY_HAND = {Origin.FLAG, Origin.ENVIRONMENT}
"""Answers of one call: those of files are read again by themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """One network on which a project was set up."""

    name: str
    fingerprint: Fingerprint
    at: str
    """When, ISO 8601, UTC."""
    decisions: Mapping[str, str] = field(default_factory=dict)
    """Decision key → its value as text."""
    answers: Mapping[str, str] = field(default_factory=dict)
    """What a person chose there, by flag, by variable or on a screen."""


_STAYING = frozenset(key for key, _ in DAEMON_KEYS)

Networks = tuple[Remembered, ...]
"""Of one project, the latest first: that is what stands on disk."""


def decided_as_text(plan: Plan) -> dict[str, str]:
    """Return every decision of `plan` as the text that would answer its question."""
    texts = ((one.key, question(one.key).format(one.value)) for one in plan.decisions())
    return {key: _shown(key, text) for key, text in texts}


def recall(system: System, project: Path) -> Networks:
    """Return the networks on which `project` was set up; none where there is no such file."""
    try:
        path = _file(system, project)
    except ForbiddenError:
        return ()
    if path.parent.is_symlink():
        return ()  # whoever laid that link chose what is read
    text = system.read_text(path, limit=_LIMIT)
    if isinstance(text, Failed):
        return ()
    try:
        document = json.loads(text)
        rows = document["networks"] if document["schema"] == _SCHEMA else []
        return tuple(_remembered(row) for row in rows)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ()  # a memory that cannot be read is none: everything is looked at anew


def remember(
    system: System,
    project: Path,
    facts: Facts,
    plan: Plan,
    answers: Answers,
    left: frozenset[str] = frozenset(),
) -> None:
    """Keep what was just written for this network. Raises ForbiddenError where it cannot be.

    `left`: decisions that were not judged; of them, what was written before stands on disk still.
    """
    with _lock(state_folder(system)):
        _remember(system, project, facts, plan, answers, left)


def _remember(
    system: System,
    project: Path,
    facts: Facts,
    plan: Plan,
    answers: Answers,
    left: frozenset[str],
) -> None:
    here = fingerprint_of(facts)
    known = recall(system, project)
    before = next((one for one in known if one.fingerprint.place == here.place), None)
    decisions = decided_as_text(plan)
    if known:
        earlier = known[0].decisions
        decisions |= {key: earlier[key] for key in left if key in earlier}
    if before is not None and before is known[0]:
        # "It stands there already" decides nothing, and takes nothing back that was written here.
        stays = {key: before.decisions[key] for key in _STAYING if key in before.decisions}
        decisions |= {key: text for key, text in stays.items() if decisions[key] == LEAVE}
    now = Remembered(
        name=here.name if before is None else before.name,
        fingerprint=here,
        at=facts.observed_at,
        decisions=decisions,
        answers={
            key: one.text
            for key, one in answers.items()
            if (one.origin in _BY_HAND or _again(before, key, one)) and not _is_secret(key, one)
        },
    )
    others = (one for one in known if one.fingerprint.place != here.place)
    _write(_file(system, project), (now, *others)[:_MOST])


def _again(before: Remembered | None, key: str, answer: Answer) -> bool:
    """Whether the answer is one that was given on this network before, and holds still."""
    return before is not None and before.answers.get(key) == answer.text


def _is_secret(key: str, answer: Answer) -> bool:
    return MASK in answer.text or (key == "goauth" and _shown(key, answer.text) != answer.text)


def _shown(key: str, text: str) -> str:
    """Return a decision as it is kept: arguments of a login program may hold a password."""
    if key != "goauth":
        return text
    commands = [command.split() for command in text.split(";")]
    if all(len(words) < 2 or words[0] == "git" for words in commands):
        return text
    names = "; ".join(words[0] if len(words) < 2 else f"{words[0]} {MASK}" for words in commands)
    return f"{names} ({hashlib.sha256(text.encode()).hexdigest()[:12]})"


def rename(system: System, project: Path, place: str, name: str) -> bool:
    """Give a remembered network a name; False where it is not known."""
    with _lock(state_folder(system)):
        return _rename(system, project, place, name)


def _rename(system: System, project: Path, place: str, name: str) -> bool:
    known = recall(system, project)
    if not any(one.fingerprint.place == place for one in known):
        return False
    renamed = tuple(
        replace(one, name=name) if one.fingerprint.place == place else one for one in known
    )
    _write(_file(system, project), renamed)
    return True


def _file(system: System, project: Path) -> Path:
    readable = re.sub(r"[^A-Za-z0-9._-]+", "-", project.name)[:40] or "project"
    short = hashlib.sha256(os.fsencode(project)).hexdigest()[:12]
    return state_folder(system) / "networks" / f"{readable}-{short}.json"


def _remembered(row: dict[str, Any]) -> Remembered:
    seen = row["fingerprint"]
    return Remembered(
        name=str(row["name"]),
        at=str(row["at"]),
        fingerprint=Fingerprint(
            **{one.name: tuple(map(str, seen.get(one.name, ()))) for one in fields(Fingerprint)}
        ),
        decisions={str(key): str(text) for key, text in row["decisions"].items()},
        answers={str(key): str(text) for key, text in row["answers"].items()},
    )


def _write(path: Path, networks: Networks) -> None:
    """Replace the file; no link is followed."""
    document = {"schema": _SCHEMA, "networks": [asdict(one) for one in networks]}
    text = json.dumps(document, indent=1, ensure_ascii=False)
    disk = Disk()
    try:
        make_private(path.parent, disk)
        with Folder(path.parent) as folder:
            fresh = f".new-{path.name}"
            disk.remove(folder, fresh)
            disk.write_new(folder, fresh, text.encode("utf-8"), PRIVATE_FILE)
            disk.rename(folder, fresh, path.name)
    except OSError as error:
        raise ForbiddenError(
            msg("what was decided cannot be kept: {why}", why=error.strerror or "?"),
            where=str(path.parent),
            hint=msg("the files are written; make that folder writable, so that `check` works"),
        ) from None


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Hold the lock of all that writes in `folder`; another run's is waited for a moment.

    Raises ForbiddenError after that.
    """
    for left in reversed(range(_TRIES)):
        with ExitStack() as stack:
            try:
                stack.enter_context(locked(folder, Disk()))
            except ForbiddenError:
                if not left:
                    raise
            else:
                yield
                return
        time.sleep(_WAIT_S)
