"""The preset of one invocation: checked, kept, no older one, and there while its URL is down."""

from __future__ import annotations

import asyncio
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.preset.conftest import Later
from tests.preset.documents import Signer, minisigner, small
from tests.preset.server import Page, Site
from wizard.errors import UnsafeError, UsageError, WizardError
from wizard.preset.keeping import Setting, remove_setting, write_setting
from wizard.preset.loading import Loaded, load, obtain
from wizard.preset.signatures import read_key
from wizard.preset.sources import parse_source
from wizard.system import System

ROOT = Path(__file__).parents[2]


def _pin(machine: System, source: str, key: str | None, *, unsigned: bool = False) -> Setting:
    setting = Setting(
        source=parse_source(machine, source, where="test", folder=Path("/")),
        key=None if key is None else read_key(machine, key, where="--key", folder=Path("/")),
        unsigned=unsigned,
        where="test",
    )
    write_setting(machine, setting)
    return setting


def _load(machine: System) -> Loaded:
    loaded = load(machine, patience_s=2)
    assert loaded is not None
    return loaded


def _publish(site: Site, signer: Signer, folder: Path, version: int, more: str = "") -> None:
    document = small(version, more)
    site.put(document, signer.sign(document, folder), signer.suffix)


def test_without_a_setting_there_is_none(machine: System) -> None:
    assert load(machine, patience_s=2) is None


def test_a_copy_is_used_without_asking_again_for_a_day(
    trusting: System, later: Later, site: Site, signer: Signer, tmp_path: Path
) -> None:
    _publish(site, signer, tmp_path, 1)
    _pin(trusting, f"{site.url}/preset.toml", signer.key)
    assert _load(trusting).preset.version == 1
    _publish(site, signer, tmp_path, 2)
    asked = len(site.asked)
    assert _load(later(hours=23)).preset.version == 1
    assert len(site.asked) == asked
    assert _load(later(hours=25)).preset.version == 2
    assert _load(later(hours=26)).notes == ()


def test_it_works_while_the_url_is_down_and_says_how_old_it_is(
    trusting: System, later: Later, site: Site, tmp_path: Path
) -> None:
    signer = minisigner()
    _publish(site, signer, tmp_path, 5)
    _pin(trusting, f"{site.url}/preset.toml", signer.key)
    _load(trusting)
    site.pages.clear()
    down = _load(later(days=3))
    assert down.preset.version == 5
    (note,) = down.notes
    assert "3 days old" in str(note)
    asked = len(site.asked)
    assert "3 days old" in str(_load(later(days=3, minutes=30)).notes[0])
    assert len(site.asked) == asked, "a source that does not answer is left alone for an hour"
    _publish(site, signer, tmp_path, 6)
    assert _load(later(days=3, hours=2)).preset.version == 6


def test_a_silent_url_holds_nobody_who_has_a_copy(
    trusting: System, later: Later, site: Site, tmp_path: Path
) -> None:
    signer = minisigner()
    _publish(site, signer, tmp_path, 5)
    _pin(trusting, f"{site.url}/preset.toml", signer.key)
    _load(trusting)
    site.pages["/preset.toml"] = Page(silent=True)
    loaded = load(later(days=3), patience_s=0.2)
    assert loaded is not None
    assert "no answer" in str(loaded.notes[0])


def test_without_a_copy_and_without_an_answer_nothing_is_decided(
    trusting: System, site: Site
) -> None:
    _pin(trusting, f"{site.url}/preset.toml", minisigner().key)
    with pytest.raises(UsageError) as caught:
        _load(trusting)
    assert site.url in caught.value.where


