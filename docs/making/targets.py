"""The page of everything that is written on request, from the registry of targets."""

from __future__ import annotations

from wizard.render.targets import TARGETS
from wizard.render.targets.options import OPTIONS


def targets() -> str:
    """Return the page: every target, every option, and where both may be said."""
    lines = [
        "# On request",
        "",
        "Beside the files of a machine, the same plan gives jobs, builders and servers for other",
        "places. A value that stands in two of them is the same, as seen from there; a secret is",
        "named by where it lives, and stands in none.",
        "",
        "```console",
        "$ gomod-wizard generate --out build-setup --with gitlab-ci,kubernetes",
        "$ gomod-wizard apply --with bake",
        "```",
        "",
        "`generate` writes them into a folder, `apply` into the project, in the one transaction",
        "that `undo` takes back. What is always wanted stands in `gomod-wizard.toml`, and",
        "`check` then watches over it too:",
        "",
        "```toml",
        "[targets]",
        'with = ["gitlab-ci", "bake"]',
        'image = "registry.corp.example/team/app"',
        "```",
        "",
        "## Targets",
        "",
        "| `--with` | what it is |",
        "|---|---|",
        *(f"| `{one.name}` | {one.summary} |" for one in TARGETS.values()),
        "",
        "## Options",
        "",
        "`--option KEY=VALUE`, `GOMOD_WIZARD_OPTION_<KEY>`, or a key of `[targets]`.",
        "",
        "| key | what it says | default | example |",
        "|---|---|---|---|",
    ]
    for option in OPTIONS.values():
        shown = f"`{option.default}`" if option.default else ""
        lines.append(f"| `{option.key}` | {option.summary} | {shown} | `{option.example}` |")
    return "\n".join([*lines, ""])
