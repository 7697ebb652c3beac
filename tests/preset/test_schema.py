"""The published schema, and this program's verdict held against another reader of it."""

from __future__ import annotations

import copy
import json
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import jsonschema
from hypothesis import given
from hypothesis import strategies as st

from tests.preset.documents import WHOLE
from wizard.plan.types import KEYS
from wizard.rules.json_schema import mistakes

ROOT = Path(__file__).parents[2]
PUBLISHED = (ROOT / "docs/schemas/preset.schema.json").read_text("utf-8")
SCHEMA = json.loads(PUBLISHED)
OTHER = jsonschema.Draft202012Validator(SCHEMA)
GOOD = tomllib.loads(WHOLE)


def _verdicts(document: object) -> tuple[bool, bool]:
    return not any(mistakes(document, SCHEMA)), OTHER.is_valid(document)


def test_the_program_ships_what_is_published() -> None:
    assert (ROOT / "assets/preset.schema.json").read_text("utf-8") == PUBLISHED
    OTHER.check_schema(SCHEMA)


def test_every_decision_can_be_answered_and_ruled() -> None:
    assert tuple(SCHEMA["properties"]["answers"]["properties"]) == KEYS
    assert tuple(SCHEMA["properties"]["rule"]["items"]["properties"]["decision"]["enum"]) == KEYS


def test_a_whole_preset_fits() -> None:
    assert _verdicts(GOOD) == (True, True)


def _paths(value: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [place]
    items: Iterable[tuple[Any, Any]] = value.items() if isinstance(value, dict) else ()
    if isinstance(value, list):
        items = enumerate(value)
    for key, item in items:
        found += _paths(item, (*place, key))
    return found


_PLACES = [place for place in _paths(GOOD) if place]
_JUNK = st.one_of(
    st.booleans(), st.integers(-3, 2**60), st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=600), st.sampled_from(["", "mtu", "ab\x1fc", "x\n", "gomod-wizard/preset/1"]),
    st.lists(st.one_of(st.text(max_size=5), st.integers()), max_size=3),
    st.dictionaries(st.sampled_from(["url", "name", "allowed", "because", "mtu", "x"]),
                    st.text(max_size=4), max_size=3),
)  # fmt: skip


@given(data=st.data())
def test_both_readers_agree_on_any_change_of_a_preset(data: st.DataObject) -> None:
    document: Any = copy.deepcopy(GOOD)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.sampled_from(_PLACES))
        holder = document
        try:
            for key in place[:-1]:
                holder = holder[key]
            how = data.draw(st.sampled_from(["drop", "replace", "add"]))
            if how == "drop":
                del holder[place[-1]]
            elif how == "replace":
                holder[place[-1]] = data.draw(_JUNK)
            else:
                holder[place[-1]][data.draw(st.sampled_from(["extra", "mtu", "with"]))] = data.draw(
                    _JUNK
                )
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took it away
    ours, theirs = _verdicts(document)
    assert ours == theirs, (list(mistakes(document, SCHEMA)), document)
