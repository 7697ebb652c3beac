"""Mirrors of Docker Hub that a machine names, and the images that a build needs."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.detect.support import write
from wizard.detect import Request, contacts
from wizard.detect.project import read_project
from wizard.detect.registries_named import hub_locations, named_mirrors, usable_url
from wizard.detect.registries_needed import needed_images, without_local
from wizard.facts.registries import ImageRole, MissingImage
from wizard.rules.image_reference import parse_image_reference
from wizard.system import System


@pytest.mark.parametrize(
    ("name", "complete"),
    [
        ("golang", "docker.io/library/golang:latest"),
        ("golang:1.27", "docker.io/library/golang:1.27"),
        ("docker/dockerfile:1", "docker.io/docker/dockerfile:1"),
        ("docker.io/golang:1", "docker.io/library/golang:1"),
        ("index.docker.io/library/golang:1", "docker.io/library/golang:1"),
        ("localhost/x", "localhost/x:latest"),
        ("mirror.corp:5000/a/b:2", "mirror.corp:5000/a/b:2"),
        ("golang:1@sha256:" + "a" * 64, "docker.io/library/golang@sha256:" + "a" * 64),
    ],
)
def test_an_images_name_is_completed_as_docker_completes_it(name: str, complete: str) -> None:
    assert str(parse_image_reference(name)) == complete


@pytest.mark.parametrize(
    "name", ["scratch", "", "${BASE}", "Golang", "a:b:c", "x@sha256:1", "a//b"]
)
def test_what_names_no_image_is_none(name: str) -> None:
    assert parse_image_reference(name) is None


@given(st.text(max_size=80))
def test_any_text_is_an_image_or_none_and_a_complete_name_stays(text: str) -> None:
    found = parse_image_reference(text)
    assert found is None or parse_image_reference(str(found)) == found


def test_registries_conf_names_mirrors_and_a_place_instead_of_docker_hub() -> None:
    text = """
[[registry]]
prefix = "docker.io"
location = "hub.corp.example"
[[registry.mirror]]
location = "mirror.corp.example/hub"
[[registry.mirror]]
location = "plain.corp.example"
insecure = true
[[registry]]
location = "quay.io"
[[registry.mirror]]
location = "quay.corp.example"
"""
    assert hub_locations(text) == ("mirror.corp.example/hub", "hub.corp.example")


@given(st.text(max_size=200))
def test_any_registries_conf_is_read_without_an_exception(text: str) -> None:
    assert isinstance(hub_locations(text), tuple)


@given(st.recursive(st.none() | st.booleans() | st.text(max_size=9), st.lists, max_leaves=9))
def test_any_entry_of_daemon_json_is_a_mirror_or_none(value: object) -> None:
    assert usable_url(value) is None or isinstance(value, str)


@pytest.mark.parametrize(
    "url", ["mirror.corp", "ftp://m", "https://u:p@m", "https://m?x=1", "https://m:x", "https://"]
)
def test_a_mirror_that_dockerd_would_refuse_is_left_out(url: str) -> None:
    assert usable_url(url) is None


def test_the_engines_own_mirrors_come_first_and_each_one_once(machine: System) -> None:
    write(
        machine.root,
        {
            "etc/containers/registries.conf.d/10-corp.conf": '[[registry]]\nprefix = "docker.io"\n'
            'location = "c.example"\n'
        },
    )
    daemon = {"registry-mirrors": ["https://b.example", "https://a.example"]}
    found = named_mirrors(machine, ("https://a.example/",), daemon, "/etc/docker/daemon.json")

    assert [one.url for one in found] == [
        "https://a.example",
        "https://b.example",
        "https://c.example",
    ]


def _needed(machine: System, folder: Path, dockerfile: str | None) -> tuple[MissingImage, ...]:
    files = {"go.mod": "module example.test/app\n\ngo 1.26.1\n"}
    if dockerfile is not None:
        files["Dockerfile"] = dockerfile
    write(folder, files)
    return needed_images(machine, folder, read_project(machine, folder, ""))


def test_a_dockerfile_needs_the_images_of_its_stages_and_of_its_copies(
    machine: System, tmp_path: Path
) -> None:
    text = """# syntax=docker/dockerfile:1
ARG GO=1.27
FROM golang:${GO} AS build
RUN --mount=type=bind,from=tools.corp/lint:2,target=/lint go build
FROM build AS test
FROM scratch
COPY --from=build /app /app
COPY --from=busybox:1 /bin/sh /sh
"""
    found = _needed(machine, tmp_path / "app", text)

    assert [(one.reference, one.role) for one in found] == [
        ("docker.io/docker/dockerfile:1", ImageRole.SYNTAX),
        ("docker.io/library/golang:1.27", ImageRole.BASE),
        ("tools.corp/lint:2", ImageRole.BASE),
        ("docker.io/library/busybox:1", ImageRole.BASE),
    ]


def test_a_syntax_line_that_was_dropped_is_still_looked_for(
    machine: System, tmp_path: Path
) -> None:
    text = "# replaced by gomod-wizard: # syntax=docker/dockerfile:1\nFROM scratch\n"
    found = _needed(machine, tmp_path / "app", text)

    assert [one.role for one in found] == [ImageRole.SYNTAX]


def test_without_a_dockerfile_the_image_of_the_go_line_is_needed(
    machine: System, tmp_path: Path
) -> None:
    found = _needed(machine, tmp_path / "app", None)

    assert [(one.name, one.role) for one in found] == [("golang:1.26-bookworm", ImageRole.PLANNED)]


def _image(name: str, role: ImageRole = ImageRole.BASE) -> MissingImage:
    reference = parse_image_reference(name)
    assert reference is not None
    return MissingImage(name=name, reference=str(reference), registry=reference.registry, role=role)


@pytest.mark.parametrize(
    ("name", "role", "local", "here"),
    [
        ("golang:1.27", ImageRole.BASE, "golang:1.27", True),
        ("golang:1.27", ImageRole.BASE, "docker.io/library/golang:1.27", True),
        ("golang:1.27", ImageRole.BASE, "golang:1.28", False),
        ("golang:1.27", ImageRole.BASE, "mirror.corp/library/golang:1.27", False),
        ("golang:1.27", ImageRole.PLANNED, "golang:1.28-alpine", True),
        ("golang:1.27", ImageRole.PLANNED, "golang:1.26", False),
    ],
)
def test_an_image_is_here_by_its_whole_name_and_a_planned_one_by_its_go(
    name: str, role: ImageRole, local: str, here: bool
) -> None:
    assert (without_local((_image(name, role),), (local,)) == ()) is here


async def test_whom_a_look_may_ask_is_told_without_asking(machine: System, tmp_path: Path) -> None:
    write(tmp_path / "app", {"Dockerfile": "FROM golang:1\nFROM r.corp.example/base:1\n"})
    write(
        machine.root,
        {"etc/docker/daemon.json": '{"registry-mirrors": ["https://m.corp.example"]}'},
    )

    found = await contacts(machine, Request(project=tmp_path / "app"))

    assert {
        "https://registry-1.docker.io",
        "https://auth.docker.io",
        "https://m.corp.example",
        "https://r.corp.example",
    } <= set(found)