@pytest.mark.parametrize(
    "kind", ["wrong signature", "other key", "older", "other contents", "html"]
)
def test_what_is_refused_never_takes_the_place_of_a_good_copy(
    trusting: System, later: Later, site: Site, signer: Signer, tmp_path: Path, kind: str
) -> None:
    url = f"{site.url}/preset.toml"
    _publish(site, signer, tmp_path, 5)
    setting = _pin(trusting, url, signer.key)
    _load(trusting)
    signed = f"{url}{signer.suffix}"
    if kind == "wrong signature":
        site.pages["/preset.toml"] = Page(body=small(6))
        where, words = f"{signed}:", "does not fit"
    elif kind == "other key":
        site.put(small(6), minisigner().sign(small(6), tmp_path), signer.suffix)
        where, words = (
            f"{signed}:",
            "another key" if signer.suffix == ".minisig" else "no signature",
        )
    elif kind == "older":
        _publish(site, signer, tmp_path, 4)
        where, words = f"{url}:3", "version 4 is older than 5"
    elif kind == "other contents":
        _publish(site, signer, tmp_path, 5, "contact = 'x'\n")
        where, words = f"{url}:3", "other contents"
    else:
        site.pages["/preset.toml"] = site.pages[f"/preset.toml{signer.suffix}"] = Page(
            body=b"<html>\nlog in\n</html>\n\n"
        )
        where, words = f"{url}:1", "a web page"
    refused = UsageError if kind == "html" else UnsafeError
    with pytest.raises(refused) as caught:
        asyncio.run(obtain(trusting, setting, patience_s=5))
    assert caught.value.where.startswith(where)
    assert words in str(caught.value.message)
    kept = _load(later(days=2))
    assert kept.preset.version == 5
    assert words in str(kept.notes[0])


def test_an_older_version_stays_refused_where_the_copy_itself_is_gone(
    trusting: System, home: Path, site: Site, tmp_path: Path
) -> None:
    signer = minisigner()
    _publish(site, signer, tmp_path, 5)
    _pin(trusting, f"{site.url}/preset.toml", signer.key)
    _load(trusting)
    (copy,) = (home / ".local/state/gomod-wizard/preset").glob("*.toml")
    copy.unlink()
    _publish(site, signer, tmp_path, 4)
    with pytest.raises(UnsafeError, match="older"):
        _load(trusting)


def test_a_copy_that_somebody_changed_is_fetched_anew(
    trusting: System, home: Path, site: Site, tmp_path: Path
) -> None:
    signer = minisigner()
    _publish(site, signer, tmp_path, 5)
    _pin(trusting, f"{site.url}/preset.toml", signer.key)
    _load(trusting)
    (copy,) = (home / ".local/state/gomod-wizard/preset").glob("*.toml")
    copy.write_bytes(small(9))
    assert _load(trusting).preset.version == 5


def test_a_copy_by_an_earlier_key_is_checked_by_the_new_one(
    trusting: System, site: Site, tmp_path: Path
) -> None:
    _publish(site, first := minisigner(), tmp_path, 5)
    _pin(trusting, f"{site.url}/preset.toml", first.key)
    _load(trusting)
    _pin(trusting, f"{site.url}/preset.toml", minisigner().key)
    with pytest.raises(UnsafeError, match="another key"):
        _load(trusting)


def test_nothing_remote_is_believed_without_a_key(trusting: System, site: Site) -> None:
    site.put(small(), None)
    for env in ({"GOMOD_WIZARD_PRESET": f"{site.url}/preset.toml"},):
        with pytest.raises(UnsafeError) as caught:
            load(replace(trusting, env={**trusting.env, **env}), patience_s=2)
        assert "GOMOD_WIZARD_PRESET_KEY" in str(caught.value.hint)
    assert site.asked == []


def test_what_is_unsigned_on_purpose_is_said_each_time(trusting: System, site: Site) -> None:
    site.put(small(), None)
    _pin(trusting, f"{site.url}/preset.toml", None, unsigned=True)
    for _ in range(2):
        assert "not signed" in str(_load(trusting).notes[0])


