"""Real ansible-playbook over SSH on five machines at once: changed, unchanged, undone."""

from __future__ import annotations

import fcntl
import os
import pickle
import shutil

import pytest

from tests.fleet.machines import PROJECT
from tests.fleet.story import GONE, SECRET, Story, play

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(
        not hasattr(os, "getuid") or os.getuid() != 0 or shutil.which("unshare") is None,
        reason="machines of their own, in namespaces, need root",
    ),
]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """The story, played once a run: the tests may be spread over processes."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    told = shared / "fleet-story"
    with (shared / "fleet-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            story = play(tmp_path_factory.mktemp("fleet"))
            told.write_bytes(pickle.dumps(story))
        found: Story = pickle.loads(told.read_bytes())
    return found


def test_a_check_before_anything_is_installed_changes_nothing(story: Story) -> None:
    """Not even the program is installed."""
    assert story.files["looked"] == story.files["before"], story.recaps["looked"].output


def test_the_first_run_changes_every_machine_that_is_there(story: Story) -> None:
    """One is gone: it is told so, and no other waits for it."""
    recap = story.recaps["first"]
    assert recap.of("failed") == dict.fromkeys((*story.homes, GONE), 0), recap.output
    assert recap.of("unreachable") == {**dict.fromkeys(story.homes, 0), GONE: 1}
    assert all(recap.of("changed")[name] for name in story.homes)


def test_each_machine_gets_what_it_needs(story: Story) -> None:
    """The same answers, and what each machine itself can take of them."""
    project = (".dockerignore", "Dockerfile", "gomod-wizard.toml")
    for name, home in story.homes.items():
        files = [] if name == "three" else [f"{home}/{PROJECT}/{one}" for one in project]
        files += ["/etc/docker/daemon.json"] if name in ("one", "two", "four") else []
        files += [f"{home}/.config/go/env"] if name != "five" else []
        found = story.changed(name, "before", "first")
        assert {one for one in found if not one.endswith("/go.env")} == set(files)


def test_a_password_out_of_the_vault_is_shown_nowhere(story: Story) -> None:
    """Not by the most talkative run, and in no file of any machine."""
    assert story.holds_proxy, "the program was told of the proxy"
    assert not any(SECRET in recap.output for recap in story.recaps.values())
    assert story.holds_secret == []


def test_the_second_run_changes_nothing(story: Story) -> None:
    """Ansible says so, and the files say so."""
    recap = story.recaps["second"]
    assert recap.code == 0, recap.output
    assert set(recap.of("changed").values()) == {0}, recap.output
    assert story.files["second"] == story.files["first"]


def test_a_check_foresees_another_answer(story: Story) -> None:
    """The machines that have that answer in a file would change, the diff shows how."""
    recap = story.recaps["foreseen"]
    assert {name for name, n in recap.of("changed").items() if n} == {"one", "two", "four", "five"}
    assert recap.output.count('+    "mtu": 1380') == 3, recap.output
    assert story.files["foreseen"] == story.files["first"]


def test_without_root_it_stops_with_the_command_that_root_would_type(story: Story) -> None:
    """What the user may write is written, and both parts are taken back by the undo below."""
    recap = story.recaps["stopped"]
    assert recap.of("failed") == {"four": 1}, recap.output
    assert "sudo /opt/gomod-wizard/venv/bin/python" in recap.output


def test_a_check_of_the_undo_changes_nothing(story: Story) -> None:
    """Every machine would change."""
    recap = story.recaps["undo foreseen"]
    assert recap.code == 0, recap.output
    assert all(recap.of("changed").values()), recap.output
    assert story.files["undo foreseen"] == story.files["stopped"]


def test_an_undo_refuses_the_machine_whose_file_was_edited(story: Story) -> None:
    """It fails alone, and says which file."""
    recap = story.recaps["undone"]
    assert {name for name, n in recap.of("failed").items() if n} == {"two"}, recap.output
    assert "/etc/docker/daemon.json" in recap.output


def test_the_others_are_taken_back_to_the_byte(story: Story) -> None:
    """Bytes, modes and owners."""
    for name in ("one", "three", "four", "five"):
        assert story.changed(name, "before", "undone") == set()


def test_a_purge_leaves_no_trace(story: Story) -> None:
    """Neither journals nor the program, once the edited file is as it was."""
    recap = story.recaps["purged"]
    assert recap.code == 0, recap.output
    for name in story.homes:
        assert story.changed(name, "before", "purged") == set()
    assert not story.installed
