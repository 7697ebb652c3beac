"""What counts on this network of what was chosen and decided on this one and on others."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from wizard.answers import WAIVER_KEYS, put_over
from wizard.apply.merge.json_text import parse_object
from wizard.apply.merge.refused import CannotMerge
from wizard.apply.originals import Original, original_of
from wizard.errors import UsageError
from wizard.facts import Facts
from wizard.facts.mirrors import Failure, MirrorProbe
from wizard.moves.memory import Networks, Remembered
from wizard.plan.module_mirrors import preset_mirrors, standing_goproxy
from wizard.plan.types import Answer, Answers, Origin, Plan
from wizard.plan.values import LEAVE
from wizard.questions import BY_KEY
from wizard.render.docker_json import DAEMON_KEYS
from wizard.render.types import Artifact, JsonKeys
from wizard.rules.goproxy import GoProxyError, parse_goproxy
from wizard.system import System
from wizard.text import msg

OF_THE_PLACE = frozenset({
    "http_proxy", "https_proxy", "no_proxy", "container_proxy", "ca", "goproxy", "bip",
    "fixed_cidr", "address_pools", "mtu", "dns", "dns_search", "hosts", "iptables", "ip_forward",
    "userland_proxy", "registry_mirrors", "build_network",
})  # fmt: skip
"""Answers that are about a network. The others (what is private, the Dockerfile, the base image
…) are about the project, and hold everywhere: to forget GOPRIVATE on the way home would tell a
public mirror what is private."""

_UNDECIDED = frozenset({Failure.TIMEOUT, None})
"""Reasons of a mirror that may be well, only slow."""
_NOTHING = ("", LEAVE)


def answers_here(answers: Answers, known: Networks, place: str) -> tuple[Answers, Answers]:
    """Return the answers that hold at `place`, and those of the profile that do not.

    What was answered on this network comes back; what was answered on another one alone, and
    stands in the profile because of that, does not count here.
    """
    kept: Mapping[str, str] = next(
        (one.answers for one in known if one.fingerprint.place == place), {}
    )
    given = {key: text for key, text in kept.items() if _is_answer(key, text)}
    elsewhere = [one.answers for one in known if one.fingerprint.place != place]
    foreign = {
        key: answer
        for key, answer in answers.items()
        if key in OF_THE_PLACE
        and answer.origin is Origin.PROJECT
        and any(key in other and same_answer(key, other[key], answer.text) for other in elsewhere)
        and not (key in given and same_answer(key, given[key], answer.text))
    }
    source = str(msg("chosen on this network before"))
    back = {
        key: Answer(text=text, origin=Origin.PROJECT, source=source) for key, text in given.items()
    }
    held = {key: one.underneath if key in foreign else one for key, one in answers.items()}
    of_preset = {k: one for k, one in held.items() if one and one.origin is Origin.PRESET}
    others = {k: one for k, one in held.items() if one and k not in of_preset}
    return put_over(put_over(of_preset, back), others), foreign


def _is_answer(key: str, text: str) -> bool:
    """Whether this program understands what was kept, by a newer one perhaps, or by a hand."""
    if key in WAIVER_KEYS:
        return True
    try:
        BY_KEY[key].parse(text)
    except (KeyError, UsageError):
        return False
    return True


def same_answer(key: str, one: str, other: str) -> bool:
    """Whether two texts answer a question alike."""
    if one == other or key not in BY_KEY:
        return one == other
    try:
        return bool(BY_KEY[key].parse(one) == BY_KEY[key].parse(other))
    except UsageError:
        return False


def probes_of(facts: Facts, goproxy: str | None) -> list[MirrorProbe | None] | None:
    """Return what each mirror of a list answered today, None for one that was not asked.

    None for a text that is no plain list of mirrors.
    """
    try:
        hops = parse_goproxy(goproxy or "")
    except GoProxyError:
        return None
    if not hops or "|" in (goproxy or "") or not all(hop.is_url for hop in hops):
        return None
    found = {one.mirror.url.rstrip("/"): one for one in facts.mirrors.ranking.or_else(())}
    return [found.get(hop.url.rstrip("/")) for hop in hops]


def is_undecided(probe: MirrorProbe | None) -> bool:
    """Whether it is not known today if this mirror is any good."""
    return probe is None or (not probe.proved and probe.reason in _UNDECIDED)


def goproxy_of_before(
    facts: Facts, here: Remembered | None, written: Mapping[str, str] | None, answers: Answers
) -> Answers:
    """Return the mirrors that were decided on this network, as an answer, where they still hold.

    Which of several good mirrors is the fastest is another one each minute, and no reason to write
    anything; and the list that stands on this machine may be another network's. One that somebody
    set since, and not this program (`written`), goes before.
    """
    text = None if here is None else here.decisions.get("goproxy")
    standing = standing_goproxy(facts).text
    own = ("", text, (written or {}).get("goproxy"))
    if text is None or "goproxy" in answers or standing not in own or preset_mirrors(facts):
        return {}
    probes = probes_of(facts, text)
    if not probes or not all(probe is not None and probe.proved for probe in probes):
        return {}
    why = str(msg("decided on this network before, and every mirror in it proved itself again"))
    return {"goproxy": Answer(text=text, origin=Origin.DETECTED, source=why)}


def with_originals(
    system: System, artifacts: tuple[Artifact, ...], plan: Plan, here: Remembered
) -> tuple[Artifact, ...]:
    """Return `artifacts`, which take back what another network needed and this one never did.

    Only keys of Docker's JSON files that this program wrote, by its journal, and nobody changed
    since: they get the value that the user had.
    """
    found = []
    for artifact in artifacts:
        content = artifact.content
        path = artifact.path
        if artifact.name == "daemon.json" and not path:
            path = plan.inputs.daemon_json
        original = None
        if path and isinstance(content, JsonKeys):
            original = original_of(system, Path(os.path.realpath(path)))
        if original is None or not isinstance(content, JsonKeys):
            found.append(artifact)
            continue
        back: dict[str, object] = {}
        dropped: tuple[str, ...] = ()
        if artifact.name == "daemon.json":
            back, dropped = _taken_back(plan, here, original)
        if not back and not artifact.path:
            found.append(artifact)
            continue
        earlier = (original.before or b"").decode("utf-8", "replace")
        found.append(
            replace(
                artifact,
                path=path,
                content=replace(content, keys={**content.keys, **back}, earlier=earlier),
                decisions=(*artifact.decisions, *dropped),
            )
        )
    return tuple(found)


def _taken_back(
    plan: Plan, here: Remembered, original: Original
) -> tuple[dict[str, object], tuple[str, ...]]:
    """Return (key of daemon.json → the user's value, None for none), and whose decisions."""
    now, before = _object(original.now), _object(original.before)
    own = [
        (key, name)
        for key, name in DAEMON_KEYS
        if getattr(plan, key).value is None
        and here.decisions.get(key, LEAVE) in _NOTHING
        and name in now
        and now[name] != before.get(name)
    ]
    return {name: before.get(name) for _, name in own}, tuple(key for key, _ in own)


def _object(data: bytes | None) -> dict[str, object]:
    try:
        root = parse_object((data or b"{}").decode("utf-8", "replace"))
    except CannotMerge:
        return {}
    return {member.key: member.value.value for member in root.members}
