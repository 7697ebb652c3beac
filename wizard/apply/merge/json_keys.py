"""Keys of somebody else's JSON object: put in, replaced or taken out, every other byte kept."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from wizard.apply.merge.json_text import Member, Node, parse_object
from wizard.apply.merge.refused import CannotMerge, place_of
from wizard.text import msg

DEFAULT_INDENT = "  "

_Edit = tuple[int, int, str]


def merge_json(text: str, keys: Mapping[str, object]) -> str:
    """Return `text` with `keys` merged in: a nested mapping merges, None removes.

    A value that already means the same stays as it is written. Raises CannotMerge with line
    and column for anything that is no strict JSON object.
    """
    if not text.strip(" \t\r\n"):
        fresh = _pruned(keys)
        return json.dumps(fresh, indent=2, ensure_ascii=False) + "\n" if fresh else text
    root = parse_object(text)
    style = _Style(text, root)
    edits: list[_Edit] = []
    _merge(root, keys, 0, style, edits)
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


class _Style:
    """How the file is written: line ends, one step of indentation, the space after a colon."""

    def __init__(self, text: str, root: Node) -> None:
        self.text = text
        self.newline = "\r\n" if "\r\n" in text else "\n"
        self.indent = DEFAULT_INDENT
        self.lines = "\n" in text[root.start : root.end] or not root.members
        self.colon = ": "
        if root.members:
            first = root.members[0]
            before = text[root.start + 1 : first.start]
            if "\n" in before:
                self.indent = before[before.rindex("\n") + 1 :] or DEFAULT_INDENT
            between = text[_key_end(text, first) : first.value.start]
            if not re.search(r"\s", between):
                self.colon = ":"

    def on_lines(self, node: Node) -> bool:
        """Whether the members of `node` stand on lines of their own."""
        if not node.members:
            return self.lines
        return "\n" in self.text[node.start : node.members[0].start]

    def margin(self, node: Node, depth: int) -> str:
        """Return the white space before a member of `node`."""
        if node.members:
            before = self.text[node.start + 1 : node.members[0].start]
            if "\n" in before:
                return before[before.rindex("\n") + 1 :]
        return self.indent * (depth + 1)

    def write(self, value: object, margin: str, on_lines: bool) -> str:
        """Return `value` as JSON whose first line stands behind `margin`."""
        if not on_lines:
            separators = (", ", ": ") if self.colon == ": " else (",", ":")
            return json.dumps(value, ensure_ascii=False, separators=separators)
        written = json.dumps(
            value, ensure_ascii=False, indent=self.indent, separators=(",", self.colon)
        )
        return written.replace("\n", self.newline + margin)


def _merge(
    node: Node, keys: Mapping[str, object], depth: int, style: _Style, edits: list[_Edit]
) -> None:
    known = {member.key: member for member in node.members}
    removed: set[str] = set()
    added: dict[str, object] = {}
    on_lines = style.on_lines(node)
    margin = style.margin(node, depth)
    for key, value in keys.items():
        member = known.get(key)
        if member is None:
            fresh = _pruned(value) if isinstance(value, Mapping) else value
            if value is not None and not (isinstance(value, Mapping) and not fresh and value):
                added[key] = fresh
        elif value is None:
            removed.add(key)
        elif isinstance(value, Mapping) and member.value.is_object:
            _merge(member.value, value, depth + 1, style, edits)
        elif isinstance(value, Mapping) and member.value.value is not None:
            line, column = place_of(style.text, member.value.start)
            message = msg("the value of {key} is not an object", key=repr(key))
            raise CannotMerge(message, line=line, column=column)
        else:
            new = _pruned(value) if isinstance(value, Mapping) else value
            if not same(member.value.value, new):
                text = style.write(new, margin, on_lines)
                edits.append((member.value.start, member.value.end, text))
    _edit_members(node, removed, added, margin, on_lines, style, edits)


def _edit_members(
    node: Node,
    removed: set[str],
    added: Mapping[str, object],
    margin: str,
    on_lines: bool,
    style: _Style,
    edits: list[_Edit],
) -> None:
    """Take members out and put new ones behind the last that stays."""
    members = node.members
    kept = [member for member in members if member.key not in removed]
    edits.extend(_removals(node, kept))
    if not added:
        return
    break_ = style.newline + margin if on_lines else (" " if style.colon == ": " else "")
    written = [
        f"{json.dumps(key, ensure_ascii=False)}{style.colon}{style.write(value, margin, on_lines)}"
        for key, value in added.items()
    ]
    if kept:
        place = kept[-1].value.end
        edits.append((place, place, "".join(f",{break_}{one}" for one in written)))
        return
    body = f",{break_}".join(written)
    if on_lines:
        outer = margin[: -len(style.indent)] if margin.endswith(style.indent) else ""
        body = f"{style.newline}{margin}{body}{style.newline}{outer}"
    # Nothing stays of the old members, so the edit replaces all between the braces.
    edits[:] = [edit for edit in edits if not node.start < edit[0] < node.end]
    edits.append((node.start + 1, node.end - 1, body))


def _removals(node: Node, kept: list[Member]) -> list[_Edit]:
    if len(kept) == len(node.members):
        return []
    if not kept:
        return [(node.start + 1, node.end - 1, "")]
    edits: list[_Edit] = []
    if node.members[0] is not kept[0]:
        edits.append((node.members[0].start, kept[0].start, ""))
    last: Member | None = None
    for member in node.members:
        if member in kept:
            last = member
        elif last is not None:
            if edits and edits[-1][0] == last.value.end:
                edits.pop()
            edits.append((last.value.end, member.value.end, ""))
    return edits


def _pruned(keys: Mapping[str, object]) -> dict[str, object]:
    """Return `keys` without the removals, for a place where nothing stands yet."""
    found: dict[str, object] = {}
    for key, value in keys.items():
        if isinstance(value, Mapping):
            inner = _pruned(value)
            if inner or not value:
                found[key] = inner
        elif value is not None:
            found[key] = value
    return found


def same(one: object, other: object) -> bool:
    """Return whether two JSON values mean the same; true is not 1, a tuple is a list."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return one == other


def means_the_same(text: str, earlier: str) -> bool:
    """Whether two texts of a JSON object mean the same, empty objects and no text left out."""
    try:
        found = [json.loads(one) if one.strip() else {} for one in (text, earlier)]
    except (ValueError, RecursionError):
        return False
    return all(isinstance(one, dict) for one in found) and same(_solid(found[0]), _solid(found[1]))


def _solid(value: object) -> object:
    if not isinstance(value, dict):
        return value
    inner = {key: _solid(item) for key, item in value.items()}
    return {key: item for key, item in inner.items() if item != {}}


def _key_end(text: str, member: Member) -> int:
    """Return the offset behind the colon of `member`."""
    return text.index(":", member.start + len(_key_text(text, member))) + 1


def _key_text(text: str, member: Member) -> str:
    match = re.compile(r'"(?:[^"\\]|\\.)*"').match(text, member.start)
    return match.group() if match else ""
