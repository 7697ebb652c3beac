"""`report` as a command: stdout, files, what it shows with `--full` only."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema

from tests.cli.conftest import Command
from wizard.system import System

SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "report.schema.json"


def test_markdown_goes_to_stdout(command: Command) -> None:
    ended = command("report")
    assert ended.code == 0, ended.err
    assert ended.out.startswith("# Network access for Go builds in containers\n")


def test_html_and_csv_go_into_the_files_that_were_named(command: Command, tmp_path: Path) -> None:
    page, table = tmp_path / "report.html", tmp_path / "hosts.csv"
    ended = command("report", "--html", str(page), "--csv", str(table))
    assert ended.code == 0, ended.err
    assert page.read_text().startswith("<!doctype html>")
    assert table.read_text().startswith("host,port,for,seen,observed at")


def test_a_file_that_cannot_be_written_is_exit_3(command: Command, tmp_path: Path) -> None:
    ended = command("report", "--html", str(tmp_path / "missing" / "report.html"))
    assert ended.code == 3


def test_the_document_fits_its_schema(command: Command) -> None:
    document = command("report", "--json").json
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(document)
    assert document["needs"]


def test_a_proxys_password_is_nowhere(command: Command, machine: System, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    proxied = {**machine.env, "GOPROXY": "https://mirror.example.test",
               "HTTPS_PROXY": "http://dev:pass-4@127.0.0.1:9"}  # fmt: skip
    system = replace(machine, env=proxied)
    argv = ("report", "--full", "--json", "--html", str(page))
    ended = command(*argv, system=system)
    assert ended.code == 0, ended.err
    assert "127.0.0.1" in page.read_text()
    assert "pass-4" not in ended.out + ended.err + page.read_text()
