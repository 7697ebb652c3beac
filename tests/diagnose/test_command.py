"""`gomod-wizard diagnose`: what it prints and how it ends."""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from wizard.cli.commands.diagnose import diagnose
from wizard.cli.context import Context
from wizard.cli.output import Output
from wizard.detect.request import Request
from wizard.errors import UsageError
from wizard.plan.types import KEYS
from wizard.session import Session
from wizard.system import System

SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "diagnose.schema.json"
LOG = """\
Step 1/3 : FROM golang:1.23 AS build
 ---> 0123456789ab
Step 2/3 : RUN go mod download
 ---> Running in 0123456789ab
go: m.example/a@v1: Get "https://dev:hidden@p.example/x": dial tcp: lookup p.example: no such host
The command '/bin/sh -c go mod download' returned a non-zero code: 1
"""


@dataclass(frozen=True)
class Ended:
    code: int
    out: str

    @property
    def json(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.out)
        return document


Run = Callable[..., Any]


@pytest.fixture
def run(machine: System, tmp_path: Path) -> Run:
    """Run the command on a file name."""

    async def call(file: str, *, as_json: bool = False, form: str = "text") -> Ended:
        stdout = io.StringIO()
        context = Context(
            session=Session(system=machine, request=Request(project=tmp_path), answers={}),
            output=Output(json_mode=as_json, color=False, stdout=stdout),
            flags=argparse.Namespace(file=file, format=form),
            ask=None,
        )
        code = await diagnose(context)
        return Ended(code=int(code), out=stdout.getvalue())

    return call


@pytest.fixture
def log(tmp_path: Path) -> str:
    path = tmp_path / "build.log"
    path.write_text(LOG)
    return str(path)


async def test_a_fault_ends_in_exit_code_1_and_a_clean_log_in_0(
    run: Run, log: str, tmp_path: Path
) -> None:
    clean = tmp_path / "clean.log"
    clean.write_text("Successfully built 0123456789ab\n")
    assert (await run(log)).code == 1
    assert (await run(str(clean))).code == 0


async def test_an_empty_log_is_refused_and_not_called_green(run: Run, tmp_path: Path) -> None:
    empty = tmp_path / "empty.log"
    empty.touch()
    with pytest.raises(UsageError, match="the log is empty"):
        await run(str(empty))


async def test_the_document_fits_its_schema_and_names_step_cause_and_key(
    run: Run, log: str
) -> None:
    document = (await run(log, as_json=True)).json
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(document)
    (fault,) = document["faults"]
    assert document["step"] == {
        "number": "2/3", "instruction": "RUN go mod download", "stage": "build",
    }  # fmt: skip
    assert (fault["cause"], fault["class"]) == ("dns-failure", "network")
    assert fault["evidence"][0]["line"] == 5
    assert fault["cure"]["decision"] in KEYS


@pytest.mark.parametrize("form", ["text", "github", "gitlab"])
async def test_no_form_shows_the_logs_credentials(run: Run, log: str, form: str) -> None:
    shown = (await run(log, form=form)).out
    assert "dns-failure" in shown
    assert "hidden" not in shown


async def test_github_gets_one_command_a_fault_on_one_line(run: Run, log: str) -> None:
    (line,) = (await run(log, form="github")).out.splitlines()
    head, _, body = line.removeprefix("::error ").partition("::")
    assert line.startswith("::error ")
    assert f"file={log}" in head
    assert "line=5" in head
    assert "%0A" in body


async def test_gitlab_gets_a_code_quality_report(run: Run, log: str) -> None:
    (row,) = json.loads((await run(log, form="gitlab")).out)
    assert row["check_name"] == "dns-failure"
    assert row["location"] == {"path": log, "lines": {"begin": 5}}
    assert len(row["fingerprint"]) == 64


async def test_gitlab_gets_an_empty_report_where_nothing_failed(run: Run, tmp_path: Path) -> None:
    clean = tmp_path / "clean.log"
    clean.write_text("all well\n")
    assert json.loads((await run(str(clean), form="gitlab")).out) == []


async def test_a_log_on_stdin_is_read(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(LOG.encode())))
    ended = await run("-", as_json=True)
    assert ended.code == 1
    assert ended.json["source"] == "stdin"


@pytest.mark.parametrize("kind", ["missing", "folder"])
async def test_a_log_that_cannot_be_read_is_wrong_usage(
    run: Run, tmp_path: Path, kind: str
) -> None:
    name = tmp_path / "nothing" if kind == "missing" else tmp_path
    with pytest.raises(UsageError) as caught:
        await run(str(name))
    assert caught.value.code == 2
    assert caught.value.where == str(name)


async def test_the_text_shows_line_cure_and_what_was_ruled_out(run: Run, log: str) -> None:
    shown = (await run(log)).out
    assert "2/3 [build] RUN go mod download" in shown
    assert "line 5: go: m.example/a@v1" in shown
    assert "cure:" in shown
    assert "not connection-refused" in shown


@pytest.mark.parametrize(
    "data",
    [b"\x00\x01\x02\x03" * 50, b"\x1f\x8b\x08\x00" + bytes(range(128, 256)) * 3,
     bytes(range(256)) * 40],
    ids=["zeros", "gzip", "every-byte"],
)  # fmt: skip
async def test_what_is_no_text_is_refused_and_not_called_green(
    run: Run, tmp_path: Path, data: bytes
) -> None:
    name = tmp_path / "build.log"
    name.write_bytes(data)
    with pytest.raises(UsageError, match="not a text") as caught:
        await run(str(name))
    assert (caught.value.code, caught.value.where) == (2, str(name))


async def test_a_log_of_another_encoding_is_a_text(run: Run, tmp_path: Path) -> None:
    name = tmp_path / "build.log"
    name.write_bytes("正在下载模块，一切正常\r\n".encode("gbk") * 20)
    assert (await run(str(name))).code == 0


HERE = "FROM golang:1.23 AS build\nCOPY . .\nRUN go mod download\n"
ELSEWHERE = "FROM golang:1.23 AS build\nRUN go build ./...\n"


@pytest.mark.parametrize(("dockerfile", "looks"), [(HERE, True), (ELSEWHERE, False)])
async def test_this_machine_is_looked_at_where_the_log_is_of_this_project(
    run: Run, log: str, tmp_path: Path, dockerfile: str, looks: bool
) -> None:
    (tmp_path / "Dockerfile").write_text(dockerfile)
    assert (await run(log, as_json=True)).json["live"] is looks


async def test_nobody_looks_at_this_machine_for_a_log_from_elsewhere(run: Run, log: str) -> None:
    assert (await run(log, as_json=True)).json["live"] is False


async def test_a_log_that_begins_with_a_hole_is_read(run: Run, tmp_path: Path) -> None:
    log = tmp_path / "build.log"
    log.write_bytes(b"\0" * 4096 + b"\n" + LOG.encode())
    assert (await run(str(log), as_json=True)).json["faults"][0]["cause"] == "dns-failure"
