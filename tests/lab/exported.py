"""The smallest module proxy: what `proxy-export` wrote, on a plain web server of the company."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from . import developer

if TYPE_CHECKING:
    from .developer import Desk
    from .machine import Machine
    from .web import Asked

WRITTEN_AT: Final = f"{developer.HOME}/go-proxy"
SERVED_AT: Final = "/srv/exported"


def carry(desk: Desk, office: Machine) -> None:
    """Carry the folder to the web server, as it is, and take it off the developer's machine."""
    packed = "/run/exported.tar"
    desk.machine.must(["tar", "-C", WRITTEN_AT, "-cf", packed, "."])
    office.write(packed, desk.machine.path(packed).read_bytes())
    office.must(["mkdir", "-p", SERVED_AT])
    office.must(["tar", "-C", SERVED_AT, "-xf", packed])
    desk.machine.must(["rm", "-rf", packed, WRITTEN_AT])


def fetched(asked: list[Asked], host: str) -> set[str]:
    """Return the modules whose zip a build had from `host`."""
    return {
        request.path.strip("/").partition("/@v/")[0]
        for request in asked
        if request.host == host and request.path.endswith(".zip") and request.status == 200
    }
