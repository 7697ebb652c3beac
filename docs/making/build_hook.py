"""What a wheel holds beside the program: the manual page and the completion scripts.

They are made from the parser while the wheel is built, so no committed copy can be stale.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Shared(BuildHookInterface[Any]):
    """hatchling's hook: makes the files and says where they belong below the prefix."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the files to a wheel; an editable installation has none."""
        if version == "editable" or self.target_name != "wheel":
            return
        sys.path.insert(0, self.root)
        try:
            from docs.making.manual import manual
            from wizard.cli.completion import SCRIPTS
            from wizard.cli.completion.grammar import grammar
        finally:
            sys.path.remove(self.root)
        known = grammar()
        made = {
            "man/man1/gomod-wizard.1": manual(known),
            "bash-completion/completions/gomod-wizard": SCRIPTS["bash"](known),
            "zsh/site-functions/_gomod-wizard": SCRIPTS["zsh"](known),
            "fish/vendor_completions.d/gomod-wizard.fish": SCRIPTS["fish"](known),
        }
        for place, text in made.items():
            path = Path(self.root) / "build" / "share" / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            build_data["shared_data"][str(path)] = f"share/{place}"
