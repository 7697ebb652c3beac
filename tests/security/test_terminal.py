"""What came from outside moves no cursor, sets no title and reverses no line, by any command."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.security.entrances import Place
from tests.security.hostile import LOG, OBEYED, hostile
from tests.security.test_leaks import COMMANDS
from wizard.cli import run


@pytest.mark.usefixtures("a_watch_that_ends")
@pytest.mark.parametrize("name", COMMANDS)
def test_nothing_that_is_printed_is_obeyed(
    name: str, place: Place, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    at = hostile(place)
    log = tmp_path / "build.log"
    log.write_text(LOG)
    bad = []
    for step in COMMANDS[name]:
        argv = [word.format(out=tmp_path / "out", log=log) for word in step]
        argv += ["--project", str(at.project), "--timeout", "1"]
        run(argv, start_wizard=lambda session: 0, system=at.system)
        out, err = capfd.readouterr()
        bad += [(step, char) for char in set(OBEYED.findall(out + err))]
    assert bad == []
