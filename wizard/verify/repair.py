"""What to revisit after a failure: which answers stand in the way, and the files that hold them.

Pure. A decision that nobody answered needs no revisiting: deciding again from what is true now
is enough, and apply then mends what drifted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePath

from wizard.diagnose import Diagnosis
from wizard.facts import Facts
from wizard.plan.types import KEYS, Answer, Answers, Origin
from wizard.render.profile import NAME, TABLE
from wizard.render.types import Artifact, Scope, TomlKeys
from wizard.text import Text, msg

MAX_ROUNDS = 3

_KIN = {
    "http_proxy": ("https_proxy", "container_proxy", "no_proxy"),
    "https_proxy": ("http_proxy", "container_proxy", "no_proxy"),
    "container_proxy": ("http_proxy", "https_proxy", "no_proxy"),
    "gosumdb": ("goproxy",),
    "dns": ("hosts", "dns_search"),
    "mtu": ("bip", "address_pools"),
    "address_pools": ("bip", "fixed_cidr"),
    "registry_mirrors": ("base_image",),
    "base_image": ("registry_mirrors",),
}
"""Decisions that are about the same thing: one of them alone cures nothing."""

_NOT_OF_THE_NETWORK = frozenset({"dockerfile", "goprivate", "ssh"})
"""What somebody declared of the project stays, however the network fails."""


def diagnosed_keys(diagnosis: Diagnosis | None) -> tuple[str, ...]:
    """Return the decisions that the diagnosis would revisit, the likeliest first, and their kin."""
    found: dict[str, None] = {}
    for fault in diagnosis.faults if diagnosis is not None else ():
        if fault.cure.decision is not None:
            found |= dict.fromkeys((fault.cure.decision, *_KIN.get(fault.cure.decision, ())))
    return tuple(found)


def widenings(answers: Answers, diagnosis: Diagnosis | None) -> Iterator[tuple[str, ...]]:
    """Yield which answers to drop, more with each step: none, the diagnosed ones, the network's.

    What stands there may have drifted from the plan: that is the narrowest thing to mend.
    """
    yield ()
    diagnosed = tuple(key for key in diagnosed_keys(diagnosis) if key in answers)
    if diagnosed:
        yield diagnosed
    every = tuple(key for key in KEYS if key in answers and key not in _NOT_OF_THE_NETWORK)
    if every and set(every) != set(diagnosed):
        yield every


def without_own_base_image(facts: Facts) -> Facts:
    """Return `facts` without the base image of a Dockerfile that this program wrote whole.

    It is an earlier plan's choice and nobody's wish; else a wrong one would uphold itself.
    """
    file = facts.project.dockerfile
    if file.value is None or not file.value.whole:
        return facts
    forgotten = replace(file, value=replace(file.value, base_image=None))
    missing = facts.docker.missing_images
    if missing.value is not None:
        own = file.value.base_image
        others = tuple(image for image in missing.value if image.name != own)
        missing = replace(missing, value=others)
    return replace(
        facts,
        project=replace(facts.project, dockerfile=forgotten),
        docker=replace(facts.docker, missing_images=missing),
    )


def without(answers: Answers, keys: tuple[str, ...]) -> Answers:
    """Return the answers but those of `keys`."""
    return {key: answer for key, answer in answers.items() if key not in keys}


def with_answers_removed(
    artifacts: tuple[Artifact, ...],
    dropped: Mapping[str, Answer],
    project: PurePath,
    because: Text = msg("the build failed with these answers"),  # noqa: B008 - it is immutable
) -> tuple[Artifact, ...]:
    """Return `artifacts`, with the dropped answers taken out of the files that hold them.

    Answers of a flag or a variable stand in no file: they count no more in this run alone.
    """
    found = list(artifacts)
    for file, keys in _by_file(dropped).items():
        own = str(project / NAME) == file
        gone: dict[str, object] = dict.fromkeys(keys)
        for index, artifact in enumerate(found):
            content = artifact.content
            if own and artifact.name == NAME and isinstance(content, TomlKeys):
                merged = replace(content, keys={**gone, **content.keys})
                carried = tuple(dict.fromkeys((*artifact.decisions, *keys)))
                found[index] = replace(artifact, content=merged, decisions=carried)
                break
        else:
            found.append(
                Artifact(
                    name=PurePath(file).name,
                    scope=Scope.PROJECT if project in PurePath(file).parents else Scope.USER,
                    path=NAME if own else file,
                    content=TomlKeys(table=TABLE, keys=gone),
                    standalone="",
                    because=(because,),
                    decisions=tuple(keys),
                )
            )
    return tuple(found)


def _by_file(dropped: Mapping[str, Answer]) -> dict[str, list[str]]:
    files: dict[str, list[str]] = {}
    for key, answer in dropped.items():
        if answer.origin in (Origin.PROJECT, Origin.USER):
            file, _, _ = answer.source.rpartition(":")
            files.setdefault(file, []).append(key)
    return files
