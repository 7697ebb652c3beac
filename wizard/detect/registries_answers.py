"""What a registry's answers mean: believed is the content, not the status."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from wizard.facts.mirrors import Failure
from wizard.rules.golang_image import minor_of_image
from wizard.text import Text, msg

if TYPE_CHECKING:
    from wizard.detect.mirrors.http1 import Reply

_MOST_TAGS = 2_000
_TAG = re.compile(rb'"(\d+\.\d+[A-Za-z0-9_.-]{0,60})"')


def check_registry(reply: Reply, where: Text) -> None:
    """Raise ProbeError unless `reply` is a registry's answer to `GET /v2/`."""
    from wizard.detect.mirrors.verdict import ProbeError, from_status, title

    version = reply.header("docker-distribution-api-version").lower()
    challenge = reply.header("www-authenticate").lower()
    if reply.status == 401 and (version or challenge.startswith(("bearer", "basic"))):
        return
    if reply.status == 200 and (version.startswith("registry/2") or _json(reply) == {}):
        return
    if reply.status not in (200, 401):
        raise from_status(reply, where)
    said = title(reply.body)
    raise ProbeError(
        Failure.NOT_A_MODULE_PROXY,
        msg("{where} answers with a page: {title}", where=where, title=said)
        if said
        else msg("{where} answers, but does not speak a registry's protocol", where=where),
    )


def _json(reply: Reply) -> object:
    try:
        return json.loads(reply.body.decode("utf-8"))
    except (ValueError, RecursionError):
        return None


def is_manifest(reply: Reply) -> bool:
    value = _json(reply) if reply.status == 200 else None
    return isinstance(value, dict) and value.get("schemaVersion") in (1, 2)


def golang_tags(reply: Reply) -> tuple[str, ...]:
    """Return the images of a tag list; of a long one, what fits into a bounded answer."""
    if reply.status != 200 or not reply.body.lstrip().startswith(b"{"):
        return ()
    named = (f"golang:{tag.decode('ascii')}" for tag in _TAG.findall(reply.body))
    return tuple(sorted(name for name in named if minor_of_image(name) is not None)[:_MOST_TAGS])
