"""What the tools print, as a verification reads it."""

from __future__ import annotations

import json

import pytest

from wizard.verify.build_log import BuildLog
from wizard.verify.trace import DownloadTrace, read_json

URL = "https://mirror.corp.example/go/github.com/!burnt!sushi/toml/@v/v1.4.0"
TOML = "github.com/BurntSushi/toml@v1.4.0"


def fed(log: BuildLog, *lines: str, at: float = 1.0) -> BuildLog:
    for line in lines:
        log.read(line, at)
    return log


def test_a_module_has_come_when_its_zip_was_answered() -> None:
    trace = DownloadTrace([TOML])
    for suffix in ("info", "mod"):
        trace.read(f"# get {URL}.{suffix}", 0)
        trace.read(f"# get {URL}.{suffix}: 200 OK (0.041s)", 0)
    assert (trace.counted(), trace.module) == (0, TOML)
    trace.read(f"# get {URL}.zip", 0)
    trace.read(f"# get {URL}.zip: 200 OK (0.041s)", 0)
    assert trace.counted() == 1


def test_a_zip_that_was_refused_has_not_come() -> None:
    trace = DownloadTrace([TOML])
    trace.read(f"# get {URL}.zip", 0)
    trace.read(f"# get {URL}.zip: 403 Forbidden (0.041s)", 0)
    assert trace.counted() == 0


def test_what_go_mod_does_not_name_is_not_counted() -> None:
    trace = DownloadTrace([TOML])
    toolchain = "https://m.example/golang.org/toolchain/@v/v0.0.1-go1.27.3.linux-amd64.zip"
    trace.read(f"# get {toolchain}: 200 OK (1.041s)", 0)
    assert trace.counted() == 0


def test_what_is_waited_for_is_named_with_its_host_and_only_after_some_seconds() -> None:
    trace = DownloadTrace([TOML])
    trace.read(f"# get {URL}.info", 10)
    assert trace.waiting(14.9) == ()
    (slow,) = trace.waiting(18)
    assert (slow.what, slow.seconds) == (f"{TOML} (mirror.corp.example)", 8)
    assert trace.unanswered(18) == (f"gomod-wizard: no answer for 8 s: {URL}.info",)


def test_a_git_command_is_waited_for_until_its_end() -> None:
    trace = DownloadTrace()
    command = "cd /go/pkg/mod/cache/vcs/abc; git ls-remote -q origin"
    assert trace.read(command, 0)
    assert [slow.what for slow in trace.waiting(9)] == [command]
    assert trace.read(f"0.123s # {command}", 9)
    assert trace.waiting(20) == ()


def test_the_slowest_module_comes_first() -> None:
    trace = DownloadTrace()
    for name, seconds in (("a.example/a", 6), ("b.example/b", 9), ("c.example/c", 1)):
        trace.read(f"# get https://m.example/{name}/@v/v1.0.0.zip", 0)
        trace.read(f"# get https://m.example/{name}/@v/v1.0.0.zip: 200 OK (1.0s)", seconds)
    assert [slow.what for slow in trace.slowest()] == ["b.example/b@v1.0.0", "a.example/a@v1.0.0"]


@pytest.mark.parametrize("line", ["go: example.com/x@v1: 403 Forbidden", "hello", "# gets"])
def test_what_a_person_must_see_is_no_trace(line: str) -> None:
    assert not DownloadTrace().read(line, 0)


def test_go_build_tells_what_it_downloads() -> None:
    trace = DownloadTrace()
    assert not trace.read("go: downloading rsc.io/quote v1.5.2", 0)
    assert trace.counted() == 1


def test_the_json_of_a_go_that_was_cut_gives_its_whole_objects() -> None:
    text = json.dumps({"Path": "a"}, indent=1) + "\n" + json.dumps({"Path": "b"}) + '\n{"Path": "c'
    assert [one["Path"] for one in read_json(text)] == ["a", "b"]


@pytest.mark.parametrize("text", ["", "[]", "12", "null", "{", "[" * 100_000])
def test_what_is_no_object_gives_nothing(text: str) -> None:
    assert list(read_json(text)) == []


def test_a_step_of_buildkit_runs_until_it_says_that_it_is_done() -> None:
    log = BuildLog([TOML], 0)
    fed(log, "#9 [deps 5/5] RUN --mount=type=cache,target=/go/pkg/mod go mod download -x")
    assert log.progress(2).step == "deps 5/5 RUN go mod download -x"
    fed(
        log, f"#9 0.412 # get {URL}.zip", f"#9 0.512 # get {URL}.zip: 200 OK (0.1s)", "#9 DONE 1.0s"
    )
    progress = log.progress(2)
    assert (progress.step, progress.done, progress.total) == ("", 1, 1)


def test_a_step_of_the_legacy_builder_is_followed_too() -> None:
    log = fed(BuildLog([TOML], 0), "Step 4/9 : RUN go mod download -x", f"# get {URL}.info")
    assert (log.progress(2).step, log.progress(2).module) == ("4/9 RUN go mod download -x", TOML)


def test_the_bytes_of_layers_and_context_are_added_up() -> None:
    layer = "a" * 64
    log = fed(
        BuildLog([], 0),
        "#4 [deps 1/5] FROM docker.io/library/golang:1.27",
        f"#4 sha256:{layer} 1.05MB / 67.12MB 0.2s",
        f"#4 sha256:{layer} 12.58MB / 67.12MB 1.2s",
        "#6 transferring context: 2.10kB done",
    )
    progress = log.progress(2)
    assert (progress.bytes, progress.bytes_total) == (12_582_100, 67_122_100)


def test_a_step_that_says_nothing_is_named() -> None:
    log = fed(BuildLog([], 0), "#4 [deps 1/5] RUN make everything", at=1)
    assert log.progress(5.9).slow == ()
    assert [(s.what, s.seconds) for s in log.progress(8).slow] == [
        ("deps 1/5 RUN make everything", 7)
    ]
