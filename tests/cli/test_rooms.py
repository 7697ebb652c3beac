"""Every command of the help has its coroutine, though each is imported only when it runs."""

from __future__ import annotations

from inspect import iscoroutinefunction

import pytest

from wizard.cli.commands import command
from wizard.cli.parser import COMMAND_NAMES

_WITHOUT_A_LOOP = {"completion", "demo"}
"""Answered before there is an event loop."""


@pytest.mark.parametrize("name", sorted(COMMAND_NAMES - _WITHOUT_A_LOOP))
def test_every_command_is_found_by_its_name(name: str) -> None:
    assert iscoroutinefunction(command(name))
