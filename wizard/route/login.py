"""The login that Go would send: GOPROXY's own, netrc's, or what a command of GOAUTH prints.

The user's command is run as Go runs it; what it prints stays in memory and goes to its host alone.
"""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Mapping

from wizard.detect.deadline import Deadline, in_thread
from wizard.detect.mirrors.logins import Logins
from wizard.route.types import Ask, Settings
from wizard.rules.goauth import commands_of, credential_for, methods_of, parse_credentials
from wizard.secret import Secret
from wizard.system import Completed, System

_PATIENCE_S = 5.0
Login = tuple[str, Secret]
"""(where it comes from: `GOPROXY`, `netrc`, `GOAUTH`; the value of Authorization)"""


class GoLogins:
    """The logins of one route; commands are run once, and again for an address that failed."""

    def __init__(self, system: System, settings: Settings, deadline: Deadline) -> None:
        self._system = system
        self._settings = settings
        self._deadline = deadline
        self._commands = commands_of(settings.goauth) if settings.repeats else ()
        self._files: Logins | None = None
        self._printed: dict[str, dict[str, Secret]] = {name: {} for name in self._commands}
        self._begun = False
        self._running = asyncio.Lock()

    async def login(self, ask: Ask) -> Login | None:
        """Return the login for the first try."""
        if not ask.url.startswith("https:"):
            return None
        listed: Login | None = None
        if ask.credentials is not None:
            if self._files is None:
                self._files = await in_thread(lambda: Logins(self._system))
            header = self._files.header(ask.base or ask.url)
            listed = None if header is None else (ask.credentials, header)
            if listed is not None and (ask.credentials == "GOPROXY" or self._netrc_first()):
                return listed
        async with self._running:
            if not self._begun:
                self._begun = True
                await self._run_all("")
        return self._from_commands(ask.url) or listed

    async def again(self, ask: Ask) -> Login | None:
        """Return the login after a 4xx: the commands are told the address."""
        if not self._commands or ask.credentials is not None:
            return None
        async with self._running:
            await self._run_all(ask.url)
        return self._from_commands(ask.url)

    def _netrc_first(self) -> bool:
        return not self._commands or methods_of(self._settings.goauth)[0] == "netrc"

    def _from_commands(self, url: str) -> Login | None:
        for name in self._commands:
            found = credential_for(url, self._printed[name])
            if found is not None:
                return "GOAUTH", found
        return None

    async def _run_all(self, url: str) -> None:
        for name in self._commands:
            self._printed[name].update(await self._run(name, url))

    async def _run(self, command: str, url: str) -> Mapping[str, Secret]:
        try:
            words = shlex.split(command)
        except ValueError:
            return {}
        patience = min(_PATIENCE_S, self._deadline.left())
        done = await self._system.run((*words, *((url,) if url else ())), timeout_s=patience)
        if not isinstance(done, Completed) or done.code != 0:
            return {}
        return parse_credentials(done.out) or {}
