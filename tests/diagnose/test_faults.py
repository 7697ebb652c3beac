"""What is a root and what only follows, in which step it happened, and what is no fault at all."""

from __future__ import annotations

import random

import pytest

from tests.diagnose.formats import legacy, plain
from wizard.diagnose import Diagnosis, Step, diagnose_lines

REFUSED = 'go: m.example/a@v1.0.0: Get "https://p.example/x": dial tcp 10.0.0.9:443: connect: connection refused'  # noqa: E501


def _of(log: str) -> Diagnosis:
    return diagnose_lines(log.strip("\n").split("\n"))


def _causes(log: str) -> list[str]:
    return [fault.cause for fault in _of(log).faults]


def test_an_empty_log_has_no_fault() -> None:
    assert diagnose_lines([]) == Diagnosis(step=None, faults=(), lines=0)


def test_a_failure_that_no_rule_knows_is_called_unknown_with_its_line() -> None:
    found = _of("doing things\nERROR: failed to solve: the moon is full")
    assert [fault.cause for fault in found.faults] == ["unknown"]
    assert found.faults[0].evidence[0].line == 2
    assert found.faults[0].confidence <= 0.3


def test_a_message_in_a_step_that_ended_well_is_no_fault() -> None:
    log = f"#7 [build 2/3] RUN try-it\n#7 1.0 {REFUSED}\n#7 DONE 2.0s\n#8 [build 3/3] RUN go build"
    assert _causes(log) == []


def test_a_message_before_a_later_step_of_the_legacy_builder_is_no_fault() -> None:
    log = f"Step 2/3 : RUN try-it || echo no\n{REFUSED}\n ---> 0123456789ab\nStep 3/3 : CMD x"
    assert _causes(log) == []


@pytest.mark.parametrize("tail", ["|| true", "; exit 0", "|| :"])
def test_a_step_that_swallows_its_failure_has_no_fault(tail: str) -> None:
    assert _causes(f"#7 [build 2/3] RUN go test ./... {tail}\n#7 1.0 {REFUSED}") == []


def test_a_message_before_a_build_that_ended_well_is_no_fault() -> None:
    assert _causes(f"{REFUSED}\nretrying\nSuccessfully built 0123456789ab") == []


def test_a_failure_after_a_good_build_is_a_fault() -> None:
    assert _causes(f"Successfully built 0123456789ab\n{REFUSED}") == ["connection-refused"]


def test_a_cancelled_step_is_not_the_failing_one() -> None:
    log = f"""
#7 [a 2/5] RUN slow
#8 [b 3/4] RUN go mod download
#8 1.0 {REFUSED}
#8 ERROR: process "/bin/sh -c go mod download" did not complete successfully: exit code: 1
#7 ERROR: process "/bin/sh -c slow" did not complete successfully: context canceled
"""
    assert _of(log).step == Step(number="3/4", instruction="RUN go mod download", stage="b")


def test_two_independent_faults_are_both_named() -> None:
    log = f"#8 [b 3/4] RUN x\n#8 1.0 {REFUSED}\n#8 1.1 write /go/x: no space left on device"
    assert set(_causes(log)) == {"connection-refused", "disk-full"}


def test_stages_that_break_beside_each_other_are_two_faults() -> None:
    log = """
#5 [a 3/4] RUN go mod download
#5 1.0 go: dial tcp: lookup goproxy.cn on 10.0.0.1:53: no such host
#5 ERROR: process "/bin/sh -c go mod download" did not complete successfully: exit code: 1
#6 [b 2/3] COPY cfg.yml .
#6 ERROR: failed to calculate checksum of ref x::y: "/cfg.yml": not found
"""
    assert _causes(log) == ["dns-failure", "copy-source-missing"]


def test_in_one_stage_the_file_that_is_missing_follows_from_the_download() -> None:
    log = """
#5 [a 3/4] RUN go mod download
#5 1.0 go: dial tcp: lookup goproxy.cn on 10.0.0.1:53: no such host
#5 ERROR: process "/bin/sh -c go mod download" did not complete successfully: exit code: 1
#6 [a 4/4] COPY cfg.yml .
#6 ERROR: failed to calculate checksum of ref x::y: "/cfg.yml": not found
"""
    assert _causes(log) == ["dns-failure"]


