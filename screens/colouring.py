"""Syntax colours for the files that are written, by Pygments alone. Pure.

Not `textual[syntax]`: its tree-sitter crashes (reference/style.md, finding 5). The colours are the
theme's opaque ones, so that their contrast is known.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from textual.content import Content, Span

LIMIT = 200_000
"""Characters of one part that are still coloured; a longer one is shown plain, at once."""

_LANGUAGES = {
    ".json": "json",
    ".toml": "toml",
    ".sh": "bash",
    ".ps1": "powershell",
    ".conf": "ini",
    ".env": "bash",
    ".yml": "yaml",
    ".yaml": "yaml",
}


def language_of(name: str) -> str | None:
    """Return the language of a file by its name; None: it has none."""
    if name.startswith("Dockerfile"):
        return "docker"
    return next((one for ending, one in _LANGUAGES.items() if name.endswith(ending)), None)


def coloured(lines: tuple[str, ...], language: str | None) -> tuple[Content, ...]:
    """Return each line with the colours of its language; exactly as many lines as came."""
    text = "\n".join(lines)
    if language is None or len(text) > LIMIT:
        return tuple(Content(line) for line in lines)
    spans: list[Span] = []
    at = 0
    styles = _styles()
    lexer = _lexer(language)
    for kind, token in lexer.get_tokens(text):
        style = ""
        parent = kind
        while parent is not None and parent not in styles:
            parent = parent.parent
        style = styles.get(parent, "")
        if style:
            spans.append(Span(at, at + len(token), style))
        at += len(token)
    shown = Content(text, spans=spans).split("\n", allow_blank=True)
    return tuple(shown) if len(shown) == len(lines) else tuple(Content(line) for line in lines)


@lru_cache(maxsize=8)
def _lexer(language: str) -> Any:
    from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]

    return get_lexer_by_name(language, stripnl=False, ensurenl=False)


@lru_cache(maxsize=1)
def _styles() -> dict[Any, str]:
    from pygments.token import (  # type: ignore[import-untyped]
        Comment,
        Keyword,
        Literal,
        Name,
        Number,
        Operator,
        String,
    )

    return {
        Comment: "italic $foreground-muted",
        Keyword: "$text-primary",
        Keyword.Constant: "$text-accent",
        Literal: "$text-accent",
        Name.Tag: "$text-secondary",
        Name.Attribute: "$text-secondary",
        Name.Variable: "$text-secondary",
        Name.Builtin: "$text-primary",
        Number: "$text-accent",
        Operator: "",
        String: "$text-accent",
        String.Double: "$text-accent",
    }