def test_a_fleet_names_source_and_key_by_variables(
    trusting: System, site: Site, signer: Signer, tmp_path: Path
) -> None:
    _publish(site, signer, tmp_path, 3)
    env = {"GOMOD_WIZARD_PRESET": f"{site.url}/preset.toml", "GOMOD_WIZARD_PRESET_KEY": signer.key}
    loaded = _load(replace(trusting, env={**trusting.env, **env}))
    assert (loaded.preset.version, loaded.notes) == (3, ())


def test_a_local_file_needs_no_key_and_is_read_each_time(machine: System, tmp_path: Path) -> None:
    file = tmp_path / "preset.toml"
    file.write_bytes(small(2))
    _pin(machine, str(file), None)
    assert _load(machine).preset.version == 2
    file.write_bytes(small(1))
    assert _load(machine).preset.version == 1


def test_a_signed_file_is_held_to_its_key(machine: System, tmp_path: Path) -> None:
    signer, file = minisigner(), tmp_path / "preset.toml"
    file.write_bytes(small(2))
    (tmp_path / "preset.toml.minisig").write_bytes(signer.sign(small(2), tmp_path))
    _pin(machine, str(file), signer.key)
    assert _load(machine).preset.version == 2
    file.write_bytes(small(3))
    with pytest.raises(UnsafeError) as caught:
        _load(machine)
    assert caught.value.where == f"{file}.minisig:2"


def test_what_is_kept_is_for_its_owner_alone_and_can_be_removed(
    trusting: System, home: Path, site: Site, tmp_path: Path
) -> None:
    signer = minisigner()
    _publish(site, signer, tmp_path, 5)
    _pin(trusting, f"{site.url}/preset.toml", signer.key)
    _load(trusting)
    folder = home / ".local/state/gomod-wizard/preset"
    kept = [*folder.iterdir(), home / ".config/gomod-wizard/preset.toml"]
    assert [stat.S_IMODE(one.stat().st_mode) for one in kept] == [0o600] * 3
    remove_setting(trusting)
    assert not any(one.exists() for one in kept)
    assert load(trusting, patience_s=2) is None


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('source = "https://go.corp.example/p.toml"\nkey = "nonsense"\n', 2),
        ('\nsource = "http://go.corp.example/p.toml"\n', 2),
        ('source = "p.toml"\nkey = 3\n', 2),
        ('source = "p.toml"\n\ncolour = "red"\n', 3),
        ("key = ", 1),
        ('# ours\n\nsource = "p.toml\n', 3),
        ("# ours\n" + ".".join("a" * 20_000) + " = 1\n", 2),
    ],
)
def test_a_broken_setting_is_named_with_its_line(
    machine: System, home: Path, text: str, line: int
) -> None:
    path = home / ".config/gomod-wizard/preset.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    with pytest.raises(WizardError) as caught:
        load(machine, patience_s=2)
    assert caught.value.where == f"{path}:{line}"


def test_a_known_copy_loads_no_cryptography(
    trusting: System, site: Site, signer: Signer, tmp_path: Path
) -> None:
    _publish(site, signer, tmp_path, 5)
    _pin(trusting, f"{site.url}/preset.toml", signer.key)
    frozen = trusting.clock()
    code = (
        "import sys\nfrom datetime import datetime\nfrom pathlib import Path\n"
        "from wizard.system import System\nfrom wizard.preset.loading import load\n"
        f"system = System(env={dict(trusting.env)!r}, home=Path({str(trusting.home)!r}), uid=1000,"
        f" root=Path({str(trusting.root)!r}), platform='linux',"
        f" clock=lambda: datetime.fromisoformat({frozen.isoformat()!r}))\n"
        "print(load(system, patience_s=2).preset.version, "
        "*{'cryptography', 'minisign', 'sshsig', 'httpx', 'tomlkit'} & set(sys.modules))"
    )

    def run() -> list[str]:
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
        )
        return done.stdout.split()

    assert "cryptography" in run()
    assert run() == ["5"]
