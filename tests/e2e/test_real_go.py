"""A real Go, a real git and the generated settings: a public and a private module arrive."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.e2e.conftest import Person
from tests.servers import QUOTE, Authority, Mirror, write_catalogue

pytestmark = pytest.mark.go

HOST = "git.corp.example"
PRIVATE = f"{HOST}/team/lib.git"


def _git(folder: Path, *argv: str) -> None:
    env = {"HOME": str(folder), "PATH": "/usr/bin:/bin", "GIT_CONFIG_NOSYSTEM": "1"}
    who = ("-c", "user.name=dev", "-c", "user.email=dev@corp.example")
    subprocess.run(["git", *who, *argv], cwd=folder, env=env, check=True, capture_output=True)


@pytest.fixture
def private_repository(tmp_path: Path, person: Person) -> Path:
    """A git repository that stands for the company's server, by the person's own insteadOf."""
    folder = tmp_path / "server" / "team" / "lib.git"
    folder.mkdir(parents=True)
    (folder / "go.mod").write_text(f"module {PRIVATE}\n\ngo 1.21\n")
    (folder / "lib.go").write_text("package lib\n\nconst Secret = 42\n")
    _git(folder, "init", "-q", "-b", "main")
    _git(folder, "add", ".")
    _git(folder, "commit", "-qm", "first")
    _git(folder, "tag", "v1.0.0")
    (person.home / ".gitconfig").write_text(
        f'[url "file://{tmp_path}/server/"]\n\tinsteadOf = https://{HOST}/\n'
    )
    return folder


@pytest.fixture
def both(person: Person, private_repository: Path) -> Person:
    """A project that needs the public canary module and the private one."""
    assert private_repository
    canary = QUOTE.canary
    (person.project / "go.mod").write_text(
        "module example.org/app\n\ngo 1.25\n\n"
        f"require (\n\t{canary.path} {canary.version}\n\t{PRIVATE} v1.0.0\n)\n"
    )
    (person.project / "go.sum").write_text(
        f"{canary.path} {canary.version} {canary.zip_hash}\n"
        f"{canary.path} {canary.version}/go.mod {canary.mod_hash}\n"
    )
    (person.project / "main.go").write_text("package main\n\nfunc main() {}\n")
    return person


def test_both_modules_arrive_and_the_mirror_is_never_asked_for_the_private_one(
    both: Person, authority: Authority
) -> None:
    with Mirror(authority) as mirror:
        write_catalogue(both.catalogue, [mirror], [QUOTE.canary])
        applied = both.wizard("apply", "--yes", "--scope", "user")
        assert applied.code == 0, applied.out + applied.err
        assert both.run("go", "env", "GOPROXY").out.split(",")[0].strip() == mirror.url
        downloaded = both.run("go", "mod", "download", "-x")
        assert downloaded.code == 0, downloaded.err
        cache = Path(both.run("go", "env", "GOMODCACHE").out.strip())
        assert (cache / f"{PRIVATE}@v1.0.0" / "lib.go").exists()
        assert (cache / f"{QUOTE.path}@{QUOTE.version}").is_dir()
        assert QUOTE.path in " ".join(mirror.requests)
        assert not [path for path in mirror.requests if "corp" in path]


def test_undo_gives_go_its_earlier_settings_back(both: Person, authority: Authority) -> None:
    both.run("go", "env", "-w", "GOPRIVATE=old.example")
    file = Path(both.run("go", "env", "GOENV").out.strip())
    before = file.read_bytes()
    with Mirror(authority) as mirror:
        write_catalogue(both.catalogue, [mirror], [QUOTE.canary])
        assert both.wizard("apply", "--yes", "--scope", "user").code == 0
    assert file.read_bytes() != before
    assert both.wizard("undo").code == 0
    assert file.read_bytes() == before


def test_every_generated_go_env_command_is_accepted(
    both: Person, authority: Authority, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    with Mirror(authority) as mirror:
        write_catalogue(both.catalogue, [mirror], [QUOTE.canary])
        generated = both.wizard(
            "generate", "--out", str(out), "--set", "gotoolchain=local", "--set", "goauth=netrc",
            "--set", "gonoproxy=git.corp.example", "--set", "gonosumdb=git.corp.example",
        )  # fmt: skip
    assert generated.code == 0, generated.err
    ran = both.run("sh", "-eux", str(out / "go-env.sh"))
    assert ran.code == 0, ran.err
    assert "unknown go command variable" not in ran.err
    assert both.run("go", "env", "GONOSUMDB").out.strip() == "git.corp.example"
