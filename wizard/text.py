"""Sentences for people: written once, translated when they are shown.

The plan is pure and knows no language, so a sentence travels as its English template and its
values (`Msg`), and becomes text only where a face shows it. `msg` and `nmsg` (a count) are
the extraction keywords.
"""

from __future__ import annotations

TYPE_CHECKING = False  # importing `typing` would cost `--help` more than all of this
if TYPE_CHECKING:
    from typing import NoReturn, Protocol

    class Catalogue(Protocol):
        """The sentences of one language, as gettext gives them."""

        def gettext(self, message: str, /) -> str:
            """Return the sentence in this language, or `message` itself where it has none."""
            ...

        def ngettext(self, msgid1: str, msgid2: str, n: int, /) -> str:
            """Return the sentence for `n` things in this language."""
            ...


_spoken: Catalogue | None = None


def use_language(catalogue: Catalogue | None) -> None:
    """Show each sentence by its translation in `catalogue` from now on; None: English again.

    Of the whole process: what was shown before stays as it is until it is shown anew.
    """
    global _spoken
    _spoken = catalogue


def translate(template: str) -> str:
    """Return `template` in the current language, its places not filled yet."""
    return template if _spoken is None or not template else _spoken.gettext(template)


def translate_count(one: str, many: str, n: int) -> str:
    """Return `one` or `many`, as `n` wants it, in the current language."""
    if _spoken is None:
        return one if n == 1 else many
    return _spoken.ngettext(one, many, n)


def _closed_up(template: str, values: dict[str, object]) -> str:
    """Return `template` without the space between a Chinese character and a value that is Chinese.

    There is one in the template because the value may as well be a name in Latin letters.
    """
    for name, value in values.items():
        place, shown = f"{{{name}}}", str(value)
        before, found, after = template.partition(place)
        if not found or not shown:
            continue
        if before[-1:] == " " and _chinese(before[-2:-1]) and _chinese(shown[0]):
            before = before[:-1]
        if after[:1] == " " and _chinese(after[1:2]) and _chinese(shown[-1]):
            after = after[1:]
        template = before + place + after
    return template


def _chinese(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff"


class Msg:
    """One sentence: an English template with `{name}` places, and the values for them.

    `many` is the template for several, where the place `{n}` counts something. Immutable, equal
    by value. No dataclass: `--help` must not pay for that module.
    """

    __slots__ = ("args", "many", "template")
    template: str
    args: tuple[tuple[str, object], ...]
    many: str | None

    def __init__(
        self, template: str, args: tuple[tuple[str, object], ...] = (), many: str | None = None
    ) -> None:
        object.__setattr__(self, "template", template)
        object.__setattr__(self, "args", args)
        object.__setattr__(self, "many", many)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a Msg cannot be changed")

    def __str__(self) -> str:
        values = dict(self.args)
        if self.many is None:
            template = translate(self.template)
        else:
            count = values["n"]
            template = translate_count(
                self.template, self.many, count if isinstance(count, int) else 0
            )
        if not values:
            return template
        return (template if _spoken is None else _closed_up(template, values)).format(**values)

    def __repr__(self) -> str:
        return f"Msg({self.template!r}, {self.args!r}, {self.many!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Msg) and other._key() == self._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[str, tuple[tuple[str, object], ...], str | None]:
        return self.template, self.args, self.many

    def __reduce__(self) -> tuple[type[Msg], tuple[object, ...]]:
        return Msg, self._key()


Text = Msg | str
"""What a person reads: a translatable sentence, or text that came from outside as it is."""


def msg(template: str, /, **args: object) -> Msg:
    """Return the sentence `template` with the values `args`; `{` of a value is never parsed."""
    return Msg(template, tuple(args.items()))


def nmsg(one: str, many: str, /, n: int, **args: object) -> Msg:
    """Return the sentence for `n` things: `one` for a single one, else `many`; `{n}` counts."""
    return Msg(one, (("n", n), *args.items()), many)
