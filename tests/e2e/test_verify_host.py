"""`verify --host` with a real Go against real mirrors on loopback."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from tests.e2e.conftest import ROOT, Person
from tests.ended import Ended
from tests.servers import QUOTE, SHOUT, Authority, Mirror, write_catalogue

pytestmark = pytest.mark.go


@pytest.fixture
def builder(person: Person) -> Person:
    """A person with a project of two public modules, a warm module cache and no Docker."""
    modules = (QUOTE.canary, SHOUT.canary)
    requires = "".join(f"\t{one.path} {one.version}\n" for one in modules)
    (person.project / "go.mod").write_text(
        f"module example.org/app\n\ngo 1.25\n\nrequire (\n{requires})\n"
    )
    (person.project / "go.sum").write_text(
        "".join(
            f"{one.path} {one.version} {one.zip_hash}\n"
            f"{one.path} {one.version}/go.mod {one.mod_hash}\n"
            for one in modules
        )
    )
    return person


def _verify(person: Person, mirror: Mirror | str, *flags: str) -> Ended:
    url = mirror if isinstance(mirror, str) else mirror.url
    write_catalogue(person.catalogue, [url])
    before = _tree(person.project)
    ended = person.wizard(
        "verify", "--host", "--json", *flags, GOPROXY=url, TMPDIR=str(_temporary(person))
    )
    schema = json.loads((ROOT / "docs/schemas/verify.schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(ended.json)
    assert list(_temporary(person).iterdir()) == [], "a module cache was left behind"
    assert _tree(person.project) == before
    return ended


def _temporary(person: Person) -> Path:
    folder = person.home / "tmp"
    folder.mkdir(exist_ok=True)
    return folder


def _tree(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_every_module_comes_with_its_bytes(builder: Person, authority: Authority) -> None:
    with Mirror(authority) as mirror:
        ended = _verify(builder, mirror)
    assert ended.code == 0, ended.err
    (part,) = ended.json["parts"]
    assert (part["modules"], part["expected"]) == (2, 2)
    assert part["bytes"] == len(QUOTE.zip) + len(SHOUT.zip)


def test_a_warm_module_cache_does_not_help(builder: Person, authority: Authority) -> None:
    with Mirror(authority) as mirror:
        warm = builder.run("go", "mod", "download", GOPROXY=mirror.url)
        assert warm.code == 0, warm.err
    assert _verify(builder, mirror.url).code == 1


@pytest.mark.parametrize(
    ("behaviour", "cause", "key"),
    [
        ("status-403", "mirror-forbidden", "goproxy"),
        ("wrong-bytes", "checksum-mismatch", "goproxy"),
        ("zip-page", "mirror-bad-content", "goproxy"),
    ],
)
def test_a_failure_is_diagnosed_by_its_own_log(
    builder: Person, authority: Authority, behaviour: str, cause: str, key: str
) -> None:
    with Mirror(authority, behaviour) as mirror:
        ended = _verify(builder, mirror)
    assert ended.code == 1
    fault = ended.json["diagnosis"]["faults"][0]
    assert (fault["cause"], fault["cure"]["decision"]) == (cause, key)


def test_silence_is_named_and_given_up_after_the_patience(
    builder: Person, authority: Authority
) -> None:
    with Mirror(authority, "silent") as mirror:
        ended = _verify(builder, mirror, "--patience", "7")
    assert ended.code == 1
    (part,) = ended.json["parts"]
    assert part["cut"] is True
    assert f"{QUOTE.path}@{QUOTE.version}" in ended.err
    assert "slow:" in ended.err
    assert part["diagnosis"]["faults"][0]["cause"] == "connect-timeout"
    assert "no answer for" in part["diagnosis"]["faults"][0]["evidence"][0]["text"]


def test_without_a_go_what_was_asked_for_cannot_run(builder: Person, tmp_path: Path) -> None:
    empty = tmp_path / "bin"
    empty.mkdir()
    ended = builder.wizard("verify", "--host", PATH=str(empty))
    assert ended.code == 3
    assert "there is no go on PATH" in ended.err


def test_a_dry_run_starts_nothing(builder: Person) -> None:
    ended = builder.wizard("verify", "--dry-run", "--json", GOPROXY="https://127.0.0.1:9")
    assert ended.code == 0
    assert ended.json["parts"] == []
