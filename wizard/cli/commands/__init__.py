"""The commands, one coroutine each: `Context` in, exit code out.

Imported when a command runs, so that `--help` does not pay for them.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from wizard.cli.commands.apply import apply, diff, history, undo
from wizard.cli.commands.build import build, build_command
from wizard.cli.commands.diagnose import diagnose
from wizard.cli.commands.generate import generate
from wizard.cli.commands.moves import check, networks, refresh
from wizard.cli.commands.observe import detect, mirrors
from wizard.cli.commands.plan import plan
from wizard.cli.commands.proxy_export import proxy_export
from wizard.cli.commands.purge import purge
from wizard.cli.commands.report import report
from wizard.cli.commands.route import route
from wizard.cli.commands.verify import verify
from wizard.cli.commands.watch import watch
from wizard.cli.context import Context

COMMANDS: Mapping[str, Callable[[Context], Coroutine[Any, Any, int]]] = {
    "detect": detect,
    "mirrors": mirrors,
    "plan": plan,
    "generate": generate,
    "diff": diff,
    "apply": apply,
    "undo": undo,
    "history": history,
    "purge": purge,
    "build-command": build_command,
    "build": build,
    "verify": verify,
    "diagnose": diagnose,
    "route": route,
    "report": report,
    "check": check,
    "refresh": refresh,
    "networks": networks,
    "watch": watch,
    "proxy-export": proxy_export,
}
