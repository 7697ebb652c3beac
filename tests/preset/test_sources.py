"""Where a preset may come from, what is refused unasked, and what becomes of a bad answer."""

from __future__ import annotations

import asyncio
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests.preset.documents import small
from tests.preset.server import Page, Site
from tests.servers import Authority, Proxy, refused_url
from wizard.errors import UnsafeError, UsageError, WizardError
from wizard.preset.fetching import Fetched, UnreachableError, fetch
from wizard.preset.reading import LIMIT
from wizard.preset.sources import FileSource, GitSource, HttpsSource, parse_source
from wizard.system import System


def _source(machine: System, text: str) -> object:
    return parse_source(machine, text, where="here", folder=Path("/work-place"))


def _fetch(
    machine: System, text: str, suffix: str | None = None, patience_s: float = 10
) -> Fetched:
    source = parse_source(machine, text, where="here", folder=Path("/work-place"))
    return asyncio.run(fetch(machine, source, suffix, patience_s=patience_s))


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("a/../preset.toml", FileSource(Path("/work-place/preset.toml"))),
        ("https://go.corp.example/p.toml", HttpsSource("https://go.corp.example/p.toml")),
        ("http://127.0.0.1:8000/p.toml", HttpsSource("http://127.0.0.1:8000/p.toml")),
        ("git+https://git.corp.example/it/go.git",
         GitSource(url="https://git.corp.example/it/go.git", ref="HEAD", path="preset.toml")),
        ("git+ssh://git@git.corp.example:2222/it/go.git#v1.2:conf/go.toml",
         GitSource(url="ssh://git@git.corp.example:2222/it/go.git", ref="v1.2",
                   path="conf/go.toml")),
    ],
)  # fmt: skip
def test_a_source_is_read(machine: System, text: str, source: object) -> None:
    assert _source(machine, text) == source


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("http://go.corp.example/p.toml", "no TLS"),
        ("git+http://git.corp.example/x", "no TLS"),
        ("https://bob:Zq7hunter2@go.corp.example/p.toml", "login"),
        ("https://go.corp.example/p.toml?token=Zq7hunter2", "login"),
        ("git+https://Zq7hunter2Zq7@git.corp.example/x", "login"),
        ("git+ssh://git:Zq7hunter2@git.corp.example/x", "login"),
        ("git+ssh://-oProxyCommand=touch%20x/x", "cannot be read"),
        ("git+ext::sh -c touch% hacked", "no preset is fetched"),
        ("ext::sh -c touch% hacked", "no preset is fetched"),
        ("ftp://go.corp.example/p.toml", "no preset is fetched"),
        ("git+https://git.corp.example/x#--upload-pack=touch:p.toml", "no name of a branch"),
        ("git+https://git.corp.example/x#a..b:p.toml", "no name of a branch"),
        ("git+https://git.corp.example/x#main:../p.toml", "no path"),
        ("git+https://git.corp.example/x#main:/etc/passwd", "no path"),
        ("git+file://../x", "no repository"),
        ("git+https://git.corp.example/$(touch x)", "cannot be read"),
    ],
)
def test_what_must_not_be_asked_is_refused_and_no_secret_repeated(
    machine: System, text: str, words: str
) -> None:
    with pytest.raises(UnsafeError) as caught:
        _source(machine, text)
    assert words in str(caught.value.message)
    assert "hunter2" not in f"{caught.value.message}{caught.value.hint}"
    assert caught.value.code == 4