def test_what_follows_from_another_cause_is_ruled_out_with_a_reason() -> None:
    log = f"{REFUSED}\nmain.go:3:2: no required module provides package m.example/a; to add it:"
    found = _of(log)
    assert [fault.cause for fault in found.faults] == ["connection-refused"]
    because = {out.cause: str(out.because) for out in found.faults[0].ruled_out}
    assert "line 2" in because["import-not-resolved"]


def test_what_a_mirror_quotes_did_not_happen_here() -> None:
    log = """
go: m.example/a@v1: reading https://sum.golang.org/lookup/m.example/a@v1: 404 Not Found
	server response:
	not found: m.example/a@v1: git ls-remote -q origin: exit status 128:
		fatal: unable to access 'https://m.example/': Could not resolve host: m.example
"""
    assert _causes(log) == ["mirror-not-found"]


def test_a_revision_that_the_mirror_could_not_find_is_the_cause() -> None:
    log = """
go: m.example/a@v1.9.0: reading https://p.example/m.example/a/@v/v1.9.0.info: 404 Not Found
	server response: not found: m.example/a@v1.9.0: invalid version: unknown revision v1.9.0
"""
    assert _causes(log) == ["vcs-unknown-revision"]


def test_a_pull_that_loads_a_base_image_carries_the_networks_reason_beside_it() -> None:
    message = 'Get "https://registry-1.docker.io/v2/": dial tcp 1.2.3.4:443: i/o timeout'
    (fault,) = _of(f"Step 1/4 : FROM golang:1.23\n{message}").faults
    assert (fault.cause, fault.reason) == ("base-image-pull", "connect-timeout")


def test_a_pull_without_a_build_is_the_networks_fault_itself() -> None:
    message = 'Get "https://registry-1.docker.io/v2/": dial tcp 1.2.3.4:443: i/o timeout'
    assert _causes(f"Error response from daemon: {message}") == ["connect-timeout"]


def test_too_many_pulls_are_rate_limiting_and_no_missing_image() -> None:
    log = "Step 1/4 : FROM golang:1.23\ntoomanyrequests: You have reached your pull rate limit."
    assert _causes(log) == ["rate-limited"]


def test_the_lint_about_an_ignored_file_explains_the_file_that_is_missing() -> None:
    lint = ' - CopyIgnoredFile: Attempting to Copy file "go.sum" that is excluded by .dockerignore'
    missing = 'ERROR: failed to solve: failed to compute cache key: "/go.sum": not found'
    assert _causes(lint) == []
    assert _causes(f"{lint}\n{missing}") == ["dockerignore-excluded"]


def test_a_warning_alone_is_no_fault_but_explains_one() -> None:
    warning = "WARNING: Error loading config file: /root/.docker/config.json: invalid character"
    assert _causes(warning) == []
    assert _causes(f"{warning}\nERROR: failed to build") == ["daemon-config-invalid"]


def test_what_a_passing_test_prints_is_no_fault() -> None:
    log = f"=== RUN   TestX\n    a_test.go:12: got {REFUSED}\n--- PASS: TestX (0.00s)\nPASS"
    assert _causes(log) == []


def test_the_same_line_printed_twice_is_one_piece_of_evidence() -> None:
    (fault,) = diagnose_lines(plain([REFUSED], random.Random(3)).log).faults
    assert len(fault.evidence) == 1


def test_more_sightings_and_a_seen_failure_raise_the_confidence() -> None:
    (alone,) = _of(REFUSED).faults
    (failed,) = diagnose_lines(legacy([REFUSED] * 3, random.Random(3)).log).faults
    assert alone.confidence < failed.confidence < 1


