"""`generate` writes into its folder and touches nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.apply.hosts import artifact
from wizard.apply import generate
from wizard.apply.types import Action
from wizard.errors import UnsafeError, UsageError
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
