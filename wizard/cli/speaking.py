"""In which language this invocation speaks, and how its streams write what they cannot encode."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Mapping, Sequence

from wizard.language import choose_language, speak, wanted_by


def speak_to(argv: Sequence[str], env: Mapping[str, str]) -> None:
    """Choose the language: `--lang`, else the locale, for people who can read it here.

    A document (`--json`) follows the flag alone, so that a script reads the same everywhere; and
    a locale does not count where stdout could not write the language but as escapes.
    """
    wanted = wanted_by(argv)
    own = argv[: list(argv).index("--")] if "--" in argv else argv
    if wanted is None and ("--json" in own or not _writes("中")):
        wanted = "en"
    speak(choose_language(env, wanted))


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
