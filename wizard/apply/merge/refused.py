"""Why a merge left a file alone."""

from __future__ import annotations

from wizard.rules.json_text import place_of
from wizard.text import Text, msg

__all__ = ["CannotMerge", "place_of"]


class CannotMerge(Exception):
    """The text cannot be read or joined safely; it is left as it is.

    `line` and `column` count from 1, in characters; 0 where there is no one place.
    """

    def __init__(self, message: Text, *, line: int = 0, column: int = 0, hint: Text = "") -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column
        self.hint = hint

    def place(self) -> Text:
        """Return the message with the place in the file."""
        if not self.line:
            return self.message
        return msg(
            "line {line}, column {column}: {message}",
            line=self.line,
            column=self.column,
            message=self.message,
        )
