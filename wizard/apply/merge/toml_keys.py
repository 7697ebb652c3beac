"""Keys of a TOML table, with the comments, order and unknown keys of the file kept.

tomlkit does the editing; the standard library's reader judges the file before, and whether the
edit means what was asked after. Where an edit of tomlkit's does not, the file is left alone.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, MutableMapping
from typing import Any

from wizard.apply.merge.json_keys import same
from wizard.apply.merge.refused import CannotMerge
from wizard.text import msg
from wizard.untrusted import clean_line

SIZE_LIMIT = 1_000_000
"""Characters; a profile has a hundred lines."""

_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)$")


def merge_toml(text: str, table: str, keys: Mapping[str, object]) -> str:
    """Return `text` with `keys` set in `table` (dotted; empty: the top), None removes a key.

    A value that already means the same stays as it is written; line ends and a byte order mark
    stay too. Raises CannotMerge, with line and column for a file that is no TOML.
    """
    if text.startswith("\ufeff"):
        return "\ufeff" + merge_toml(text[1:], table, keys)
    names = tuple(filter(None, table.split(".")))
    before = _read(text)
    wanted = _expected(before, names, keys)
    if same(before, wanted):
        return text
    merged = _with_line_ends_of(text, _edited(_with_one_line_end(text), names, keys))
    try:
        right = same(tomllib.loads(merged), wanted)
    except (ValueError, RecursionError):
        right = False
    if not right:
        raise CannotMerge(
            msg("[{table}] cannot be added to without risk", table=table),
            hint=msg("write the keys by hand: {keys}", keys=", ".join(keys)),
        )
    return merged


def _read(text: str) -> dict[str, Any]:
    if len(text) > SIZE_LIMIT:
        raise CannotMerge(msg("it is larger than {limit} characters", limit=SIZE_LIMIT))
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        why = clean_line(str(error))
        place = _PLACE.search(why)
        line, column = (int(place[1]), int(place[2])) if place else (0, 0)
        why = why.removesuffix(place.group()).strip() if place else why
        raise CannotMerge(msg("it is not TOML: {why}", why=why), line=line, column=column) from None
    except RecursionError:
        raise CannotMerge(msg("it is nested too deeply")) from None
    except ValueError:  # Python refuses integers of more than 4300 digits
        raise CannotMerge(msg("a number in it is too long")) from None


def _expected(
    data: Mapping[str, Any], names: tuple[str, ...], keys: Mapping[str, object]
) -> dict[str, Any]:
    """Return what the file shall mean. Raises CannotMerge where the table is none."""
    if names:
        inner = data.get(names[0], {})
        if not isinstance(inner, dict):
            raise CannotMerge(msg("{name} is not a table", name=repr(names[0])))
        below = _expected(inner, names[1:], keys)
        return {**data, names[0]: below} if below or names[0] in data else dict(data)
    found = dict(data)
    for key, value in keys.items():
        if value is None:
            found.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(found.get(key), dict):
            found[key] = _expected(found[key], (), value)
        else:
            found[key] = _plain(value)
    return found


def _edited(text: str, names: tuple[str, ...], keys: Mapping[str, object]) -> str:
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        document = tomlkit.parse(text)
        target: MutableMapping[str, Any] = document
        for name in names:
            if name not in target:
                target[name] = tomlkit.table()
            target = target[name]
        for key, value in keys.items():
            _set(target, key, value)
        return tomlkit.dumps(document)
    except (TOMLKitError, ValueError, RecursionError) as error:
        raise CannotMerge(msg("it cannot be edited: {why}", why=clean_line(str(error)))) from None


def _is_windows(text: str) -> bool:
    """Whether every line ends in CR LF; where both kinds stand, each line keeps its own."""
    return "\r\n" in text and text.count("\r\n") == text.count("\n")


def _with_one_line_end(text: str) -> str:
    """Return `text` with line ends as tomlkit writes new ones, and one after the last line."""
    if _is_windows(text):
        text = text.replace("\r\n", "\n")
    return text if not text or text.endswith("\n") else f"{text}\n"


def _with_line_ends_of(text: str, merged: str) -> str:
    if text and not text.endswith("\n"):
        merged = merged.removesuffix("\n")
    return merged.replace("\n", "\r\n") if _is_windows(text) else merged


def _set(target: MutableMapping[str, Any], key: str, value: object) -> None:
    old = target.get(key)
    if value is None:
        target.pop(key, None)
    elif isinstance(value, Mapping) and isinstance(old, MutableMapping):
        for name, inner in value.items():
            _set(old, name, inner)
    elif old is None or not same(_unwrapped(old), _plain(value)):
        target[key] = _plain(value)


def _plain(value: object) -> object:
    """Return `value` in the types that tomlkit writes; None has no place in TOML."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value


def _unwrapped(item: Any) -> object:
    return item.unwrap() if hasattr(item, "unwrap") else item
