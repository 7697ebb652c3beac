"""The demo plays everything, touches nothing, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import jsonschema
import pytest

from tests.demo.conftest import ROOT, Demo, tree

GONE_S = 30.0
"""A limit against a hanging test, no measure of anything."""


@pytest.mark.parametrize(
    ("words", "input"),
    [((), ""), (("--json",), ""), (("--plain",), "1\n1\n"), (("apply", "--yes"), "")],
    ids=["bare", "json", "plain", "a command"],
)
def test_nothing_of_the_user_changes_and_nothing_stays(
    demo: Demo, environment: Mapping[str, str], temporary: Path, words: tuple[str, ...], input: str
) -> None:
    before = tree(Path(environment["HOME"]))
    ended = demo(*words, input=input)
    assert ended.code == 0, ended.err
    assert tree(Path(environment["HOME"])) == before
    assert list(temporary.iterdir()) == []


def test_it_says_first_that_it_is_a_demo(demo: Demo) -> None:
    assert demo("plan").err.splitlines()[0].startswith("This is a demo")


def test_each_bad_mirror_is_found_out_by_its_name(demo: Demo) -> None:
    found = demo("mirrors", "--prove", "--json").json["mirrors"]
    assert {
        one["url"].split("/")[2].split(".")[0]: one["reason"] or one["state"] for one in found
    } == {
        "goproxy": "ok",
        "far": "ok",
        "captive": "not-a-module-proxy",
        "blocked": "http-403",
        "altered": "hash-mismatch",
        "inspected": "tls-untrusted",
        "dead": "proxy-refused",
    }


def test_its_document_fits_its_schema_and_undoes_every_file_it_wrote(demo: Demo) -> None:
    document = demo("--json").json
    schema = json.loads((ROOT / "docs" / "schemas" / "demo.schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(document)
    written = {one["path"] for one in document["changes"] if one["action"] != "run"}
    assert len(written) > 4
    assert {one["path"] for one in document["undone"] if one["action"] != "run"} == written


def test_without_a_terminal_it_plays_there_and_back(demo: Demo) -> None:
    ended = demo()
    steps = [line for line in ended.out.splitlines() if line.startswith("$ ")]
    assert [step.split()[2] for step in steps] == ["plan", "apply", "verify", "undo"]
    assert "verified: 3 modules" in ended.out


def test_its_password_is_never_shown(demo: Demo) -> None:
    ended = demo()
    assert "no-secret-at-all" not in ended.out + ended.err


@pytest.mark.parametrize(
    "words",
    [("--project", "."), ("plan", "--project=."), ("--profile", "x"), ("apply", "--profile", "x")],
    ids=" ".join,
)
def test_a_flag_that_leads_to_real_files_is_refused(
    demo: Demo, temporary: Path, words: tuple[str, ...]
) -> None:
    ended = demo(*words)
    assert ended.code == 2
    assert words[-2 if words[-1] in (".", "x") else -1].partition("=")[0] in ended.err
    assert list(temporary.iterdir()) == []


def test_a_mistake_inside_keeps_its_exit_code(demo: Demo, temporary: Path) -> None:
    assert demo("plan", "--set", "nonsense").code == 2
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=str)
def test_whoever_ends_it_nothing_stays(
    environment: Mapping[str, str], argv: tuple[str, ...], temporary: Path, how: signal.Signals
) -> None:
    with subprocess.Popen(
        (*argv, "--plain"), env=dict(environment), stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as running:  # fmt: skip
        assert running.stdout is not None
        for line in running.stdout:
            if line.startswith("What now?"):
                break
        assert len(list(temporary.iterdir())) == 1
        running.send_signal(how)
        code = running.wait(GONE_S)
    assert code == (130 if how is signal.SIGINT else -how)
    until = time.monotonic() + GONE_S
    while list(temporary.iterdir()) and time.monotonic() < until:
        os.sched_yield()
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    "attempt",
    [
        "socket.create_connection(('192.0.2.1', 80), 2)",
        "socket.create_connection(('127.0.0.1', 9), 2)",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
        "socket.socket(socket.AF_UNIX).connect('/var/run/docker.sock')",
        "socket.getaddrinfo('example.org', 443)",
        "subprocess.run(['/bin/true'])",
        "os.posix_spawn('/bin/true', ['true'], {})",
    ],
)
def test_the_door_is_closed(tmp_path: Path, attempt: str) -> None:
    code = (
        "import os, pathlib, socket, subprocess, sys\n"
        "from wizard.demo.guard import close_the_door\n"
        "close_the_door(pathlib.Path(sys.argv[1]), (), ())\n"
        f"try:\n    {attempt}\n"
        "except OSError as error:\n    print(type(error).__name__, 'demo' in str(error))\n"
    )
    done = subprocess.run(
        (sys.executable, "-c", code, str(tmp_path)), capture_output=True, text=True, check=True,
        cwd=ROOT,
    )  # fmt: skip
    assert done.stdout.split()[1:] == ["True"], done.stdout


def test_the_last_word_leads_to_a_project_of_ones_own(demo: Demo) -> None:
    assert "gomod-wizard" in demo("plan").err.splitlines()[-1]
