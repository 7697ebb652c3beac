"""Build a project on a developer's machine, cold, and judge how the build ended."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from . import developer
from .shell import Done

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .developer import Desk
    from .scenario import Before, Scenario

IMAGE: Final = "app:lab"


@dataclass(frozen=True)
class Verdict:
    """Whether a build ended as it should, and in one line why, or why not."""

    ok: bool
    why: str


def cold(argv: list[str]) -> list[str]:
    """The same `docker build`, but with nothing cached: no layer, and no cache mount.

    The options go in last, where they win over the command's own, and the image gets a name that
    the lab can find.
    """
    fresh = f"BUILDKIT_CACHE_MOUNT_NS={uuid.uuid4().hex}"
    options = ["--no-cache", "--build-arg", fresh, "--tag", IMAGE, "--progress=plain"]
    return [*argv, *options]


def untouched(network: Scenario, desk: Desk) -> Done:
    """Build the project as it is found, with the most usual command that there is."""
    argv = ["docker", "build", "."]
    at = f"{developer.HOME}/plain.Dockerfile"
    if network.project.dockerfile == "none":
        desk.machine.write(at, developer.dockerfile("plain"))
        argv = ["docker", "build", "-f", at, "."]
    done = desk.run(cold_for(desk, argv), timeout=network.before.within)
    if network.project.dockerfile == "none":
        desk.machine.path(at).unlink()
    return done


def cold_for(desk: Desk, argv: list[str], env: Mapping[str, str] | None = None) -> list[str]:
    """`cold`, minus what the legacy builder does not know."""
    legacy = {**desk.env, **(env or {})}.get("DOCKER_BUILDKIT") == "0"
    return [word for word in cold(argv) if not (legacy and word.startswith("--progress"))]


def judge(before: Before, done: Done) -> Verdict:
    """Did the untouched build end as declared, and for the reason that the network is about?"""
    ended = "hang" if done.cut else "build" if done.ok else "fail"
    if ended != before.ends:
        return Verdict(
            False, f"declared to {before.ends}, but it {PAST[ended]}: {last_words(done)}"
        )
    if not re.search(before.because, done.output, re.MULTILINE):
        return Verdict(
            False, f"{PAST[ended]}, but nothing says /{before.because}/: {last_words(done)}"
        )
    return Verdict(True, PAST[ended])


PAST: Final = {"build": "built", "fail": "failed", "hang": "hung until it was cut"}


# A builder's own summary of a step: the whole step again, and only that it failed.
SUMMARY: Final = re.compile(
    r"did not complete successfully|executor failed running|failed to solve"
)
TELLING: Final = re.compile(r"error|fatal|denied|fail|refus|go: ", re.IGNORECASE)


def last_words(done: Done) -> str:
    """The lines of a log that say the most, short."""
    lines = [line.strip() for line in done.output.splitlines() if line.strip()]
    telling = [line for line in lines if TELLING.search(line)]
    causes = [line for line in telling if not SUMMARY.search(line)]
    words = dict.fromkeys((causes or telling or lines)[-3:])  # each once, in order
    return " | ".join(word[:300] for word in words) or "(no output)"
