"""The engine after its configuration changed: check it, restart it, wait until it answers.

Rules: dockerd `--validate` exists since 23.0 and needs root (moby daemon/command/docker.go). An
engine is asked over its own socket, never over the user's context, which may be another machine.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from wizard.apply.types import Action, Change
from wizard.errors import UnsafeError
from wizard.render.types import Scope
from wizard.rules.daemon_json import problems
from wizard.system import Completed, Failed, System
from wizard.text import Text, msg
from wizard.untrusted import clean_line

RESTART_LIMIT_S = 90.0
"""systemd's own DefaultTimeoutStartSec."""
ANSWER_LIMIT_S = 60.0
"""How long a restarted engine may take to answer."""
RESTARTED: Text = msg("Docker was restarted and answers")
RELOADED: Text = msg("Docker read its settings again; no container was stopped")
_RELOADED = {"registry-mirrors", "insecure-registries"}
_SBIN = ("/usr/sbin", "/usr/local/sbin", "/sbin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Restart:
    """How one engine is restarted and asked."""

    commands: tuple[tuple[str, ...], ...]
    socket: str
    user: bool
    """A rootless engine: the user's own."""
    reload: tuple[str, ...] = ()
    """Enough while containers run; empty: only a restart brings the change."""
    keeps_containers: bool = False
    """live-restore is on: a restart stops no container, but gives none a new network."""

    @property
    def shown(self) -> str:
        """The command as a person would type it."""
        return " && ".join(shlex.join(command) for command in self.commands)

    @property
    def shown_with_sudo(self) -> str:
        """The same for somebody who is not root."""
        return " && ".join(shlex.join(("sudo", *command)) for command in self.commands)


def restart_of(system: System, changes: Iterable[Change]) -> Restart | None:
    """Return how to restart the engine for `changes`; None: no need, or it is not known how."""
    concerned = [c for c in changes if "docker" in c.restarts and c.action is not Action.RUN]
    if not concerned or not system.platform.startswith("linux"):
        return None
    if any(change.path.startswith(str(system.path("/var/snap"))) for change in concerned):
        return _system_restart((("snap", "restart", "docker"),))
    drop_in = any("/systemd/" in change.path for change in concerned)
    reread: tuple[tuple[str, ...], ...] = ()
    live = _reloadable(concerned)
    keeps = any(_daemon(change.after).get("live-restore") is True for change in concerned)
    config = system.config_home()
    if config is not None and all(Path(c.path).is_relative_to(config) for c in concerned):
        if system.which("systemctl") is None:
            return None
        runtime = system.env.get("XDG_RUNTIME_DIR") or f"/run/user/{system.uid}"
        if drop_in:
            reread = (("systemctl", "--user", "daemon-reload"),)
        return Restart(
            commands=(*reread, ("systemctl", "--user", "restart", "docker")),
            socket=f"unix://{runtime}/docker.sock",
            user=True,
            reload=("systemctl", "--user", "reload", "docker") if live else (),
            keeps_containers=keeps,
        )
    if any(change.scope is not Scope.SYSTEM for change in concerned):
        return None
    if system.home is not None and any(Path(c.path).is_relative_to(system.home) for c in concerned):
        return None  # Docker Desktop and its like: the application restarts its engine
    if system.which("systemctl"):
        if drop_in:
            reread = (("systemctl", "daemon-reload"),)
        return replace(
            _system_restart((*reread, ("systemctl", "restart", "docker"))),
            reload=("systemctl", "reload", "docker") if live else (),
            keeps_containers=keeps,
        )
    if system.which("service"):
        return _system_restart((("service", "docker", "restart"),))
    return None


def _system_restart(commands: tuple[tuple[str, ...], ...]) -> Restart:
    return Restart(commands=commands, socket="unix:///var/run/docker.sock", user=False)


def _reloadable(changes: Iterable[Change]) -> bool:
    """Whether all that changed is read again by a running engine (moby daemon/reload.go)."""
    for change in changes:
        old, new = _daemon(change.before), _daemon(change.after)
        changed = {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}
        if Path(change.path).name != "daemon.json" or not changed <= _RELOADED:
            return False
    return True


def _daemon(data: bytes | None) -> dict[str, object]:
    try:
        value = json.loads(data or b"{}")
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def run_change(system: System, changes: Iterable[Change]) -> Change | None:
    """Return the restart as a change that can be shown, None where nothing is restarted."""
    changes = tuple(changes)
    restart = restart_of(system, changes)
    if restart is None:
        return None
    because = [c.artifact for c in changes if "docker" in c.restarts]
    return Change(
        path=restart.shown,
        scope=Scope.USER if restart.user else Scope.SYSTEM,
        action=Action.RUN,
        artifact=because[0],
        before=None,
        after=None,
        mode=0,
        needs_root=not restart.user and system.uid != 0,
        restarts=("docker",),
        because=(msg("{files} takes effect with a restart", files=", ".join(because)),),
    )


def refuse_what_dockerd_refuses(changes: Iterable[Change]) -> None:
    """Check each new daemon.json by dockerd's own rules; what was wrong before is not ours.

    Raises UnsafeError: an engine that does not start stops every build.
    """
    for change in changes:
        if Path(change.path).name != "daemon.json" or change.after is None:
            continue
        before = problems(_daemon(change.before))
        for key, why in problems(_daemon(change.after)):
            if (key, why) not in before:
                raise UnsafeError(
                    msg("dockerd would not start with it: {key}: {why}", key=key, why=why),
                    where=change.path,
                    hint=msg("nothing was written; answer {key} anew, or mend the file", key=key),
                )


async def validate(system: System, changes: Iterable[Change], scratch: Path) -> None:
    """Have dockerd read a new daemon.json before it is put in place; skipped without root.

    Raises UnsafeError with dockerd's own words.
    """
    for change in changes:
        if Path(change.path).name != "daemon.json" or change.after is None or system.uid != 0:
            continue
        with_sbin = _with_sbin(system)
        if with_sbin.which("dockerd") is None or await _major(with_sbin) < 23:
            return
        draft = scratch / "daemon.json.draft"
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600)
        try:
            draft.write_bytes(change.after)
            done = await with_sbin.run(
                ("dockerd", "--validate", "--config-file", str(draft)), timeout_s=20
            )
        finally:
            draft.unlink(missing_ok=True)
        if isinstance(done, Completed) and done.code != 0:
            words = clean_line((done.err or done.out).replace(str(draft), change.path), 600)
            raise UnsafeError(
                msg("dockerd refuses the new daemon.json: {why}", why=words),
                where=change.path,
                hint=msg("nothing was written; the old settings still hold"),
            )


