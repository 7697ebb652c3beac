"""The way that `route` names beside the way that a real Go goes: the same requests, in order."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.route.world import BIG, GIT, LIB, World, clean, folded
from tests.servers import QUOTE, SHOUT, Module
from wizard.cli import run
from wizard.session import Session
from wizard.system import System

pytestmark = pytest.mark.go


@dataclass(frozen=True)
class Case:
    """One combination of settings: the environment, the project, the module."""

    goproxy: str
    env: dict[str, str] = field(default_factory=dict)
    module: Module = QUOTE
    sums: bool = True
    replace: str = ""
    netrc: str = ""
    gitconfig: str = ""
    latest: bool = False


PRIVATE = {"GOPRIVATE": GIT}
OPEN = {"GONOSUMDB": GIT}


def _lib(name: str) -> Module:
    return Module(f"{GIT}/{name}", "v1.0.0")


CASES: dict[str, Case] = {
    # GOPROXY: what each separator lets through
    "one good mirror": Case("{good}"),
    "upper case": Case("{good}", module=SHOUT),
    "a base path": Case("{based}"),
    "a trailing slash": Case("{good}/"),
    "spaces and empty entries": Case(" , {s404} ,, {good} "),
    "404, next": Case("{s404},{good}"),
    "410, next": Case("{s410},{good}"),
    "404| next": Case("{s404}|{good}"),
    "401, stops": Case("{s401},{good}"),
    "403, stops": Case("{s403},{good}"),
    "403| next": Case("{s403}|{good}"),
    "429, stops": Case("{s429},{good}"),
    "500, stops": Case("{s500},{good}"),
    "500| next": Case("{s500}|{good}"),
    "502|404,good": Case("{s502}|{s404},{good}"),
    "403,500": Case("{s403}|{s500}"),
    "refused, stops": Case("{gone},{good}"),
    "refused| next": Case("{gone}|{good}"),
    "reset, stops": Case("{reset},{good}"),
    "reset| next": Case("{reset}|{good}"),
    "cut off| next": Case("{cut}|{good}"),
    "no http| next": Case("{odd}|{good}"),
    "redirect loop| next": Case("{loop}|{good}"),
    "closing": Case("{closing}"),
    "chunked": Case("{chunked}"),
    "a large zip": Case("{good}", module=BIG),
    "a large zip in chunks": Case("{chunked}", module=BIG),
    "off": Case("off"),
    "404 then off": Case("{s404},off,{good}"),
    "a word": Case("dirct"),
    "a word after a good one": Case("{good},dirct"),
    "another scheme": Case("ftp://mirror.example.test"),
    "plain http": Case("{plain}"),
    "https to a plain port": Case("{s404},https://127.0.0.1:1"),
    # Content: 200 and wrong
    "login page": Case("{login}|{good}"),
    "login page without sums": Case("{login}|{good}", sums=False, env={"GOSUMDB": "off"}),
    "json that is no info": Case("{json}|{good}"),
    "another version's info, ": Case("{version},{good}"),
    "another version's info| ": Case("{version}|{good}"),
    "another go.mod": Case("{mod}|{good}"),
    "another zip": Case("{bytes}|{good}"),
    "page for the zip": Case("{zippage}|{good}"),
    "zip 403,": Case("{zip403},{good}"),
    "zip 403|": Case("{zip403}|{good}"),
    "only .info,": Case("{onlyinfo},{good}"),
    "no %21,": Case("{noupper},{good}", module=SHOUT),
    "zip redirected": Case("{ziphere}"),
    "zip redirected to nowhere": Case("{zipgone}"),
    "zip redirected to nowhere|": Case("{zipgone}|{good}"),
    "zip redirected to http": Case("{zipplain}|{good}"),
    # TLS
    "expired": Case("{expired},{good}"),
    "expired|": Case("{expired}|{good}"),
    "other host|": Case("{otherhost}|{good}"),
    "stranger": Case("{stranger}"),
    "GOINSECURE is not for mirrors": Case("{stranger}", env={"GOINSECURE": "*"}),
    # Credentials
    "no login": Case("{locked},{good}"),
    "login in the URL": Case("{locked_known}"),
    "login over http": Case("{plain_known}|{good}"),
    "netrc with the port": Case(
        "{locked}", netrc="machine {locked_netloc} login dev password pass-1\n"
    ),
    "netrc without the port": Case(
        "{locked}", netrc="machine 127.0.0.1 login dev password pass-1\n"
    ),
    "netrc, wrong": Case("{locked}", netrc="machine {locked_netloc} login dev password no\n"),
    "GOAUTH=off": Case(
        "{locked}",
        env={"GOAUTH": "off"},
        netrc="machine {locked_netloc} login dev password pass-1\n",
    ),
    "GOAUTH with an empty command": Case("{good}", env={"GOAUTH": "netrc;"}),
    "GOAUTH, off among others": Case("{good}", env={"GOAUTH": "off;netrc"}),
    "GOAUTH=git in a relative folder": Case("{good}", env={"GOAUTH": "git here"}),
    "GOAUTH, a command that knows": Case("{locked}", env={"GOAUTH": "{knows}"}),
    "GOAUTH, a command that knows when asked": Case("{locked}", env={"GOAUTH": "{asked}"}),
    "GOAUTH, a command that prints rubbish": Case("{locked}", env={"GOAUTH": "{rubbish}"}),
    "GOAUTH, a command that is missing": Case(
        "{locked}",
        env={"GOAUTH": "no-such-program;netrc"},
        netrc="machine {locked_netloc} login dev password pass-1\n",
    ),
    # The checksum database
    "no sums, database off": Case("{good}", sums=False, env={"GOSUMDB": "off"}),
    "no sums, GONOSUMDB": Case("{good}", sums=False, env={"GONOSUMDB": "example.test"}),
    "no sums, GONOSUMDB=other": Case(
        "{relay}", sums=False, env={"GONOSUMDB": "other.test, example.test"}
    ),
    "no sums, relay": Case("{relay}", sums=False),
    "no sums, relay refuses": Case("{sumdb403}", sums=False),
    "no sums, relay refuses|": Case("{sumdb403}|{relay}", sums=False),
    "no sums, 404 then relay": Case("{good},{relay}", sums=False),
    "no sums, bad GOSUMDB": Case("{good}", sums=False, env={"GOSUMDB": "sum.example.test"}),
    "no sums, GOSUMDB at a URL": Case(
        "{relay}", sums=False, env={"GOSUMDB": "sum.golang.org {good}/sumdb"}
    ),
    # Private patterns
    "GOPRIVATE goes direct": Case("{good}", env=PRIVATE, module=LIB, sums=False),
    "GOPRIVATE, nothing there": Case("{good},direct", env=PRIVATE, module=_lib("none"), sums=False),
    "GOPRIVATE and off": Case("off", env=PRIVATE, module=LIB, sums=False),
    "GONOPROXY=none": Case("{good}", env={**PRIVATE, "GONOPROXY": "none"}, module=LIB, sums=False),
    "GONOPROXY alone": Case("{good}", env={"GONOPROXY": GIT}, module=LIB, sums=False),
    "GOPRIVATE with a space": Case(
        "{good}", env={"GOPRIVATE": f"a.test, {GIT}", "GOSUMDB": "off"}, module=LIB, sums=False
    ),
    "GOPRIVATE with a star": Case(
        "{good}", env={"GOPRIVATE": "*.example.test"}, module=LIB, sums=False
    ),
    # direct
    "direct": Case("direct", env=OPEN, module=LIB, sums=False),
    "404 then direct": Case("{s404},direct", env=OPEN, module=LIB, sums=False),
    "403 then direct": Case("{s403},direct", env=OPEN, module=LIB, sums=False),
    "a folder of a repository": Case("direct", env=OPEN, module=_lib("mono/tool"), sums=False),
    "tags that disagree": Case("direct", env=OPEN, module=_lib("liar/tool"), sums=False),
    "a tag that names a mirror": Case("direct", env=OPEN, module=_lib("proxied"), sums=False),
    "no such tag": Case("direct", env=OPEN, module=Module(LIB.path, "v1.9.9"), sums=False),
    "a page without a tag": Case("direct", env=OPEN, module=_lib("empty"), sums=False),
    "401 for go-get": Case("direct", env=PRIVATE, module=_lib("login"), sums=False),
    "403 for go-get": Case("{good}", env=PRIVATE, module=_lib("denied"), sums=False),
    "the repository is gone": Case("direct", env=PRIVATE, module=_lib("away"), sums=False),
    "the repository is closed": Case("{good}", env=PRIVATE, module=_lib("closed"), sums=False),
    ".git in the path": Case("direct", env=OPEN, module=_lib("lib.git"), sums=False),
    "insteadOf": Case(
        "direct",
        env=OPEN,
        module=_lib("away"),
        sums=False,
        gitconfig=f'[url "https://{GIT}/moved"]\n\tinsteadOf = https://{GIT}/away\n',
    ),
    "GOINSECURE, nothing there": Case(
        "direct", env={**OPEN, "GOINSECURE": GIT}, module=_lib("none"), sums=False
    ),
    # GOVCS
    "GOVCS forbids git": Case("direct", env={**OPEN, "GOVCS": "public:hg"}, module=LIB, sums=False),
    "GOVCS for this host": Case(
        "direct", env={**OPEN, "GOVCS": f"{GIT}:git,*:off"}, module=LIB, sums=False
    ),
    "GOVCS private": Case(
        "direct", env={**PRIVATE, "GOVCS": "private:off"}, module=LIB, sums=False
    ),
    "GOVCS malformed": Case("direct", env={**OPEN, "GOVCS": "git"}, module=LIB, sums=False),
    "GOVCS does not bind mirrors": Case("{good}", env={"GOVCS": "*:off"}),
    "svn is forbidden": Case("direct", env=OPEN, module=_lib("hg"), sums=False),
    # Forward proxies
    "by name through the proxy": Case("https://mirror.example.test"),
    "lower case": Case(
        "https://mirror.example.test", env={"HTTPS_PROXY": "", "https_proxy": "{proxy}"}
    ),
    "http proxy is not for https": Case(
        "{gone}|{good}", env={"HTTPS_PROXY": "", "HTTP_PROXY": "{strict}"}
    ),
    "the proxy refuses": Case(
        "https://mirror.example.test,{good}", env={"HTTPS_PROXY": "{strict}"}
    ),
    "the proxy refuses|": Case(
        "https://mirror.example.test|{good}", env={"HTTPS_PROXY": "{strict}"}
    ),
    "the proxy wants a login": Case("https://mirror.example.test", env={"HTTPS_PROXY": "{asking}"}),
    "the proxy knows the login": Case(
        "https://mirror.example.test", env={"HTTPS_PROXY": "{asking_known}"}
    ),
    "no proxy for loopback": Case("{good}", env={"HTTPS_PROXY": "http://127.0.0.1:1"}),
    "NO_PROXY with a dot": Case(
        "https://mirror.example.test", env={"NO_PROXY": ".mirror.example.test,x.test"}
    ),
    "NO_PROXY with a space": Case(
        "https://mirror.example.test", env={"NO_PROXY": "x.test mirror.example.test"}
    ),
    # go.mod and the rest
    "the latest of a list": Case("{s404},{listed}", latest=True, env={"GOSUMDB": "off"}),
    "the latest without a list": Case("{unlisted}", latest=True, env={"GOSUMDB": "off"}),
    "the latest of nothing": Case("{good},{listed}", latest=True, env={"GOSUMDB": "off"}),
    "the latest tag": Case("direct", latest=True, module=LIB, env=OPEN),
    "replace by a module": Case(
        "{good}",
        replace=f"{QUOTE.path} => {SHOUT.path} {SHOUT.version}",
        sums=False,
        env={"GOSUMDB": "off"},
    ),
    "replace of another version": Case(
        "{good}", replace=f"{QUOTE.path} v1.0.0 => {SHOUT.path} {SHOUT.version}"
    ),
    "replace by a private module": Case(
        "{good}", replace=f"{QUOTE.path} => {LIB.path} {LIB.version}", env=PRIVATE, sums=False
    ),
    "replace by a folder": Case("{good}", replace=f"{QUOTE.path} => ./here", sums=False),
    "-mod=vendor": Case("{good}", env={"GOFLAGS": "-mod=vendor"}),
    "file://": Case("{folder},{good}"),
    "file:// lacks it": Case("{folder},{good}", module=SHOUT),
}


def _env(world: World, case: Case, home: Path) -> dict[str, str]:
    plain = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "GOTOOLCHAIN": "local",
        "GOFLAGS": "",
        "SSL_CERT_FILE": str(world.authority.bundle),
        "GIT_SSL_CAINFO": str(world.authority.bundle),
        "GIT_SSH_COMMAND": "false",
        "HTTPS_PROXY": "{proxy}",
        "GOPROXY": case.goproxy,
        **case.env,
    }
    return {name: world.filled(value) for name, value in plain.items()}


def _home(world: World, case: Case, folder: Path) -> Path:
    home = folder / "home"
    home.mkdir()
    (home / ".netrc").write_text(world.filled(case.netrc))
    (home / ".gitconfig").write_text(case.gitconfig)
    return home


def _project(case: Case, folder: Path) -> Path:
    project = folder / "app"
    project.mkdir()
    module = case.module
    if case.latest:
        (project / "go.mod").write_text("module example.org/app\n\ngo 1.21\n")
        return project
    replace = f"\nreplace {case.replace}\n" if case.replace else ""
    (project / "go.mod").write_text(
        f"module example.org/app\n\ngo 1.21\n\nrequire {module.path} {module.version}\n{replace}"
    )
    (project / "here").mkdir()
    (project / "here" / "go.mod").write_text(f"module {module.path}\n\ngo 1.21\n")
    if case.sums:
        known = module.canary
        (project / "go.sum").write_text(
            f"{module.path} {module.version} {known.zip_hash}\n"
            f"{module.path} {module.version}/go.mod {known.mod_hash}\n"
        )
    return project


def _never(session: Session) -> int:
    raise AssertionError("no wizard here")


@pytest.mark.parametrize("name", CASES)
def test_route_goes_the_way_that_go_goes(
    name: str, world: World, go: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    case = CASES[name]
    home, project = _home(world, case, tmp_path), _project(case, tmp_path)
    env = _env(world, case, home)

    with clean(world.log) as ours:
        machine = System(env=env, home=home, uid=1000, root=tmp_path, platform="linux")
        argv = ["route", case.module.path, "--json", "--project", str(project), "--timeout", "30"]
        code = run(argv, start_wizard=_never, system=machine)
    document = json.loads(capfd.readouterr().out)

    modules = tmp_path / "modules"
    real = {**env, "GOMODCACHE": str(modules), "GOFLAGS": f"-modcacherw {env['GOFLAGS']}".strip()}
    with clean(world.log) as theirs:
        explicit = [f"{case.module.path}@latest"] if case.latest else []
        done = subprocess.run(
            [go, "mod", "download", *explicit],
            cwd=project,
            env=real,
            capture_output=True,
            text=True,
        )

    said = f"{done.stderr}\n{json.dumps(document['hops'], indent=1)}"
    assert (code == 0) == (done.returncode == 0), said
    assert list(dict.fromkeys(folded(ours))) == list(dict.fromkeys(folded(theirs))), said
    assert _told(world, document["hops"], ours) == folded(theirs), said


def _told(world: World, hops: list[dict[str, object]], ours: list[tuple[str, str]]) -> object:
    """Return the requests that the hops stand for, as often as Go is said to send them."""
    found: list[tuple[str, str]] = []
    for hop in hops:
        if hop["kind"] not in ("mirror", "go-get", "git", "checksum-database"):
            continue
        urls = [str(hop["url"]), *hop["redirects"]]  # type: ignore[misc]
        seen = [one for url in urls if (one := _place(world, url)) is not None]
        if hop["kind"] == "git":
            seen = [("repository", urlsplit(urls[0]).path)]
            reached = seen[0] in folded(ours)
        else:
            reached = hop["status"] is not None or seen[:1] == [s for s in seen[:1] if s in ours]
        if reached:
            again = hop["kind"] == "git" and found[-1:] == seen
            found += [] if again else seen * int(str(hop["times"]))
    return found


def _place(world: World, url: str) -> tuple[str, str] | None:
    parts = urlsplit(url)
    name = world.places.get(parts.netloc)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    return None if name is None else (name, target)