@pytest.mark.parametrize("text", ["", "  ", "-x", "--upload-pack=touch hacked"])
def test_an_option_is_no_source(machine: System, text: str) -> None:
    with pytest.raises(UsageError, match="names no preset"):
        _source(machine, text)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A real repository with two versions of a preset; the first has a tag."""
    folder = tmp_path / "repository"

    def git(*words: str) -> None:
        subprocess.run(
            ["git", "-c", "user.name=it", "-c", "user.email=it@corp.example", *words],
            check=True, capture_output=True, cwd=folder,
        )  # fmt: skip

    folder.mkdir()
    git("init", "-q", "-b", "main")
    (folder / "go").mkdir()
    for version in (1, 2):
        (folder / "go/preset.toml").write_bytes(small(version, "# straße\r\n"))
        (folder / "go/preset.toml.sig").write_bytes(b"signature %d\n" % version)
        (folder / "large.toml").write_bytes(b"#" * (LIMIT + 1))
        git("add", ".")
        git("commit", "-q", "-m", f"version {version}")
        if version == 1:
            git("tag", "v1")
    return folder


@pytest.mark.parametrize(("ref", "version"), [("main", 2), ("v1", 1), ("HEAD", 2)])
def test_a_file_of_a_repository_comes_byte_by_byte_with_its_signature(
    machine: System, repository: Path, ref: str, version: int
) -> None:
    got = _fetch(machine, f"git+file://{repository}#{ref}:go/preset.toml", ".sig")
    assert got.document == small(version, "# straße\r\n")
    assert got.signature == b"signature %d\n" % version


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("main:none.toml", "no file none.toml"),
        ("absent:go/preset.toml", "absent"),
        ("main:large.toml", "larger than"),
    ],
)
def test_what_a_repository_does_not_have_is_unreachable(
    machine: System, repository: Path, at: str, words: str
) -> None:
    with pytest.raises(UnreachableError) as caught:
        _fetch(machine, f"git+file://{repository}#{at}")
    assert words in str(caught.value.message)


def test_what_ssh_says_is_told_and_not_that_git_read_nothing(machine: System) -> None:
    with pytest.raises(UnreachableError) as caught:
        _fetch(machine, "git+ssh://git@127.0.0.1:1/it/go.git")
    assert "Could not read" not in str(caught.value.message)
    assert "port 1" in str(caught.value.message)


def test_git_runs_no_program_that_the_users_own_rewrite_names(
    machine: System, home: Path, tmp_path: Path
) -> None:
    (home / ".gitconfig").write_text(
        f'[url "ext::sh -c touch% {tmp_path}/hacked% "]\n\tinsteadOf = https://git.corp.example/\n'
        "[protocol]\n\tallow = always\n"
    )
    with pytest.raises(UnreachableError):
        _fetch(machine, "git+https://git.corp.example/x#main:p.toml")
    assert not (tmp_path / "hacked").exists()


def test_an_https_url_comes_with_its_signature(trusting: System, site: Site) -> None:
    site.put(small(3), b"signed", ".sig")
    got = _fetch(trusting, f"{site.url}/preset.toml?raw=1", ".sig")
    assert (got.document, got.signature) == (small(3), b"signed")
    assert site.asked == ["/preset.toml?raw=1", "/preset.toml.sig?raw=1"]


def test_it_goes_through_the_machines_proxy(
    trusting: System, site: Site, authority: Authority
) -> None:
    site.put(small(3), None)
    with Proxy(names={"go.example.test": f"127.0.0.1:{site.port}"}) as proxy:
        behind = replace(trusting, env={**trusting.env, "HTTPS_PROXY": proxy.url})
        got = _fetch(behind, f"https://go.example.test:{site.port}/preset.toml")
    assert got.document == small(3)


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (Page(status=404), "does not exist"),
        (Page(status=500), "500"),
        (Page(status=403), "403"),
        (Page(body=small(1), cut=50), "middle"),
        (Page(body=b"#" * (LIMIT + 1)), "more than"),
        (Page(endless=True), "more than"),
        (Page(status=302, location="http://127.0.0.1:9/x"), "redirects to http"),
        (Page(status=302, location="/preset.toml"), "circle"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_bad_answer_is_named_with_its_url(
    trusting: System, site: Site, page: Page, words: str
) -> None:
    site.pages["/preset.toml"] = page
    with pytest.raises(UnreachableError) as caught:
        _fetch(trusting, f"{site.url}/preset.toml")
    assert words in str(caught.value.message)
    assert site.url in caught.value.where


def test_a_silent_server_takes_no_longer_than_it_may(trusting: System, site: Site) -> None:
    site.pages["/preset.toml"] = Page(silent=True)
    with pytest.raises(UnreachableError):
        _fetch(trusting, f"{site.url}/preset.toml", patience_s=0.3)


def test_an_untrusted_server_is_not_believed(machine: System, site: Site) -> None:
    site.put(small(), None)
    with pytest.raises(UnreachableError) as caught:
        _fetch(machine, f"{site.url}/preset.toml")
    assert "certificate" in str(caught.value.message) or "authority" in str(caught.value.message)


def test_plain_http_on_loopback_leads_nowhere_else(machine: System) -> None:
    with Site(None) as plain:
        plain.put(small(2), None)
        assert _fetch(machine, f"{plain.url}/preset.toml").document == small(2)
        plain.pages["/preset.toml"] = Page(status=302, location=refused_url() + "/x")
        with pytest.raises(UnreachableError):
            _fetch(machine, f"{plain.url}/preset.toml")


def test_a_missing_signature_is_refused_and_named(trusting: System, site: Site) -> None:
    site.put(small(), None)
    with pytest.raises(UnsafeError) as caught:
        _fetch(trusting, f"{site.url}/preset.toml", ".minisig")
    assert caught.value.where == f"{site.url}/preset.toml.minisig:1"


def test_a_file_that_is_none_is_named(machine: System, tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.toml"):
        with pytest.raises(WizardError) as caught:
            _fetch(machine, str(path))
        assert caught.value.where == str(path)
