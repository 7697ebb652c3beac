"""The lab's pure parts: quick, without root, without a namespace."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from tests.lab import (
    board,
    builds,
    elsewhere,
    exported,
    leaks,
    modules,
    moving,
    scenario,
    sites,
    snapshots,
    systemctl,
)
from tests.lab.shell import Done
from tests.lab.trial import Row, unnamed
from tests.lab.web import Asked

MINIMAL = 'about = "x"\n[before]\nends = "fail"\nbecause = "x"\n[after]\n'


@pytest.fixture(autouse=True)
def no_cache_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scenario, "placeholders", lambda: {"token": "T"})


def network(tmp_path: Path, more: str = "") -> scenario.Scenario:
    file = tmp_path / "some-office.toml"
    file.write_text(MINIMAL + more)
    return scenario.read(file)


def ended(code: int | None, output: str) -> Done:
    return Done(("docker",), code, output, "", 1.0)


def test_a_module_was_had_where_its_zip_was_answered() -> None:
    asked = [
        Asked("goproxy.corp.example", "/a.example/x/@v/v1.0.0.zip", 200),
        Asked("goproxy.corp.example", "/a.example/y/@v/v1.0.0.zip", 404),
        Asked("goproxy.corp.example", "/a.example/z/@v/v1.0.0.mod", 200),
        Asked("proxy.golang.org", "/a.example/w/@v/v1.0.0.zip", 200),
    ]
    assert exported.fetched(asked, "goproxy.corp.example") == {"a.example/x"}


def test_an_export_goes_to_a_host_of_the_company(tmp_path: Path) -> None:
    with pytest.raises(scenario.ScenarioError, match="the company has no host"):
        network(tmp_path, '[export]\nto = "proxy.golang.org"\n')


def row(name: str, *, green: bool) -> Row:
    return Row(name, before_ok=True, as_expected=green)


def test_every_network_of_the_lab_reads() -> None:
    networks = scenario.find([])
    assert len(networks) >= 40
    assert len({one.about for one in networks}) == len(networks)


def test_every_hand_made_repair_belongs_to_a_network() -> None:
    names = {one.name for one in scenario.find([])}
    assert {file.stem for file in (scenario.folder().parent / "repairs").glob("*.sh")} <= names


def test_every_network_says_what_diagnose_must_name() -> None:
    assert [one.name for one in scenario.find([]) if not one.after.faults] == []


def _fault(cause: str, detail: str, decision: str) -> dict[str, object]:
    return {"cause": cause, "detail": detail, "cure": {"decision": decision}}


@pytest.mark.parametrize(
    ("wanted", "missing"),
    [
        (("dns-failure/env-override@dockerfile", "dns-failure@goproxy"), 0),
        (("dns-failure", "dns-failure", "dns-failure"), 1),
        (("dns-failure@mtu",), 1),
        (("mtu-blackhole",), 1),
    ],
)
def test_each_wanted_fault_needs_one_of_its_own(wanted: tuple[str, ...], missing: int) -> None:
    faults = [
        _fault("dns-failure", "env-override", "dockerfile"),
        _fault("dns-failure", "standing-goproxy", "goproxy"),
    ]
    assert len(unnamed(wanted, faults)) == missing


def test_a_wanted_fault_in_other_words_is_an_error_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(scenario.ScenarioError, match="CAUSE"):
        network(tmp_path, 'faults = ["the proxy"]\n')


def test_known_failures_name_networks() -> None:
    assert set(board.known_failures()) <= {one.name for one in scenario.find([])}


def test_a_file_says_only_what_is_broken(tmp_path: Path) -> None:
    read = network(tmp_path)
    assert read.name == "some-office"
    assert read.proxy is None
    assert read.engine.version == "28.5"


@pytest.mark.parametrize(
    "more",
    [
        "[offices]\n",
        '[office]\nway_in = "open"\n',
        '[office]\nway_out = "ajar"\n',
        '[office]\nmtu = "1400"\n',
        '[office]\nblocked = ["no.such.host"]\n',
        '[sites."no.such.host"]\n',
        '[sites."goproxy.cn"]\nbehaviour = "moody"\n',
        '[proxy]\nkind = "socks"\n',
        '[project]\nuses = "nothing"\n',
        'unchanged = "a string"\n',
        "[after]\n",
    ],
)
def test_what_the_vocabulary_does_not_know_is_an_error(tmp_path: Path, more: str) -> None:
    with pytest.raises(scenario.ScenarioError, match=r"some-office\.toml"):
        network(tmp_path, more)


def test_a_misspelt_network_is_an_error() -> None:
    with pytest.raises(scenario.ScenarioError, match="no such network"):
        scenario.find(["proxy-onyl"])


def test_placeholders_are_filled_and_other_braces_stay() -> None:
    assert scenario.fill('{token} {"json": {}}') == 'T {"json": {}}'


@pytest.mark.parametrize(
    ("code", "output", "ok"),
    [
        (1, "go: 403 Forbidden", True),
        (1, "go: 404 Not Found", False),
        (0, "go: 403 Forbidden", False),
        (None, "go: 403 Forbidden", False),
    ],
)
def test_a_build_must_end_as_declared_and_for_its_reason(
    code: int | None, output: str, ok: bool
) -> None:
    before = scenario.Before("fail", "403 Forbidden")
    assert builds.judge(before, ended(code, output)).ok is ok


def test_what_a_build_died_of_is_told_before_what_the_builder_makes_of_it() -> None:
    log = "#8 0.4 go: m@v1: 403 Forbidden\nERROR: failed to solve: process x did not complete\n"
    assert builds.last_words(ended(1, log)) == "#8 0.4 go: m@v1: 403 Forbidden"


def test_a_cold_build_keeps_every_word_and_uses_no_cache() -> None:
    argv = builds.cold(["docker", "--context", "c", "build", "--no-cache=false", "."])
    assert argv[:6] == ["docker", "--context", "c", "build", "--no-cache=false", "."]
    assert argv.index("--no-cache") > argv.index("--no-cache=false")
    assert any(word.startswith("BUILDKIT_CACHE_MOUNT_NS=") for word in argv)
    assert argv != builds.cold(["docker", "--context", "c", "build", "--no-cache=false", "."])


def test_the_files_that_a_command_names_are_carried() -> None:
    argv = ["docker", "build", "--secret", "id=a,src=/root/a", "--ssh", "default", "."]
    assert elsewhere.named_files(argv) == ["/root/a"]


def test_known_failures_are_out_of_date_in_both_directions() -> None:
    rows = [row("green", green=True), row("red", green=False)]
    assert board.out_of_date(rows, {"red": "not yet"}) == []
    assert len(board.out_of_date(rows, {})) == 1
    assert len(board.out_of_date(rows, {"red": "not yet", "green": "old"})) == 1


def test_gos_own_hash_of_a_go_mod() -> None:
    """rsc.io/quote v1.5.2's go.mod, whose hash stands in many a public go.sum."""
    text = b'module "rsc.io/quote"\n\nrequire "rsc.io/sampler" v1.3.0\n'
    assert modules.hash1({"go.mod": text}) == "h1:LzX7hefJvL54yjefDEDHNONDjII0t9xZLPXsUe+TKr0="


