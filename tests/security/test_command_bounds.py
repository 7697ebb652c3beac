"""Servers without an end, before the real program: it ends by itself, in a small one's memory."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import Authority, Mirror

ROOT = Path(__file__).parents[2]
_PEAK = """\
import resource, sys
sys.path.insert(0, sys.argv[1])
from wizard.__main__ import main
code = main(sys.argv[2:])
print(code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""


@pytest.fixture(scope="module")
def authority() -> Iterator[Authority]:
    with Authority() as made:
        yield made


def peak(command: str, behaviour: str, authority: Authority, folder: Path) -> tuple[int, int]:
    """Return the exit code and the most kilobytes that a command took before such a mirror."""
    (folder / "go.mod").write_text("module a.example/x\n\ngo 1.25\n\nrequire rsc.io/quote v1.5.2\n")
    with Mirror(authority, behaviour, certificate="none") as mirror:
        words = {"mirrors": ["--url", mirror.url], "route": ["rsc.io/quote"]}[command]
        done = subprocess.run(
            [sys.executable, "-I", "-c", _PEAK, str(ROOT), command, *words, "--timeout", "2"],
            env={"PATH": "", "HOME": str(folder), "GOPROXY": mirror.url, "GONOSUMDB": "*"},
            cwd=folder, capture_output=True, timeout=60, check=True,
        )  # fmt: skip
    code, kilobytes = done.stderr.split()[-2:]
    return int(code), int(kilobytes)


@pytest.mark.parametrize("behaviour", ["endless", "endless-head", "redirect-loop", "drip"])
@pytest.mark.parametrize("command", ["mirrors", "route"])
def test_a_server_without_an_end_takes_the_memory_of_one_that_refuses(
    command: str, behaviour: str, authority: Authority, tmp_path: Path
) -> None:
    _, small = peak(command, "status-404", authority, tmp_path)
    code, most = peak(command, behaviour, authority, tmp_path)
    assert code == 1
    assert most < 1.5 * small
