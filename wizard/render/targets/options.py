"""What a plan cannot know of a place that is not this machine: names and references, no values.

A secret is named by where it lives; nothing here may hold one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from wizard.errors import UsageError
from wizard.plan.types import Answer
from wizard.text import Text, msg


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One thing that may be said of a target."""

    key: str
    summary: Text
    default: str
    pattern: str
    """Regular expression that the whole value matches."""
    example: str


_NAME = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_IMAGE = r"[a-z0-9][a-zA-Z0-9._:/@-]{0,254}"
_PATH = r"[A-Za-z0-9][A-Za-z0-9._/-]{0,254}"
_REPOSITORY = r"(https|ssh)://(git@)?[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?/[A-Za-z0-9._/~-]{1,254}"

OPTIONS: Mapping[str, Option] = {
    option.key: option
    for option in (
        Option(
            key="image",
            summary=msg("the image that a job pushes (default: the platform's own registry)"),
            default="",
            pattern=rf"|{_IMAGE}",
            example="registry.corp.example/team/app",
        ),
        Option(
            key="secret_store",
            summary=msg("where a job's secrets live: platform, vault, aws, gcp or azure"),
            default="platform",
            pattern=r"platform|vault|aws|gcp|azure",
            example="vault",
        ),
        Option(
            key="secret_path",
            summary=msg("the path or name under which that store keeps them"),
            default="ci/gomod",
            pattern=_PATH,
            example="ci/team/gomod",
        ),
        Option(
            key="namespace",
            summary=msg("the Kubernetes namespace"),
            default="default",
            pattern=_NAME,
            example="build",
        ),
        Option(
            key="name",
            summary=msg("what a project's objects in a namespace are called (default: its module)"),
            default="",
            pattern=r"|[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?",
            example="billing",
        ),
        Option(
            key="storage_class",
            summary=msg("the class of a claimed volume (default: the cluster's)"),
            default="",
            pattern=rf"|{_NAME}(\.{_NAME})*",
            example="fast-ssd",
        ),
        Option(
            key="storage_size",
            summary=msg("the size of a claimed volume"),
            default="20Gi",
            pattern=r"[1-9][0-9]{0,5}(Mi|Gi|Ti)",
            example="50Gi",
        ),
        Option(
            key="repository",
            summary=msg("the git repository that a build in a cluster clones; no login in it"),
            default="",
            pattern=rf"|{_REPOSITORY}",
            example="https://git.corp.example/team/app.git",
        ),
        Option(
            key="hosts",
            summary=msg("the machines of a fleet, by comma"),
            default="",
            pattern=r"|[A-Za-z0-9]([A-Za-z0-9._-]*)(,[A-Za-z0-9]([A-Za-z0-9._-]*))*",
            example="dev-01.corp.example,dev-02.corp.example",
        ),
        Option(
            key="builder_address",
            summary=msg("where a builder on another machine listens"),
            default="",
            pattern=r"|tcp://[A-Za-z0-9]([A-Za-z0-9.-]{0,252}):[0-9]{1,5}",
            example="tcp://builder.corp.example:1234",
        ),
        Option(
            key="compose_service",
            summary=msg("the service of a compose file that is built (default: the image's name)"),
            default="",
            pattern=r"|[A-Za-z0-9][A-Za-z0-9._-]{0,99}",
            example="web",
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Options:
    """The options of one request, each checked; ask for one by its key."""

    answers: Mapping[str, Answer]

    def __getitem__(self, key: str) -> str:
        """Return what was said, or the default. KeyError: a mistake of the programmer."""
        option = OPTIONS[key]
        answer = self.answers.get(key)
        return option.default if answer is None else answer.text


def check_option(key: str, answer: Answer) -> None:
    """Raise UsageError for an unknown option, or a value that it cannot have."""
    option = OPTIONS.get(key)
    if option is None:
        raise UsageError(
            msg("there is no option {key}", key=key),
            where=answer.source,
            hint=msg("the options are: {keys}", keys=", ".join(OPTIONS)),
        )
    if not re.fullmatch(option.pattern, answer.text):
        raise UsageError(
            msg("{key} cannot be {value}", key=key, value=answer.text),
            where=answer.source,
            hint=msg("{what}; for example: {example}", what=option.summary, example=option.example),
        )
