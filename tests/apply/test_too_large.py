"""Half a file is nobody's copy."""

from __future__ import annotations

from pathlib import Path

import pytest

from wizard.apply.disk import Disk


def test_a_file_beyond_the_limit_is_an_error_and_not_its_first_part(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    assert Disk().look(tmp_path / "file", 5) == b"12345"
    with pytest.raises(OSError, match="too large"):
        Disk().look(tmp_path / "file", 4)
