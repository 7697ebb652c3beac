"""`watch`: a real change of a network of its own, and the texts that start it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from wizard.moves.notifying import notify
from wizard.system import System

ROOT = Path(__file__).parents[2]
needs_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("unshare") is None,
    reason="a network of its own needs root and unshare",
)


@dataclass
class Watched:
    """A watch in a network namespace that has loopback alone."""

    process: subprocess.Popen[str]

    def ip(self, *argv: str) -> None:
        inside = ("nsenter", "--net", "--target", str(self.process.pid), "ip", *argv)
        subprocess.run(inside, check=True, timeout=20)

    def plug(self, name: str) -> None:
        """Make a link that is up, with nobody at its other end."""
        self.ip("link", "add", name, "type", "veth", "peer", "name", "far")
        self.ip("link", "set", name, "up")
        self.ip("link", "set", "far", "up")

    def join_a_network(self) -> None:
        """Give the namespace a link, an address and a way out that leads nowhere."""
        self.plug("eth7")
        self.ip("address", "add", "192.0.2.7/24", "dev", "eth7")
        self.ip("route", "add", "default", "via", "192.0.2.1")


@pytest.fixture
def more() -> tuple[str, ...]:
    """Flags of one test's watch."""
    return ()


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """What a service manager gives: nothing of a shell's."""
    catalogue = tmp_path / "home" / ".config" / "gomod-wizard" / "mirrors.toml"
    catalogue.parent.mkdir(parents=True, exist_ok=True)
    catalogue.write_text('shipped = false\n[[mirror]]\nname = "x"\nurl = "https://127.0.0.1:9"\n')
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path / "home"), "GOPROXY": "off",
            "PYTHONPATH": str(ROOT), "DOCKER_HOST": f"unix://{tmp_path}/none"}  # fmt: skip


def _argv(project: Path, *words: str) -> list[str]:
    return ["unshare", "--net", sys.executable, "-m", "wizard", *words, "--timeout", "1",
            "--project", str(project)]  # fmt: skip


@pytest.fixture
def watched(project: Path, environment: dict[str, str], more: tuple[str, ...]) -> Iterator[Watched]:
    process = subprocess.Popen(
        [*_argv(project, "watch", "--once", "--json"), *more],
        env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    assert process.stderr is not None
    assert "waiting" in process.stderr.readline()
    try:
        yield Watched(process)
    finally:
        process.kill()
        process.communicate()


@needs_root
def test_a_new_way_out_wakes_the_watch(watched: Watched) -> None:
    watched.join_a_network()
    out, _ = watched.process.communicate(timeout=60)
    document = json.loads(out)
    assert document["network"]["fingerprint"]["gateways"] == ["192.0.2.1"]
    assert watched.process.returncode == 1
    assert document["stale"]


@needs_root
@pytest.mark.parametrize("more", [("--notify",)])
def test_without_a_desktop_the_watch_says_so_and_goes_on(watched: Watched) -> None:
    """Nobody listens on the bus that notify-send would ask, and there may be no notify-send."""
    watched.join_a_network()
    out, err = watched.process.communicate(timeout=60)
    assert "no way to notify" in err
    assert json.loads(out)["stale"]
    assert watched.process.returncode == 1


@needs_root
def test_a_link_without_a_way_out_is_not_judged(watched: Watched) -> None:
    watched.plug("wg7")
    out, _ = watched.process.communicate(timeout=60)
    assert out == ""
    assert watched.process.returncode == 0


def test_an_endless_watch_prints_no_document(command: Command) -> None:
    ended = command("watch", "--json")
    assert ended.code == 2
    assert "--once" in ended.err


def test_an_unattended_refresh_needs_a_yes(command: Command) -> None:
    ended = command("watch", "--refresh")
    assert ended.code == 2
    assert "--yes" in ended.err


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze")
def test_systemd_reads_the_unit_and_the_folders_odd_name(command: Command, tmp_path: Path) -> None:
    odd = tmp_path / 'my "go" 100% $HOME \\ project'
    odd.mkdir()
    (odd / "go.mod").write_text("module example.org/app\n")
    shown = command("watch", "--unit", "systemd", where=odd)
    assert shown.code == 0
    unit = tmp_path / "gomod-wizard.service"
    unit.write_text(shown.out)
    read = subprocess.run(
        ["systemd-analyze", "verify", "--user", "--man=no", str(unit)],
        capture_output=True, text=True, timeout=60,
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path)},
    )  # fmt: skip
    assert read.returncode == 0, read.stderr
    assert "gomod-wizard.service" not in read.stderr


