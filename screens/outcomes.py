"""A proof in words: how far it is, how a part ended, and what the diagnosis says. Pure."""

from __future__ import annotations

from textual.content import Content

from screens.grid import Tone
from screens.paragraphs import Paragraph, paragraph
from wizard.diagnose import Diagnosis, Fault
from wizard.text import Text, msg, nmsg
from wizard.untrusted import clean_line
from wizard.verify.types import Outcome, Part, Progress

EVIDENCE_LINES = 4
BAR = 24

PARTS = {
    Part.BUILD: msg("In a build"),
    Part.HOST: msg("On this host"),
}
HOW = {
    Part.BUILD: msg("the stage that downloads, by your own docker, with no cache"),
    Part.HOST: msg("your own go mod download, with an empty module cache"),
}


def sized(number: int) -> str:
    """Return a number of bytes as people say it."""
    value = float(number)
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"


def progress_lines(part: Part, now: Progress | None) -> tuple[Paragraph, ...]:
    """Return a part that runs: step, module, how many of how many, bytes, seconds, what is slow."""
    head = Content.assemble(("▸ ", Tone.ACCENT), (str(PARTS[part]), Tone.STRONG))
    lines = [Paragraph(head + "  ", Content.styled(str(HOW[part]), Tone.MUTED))]
    if now is None:
        return (*lines, paragraph("  ", msg("starting …"), Tone.MUTED))
    lines.append(paragraph("  ", _counted(now)))
    if now.step:
        lines.append(paragraph("  ", msg("step: {step}", step=clean_line(now.step))))
    if now.module:
        lines.append(paragraph("  ", msg("module: {module}", module=clean_line(now.module))))
    for one in now.slow[:2]:
        words = msg("slow: {what}, for {n} s", what=clean_line(one.what), n=round(one.seconds))
        lines.append(paragraph("  ! ", words, Tone.WARN))
    return tuple(lines)


def _counted(now: Progress) -> Text:
    seconds = round(now.elapsed)
    size = ""
    if now.bytes is not None and now.bytes_total:
        size = f", {sized(now.bytes)} / {sized(now.bytes_total)}"
    elif now.bytes is not None:
        size = f", {sized(now.bytes)}"
    if now.total:
        full = min(BAR, BAR * now.done // now.total)
        return msg("{bar}  {done} of {total} modules{size}, {s} s", bar="█" * full + "░" *
                   (BAR - full), done=now.done, total=now.total, size=size, s=seconds)  # fmt: skip
    return msg("{done} modules{size}, {s} s", done=now.done, size=size, s=seconds)


def waiting_line(part: Part) -> Paragraph:
    """Return a part that comes later."""
    return paragraph("· ", msg("{part}: comes next", part=PARTS[part]), Tone.MUTED)


def outcome_lines(outcome: Outcome) -> tuple[Paragraph, ...]:
    """Return how a part ended, in one line, and what was slow."""
    name = PARTS[outcome.part]
    if outcome.ok is None:
        words = msg("{part}: cannot be proved here: {why}", part=name, why=outcome.why)
        return (paragraph("– ", words, Tone.WARN),)
    if not outcome.ok:
        words = msg("{part}: {how}", part=name, how=how_it_failed(outcome))
        lines = [paragraph("✗ ", words, Tone.BAD)]
    else:
        size = "" if not outcome.bytes else f", {sized(outcome.bytes)}"
        if str(outcome.why):
            words = msg("{part}: green: {why}", part=name, why=outcome.why)
        else:
            words = nmsg(
                "{part}: green: 1 module from nothing in {s} s{size}",
                "{part}: green: {n} modules from nothing in {s} s{size}",
                n=outcome.modules, part=name, s=outcome.seconds, size=size,
            )  # fmt: skip
        lines = [paragraph("✓ ", words, Tone.GOOD)]
    for one in outcome.slow[:2]:
        words = msg("slow: {what}, {n} s", what=clean_line(one.what), n=one.seconds)
        lines.append(paragraph("  ! ", words, Tone.WARN))
    return tuple(lines)


def how_it_failed(outcome: Outcome) -> Text:
    """Return in one sentence how a red part ended."""
    if str(outcome.why):
        return outcome.why
    words = {
        "n": outcome.modules,
        "all": "?" if outcome.expected is None else outcome.expected,
        "s": outcome.seconds,
    }
    if outcome.cut:
        return msg("given up after {s} s, when nothing happened any more; "
                   "{n} of {all} modules came", **words)  # fmt: skip
    return msg("it failed after {s} s; {n} of {all} modules came", **words)


def diagnosis_lines(outcome: Outcome) -> tuple[Paragraph, ...]:
    """Return what is known of a failure: the step, then each fault with evidence and cure."""
    diagnosis = outcome.diagnosis
    if diagnosis is None:
        return ()
    lines = list(_step(diagnosis))
    if not diagnosis.faults:
        words = msg("No known fault stands in its log of {n} lines.", n=diagnosis.lines)
        lines.append(paragraph("? ", words, Tone.WARN))
    for number, fault in enumerate(diagnosis.faults, 1):
        lines += [paragraph("", ""), *_fault(number, fault)]
    if outcome.green_by_cache:
        words = msg("An ordinary build is green here, but only by its cache: "
                    "on another machine, or after a prune, it is not.")  # fmt: skip
        lines += [paragraph("", ""), paragraph("! ", words, Tone.WARN)]
    return tuple(lines)


def _step(diagnosis: Diagnosis) -> tuple[Paragraph, ...]:
    step = diagnosis.step
    if step is None:
        return ()
    where = " ".join(word for word in (step.stage, step.number) if word)
    words = msg("The step that failed: {where} {instruction}", where=where,
                instruction=step.instruction or "")  # fmt: skip
    return (paragraph("", words),)


def _fault(number: int, fault: Fault) -> list[Paragraph]:
    head = Content.styled(f"{number}. ", f"bold {Tone.BAD}")
    name = fault.cause if fault.reason is None else f"{fault.cause}, {fault.reason}"
    sure = msg("  ({name}; {sure} % sure)", name=name, sure=round(fault.confidence * 100))
    lines = [Paragraph(head, Content.assemble((str(fault.title), "bold"), (str(sure), Tone.MUTED)))]
    for one in fault.live:
        lines.append(paragraph("   ", msg("here: {fact}", fact=one)))
    for evidence in fault.evidence[:EVIDENCE_LINES]:
        words = msg("line {line}: {text}", line=evidence.line, text=clean_line(evidence.text))
        lines.append(paragraph("   ", words, Tone.MUTED))
    lines.append(paragraph("   → ", fault.cure.summary, Tone.STRONG))
    if fault.cure.command:
        lines.append(paragraph("     $ ", clean_line(fault.cure.command)))
    for out in fault.ruled_out[:2]:
        words = msg("not {cause}: {because}", cause=out.cause, because=out.because)
        lines.append(paragraph("   ", words, Tone.MUTED))
    return lines


def decisions_of(outcome: Outcome | None) -> tuple[str, ...]:
    """Return the decisions that the diagnosis of a failure would revisit, the likeliest first."""
    if outcome is None or outcome.diagnosis is None:
        return ()
    found = (fault.cure.decision for fault in outcome.diagnosis.faults)
    return tuple(dict.fromkeys(key for key in found if key is not None))
