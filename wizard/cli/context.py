"""What every command gets: the session, the output, and the flags."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from wizard.cli.json_view import document
from wizard.cli.output import YELLOW, Output
from wizard.errors import ForbiddenError
from wizard.session import Session

if TYPE_CHECKING:
    import argparse

    from wizard.facts import Facts
    from wizard.plan.types import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One invocation of the command line."""

    session: Session
    output: Output
    flags: argparse.Namespace
    ask: Callable[[str], str] | None
    """Asks on the terminal; None where there is nobody to ask."""
    renew: Callable[[], Session] | None = None
    """Reads profiles and preset again, for a command that runs for days. Blocks: in a thread."""

    @property
    def now(self) -> datetime:
        """The time that goes into documents."""
        return self.session.system.clock()

    def emit(self, name: str, **keys: object) -> None:
        """Write the JSON document of command `name` (in JSON mode only)."""
        self.output.document(document(name, self.now, **keys))

    def flag(self, name: str, default: Any = None) -> Any:
        """Return the value of a flag, or `default` where it was not given."""
        return getattr(self.flags, name, default)

    def settle(self) -> None:
        """Put back what an interrupted run left, and say so; before `facts` of what will write."""
        if self.flag("dry_run", False):
            return
        for said in self.session.settle():
            self.output.talk(said, YELLOW)

    async def facts(self) -> Facts:
        """Detect, and mask every secret that was met from now on."""
        from wizard.apply import unsettled

        if waits := unsettled(self.session.system):
            self.output.talk(waits, YELLOW)
        facts = await self.session.detect()
        self.hide_secrets(facts)
        return facts

    def hide_secrets(self, facts: Facts) -> None:
        """Mask every secret of `facts` in everything that is written from now on."""
        self.output.hide(_secrets_in(facts))

    async def plan(self) -> Plan:
        """Detect and decide."""
        return self.session.decide(await self.facts())

    def remember(self, facts: Facts, plan: Plan, left: frozenset[str] = frozenset()) -> None:
        """Keep what was written for this network; what cannot be kept is said, and no failure.

        `left`: decisions whose files were left as they are.
        """
        try:
            self.session.remember(facts, plan, left=left)
        except ForbiddenError as error:
            self.output.talk(f"{error.where}: {error.message}", YELLOW)
            self.output.talk(error.hint)


def _secrets_in(value: object) -> list[Any]:
    """Collect every `Secret` inside frozen values."""
    from collections.abc import Mapping
    from dataclasses import fields, is_dataclass

    from wizard.secret import Secret

    if isinstance(value, Secret):
        return [value]
    if isinstance(value, Mapping):
        return [found for item in value.values() for found in _secrets_in(item)]
    if isinstance(value, tuple):
        return [found for item in value for found in _secrets_in(item)]
    if is_dataclass(value):
        return [f for field in fields(value) for f in _secrets_in(getattr(value, field.name))]
    return []
