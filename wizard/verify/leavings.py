"""Takes away what a verification's build left in the engine, and nothing else.

The image by its own name; the cache mounts by the namespace that only this build used, each
record by its id; of the legacy builder the images without a name that its log shows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from wizard.system import Completed, System
from wizard.text import Text, msg

_LIMIT_S = 30.0
_STEP = re.compile(r"Step \d{1,4}/\d{1,4} ?: ([A-Za-z]+)")
_MADE = re.compile(r" ---> ([0-9a-f]{12,64})$")
_RECORD = re.compile(r"^ID:\s+(\S+)$", re.MULTILINE)


class Leavings:
    """What one build leaves; `tag` and `namespace` are of this build alone.

    `mounts`: its steps have cache mounts, and a builder that knows them runs it.
    """

    def __init__(
        self, system: System, env: Mapping[str, str], *, tag: str, namespace: str, mounts: bool
    ) -> None:
        self._mounts = mounts
        self._system = system
        self._env = env
        self._tag = tag
        self._namespace = namespace
        self._made: list[str] = []
        self._fresh = False

    def read(self, line: str) -> None:
        """Note the images that a step of the legacy builder makes; a FROM makes none."""
        if match := _STEP.match(line):
            self._fresh = match[1].upper() != "FROM"
        elif "Using cache" in line:
            self._fresh = False
        elif self._fresh and (match := _MADE.match(line)):
            self._made.append(match[1])

    async def remove(self) -> Text:
        """Remove all of it, and return what stays. Never raises for the world.

        What is gone already is no fault.
        """
        await self._docker("image", "rm", self._tag)
        for image in reversed(self._made):
            named = await self._docker(
                "image", "inspect", "--format", "{{len .RepoTags}}{{len .RepoDigests}}", image
            )
            if named.strip() == "00":
                await self._docker("image", "rm", "--no-prune", image)
        return await self._cache_mounts()

    async def _cache_mounts(self) -> Text:
        if not self._mounts:
            return ""
        if not await self._docker("buildx", "version"):
            # 20.10's own client has no `buildx`, and its records do not tell their namespace.
            return msg(
                "this docker cannot tell whose a cache mount is: the module cache of this build"
                " stays with the engine until `docker builder prune`"
            )
        told = await self._docker("buildx", "du", "--verbose", "--filter", "type=exec.cachemount")
        for record in told.split("\n\n"):
            if f'with id "{self._namespace}/' in record and (match := _RECORD.search(record)):
                await self._docker("buildx", "prune", "--force", "--filter", f"id={match[1]}")
        return ""

    async def _docker(self, *words: str) -> str:
        done = await self._system.run(("docker", *words), timeout_s=_LIMIT_S, env=self._env)
        return done.out if isinstance(done, Completed) and done.code == 0 else ""