@pytest.mark.parametrize(("program", "told"), [("true", True), ("false", False)])
def test_a_notification_counts_where_the_desktop_took_it(
    machine: System, tmp_path: Path, program: str, told: bool
) -> None:
    """notify-send ends with 1 where no desktop listens on the bus."""
    found = shutil.which(program)
    assert found is not None
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "notify-send").symlink_to(found)
    there = replace(machine, env={**machine.env, "PATH": str(tmp_path / "bin")})
    assert asyncio.run(notify(there, "title", "text")) is told


def test_launchd_gets_the_project_as_one_word(command: Command, tmp_path: Path) -> None:
    import plistlib

    odd = tmp_path / "a <b> & 'c'"
    odd.mkdir()
    (odd / "go.mod").write_text("module example.org/app\n")
    read = plistlib.loads(command("watch", "--unit", "launchd", where=odd).out.encode())
    # launchd.plist(5), KeepAlive as a dictionary of conditions: SuccessfulExit false restarts it
    # after a failure alone.
    assert set(read) == {"Label", "ProgramArguments", "RunAtLoad", "KeepAlive"}
    assert read["KeepAlive"] == {"SuccessfulExit": False}
    assert read["ProgramArguments"][-1] == str(odd.resolve())


@pytest.mark.parametrize("shell", [name for name in ("bash", "zsh", "fish") if shutil.which(name)])
def test_the_hook_speaks_at_the_prompt_after_a_change(
    command: Command, tmp_path: Path, shell: str
) -> None:
    calls = {
        "bash": ("_gomod_wizard_moved", "_GOMOD_WIZARD_HERE=other"),
        "zsh": ("_gomod_wizard_moved", "_GOMOD_WIZARD_HERE=other"),
        "fish": ("_gomod_wizard_moved", "set --global _gomod_wizard_here other"),
    }
    call, change = calls[shell]
    script = tmp_path / "hook"
    script.write_text("\n".join([command("watch", "--hook", shell).out, call, call, change, call]))
    ended = subprocess.run(
        [shell, str(script)], capture_output=True, text=True, timeout=60,
        env={**os.environ, "HOME": str(tmp_path)},
    )  # fmt: skip
    assert ended.returncode == 0
    assert ended.stderr.count("the network changed") == 1


@pytest.fixture
def organisation(tmp_path: Path) -> Path:
    """A preset in force, as a file that the organisation may change."""
    file = tmp_path / "preset.toml"
    _say(file, "https://old.corp.example")
    setting = tmp_path / "home" / ".config" / "gomod-wizard" / "preset.toml"
    setting.parent.mkdir(parents=True, exist_ok=True)
    setting.write_text(f'source = "{file}"\n')
    return file


def _say(file: Path, goproxy: str) -> None:
    file.write_text(
        'schema = "gomod-wizard/preset/1"\norganisation = "Example Corp"\nversion = 1\n'
        f'[answers]\ngoproxy = "{goproxy}"\n'
    )


@needs_root
def test_a_watch_reads_the_organisations_preset_anew(organisation: Path, watched: Watched) -> None:
    _say(organisation, "https://new.corp.example")
    watched.join_a_network()
    out, err = watched.process.communicate(timeout=60)
    assert "https://new.corp.example" in out, err
    assert "https://old.corp.example" not in out


@pytest.fixture
def proxied(project: Path, environment: dict[str, str]) -> Path:
    """The answers of a project that was set up in a shell which has a proxy."""
    shell = {**environment, "HTTPS_PROXY": "http://proxy.corp.example:3128"}
    argv = _argv(project, "apply", "--yes", "--scope", "user,project", "--set", "mtu=1400")
    subprocess.run(argv, env=shell, check=True, capture_output=True, timeout=60)
    return project / "gomod-wizard.toml"


@needs_root
@pytest.mark.parametrize("more", [("--refresh", "--yes")])
def test_a_watch_that_has_no_proxy_of_the_shells_refreshes_nothing(
    proxied: Path, watched: Watched
) -> None:
    before = proxied.read_bytes()
    watched.join_a_network()
    out, err = watched.process.communicate(timeout=60)
    assert "written with the proxy http://proxy.corp.example:3128" in err
    assert "mtu" in [row["key"] for row in json.loads(out)["stale"]]
    assert proxied.read_bytes() == before
    assert watched.process.returncode == 1
