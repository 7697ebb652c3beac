"""Values in words where their text form is a code. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.plan.types import (
    BuildNetwork,
    DockerfileForm,
    DockerfilePlace,
    DockerfileShape,
    ModuleSource,
)
from wizard.text import Text, msg

if TYPE_CHECKING:
    from wizard.questions import Question

_SWITCHED = {True: msg("yes"), False: msg("no")}
_SOURCES = {
    ModuleSource.PROXY: msg("from the module mirrors"),
    ModuleSource.VENDOR: msg("from vendor/"),
    ModuleSource.BRIDGE: msg("from this host's module cache (bridge)"),
}
_NETWORKS = {
    BuildNetwork.DEFAULT: msg("the engine's own (default)"),
    BuildNetwork.HOST: msg("the host's (host)"),
    BuildNetwork.NONE: msg("no network (none)"),
}
_PLACES = {
    DockerfilePlace.CREATE: msg("a new Dockerfile"),
    DockerfilePlace.BLOCK: msg("a block in your Dockerfile"),
    DockerfilePlace.BESIDE: msg("a file of its own beside yours"),
    DockerfilePlace.KEEP: msg("not at all: yours stays as it is"),
}


def in_words(asked: Question, value: object) -> Text:
    """Return a decision's value as a person says it; most are shown as they are typed."""
    if isinstance(value, bool):
        return _SWITCHED[value]
    if isinstance(value, ModuleSource):
        return _SOURCES[value]
    if isinstance(value, BuildNetwork):
        return _NETWORKS[value]
    if isinstance(value, DockerfileShape):
        return _shape(value)
    return asked.format(value)


def _shape(shape: DockerfileShape) -> Text:
    place: Text = _PLACES[shape.place]
    if shape.place is DockerfilePlace.KEEP:
        return place
    if shape.stage:
        place = msg("{place}, in stage {stage}", place=place, stage=shape.stage)
    if shape.form is DockerfileForm.MOUNTS:
        return msg("{place}, with cache and secret mounts", place=place)
    return msg("{place}, without mounts (legacy builder)", place=place)


def choice_in_words(asked: Question, text: str, label: Text) -> Text:
    """Return how an offered answer is shown: the words of its value, else its label."""
    from wizard.errors import UsageError

    try:
        value = asked.parse(text)
    except UsageError:
        return label
    words = in_words(asked, value)
    return label if value is None or str(words) == text else words
