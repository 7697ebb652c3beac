"""What `--with` and `--option` take, and where else it may stand."""

from __future__ import annotations

from wizard.cli.target_names import OPTION_KEYS, TARGET_NAMES
from wizard.render.targets import TARGETS
from wizard.render.targets.options import OPTIONS


def test_the_help_names_every_target_and_option() -> None:
    """The words are kept apart from what renders, for a fast `--help`; here they meet."""
    assert tuple(TARGETS) == TARGET_NAMES
    assert tuple(OPTIONS) == OPTION_KEYS
