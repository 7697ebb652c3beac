"""A diagnosis beside what is true on this machine now: the guess checked, the cure made exact.

Pure: the facts and the plan were made by whoever asks. What the machine shows is laid beside what
the log shows: the same fault gets its facts, a symptom gives way to its root, and what the log
cannot show yet (what overrides the cure, what would fail next) is added.
"""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urlsplit

from wizard.diagnose.seen import SILENCE, WITHOUT_A_PROXY, Seen
from wizard.diagnose.seen_facts import (
    failing_mirrors,
    first_asked,
    overrides,
    too_large_packets,
)
from wizard.diagnose.seen_findings import of_finding
from wizard.diagnose.types import Diagnosis, Fault, RuledOut
from wizard.facts import Facts
from wizard.facts.mirrors import MirrorProbe
from wizard.plan.types import ModuleSource, Plan
from wizard.text import Text, msg

_HOST = re.compile(r"(?:https?://|lookup |Host: )([A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?)")
_SIMPLE = frozenset({"mtu", "dns", "gosumdb", "gotoolchain", "base_image", "registry_mirrors"})
"""Decisions whose value is short and no secret."""
_SURER = 0.8
"""Confidence, at least, in what both the log and the machine show."""


def with_live_facts(
    diagnosis: Diagnosis, facts: Facts, plan: Plan, dockerfile: str | None = None
) -> Diagnosis:
    """Return `diagnosis` with what this machine says of it.

    `plan`: of these facts and of nobody's answers. `dockerfile`: the project's own text. A log
    without a fault stays without one.
    """
    if not diagnosis.faults:
        return diagnosis
    faults = [_checked(fault, facts, plan) for fault in diagnosis.faults]
    shown = diagnosis.faults
    for seen in (
        *overrides(facts, plan, dockerfile, shown),
        *(one for finding in plan.findings for one in of_finding(finding, facts, plan, shown)),
        *failing_mirrors(facts, plan, shown),
        *too_large_packets(facts, plan),
    ):
        _lay_beside(faults, seen)
    return replace(diagnosis, faults=tuple(faults))


def _lay_beside(faults: list[Fault], seen: Seen) -> None:
    """Merge what was seen into the fault that shows it, or fold its symptom, or add it."""
    for index, fault in enumerate(faults):
        if fault.cause == seen.fault.cause and fault.evidence and _is_about(seen, fault):
            faults[index] = _merged(fault, seen)
            return
    if seen.only_beside:
        for index, fault in enumerate(faults):
            if fault.cause in seen.only_beside:
                faults[index] = replace(fault, live=(*fault.live, *seen.fault.live))
                return
        return
    for index, fault in enumerate(faults):
        if fault.evidence and _explains(seen, fault):
            faults[index] = _root(seen, fault)
            return
    faults.append(seen.fault)


def _is_about(seen: Seen, fault: Fault) -> bool:
    """The log names what was seen to fail, or nothing that could be something else."""
    named = _named(fault)
    return not seen.hosts or not named or bool(named & set(seen.hosts))


def _explains(seen: Seen, fault: Fault) -> bool:
    symptom = fault.cause in seen.explains or fault.detail in seen.explains
    if not symptom or not _is_about(seen, fault):
        return False
    text = " ".join(evidence.text for evidence in fault.evidence)
    return not seen.words or fault.detail == SILENCE or any(word in text for word in seen.words)


def _named(fault: Fault) -> set[str]:
    return {host for evidence in fault.evidence for host in _HOST.findall(evidence.text)}


def _merged(fault: Fault, seen: Seen) -> Fault:
    vague = fault.detail == SILENCE
    decision = seen.fault.cure.decision or fault.cure.decision
    live = (*fault.live, *seen.fault.live)
    if not vague and not seen.decides:
        return replace(fault, live=live)
    return replace(
        fault,
        detail=seen.fault.detail,
        title=seen.fault.title,
        confidence=max(fault.confidence, _SURER),
        live=live,
        cure=replace(seen.fault.cure, decision=decision),
    )


def _root(seen: Seen, fault: Fault) -> Fault:
    """The root takes the place and the lines of its symptom."""
    because = msg("line {line} shows it, and what is true here explains it",
                  line=fault.evidence[0].line)  # fmt: skip
    return replace(
        seen.fault,
        confidence=max(fault.confidence, _SURER),
        evidence=fault.evidence,
        ruled_out=(RuledOut(cause=fault.cause, because=because), *fault.ruled_out),
        live=(*seen.fault.live, *fault.live),
    )


def _checked(fault: Fault, facts: Facts, plan: Plan) -> Fault:
    """Add how the hosts of its evidence answer here, and the value that its decision would get."""
    said: list[Text] = []
    probes = {urlsplit(p.mirror.url).hostname: p for p in facts.mirrors.ranking.or_else(())}
    named = [host for e in fault.evidence for host in _HOST.findall(e.text)]
    if fault.cure.decision == "goproxy" and not any(host in probes for host in named):
        named += first_asked(facts)
    key = fault.cure.decision
    for host in dict.fromkeys(named):
        if (probe := probes.get(host)) is None:
            continue
        said.append(_answer(host, probe))
        if probe.ok and probe.through and fault.cause in WITHOUT_A_PROXY:
            said.append(msg("that was through the proxy {proxy}: the build needs it as well",
                            proxy=probe.through))  # fmt: skip
            key = "container_proxy"
    source = plan.module_source
    if key == "goproxy" and source.value is not ModuleSource.PROXY:
        said.append(msg("here {key} would be {value}: {because}", key=source.key,
                        value=source.value.value, because=source.because))  # fmt: skip
        key = source.key
    decision = next((d for d in plan.decisions() if d.key == key), None)
    if decision is not None and decision.key == "goproxy":
        best = next((p for p in facts.mirrors.ranking.or_else(()) if p.proved), None)
        if best is not None:
            host = urlsplit(best.mirror.url).hostname or best.mirror.url
            said.append(msg("{answer}, so set goproxy={value}",
                            answer=_answer(host, best), value=decision.value))  # fmt: skip
    elif decision is not None and decision.value not in (None, ()) and decision.key in _SIMPLE:
        said.append(msg("here {key} would be {value}: {because}", key=decision.key,
                        value=_short(decision.value), because=decision.because))  # fmt: skip
    cure = fault.cure if key == fault.cure.decision else replace(fault.cure, decision=key)
    return replace(fault, cure=cure, live=(*fault.live, *said))


def _short(value: object) -> str:
    return ", ".join(str(one) for one in value) if isinstance(value, tuple) else str(value)


def _answer(host: str, probe: MirrorProbe) -> Text:
    if not probe.ok:
        return msg("{host} fails from this host too: {reason}", host=host, reason=probe.reason)
    ms = probe.latency.first_byte
    if ms is None:
        return msg("{host} answers here", host=host)
    return msg("{host} answers here in {ms} ms", host=host, ms=round(ms))
