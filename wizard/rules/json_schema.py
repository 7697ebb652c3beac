"""The part of JSON Schema 2020-12 that the published schemas of files use. Pure, and no more.

A schema is trusted: it is shipped with the program. A test holds every verdict against the
`jsonschema` package.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from wizard.rules.toml_lines import Place
from wizard.text import Text, msg

Schema = Mapping[str, Any]

_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}
_NAMES: Mapping[str, Text] = {
    "string": msg("a text in quotes"),
    "integer": msg("a whole number"),
    "boolean": msg("true or false"),
    "array": msg("a list"),
    "object": msg("a table"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One place where a document does not fit its schema."""

    place: Place
    message: Text
    hint: Text = ""


def mistakes(document: object, schema: Schema) -> Iterator[Mistake]:
    """Yield every mistake of `document`, as TOML or JSON was read, in the schema's order."""
    yield from _check(document, schema, (), schema)


def _check(value: object, schema: Schema, place: Place, root: Schema) -> Iterator[Mistake]:
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        yield from _check(value, root["$defs"][name], place, root)
    kinds = schema.get("type")
    if kinds is not None and not _is_one_of(value, [kinds] if isinstance(kinds, str) else kinds):
        yield _mistake(place, schema, _expected([kinds] if isinstance(kinds, str) else kinds))
        return
    if "const" in schema and value != schema["const"]:
        yield _mistake(place, schema, msg("it must be {value}", value=schema["const"]))
    if "enum" in schema and value not in schema["enum"]:
        yield _mistake(place, schema, _none_of(value, schema["enum"]))
    for kind, check in _CHECKS:
        if isinstance(value, kind) and not isinstance(value, bool):
            yield from check(value, schema, place, root)
    if "anyOf" in schema and all(any(_check(value, one, place, root)) for one in schema["anyOf"]):
        names = ", ".join(str(key) for one in schema["anyOf"] for key in one.get("required", ()))
        yield _mistake(place, schema, msg("one of these is missing: {names}", names=names))


def _is_one_of(value: object, kinds: Sequence[str]) -> bool:
    if isinstance(value, bool):
        return "boolean" in kinds
    if isinstance(value, float):
        return "integer" in kinds and value.is_integer()
    return any(isinstance(value, _TYPES[kind]) for kind in kinds if kind != "boolean")


def _expected(kinds: Sequence[str]) -> Text:
    if len(kinds) == 1:
        return msg("it must be {what}", what=_NAMES[kinds[0]])
    return msg("it must be one of: {kinds}", kinds=_Listed(tuple(_NAMES[kind] for kind in kinds)))


@dataclass(frozen=True, slots=True)
class _Listed:
    """Sentences behind commas, shown in the language of the moment."""

    items: tuple[Text, ...]

    def __str__(self) -> str:
        return ", ".join(map(str, self.items))


def _none_of(value: object, words: Sequence[object]) -> Text:
    near = get_close_matches(str(value), [str(word) for word in words], n=1)
    if near:
        return msg("there is no {value}; did you mean {near}?", value=value, near=near[0])
    return msg("it is none of {words}", words=", ".join(map(str, words)))


def _mistake(place: Place, schema: Schema, message: Text) -> Mistake:
    examples = schema.get("examples", ())
    hint = msg("for example: {example}", example=_as_toml(examples[0])) if examples else ""
    return Mistake(place=place, message=message, hint=hint)


def _as_toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(_as_toml, value))}]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _table(value: Any, schema: Schema, place: Place, root: Schema) -> Iterator[Mistake]:
    known: Schema = schema.get("properties", {})
    others = schema.get("additionalProperties", True)
    for key in schema.get("required", ()):
        if key not in value:
            yield _mistake(place, known.get(key, {}), msg("{key} is missing", key=key))
    for key, item in value.items():
        if key in known:
            yield from _check(item, known[key], (*place, key), root)
        elif others is False:
            near = get_close_matches(key, known, n=1)
            message = msg("there is no key {key} here", key=key)
            hint: Text = msg("the keys are: {keys}", keys=", ".join(known))
            if near:
                hint = msg("did you mean {near}?", near=near[0])
            yield Mistake(place=(*place, key), message=message, hint=hint)
        elif isinstance(others, Mapping):
            yield from _check(item, others, (*place, key), root)


def _list(value: Any, schema: Schema, place: Place, root: Schema) -> Iterator[Mistake]:
    if len(value) < schema.get("minItems", 0):
        yield _mistake(place, schema, msg("it is empty"))
    if "maxItems" in schema and len(value) > schema["maxItems"]:
        yield _mistake(place, schema, msg("it has more than {n} items", n=schema["maxItems"]))
    for index, item in enumerate(value):
        yield from _check(item, schema.get("items", {}), (*place, index), root)


def _text(value: Any, schema: Schema, place: Place, root: Schema) -> Iterator[Mistake]:
    if len(value) < schema.get("minLength", 0):
        yield _mistake(place, schema, msg("it is empty"))
    elif "maxLength" in schema and len(value) > schema["maxLength"]:
        limit = schema["maxLength"]
        yield _mistake(place, schema, msg("it is longer than {n} characters", n=limit))
    elif "pattern" in schema and not re.search(schema["pattern"], value):
        yield _mistake(place, schema, msg("it is not written as it must be"))


def _number(value: Any, schema: Schema, place: Place, root: Schema) -> Iterator[Mistake]:
    if "minimum" in schema and value < schema["minimum"]:
        yield _mistake(place, schema, msg("it is less than {n}", n=schema["minimum"]))
    if "maximum" in schema and value > schema["maximum"]:
        yield _mistake(place, schema, msg("it is more than {n}", n=schema["maximum"]))


_Check = Callable[[Any, Schema, Place, Schema], Iterator[Mistake]]
_CHECKS: tuple[tuple[type | tuple[type, ...], _Check], ...] = (
    (dict, _table),
    (list, _list),
    (str, _text),
    ((int, float), _number),
)
