"""The host that most tests of apply play with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.apply.hosts import Host, make_host


@pytest.fixture
def host(tmp_path: Path) -> Host:
    """A host with a root folder, a home and a project of its own; nothing of the user's yet."""
    return make_host(tmp_path)
