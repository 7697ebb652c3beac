"""A caller may close any stream: nothing fails, and nothing is printed into another file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("command", ["detect", "plan", "diff", "apply", "history"])
def test_a_closed_stream_ends_nothing(closed: str, command: str, tmp_path: Path) -> None:
    project = tmp_path / "app"
    project.mkdir()
    (project / "go.mod").write_text("module a.example/app\n\ngo 1.25\n")
    env = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONPATH": str(ROOT),
           "GOPROXY": "https://127.0.0.1:9"}  # fmt: skip
    more = "" if command == "history" else f"--timeout 1 --project {project}"
    done = subprocess.run(
        ["sh", "-c", f'"$1" -m wizard {command} {more} {closed}; echo "code $?" >"$0"',
         str(tmp_path / "code"), sys.executable],
        env=env, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    code = int((tmp_path / "code").read_text().split()[-1])
    assert code in (0, 1, 2, 3, 4)
    assert "Traceback" not in done.stdout + done.stderr
    assert (project / "go.mod").read_text() == "module a.example/app\n\ngo 1.25\n"
    assert os.listdir(project) == ["go.mod"]
