"""What the review says in one line: what would happen, what enter does, what was skipped. Pure."""

from __future__ import annotations

from screens.state import State
from wizard.apply.types import Action
from wizard.flow import Flow, Step, step_title
from wizard.text import Text, msg, nmsg


def onward(state: State) -> Text | None:
    """Return what enter does next; None: nothing, now or at all."""
    preview = state.ready
    if preview is None:
        return None
    if closed := len(preview.blocked):
        return nmsg(
            "Leave out the {n} file that cannot be written",
            "Leave out the {n} files that cannot be written",
            n=closed,
        )
    count = sum(change.action is not Action.RUN for change in preview.changes.changes)
    if count == 0:
        return msg("Nothing to write: finish")
    return nmsg("Write {n} file …", "Write {n} files …", n=count)


def headline(state: State) -> Text:
    """Return in one line what would happen, or what is waited for."""
    preview = state.preview
    if state.plan is None:
        return msg("Before anything is written")
    if state.stopping:
        return msg("Nothing can be written that would make this build work")
    if state.looking:
        return msg("Looking again; what stands below is from the last look …")
    if preview is None:
        return msg("Comparing with what stands on disk …")
    files = [one for one in preview.changes.changes if one.action is not Action.RUN]
    if not files:
        return msg("Everything already is as planned")
    if closed := len(preview.blocked):
        return msg("{n} of {all} files cannot be written by you", n=closed, all=len(files))
    words = nmsg("{n} file to write", "{n} files to write", n=len(files))
    if not preview.staged:
        return words
    return msg("{words}, some of them as root", words=words)


def skipped_steps(flow: Flow) -> tuple[Text, ...]:
    """Return the steps that had nothing to ask, with the reason."""
    return tuple(
        msg("{step}: skipped, nothing to ask on this machine", step=step_title(step))
        for step in Step
        if step in flow.skipped
    )