@pytest.mark.parametrize(
    "secret",
    [
        "https://dev:s3cret-word@git.example/x",
        "https://ghp_s3cretwords3cretwords3cretword@github.com/x",
        "token=s3cret-word",
        "Authorization: Bearer s3cret-word-long",
        "GITHUB_TOKEN=ghp_s3cretwords3cretwords3cretword",
    ],
)
def test_a_secret_in_the_log_reaches_neither_evidence_nor_step(secret: str) -> None:
    log = f"Step 2/3 : RUN fetch {secret}\n{REFUSED} {secret}\nERROR: build of {secret} failed"
    assert "s3cret" not in repr(_of(log))


def test_no_terminal_code_of_the_log_reaches_the_evidence() -> None:
    (fault,) = _of(f"\x1b]0;title\x07\x1b[2J{REFUSED}\x1b[31m \u202eevil").faults
    assert "\x1b" not in fault.evidence[0].text
    assert "\u202e" not in fault.evidence[0].text


@pytest.mark.parametrize(
    "log",
    [
        "#7 [deps 4/6] RUN go mod download",
        "#6 [deps 3/6] COPY . .\n#6 DONE 0.1s\n#7 [deps 4/6] RUN go mod download\n#7 CANCELED\n"
        "ERROR: failed to build: failed to solve: Canceled: context canceled",
        "Step 4/6 : RUN go mod download\n ---> Running in 0123456789ab",
    ],
    ids=["killed", "cancelled", "legacy"],
)
def test_a_download_that_was_cut_in_its_silence_waited_for_a_host(log: str) -> None:
    found = _of(log)
    (fault,) = found.faults
    assert (fault.cause, fault.detail) == ("connect-timeout", "cut-in-silence")
    assert fault.confidence < 0.5
    assert {out.cause for out in fault.ruled_out} >= {"dns-failure", "connection-refused"}
    assert found.step == Step(
        number="4/6", instruction="RUN go mod download", stage="deps" if "deps" in log else None
    )


@pytest.mark.parametrize(
    "log",
    [
        "#7 [deps 4/6] RUN go mod download\n#7 DONE 3.1s",
        "#7 [deps 4/6] RUN go build ./...",
        "Step 4/6 : RUN go mod download\n ---> 0123456789ab\nSuccessfully built 0123456789ab",
    ],
    ids=["done", "compiling", "built"],
)
def test_where_no_download_was_at_work_the_end_of_a_log_is_no_fault(log: str) -> None:
    assert _causes(log) == []


@pytest.mark.parametrize(
    "refused",
    [
        "Temporary failure resolving 'deb.debian.org'",
        "Could not connect to deb.debian.org:80 (1.2.3.4), connection timed out",
    ],
)
def test_a_package_that_apt_knows_nothing_of_follows_from_an_index_that_did_not_come(
    refused: str,
) -> None:
    log = f"#7 [2/3] RUN apt-get update\n#7 9.0   {refused}\n#7 9.1 E: Unable to locate package git"
    assert len(_causes(log)) == 1
    assert "mirror-not-found" not in _causes(log)


@pytest.mark.parametrize(
    ("wrapped", "number"),
    [
        ("[12:01:02]W: [Step 2/4] #12 [deps 3/3] RUN x\n[12:01:03]W: [Step 2/4] #12 1.0 ", "3/3"),
        ("2026-05-01 09:00:01 INFO  builder-7 | Step 3/9 : RUN x\n2026-05-01 09:00:02 ERROR b | ",
         "3/9"),
        ("> > #9 [build 3/5] RUN x\n> > #9 1.2 ", "3/5"),
        ("    #9 [build 3/5] RUN x\n    #9 1.2 ", "3/5"),
    ],
    ids=["teamcity", "a logger", "quoted", "indented"],
)  # fmt: skip
def test_the_step_is_seen_behind_the_prefix_of_a_runner(wrapped: str, number: str) -> None:
    found = _of(wrapped + REFUSED)
    assert found.step is not None
    assert found.step.number == number
    assert [fault.cause for fault in found.faults] == ["connection-refused"]


def test_a_step_of_which_nothing_is_shown_is_not_named() -> None:
    found = _of(f"#7 1.0 {REFUSED}\n#7 ERROR: process did not complete successfully: exit code: 1")
    assert found.step is None
    assert [fault.cause for fault in found.faults] == ["connection-refused"]
