"""The command line: parses, calls the stream, shows the answer, returns the exit code.

What `--help` and `--version` need is imported here, and nothing else: they must not pay for the
rest.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from wizard.session import Session
    from wizard.system import System

__all__ = ["run"]


def run(
    argv: Sequence[str],
    *,
    start_wizard: Callable[[Session], int],
    system: System | None = None,
) -> int:
    """Run one command and return its exit code; every `WizardError` becomes one clear message."""
    from wizard import __version__
    from wizard.cli.speaking import never_fail_to_print, speak_to, stand_in_for_closed_streams

    stand_in_for_closed_streams()
    never_fail_to_print()
    if list(argv) == ["--version"]:
        print(f"gomod-wizard {__version__}")
        return 0
    speak_to(argv, system)
    if not argv:  # the wizard itself, which is waited for: it has no flags to be parsed
        from types import SimpleNamespace
        from typing import cast

        from wizard.cli.invocation import invoke

        bare = cast("argparse.Namespace", SimpleNamespace(command=None))
        return invoke(bare, argv, start_wizard=start_wizard, system=system)
    from wizard.cli.parser import build_parser
    from wizard.errors import ExitCode, WizardError

    try:
        flags = build_parser(__version__).parse_args(argv)
    except SystemExit as stop:  # argparse: --help
        return stop.code if isinstance(stop.code, int) else ExitCode.USAGE
    except WizardError as error:
        from wizard.cli.invocation import invoke

        return invoke(error, argv, start_wizard=start_wizard, system=system)
    from wizard.cli.invocation import invoke

    return invoke(flags, argv, start_wizard=start_wizard, system=system)
