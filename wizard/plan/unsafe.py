"""Values that give up a protection: what each gives up, and the reason and date they need."""

from __future__ import annotations

from datetime import date

from wizard.errors import UnsafeError, UsageError
from wizard.plan.types import Answer, Answers
from wizard.plan.values import ValueProblem, public
from wizard.rules.patterns import takes_strangers
from wizard.text import Text, msg
from wizard.untrusted import clean_line


def gosumdb(value: str | None) -> Text | None:
    """Without the database a mirror may serve whatever it likes."""
    if value == "off":
        return msg("no new module is checked against what everybody else got")
    return None


def _everything(patterns: tuple[str, ...]) -> bool:
    """Return whether a pattern with a wildcard for its host matches modules of strangers."""
    return any(takes_strangers(pattern) for pattern in patterns)


def goprivate(value: tuple[str, ...]) -> Text | None:
    """`*` and its like take every module past the mirrors and the checksum database."""
    if _everything(value):
        return msg("every module goes past the checksum database")
    return None


def gonosumdb(value: tuple[str, ...]) -> Text | None:
    """`*` and its like are GOSUMDB=off under another name."""
    if _everything(value):
        return msg("every module goes past the checksum database")
    return None


def goinsecure(value: tuple[str, ...]) -> Text | None:
    """GOINSECURE drops TLS checks for what it matches."""
    if value:
        return msg("whoever sits on the way can change these modules and read their credentials")
    return None


def iptables(value: bool | None) -> Text | None:
    """iptables=false also ends Docker's masquerade (moby daemon_unix.go)."""
    if value is False:
        return msg("Docker's masquerade ends with it: builds have no way out")
    return None


def last_day(answers: Answers) -> date | None:
    """Return the day that was given, None where none was. Raises UsageError for what is none."""
    until = answers.get("until")
    if until is None:
        return None
    try:
        return date.fromisoformat(until.text.strip())
    except ValueError:
        raise UsageError(
            msg("until: {text} is no date", text=clean_line(until.text, 100)),
            where=until.source or "until",
            hint=msg("expected a day, for example until={example}", example="2027-03-31"),
        ) from None


def waiver(answers: Answers, today: date) -> tuple[str, date] | None:
    """Return the reason and the last day, None where no reason was given.

    Raises UsageError for a date that is none, UnsafeError for one that is past.
    """
    reason, until, last = answers.get("reason"), answers.get("until"), last_day(answers)
    if reason is None or until is None or last is None or not reason.text.strip():
        return None
    try:
        public(reason.text.strip())
    except ValueProblem as problem:
        raise UsageError(
            msg("reason: {problem}", problem=problem.message), where=reason.source or "reason"
        ) from None
    if last < today:
        raise UnsafeError(
            msg("the waiver ended on {until}", until=last.isoformat()),
            where=until.source or "until",
            hint=msg("choose a safe value, or give a new reason and date"),
        )
    return reason.text.strip(), last


def refuse(key: str, answer: Answer, gives_up: Text) -> UnsafeError:
    """Return the refusal of an unsafe answer without a reason and a date."""
    return UnsafeError(
        msg("{key}={value} is unsafe: {why}", key=key, value=answer.text, why=gives_up),
        where=answer.source or key,
        hint=msg("if it must be, say why and until when: --reason TEXT --until YYYY-MM-DD"),
    )
