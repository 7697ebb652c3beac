"""`generate` writes into its folder and touches nothing else."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from tests.apply.faults import FailingDisk
from tests.apply.hosts import artifact
from wizard.apply import generate
from wizard.apply.types import Action
from wizard.errors import ForbiddenError, UnsafeError, UsageError
from wizard.render.types import Artifact, Scope, Whole


def made(name: str, text: str) -> Artifact:
    return artifact(name, Scope.PROJECT, "", Whole(text=text), standalone=text)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if not path.name.startswith(".gomod-wizard")}


def test_every_artifact_is_written_under_its_name(tmp_path: Path) -> None:
    out = tmp_path / "a" / "out"
    changes = generate((made("Dockerfile", "FROM x\n"), made("certs.d/h/hosts.toml", "y")), out)
    assert [change.action for change in changes] == [Action.CREATE, Action.CREATE]
    assert (out / "Dockerfile").read_text() == "FROM x\n"
    assert (out / "certs.d/h/hosts.toml").read_text() == "y"


def test_its_own_files_are_updated_and_the_same_ones_left(tmp_path: Path) -> None:
    generate((made("a", "1"), made("b", "1")), tmp_path / "out")
    changes = generate((made("a", "1"), made("b", "2")), tmp_path / "out")
    assert [(change.artifact, change.action) for change in changes] == [("b", Action.UPDATE)]
    assert generate((made("a", "1"), made("b", "2")), tmp_path / "out") == ()


def test_a_file_of_somebody_elses_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "b").write_text("mine")
    with pytest.raises(UnsafeError, match="did not write"):
        generate((made("a", "1"), made("b", "1")), tmp_path)
    assert names(tmp_path) == {"b"}
    assert (tmp_path / "b").read_text() == "mine"


def test_a_generated_file_that_was_edited_is_refused(tmp_path: Path) -> None:
    generate((made("a", "1"),), tmp_path)
    (tmp_path / "a").write_text("1 and mine")
    with pytest.raises(UnsafeError):
        generate((made("a", "2"),), tmp_path)


def test_a_link_in_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("x")
    (tmp_path / "a").symlink_to("target")
    with pytest.raises(UnsafeError, match="no regular file"):
        generate((made("a", "1"),), tmp_path)


def test_a_name_that_climbs_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        generate((made("../a", "1"),), tmp_path / "out")


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    assert len(generate((made("a", "1"),), tmp_path / "out", dry_run=True)) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_file_as_the_folder_is_wrong_usage_and_called_a_file(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(UsageError, match="a file, not a folder") as caught:
        generate((made("a", "1"),), tmp_path / "out")
    assert caught.value.where == str(tmp_path / "out")


@pytest.mark.parametrize("taken", ["out", "out/certs.d"])
def test_a_file_on_the_way_is_called_a_file(tmp_path: Path, taken: str) -> None:
    (tmp_path / taken).parent.mkdir(exist_ok=True)
    (tmp_path / taken).write_text("mine")
    with pytest.raises(ForbiddenError, match=f"{taken} is a file, not a folder"):
        generate((made("certs.d/a", "1"),), (tmp_path / taken).parent / Path(taken).name / "x")


def test_a_generated_folder_whose_place_a_file_took_is_named(tmp_path: Path) -> None:
    (tmp_path / "certs.d").write_text("mine")
    with pytest.raises(ForbiddenError, match=r"certs\.d is a file, not a folder"):
        generate((made("certs.d/a", "1"),), tmp_path)
    assert names(tmp_path) == {"certs.d"}


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no /proc")
def test_a_place_where_no_folder_can_be_made_is_named_whole_and_once() -> None:
    with pytest.raises(ForbiddenError) as caught:
        generate((made("a", "1"),), Path("/proc/x"))
    assert caught.value.where == "/proc/x"
    assert "x" not in str(caught.value.message).split(":")[0]
    assert "none can be made there" in str(caught.value.message)


@pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS, errno.ENOENT])
def test_what_helps_is_another_folder_and_no_flag_that_generate_lacks(
    tmp_path: Path, code: int
) -> None:
    with pytest.raises(ForbiddenError) as caught:
        generate((made("a", "1"),), tmp_path / "out", disk=FailingDisk(1, code))
    assert "--out another folder" in str(caught.value.hint)
    assert "--scope" not in str(caught.value.hint)


def test_a_folder_whose_name_is_too_long_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(ForbiddenError, match="longer than the file system allows"):
        generate((made("a", "1"),), tmp_path / ("a" * 300))


@pytest.mark.parametrize("at", range(1, 16))
def test_after_a_full_disk_it_is_said_whether_anything_was_written(tmp_path: Path, at: int) -> None:
    out = tmp_path / "out"
    out.mkdir()
    said = ""
    try:
        generate((made("a", "1"), made("b", "2")), out, disk=FailingDisk(at, errno.ENOSPC))
    except ForbiddenError as error:
        said = str(error.message)
    assert "everything is as it was" not in said or not names(out)
    assert not list(out.glob(".*new")), "half a file stays"
    generate((made("a", "1"), made("b", "2")), out)
    assert names(out) == {"a", "b"}
