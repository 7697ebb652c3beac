"""Where the user is: forward, back, the short way, skipped steps."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wizard.flow import STEPS, Flow, Step

MOVES = st.lists(
    st.one_of(st.sampled_from(["forward", "back"]), st.sampled_from(STEPS)), max_size=40
)


def test_forward_visits_every_step_in_order() -> None:
    flow, seen = Flow(), [Step.WELCOME]
    while flow.forward() != flow:
        flow = flow.forward()
        seen.append(flow.at)
    assert tuple(seen) == STEPS[:-1]  # nothing but a write leads to the proof


def test_back_returns_to_where_the_user_came_from_not_to_the_step_before() -> None:
    assert Flow().leap(Step.REVIEW).back().at is Step.WELCOME


def test_back_at_the_first_step_stays_there() -> None:
    assert Flow().back() == Flow()


def test_forward_at_the_last_step_stays_there() -> None:
    flow = Flow(at=Step.REVIEW)
    assert flow.forward() == flow


def test_a_skipped_step_is_passed_over() -> None:
    flow = Flow(at=Step.PRIVATE).skipping(frozenset({Step.DOCKER}))
    assert flow.forward().at is Step.BUILD


def test_the_review_is_never_skipped() -> None:
    flow = Flow(at=Step.BUILD).skipping(frozenset(STEPS))
    assert flow.forward().at is Step.REVIEW


def test_the_number_counts_skipped_steps_too() -> None:
    assert Flow(at=Step.REVIEW).skipping(frozenset({Step.DOCKER})).number == len(STEPS) - 1


@given(MOVES)
def test_going_back_often_enough_ends_at_the_welcome(moves: list[str | Step]) -> None:
    flow = Flow()
    for move in moves:
        if isinstance(move, Step):
            flow = flow.leap(move)
        else:
            flow = flow.forward() if move == "forward" else flow.back()
    for _ in STEPS:
        flow = flow.back()
    assert flow.at is Step.WELCOME


@given(MOVES)
def test_no_step_stands_twice_in_the_trail(moves: list[str | Step]) -> None:
    flow = Flow()
    for move in moves:
        if isinstance(move, Step):
            flow = flow.leap(move)
        else:
            flow = flow.forward() if move == "forward" else flow.back()
        trail = (*flow.trail, flow.at)
        assert len(set(trail)) == len(trail)
