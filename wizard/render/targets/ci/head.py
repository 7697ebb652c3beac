"""What stands at the top of every generated job: what it is, and what it must be given."""

from __future__ import annotations

from collections.abc import Sequence

from wizard.plan.types import Plan
from wizard.render.targets.ci.elsewhere import notes
from wizard.render.targets.ci.needs import Need, table
from wizard.render.targets.ci.script import SCRIPT


def head(
    plan: Plan,
    needed: tuple[Need, ...],
    *,
    what: str,
    store: str,
    names: Sequence[str],
    usage: Sequence[str],
) -> str:
    """Return the comment, without comment marks.

    `names`: what each of `needed` is called in the store that the sentence `store` names.
    """
    lines = [
        f"{what}, from the plan of gomod-wizard.",
        "",
        *usage,
        "",
        f"The build itself is {SCRIPT}, to be committed too; its head names every variable",
        "that it takes. It writes secrets to files of mode 0600 in a folder of this job alone,",
        "puts none into an argument or the log, and takes all of them away at its end.",
        "",
    ]
    if needed:
        lines += [f"What must be there {store}:", *table(needed, list(names))]
    else:
        lines += ["The plan needs no credential."]
    found = [line for note in notes(plan) for line in note.comment.split("\n")]
    if found:
        lines += ["", *found]
    return "\n".join(lines)
