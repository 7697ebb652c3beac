"""What was chosen in an earlier run and not written: offered once, at the start."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from screens.choice import ChoiceSheet
from screens.deciding import SOURCE, decided
from screens.paragraphs import Paragraph, paragraph
from screens.state import State
from screens.ways import Way
from wizard.flow import step_title
from wizard.plan.types import Answer, Origin
from wizard.questions import BY_KEY
from wizard.text import msg

if TYPE_CHECKING:
    from screens.stream import Stream
    from wizard.drafts import Draft

RESUME, AFRESH = "resume", "afresh"


def resuming(draft: Draft) -> ChoiceSheet:
    """Return the question: go on with it, or start afresh."""
    day = draft.at.astimezone().strftime("%Y-%m-%d %H:%M")
    lines: list[Paragraph] = [
        paragraph("", msg("Chosen on {day}, and not written:", day=day)),
        *(
            paragraph("• ", msg("{title}: {value}", title=BY_KEY[key].title, value=text))
            for key, text in draft.answers.items()
            if key in BY_KEY
        ),
        paragraph("", ""),
    ]
    where = msg("at the step {step}; everything is looked at anew", step=step_title(draft.step))
    answers = (
        Way(id=RESUME, title=msg("Go on with these answers"), detail=where),
        Way(id=AFRESH, title=msg("Start afresh"), detail=msg("they are forgotten")),
    )
    return ChoiceSheet(msg("Go on where you left?"), tuple(lines), answers, msg("Decide later"))


def with_draft(stream: Stream, state: State, draft: Draft) -> State:
    """Return `state` with the answers of `draft`, as far as a plan can be decided with them."""
    kept = {
        key: Answer(text=text, origin=Origin.FLAG, source=SOURCE).over(state.answers.get(key))
        for key, text in draft.answers.items()
    }
    return decided(stream, replace(state, answers={**state.answers, **kept}))
