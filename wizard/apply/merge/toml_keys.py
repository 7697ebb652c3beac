"""Keys of a TOML table, with the comments, order and unknown keys of the file kept."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any

from wizard.apply.merge.json_keys import same
from wizard.apply.merge.refused import CannotMerge
from wizard.text import msg
from wizard.untrusted import clean_line

SIZE_LIMIT = 1_000_000
"""Characters; a profile has a hundred lines."""


def merge_toml(text: str, table: str, keys: Mapping[str, object]) -> str:
    """Return `text` with `keys` set in `table` (dotted; empty: the top), None removes a key.

    Raises CannotMerge with line and column for a file that is no TOML.
    """
    import tomlkit
    from tomlkit.exceptions import ParseError, TOMLKitError

    if len(text) > SIZE_LIMIT:
        raise CannotMerge(msg("it is larger than {limit} characters", limit=SIZE_LIMIT))
    try:
        document = tomlkit.parse(text)
    except ParseError as error:
        why = msg("it is not TOML: {why}", why=clean_line(str(error)))
        raise CannotMerge(why, line=error.line, column=error.col + 1) from None
    except RecursionError:
        raise CannotMerge(msg("it is nested too deeply")) from None
    except (TOMLKitError, ValueError) as error:
        raise CannotMerge(msg("it is not TOML: {why}", why=clean_line(str(error)))) from None
    target: MutableMapping[str, Any] = document
    for name in filter(None, table.split(".")):
        if name not in target:
            if all(value is None for value in keys.values()):
                return text
            target[name] = tomlkit.table()
        inner = target[name]
        if not isinstance(inner, MutableMapping):
            raise CannotMerge(msg("{name} is not a table", name=repr(name)))
        target = inner
    changed = False
    for key, value in keys.items():
        changed |= _set(target, key, value)
    return tomlkit.dumps(document) if changed else text


def _set(target: MutableMapping[str, Any], key: str, value: object) -> bool:
    """Set or remove one key; return whether anything changed."""
    if value is None:
        return target.pop(key, None) is not None
    old = target.get(key)
    if isinstance(value, Mapping) and isinstance(old, MutableMapping):
        changes = [_set(old, name, inner) for name, inner in value.items()]
        return any(changes)
    plain = _plain(value)
    if old is not None and same(_unwrapped(old), plain):
        return False
    target[key] = plain
    return True


def _plain(value: object) -> object:
    """Return `value` in the types that tomlkit writes; None has no place in TOML."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value


def _unwrapped(item: Any) -> object:
    return item.unwrap() if hasattr(item, "unwrap") else item
