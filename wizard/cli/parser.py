"""The command line's grammar: every command, every flag, help by examples."""

from __future__ import annotations

import argparse
from typing import NoReturn

from wizard.errors import UsageError
from wizard.text import msg

THEMES = ("dark", "light", "contrast", "terminal")
"""The looks of the full screen; `screens.looks` has what each is."""

_EXAMPLES = """\
examples:
  gomod-wizard                     the wizard: looks, proposes, writes, undoes
  gomod-wizard plan                what is wrong here and what it would do, because of what
  gomod-wizard diff                what `apply` would change, nothing is written
  gomod-wizard apply               shows it, asks, writes it as one transaction
  gomod-wizard build               runs the build command for this project and network
  gomod-wizard verify              proves it: every module downloaded anew, host and build
  gomod-wizard undo                back to the exact earlier bytes

exit codes: 0 yes or done · 1 the answer is no · 2 wrong usage or unusable input ·
3 this machine forbids it · 4 refused as unsafe · 130 interrupted
"""

_COMMANDS: dict[str, tuple[str, str]] = {
    "detect": (
        "every fact about this machine and project, with its source",
        "gomod-wizard detect\n  gomod-wizard detect --json | jq '.facts[] | select(.value)'\n"
        "  gomod-wizard detect --explain       which hosts would be contacted, nothing is sent\n"
        "  gomod-wizard detect --in-build      the network as a RUN step of your builder sees it",
    ),
    "mirrors": (
        "the ranking of Go module mirrors, measured and proved",
        "gomod-wizard mirrors\n  gomod-wizard mirrors --prove\n"
        "  gomod-wizard mirrors --url https://goproxy.cn --url https://nexus.corp.example/go",
    ),
    "plan": (
        "every decision, with its because",
        "gomod-wizard plan\n  gomod-wizard plan --set mtu=1400 --set dns=10.0.0.53",
    ),
    "generate": (
        "write all artifacts into a folder, nothing else is touched",
        "gomod-wizard generate --out build-setup",
    ),
    "diff": (
        "what `apply` would change, as a unified diff",
        "gomod-wizard diff\n  gomod-wizard diff --scope project",
    ),
    "apply": (
        "show, ask, and write everything as one transaction",
        "gomod-wizard apply\n  gomod-wizard apply --yes --scope project,user",
    ),
    "undo": (
        "take a transaction back, to the exact earlier bytes",
        "gomod-wizard undo\n  gomod-wizard undo 20260823-101502-3f2a",
    ),
    "history": ("what was done when", "gomod-wizard history"),
    "purge": (
        "remove every trace of this program; undo first",
        "gomod-wizard purge --dry-run\n  gomod-wizard purge --yes\n"
        "  gomod-wizard purge --settings     also your own catalogue and answers",
    ),
    "build-command": (
        "the exact `docker build` for this project and network, no secret in it",
        'gomod-wizard build-command\n  eval "$(gomod-wizard build-command)"',
    ),
    "verify": (
        "the real download from nothing, on the host and in a build (bare: both)",
        "gomod-wizard verify\n  gomod-wizard verify --build --repair\n"
        "  gomod-wizard verify --host --json",
    ),
    "diagnose": (
        "the faults in a failing build log, each with evidence and cure",
        "docker build . 2>&1 | gomod-wizard diagnose -\n  gomod-wizard diagnose ci.log --json\n"
        "  gomod-wizard diagnose ci.log --live     each guess checked on this machine\n"
        "  gomod-wizard diagnose ci.log --format github\n"
        "  gomod-wizard diagnose ci.log --lang zh    the advice in Chinese",
    ),
    "route": (
        "which way Go would fetch a module, hop by hop, and what each hop answers",
        "gomod-wizard route rsc.io/quote@v1.5.2\n  gomod-wizard route --all\n"
        "  gomod-wizard route --all --in build     the settings of the plan's build\n"
        "  gomod-wizard route git.corp.example/lib --what-if goprivate=git.corp.example",
    ),
    "report": (
        "one redacted page for the network team: hosts, ports, what was seen, curl lines",
        "gomod-wizard report > ticket.md\n"
        "  gomod-wizard report --html report.html --csv hosts.csv\n"
        "  gomod-wizard report --full          internal names too, for a reader in the house",
    ),
    "demo": (
        "play the wizard on a small fake company, without any risk",
        "gomod-wizard demo\n  gomod-wizard demo --plain\n"
        "  gomod-wizard demo plan              any command, on the played machine\n"
        "  gomod-wizard demo mirrors --prove\n  gomod-wizard demo --json",
    ),
    "build": (
        "run that build; secrets go by file or process environment alone",
        "gomod-wizard build\n  gomod-wizard build -- --no-cache --progress=plain",
    ),
}


