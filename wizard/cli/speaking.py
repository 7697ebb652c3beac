"""In which language this invocation speaks, and how its streams write what they cannot encode."""

from __future__ import annotations

import io
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wizard.system import System


def speak_to(argv: Sequence[str], system: System | None) -> None:
    """Choose the language: `--lang`, the one chosen in the palette, the locale; where legible.

    A document (`--json`) follows the flag alone, so that a script reads the same everywhere; and
    nothing but the flag counts where stdout could not write the language but as escapes.
    `system`: None is this machine.
    """
    from wizard.language import choose_language, speak, wanted_by

    wanted = wanted_by(argv)
    own = argv[: list(argv).index("--")] if "--" in argv else argv
    if wanted is None and ("--json" in own or not _writes("中")):
        wanted = "en"
    env = os.environ if system is None else system.env
    speak(choose_language(env, wanted or _chosen(env, system)))


def _chosen(env: Mapping[str, str], system: System | None) -> str | None:
    """Return what was chosen in the palette of an earlier run, if it is spoken here."""
    # Mostly there is no such file; to learn that must not cost what reading it does.
    base = env.get("XDG_CONFIG_HOME") or f"{env.get('HOME') or env.get('USERPROFILE')}/.config"
    if system is None and not os.path.lexists(f"{base}/gomod-wizard/preferences.toml"):
        return None
    from wizard.language import LANGUAGES
    from wizard.preferences import preferences
    from wizard.system import this_machine

    chosen = preferences(this_machine() if system is None else system).get("language")
    return chosen if chosen in LANGUAGES else None


def _writes(text: str) -> bool:
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def stand_in_for_closed_streams() -> None:
    """Open what the caller closed (`>&-`) as nothing.

    The numbers 0 to 2 would else go to the next files that are opened, and what a program prints
    would be written into them.
    """
    if None not in (sys.stdin, sys.stdout, sys.stderr):
        return
    while (handle := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(handle, True)
    os.close(handle)
    # They live as long as the process.
    sys.stdin = sys.stdin or open(os.devnull, encoding="utf-8")  # noqa: SIM115
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115


def never_fail_to_print() -> None:
    """Write what the terminal's encoding lacks as escapes; in JSON they mean the same."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
