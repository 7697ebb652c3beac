"""The role as Ansible's own programs read it: the engine, its linter, yamllint."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.plan.facts_builder import facts, proxy_facts
from tests.render.plans import plan
from wizard.plan.types import Answer, Origin, Plan
from wizard.render import render
from wizard.render.targets import render_targets
from wizard.render.targets.options import Options
from wizard.render.types import Artifact

BIN = Path(sys.executable).parent
FOLDER = "deploy/ansible/"
GROUP_VARS = "group_vars/gomod_wizard.yml"
HOSTS = "dev-01.corp.example,dev-02.corp.example"

_HOSTILE = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.lists(
        st.sampled_from(
            [
                *("#jinja2:", "{{", "}}", "{%", "%}", "{#", "#}", "lookup('pipe','id')", "yes"),
                *("!unsafe", "!vault", "'", '"', "\\", "\n", "\t", " ", ": ", " #", "- "),
                *("$(id)", "`id`", "@@{version}", "é", "\x85"),
            ]
        ),
        max_size=8,
    ).map("".join),
)  # fmt: skip

READ_BACK = """
- hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - ansible.builtin.copy:
        dest: "{{ playbook_dir }}/read.json"
        content: "{{ read | to_json }}"
      vars:
        read: >-
          {{ groups.fleet | map('extract', hostvars, 'gomod_wizard_answers')
          | map('combine', {}) }}
"""


def artifacts(wanted: Plan, hosts: str = HOSTS) -> Mapping[str, Artifact]:
    """Return what `--with ansible` writes, by its path in the playbook's folder."""
    options = Options({"hosts": Answer(text=hosts, origin=Origin.FLAG)})
    found = render_targets(wanted, ["ansible"], options)
    return {artifact.path.removeprefix(FOLDER): artifact for artifact in found}


def write(wanted: Plan, folder: Path) -> None:
    """Write the playbook's folder."""
    for path, artifact in artifacts(wanted).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(artifact.standalone)


def run(folder: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    """Run one of Ansible's programs in `folder`, with nothing of the developer's own."""
    env = {"PATH": f"{BIN}:/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    env |= {"ANSIBLE_LOCAL_TEMP": str(folder / ".tmp"), "NO_COLOR": "1"}
    return subprocess.run(
        [str(BIN / argv[0]), *argv[1:]], cwd=folder, env=env, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip


def said(reason: str) -> Plan:
    """Return a plan with an unsafe answer, and `reason` as its free text."""
    made = plan(goproxy="https://mirror.corp.example/go,direct", mtu="1400", userland_proxy="false")
    return replace(made, inputs=replace(made.inputs, waiver=(reason, "2099-12-31")))


@pytest.fixture
def playbook(tmp_path: Path) -> Path:
    write(said("until the new mirror is there: {{ soon }}"), tmp_path)
    return tmp_path


@settings(max_examples=6)
@given(st.lists(_HOSTILE, min_size=1, max_size=40))
@example(
    ["{{ 7 * 7 }}", "{% raw %}", "{# note #}", "{{ lookup('pipe', 'id') }}", "", "null", "1.30"]
)
@example(
    ["#jinja2: variable_start_string: '[['\n[[ 7 * 7 ]]", "yes", "=", "<<", "2026-08-01", "0o7"]
)
def test_ansible_reads_every_text_as_it_is_and_runs_none(texts: Sequence[str]) -> None:
    """A host each, so that one run of the real engine reads them all."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "host_vars").mkdir()
        for number, text in enumerate(texts):
            rendered = artifacts(said(text))[GROUP_VARS].standalone
            (folder / f"host_vars/h{number}.yml").write_text(rendered)
        hosts = "".join(f"h{number}\n" for number in range(len(texts)))
        (folder / "inventory").write_text(f"[fleet]\n{hosts}")
        (folder / "read.yml").write_text(READ_BACK)
        done = run(folder, "ansible-playbook", "-i", "inventory", "read.yml")
        assert done.returncode == 0, done.stdout + done.stderr
        read = json.loads((folder / "read.json").read_text())
    assert [answers["reason"] for answers in read] == list(texts)


def test_the_linter_finds_nothing(playbook: Path) -> None:
    """ansible-lint, by the strictest of its profiles."""
    done = run(playbook, "ansible-lint", "--offline", "--profile", "production", ".")
    assert done.returncode == 0, done.stdout + done.stderr


def test_yamllint_finds_nothing(playbook: Path) -> None:
    done = run(playbook, "yamllint", "--strict", "inventory.yml", "group_vars", "site.yml",
               "undo.yml", "roles")  # fmt: skip
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["site.yml", "undo.yml"])
def test_the_engine_reads_the_playbooks(playbook: Path, name: str) -> None:
    done = run(playbook, "ansible-playbook", "--syntax-check", name)
    assert done.returncode == 0, done.stderr


def test_the_inventory_names_the_machines(playbook: Path) -> None:
    done = run(playbook, "ansible-inventory", "--list")
    assert json.loads(done.stdout)["gomod_wizard"]["hosts"] == HOSTS.split(",")


def test_the_machines_are_answered_as_colleagues_are() -> None:
    """What goes to the fleet is what the project's profile says, and nothing else."""
    made = said("why")
    profile = next(one for one in render(made) if one.name == "gomod-wizard.toml")
    answers = yaml.safe_load(artifacts(made)[GROUP_VARS].standalone)["gomod_wizard_answers"]
    assert answers == tomllib.loads(profile.standalone)["answers"]


def test_no_secret_reaches_the_fleet() -> None:
    """The password stands in the environment of whoever made the plan."""
    own = facts(proxy=proxy_facts(https="http://dev:Made-Up-1@proxy.corp.example:3128"))
    made = plan(own, https_proxy="http://proxy.corp.example:3128")
    assert "Made-Up-1" in str(made.https_proxy.value and made.https_proxy.value.reveal())
    text = "".join(artifact.standalone for artifact in artifacts(made).values())
    assert "proxy.corp.example:3128" in text
    assert "Made-Up-1" not in text


def test_a_project_that_is_not_there_runs_nothing_elsewhere(playbook: Path) -> None:
    """Ansible itself would go on in the folder that the connection begins in."""
    program = playbook / "program"
    program.write_text(f"#!/bin/sh\npwd >{playbook}/ran-in\n")
    program.chmod(0o755)
    module = ("localhost", "-c", "local", "-M", "roles/gomod_wizard/library", "-m", "gomod_wizard")
    given = f"action=apply command={program} project={playbook}/src/ap"
    done = run(playbook, "ansible", *module, "-a", given)
    assert f"there is no folder {playbook}/src/ap" in done.stdout
    assert not (playbook / "ran-in").exists()
