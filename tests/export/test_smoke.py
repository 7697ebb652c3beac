"""The generated smoke test, really run: on an exported tree, and on proxies that are broken."""

from __future__ import annotations

import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.ended import Ended
from tests.export.conftest import Export, Place, sums
from tests.plan.facts_builder import facts, private_facts, private_host
from tests.render.plans import plan
from tests.servers.module import QUOTE, SHOUT, Module
from wizard.render.targets import render_targets
from wizard.render.targets.options import Options

pytestmark = pytest.mark.go

Smoke = Callable[..., Ended]


@contextmanager
def answering(handler: Callable[..., BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Files(SimpleHTTPRequestHandler):
    """An exported tree; `fixed` answers instead where a path begins so."""

    fixed: tuple[tuple[str, int], ...] = ()

    def do_GET(self) -> None:
        for start, status in self.fixed:
            if self.path.startswith(start):
                self.send_response(status)
                self.end_headers()
                return
        super().do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def tree_with(folder: Path, *fixed: tuple[str, int]) -> Callable[..., BaseHTTPRequestHandler]:
    handler = type("Handler", (Files,), {"fixed": fixed})
    return partial(handler, directory=str(folder))


class Page(BaseHTTPRequestHandler):
    """A login page for everything."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>log in</html>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def smoke(place: Place, tmp_path: Path) -> Smoke:
    decided = plan(facts(private=private_facts(private_host())))

    def run(target: str, url: str, module: Module = QUOTE, **env: str) -> Ended:
        (script,) = [
            one
            for one in render_targets(decided, (target,), Options({}))
            if "/smoke-test." in one.name
        ]
        (tmp_path / "smoke-test.sh").write_text(script.standalone)
        (tmp_path / "lines").write_text(sums((module,)))
        done = subprocess.run(
            ["sh", str(tmp_path / "smoke-test.sh"), url],
            env={
                "PATH": f"{Path(place.go).parent}:/usr/bin:/bin",
                "HOME": str(tmp_path),
                "SMOKE_MODULE": module.path,
                "SMOKE_VERSION": module.version,
                "SMOKE_GOSUM": str(tmp_path / "lines"),
                **env,
            },
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        return Ended(done.returncode, done.stdout, done.stderr)

    return run


ATHENS = (("/healthz", 200), ("/readyz", 200), ("/sumdb/", 403))


@pytest.mark.parametrize("module", [QUOTE, SHOUT], ids=lambda module: module.path)
def test_a_proxy_that_works_is_right(
    export: Export, smoke: Smoke, tree: Path, module: Module
) -> None:
    assert export().code == 0
    with answering(tree_with(tree, *ATHENS)) as url:
        ended = smoke("athens-compose", url, module)
    assert ended.code == 0, ended.out + ended.err
    assert "FAIL" not in ended.out
    assert f"ok    go mod download {module.path}@{module.version}" in ended.out
    assert "ok    /healthz" in ended.out
    assert "does not hear of git.corp.example (403)" in ended.out


def test_a_plain_web_server_over_an_exported_tree_is_right(
    export: Export, smoke: Smoke, tree: Path
) -> None:
    assert export().code == 0
    with answering(tree_with(tree)) as url:
        ended = smoke("goproxy-compose", url)
    assert ended.code == 0, ended.out + ended.err


def test_a_database_that_hears_of_private_modules_is_a_fault(
    export: Export, smoke: Smoke, tree: Path
) -> None:
    assert export().code == 0
    with answering(tree_with(tree, *ATHENS[:2], ("/sumdb/", 500))) as url:
        ended = smoke("athens-compose", url)
    assert ended.code == 1
    assert "FAIL  the checksum database was asked for git.corp.example: status 500" in ended.out


def test_a_proxy_that_is_not_ready_is_a_fault(export: Export, smoke: Smoke, tree: Path) -> None:
    assert export().code == 0
    with answering(tree_with(tree, ("/healthz", 200), ("/readyz", 503), ("/sumdb/", 403))) as url:
        ended = smoke("athens-compose", url)
    assert ended.code == 1
    assert "FAIL  /readyz: status 503" in ended.out


def test_other_bytes_than_go_sum_says_are_a_fault(export: Export, smoke: Smoke, tree: Path) -> None:
    assert export().code == 0
    wrong = Module(QUOTE.path, QUOTE.version, {"a.go": "package evil\n"}).zip
    (tree / QUOTE.path / "@v" / f"{QUOTE.version}.zip").write_bytes(wrong)
    with answering(tree_with(tree)) as url:
        ended = smoke("goproxy-compose", url)
    assert ended.code == 1
    assert "checksum mismatch" in ended.out


def test_a_login_page_is_no_proxy(smoke: Smoke) -> None:
    with answering(Page) as url:
        ended = smoke("goproxy-compose", url)
    assert ended.code == 1
    assert "ok " not in ended.out


def test_where_nothing_listens_it_says_so(smoke: Smoke) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    ended = smoke("goproxy-compose", f"http://127.0.0.1:{port}")
    assert ended.code == 3
    assert "nothing answers" in ended.out


@pytest.mark.parametrize("url", ["ftp://127.0.0.1", "-o /etc/passwd", "$(id)"])
def test_what_is_no_url_is_refused(smoke: Smoke, url: str) -> None:
    assert smoke("goproxy-compose", url).code == 2


def test_a_shell_reads_the_scripts(tmp_path: Path) -> None:
    decided = plan(facts(private=private_facts(private_host())))
    for one in render_targets(decided, ("athens-compose",), Options({})):
        if one.name.endswith(".sh"):
            path = tmp_path / Path(one.name).name
            path.write_text(one.standalone)
            done = subprocess.run(["sh", "-n", path], capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
