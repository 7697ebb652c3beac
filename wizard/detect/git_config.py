"""git's settings of the user and the machine, and a project's own read as plain text.

A project's .git/config may name programs for git to run (fsmonitor, sshCommand, pagers), so
git itself is never started inside a project, and only its global and system files are asked.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from wizard.rules.git_config import parse_git_config
from wizard.system import Completed, Failed, System

_GIT_TIMEOUT_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GitSetting:
    """One variable: section and name in lower case, the subsection as written."""

    key: str
    """`http.proxy`, `url.ssh://git@host/.insteadof`."""
    value: str
    source: str
    """The file it stands in."""

    @property
    def subsection(self) -> str:
        """What stands between section and name: `ssh://git@host/`; empty where nothing does."""
        middle = self.key.partition(".")[2].rpartition(".")
        return middle[0]


async def user_git_config(system: System) -> tuple[GitSetting, ...]:
    """Return the system's settings, then the user's, then those of GIT_CONFIG_COUNT."""
    found = [
        *await _scope(system, "--system", "/etc/gitconfig"),
        *await _scope(system, "--global", None),
    ]
    return (*found, *_met(system, _from_environment(system)))


def _met(system: System, settings: Iterable[GitSetting]) -> tuple[GitSetting, ...]:
    """Return the settings; no face shows what is secret in them from now on."""
    found = tuple(settings)
    for one in found:
        system.redactor.read_value(one.subsection)
        system.redactor.read_value(one.value)
        system.redactor.read_text(f"{one.key} = {one.value}")
    return found


async def _scope(system: System, scope: str, file: str | None) -> tuple[GitSetting, ...]:
    if scope == "--system" and system.env.get("GIT_CONFIG_NOSYSTEM", "").lower() in {"1", "true"}:
        return ()
    env = {name: value for name, value in system.env.items() if not name.startswith("GIT_")}
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        if value := system.env.get(name):
            env[name] = value
    if system.home is not None:
        env["HOME"] = str(system.home)
    if file is not None and system.root != Path("/"):
        env.setdefault("GIT_CONFIG_SYSTEM", str(system.path(file)))
    env["GIT_CEILING_DIRECTORIES"] = "/"
    argv = ("git", "config", scope, "--includes", "--null", "--show-origin", "--list")
    try:
        with tempfile.TemporaryDirectory(prefix="gomod-wizard-", ignore_cleanup_errors=True) as tmp:
            result = await system.run(argv, timeout_s=_GIT_TIMEOUT_S, env=env, cwd=Path(tmp))
    except OSError as error:
        result = Failed(kind="unreadable", detail=error.strerror or "")
    if isinstance(result, Completed) and result.code == 0:
        return _met(system, _listed(result.out))
    # No git, or one that stumbled over a broken line: what can be read is read here.
    files = [system.path(file)] if file is not None else _global_files(system)
    return tuple(setting for path in files for setting in read_git_config(system, path))


def _global_files(system: System) -> list[Path]:
    if chosen := system.env.get("GIT_CONFIG_GLOBAL"):
        return [Path(chosen)]
    config = system.config_home()
    files = [] if config is None else [config / "git" / "config"]
    return files if system.home is None else [*files, system.home / ".gitconfig"]


def _listed(out: str) -> Iterator[GitSetting]:
    """Read `origin NUL key LF value NUL …`."""
    fields = out.split("\0")
    for origin, pair in zip(fields[::2], fields[1::2], strict=False):
        key, _, value = pair.partition("\n")
        yield GitSetting(key=key, value=value, source=origin.removeprefix("file:"))


def _from_environment(system: System) -> Iterator[GitSetting]:
    try:
        count = int(system.env.get("GIT_CONFIG_COUNT", "0"))
    except ValueError:
        return
    for index in range(min(count, 1000)):
        key = system.env.get(f"GIT_CONFIG_KEY_{index}")
        value = system.env.get(f"GIT_CONFIG_VALUE_{index}")
        if key and value is not None:
            section, dot, rest = key.partition(".")
            middle, _, name = rest.rpartition(".")
            normal = ".".join(filter(None, (section.lower(), middle, name.lower())))
            if dot:
                yield GitSetting(key=normal, value=value, source=f"GIT_CONFIG_KEY_{index}")


def read_git_config(system: System, path: Path) -> tuple[GitSetting, ...]:
    """Return the settings of one file, read as text: nothing is included, nothing is run."""
    text = system.read_text(path, limit=1024 * 1024)
    if isinstance(text, Failed):
        return ()
    entries = parse_git_config(text)
    return _met(
        system,
        (
            GitSetting(key=entry.key, value=entry.value, source=f"{path}:{entry.line}")
            for entry in entries
        ),
    )


def project_git_config(system: System, project: Path) -> tuple[GitSetting, ...]:
    """Return the settings of the repository that holds `project`; none where there is none."""
    for folder in (project, *project.parents):
        git = folder / ".git"
        try:
            if git.is_dir():
                return read_git_config(system, git / "config")
            if git.is_file():
                return read_git_config(system, _common_config(system, git))
        except OSError:
            return ()
    return ()


def _common_config(system: System, git_file: Path) -> Path:
    """Follow a worktree's or submodule's `gitdir:` line to the config that holds its remotes."""
    text = system.read_text(git_file, limit=4096)
    target = "" if isinstance(text, Failed) else text.removeprefix("gitdir:").strip()
    folder = git_file.parent / target
    common = system.read_text(folder / "commondir", limit=4096)
    if not isinstance(common, Failed):
        folder = folder / common.strip()
    return folder / "config"
