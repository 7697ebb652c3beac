"""Tell the desktop, by the system's own program; where there is none, nobody is told."""

from __future__ import annotations

from wizard.system import Completed, System


async def notify(system: System, title: str, text: str) -> bool:
    """Show a notification; False where this system has no way to. The text is data, never code."""
    for argv in (
        ("notify-send", "--app-name=gomod-wizard", "--", title, text),
        ("osascript", "-e", _SCRIPT, title, text),
    ):
        if system.which(argv[0]) is not None:
            done = await system.run(argv, timeout_s=5)
            return isinstance(done, Completed) and done.code == 0
    return False


_SCRIPT = "on run argv\ndisplay notification (item 2 of argv) with title (item 1 of argv)\nend run"
"""AppleScript that takes its texts as arguments, so that nothing of them is run."""
