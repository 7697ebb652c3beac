"""The preset of one invocation: the checked copy, fetched anew where it is time to."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from wizard.errors import ForbiddenError, UnsafeError, WizardError
from wizard.facts.preset import Preset
from wizard.preset.fetching import fetch
from wizard.preset.keeping import (
    Copy,
    Setting,
    keep_copy,
    read_setting,
    recall_copy,
    refuse_older,
)
from wizard.preset.named import KEY_VARIABLE, VARIABLE
from wizard.preset.reading import WEB_PAGE, is_web_page, read_preset, refusal
from wizard.preset.signatures import verify
from wizard.preset.sources import FileSource, HttpsSource
from wizard.rules.toml_lines import line_at, toml_lines
from wizard.system import System
from wizard.text import Text, msg, nmsg

FIRST_PATIENCE_S = 15.0
"""For the first copy, and where a person asked for a new one."""
PASSING_S = (2.0, 0.7)
"""For a look in passing; for `check`, which stands at a prompt, and the first frame: a preset is
there already."""
FRESH = timedelta(days=1)
_AGAIN = timedelta(hours=1)
"""A source that did not answer is left alone for so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """The preset in force, and what must be said of it."""

    setting: Setting
    preset: Preset
    fetched_at: datetime
    notes: tuple[Text, ...] = ()
    """Said each time: it is unsigned, or an old copy."""


def load(system: System, *, patience_s: float) -> Loaded | None:
    """Return the preset in force here; None where there is none.

    Without a copy it is fetched; a copy that is older than a day is replaced where that goes
    quickly. Raises WizardError where there is neither, with file or URL and line.
    """
    setting = read_setting(system)
    if setting is None:
        return None
    return asyncio.run(load_copy(system, setting, patience_s=patience_s))


async def load_copy(system: System, setting: Setting, *, patience_s: float) -> Loaded:
    """Return the preset of `setting`, as `load` does."""
    copy = recall_copy(system, setting.source)
    of_file = isinstance(setting.source, FileSource)
    known = copy if copy is not None and copy.is_of(setting.key) else None
    if known is None or of_file:
        return await obtain(system, setting, patience_s=FIRST_PATIENCE_S)
    failed: Text = known.failed
    if _is_due(known, system.clock()):
        try:
            return await obtain(system, setting, patience_s=patience_s)
        except WizardError as error:
            failed = msg("{where}: {why}", where=error.where, why=error.message)
            _note_failure(system, setting, known, str(failed))
    return _told(setting, known, system.clock(), failed)


async def obtain(
    system: System, setting: Setting, *, patience_s: float, keep: bool = True
) -> Loaded:
    """Fetch the preset, check it, and keep a copy. Raises WizardError with file or URL and line."""
    source, key = setting.source, setting.key
    if not setting.trusted:
        raise UnsafeError(
            msg("nothing proves whose preset this is: no key is pinned"),
            where=setting.where,
            hint=msg(
                "name the key by {variable}, or: gomod-wizard preset add SOURCE --key KEY",
                variable=KEY_VARIABLE,
            )
            if setting.where == VARIABLE
            else msg("name the key of whoever signs it: --key KEY; or say --unsigned"),
        )
    copy = recall_copy(system, source)
    suffix = None if key is None else key.suffix
    fetched = await fetch(system, source, suffix, patience_s=patience_s)
    sha256 = hashlib.sha256(fetched.document).hexdigest()
    if is_web_page(fetched.document):  # a login page answers for the signature's name as well
        raise refusal((WEB_PAGE,), str(source))
    if key is not None and fetched.signature is not None:
        seen = copy is not None and copy.key == key.text and copy.sha256 == sha256
        if not seen:
            verify(key, fetched.document, fetched.signature, where=source.beside(key.suffix))
    system.redactor.read_text(fetched.document.decode("utf-8", "replace"))
    preset = read_preset(fetched.document, str(source))
    if isinstance(preset, tuple):
        raise refusal(preset, str(source))
    if key is not None or not isinstance(source, FileSource):
        line = line_at(toml_lines(fetched.document.decode()), ("version",))
        refuse_older(copy, version=preset.version, sha256=sha256, where=f"{source}:{line}")
    now = system.clock()
    stamp = now.astimezone(UTC).isoformat(timespec="seconds")
    fresh = Copy(
        document=fetched.document,
        sha256=sha256,
        version=preset.version,
        key="" if key is None else key.text,
        fetched_at=stamp,
        tried_at=stamp,
    )
    notes = _unsigned(setting)
    # A file of this machine is read each time: of it, a checked signature alone is worth keeping.
    of_file, same = isinstance(source, FileSource), False
    if copy is not None and key is not None:
        same = (copy.sha256, copy.key) == (sha256, key.text)
    if keep and not (of_file and (key is None or same)):
        try:
            keep_copy(system, source, fresh)
        except ForbiddenError as error:  # it is in force all the same, and fetched again next time
            notes = (*notes, msg("{where}: {why}", where=error.where, why=error.message))
    return Loaded(setting=setting, preset=preset, fetched_at=now, notes=notes)


def _is_due(copy: Copy, now: datetime) -> bool:
    fetched, tried = (datetime.fromisoformat(one) for one in (copy.fetched_at, copy.tried_at))
    return abs(now - fetched) >= FRESH and abs(now - tried) >= (
        _AGAIN if copy.failed else timedelta(0)
    )


def _note_failure(system: System, setting: Setting, copy: Copy, why: str) -> None:
    stamp = system.clock().astimezone(UTC).isoformat(timespec="seconds")
    try:
        keep_copy(system, setting.source, replace(copy, tried_at=stamp, failed=why[:500]))
    except ForbiddenError:
        return  # tried again next time


def _told(setting: Setting, copy: Copy, now: datetime, failed: Text) -> Loaded:
    preset = read_preset(copy.document, str(setting.source))
    if isinstance(preset, tuple):  # an older or newer program wrote the copy
        raise refusal(preset, str(setting.source))
    fetched = datetime.fromisoformat(copy.fetched_at)
    notes = _unsigned(setting)
    if str(failed):
        notes = (
            *notes,
            msg(
                "the preset could not be fetched anew ({why}); the copy that is used is {age} old",
                why=failed,
                age=age(now - fetched),
            ),
        )
    return Loaded(setting=setting, preset=preset, fetched_at=fetched, notes=notes)


def _unsigned(setting: Setting) -> tuple[Text, ...]:
    if setting.key is not None or isinstance(setting.source, FileSource):
        return ()
    what = str(setting.source)
    who: Text = msg("whoever can write into that repository")
    if isinstance(setting.source, HttpsSource):
        who = msg("whoever can write to that server")
    return (msg("the preset {what} is not signed: {who} decides here", what=what, who=who),)


def age(span: timedelta) -> Text:
    """Return how long something is ago, in the largest unit that fits."""
    minutes = max(0, int(span.total_seconds()) // 60)
    if minutes >= 2 * 24 * 60:
        return nmsg("{n} day", "{n} days", n=minutes // (24 * 60))
    if minutes >= 2 * 60:
        return nmsg("{n} hour", "{n} hours", n=minutes // 60)
    return nmsg("{n} minute", "{n} minutes", n=minutes)
