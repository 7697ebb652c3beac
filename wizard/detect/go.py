"""The user's Go: which one, with which settings, and where each setting comes from."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from wizard.detect.deadline import Deadline, in_thread, in_time
from wizard.detect.paths import is_dir
from wizard.facts.base import Fact, known, not_applicable, unknown
from wizard.facts.go import GoFacts, GoSetting, GoToolchain
from wizard.redactor import environment_secrets
from wizard.rules.credentials import mask_credentials, mask_value
from wizard.rules.dotenv import parse_go_env
from wizard.rules.goproxy import mask_goproxy
from wizard.secret import MASK
from wizard.system import Completed, Failed, System
from wizard.text import msg
from wizard.untrusted import clean_line

NAMES = (
    "GOPROXY",
    "GOSUMDB",
    "GOPRIVATE",
    "GONOPROXY",
    "GONOSUMDB",
    "GOINSECURE",
    "GOTOOLCHAIN",
    "GOAUTH",
    "GOVCS",
    "GOFLAGS",
    "GOMODCACHE",
    "GOPATH",
    "GOROOT",
    "GO111MODULE",
)
"""The settings that are looked at."""

DEFAULT_GOPROXY = "https://proxy.golang.org,direct"
_GO_TIMEOUT_S = 3.0
PROCESS, ENV_FILE, DEFAULT = "process", "go/env file", "default"


async def detect_go(system: System, deadline: Deadline) -> GoFacts:
    """Look at the go on PATH and at the settings that it would use. Runs nothing of a project."""
    path = env_file(system)
    text = await in_thread(lambda: None if path is None else system.read_text(path))
    odd = text.detail if isinstance(text, Failed) and text.kind == "unreadable" else ""
    if odd and path is not None:
        # A go that is shown a FIFO waits for ever.
        file = unknown(msg("it cannot be read: {why}", why=odd), str(path))
        path = None
    else:
        file = (
            known(str(path), "GOENV")
            if path is not None
            else not_applicable(msg("there is no folder for it: no HOME, or GOENV=off"), "GOENV")
        )
    written = _entries(system, text)
    reported = await _ask_go(system, path, deadline)
    settings = _settings(system, written, reported)
    toolchain: Fact[GoToolchain]
    if isinstance(reported, Failed):
        toolchain = (
            not_applicable(msg("there is no go on PATH"), "PATH")
            if reported.kind == "missing"
            else unknown(msg("go did not answer: {why}", why=reported.detail), "go env")
        )
    else:
        version = reported.get("GOVERSION", "").removeprefix("go")
        where = system.which("go") or "go"
        toolchain = known(GoToolchain(path=where, version=version), "go env GOVERSION")
    cache = settings["GOMODCACHE"].value if "GOMODCACHE" in settings else _default_cache(system)
    return GoFacts(
        toolchain=toolchain,
        settings=known(settings, "go env" if isinstance(reported, Mapping) else str(path)),
        env_file=file,
        mod_cache=await in_time(deadline, _mod_cache(cache), "GOMODCACHE"),
    )


def env_file(system: System) -> Path | None:
    """Return the user's go/env file (os.UserConfigDir of Go), or None where Go uses none."""
    if chosen := system.env.get("GOENV"):
        return None if chosen == "off" else Path(chosen)
    if system.platform == "darwin":
        base = system.home and system.home / "Library" / "Application Support"
    elif system.platform == "win32":
        base = Path(system.env["AppData"]) if system.env.get("AppData") else None
    else:
        base = system.config_home()
    return None if base is None else base / "go" / "env"


def written_setting(system: System, name: str) -> str:
    """Return a setting as process or go/env file have it, without running go; else empty."""
    return system.env.get(name) or _written(system, env_file(system)).get(name, "")


def _written(system: System, path: Path | None) -> dict[str, str]:
    return _entries(system, None if path is None else system.read_text(path))


def _entries(system: System, text: str | Failed | None) -> dict[str, str]:
    if text is None or isinstance(text, Failed):
        return {}
    found = {entry.name: entry.value for entry in parse_go_env(text)}
    system.redactor.add(environment_secrets(found))
    return found


async def _ask_go(
    system: System, path: Path | None, deadline: Deadline
) -> Mapping[str, str] | Failed:
    """Run `go env` where it can neither switch toolchains nor write into the user's folders."""
    if system.which("go") is None:
        return Failed(kind="missing", detail="go")
    try:
        with tempfile.TemporaryDirectory(prefix="gomod-wizard-", ignore_cleanup_errors=True) as tmp:
            empty = await in_thread(lambda: _quiet_home(Path(tmp)))
            env = {
                **system.env,
                "GOTOOLCHAIN": "local",
                "GOFLAGS": "",
                "GOWORK": "off",
                "GOENV": "off" if path is None else str(path),
                "XDG_CONFIG_HOME": tmp,
                "GOCACHE": str(Path(tmp) / "build-cache"),  # `go env` makes the folder
                "PWD": str(empty),
            }
            if system.home is not None:
                env["HOME"] = str(system.home)
            result = await system.run(
                ("go", "env", "-json"),
                timeout_s=min(_GO_TIMEOUT_S, deadline.left()),
                env=env,
                cwd=empty,
            )
    except OSError as error:
        return Failed(kind="unreadable", detail=error.strerror or str(error))
    return result if isinstance(result, Failed) else _parsed(result)


