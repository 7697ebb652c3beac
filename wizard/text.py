"""Sentences for people: written once, translated when they are shown.

The plan is pure and knows no language, so a sentence travels as its English template and its
values (`Msg`), and becomes text only where a face shows it. `msg` is the extraction keyword.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

_translate: Callable[[str], str] = lambda template: template  # noqa: E731 - replaced as a whole


def use_translation(translate: Callable[[str], str]) -> None:
    """Show every later `Msg` in the language of `translate` (a gettext function)."""
    global _translate
    _translate = translate


@dataclass(frozen=True, slots=True)
class Msg:
    """One sentence: an English template with `{name}` places, and the values for them."""

    template: str
    args: tuple[tuple[str, object], ...] = ()

    def __str__(self) -> str:
        translated = _translate(self.template) if self.template else ""
        return translated.format(**dict(self.args)) if self.args else translated


Text = Msg | str
"""What a person reads: a translatable sentence, or text that came from outside as it is."""


def msg(template: str, /, **args: object) -> Msg:
    """Return the sentence `template` with the values `args`; `{` of a value is never parsed."""
    return Msg(template, tuple(args.items()))
