"""The user's go/env file, written by the real `go`, so that every rule of its own holds.

`go env -w` works on a private copy; its bytes are then a change like any other, so that the diff
shows them exactly and undo is exact. Rules: cmd/go/internal/envcmd.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from wizard.apply.merge.refused import CannotMerge
from wizard.render.types import GoEnv
from wizard.system import Failed, System
from wizard.text import msg
from wizard.untrusted import clean_line

GO_LIMIT_S = 30.0
_KEPT = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LANG")


class NoGo(Exception):
    """There is no `go` on PATH that could write its file."""


async def merge_go_env(system: System, before: bytes, variables: GoEnv) -> bytes:
    """Return the bytes of the go/env file after `go env -w` and `-u`.

    Raises NoGo, or CannotMerge in the words of `go`. Nothing of the user's is written.
    """
    now = parse_go_env(before)
    wanted = variables.variables
    writes = {key: value for key, value in wanted.items() if value not in (None, now.get(key))}
    unsets = [key for key, value in wanted.items() if value is None and key in now]
    if not writes and not unsets:
        return before
    if system.which("go") is None:
        raise NoGo
    with tempfile.TemporaryDirectory(prefix="gomod-wizard-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        _without_telemetry(folder)
        file = folder / "env"
        file.touch(mode=0o600)
        file.write_bytes(before)
        (folder / "empty").mkdir()
        if unsets:
            await _go(system, folder, ("go", "env", "-u", *unsets))
        if writes:
            pairs = tuple(f"{key}={value}" for key, value in writes.items())
            await _go(system, folder, ("go", "env", "-w", *pairs))
        return file.read_bytes()


def parse_go_env(data: bytes) -> Mapping[str, str]:
    """Return the variables of a go/env file; Go skips what is no `NAME=value` line."""
    found: dict[str, str] = {}
    for line in data.decode("utf-8", "replace").splitlines():
        name, equals, value = line.partition("=")
        if equals and name[:1].isascii() and name[:1].isupper():
            # Two lines that disagree match no wish, so that `go` itself settles them.
            found[name] = value if found.get(name, value) == value else "\0"
    return found


def _without_telemetry(home: Path) -> None:
    """Keep go from counting in the scratch folder: its counter would outlive the call.

    The mode is a file in os.UserConfigDir, and no variable sets it (golang.org/x/telemetry).
    """
    for config in (home, home / "Library" / "Application Support"):
        folder = config / "go" / "telemetry"
        folder.mkdir(parents=True)
        (folder / "mode").write_text("off", encoding="ascii")


async def _go(system: System, folder: Path, argv: tuple[str, ...]) -> None:
    env = {key: value for key, value in system.env.items() if key.upper() in _KEPT}
    env |= {
        "GOENV": str(folder / "env"),
        "GOTOOLCHAIN": "local",
        "GOFLAGS": "",
        "GOWORK": "off",
        "HOME": str(folder),
        "USERPROFILE": str(folder),
        "APPDATA": str(folder),
        "LOCALAPPDATA": str(folder),
        "XDG_CONFIG_HOME": str(folder),
        "XDG_CACHE_HOME": str(folder),
    }
    done = await system.run(argv, timeout_s=GO_LIMIT_S, env=env, cwd=folder / "empty")
    if isinstance(done, Failed):
        why = clean_line(done.detail or done.kind, 400)
        raise CannotMerge(msg("`go env` could not be run: {why}", why=why))
    if done.code != 0:
        raise CannotMerge(msg("`go env` refused it: {why}", why=clean_line(done.err, 400)))
