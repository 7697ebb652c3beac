"""`route`: which way Go would fetch a module, hop by hop, and what each hop answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from wizard.cli.commands.projects import require_modules
from wizard.cli.context import Context
from wizard.cli.output import BOLD, DIM, GREEN, RED, YELLOW, Output
from wizard.errors import ExitCode, UsageError
from wizard.text import Text, msg, nmsg

if TYPE_CHECKING:
    from wizard.detect.deadline import Deadline
    from wizard.detect.stream import FilesRead
    from wizard.plan.types import Answer
    from wizard.route.looking import Route, Ways
    from wizard.route.types import Hop, Wanted

_SHARE = 0.6
"""Of the deadline, for the detection that `--in build` needs before it can ask."""
_GROUPS: Mapping[str, Text] = {
    "by-mirror": msg("by the mirror"),
    "direct": msg("from their own hosts"),
    "folder": msg("from a folder"),
    "private-without-credentials": msg("private without credentials"),
    "redirect-blocked": msg("blocked redirect"),
    "not-found": msg("not found"),
    "http-404": msg("not found"),
    "timeout": msg("not answered in time"),
}
_MARKS = {"found": "✓", "absent": "→", "failed": "✗"}


async def route(context: Context) -> int:
    """Walk the way of one module, or of all; exit 0 when every one arrives, else 1."""
    from wizard.detect.deadline import starting_now
    from wizard.route.looking import read_files, required, walk_all, wanted_by_name

    name, everything = context.flag("module"), context.flag("all", False)
    if (not name) != everything:
        raise UsageError(
            msg("name one module, or --all"),
            where="route",
            hint=msg("for example: gomod-wizard route rsc.io/quote@v1.5.2"),
        )
    path, version = _split(name or "")
    session = context.session
    deadline = starting_now(session.request.timeout_s)
    answers = _what_if(context)
    read = await read_files(session.system, session.request)
    ways = await _ways(context, read, answers, deadline)
    wanted: tuple[Wanted, ...]
    if everything:
        require_modules(read.project.facts)
        wanted = required(read)
    else:
        wanted = (wanted_by_name(read, path, version),)
    routes = await walk_all(session.system, ways, wanted, deadline)
    place = context.flag("place", "shell")
    if everything:
        _emit_all(context, routes, place)
        _show_all(context.output, routes)
    else:
        context.emit("route", place=place, **_row(routes[0]))
        _show_one(context.output, routes[0])
    return ExitCode.OK if all(one.outcome.ok for one in routes) else ExitCode.NO


def _split(name: str) -> tuple[str, str | None]:
    from wizard.route.versions import canonical
    from wizard.rules.modpath import ModulePathError, check_path

    path, at, version = name.partition("@")
    if name:
        try:
            check_path(path)
        except ModulePathError:
            raise UsageError(
                msg("{path} is no module path", path=path),
                where="route",
                hint=msg("a module path begins with a host: rsc.io/quote@v1.5.2"),
            ) from None
    if not at or version in ("", "latest"):
        return path, None
    if not canonical(version):
        # Go asks for such a word until it has a version; a go.mod that holds one is refused.
        raise UsageError(
            msg("{version} is no canonical version", version=version),
            where="route",
            hint=msg("for example: gomod-wizard route rsc.io/quote@v1.5.2"),
        )
    return path, version


def _what_if(context: Context) -> dict[str, Answer]:
    """Read `--what-if KEY=VALUE`, the same keys and values as `--set`."""
    from wizard.answers import flag_answers

    sets = tuple(context.flag("what_if", None) or ())
    return {key: replace(answer, source="--what-if") for key, answer in flag_answers(sets).items()}


async def _ways(
    context: Context, read: FilesRead, answers: Mapping[str, Answer], deadline: Deadline
) -> Ways:
    from wizard.questions import question
    from wizard.route.looking import ways_of_build, ways_of_shell, with_request
    from wizard.route.settings import PROXIES, TURNED

    session = context.session
    if context.flag("place", "shell") == "build":
        given = {**session.answers, **answers}
        quick = with_request(session.request, deadline.left() * _SHARE)
        facts = await replace(session, request=quick).detect()
        context.hide_secrets(facts)
        return ways_of_build(session.system, read, session.decide(facts, given))
    texts: dict[str, str] = {}
    values: dict[str, object] = {}
    for key, answer in answers.items():
        if key not in (*TURNED, *PROXIES):
            context.output.talk(
                msg("{key} does not turn the way of a module in this shell", key=key), YELLOW
            )
            continue
        asked = question(key)
        values[key] = asked.parse(answer.text)
        shown = asked.format(values[key])
        texts[key] = "" if values[key] in (None, ()) else shown.replace(" ", "")
        if key == "gosumdb" and values[key]:
            texts[key] = str(values[key])
    return ways_of_shell(session.system, read, texts=texts, values=values)


def _row(route: Route) -> dict[str, object]:
    walk, outcome = route.walk, route.outcome
    return {
        "module": walk.wanted.path,
        "version": walk.version,
        "private": walk.private,
        "ok": outcome.ok,
        "way": outcome.way,
        "reason": outcome.reason,
        "detail": str(outcome.detail),
        "hops": [_hop(hop) for hop in walk.hops],
    }


def _hop(hop: Hop) -> dict[str, object]:
    ask, answer = hop.ask, hop.answer
    return {
        "kind": ask.kind,
        "url": ask.url,
        "rule": ask.rule,
        "answer": _answer(hop),
        "said": answer.said if not str(hop.judged) else "failed",
        "status": answer.status,
        "reason": answer.reason,
        "credentials": answer.credentials,
        "redirects": answer.trail,
        "times": answer.times,
        "elapsed_ms": answer.elapsed_ms,
    }


def _answer(hop: Hop) -> str:
    text = str(hop.answer.text)
    return f"{text}; {hop.judged}" if str(hop.judged) else text


def _show_one(output: Output, route: Route) -> None:
    walk, outcome = route.walk, route.outcome
    name = walk.wanted.path + (f"@{walk.version}" if walk.version else "")
    output.line(name + (f"  ({msg('private')})" if walk.private else ""), BOLD)
    last: Text = ""
    for hop in walk.hops:
        good = hop.answer.said == "found" and not str(hop.judged)
        mark = _MARKS[hop.answer.said] if not str(hop.judged) else "✗"
        if hop.ask.rule != last:
            output.line(f"  {hop.ask.rule}", DIM)
            last = hop.ask.rule
        output.line(f"    {mark} {hop.ask.kind}  {hop.ask.url}", *((GREEN,) if good else ()))
        output.line(f"        {_answer(hop)}{_beside(hop)}", *(() if good else (YELLOW,)))
        for address in hop.answer.trail:
            output.line(f"        ↳ {address}", DIM)
    if outcome.ok:
        output.line(msg("It arrives, {way}.", way=_GROUPS[_group(route)]), GREEN)
    else:
        output.line(msg("It does not arrive: {why}", why=outcome.detail), RED)


def _beside(hop: Hop) -> str:
    words = []
    if hop.answer.elapsed_ms is not None:
        words.append(f"{hop.answer.elapsed_ms:.0f} ms")
    if hop.answer.credentials:
        words.append(str(msg("with the login of {place}", place=hop.answer.credentials)))
    if hop.answer.times > 1:
        words.append(str(msg("Go asks it twice")))
    return f"  {msg('({words})', words=str(msg(', ')).join(words))}" if words else ""


def _group(route: Route) -> str:
    from wizard.route.looking import group_of

    return group_of(route)


def _summary(routes: tuple[Route, ...]) -> tuple[str, dict[str, int]]:
    counts = Counter(_group(route) for route in routes)
    parts = [f"{count} {_GROUPS.get(group, group)}" for group, count in counts.most_common()]
    total = nmsg("{n} module", "{n} modules", n=len(routes))
    listed = str(msg(", ")).join(parts)
    sentence = msg("{total}: {parts}", total=total, parts=listed) if parts else total
    return str(sentence), dict(counts)


def _emit_all(context: Context, routes: tuple[Route, ...], place: str) -> None:
    sentence, counts = _summary(routes)
    context.emit(
        "route", place=place, module=None, hops=[], private=None,
        ok=all(one.outcome.ok for one in routes), summary=sentence, counts=counts,
        modules=[{**_row(one), "group": _group(one)} for one in routes],
    )  # fmt: skip


def _show_all(output: Output, routes: tuple[Route, ...]) -> None:
    sentence, _ = _summary(routes)
    failed = [one for one in routes if not one.outcome.ok]
    output.line(sentence, BOLD, RED if failed else GREEN)
    for one in failed if not output.verbose else routes:
        walk = one.walk
        name = f"{walk.wanted.path}@{walk.version or 'latest'}"
        output.line(
            f"  {'✓' if one.outcome.ok else '✗'} {name}  {_GROUPS.get(_group(one), _group(one))}"
        )
        if not one.outcome.ok:
            output.line(f"      {one.outcome.detail}", DIM)
