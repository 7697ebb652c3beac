"""The diff that a person reads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.apply.hosts import DOCKER_CONFIG
from wizard.apply import diff, unified_diff
from wizard.apply.types import Action, Change, ChangeSet
from wizard.render.types import Scope


def change(before: bytes | None, after: bytes | None, action: Action = Action.UPDATE) -> Change:
    return Change(
        path="/etc/docker/daemon.json",
        scope=Scope.SYSTEM,
        action=action,
        artifact="daemon.json",
        before=before,
        after=after,
        mode=0o644,
        needs_root=False,
    )


def test_an_update_has_both_paths_and_the_changed_lines() -> None:
    assert unified_diff(change(b"a\nb\n", b"a\nc\n")) == (
        "--- /etc/docker/daemon.json\n+++ /etc/docker/daemon.json\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n"
    )


def test_a_new_file_comes_from_nowhere_and_a_removed_one_goes_there() -> None:
    assert unified_diff(change(None, b"a\n")).startswith("--- /dev/null\n+++ /etc/")
    assert unified_diff(change(b"a\n", None)).splitlines()[1] == "+++ /dev/null"


def test_a_missing_newline_at_the_end_is_said() -> None:
    assert unified_diff(change(b"a", b"a\n")).splitlines()[3:] == [
        "-a",
        "\\ No newline at end of file",
        "+a",
    ]


def test_a_binary_is_only_named() -> None:
    assert unified_diff(change(b"\0", b"a")) == "Binary file /etc/docker/daemon.json differs\n"


def test_terminal_escapes_of_a_file_are_shown_and_not_obeyed() -> None:
    assert "\x1b" not in unified_diff(change(b"\x1b[2J\n", b"x\n"))


def test_credentials_are_masked() -> None:
    shown = unified_diff(
        change(DOCKER_CONFIG, DOCKER_CONFIG.replace(b"}\n}", b'},\n "x": "http://u:pw@h"\n}'))
    )
    assert "c2VjcmV0" not in shown
    assert "pw" not in shown
    assert '"auth": "***"' in shown


@pytest.mark.parametrize("word", ['"auth', "TOKEN", "a", "http://a:", "x y "])
def test_a_hostile_line_is_cut_and_costs_no_minutes(word: str) -> None:
    shown = unified_diff(change(b"a\n", (word * 500_000).encode()))
    assert max(len(line) for line in shown.splitlines()) < 5_000


def test_variables_that_hold_tokens_are_masked() -> None:
    shown = unified_diff(change(b"", b"ENV GITHUB_TOKEN=ghp_abc A=1\nexport MY_PASSWORD='x y'\n"))
    assert "ghp_abc" not in shown
    assert "x y" not in shown
    assert "A=1" in shown


def test_a_restart_is_named_as_a_program_to_run() -> None:
    run = Change(
        path="systemctl restart docker",
        scope=Scope.SYSTEM,
        action=Action.RUN,
        artifact="daemon.json",
        before=None,
        after=None,
        mode=0,
        needs_root=True,
    )
    assert diff(ChangeSet(changes=(run,), refusals=())) == "# run: systemctl restart docker\n"


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_any_bytes_give_whole_lines(before: bytes, after: bytes) -> None:
    shown = unified_diff(change(before, after))
    assert shown == "" or shown.endswith("\n")
    assert shown or before == after
