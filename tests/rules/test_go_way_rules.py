"""The rules behind a route that need no server: GOVCS, go-import pages, GOAUTH's output."""

from __future__ import annotations

import pytest

from wizard.rules.go_import import KnownRepository, MetaImport, known_repository, meta_imports
from wizard.rules.goauth import credential_for, parse_credentials
from wizard.rules.govcs import vcs_allowed
from wizard.secret import Secret


@pytest.mark.parametrize(
    ("govcs", "vcs", "private", "allowed"),
    [
        ("", "git", False, True),
        ("", "svn", False, False),
        ("", "svn", True, True),
        ("git.corp.example:git,*:off", "git", False, True),
        ("git.corp.example:hg,*:git", "git", False, False),
        ("public:git|svn", "svn", False, True),
        (" private : all , public : off ", "git", False, False),
    ],
)
def test_the_first_rule_that_matches_decides(
    govcs: str, vcs: str, private: bool, allowed: bool
) -> None:
    assert vcs_allowed(govcs, vcs, "git.corp.example/lib", private=private) is allowed


@pytest.mark.parametrize("govcs", ["git", "a.com:", ":git", "a.com:git,,b.com:git", "./x:git",
                                   "a.com:git,a.com:hg"])  # fmt: skip
def test_a_value_that_go_refuses_has_a_reason(govcs: str) -> None:
    assert not isinstance(vcs_allowed(govcs, "git", "a.com/x", private=False), bool)


@pytest.mark.parametrize(
    ("path", "root"),
    [
        ("github.com/Org/repo/v2/sub", "github.com/Org/repo"),
        ("git.corp.example/team/lib.git/sub", "git.corp.example/team/lib.git"),
    ],
)
def test_go_knows_some_repositories_without_asking(path: str, root: str) -> None:
    known = known_repository(path)
    assert isinstance(known, KnownRepository)
    assert known.root == root


def test_a_page_is_read_up_to_its_body_and_a_proxy_supersedes() -> None:
    tag = '<META name=go-import content="{} {} https://x.example/{}">'
    page = "<head>" + tag.format("a.b/c", "git", "g") + tag.format("a.b/c", "mod", "m")
    page += "</head><body>" + tag.format("a.b", "git", "late")
    assert meta_imports(page.encode()) == (
        MetaImport(prefix="a.b/c", vcs="mod", url="https://x.example/m"),
    )


def test_a_page_that_is_no_html_holds_no_import() -> None:
    assert meta_imports(b"\x00\xff<meta <meta name='go-import' content='a b'>") == ()


def test_the_longest_prefix_has_the_login() -> None:
    printed = (
        "https://a.example/\n\nAuthorization: Basic one\n\n"
        "https://a.example/team\nhttps://b.example\n\nAuthorization: Basic two\nX-Other: y\n\n"
    )
    known = parse_credentials(printed)
    assert known is not None
    assert credential_for("https://a.example/team/lib", known) == Secret("Basic two")
    assert credential_for("https://a.example/teams", known) == Secret("Basic one")
    assert credential_for("https://c.example/", known) is None


@pytest.mark.parametrize("printed", ["rubbish\n", "https://a.example\n\nno colon\n\n", "https://a"])
def test_output_that_go_refuses_gives_nothing(printed: str) -> None:
    assert parse_credentials(printed) is None
