"""Trust: which authorities signed what was seen, with what tells one from another. Pure."""

from __future__ import annotations

from screens.evidence import nothing
from screens.grid import Tone
from screens.paragraphs import Notes, Paragraph, paragraph
from screens.state import State
from wizard.facts.mirrors import Authority
from wizard.text import msg


def authorities(state: State) -> Notes:
    """Return the authorities that no public image knows: issuer, fingerprint, where they signed."""
    facts = state.area("mirrors")
    found = () if facts is None else facts.authorities.or_else(())
    lines: list[Paragraph] = []
    for one in found:
        lines += _authority(one)
    issuers = sorted({probe.issuer for probe in state.probes if probe.issuer})
    if issuers:
        words = msg("Certificates of the mirrors were issued by: {names}", names="; ".join(issuers))
        lines.append(paragraph("  ", words, Tone.MUTED))
    empty = msg("every connection was signed by an authority that public images know")
    return Notes(
        paragraphs=tuple(lines), empty=nothing(None if facts is None else facts.authorities, empty)
    )


def _authority(one: Authority) -> tuple[Paragraph, ...]:
    return (
        paragraph("! ", one.subject, Tone.WARN),
        paragraph("  SHA-256  ", fingerprint(one.sha256)),
        paragraph("  ", msg("signed: {hosts}", hosts=", ".join(one.hosts) or "–"), Tone.MUTED),
        paragraph(
            "  ",
            msg("valid until {day}, from {file}", day=one.expires, file=one.source),
            Tone.MUTED,
        ),
    )


def fingerprint(sha256: str) -> str:
    """Return a fingerprint as browsers and openssl show it, so that it can be compared.

    It may wrap after each fourth byte.
    """
    digits = sha256.replace(":", "").upper()
    pairs = [digits[index : index + 2] for index in range(0, len(digits), 2)]
    groups = [":".join(pairs[index : index + 4]) for index in range(0, len(pairs), 4)]
    return ": ".join(groups)
