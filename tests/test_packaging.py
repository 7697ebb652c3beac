"""The wheel: right names at the top, templates and assets inside, works away from a checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from docs.making.manual import manual
from wizard.cli.completion import SCRIPTS
from wizard.cli.completion.grammar import grammar

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel built from this tree."""
    out = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    (path,) = out.glob("*.whl")
    return path


def test_only_wizard_and_screens_land_in_site_packages(wheel: Path) -> None:
    names = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {name for name in names if not name.endswith((".dist-info", ".data"))} == {
        "wizard",
        "screens",
    }


def test_every_template_and_asset_is_in_the_wheel(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    shipped = {
        f"wizard/{path.relative_to(ROOT)}"
        for folder in ("templates", "assets")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert shipped
    assert shipped <= inside


def test_the_wheel_says_that_it_is_typed(wheel: Path) -> None:
    assert "wizard/py.typed" in zipfile.ZipFile(wheel).namelist()


def test_the_wheel_brings_the_manual_page_and_the_completions_of_this_parser(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    shared = {
        name.partition("/data/share/")[2]: archive.read(name).decode()
        for name in archive.namelist()
        if "/data/share/" in name
    }
    known = grammar()
    assert shared == {
        "man/man1/gomod-wizard.1": manual(known),
        "bash-completion/completions/gomod-wizard": SCRIPTS["bash"](known),
        "zsh/site-functions/_gomod-wizard": SCRIPTS["zsh"](known),
        "fish/vendor_completions.d/gomod-wizard.fish": SCRIPTS["fish"](known),
    }


def test_the_unpacked_wheel_runs_and_finds_its_templates(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    code = (
        "import wizard, wizard.resources as r; from wizard.__main__ import main\n"
        "print(wizard.__file__)\n"
        "print(len(r.template('Dockerfile.tmpl')), r.asset('mirrors.toml'))\n"
        "main(['--version'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(site)},
    )  # fmt: skip
    module, asset, version = done.stdout.splitlines()
    assert module.startswith(str(site))
    assert str(site / "wizard" / "assets") in asset
    assert version.startswith("gomod-wizard ")


def test_the_unpacked_wheel_speaks_chinese(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    done = subprocess.run(
        [sys.executable, "-c", "from wizard.__main__ import main; main(['--help'])"],
        cwd=tmp_path, capture_output=True, check=True,
        env={**os.environ, "PYTHONPATH": str(site), "LC_ALL": "zh_CN.UTF-8", "PYTHONUTF8": "1"},
    )  # fmt: skip
    assert done.stdout.decode().startswith("用法：")


def test_the_lock_file_names_no_index() -> None:
    lock = (ROOT / "requirements-dev.txt").read_text()
    assert "--hash=sha256:" in lock
    assert "://" not in lock
    assert not [line for line in lock.splitlines() if line.startswith("-")]
