"""Too little memory, threads or open files: said before the work where a limit shows it.

A thread that gets no memory while it starts leaves CPython waiting for it for ever, so a limit
that is too small is refused, not tried.
"""

from __future__ import annotations

import errno
import sys

from wizard.errors import ExitCode, WizardError
from wizard.text import msg

NEEDED = 640 << 20
"""Bytes of address space: some thirty threads take 8 MB each, and their heaps as much again."""

_ERRORS = frozenset({errno.ENOMEM, errno.EAGAIN, errno.EMFILE, errno.ENFILE})


def refuse_a_small_limit() -> None:
    """Raise WizardError where `ulimit -v` leaves less address space than a look around takes."""
    if sys.platform == "win32":
        return
    import resource

    allowed, _ = resource.getrlimit(resource.RLIMIT_AS)
    if allowed != resource.RLIM_INFINITY and allowed < NEEDED:
        raise WizardError(
            msg(
                "only {n} MB of memory are allowed here, and looking at a machine takes {needed}",
                n=allowed >> 20,
                needed=NEEDED >> 20,
            ),
            where="ulimit -v",
            hint=msg("`ulimit -v unlimited`, or ask whoever set the limit"),
            code=ExitCode.FORBIDDEN,
        )


def scarcity(error: BaseException) -> WizardError | None:
    """Return what to say where `error` is a lack of memory, threads or files; else None.

    What was thrown together (an exception group) is a lack if every part is one.
    """
    if not _is_lack(error):
        return None
    return WizardError(
        msg("this machine gives too little memory, or too few threads or open files, to go on"),
        hint=msg("look at `ulimit -a` and the container's limits, raise them, and run it again"),
        code=ExitCode.FORBIDDEN,
    )


def _is_lack(error: BaseException) -> bool:
    if isinstance(error, BaseExceptionGroup):
        return all(_is_lack(one) for one in error.exceptions)
    if isinstance(error, OSError):
        return error.errno in _ERRORS
    # CPython has no type of its own for it.
    no_thread = isinstance(error, RuntimeError) and "start new thread" in str(error)
    return no_thread or isinstance(error, MemoryError)
