"""GOVCS: which version control may fetch what (`go help vcs`; cmd/go `vcs.parseGOVCS`, `allow`)."""

from __future__ import annotations

from wizard.rules.patterns import match_prefix_patterns
from wizard.text import Text, msg

_DEFAULT = (("private", ("all",)), ("public", ("git", "hg")))


def vcs_allowed(govcs: str, vcs: str, root: str, *, private: bool) -> bool | Text:
    """Return whether Go may run `vcs` for the repository `root`, or why it refuses GOVCS itself."""
    rules: list[tuple[str, tuple[str, ...]]] = []
    for item in govcs.strip().split(",") if govcs.strip() else ():
        pattern, colon, words = (part.strip() for part in item.partition(":"))
        allowed = tuple(word.strip() for word in words.split("|"))
        if not colon:
            return msg("GOVCS has an entry without a colon: {entry}", entry=item.strip())
        if not pattern or not all(allowed):
            return msg("GOVCS has an entry with an empty part: {entry}", entry=item.strip())
        if pattern.split("/")[0] in (".", ".."):
            return msg("GOVCS has a relative pattern: {entry}", entry=item.strip())
        if any(pattern == known for known, _ in rules):
            return msg("GOVCS names {pattern} twice", pattern=pattern)
        rules.append((pattern, allowed))
    for pattern, allowed in (*rules, *_DEFAULT):
        if pattern in ("private", "public"):
            matches = private == (pattern == "private")
        else:
            matches = match_prefix_patterns(pattern, root)
        if matches:
            return vcs in allowed or "all" in allowed
    return False