def _with_sbin(system: System) -> System:
    """dockerd lives in sbin, which a user's PATH often lacks."""
    path = ":".join((system.env.get("PATH", ""), *(str(system.path(p)) for p in _SBIN)))
    return replace(system, env={**system.env, "PATH": path})


async def _major(system: System) -> int:
    done = await system.run(("dockerd", "--version"), timeout_s=10)
    match = re.search(r"version v?(\d+)\.", done.out) if isinstance(done, Completed) else None
    return int(match[1]) if match else 0


async def running(
    system: System, restart: Restart, *, timeout_s: float = 15
) -> tuple[str, ...] | None:
    """Return the names of the running containers; None: the engine did not answer."""
    done = await system.run(("docker", "-H", restart.socket, "ps", "-q"), timeout_s=timeout_s)
    if isinstance(done, Failed) or done.code != 0:
        return None
    ids = done.out.split()
    if not ids:
        return ()
    named = await system.run(
        ("docker", "-H", restart.socket, "ps", "--format", "{{.Names}}"), timeout_s=timeout_s
    )
    names = named.out.split() if isinstance(named, Completed) and named.code == 0 else []
    return tuple(clean_line(name, 80) for name in names or ids)


async def may_restart(system: System, restart: Restart, wish: bool | None) -> Text | None:
    """Return why the engine is not restarted now; None: go on.

    Without a wish it is restarted only where it is certain that no container runs.
    """
    if wish is False:
        return msg(
            "not restarted, as asked; it takes effect with: {command}", command=restart.shown
        )
    if wish is True:
        return None
    names = await running(system, restart)
    if names is None:
        return await _unanswered(system, restart)
    if not names:
        return None
    if restart.keeps_containers:
        return msg(
            "not restarted, because {n} containers run ({names}); live-restore keeps them, but"
            " new network settings take effect only when they have stopped",
            n=len(names),
            names=", ".join(names[:10]),
        )
    return msg(
        "not restarted, because it would stop {n} running containers ({names}); it takes effect"
        " with: {command}",
        n=len(names),
        names=", ".join(names[:10]),
        command=restart.shown,
    )


async def _unanswered(system: System, restart: Restart) -> Text | None:
    """An engine that failed has no containers to lose; one that was stopped stays stopped."""
    if system.which("systemctl") is not None:
        scope = ("--user",) if restart.user else ()
        done = await system.run(("systemctl", *scope, "is-active", "docker"), timeout_s=15)
        word = done.out.strip() if isinstance(done, Completed) else ""
        if word == "failed":
            await forget_failures(system, restart)
            return None
        if word == "inactive":
            return msg("the engine is not running; it takes effect when it is started")
    return msg(
        "not restarted, because the engine does not say whether containers run; it takes effect"
        " with: {command}",
        command=restart.shown,
    )


async def forget_failures(system: System, restart: Restart) -> None:
    """Let systemd start the engine again: after three failed starts in a minute it refuses to.

    Rules: StartLimitBurst of docker.service (moby contrib/init/systemd).
    """
    if system.which("systemctl") is not None:
        scope = ("--user",) if restart.user else ()
        await system.run(("systemctl", *scope, "reset-failed", "docker"), timeout_s=15)


async def run_restart(
    system: System, restart: Restart, on_step: Callable[[str], None]
) -> Text | None:
    """Restart the engine and wait until it answers; return what went wrong, None: nothing."""
    import asyncio

    for command in restart.commands:
        on_step(str(msg("run {command}", command=shlex.join(command))))
        done = await system.run(command, timeout_s=RESTART_LIMIT_S)
        if isinstance(done, Failed):
            return msg("{command}: {why}", command=shlex.join(command), why=done.detail)
        if done.code != 0:
            why = clean_line(done.err or done.out, 400)
            return msg("{command}: {why}", command=shlex.join(command), why=why)
    if system.which("docker") is None:
        return None  # the service manager's word is all there is
    on_step(str(msg("wait until the engine answers")))
    try:
        async with asyncio.timeout(ANSWER_LIMIT_S):
            while await running(system, restart) is None:  # noqa: ASYNC110 - a program is asked
                await asyncio.sleep(0.2)
    except TimeoutError:
        return msg("the engine did not answer within {n} seconds", n=int(ANSWER_LIMIT_S))
    return None
