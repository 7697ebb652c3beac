"""`route` for people and for scripts: what it says, counts, keeps to itself and refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from tests.route.conftest import Command
from tests.route.world import GIT, World, clean
from tests.servers import QUOTE, SHOUT
from wizard.route.types import Answer, Ask, Outcome, Said, Settings, Wanted
from wizard.route.walk import Walk, hops_of

Gomod = Callable[..., Path]
SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "route.schema.json"
NAME = f"{QUOTE.path}@{QUOTE.version}"


def _driven(walk: Walk, answer: Callable[[Ask], Answer]) -> tuple[list[str], Outcome]:
    """Drive a walk with `answer`; return what was asked, and the end."""
    steps = walk.run()
    asked: list[str] = []
    try:
        ask = next(steps)
        while True:
            asked.append(ask.url)
            ask = steps.send(answer(ask))
    except StopIteration as end:
        return asked, end.value


def _absent(ask: Ask) -> Answer:
    return Answer(said=Said.ABSENT, text="404")


def test_a_walk_asks_nobody_by_itself() -> None:
    walk = hops_of(
        Settings(goproxy="https://a.test,https://b.test"), Wanted(path="c.test/m", version="v1.0.0")
    )
    asked, outcome = _driven(walk, _absent)
    assert asked == [f"https://{host}.test/c.test/m/@v/v1.0.0.mod" for host in "ab"]
    assert not outcome.ok


def test_a_public_mirror_is_never_told_of_a_path_that_looks_private() -> None:
    settings = Settings(
        goproxy="https://public.test,https://own.test",
        suspects="git.corp.test",
        public=frozenset({"public.test", "sum.golang.org"}),
    )
    walk = hops_of(settings, Wanted(path="git.corp.test/Secret", version="v1.0.0"))
    asked, _ = _driven(walk, _absent)
    assert asked == ["https://own.test/git.corp.test/%21secret/@v/v1.0.0.mod"]
    assert walk.hops[0].answer.reason == "not-asked"


def test_the_public_database_is_never_told_either() -> None:
    settings = Settings(
        goproxy="https://own.test",
        suspects="git.corp.test",
        public=frozenset({"sum.golang.org"}),
    )
    walk = hops_of(settings, Wanted(path="git.corp.test/m", version="v1.0.0"))

    def answer(ask: Ask) -> Answer:
        found = ask.url.endswith(".mod")
        body = b"module git.corp.test/m\n"
        return Answer(said=Said.FOUND, text="", body=body) if found else _absent(ask)

    asked, outcome = _driven(walk, answer)
    assert not any("sum.golang.org/lookup" in url for url in asked)
    assert outcome.reason == "not-asked"


def test_exit_0_where_it_arrives(command: Command) -> None:
    ended = command("route", NAME, GOPROXY="{s404},{good}")
    assert ended.code == 0
    assert "404" in ended.out
    assert "after `,` only a 404 or 410 leads here" in ended.out


def test_exit_1_where_it_does_not(command: Command) -> None:
    ended = command("route", NAME, GOPROXY="{s403},{good}")
    assert ended.code == 1
    assert "403 Forbidden: Blocked by policy" in ended.out


@pytest.mark.parametrize(
    "argv",
    [
        (), (NAME, "--all"), ("no-host/x@v1.0.0",), (NAME, "--in", "cloud"),
        (NAME, "--what-if", "goproxy"), (NAME, "--what-if", "nonsense=1"),
        (NAME, "--what-if", "gosumdb=a b c"), ("",), ("rsc.io/quote@main",), ("rsc.io/quote@v1",),
    ],
    ids=lambda argv: " ".join(argv) or f"{len(argv)} words",
)  # fmt: skip
def test_exit_2_for_wrong_usage(command: Command, argv: tuple[str, ...]) -> None:
    assert command("route", *argv, GOPROXY="off").code == 2


def test_all_needs_a_project(command: Command) -> None:
    assert command("route", "--all", GOPROXY="off").code == 2


@pytest.mark.parametrize("argv", [(NAME,), ("--all",), (NAME, "--what-if", "nonsense=1")], ids=str)
def test_the_document_fits_its_schema(
    command: Command, gomod: Gomod, argv: tuple[str, ...]
) -> None:
    gomod(f"{QUOTE.path} {QUOTE.version}", f"{GIT}/closed v1.0.0")
    document = command("route", *argv, "--json", GOPROXY="{zipgone}", GOPRIVATE=GIT).json
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(document)


def test_all_counts_the_ways_in_one_sentence(command: Command, gomod: Gomod) -> None:
    gomod(f"{QUOTE.path} {QUOTE.version}", f"{SHOUT.path} {SHOUT.version}", f"{GIT}/closed v1.0.0")
    ended = command("route", "--all", GOPROXY="{good}", GOPRIVATE=GIT)
    assert ended.code == 1
    assert "3 modules: 2 by the mirror, 1 private without credentials" in ended.out


def test_a_blocked_download_host_has_its_own_name(command: Command, gomod: Gomod) -> None:
    gomod(f"{QUOTE.path} {QUOTE.version}")
    ended = command("route", "--all", GOPROXY="{zipgone}")
    assert "1 module: 1 blocked redirect" in ended.out


def test_the_version_is_that_of_go_mod(command: Command, gomod: Gomod) -> None:
    gomod(f"{QUOTE.path} {QUOTE.version}")
    assert command("route", QUOTE.path, "--json", GOPROXY="{good}").json["version"] == "v1.5.2"


def test_what_if_turns_the_way(command: Command, world: World) -> None:
    assert command("route", NAME, GOPROXY="{s403}").code == 1
    good = world.filled("{good}")
    assert command("route", NAME, "--what-if", f"goproxy={good}", GOPROXY="{s403}").code == 0


def test_what_if_private_asks_no_mirror(command: Command, world: World) -> None:
    with clean(world.log) as seen:
        command("route", f"{GIT}/lib@v1.0.0", "--what-if", f"goprivate={GIT}", GOPROXY="{good}")
    assert {name for name, _ in seen} == {"git"}


def test_what_if_of_a_proxy_is_gone_through(command: Command, world: World) -> None:
    name = f"{GIT}/lib@v1.0.0"
    proxy = world.filled("{strict}")
    plain = {"GOPROXY": "https://mirror.example.test"}
    assert command("route", name, **plain).code == 0
    assert command("route", name, "--what-if", f"https_proxy={proxy}", **plain).code == 1


def test_a_decision_that_turns_nothing_is_said_to(command: Command) -> None:
    ended = command("route", NAME, "--what-if", "mtu=1400", GOPROXY="{good}")
    assert ended.code == 0
    assert "mtu does not turn the way" in ended.err


def test_in_build_takes_the_plans_settings(command: Command, gomod: Gomod, world: World) -> None:
    gomod(f"{QUOTE.path} {QUOTE.version}")
    good = world.filled("{good}")
    argv = ("route", "--all", "--in", "build", "--json", "--set", f"goproxy={good}")
    with clean(world.log):
        document = command(*argv, GOPROXY="{s403}").json
    (module,) = document["modules"]
    assert document["place"] == "build"
    assert {hop["url"].partition("/example.test")[0] for hop in module["hops"]
            if hop["kind"] == "mirror"} == {good}  # fmt: skip


def test_in_build_a_company_authority_counts_where_the_plan_hands_it_over(
    command: Command, gomod: Gomod, world: World
) -> None:
    known = QUOTE.canary
    gomod(f"{QUOTE.path} {QUOTE.version}").with_name("go.sum").write_text(
        f"{QUOTE.path} {QUOTE.version} {known.zip_hash}\n"
        f"{QUOTE.path} {QUOTE.version}/go.mod {known.mod_hash}\n"
    )
    argv = ("route", "--all", "--in", "build", "--json")
    handed = command(*argv, GOPROXY="{good}")
    withheld = command(*argv, "--what-if", "ca=none", GOPROXY="{good}")
    assert handed.json["ok"], handed.out
    assert withheld.json["modules"][0]["reason"] == "tls-untrusted"


def test_no_secret_is_shown(command: Command, home: Path, world: World) -> None:
    netrc = "machine {locked_netloc} login dev password pass-1\n"
    (home / ".netrc").write_text(world.filled(netrc))
    shown = ""
    for goproxy in ("{locked_known}", "{locked}", "{plain_known}"):
        for argv in ((NAME,), (NAME, "--json")):
            ended = command("route", *argv, GOPROXY=goproxy, HTTPS_PROXY="{asking_known}")
            shown += ended.out + ended.err
    assert "pass-1" not in shown
    assert "pass-2" not in shown


def test_a_silent_mirror_does_not_outlast_the_deadline(command: Command) -> None:
    ended = command("route", NAME, "--timeout", "2", "--json", GOPROXY="{hole}|{good}")
    assert ended.code == 0
    assert ended.json["hops"][0]["reason"] == "connect-timeout"
    assert ended.json["hops"][1]["said"] == "found"


def test_a_login_that_only_gits_helpers_know_is_called_unknown(
    command: Command, tmp_path: Path
) -> None:
    ended = command("route", NAME, GOPROXY="{locked}", GOAUTH=f"git {tmp_path}")
    assert ended.code == 1
    assert f"unknown: Go would ask `git credential fill` in {tmp_path}" in ended.out


def test_without_goauth_git_nothing_is_unknown(command: Command) -> None:
    assert "unknown:" not in command("route", NAME, GOPROXY="{locked}").out
