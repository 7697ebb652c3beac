"""Whether a log is of a build of the project that lies here: only then this machine explains it."""

from __future__ import annotations

import re

from wizard.diagnose.redact import safe_line
from wizard.diagnose.types import Diagnosis
from wizard.rules.dockerfile import DockerfileError, parse_dockerfile

_SPACE = re.compile(r"\s+")
_LONGEST = 1_000
_ENOUGH = 12
"""Characters of an instruction that the width of a terminal left."""


def is_of(diagnosis: Diagnosis, dockerfile: str | None) -> bool:
    """Return whether the steps that the log shows are those of `dockerfile`.

    FROM is left out: builders print it with a digest. BuildKit prints variables as their values,
    so half of the steps are enough, but the step that failed must be among them.
    """
    known = _instructions(dockerfile or "")
    shown = [_plain(text) for text in diagnosis.instructions]
    steps = [text for text in shown if text.partition(" ")[0] in _STEPS]
    met = [text for text in steps if _among(text, known)]
    failed = diagnosis.step.instruction if diagnosis.step is not None else None
    if failed is not None and _plain(failed).partition(" ")[0] in _STEPS:
        return _among(_plain(failed), known) and 2 * len(met) >= len(steps)
    return bool(met) and 2 * len(met) >= len(steps)


_STEPS = frozenset({"RUN", "COPY", "ADD", "WORKDIR"})


def _instructions(text: str) -> tuple[str, ...]:
    try:
        file = parse_dockerfile(text)
    except DockerfileError:
        return ()
    return tuple(
        _plain(" ".join((item.keyword, *item.flags, item.text))) for item in file.instructions
    )


def _plain(text: str) -> str:
    keyword, _, rest = safe_line(_SPACE.sub(" ", text), _LONGEST).strip().partition(" ")
    return f"{keyword.upper()} {rest}".rstrip()


def _among(shown: str, known: tuple[str, ...]) -> bool:
    cut = shown.rstrip(".\u2026 ")
    return any(
        one == shown or (len(cut) >= _ENOUGH and cut != shown and one.startswith(cut))
        for one in known
    )
