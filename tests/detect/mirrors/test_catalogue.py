"""The catalogue: shipped, the user's own, GOPROXY's; a broken one is named by file and line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.servers import QUOTE, write_catalogue
from wizard.detect.catalogue import (
    Catalogue,
    load_catalogue,
    mirrors_from_urls,
    parse_catalogue,
    user_catalogue_path,
)
from wizard.errors import ExitCode, UsageError
from wizard.facts.base import Problem
from wizard.facts.mirrors import Origin
from wizard.system import System


def own(machine: System, text: str) -> Path:
    path = user_catalogue_path(machine)
    assert path is not None
    path.parent.mkdir(parents=True)
    path.write_text(dedent(text))
    return path


def test_the_shipped_catalogue_has_mirrors_and_an_upper_case_canary(machine: System) -> None:
    catalogue = load_catalogue(machine)
    assert {"https://proxy.golang.org", "https://goproxy.cn"} <= {m.url for m in catalogue.mirrors}
    assert any(c.path != c.path.lower() for c in catalogue.canaries)


@pytest.mark.parametrize("dead", ["gocenter", "azurefd", "tuna", "goproxy.com.cn", "bjtu"])
def test_dead_and_invented_mirrors_are_not_shipped(machine: System, dead: str) -> None:
    assert not any(dead in m.url for m in load_catalogue(machine).mirrors)


def test_mirrors_of_goproxy_come_first_and_keep_their_description(machine: System) -> None:
    goproxy = "https://nexus.example/go/|https://goproxy.cn/,direct"
    first, second, *_ = load_catalogue(machine, goproxy).mirrors
    assert (first.url, first.origin) == ("https://nexus.example/go", Origin.GOPROXY)
    assert (second.operator, second.origin) == ("Qiniu Cloud", Origin.GOPROXY)


def test_a_mirror_is_listed_once_however_it_is_spelled(machine: System) -> None:
    urls = [m.url for m in load_catalogue(machine, "HTTPS://GoProxy.CN:443/").mirrors]
    assert urls.count("https://goproxy.cn") == 1


@pytest.mark.parametrize(
    "goproxy", ["dirct", "off", "file:///tmp/x", "", "https://proxy.golang.org,direct"]
)
def test_a_goproxy_without_a_mirror_adds_none(machine: System, goproxy: str) -> None:
    assert load_catalogue(machine, goproxy) == load_catalogue(machine)


def test_credentials_of_goproxy_do_not_enter_the_catalogue(machine: System) -> None:
    assert "hunter2" not in repr(load_catalogue(machine, "https://dev:hunter2@nexus.example"))


def test_the_users_canaries_replace_the_shipped_ones(machine: System) -> None:
    path = user_catalogue_path(machine)
    assert path is not None
    write_catalogue(path, ["https://mirror.example"])
    catalogue = load_catalogue(machine)
    assert catalogue.canaries == (QUOTE.canary,)
    assert [m.url for m in catalogue.mirrors] == ["https://mirror.example"]


def test_the_users_mirrors_come_before_the_shipped_ones(machine: System) -> None:
    own(machine, '[[mirror]]\nurl = "https://mirror.example/go/"\n')
    first, *rest = load_catalogue(machine).mirrors
    assert (first.url, first.name, first.origin) == (
        "https://mirror.example/go", "mirror.example", Origin.USER,
    )  # fmt: skip
    assert rest


BROKEN = [
    ('[[mirror]]\nname = "a"\nurl = "https://a.example"\n\n[[mirror]]\nurll = "x"\n', 6),
    ('[[mirror]]\nname = "no url"\n', 1),
    ('# mine\n[[mirror]]\nurl = "goproxy.cn"\n', 3),
    ('[[mirror]]\nurl = "https://dev:x@a.example"\n', 2),
    ('[[mirror]]\nurl = 3\n', 2),
    ('[[mirror]]\nurl = "https://a.example"\nautomatic = "yes"\n', 3),
    ("[mirror]\n", 1),
    ("shipped = 1\n", 1),
    ("colour = 1\n", 1),
    ('[[canary]]\npath = "a.b/c"\nversion = "v1.0.0"\nzip_hash = "h1:x"\nmod_hash = "h1:x"\n', 4),
    ('[[mirror]\n', 1),
    ('[[mirror]]\nurl = "https://a.example\n', 2),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line"), BROKEN)
def test_a_broken_catalogue_is_named_by_file_and_line(
    machine: System, text: str, line: int
) -> None:
    path = own(machine, text)
    with pytest.raises(UsageError) as caught:
        load_catalogue(machine)
    assert caught.value.where == f"{path}:{line}"
    assert (caught.value.code, bool(str(caught.value.hint))) == (ExitCode.USAGE, True)


def test_a_catalogue_that_is_a_folder_is_an_error_with_its_path(machine: System) -> None:
    path = user_catalogue_path(machine)
    assert path is not None
    path.mkdir(parents=True)
    with pytest.raises(UsageError) as caught:
        load_catalogue(machine)
    assert caught.value.where == str(path)


def test_without_a_home_there_is_the_shipped_catalogue(machine: System) -> None:
    homeless = replace(machine, home=None, env={})
    assert load_catalogue(homeless).mirrors


@given(st.text(max_size=60))
def test_any_text_is_a_catalogue_or_a_problem(text: str) -> None:
    assert isinstance(parse_catalogue(text), Catalogue | Problem)


@pytest.mark.parametrize(
    "url", ["goproxy", "ftp://a", "https://", "https://a:b", "https://a?x", ""]
)
def test_a_flag_that_is_no_mirror_is_wrong_usage(url: str) -> None:
    with pytest.raises(UsageError):
        mirrors_from_urls([url])


def test_a_password_in_a_flag_is_refused_and_not_repeated() -> None:
    with pytest.raises(UsageError) as caught:
        mirrors_from_urls(["https://dev:hunter2@a.example"])
    assert "hunter2" not in f"{caught.value}{caught.value.where}{caught.value.hint}"


def test_a_flag_without_a_scheme_means_https_as_in_goproxy() -> None:
    assert [m.url for m in mirrors_from_urls(["goproxy.cn/"])] == ["https://goproxy.cn"]
