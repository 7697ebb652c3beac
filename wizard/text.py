"""Sentences for people: written once, translated when they are shown.

The plan is pure and knows no language, so a sentence travels as its English template and its
values (`Msg`), and becomes text only where a face shows it. `msg` is the extraction keyword.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Mapping

_shown: Mapping[str, str] = {}


def use_language(table: Mapping[str, str]) -> None:
    """Show each sentence that `table` has by its translation from now on; `{}`: English again.

    Of the whole process: a face calls it once, before it shows anything.
    """
    global _shown
    _shown = table


class Msg:
    """One sentence: an English template with `{name}` places, and the values for them.

    Immutable, equal by value. No dataclass: `--help` must not pay for that module.
    """

    __slots__ = ("args", "template")
    template: str
    args: tuple[tuple[str, object], ...]

    def __init__(self, template: str, args: tuple[tuple[str, object], ...] = ()) -> None:
        object.__setattr__(self, "template", template)
        object.__setattr__(self, "args", args)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a Msg cannot be changed")

    def __str__(self) -> str:
        template = _shown.get(self.template, self.template)
        return template.format(**dict(self.args)) if self.args else template

    def __repr__(self) -> str:
        return f"Msg({self.template!r}, {self.args!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Msg) and (other.template, other.args) == (self.template, self.args)

    def __hash__(self) -> int:
        return hash((self.template, self.args))

    def __reduce__(self) -> tuple[type[Msg], tuple[str, tuple[tuple[str, object], ...]]]:
        return Msg, (self.template, self.args)


Text = Msg | str
"""What a person reads: a translatable sentence, or text that came from outside as it is."""


def msg(template: str, /, **args: object) -> Msg:
    """Return the sentence `template` with the values `args`; `{` of a value is never parsed."""
    return Msg(template, tuple(args.items()))
