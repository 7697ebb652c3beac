"""`verify --host` with the real go: it leaves nothing behind, also when it is interrupted."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.go


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "go.mod").write_text(
        "module example.org/app\n\ngo 1.20\n\nrequire example.org/a v1.0.0\n"
    )
    return folder


def _command(go: str, tmp_path: Path, project: Path, goproxy: str) -> subprocess.Popen[str]:
    for name in ("home", "tmp"):
        (tmp_path / name).mkdir()
    return subprocess.Popen(
        [sys.executable, "-m", "wizard", "verify", "--host", "--timeout", "1",
         "--project", str(project)],
        env={"PATH": f"{Path(go).parent}:/usr/bin:/bin", "HOME": str(tmp_path / "home"),
             "TMPDIR": str(tmp_path / "tmp"), "GOPROXY": goproxy, "GOSUMDB": "off",
             "GOTOOLCHAIN": "local", "PYTHONPATH": str(ROOT),
             "DOCKER_HOST": f"unix://{tmp_path}/none"},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def _files(folder: Path) -> list[str]:
    return [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()]


def test_go_counts_nothing_and_leaves_nothing(go: str, tmp_path: Path, project: Path) -> None:
    with _command(go, tmp_path, project, "off") as process:
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 1, said
    assert _files(tmp_path / "home") == []
    assert _files(tmp_path / "tmp") == []
    assert _files(project) == ["go.mod"]


@pytest.fixture
def silent() -> Iterator[tuple[str, threading.Event]]:
    """A mirror that takes every connection, says nothing, and tells when go has come."""
    came = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        kept: list[socket.socket] = []

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                kept.append(connection)
                if b"/example.org/a/" in connection.recv(4096):
                    came.set()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", came
        server.shutdown(socket.SHUT_RDWR)
        thread.join(timeout=5)
        for one in kept:
            one.close()


def test_ctrl_c_ends_go_and_leaves_nothing(
    go: str, tmp_path: Path, project: Path, silent: tuple[str, threading.Event]
) -> None:
    url, came = silent
    with _command(go, tmp_path, project, url) as process:
        try:
            assert came.wait(timeout=60), "go never came"
            process.send_signal(signal.SIGINT)
            said, _ = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert _files(tmp_path / "home") == []
    assert _files(tmp_path / "tmp") == []
    assert not _running(str(tmp_path / "tmp"))


def _running(word: str) -> list[str]:
    """Return the processes whose environment names `word`."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                environment = (entry / "environ").read_bytes()
            except OSError:
                continue
            if word.encode() in environment:
                found.append((entry / "cmdline").read_bytes().decode("utf-8", "replace"))
    return found