def _quiet_home(tmp: Path) -> Path:
    """Make a configuration folder in which go's telemetry is off; return an empty folder."""
    telemetry = tmp / "go" / "telemetry"
    telemetry.mkdir(parents=True)
    telemetry.joinpath("mode").write_text("off")
    empty = tmp / "empty"
    empty.mkdir()
    return empty


def _parsed(result: Completed) -> Mapping[str, str] | Failed:
    if result.code != 0:
        return Failed(kind="unreadable", detail=clean_line(mask_credentials(result.err), 200))
    try:
        values = json.loads(result.out)
    except (ValueError, RecursionError):
        return Failed(kind="unreadable", detail=str(msg("go env printed no JSON")))
    if not isinstance(values, dict):
        return Failed(kind="unreadable", detail=str(msg("go env printed no JSON object")))
    return {str(name): str(value) for name, value in values.items()}


def _settings(
    system: System, written: Mapping[str, str], reported: Mapping[str, str] | Failed
) -> dict[str, GoSetting]:
    found: dict[str, GoSetting] = {}
    for name in NAMES:
        if value := system.env.get(name):
            found[name] = _setting(name, value, PROCESS)
        elif name in written:
            found[name] = _setting(name, written[name], ENV_FILE)
        elif isinstance(reported, Mapping) and name in reported:
            value = reported[name]
            if name in {"GOTOOLCHAIN", "GOFLAGS"}:
                # These two were set for the question itself.
                value = _goroot_default(system, reported.get("GOROOT", ""), name)
            found[name] = _setting(name, value, DEFAULT)
    return found


def _setting(name: str, value: str, origin: str) -> GoSetting:
    shown = _WITHOUT_ARGUMENTS.get(name, str)(value)
    return GoSetting(value=clean_line(_MASKS.get(name, mask_value)(shown)), origin=origin)


def _auth_programs(value: str) -> str:
    """Return a GOAUTH without the arguments of its programs, which may be tokens."""
    commands = []
    for command in value.split(";"):
        words = command.split()
        own = words[:1] in ([], ["off"], ["netrc"], ["git"])
        commands.append(" ".join(words) if own or len(words) == 1 else f"{words[0]} {MASK}")
    return "; ".join(commands)


_OPEN_FLAGS = frozenset(
    {"mod", "modfile", "modcacherw", "trimpath", "tags", "buildvcs", "buildmode", "p", "v", "x",
     "n", "a", "race", "msan", "asan", "cover", "covermode", "overlay", "pgo", "work", "C", "o",
     "count", "timeout", "short", "run", "parallel", "cpu", "json", "vet", "compiler", "pkgdir",
     "installsuffix", "linkshared", "insecure", "u", "d", "t"}
)  # fmt: skip
"""Flags of go whose values are shown; those of others (`-ldflags`, `-exec`) may hold a token."""
_OPEN_VALUE = re.compile(r"[\w.,:/+*-]{0,200}")
_SWITCHES = {"insecure", "modcacherw", "trimpath", "v", "x", "n", "a", "race", "u", "d", "t"}


def _plain_flags(value: str) -> str:
    """Return a GOFLAGS without the values that may be a secret: `-ldflags=-X=main.token=…`."""
    words = []
    for word in re.findall(r"'[^']*'|\"[^\"]*\"|\S+", value):
        bare = word[1:-1] if word[0] in "'\"" else word
        flag, equals, given = bare.partition("=")
        name = flag.lstrip("-")
        shown = name in _OPEN_FLAGS and _OPEN_VALUE.fullmatch(given) is not None
        if name in _SWITCHES:
            shown = given.lower() in {"true", "false", "1", "0"}
        hidden = not flag.startswith("-") or (equals and not shown)
        words.append(f"{flag}={MASK}" if equals and hidden else MASK if hidden else bare)
    return " ".join(words)


_MASKS = {"GOPROXY": mask_goproxy}
_WITHOUT_ARGUMENTS = {"GOAUTH": _auth_programs, "GOFLAGS": _plain_flags}


def _goroot_default(system: System, goroot: str, name: str) -> str:
    text = system.read_text(Path(goroot, "go.env")) if goroot else Failed(kind="missing")
    if not isinstance(text, Failed):
        for entry in parse_go_env(text):
            if entry.name == name:
                return entry.value
    return "auto" if name == "GOTOOLCHAIN" else ""


def _default_cache(system: System) -> str:
    gopath = system.env.get("GOPATH", "").split(":")[0]
    if not gopath:
        return "" if system.home is None else str(system.home / "go" / "pkg" / "mod")
    return f"{gopath}/pkg/mod"


async def _mod_cache(path: str) -> Fact[str]:
    if not path or not Path(path).is_absolute():
        return not_applicable(msg("there is no folder for it: no HOME and no GOPATH"), "GOMODCACHE")
    if not await in_thread(lambda: is_dir(Path(path))):
        return not_applicable(msg("no module was downloaded here yet"), path)
    return known(path, path)
