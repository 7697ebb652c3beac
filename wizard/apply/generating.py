"""Write every artifact's whole text into a folder, and touch nothing else."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from wizard.apply.disk import Disk, Folder, Ownership
from wizard.apply.failure import forbidden
from wizard.apply.legible import LOOK, is_legible
from wizard.apply.recovery import missing_folders
from wizard.apply.types import Action, Change
from wizard.errors import UnsafeError, UsageError
from wizard.render.types import Artifact
from wizard.system import READ_LIMIT
from wizard.text import Text, msg

MANIFEST = ".gomod-wizard.json"
"""In the folder: the hashes of what was generated, by which a later run knows its own files."""

SCHEMA = "gomod-wizard/generated/1"
_ELSEWHERE: Text = msg("or give --out another folder")


def generate(
    artifacts: Sequence[Artifact],
    out_dir: Path,
    *,
    dry_run: bool = False,
    disk: Disk | None = None,
) -> tuple[Change, ...]:
    """Write the `standalone` text of every artifact under its name into `out_dir`.

    Returns what was created or updated. Raises UnsafeError, before anything is written, where a
    file stands that this program did not write or that was edited since; ForbiddenError where
    the system refuses.
    """
    disk = disk or Disk()
    out = Path(os.path.realpath(out_dir))
    written: list[Path] = []
    try:
        # A name that is too long, or a folder that may not be entered, is an OSError as well.
        if out.exists() and not out.is_dir():
            raise UsageError(
                msg("it is a file, not a folder"),
                where=str(out),
                hint=msg("give --out another name"),
            )
        own = _manifest(disk, out)
        changes = [
            change for artifact in artifacts if (change := _change(disk, out, artifact, own))
        ]
        if not dry_run:
            _write(disk, out, changes, own, written)
    except OSError as error:
        where = error.filename or out
        raise forbidden(error, where, instead=_ELSEWHERE, begun=bool(written)) from error
    return tuple(changes)


def _change(disk: Disk, out: Path, artifact: Artifact, own: dict[str, str]) -> Change | None:
    name = PurePosixPath(artifact.name)
    if name.is_absolute() or ".." in name.parts or not name.parts:
        raise UsageError(msg("{name} is no name of a file", name=artifact.name))
    path = out.joinpath(*name.parts)
    if not is_legible((artifact.name, artifact.standalone)):
        raise UsageError(
            msg("what it would hold is no text; nothing was written"),
            where=str(path),
            hint=LOOK,
        )
    after = artifact.standalone.encode()
    before = _standing(disk, path)
    if before == after:
        own[artifact.name] = _sha(after)
        return None
    if before is not None and own.get(artifact.name) != _sha(before):
        raise UnsafeError(
            msg("it is there, and this program did not write it so"),
            where=str(path),
            hint=msg("give --out another folder, or move that file away"),
        )
    own[artifact.name] = _sha(after)
    return Change(
        path=str(path),
        scope=artifact.scope,
        action=Action.CREATE if before is None else Action.UPDATE,
        artifact=artifact.name,
        before=before,
        after=after,
        mode=artifact.mode,
        needs_root=False,
        because=artifact.because,
    )


def _standing(disk: Disk, path: Path) -> bytes | None:
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return None
    except NotADirectoryError as error:
        raise NotADirectoryError(error.errno, error.strerror, str(path.parent)) from None
    if not stat.S_ISREG(status.st_mode):
        raise UnsafeError(
            msg("it is no regular file"),
            where=str(path),
            hint=msg("give --out another folder"),
        )
    with Folder(path.parent) as folder:
        return disk.read(folder, path.name, READ_LIMIT)


def _write(
    disk: Disk, out: Path, changes: Sequence[Change], own: dict[str, str], written: list[Path]
) -> None:
    manifest = json.dumps({"schema": SCHEMA, "sha256": dict(sorted(own.items()))}, indent=2)
    files = [(Path(c.path), c.after or b"", c.mode) for c in changes]
    if not changes and _manifest(disk, out) == own:
        return
    for folder in missing_folders([out / MANIFEST, *(path for path, _, _ in files)]):
        disk.make_folder(Path(folder), Ownership(mode=0o755))
    # The manifest first: a crash then leaves files that the next run still knows as its own.
    for path, data, mode in [(out / MANIFEST, f"{manifest}\n".encode(), 0o644), *files]:
        with Folder(path.parent) as inner:
            temporary = f".{path.name}.gomod-wizard-new"
            disk.remove(inner, temporary)
            try:
                disk.write_new(inner, temporary, data, Ownership(mode=mode))
                disk.rename(inner, temporary, path.name)
            except OSError:
                with contextlib.suppress(OSError):
                    disk.remove(inner, temporary)
                raise
            written.append(path)
            disk.sync(inner)


def _manifest(disk: Disk, out: Path) -> dict[str, str]:
    data = _standing(disk, out / MANIFEST)
    if data is None:
        return {}
    try:
        found = json.loads(data)["sha256"]
        return {str(name): str(sha) for name, sha in found.items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
