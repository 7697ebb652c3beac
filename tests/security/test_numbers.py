"""Numbers of thousands of digits, and digits that `int` does not take, give no traceback."""

from __future__ import annotations

import json

import pytest

from tests.detect.support import write
from tests.security.entrances import Place
from tests.security.test_bounds import detect
from wizard.cli import run
from wizard.route.versions import latest_of

LONG = "9" * 6_000
SQUARED = "1\u00b2"

ANSWERS = ("mtu={n}", "address_pools=10.9.0.0/16:{n}", "base_image=golang:1.{n}",
           "bip=10.9.0.1/{n}", "http_proxy=http://h:{n}")  # fmt: skip
FILES = {
    "go line": ("go.mod", "module a.example/app\n\ngo 1.{n}\n"),
    "toolchain": ("go.mod", "module a.example/app\n\ngo 1.25\n\ntoolchain go1.{n}.0\n"),
    "version": ("go.mod", "module a.example/app\n\ngo 1.25\n\nrequire rsc.io/quote v1.{n}.0\n"),
    "image": ("Dockerfile", "FROM golang:1.{n}\nCOPY . .\nRUN go mod download\n"),
    "profile": ("gomod-wizard.toml", "[answers]\nmtu = {n}\n"),
    "profile's text": ("gomod-wizard.toml", '[answers]\nmtu = "{n}"\n'),
}


@pytest.mark.parametrize("number", [LONG, SQUARED], ids=["long", "squared"])
@pytest.mark.parametrize("name", FILES)
def test_a_number_in_a_project_file(
    name: str, number: str, place: Place, capfd: pytest.CaptureFixture[str]
) -> None:
    file, text = FILES[name]
    write(place.project, {file: text.format(n=number)})
    for command in ("detect", "plan"):
        code = detect(place, command=command)
        document = json.loads(capfd.readouterr().out)
        assert code == 0 or document["error"]["where"]
        assert "int_max_str" not in json.dumps(document)


@pytest.mark.parametrize("number", [LONG, SQUARED], ids=["long", "squared"])
@pytest.mark.parametrize("key", ANSWERS)
def test_a_number_in_an_answer(
    key: str, number: str, place: Place, capfd: pytest.CaptureFixture[str]
) -> None:
    words = ["plan", "--project", str(place.project), "--timeout", "1", "--json",
             "--set", key.format(n=number)]  # fmt: skip
    code = run(words, start_wizard=lambda session: 0, system=place.system)
    said = capfd.readouterr()
    assert code in (0, 2)
    assert "int_max_str" not in said.out + said.err


@pytest.mark.parametrize("where", ["etc/docker/daemon.json"])
def test_a_number_in_a_file_of_the_machine(
    where: str, place: Place, capfd: pytest.CaptureFixture[str]
) -> None:
    write(place.system.root, {where: f'{{"mtu": {LONG}}}'})
    assert detect(place) == 0
    assert "int_max_str" not in capfd.readouterr().out


def test_versions_of_a_mirror_are_compared_however_long_their_numbers_are() -> None:
    assert latest_of(["v1.2.0", f"v1.{LONG}.0", "v1.10.0"]) == f"v1.{LONG}.0"
    assert latest_of(["v1.9.0", "v1.10.0"]) == "v1.10.0"
    assert latest_of([f"v1.0.0-{LONG}", "v1.0.0-9"]) == f"v1.0.0-{LONG}"
