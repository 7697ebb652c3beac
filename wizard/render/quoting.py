"""Text from outside, quoted for the language that it is written into."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable

_NOT_OF_HCL = {"b": "\\u0008", "f": "\\u000c"}
_PLAIN_PATH = re.compile(r"[A-Za-z0-9._/@+~-]+\*?")


def powershell(text: str) -> str:
    """Return `text` as one PowerShell word: a literal string, whose only escape is `''`.

    PowerShell takes the typographic quotes U+2018 to U+201B for the straight one.
    """
    return "'" + re.sub("(['\u2018-\u201b])", r"\1\1", text) + "'"


def posix(words: Iterable[str]) -> str:
    """Return `words` as one POSIX shell command line."""
    return shlex.join(words)


def copy_line(sources: Iterable[str], target: str, *, source_stage: str = "") -> str:
    """Return a COPY. A trailing `*` of a source is a pattern, everything else is literal."""
    words = (*sources, target)
    flag = f"--from={source_stage} " if source_stage else ""
    if all(_PLAIN_PATH.fullmatch(word) for word in words):
        return f"COPY {flag}{' '.join(words)}"
    quoted = [*(_word(_literal(source)) for source in words[:-1]), _word(target)]
    return f"COPY {flag}{json.dumps(quoted, ensure_ascii=False)}"


def _word(text: str) -> str:
    """Escape a word of COPY: BuildKit takes quotes, `$` and backslashes out of JSON words too."""
    return re.sub(r"([\\'\"$])", r"\\\1", text)


def _literal(path: str) -> str:
    """Escape the source of a COPY, which is a pattern of Go's filepath.Match.

    In classes: without a wildcard BuildKit looks for the text as it is, escapes included.
    """
    star = path.endswith("*")
    text = re.sub(r"([*?\[])", r"[\1]", path.removesuffix("*").replace("\\", "\0"))
    return text.replace("\0", r"[\\]") + ("*" if star else "")


def csv_field(name: str, value: str) -> str:
    """Return `name=value` as one field of `--secret` and `--mount` (RFC 4180, as Go's csv)."""
    field = f"{name}={value}"
    if any(c in field for c in ',"\n\r') or field != field.strip():
        return '"' + field.replace('"', '""') + '"'
    return field


def ignore_pattern(path: str) -> str:
    """Return the .dockerignore line that brings `path` back."""
    return "!" + re.sub(r"([*?\[\\])", r"\\\1", path.rstrip("/"))


def toml(value: object) -> str:
    """Return a text, number or switch as TOML: JSON's form, but for what its strings may hold.

    TOML knows no surrogates, which JSON's escapes of rare characters are, and no bare DEL.
    """
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def hcl(text: str) -> str:
    """Return `text` as a string of HCL, in which `${` and `%{` begin a template.

    As `\\u0024`, the sign is read after templates were looked for: it begins none.
    """
    escaped = json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
    # Of JSON's escapes, HCL has all but these two.
    escaped = re.sub(r"\\(.)", lambda m: _NOT_OF_HCL.get(m[1], m[0]), escaped)
    return re.sub(r"[$%]+(?=\{)", lambda m: "".join(f"\\u{ord(c):04x}" for c in m[0]), escaped)
