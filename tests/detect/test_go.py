"""The area `go`: settings with their origin, asked of a real go and read without one."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.detect.support import only, program, soon, with_env, write
from wizard.detect.go import detect_go, env_file
from wizard.facts.base import State
from wizard.facts.go import GoFacts
from wizard.system import System

_GO = shutil.which("go", path=str(Path(sys.executable).parent))


def _with_go(machine: System) -> System:
    if _GO is None:
        pytest.skip("no go beside this Python")
    return with_env(machine, PATH=str(Path(_GO).parent))


async def _without_go(machine: System, tmp_path: Path, **env: str) -> GoFacts:
    return await detect_go(with_env(machine, **only(tmp_path / "bin"), **env), soon())


async def test_without_go_the_process_and_the_env_file_are_read(
    machine: System, home: Path, tmp_path: Path
) -> None:
    write(home, {".config/go/env": "GOPROXY=https://file\nGOSUMDB=off\n"})

    facts = await _without_go(machine, tmp_path, GOPROXY="https://process")

    settings = facts.settings.or_else({})
    assert facts.toolchain.state is State.NOT_APPLICABLE
    assert {name: (s.value, s.origin) for name, s in settings.items()} == {
        "GOPROXY": ("https://process", "process"),
        "GOSUMDB": ("off", "go/env file"),
    }


async def test_an_empty_value_of_the_process_falls_through_to_the_file(
    machine: System, home: Path, tmp_path: Path
) -> None:
    write(home, {".config/go/env": "GOPROXY=https://file\n"})

    facts = await _without_go(machine, tmp_path, GOPROXY="")

    assert facts.settings.or_else({})["GOPROXY"].value == "https://file"


async def test_credentials_in_a_setting_are_masked(machine: System, tmp_path: Path) -> None:
    facts = await _without_go(machine, tmp_path, GOPROXY="https://dev:pw1@nexus.corp/go,direct")

    assert "pw1" not in repr(facts)


async def test_without_a_home_there_is_no_env_file(machine: System, tmp_path: Path) -> None:
    homeless = System(
        env=only(tmp_path / "bin"), home=None, uid=1000, root=machine.root, platform="linux"
    )

    facts = await detect_go(homeless, soon())

    assert facts.env_file.state is State.NOT_APPLICABLE
    assert facts.mod_cache.state is State.NOT_APPLICABLE


async def test_a_go_that_fails_is_an_unknown_fact(machine: System, tmp_path: Path) -> None:
    program(tmp_path / "bin", "go", "echo broken >&2; exit 3")

    facts = await _without_go(machine, tmp_path)

    assert facts.toolchain.state is State.UNKNOWN
    assert "broken" in str(facts.toolchain.reason)


async def test_the_module_cache_is_known_once_it_is_there(
    machine: System, home: Path, tmp_path: Path
) -> None:
    (home / "go/pkg/mod").mkdir(parents=True)

    facts = await _without_go(machine, tmp_path)

    assert facts.mod_cache.value == str(home / "go/pkg/mod")


@pytest.mark.parametrize(
    ("platform", "env", "path"),
    [
        ("linux", {}, ".config/go/env"),
        ("linux", {"XDG_CONFIG_HOME": "HOME/x"}, "x/go/env"),
        ("darwin", {}, "Library/Application Support/go/env"),
        ("linux", {"GOENV": "HOME/mine"}, "mine"),
    ],
)
def test_the_env_file_lies_where_go_looks_for_it(
    machine: System, home: Path, platform: str, env: dict[str, str], path: str
) -> None:
    chosen = {name: value.replace("HOME", str(home)) for name, value in env.items()}
    system = System(env=chosen, home=home, uid=1, root=machine.root, platform=platform)

    assert env_file(system) == home / path


def test_goenv_off_means_no_file(machine: System) -> None:
    assert env_file(with_env(machine, GOENV="off")) is None


@pytest.mark.go
async def test_a_real_go_tells_its_version_and_defaults(machine: System) -> None:
    facts = await detect_go(_with_go(machine), soon())

    settings = facts.settings.or_else({})
    assert facts.toolchain.value is not None
    assert facts.toolchain.value.version.startswith("1.")
    assert settings["GOPROXY"].origin == "default"
    assert settings["GOTOOLCHAIN"].value == "auto"


@pytest.mark.go
async def test_a_real_go_takes_the_users_env_file(machine: System, home: Path) -> None:
    write(home, {".config/go/env": "GOPRIVATE=git.corp.example\nGOTOOLCHAIN=local\n"})

    settings = (await detect_go(_with_go(machine), soon())).settings.or_else({})

    assert (settings["GOPRIVATE"].value, settings["GOPRIVATE"].origin) == (
        "git.corp.example",
        "go/env file",
    )
    assert settings["GOTOOLCHAIN"].value == "local"


@pytest.mark.go
async def test_asking_a_real_go_writes_nothing_into_the_home(machine: System, home: Path) -> None:
    await detect_go(_with_go(machine), soon())

    assert os.listdir(home) == []


@pytest.mark.parametrize(
    ("flags", "shown"),
    [
        ("-mod=vendor -trimpath", "-mod=vendor -trimpath"),
        ("-insecure=Zq7-hunter2", "-insecure=***"),
        ("-insecure", "-insecure"),
        ("'-ldflags=-X main.token=Zq7-hunter2' -v", "-ldflags=*** -v"),
        ("--exec=run,Zq7-hunter2", "--exec=***"),
        ("-modfile=https://u:Zq7-hunter2@h/go.mod", "-modfile=***"),
        ("-made-up=Zq7-hunter2 Zq7-hunter2", "-made-up=*** ***"),
    ],
)
async def test_a_flag_is_shown_without_what_may_be_a_secret(
    machine: System, flags: str, shown: str
) -> None:
    facts = await detect_go(with_env(machine, GOFLAGS=flags), soon())
    settings = facts.settings.value
    assert settings is not None
    assert settings["GOFLAGS"].value == shown
