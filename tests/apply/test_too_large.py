"""Half a file is nobody's copy."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from wizard.apply.disk import Disk
from wizard.apply.failure import cause


def test_a_file_beyond_the_limit_is_an_error_and_not_its_first_part(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    assert Disk().look(tmp_path / "file", 5) == b"12345"
    with pytest.raises(OSError, match="too large"):
        Disk().look(tmp_path / "file", 4)


def test_it_is_named_as_a_file_that_is_not_read_and_no_full_disk(tmp_path: Path) -> None:
    with (tmp_path / "file").open("wb") as file:
        file.truncate((32 << 20) + 1)
    with pytest.raises(OSError, match="too large") as caught:
        Disk().look(tmp_path / "file", 32 << 20)
    why, hint = cause(caught.value)
    assert str(why) == "it is larger than the 32 MiB that are read of any file"
    assert "move it away" in str(hint)


def test_a_file_that_the_system_lets_nobody_write_so_large_names_the_limit() -> None:
    why, hint = cause(OSError(errno.EFBIG, "File too large"))
    assert "larger than a file may be here" in str(why)
    assert "ulimit -f" in str(hint)
