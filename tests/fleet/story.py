"""What is done with the fleet, in this order, and what stands on each machine after it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.fleet.machines import PROJECT, Controller, Files, Host, Recap, fleet, wheels

GONE = "gone"
"""In the inventory, and nobody listens there."""
SECRET = "Made-Up-7f3a"
PROXY = "127.0.0.1:3128"
ANSWERS = ("goproxy=https://mirror.corp.example/go,direct", "mtu=1400", "bip=10.200.0.1/24")
INSTALLED = "/opt/gomod-wizard"
JOURNAL = ("/.local/state/gomod-wizard", "/var/lib/gomod-wizard")


@dataclass
class Story:
    """Every run of Ansible, and every file that was ever written on a machine, after it."""

    homes: Mapping[str, str]
    """Of whose files it is about, by machine."""
    recaps: dict[str, Recap] = field(default_factory=dict)
    files: dict[str, Mapping[str, Files]] = field(default_factory=dict)
    holds_secret: list[str] = field(default_factory=list)
    """The files in which the proxy's password stands after the first run."""
    holds_proxy: list[str] = field(default_factory=list)
    """The files in which its address stands."""
    installed: list[str] = field(default_factory=list)
    """The machines that still have the program at the end."""

    def changed(self, machine: str, one: str, other: str) -> set[str]:
        """The files of a machine that differ between two moments."""
        before, after = self.files[one][machine], self.files[other][machine]
        both = {*before, *after}
        return {path for path in both if before.get(path) != after.get(path)}


def play(here: Path) -> Story:
    """Look, set up, again, look, once without root, edit by hand, take back, and the rest."""
    with fleet(here) as (hosts, controller):
        _generate(controller, hosts, here)
        story = Story({name: host.home for name, host in hosts.items()})

        def look(moment: str, *, without: tuple[str, ...] = JOURNAL) -> None:
            story.files[moment] = {
                name: host.files(without=("/gomod-wizard/venv/", *without))
                for name, host in hosts.items()
            }

        def run(moment: str, playbook: str, *flags: str) -> None:
            story.recaps[moment] = recap = controller.play(playbook, *flags)
            (here / f"{moment}.log").write_text(recap.output)

        look("before", without=())
        run("looked", "site.yml", "--check", "--diff")
        look("looked", without=())
        run("first", "site.yml", "--diff", "-vvv")
        look("first")
        for host in hosts.values():
            story.holds_secret += host.holding(SECRET)
        story.holds_proxy = hosts["five"].holding(PROXY)
        present = f"--limit=!{GONE}"
        run("second", "site.yml", present)
        look("second")
        other = '{"gomod_wizard_host_answers": {"mtu": 1380}}'
        run("foreseen", "site.yml", present, "--check", "--diff", "-e", other)
        look("foreseen")
        command = f"gomod_wizard_command={INSTALLED}/venv/bin/gomod-wizard"
        no_root = ("-e", command, "-e", "gomod_wizard_become=false")
        run("stopped", "site.yml", "--limit=four", "-e", other, *no_root)
        look("stopped")
        run("undo foreseen", "undo.yml", present, "--check")
        look("undo foreseen")
        edited = hosts["two"].machine.path("/etc/docker/daemon.json")
        written = edited.read_bytes()
        edited.write_bytes(written + b"\n\n")
        run("undone", "undo.yml", present)
        look("undone")
        edited.write_bytes(written)
        run("purged", "undo.yml", present, "-e", "gomod_wizard_purge=true")
        look("purged", without=())
        story.installed = [
            name
            for name, host in hosts.items()
            for place in (INSTALLED, f"{host.home}/.local/share/gomod-wizard")
            if host.machine.path(place).exists()
        ]
        return story


def _generate(controller: Controller, hosts: Mapping[str, Host], here: Path) -> None:
    """The folder that a user has: generated, then what their own machines need in host_vars."""
    project = here / "project"
    project.mkdir()
    (project / "go.mod").write_text("module example.org/app\n\ngo 1.25\n")
    (project / "main.go").write_text("package main\n\nfunc main() {}\n")
    controller.run(
        sys.executable, "-m", "wizard", "generate", "--out", str(here / "out"), "--timeout", "1",
        "--with", "ansible", "--option", f"hosts={','.join((*hosts, GONE))}",
        *(word for answer in ANSWERS for word in ("--set", answer)), cwd=project,
    ).must()  # fmt: skip
    folder = controller.folder / "host_vars"
    folder.mkdir()
    (folder / f"{GONE}.yml").write_text("ansible_host: 10.77.0.1\nansible_user: root\n")
    archive = wheels(here)
    for name, host in hosts.items():
        lines = [
            f"ansible_host: {host.address}",
            f"ansible_user: {host.connects}",
            f"gomod_wizard_source: {archive}",
            "gomod_wizard_timeout: 20",
            "gomod_wizard_restart: never",
        ]
        if host.connects != host.owner:
            lines.append(f"gomod_wizard_user: {host.owner}")
        if name == "three":
            lines.append("gomod_wizard_become: false")
        if name == "five":
            lines.append(
                f"gomod_wizard_environment: {{HTTPS_PROXY: 'http://dev:{SECRET}@{PROXY}'}}"
            )
        if name != "three":
            lines.append(f"gomod_wizard_project: {host.home}/{PROJECT}")
        (folder / f"{name}.yml").write_text("\n".join(lines) + "\n")
