"""Artifacts and files that hold no text are refused in words, and never with a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.apply.hosts import Host, artifact, go_env
from wizard.apply import commit, generate, plan_changes
from wizard.apply.generating import MANIFEST
from wizard.errors import UnsafeError, UsageError
from wizard.render.types import Artifact, Block, Content, DockerfileBlock, JsonKeys, Scope, Whole
from wizard.render.types import TomlKeys as Toml

NO_TEXT = ["\udcff", "\ud800", "a\0b"]


def contents(bad: str) -> dict[str, Content]:
    return {
        "whole": Whole(text=f"a {bad}\n"),
        "block": Block(lines=(f"!{bad}",)),
        "dockerfile": DockerfileBlock(stage="build", lines=(f"RUN {bad}",)),
        "json": JsonKeys(keys={"dns": [bad]}),
        "json-key": JsonKeys(keys={bad: {"a": 1}}),
        "toml": Toml(table="answers", keys={"goauth": bad}),
    }


@pytest.mark.parametrize("bad", NO_TEXT)
@pytest.mark.parametrize("kind", list(contents("")))
@pytest.mark.parametrize("there", [True, False])
async def test_an_artifact_that_is_no_text_is_refused_by_its_name(
    host: Host, bad: str, kind: str, there: bool
) -> None:
    if there:
        stands = {"json": "{}", "json-key": "{}", "dockerfile": "FROM golang AS build\n"}
        (host.project / "file").write_text(stands.get(kind, ""))
    one = artifact("file", Scope.PROJECT, "file", contents(bad)[kind], standalone=bad)
    found = await plan_changes(host.system, host.project, (one,))
    assert found.changes == ()
    (refusal,) = found.refusals
    assert "no text" in str(refusal.message)
    assert "gomod-wizard plan" in str(refusal.hint)


@pytest.mark.parametrize("bad", NO_TEXT)
async def test_a_go_variable_that_is_no_text_is_refused(host: Host, bad: str) -> None:
    found = await plan_changes(host.system, host.project, (go_env(host, GOPRIVATE=bad),))
    assert "no text" in str(found.refusals[0].message)


@pytest.mark.parametrize("bad", NO_TEXT)
def test_generate_refuses_what_is_no_text_and_writes_nothing(tmp_path: Path, bad: str) -> None:
    one = artifact("a", Scope.PROJECT, "a", Whole(text="x"), standalone="fine\n")
    two = artifact("b", Scope.PROJECT, "b", Whole(text="x"), standalone=bad)
    with pytest.raises(UsageError, match="no text"):
        generate((one, two), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


async def test_bytes_of_the_users_that_are_no_utf8_stay_in_an_ignore_file(host: Host) -> None:
    (host.project / ".dockerignore").write_bytes(b"caf\xe9\n")
    one = artifact(".dockerignore", Scope.PROJECT, ".dockerignore", Block(lines=("!go.sum",)))
    await commit(host.system, host.project, await plan_changes(host.system, host.project, (one,)))
    assert (host.project / ".dockerignore").read_bytes().startswith(b"caf\xe9\n")


async def test_a_half_character_that_json_escapes_stays_as_it_is_written(host: Host) -> None:
    text = '{"proxies": {"default": {"noProxy": "\\ud800"}}}'
    (host.project / "c.json").write_text(text)
    keys = JsonKeys(keys={"proxies": {"default": {"httpProxy": "http://p:1"}}})
    found = await plan_changes(
        host.system, host.project, (artifact("c.json", Scope.PROJECT, "c.json", keys),)
    )
    assert b'"\\ud800"' in (found.changes[0].after or b"")


@pytest.mark.parametrize("manifest", ["[" * 100_000, '{"sha256": 1}', "\x00"])
def test_a_manifest_of_somebody_elses_making_proves_nothing(tmp_path: Path, manifest: str) -> None:
    (tmp_path / MANIFEST).write_text(manifest)
    (tmp_path / "a").write_text("mine")
    one: Artifact = artifact("a", Scope.PROJECT, "a", Whole(text="x"), standalone="x")
    with pytest.raises(UnsafeError, match="did not write"):
        generate((one,), tmp_path)


async def test_a_project_whose_name_is_no_text_is_applied_and_undone(host: Host) -> None:
    from wizard.apply import history, undo

    project = host.project.with_name("p\udcffj")
    project.mkdir()
    one = artifact("a", Scope.PROJECT, "a", Whole(text="# gomod-wizard\n"))
    await commit(host.system, project, await plan_changes(host.system, project, (one,)))
    assert (project / "a").exists()
    assert history(host.system)[0].project == str(project)
    await undo(host.system)
    assert not (project / "a").exists()
