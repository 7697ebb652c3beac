"""Compare artifacts with what stands on disk: the changes that an apply would make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from wizard.apply.consequences import with_consequences
from wizard.apply.engine import run_change
from wizard.apply.go_env import NoGo, merge_go_env
from wizard.apply.legible import LOOK, content_of, is_legible
from wizard.apply.merge.block import merge_block
from wizard.apply.merge.dockerfile import merge_dockerfile
from wizard.apply.merge.json_keys import means_the_same, merge_json
from wizard.apply.merge.refused import CannotMerge, place_of
from wizard.apply.merge.toml_keys import merge_toml
from wizard.apply.ownership import is_own
from wizard.apply.standing import CannotUse, Standing, look
from wizard.apply.types import Action, Change, ChangeSet, Refusal
from wizard.render.types import (
    Artifact,
    Block,
    DockerfileBlock,
    GoEnv,
    JsonKeys,
    Scope,
    TomlKeys,
    Whole,
)
from wizard.system import System
from wizard.text import Text, msg


@dataclass(frozen=True, slots=True, kw_only=True)
class _Merged:
    """The bytes that should stand there, and what to say about them."""

    after: bytes | None
    notes: tuple[Text, ...] = ()


async def plan_changes(
    system: System,
    project: Path,
    artifacts: Sequence[Artifact],
    scopes: Sequence[Scope] = tuple(Scope),
) -> ChangeSet:
    """Return what `apply` would change for `artifacts`; reads, and writes nothing.

    What cannot be read or joined safely becomes a Refusal, and the others are still compared.
    """
    changes: list[Change] = []
    refusals: list[Refusal] = []
    unchanged: list[str] = []
    notes: list[Text] = []
    for artifact in artifacts:
        if artifact.scope not in scopes or not artifact.path:
            continue
        try:
            standing = look(system, project, artifact)
        except CannotUse as error:
            refusals.append(_cannot_use(artifact, error))
            continue
        try:
            merged = await _merged(system, artifact, standing)
        except CannotUse as error:
            refusals.append(_cannot_use(artifact, error))
        except CannotMerge as error:
            path = standing.path
            refusals.append(_refusal(artifact, path, error.place(), error.hint or _BY_HAND))
        except NoGo:
            notes.append(
                msg(
                    "there is no go on PATH, so `go env` is not written; `generate` writes {name}"
                    " with the same values",
                    name=artifact.name,
                )
            )
        else:
            if merged.after == standing.data:
                unchanged.append(str(standing.path))
            else:
                changes.append(_change(system, artifact, standing, merged))
    if run := run_change(system, changes):
        changes.append(await with_consequences(system, run, changes))
    return ChangeSet(
        changes=tuple(changes),
        refusals=tuple(refusals),
        unchanged=tuple(unchanged),
        notes=tuple(notes),
    )


_BY_HAND = msg("mend the file by hand, then run this again; it was left alone")


def _cannot_use(artifact: Artifact, error: CannotUse) -> Refusal:
    return _refusal(artifact, error.path, error.message, error.hint, unsafe=error.unsafe)


def _refusal(
    artifact: Artifact, path: Path, message: Text, hint: Text, *, unsafe: bool = False
) -> Refusal:
    return Refusal(
        path=str(path),
        scope=artifact.scope,
        artifact=artifact.name,
        message=message,
        hint=hint,
        unsafe=unsafe,
    )


def _change(system: System, artifact: Artifact, standing: Standing, merged: _Merged) -> Change:
    notes = merged.notes
    if standing.link is not None:
        linked = msg("{link} is a link; the file behind it is written", link=standing.link)
        notes = (linked, *notes)
    if standing.names > 1:
        # A write in place would reach all of them, but is not atomic, and they may lie anywhere.
        named = msg(
            "{path} has {n} names (hard links): only this one gets the new text; an undo gives its"
            " bytes back, but not the link",
            path=standing.path,
            n=standing.names,
        )
        notes = (named, *notes)
    if standing.data is None:
        action = Action.CREATE
    else:
        action = Action.REMOVE if merged.after is None else Action.UPDATE
    return Change(
        path=str(standing.path),
        scope=artifact.scope,
        action=action,
        artifact=artifact.name,
        before=standing.data,
        after=merged.after,
        mode=artifact.mode if standing.mode is None else standing.mode,
        needs_root=not standing.writable,
        restarts=artifact.restarts,
        because=artifact.because,
        notes=notes,
    )


async def _merged(system: System, artifact: Artifact, standing: Standing) -> _Merged:
    content, before = artifact.content, standing.data
    if not is_legible(content_of(artifact)):
        raise CannotUse(
            msg("what it would hold is no text, so it was left alone"),
            LOOK,
            path=standing.path,
            unsafe=False,
        )
    match content:
        case Whole():
            return _whole(system, artifact, content, standing)
        case GoEnv():
            after = await merge_go_env(system, before or b"", content)
            return _Merged(after=after if after or before is not None else None)
        case DockerfileBlock() if before is None:
            return _Merged(after=artifact.standalone.encode() if content.lines else None)
        case DockerfileBlock():
            text, notes = merge_dockerfile(_lenient(before or b""), content)
            return _Merged(after=_encoded(text), notes=notes)
        case Block():
            text = merge_block(_lenient(before or b""), content.lines)
        case JsonKeys():
            text = merge_json(_strict(before or b""), content.keys)
            if content.earlier is not None and means_the_same(text, content.earlier):
                return _Merged(after=_encoded(content.earlier) or None)
        case TomlKeys():
            text = merge_toml(_strict(before or b""), content.table, content.keys)
    if before is None and not text:
        return _Merged(after=None)
    return _Merged(after=_encoded(text))


def _whole(system: System, artifact: Artifact, content: Whole, standing: Standing) -> _Merged:
    after = content.text.encode()
    if standing.data is None or standing.data == after or is_own(system, standing):
        return _Merged(after=after)
    raise CannotUse(
        msg("it is there already, and this program did not write it"),
        msg("move it away, or keep it and leave {name} to you", name=artifact.name),
        path=standing.path,
        unsafe=True,
    )


def _strict(data: bytes) -> str:
    """Decode UTF-8. Raises CannotMerge with the place of the first byte that is none."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        line, column = place_of(before, len(before))
        raise CannotMerge(msg("it is not UTF-8 text"), line=line, column=column) from None


def _lenient(data: bytes) -> str:
    """Decode, with bytes that are no UTF-8 kept as they are. Raises CannotMerge for binaries."""
    if b"\0" in data:
        before = data[: data.index(b"\0")].decode("utf-8", "surrogateescape")
        line, column = place_of(before, len(before))
        raise CannotMerge(msg("it is not a text file"), line=line, column=column)
    return data.decode("utf-8", "surrogateescape")


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
