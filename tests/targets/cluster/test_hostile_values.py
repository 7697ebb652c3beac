"""Names that mean something to YAML, to a shell or to Kubernetes arrive as they are."""

from __future__ import annotations

import shlex
import subprocess
import tempfile
from pathlib import Path

import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.plan.facts_builder import facts, module, project_facts
from tests.render.plans import plan
from tests.targets.cluster.manifests import (
    artifacts,
    container,
    documents,
    environment,
    expanded,
    find,
    pod_spec,
    text,
    words,
)
from wizard.facts.project import Workspace
from wizard.plan.types import Plan
from wizard.render.targets.cluster.pods import expansion_safe
from wizard.render.targets.cluster.scripts import FILES, module_files, preload

_NAMES = st.text(
    st.sampled_from("ab .-_$()`'\"\\#:{}[]&*!|>%@,é汉\u202e") | st.characters(codec="utf-8"),
    min_size=1,
    max_size=10,
).filter(lambda n: "/" not in n and n.strip(". ") and n == n.strip() and n.isprintable())


def monorepo(name: str) -> Plan:
    return plan(
        facts(
            project=project_facts(
                modules=(module(), module(f"svc/{name}", path="example.com/svc")),
                workspace=Workspace(path="go.work", uses=(".", f"svc/{name}"), go="1.24",
                                    has_sum=False),
                main_packages=(f"svc/{name}",),
            )
        )
    )  # fmt: skip


@given(st.text(st.sampled_from("$()aHOME \\{}'\"")))
@example("$(HOME)$$(HOME)$")
def test_kubernetes_expands_nothing_of_what_is_meant_as_it_is(value: str) -> None:
    assert expanded(expansion_safe(value), {"HOME": "/tmp", "": "x"}) == value


@settings(max_examples=30)
@given(
    st.from_regex(r"[a-z]{1,6}\.example(/[a-zA-Z0-9~!$&'()*+;=_.-]{1,12})?", fullmatch=True),
    st.from_regex(r"git\.example/[a-zA-Z0-9$()'{}#!_.-]{1,12}", fullmatch=True),
)
def test_mirrors_and_patterns_arrive_in_the_file_and_in_the_variables(
    mirror: str, pattern: str
) -> None:
    decided = plan(goproxy=f"https://{mirror}", goprivate=pattern)
    found = documents(decided, "kubernetes")
    goenv = find(found, "ConfigMap", "gomod-app-network")["data"]["goenv"].splitlines()
    assert f"GOPROXY=https://{mirror}" in goenv
    assert f"GOPRIVATE={pattern}" in goenv
    env = environment(container(find(found, "Pod", "gomod-app-build")["spec"], "go"), {})
    assert env["GOPRIVATE"] == pattern


@settings(max_examples=30)
@given(_NAMES)
@example("$(touch pwned)`x`")
@example('it\'s "so" \\')
@example("a b")
def test_folders_of_a_project_reach_every_place_as_they_are(name: str) -> None:
    decided = monorepo(name)
    with tempfile.TemporaryDirectory() as folder:
        given_files, work = Path(folder) / "files", Path(folder) / "work"
        given_files.mkdir()
        work.mkdir()
        for file in module_files(decided):
            (given_files / file.key).write_text(file.place)
        script = preload(decided).replace(FILES, str(given_files))
        # In place of the download: where it would run, and what lies there.
        script = "\n".join((*script.splitlines()[:-1], 'pwd && echo "$work"'))
        done = subprocess.run(
            ["sh", "-c", script],
            env={"PATH": "/usr/bin:/bin", "TMPDIR": str(work)},
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
        )
        where, top = done.stdout.splitlines()
        assert where == f"{top}/src"
        placed = {str(p.relative_to(top)) for p in Path(top).rglob("*") if p.is_file()}
        assert f"src/svc/{name}/go.mod" in placed
        assert sorted(p.name for p in Path(folder).iterdir()) == ["files", "work"]


@settings(max_examples=30)
@given(_NAMES)
@example("$(HOME)")
def test_every_file_stays_yaml_and_every_word_of_a_builder_whole(name: str) -> None:
    decided = monorepo(name)
    for file in artifacts(decided):
        assert list(yaml.safe_load_all(text(file)))
    for tool in ("buildkit", "kaniko", "buildah"):
        found = documents(decided, f"{tool}-job")
        pod = pod_spec(find(found, "Job", f"gomod-app-{tool}"))
        for one in (container(pod, tool), container(pod, "modules")):
            assert all(words(one, {"HOME": "/nowhere"}))


def test_the_script_of_buildah_is_one_command_whatever_the_names_are() -> None:
    decided = plan(base_image="registry.corp.example/golang:1.24")
    script = find(documents(decided, "buildah-job"), "ConfigMap", "gomod-app-buildah")["data"]
    line = next(li for li in script["build.sh"].splitlines() if li.startswith("buildah build"))
    assert "BASE_IMAGE=registry.corp.example/golang:1.24" in shlex.split(line)
