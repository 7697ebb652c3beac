"""The language that a person reads: by flag or locale; its sentences are a gettext catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wizard.text import use_language

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wizard.text import Catalogue

LANGUAGES: Mapping[str, str] = {"en": "English", "zh": "简体中文"}
"""Code → the language's own name. English is in the program itself."""

_CATALOGUES = {"zh": "locale/zh_CN/LC_MESSAGES/gomod-wizard.mo"}

_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Strongest first; an empty one does not count (POSIX, Base Definitions 8.2)."""


def choose_language(env: Mapping[str, str], wanted: str | None = None) -> str:
    """Return `wanted`, else what the locale in `env` asks for: a key of `LANGUAGES`.

    LANGUAGE is a list, strongest first, and counts unless the locale is C (GNU gettext, "Locale
    Environment Variables"). What this program does not speak is passed over; English is the last.
    """
    if wanted is not None:
        return wanted
    locale = next((env[name] for name in _LOCALE if env.get(name)), "C")
    if locale in ("C", "POSIX"):
        return "en"
    for name in (*env.get("LANGUAGE", "").split(":"), locale):
        code = name.replace("-", "_").partition("_")[0].partition(".")[0].lower()
        if code in LANGUAGES:
            return code
    return "en"


def wanted_by(argv: Sequence[str]) -> str | None:
    """Return the last language that `--lang` names in `argv`; before the flags are parsed.

    Help and errors of the grammar are in that language too, so it is known first.
    """
    found = None
    for word, after in zip(argv, [*argv[1:], ""], strict=False):
        if word == "--":
            break
        value = after if word == "--lang" else word.removeprefix("--lang=")
        if value in LANGUAGES and value != word:
            found = value
    return found


def catalogue(language: str) -> Catalogue | None:
    """Return the sentences of `language`; None for English, whose sentences are the keys."""
    name = _CATALOGUES.get(language)
    if name is None:
        return None
    from gettext import GNUTranslations

    from wizard.resources import asset

    with asset(name).open("rb") as file:
        return GNUTranslations(file)


_spoken = "en"


def speak(language: str) -> None:
    """Show every sentence in `language` from now on."""
    global _spoken
    use_language(catalogue(language))
    _spoken = language


def spoken() -> str:
    """Return the language that is spoken now: a key of `LANGUAGES`."""
    return _spoken
