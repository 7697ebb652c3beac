"""Whether what would be written is text: no half characters (surrogates), no NUL.

Python keeps bytes of the command line or the environment that are no UTF-8 as surrogates. A file
cannot hold those; written back as bytes they would break the file for everybody who reads it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from wizard.render.types import Artifact, Block, DockerfileBlock, GoEnv, JsonKeys, TomlKeys, Whole
from wizard.text import Text, msg

LOOK: Text = msg("`gomod-wizard plan` shows which answer it comes from; give that one as UTF-8")


def is_legible(value: object) -> bool:
    """Whether every string in `value` (keys of mappings too) can stand in a UTF-8 file."""
    return all("\0" not in text and _is_utf8(text) for text in _strings(value))


def content_of(artifact: Artifact) -> object:
    """Return what an artifact brings into a file."""
    content = artifact.content
    match content:
        case Whole():
            return content.text
        case GoEnv():
            return content.variables
        case DockerfileBlock():
            return (content.lines, content.fetch, artifact.standalone)
        case Block():
            return content.lines
        case JsonKeys() | TomlKeys():
            return content.keys


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _strings(key)
            yield from _strings(inner)
    elif isinstance(value, tuple | list):
        for inner in value:
            yield from _strings(inner)
