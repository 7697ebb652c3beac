"""What can be copied, as text for a shell or a form; never a secret. Pure."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from wizard.plan.types import Answers, Origin
from wizard.text import Text, msg


@dataclass(frozen=True, slots=True)
class Copied:
    """A text and what it is."""

    what: Text
    text: str


def as_command(answers: Answers) -> Copied:
    """Return the command that does without the wizard what was chosen in it."""
    chosen = [(key, one.text) for key, one in answers.items() if one.origin is Origin.FLAG]
    words = [word for key, text in chosen for word in ("--set", f"{key}={text}")]
    command = shlex.join(["gomod-wizard", "apply", *words])
    return Copied(msg("the command that does the same without the wizard"), command)
