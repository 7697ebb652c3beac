"""One part of the proof, with what this machine says of its faults: for both faces."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.secret import Secret
from wizard.system import Failed, System
from wizard.text import msg

if TYPE_CHECKING:
    from wizard.diagnose import Diagnosis
    from wizard.facts import Facts
    from wizard.plan.types import Plan
    from wizard.session import Session
    from wizard.verify.types import Outcome, Part
    from wizard.verify.watching import Watching


async def prove(
    session: Session,
    facts: Facts,
    plan: Plan,
    part: Part,
    watching: Watching,
    *,
    missing_is_red: bool = False,
) -> Outcome:
    """Download every module anew on the host, or in a build; a failure comes with its diagnosis.

    `missing_is_red`: a Dockerfile that is not there is a failed build, which a repair writes; else
    it raises UsageError, as one does that cannot be read.
    """
    from wizard.verify.build import has_dockerfile, verify_build
    from wizard.verify.host import verify_host
    from wizard.verify.types import Outcome, Part

    system, project = session.system, session.request.project
    if part is Part.HOST:
        outcome = await verify_host(system, facts, plan, project, watching)
    elif missing_is_red and not has_dockerfile(plan, project):
        why = msg("there is no {file} yet", file=plan.inputs.dockerfile)
        outcome = Outcome(part=part, ok=False, why=why)
    else:
        outcome = await verify_build(system, facts, plan, project, watching)
    if outcome.diagnosis is not None and outcome.diagnosis.faults:
        return replace(outcome, diagnosis=beside_this_machine(session, facts, outcome.diagnosis))
    return outcome


def beside_this_machine(session: Session, facts: Facts, diagnosis: Diagnosis) -> Diagnosis:
    """Return `diagnosis` beside what this machine says now."""
    from wizard.diagnose.live import with_live_facts

    plan = session.decide(facts, {})
    text = session.system.read_text(session.request.project / plan.inputs.dockerfile)
    return with_live_facts(diagnosis, facts, plan, text if isinstance(text, str) else None)


def secrets_in_files(system: System, plan: Plan) -> Iterator[Secret]:
    """Yield the passwords of the netrc that the build is handed: a step may print it."""
    from wizard.rules.netrc import netrc_secrets

    for secret in plan.secrets.value:
        if secret.id == "netrc":
            text = system.read_text(Path(secret.source))
            yield from () if isinstance(text, Failed) else netrc_secrets(text)