class _Parser(argparse.ArgumentParser):
    """argparse, with errors as `UsageError`, so that one place prints them."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(
            msg("{problem}", problem=message),
            where=self.prog,
            hint=msg("`{command} --help` shows examples", command=self.prog),
        )


COMMAND_NAMES = frozenset(_COMMANDS)


def _common(sets: str) -> _Parser:
    """The flags that every command takes, before or after its name.

    `sets` is where `--set` collects: a command's own parser would overwrite what stood before it.
    """
    common = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    group = common.add_argument_group("common flags")
    group.add_argument("--project", metavar="DIR", help="the Go project (default: here)")
    group.add_argument("--profile", metavar="FILE", help="answers from FILE (gomod-wizard.toml)")
    group.add_argument(
        "--set",
        metavar="KEY=VALUE",
        action="append",
        dest=sets,
        help="answer one decision; repeatable; `--set mtu=1400`; an empty value leaves it alone",
    )
    group.add_argument("--reason", metavar="TEXT", help="why an unsafe value is needed")
    group.add_argument("--until", metavar="DATE", help="until when it may stand: YYYY-MM-DD")
    group.add_argument("--yes", action="store_true", help="confirm what was shown")
    group.add_argument("--no-input", action="store_true", help="never ask")
    group.add_argument("--dry-run", action="store_true", help="show, write nothing")
    group.add_argument(
        "--plain",
        action="store_true",
        help="no full screen: numbered questions, line by line (screen readers, dumb terminals)",
    )
    group.add_argument("--json", action="store_true", help="one JSON object on stdout")
    group.add_argument(
        "--timeout", type=seconds, metavar="S", help="deadline of a detection (default: 5)"
    )
    group.add_argument(
        "--theme",
        choices=THEMES,
        help="look of the full screen (else GOMOD_WIZARD_THEME, else the one chosen last)",
    )
    group.add_argument("--no-color", action="store_true", help="no colours (NO_COLOR does so too)")
    group.add_argument("-v", "--verbose", action="store_true", help="say more")
    return common


def seconds(text: str) -> float:
    value = float(text)
    if not 0.1 <= value <= 600:
        raise argparse.ArgumentTypeError("must lie between 0.1 and 600 seconds")
    return value


def build_parser(version: str) -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    common = _common("sets")
    parser = _Parser(
        prog="gomod-wizard",
        description="Makes `go mod download` work inside `docker build` on corporate networks.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[_common("sets_before")],
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"gomod-wizard {version}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    parsers = {
        name: commands.add_parser(
            name,
            help=summary,
            description=summary[0].upper() + summary[1:] + ".",
            epilog=f"examples:\n  {example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            parents=[common],
            allow_abbrev=False,
        )
        for name, (summary, example) in _COMMANDS.items()
    }
    parsers["detect"].add_argument(
        "--explain", action="store_true", help="list the hosts that would be contacted, and stop"
    )
    parsers["detect"].add_argument(
        "--in-build",
        action="store_true",
        help="also look from inside a build step of your builder, and compare; nothing is kept",
    )
    parsers["mirrors"].add_argument(
        "--url", action="append", default=[], metavar="U", help="probe U instead of the catalogue"
    )
    parsers["mirrors"].add_argument(
        "--prove", action="store_true", help="prove all of them, not only the best"
    )
    parsers["generate"].add_argument("--out", required=True, metavar="DIR", help="where to write")
    for name in ("diff", "apply"):
        parsers[name].add_argument(
            "--scope",
            default="project,user,system",
            metavar="S[,S]",
            help="of project, user, system (default: all)",
        )
    for name in ("apply", "undo"):
        restart = parsers[name].add_mutually_exclusive_group()
        restart.add_argument(
            "--restart",
            action="store_true",
            default=None,
            dest="restart",
            help="restart the engine where a change needs it, even if containers run",
        )
        restart.add_argument(
            "--no-restart", action="store_false", dest="restart", help="never restart the engine"
        )
    parsers["apply"].add_argument("--staged", metavar="ID", help=argparse.SUPPRESS)
    parsers["undo"].add_argument("id", nargs="?", metavar="ID", help="default: the latest")
    parsers["undo"].add_argument(
        "--force", action="store_true", help="also where a file changed since; a copy is kept"
    )
    parsers["purge"].add_argument(
        "--settings", action="store_true", help="also your own catalogue and answers"
    )
    parsers["purge"].add_argument(
        "--force",
        action="store_true",
        help="also where something still stands; it stays as it is and cannot be undone any more",
    )
    parsers["diagnose"].add_argument(
        "file", nargs="?", default="-", metavar="FILE", help="the log; - or nothing reads stdin"
    )
    parsers["diagnose"].add_argument(
        "--live",
        action="store_true",
        help="check each guess on this machine, for at most --timeout seconds",
    )
    parsers["diagnose"].add_argument(
        "--format",
        choices=("text", "github", "gitlab"),
        default="text",
        help="annotations for a CI system",
    )
    parsers["diagnose"].add_argument(
        "--lang",
        choices=("en", "zh"),
        help="language of the advice (default: from LC_ALL, LC_MESSAGES, LANG)",
    )
    verify = parsers["verify"]
    verify.add_argument(
        "--host", action="store_true", help="your own go, with an empty module cache of its own"
    )
    verify.add_argument(
        "--build", action="store_true", help="your builder, the stage that downloads, no cache"
    )
    verify.add_argument(
        "--repair",
        action="store_true",
        help="where it fails: detect, decide, apply, verify again; at most three rounds, asks",
    )
    verify.add_argument(
        "--patience",
        type=seconds,
        metavar="S",
        default=argparse.SUPPRESS,
        help="give up after so many seconds without a word (default: 180)",
    )
    page = parsers["report"]
    page.add_argument("--html", metavar="F", help="write it as one HTML file")
    page.add_argument("--csv", metavar="F", help="write the hosts and ports as CSV")
    page.add_argument("--full", action="store_true", help="show internal names and addresses")
    way = parsers["route"]
    way.add_argument("module", nargs="?", metavar="MODULE[@VERSION]", help="default: go.mod's")
    way.add_argument("--all", action="store_true", help="every module that go.mod requires")
    way.add_argument(
        "--in",
        choices=("shell", "build"),
        default="shell",
        dest="place",
        help="with the settings of this shell, or of the plan's build (asked from this host)",
    )
    way.add_argument(
        "--what-if",
        metavar="KEY=VALUE",
        action="append",
        help="as if that decision had this value; repeatable; nothing is written",
    )
    parsers["build"].add_argument(
        "args", nargs=argparse.REMAINDER, metavar="-- ARG", help="more arguments for docker build"
    )
    parsers["demo"].add_argument(
        "args",
        nargs=argparse.REMAINDER,
        metavar="COMMAND",
        help="what to run there (default: the wizard; without a terminal: plan, apply, undo)",
    )
    return parser
