"""Values that must never be shown: passwords and tokens.

One type holds them, and it cannot be printed, formatted, pickled or written to JSON by
accident. `reveal()` is the only way to the value; grep for it to see every use.
"""

from __future__ import annotations

from typing import NoReturn

MASK = "***"


class Secret:
    """A value that shows itself as `***` everywhere but in `reveal()`.

    Equality and hash work by value, so that frozen facts that hold one can be compared.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        object.__setattr__(self, "_value", value)

    def reveal(self) -> str:
        """Return the clear value, for the one reader that needs it."""
        value: str = object.__getattribute__(self, "_value")
        return value

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a Secret cannot be changed")

    def __repr__(self) -> str:
        return f"Secret({MASK!r})"

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other.reveal() == self.reveal()

    def __hash__(self) -> int:
        return hash(("Secret", self.reveal()))

    def __bool__(self) -> bool:
        return bool(self.reveal())

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is never pickled or copied to another process")
