"""The command line's grammar: every command, every flag, help by examples."""

from __future__ import annotations

import argparse

from wizard.cli.argparse_words import speak
from wizard.cli.grammar_parser import Parser
from wizard.cli.summaries import COMMANDS, EXIT_CODES, WIZARD, shown
from wizard.cli.target_names import OPTION_KEYS, TARGET_NAMES
from wizard.language import LANGUAGES
from wizard.text import Text, msg

THEMES = ("dark", "light", "contrast", "terminal")
"""The looks of the full screen; `screens.looks` has what each is."""


COMMAND_NAMES = frozenset(COMMANDS)


def _common(sets: str) -> Parser:
    """The flags that every command takes, before or after its name.

    `sets` is where `--set` collects: a command's own parser would overwrite what stood before it.
    """
    common = Parser(add_help=False, argument_default=argparse.SUPPRESS)
    group = common.add_argument_group(str(msg("common flags")))
    group.add_argument("--project", metavar="DIR", help=str(msg("the Go project (default: here)")))
    group.add_argument(
        "--profile", metavar="FILE", help=str(msg("answers from FILE (gomod-wizard.toml)"))
    )
    group.add_argument(
        "--set",
        metavar="KEY=VALUE",
        action="append",
        dest=sets,
        help=str(
            msg("answer one decision; repeatable; `--set mtu=1400`; an empty value leaves it alone")
        ),
    )
    group.add_argument("--reason", metavar="TEXT", help=str(msg("why an unsafe value is needed")))
    group.add_argument(
        "--until", metavar="DATE", help=str(msg("until when it may stand: YYYY-MM-DD"))
    )
    group.add_argument("--yes", action="store_true", help=str(msg("confirm what was shown")))
    group.add_argument("--no-input", action="store_true", help=str(msg("never ask")))
    group.add_argument("--dry-run", action="store_true", help=str(msg("show, write nothing")))
    group.add_argument(
        "--plain",
        action="store_true",
        help=str(
            msg("no full screen: numbered questions, line by line (screen readers, dumb terminals)")
        ),
    )
    group.add_argument("--json", action="store_true", help=str(msg("one JSON object on stdout")))
    group.add_argument(
        "--timeout",
        type=seconds,
        metavar="S",
        help=str(msg("deadline of a detection (default: 5, of `check` 1.5, of `proxy-export` 30)")),
    )
    group.add_argument(
        "--theme",
        choices=THEMES,
        help=str(
            msg("look of the full screen (else GOMOD_WIZARD_THEME, else the one chosen last)")
        ),
    )
    group.add_argument(
        "--lang",
        choices=tuple(LANGUAGES),
        help=str(
            msg(
                "language (default: the one chosen in the palette, else from LANGUAGE, LC_ALL, "
                "LC_MESSAGES, LANG)"
            )
        ),
    )
    group.add_argument(
        "--no-color", action="store_true", help=str(msg("no colours (NO_COLOR does so too)"))
    )
    group.add_argument("-v", "--verbose", action="store_true", help=str(msg("say more")))
    return common


def seconds(text: str) -> float:
    value = float(text)
    if not 0.1 <= value <= 600:
        raise argparse.ArgumentTypeError(str(msg("must lie between 0.1 and 600 seconds")))
    return value


def _sentence(summary: Text) -> str:
    text = str(summary)
    return str(msg("{summary}.", summary=text[0].upper() + text[1:]))