def test_a_path_with_capitals_is_escaped() -> None:
    assert modules.escape("github.com/Lab-OSS/Shout") == "github.com/!lab-!o!s!s/!shout"


def test_a_secret_is_found_in_every_disguise() -> None:
    basic = base64.b64encode(b"dev:s3cr@t %").decode()
    for text in (
        "s3cr@t %",
        "http://dev:s3cr%40t%20%25@proxy",
        f"Basic {basic}",
        "s3cr%%40t%%20%%25",
    ):
        assert leaks.in_text("here", text) == ["proxy password in here"]
    assert leaks.in_text("here", "dev:***@proxy:3128") == []


def test_only_a_private_copy_of_the_users_own_file_may_hold_a_secret() -> None:
    own = snapshots.File(b"machine git", 0o100600, (0, 0))
    public = snapshots.File(b"machine git", 0o100644, (0, 0))
    journal = "/root/.local/state/gomod-wizard/1/backup"
    assert leaks.allowed(journal, own, {b"machine git"})
    assert not leaks.allowed(journal, public, {b"machine git"})
    assert not leaks.allowed(journal, own, {b"something else"})
    assert not leaks.allowed("/root/src/app/Dockerfile", own, {b"machine git"})


def test_a_snapshot_sees_bytes_modes_and_what_is_gone(tmp_path: Path) -> None:
    def file(data: bytes, mode: int = 0o100644) -> snapshots.File:
        return snapshots.File(data, mode, (0, 0))

    was = snapshots.Snapshot({"/a": file(b"1"), "/b": file(b"1"), "/c": file(b"1")})
    now = snapshots.Snapshot({"/a": file(b"2"), "/b": file(b"1", 0o100600), "/run/x": file(b"")})
    assert now.differences(was, tmp_path) == ["/a", "/b", "/c"]


def test_percent_signs_in_a_unit_are_read_as_systemd_reads_them() -> None:
    assert systemctl.assignments('"A=x%%20y" B=1') == {"A": "x%20y", "B": "1"}
    assert systemctl.assignments("A=x%20y") == {}


def test_a_tampered_zip_is_valid_and_other() -> None:
    good = modules.WORDS.zipped()
    assert sites.tamper(good) != good
    assert sites.tamper(good).startswith(b"PK")


def test_every_move_of_the_lab_reads_and_makes_something_stale() -> None:
    moves = moving.find([])
    assert len(moves) >= 4
    assert all(one.stale and one.breaks for one in moves)


def test_a_move_that_changes_the_machine_itself_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "moved.toml"
    file.write_text(
        'about = "x"\n[there.developer]\ngo_env = { GOPROXY = "off" }\n'
        '[move]\nstale = ["goproxy"]\nbreaks = "x"\n'
    )
    with pytest.raises(scenario.ScenarioError, match="go_env"):
        moving.read(file)


def test_a_step_that_ran_again_is_seen_in_the_builders_log() -> None:
    log = (
        "#5 [stage-0 2/4] WORKDIR /src\n#5 CACHED\n"
        "#7 [stage-0 3/4] COPY go.mod ./\n#7 CACHED\n"
        "#8 [stage-0 4/4] RUN go mod download\n#8 DONE 0.5s\n"
    )
    assert moving.not_cached(log) == ["RUN go mod download"]
    assert moving.not_cached(log.replace("#8 DONE 0.5s", "#8 CACHED")) == []
    assert moving.not_cached("no log at all") != []
