"""What fuzzing found in the readers of other people's answers."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from wizard.apply.journal import state_folder
from wizard.moves.memory import recall
from wizard.questions import question
from wizard.rules.go_import import meta_imports
from wizard.rules.goauth import parse_credentials
from wizard.system import System
from wizard.verify.trace import DownloadTrace

META = b'<meta name="go-import" content="a.example/b git https://a.example/b">'


@pytest.mark.parametrize("end", [b"<![<!--", b"<![x", b"<!DOCTYPE x [<!!]>"])
def test_a_page_that_breaks_off_in_a_declaration_still_says_what_it_said(end: bytes) -> None:
    assert [one.prefix for one in meta_imports(META + end)] == ["a.example/b"]


@pytest.mark.parametrize("url", ["http://[", "https://[::1", "//[x"])
def test_goauth_that_prints_no_url_is_refused_as_go_refuses_it(url: str) -> None:
    assert parse_credentials(f"{url}\n\nAuthorization: Basic eA==\n\n") is None


def test_a_step_may_print_what_looks_like_gos_trace_and_is_no_url() -> None:
    trace = DownloadTrace()
    trace.read("# get http://[a/b/@v/v1.0.0.zip", 0.0)
    assert [one.what for one in trace.waiting(60.0)] == ["http://[a/b/@v/v1.0.0.zip"]
    trace.read("# get http://[a/b/@v/v1.0.0.zip: 200 OK (1.0s)", 60.0)
    assert trace.waiting(90.0) == ()


@pytest.mark.parametrize("text", ["https://a.example/?s #x", "https://a.example/b/ #x"])
def test_an_entry_of_goproxy_stays_itself_when_it_is_read_again(text: str) -> None:
    goproxy = question("goproxy")
    once = goproxy.format(goproxy.parse(text))
    assert goproxy.format(goproxy.parse(once)) == once


def test_a_memory_of_another_shape_counts_as_none(machine: System, tmp_path: Path) -> None:
    assert machine.home is not None
    row = {"name": "", "at": "", "fingerprint": [], "decisions": [], "answers": {}}
    text = json.dumps({"schema": "gomod-wizard/networks/1", "networks": [row]})
    short = hashlib.sha256(os.fsencode(tmp_path / "app")).hexdigest()[:12]
    folder = state_folder(machine) / "networks"
    folder.mkdir(parents=True)
    (folder / f"app-{short}.json").write_text(text)
    assert recall(machine, tmp_path / "app") == ()
