"""The composition root: chooses a face, the wizard or the command line, and starts it.

The one module of the core that names `screens`, and only when the wizard is wanted: the
command line must not pay for Textual.
"""

from __future__ import annotations

import os
import sys
import warnings

if not __package__:  # started by its path, isolated (apply/sudo.py): this package, no other
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))

from wizard.cli import run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wizard.session import Session


def start_wizard(session: Session) -> int:
    """Start the full-screen wizard; returns its exit code."""
    import gc

    gc.disable()  # what is imported lives as long as the program; `screens.calm` goes on from there
    from screens.app import run_wizard

    return run_wizard(session)


def main(argv: list[str] | None = None) -> int:
    """Run `gomod-wizard` with `argv` (default: the process's arguments); returns the exit code."""
    if argv is None:
        # Ctrl-C gives up looks that had not begun; that is no news for whoever pressed it.
        warnings.filterwarnings("ignore", r"coroutine '.*' was never awaited", RuntimeWarning)
    return run(sys.argv[1:] if argv is None else argv, start_wizard=start_wizard)


if __name__ == "__main__":
    sys.exit(main())