def build_parser(version: str) -> argparse.ArgumentParser:
    """Return the parser of the whole command line, its help in the current language."""
    speak()
    common = _common("sets")
    parser = Parser(
        prog="gomod-wizard",
        description=str(
            msg("Makes `go mod download` work inside `docker build` on corporate networks.")
        ),
        examples=shown(WIZARD),
        epilog=str(EXIT_CODES),
        parents=[_common("sets_before")],
    )
    parser.add_argument("--version", action="version", version=f"gomod-wizard {version}",
        help=str(msg("show program's version number and exit")))  # fmt: skip
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title=str(msg("commands")))
    parser.usage = "%(prog)s [FLAG ...] [COMMAND]"  # only now: commands are named after it
    parsers = {
        name: commands.add_parser(
            name,
            help=str(summary),
            description=_sentence(summary),
            examples=shown(examples),
            parents=[common],
        )
        for name, (summary, examples) in COMMANDS.items()
    }
    parsers["detect"].add_argument(
        "--explain",
        action="store_true",
        help=str(msg("list the hosts that would be contacted, and stop")),
    )
    parsers["detect"].add_argument(
        "--in-build",
        action="store_true",
        help=str(
            msg("also look from inside a build step of your builder, and compare; nothing is kept")
        ),
    )
    parsers["mirrors"].add_argument(
        "--url",
        action="append",
        default=[],
        metavar="U",
        help=str(msg("probe U instead of the catalogue")),
    )
    parsers["mirrors"].add_argument(
        "--prove",
        action="store_true",
        help=str(msg("wait for all of them and prove each, not only the best")),
    )
    parsers["generate"].add_argument(
        "--out", required=True, metavar="DIR", help=str(msg("where to write"))
    )
    for name in ("generate", "diff", "apply"):
        parsers[name].add_argument(
            "--with",
            dest="with_targets",
            metavar="T[,T]",
            help=str(
                msg("also what is written on request: {targets}", targets=", ".join(TARGET_NAMES))
            ),
        )
        parsers[name].add_argument(
            "--option",
            action="append",
            default=[],
            metavar="KEY=VALUE",
            help=str(
                msg("what is said of them: {options}; repeatable", options=", ".join(OPTION_KEYS))
            ),
        )
    for name in ("diff", "apply", "check"):
        parsers[name].add_argument(
            "--scope",
            default="project,user,system",
            metavar="S[,S]",
            help=str(msg("of project, user, system (default: all)")),
        )
    for name in ("apply", "refresh", "watch", "undo"):
        restart = parsers[name].add_mutually_exclusive_group()
        restart.add_argument(
            "--restart",
            action="store_true",
            default=None,
            dest="restart",
            help=str(msg("restart the engine where a change needs it, even if containers run")),
        )
        restart.add_argument(
            "--no-restart",
            action="store_false",
            dest="restart",
            help=str(msg("never restart the engine")),
        )
    parsers["apply"].add_argument("--staged", metavar="ID", help=argparse.SUPPRESS)
    parsers["undo"].add_argument(
        "id", nargs="?", metavar="ID", help=str(msg("default: the latest"))
    )
    parsers["undo"].add_argument(
        "--force",
        action="store_true",
        help=str(msg("also where a file changed since; a copy is kept")),
    )
    parsers["purge"].add_argument(
        "--settings", action="store_true", help=str(msg("also your own catalogue and answers"))
    )
    parsers["purge"].add_argument(
        "--force",
        action="store_true",
        help=str(
            msg(
                "also where something still stands; it stays as it is and cannot be undone any more"
            )
        ),
    )
    parsers["diagnose"].add_argument(
        "file",
        nargs="?",
        default="-",
        metavar="FILE",
        help=str(msg("the log; - or nothing reads stdin")),
    )
    parsers["diagnose"].add_argument(
        "--live",
        action=argparse.BooleanOptionalAction,
        default=None,
        help=str(
            msg(
                "check each guess on this machine, for at most --timeout seconds "
                "(default: where the log's steps are those of the Dockerfile here)"
            )
        ),
    )
    parsers["diagnose"].add_argument(
        "--format",
        choices=("text", "github", "gitlab"),
        default="text",
        help=str(msg("annotations for a CI system")),
    )
    verify = parsers["verify"]
    verify.add_argument(
        "--host",
        action="store_true",
        help=str(msg("your own go, with an empty module cache of its own")),
    )
    verify.add_argument(
        "--build",
        action="store_true",
        help=str(msg("your builder, the stage that downloads, no cache")),
    )
    verify.add_argument(
        "--repair",
        action="store_true",
        help=str(
            msg("where it fails: detect, decide, apply, verify again; at most three rounds, asks")
        ),
    )
    verify.add_argument(
        "--patience",
        type=seconds,
        metavar="S",
        default=argparse.SUPPRESS,
        help=str(msg("give up after so many seconds without a word (default: 180)")),
    )
    page = parsers["report"]
    page.add_argument("--html", metavar="F", help=str(msg("write it as one HTML file")))
    page.add_argument("--csv", metavar="F", help=str(msg("write the hosts and ports as CSV")))
    page.add_argument(
        "--full", action="store_true", help=str(msg("show internal names and addresses"))
    )
    way = parsers["route"]
    way.add_argument(
        "module", nargs="?", metavar="MODULE[@VERSION]", help=str(msg("default: go.mod's"))
    )
    way.add_argument(
        "--all", action="store_true", help=str(msg("every module that go.mod requires"))
    )
    way.add_argument(
        "--in",
        choices=("shell", "build"),
        default="shell",
        dest="place",
        help=str(
            msg("with the settings of this shell, or of the plan's build (asked from this host)")
        ),
    )
    way.add_argument(
        "--what-if",
        metavar="KEY=VALUE",
        action="append",
        help=str(msg("as if that decision had this value; repeatable; nothing is written")),
    )
    parsers["networks"].add_argument(
        "--name", metavar="NAME", help=str(msg("call the network that is here NAME"))
    )
    watch = parsers["watch"]
    watch.add_argument("--notify", action="store_true", help=str(msg("tell the desktop too")))
    watch.add_argument(
        "--refresh", action="store_true", help=str(msg("write what is stale (needs --yes)"))
    )
    watch.add_argument(
        "--once", action="store_true", help=str(msg("end after the first change, as `check` does"))
    )
    watch.add_argument(
        "--unit",
        choices=("systemd", "launchd"),
        help=str(msg("print a unit that starts it with your session, and end")),
    )
    watch.add_argument(
        "--hook",
        choices=("bash", "zsh", "fish"),
        help=str(msg("print lines for your shell that say so at the prompt, and end")),
    )
    tree = parsers["proxy-export"]
    tree.add_argument("--out", required=True, metavar="DIR", help=str(msg("where to write")))
    tree.add_argument(
        "--private",
        action="store_true",
        help=str(msg("private modules too: only for a server that outsiders cannot reach")),
    )
    tree.add_argument(
        "modules",
        nargs="*",
        metavar="MODULE@VERSION",
        help=str(msg("these alone; `all`: with what tests of other modules need")),
    )
    preset = parsers["preset"]
    preset.add_argument(
        "action",
        nargs="?",
        choices=("show", "add", "refresh", "remove", "check"),
        help=str(msg("default: show")),
    )
    preset.add_argument(
        "source",
        nargs="?",
        metavar="SOURCE",
        help=str(msg("a file, git+https://… or git+ssh://…#REF:PATH, or an https:// URL")),
    )
    preset.add_argument(
        "--key",
        metavar="FILE",
        help=str(msg("pin the public key of whoever signs it: minisign's, or an SSH key")),
    )
    preset.add_argument(
        "--unsigned",
        action="store_true",
        help=str(msg("take it without a signature; said each time")),
    )
    parsers["build"].add_argument(
        "args",
        nargs=argparse.REMAINDER,
        metavar="-- ARG",
        help=str(msg("more arguments for docker build")),
    )
    parsers["completion"].add_argument(
        "shell",
        nargs="?",
        choices=("bash", "zsh", "fish", "powershell"),
        help=str(msg("whose script")),
    )
    parsers["completion"].add_argument("--ids", action="store_true", help=argparse.SUPPRESS)
    parsers["demo"].add_argument(
        "args",
        nargs=argparse.REMAINDER,
        metavar="COMMAND",
        help=str(
            msg("what to run there (default: the wizard; without a terminal: plan, apply, undo)")
        ),
    )
    return parser
