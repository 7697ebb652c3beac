"""What cannot be read or joined safely is reported with its place, and left alone."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from tests.apply.faults import in_child
from tests.apply.hosts import Host, artifact, daemon_json, furnish, whole_plan
from wizard.apply import commit, plan_changes
from wizard.apply.disk import Disk, Folder
from wizard.apply.types import Action, Refusal
from wizard.errors import ForbiddenError, UnsafeError
from wizard.render.types import Artifact, Block, JsonKeys, Scope, TomlKeys, Whole


def ignore_file() -> Artifact:
    return artifact(".dockerignore", Scope.PROJECT, ".dockerignore", Block(lines=("!go.sum",)))


def docker_config(host: Host) -> Artifact:
    keys = {"proxies": {"default": {"noProxy": "x"}}}
    return artifact(
        "docker-config.json", Scope.USER, host.home / ".docker/config.json", JsonKeys(keys=keys)
    )


async def refusal(host: Host, one: Artifact) -> Refusal:
    found = await plan_changes(host.system, host.project, (one,))
    assert found.changes == ()
    (only,) = found.refusals
    return only


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'{\n  "a": 1,\n}', "line 2, column 9: a comma before the closing }"),
        (b'{\n  // no\n}', "line 2, column 3: a comment"),
        (b'\xef\xbb\xbf{}', "line 1, column 1: it starts with a byte order mark"),
        (b'{\n "a": "\xff"}', "line 2, column 8: it is not UTF-8 text"),
    ],
)  # fmt: skip
async def test_a_broken_json_file_is_named_with_line_and_column(
    host: Host, data: bytes, words: str
) -> None:
    (host.root / "etc/docker/daemon.json").write_bytes(data)
    assert words in str((await refusal(host, daemon_json({"mtu": 1400}))).message)


async def test_a_broken_toml_file_is_named_with_line_and_column(host: Host) -> None:
    (host.project / "p.toml").write_text("a = 1\nb = = 2\n")
    found = await refusal(host, artifact("p", Scope.PROJECT, "p.toml", TomlKeys(table="", keys={})))
    assert "line 2, column 5: " in str(found.message)


async def test_a_binary_file_gets_no_block(host: Host) -> None:
    (host.project / ".dockerignore").write_bytes(b"a\nb\0")
    assert "line 2, column 2: it is not a text file" in str(
        (await refusal(host, ignore_file())).message
    )


async def test_one_refusal_does_not_keep_the_others_from_being_compared(host: Host) -> None:
    furnish(host)
    (host.root / "etc/docker/daemon.json").write_bytes(b"nonsense")
    found = await plan_changes(host.system, host.project, whole_plan(host))
    assert (len(found.changes), len(found.refusals)) == (5, 1)


async def test_only_the_wanted_scopes_are_compared(host: Host) -> None:
    found = await plan_changes(host.system, host.project, whole_plan(host), (Scope.USER,))
    assert [change.artifact for change in found.changes] == ["docker-config.json"]


async def test_an_artifact_without_a_path_is_only_generated(host: Host) -> None:
    nowhere = artifact("go-env.ps1", Scope.USER, "", Whole(text="x"))
    assert (await plan_changes(host.system, host.project, (nowhere,))).changes == ()


async def test_a_link_out_of_the_project_is_refused(host: Host) -> None:
    secret = host.home / ".bashrc"
    secret.write_text("mine\n")
    (host.project / ".dockerignore").symlink_to(secret)
    assert (await refusal(host, ignore_file())).unsafe


async def test_a_folder_link_out_of_the_project_is_refused(host: Host) -> None:
    (host.project / "ci").symlink_to(host.home)
    one = artifact("ci.yml", Scope.PROJECT, "ci/ci.yml", Whole(text="# gomod-wizard\n"))
    assert (await refusal(host, one)).unsafe


async def test_a_path_that_climbs_out_of_the_project_is_refused(host: Host) -> None:
    one = artifact("x", Scope.PROJECT, "../x", Whole(text="# gomod-wizard\n"))
    assert (await refusal(host, one)).unsafe


async def test_a_link_inside_the_project_is_followed_and_stays_a_link(host: Host) -> None:
    (host.project / "ignore").write_text("a\n")
    (host.project / ".dockerignore").symlink_to("ignore")
    found = await plan_changes(host.system, host.project, (ignore_file(),))
    assert found.changes[0].path == str(host.project / "ignore")
    assert "is a link" in str(found.changes[0].notes[0])
    await commit(host.system, host.project, found)
    assert (host.project / ".dockerignore").is_symlink()
    assert "!go.sum" in (host.project / "ignore").read_text()


async def test_the_users_linked_dotfile_is_followed(host: Host) -> None:
    dotfiles = host.home / "dotfiles"
    dotfiles.mkdir()
    (dotfiles / "config.json").write_text("{}\n")
    (host.home / ".docker").mkdir()
    (host.home / ".docker/config.json").symlink_to(dotfiles / "config.json")
    found = await plan_changes(host.system, host.project, (docker_config(host),))
    assert found.changes[0].path == str(dotfiles / "config.json")


async def test_a_link_that_leads_nowhere_is_refused(host: Host) -> None:
    (host.project / ".dockerignore").symlink_to("gone")
    assert "leads nowhere" in str((await refusal(host, ignore_file())).message)


async def test_a_fifo_is_refused_and_not_waited_for(host: Host) -> None:
    os.mkfifo(host.project / ".dockerignore")
    assert "no regular file" in str((await refusal(host, ignore_file())).message)


async def test_a_folder_in_the_place_of_a_file_is_refused(host: Host) -> None:
    (host.project / ".dockerignore").mkdir()
    assert (await refusal(host, ignore_file())).unsafe


async def test_a_file_in_the_place_of_a_folder_is_refused(host: Host) -> None:
    (host.home / ".docker").write_text("")
    assert "should be" in str((await refusal(host, docker_config(host))).message)


async def test_a_file_larger_than_any_configuration_is_refused(host: Host) -> None:
    with (host.project / ".dockerignore").open("wb") as file:
        file.truncate(9 * 1024 * 1024)
    assert "larger than" in str((await refusal(host, ignore_file())).message)


async def test_a_whole_file_of_somebody_else_is_refused(host: Host) -> None:
    (host.project / "Dockerfile").write_text("FROM scratch\n")
    one = artifact("Dockerfile", Scope.PROJECT, "Dockerfile", Whole(text="FROM golang\n"))
    found = await refusal(host, one)
    assert found.unsafe
    assert "did not write it" in str(found.message)


async def test_a_whole_file_of_this_program_is_updated(host: Host) -> None:
    first = artifact("ci.json", Scope.PROJECT, "ci.json", Whole(text="[1]\n"))
    await commit(host.system, host.project, await plan_changes(host.system, host.project, (first,)))
    second = artifact("ci.json", Scope.PROJECT, "ci.json", Whole(text="[2]\n"))
    found = await plan_changes(host.system, host.project, (second,))
    assert [change.action for change in found.changes] == [Action.UPDATE]


async def test_a_file_that_changed_since_it_was_shown_is_not_written(host: Host) -> None:
    furnish(host)
    found = await plan_changes(host.system, host.project, whole_plan(host))
    (host.project / "Dockerfile").write_text("FROM scratch\n")
    before = host.files()
    with pytest.raises(UnsafeError, match="changed since it was shown"):
        await commit(host.system, host.project, found)
    assert host.files() == before


def test_a_pipe_that_is_laid_in_after_the_diff_is_not_waited_for(host: Host) -> None:
    async def write() -> None:
        furnish(host)
        found = await plan_changes(host.system, host.project, whole_plan(host))
        (host.project / "Dockerfile").unlink()
        os.mkfifo(host.project / "Dockerfile")
        signal.alarm(20)  # ends a process that waits for who writes into the pipe
        with pytest.raises(UnsafeError, match="changed since it was shown"):
            await commit(host.system, host.project, found)

    assert in_child(write) == 0


async def test_a_link_that_is_swapped_in_after_the_diff_leads_nowhere(host: Host) -> None:
    found = await plan_changes(host.system, host.project, (ignore_file(),))
    away = host.home / "away"
    host.project.rename(host.project.with_name("moved"))
    away.mkdir()
    host.project.symlink_to(away)
    with pytest.raises((UnsafeError, ForbiddenError)):
        await commit(host.system, host.project, found)
    assert list(away.iterdir()) == []


async def test_a_project_that_is_read_only_is_forbidden_with_nothing_written(
    host: Host,
) -> None:
    found = await plan_changes(host.system, host.project, whole_plan(host))
    locked = replace(
        found, changes=tuple(replace(change, needs_root=True) for change in found.changes)
    )
    with pytest.raises(ForbiddenError, match="nothing was written"):
        await commit(host.as_user(1234).system, host.project, locked)
    assert host.files() == {}


def test_reading_never_follows_a_swapped_link(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("secret")
    (tmp_path / "link").symlink_to("target")
    with Folder(Path(os.path.realpath(tmp_path))) as folder, pytest.raises(OSError):  # noqa: PT011
        Disk().read(folder, "link", 10)
