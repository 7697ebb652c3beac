"""Why a file looks as it does: its own reasons, and those of the decisions it carries. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from screens.hunks import Hunk
from screens.paragraphs import Paragraph, bullets
from wizard.apply.types import Change
from wizard.plan.types import Decision, Plan
from wizard.questions import BY_KEY
from wizard.render.types import Artifact
from wizard.text import Text, msg
from wizard.untrusted import clean_line

SIGNS_OF: dict[str, tuple[str, ...]] = {
    "bip": ('"bip"',),
    "fixed_cidr": ('"fixed-cidr"',),
    "address_pools": ('"default-address-pools"',),
    "mtu": ('"mtu"', "network.driver.mtu"),
    "dns": ('"dns"',),
    "dns_search": ('"dns-search"',),
    "iptables": ('"iptables"',),
    "ip_forward": ('"ip-forward"',),
    "userland_proxy": ('"userland-proxy"',),
    "registry_mirrors": ('"registry-mirrors"',),
    "http_proxy": ("http_proxy", '"http-proxy"', '"httpproxy"'),
    "https_proxy": ("https_proxy", '"https-proxy"', '"httpsproxy"'),
    "no_proxy": ("no_proxy", '"no-proxy"', '"noproxy"'),
    "container_proxy": ('"httpsproxy"', '"httpproxy"'),
    "ca": ("id=ca", "ca.pem", "ssl_cert_file", "ca-certificates"),
    "secrets": ("type=secret",),
    "ssh": ("type=ssh",),
    "base_image": ("from ",),
    "dockerfile": (">>> gomod-wizard", "gomod-wizard:"),
    "module_source": ("-mod=vendor", "goflags", "vendor"),
    "hosts": ("--add-host",),
}
"""What a decision looks like in a file, in small letters; for the others: the key itself."""


def told_decisions(artifact: Artifact, plan: Plan | None) -> tuple[Decision[object], ...]:
    """Return the decisions that a file carries and that say something."""
    decisions = [] if plan is None else [getattr(plan, key) for key in artifact.decisions]
    return tuple(one for one in decisions if one.value not in (None, (), False))


def hunk_reasons(
    artifact: Artifact, change: Change, plan: Plan | None, hunks: tuple[Hunk, ...]
) -> tuple[tuple[Text, ...], ...]:
    """Return for each hunk why it is: the decisions that stand in it; one alone has all of them."""
    decisions = told_decisions(artifact, plan)
    if len(hunks) == 1:
        return ((*change.notes, *_own(artifact, decisions), *map(_sentence, decisions)),)
    return tuple(
        tuple(_sentence(one) for one in decisions if _stands_in(one.key, hunk)) for hunk in hunks
    )


def reasons_of(
    artifact: Artifact,
    change: Change | None,
    plan: Plan | None,
    hunks: tuple[Hunk, ...] = (),
) -> tuple[Paragraph, ...]:
    """Return what no hunk says: notes of the change, the file's reasons, other decisions."""
    if change is not None and len(hunks) == 1:
        return ()
    decisions = told_decisions(artifact, plan)
    rest = [one for one in decisions if not any(_stands_in(one.key, hunk) for hunk in hunks)]
    notes = () if change is None else change.notes
    return (
        *bullets(notes, "! "),
        *bullets(_own(artifact, decisions)),
        *bullets(map(_sentence, rest)),
    )


def _own(artifact: Artifact, decisions: Iterable[Decision[object]]) -> tuple[Text, ...]:
    """Return the file's own reasons, without those that a decision says too."""
    known = {clean_line(str(one.because)) for one in decisions}
    return tuple(why for why in artifact.because if clean_line(str(why)) not in known)


def _sentence(one: Decision[object]) -> Text:
    title = BY_KEY[one.key].title if one.key in BY_KEY else one.key
    return msg("{what}: {because}", what=title, because=one.because)


def _stands_in(key: str, hunk: Hunk) -> bool:
    text = hunk.changed.casefold()
    return any(sign in text for sign in SIGNS_OF.get(key, (key,)))
