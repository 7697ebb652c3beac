"""What each command is for, in one line and by examples; the grammar is in `parser`."""

from __future__ import annotations

from wizard.text import Text, msg

Example = tuple[str, Text]
"""A command line, and what it does where that is not plain."""

WIZARD: tuple[Example, ...] = (
    ("gomod-wizard", msg("the wizard: looks, proposes, writes, undoes")),
    ("gomod-wizard plan", msg("what is wrong here and what it would do, because of what")),
    ("gomod-wizard diff", msg("what `apply` would change, nothing is written")),
    ("gomod-wizard apply", msg("shows it, asks, writes it as one transaction")),
    ("gomod-wizard build", msg("runs the build command for this project and network")),
    ("gomod-wizard verify", msg("proves it: every module downloaded anew, host and build")),
    ("gomod-wizard undo", msg("back to the exact earlier bytes")),
)

EXIT_CODES = msg(
    "exit codes: 0 yes or done · 1 the answer is no · 2 wrong usage or unusable input ·\n"
    "3 this machine forbids it · 4 refused as unsafe · 130 interrupted"
)

COMMANDS: dict[str, tuple[Text, tuple[Example, ...]]] = {
    "detect": (
        msg("every fact about this machine and project, with its source"),
        (
            ("gomod-wizard detect", ""),
            ("gomod-wizard detect --json | jq '.facts[] | select(.value)'", ""),
            (
                "gomod-wizard detect --explain",
                msg("which hosts would be contacted, nothing is sent"),
            ),
            (
                "gomod-wizard detect --in-build",
                msg("the network as a RUN step of your builder sees it"),
            ),
        ),
    ),
    "mirrors": (
        msg("the ranking of Go module mirrors, measured and proved"),
        (
            ("gomod-wizard mirrors", ""),
            ("gomod-wizard mirrors --prove", ""),
            (
                "gomod-wizard mirrors --url https://goproxy.cn --url https://nexus.corp.example/go",
                "",
            ),
        ),
    ),
    "plan": (
        msg("every decision, with its because"),
        (
            ("gomod-wizard plan", ""),
            ("gomod-wizard plan --set mtu=1400 --set dns=10.0.0.53", ""),
        ),
    ),
    "generate": (
        msg("write all artifacts into a folder, nothing else is touched"),
        (
            ("gomod-wizard generate --out build-setup", ""),
            ("gomod-wizard generate --out build-setup --with gitlab-ci,kubernetes", ""),
        ),
    ),
    "diff": (
        msg("what `apply` would change, as a unified diff"),
        (("gomod-wizard diff", ""), ("gomod-wizard diff --scope project", "")),
    ),
    "apply": (
        msg("show, ask, and write everything as one transaction"),
        (("gomod-wizard apply", ""), ("gomod-wizard apply --yes --scope project,user", "")),
    ),
    "undo": (
        msg("take a transaction back, to the exact earlier bytes"),
        (("gomod-wizard undo", ""), ("gomod-wizard undo 20260823-101502-3f2a", "")),
    ),
    "history": (msg("what was done when"), (("gomod-wizard history", ""),)),
    "purge": (
        msg("remove every trace of this program; undo first"),
        (
            ("gomod-wizard purge --dry-run", ""),
            ("gomod-wizard purge --yes", ""),
            ("gomod-wizard purge --settings", msg("also your own catalogue and answers")),
        ),
    ),
    "build-command": (
        msg("the exact `docker build` for this project and network, no secret in it"),
        (("gomod-wizard build-command", ""), ('eval "$(gomod-wizard build-command)"', "")),
    ),
    "verify": (
        msg("the real download from nothing, on the host and in a build (bare: both)"),
        (
            ("gomod-wizard verify", ""),
            ("gomod-wizard verify --build --repair", ""),
            ("gomod-wizard verify --host --json", ""),
        ),
    ),
    "diagnose": (
        msg("the faults in a failing build log, each with evidence and cure"),
        (
            ("docker build . 2>&1 | gomod-wizard diagnose -", ""),
            ("gomod-wizard diagnose ci.log --json", ""),
            ("gomod-wizard diagnose ci.log --live", msg("each guess checked on this machine")),
            ("gomod-wizard diagnose ci.log --format github", ""),
        ),
    ),
    "route": (
        msg("which way Go would fetch a module, hop by hop, and what each hop answers"),
        (
            ("gomod-wizard route rsc.io/quote@v1.5.2", ""),
            ("gomod-wizard route --all", ""),
            ("gomod-wizard route --all --in build", msg("the settings of the plan's build")),
            ("gomod-wizard route git.corp.example/lib --what-if goprivate=git.corp.example", ""),
        ),
    ),
    "report": (
        msg("one redacted page for the network team: hosts, ports, what was seen, curl lines"),
        (
            ("gomod-wizard report > ticket.md", ""),
            ("gomod-wizard report --html report.html --csv hosts.csv", ""),
            ("gomod-wizard report --full", msg("internal names too, for a reader in the house")),
        ),
    ),
    "check": (
        msg("which decisions on disk no longer hold on today's network, and why"),
        (
            ("gomod-wizard check", msg("exit 1 where one does not hold")),
            ("gomod-wizard check --json | jq '.stale[].key'", ""),
        ),
    ),
    "refresh": (
        msg("write what today's network needs otherwise, and nothing else"),
        (("gomod-wizard refresh", ""), ("gomod-wizard refresh --dry-run", "")),
    ),
    "networks": (
        msg("the networks on which this project was set up"),
        (("gomod-wizard networks", ""), ("gomod-wizard networks --name office", "")),
    ),
    "watch": (
        msg("check again whenever the network changes"),
        (
            ("gomod-wizard watch --notify", msg("a word on the desktop when something is stale")),
            ("gomod-wizard watch --refresh --yes", ""),
            ("gomod-wizard watch --unit systemd", msg("a unit that starts it with your session")),
            ('eval "$(gomod-wizard watch --hook bash)"', msg("a word at the prompt instead")),
        ),
    ),
    "preset": (
        msg("what your organisation says of its machines: one signed file for all of them"),
        (
            ("gomod-wizard preset", msg("which one is in force here, and what it says")),
            (
                "gomod-wizard preset add https://go.corp.example/preset.toml --key minisign.pub",
                "",
            ),
            (
                "gomod-wizard preset add git+ssh://git@git.corp.example/it/go.git#main:preset.toml"
                " --key id_ed25519.pub",
                "",
            ),
            ("gomod-wizard preset check preset.toml", msg("every mistake with its line")),
            ("gomod-wizard preset refresh", ""),
        ),
    ),
    "completion": (
        msg("print the completion script of a shell"),
        (
            ('eval "$(gomod-wizard completion bash)"', msg("in ~/.bashrc")),
            ('eval "$(gomod-wizard completion zsh)"', msg("in ~/.zshrc, after compinit")),
            ("gomod-wizard completion fish | source", msg("in ~/.config/fish/config.fish")),
            (
                "gomod-wizard completion powershell | Out-String | Invoke-Expression",
                msg("in $PROFILE"),
            ),
        ),
    ),
    "demo": (
        msg("play the wizard on a small fake company, without any risk"),
        (
            ("gomod-wizard demo", ""),
            ("gomod-wizard demo --plain", ""),
            ("gomod-wizard demo plan", msg("any command, on the played machine")),
            ("gomod-wizard demo mirrors --prove", ""),
            ("gomod-wizard demo --json", ""),
        ),
    ),
    "proxy-export": (
        msg("write the project's modules as a module proxy that any web server serves"),
        (
            ("gomod-wizard proxy-export --out go-proxy", ""),
            ("gomod-wizard proxy-export --out go-proxy --private", msg("private modules too")),
            ("gomod-wizard proxy-export --out go-proxy rsc.io/quote@v1.5.2", ""),
        ),
    ),
    "build": (
        msg("run that build; secrets go by file or process environment alone"),
        (("gomod-wizard build", ""), ("gomod-wizard build -- --no-cache --progress=plain", "")),
    ),
}


def shown(examples: tuple[Example, ...]) -> str:
    """Return examples as lines, what they do aligned beside them."""
    noted = [len(command) for command, note in examples if str(note)]
    column = max(noted, default=0)
    lines = [
        f"  {command.ljust(column)}  {note}" if str(note) else f"  {command}"
        for command, note in examples
    ]
    return "\n".join((str(msg("examples:")), *lines))
