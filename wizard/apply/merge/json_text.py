"""JSON that a merge may touch: the strict reader of the rules, its complaint as a refusal."""

from __future__ import annotations

from wizard.apply.merge.refused import CannotMerge
from wizard.rules import json_text
from wizard.rules.json_text import JsonError, Member, Node

__all__ = ["Member", "Node", "parse_object"]


def parse_object(text: str) -> Node:
    """Return the object that `text` is. Raises CannotMerge with line and column."""
    try:
        return json_text.parse_object(text)
    except JsonError as error:
        raise CannotMerge(error.message, line=error.line, column=error.column) from None
