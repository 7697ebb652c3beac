"""Search for the lab's made-up secrets wherever a secret must not be.

Searched: image layers, history and configuration; every file that was written since the start
(artifacts, journal, profile, docker's config.json); what every command printed; the command lines
of all processes on the developer's machine and in its containers while the program worked.

Allowed: the user's own source of the secret, unchanged; a systemd drop-in of mode 0600; and the
journal's 0600 backup of a file that the user had.
"""

from __future__ import annotations

import base64
import contextlib
import json
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, quote_plus

from . import builds, proxies, repositories, snapshots

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .engine import Engine
    from .machine import Machine
    from .shell import Done
    from .snapshots import File, Snapshot

SECRETS: Final = {
    "git token": repositories.TOKEN,
    "proxy password": proxies.PASSWORD,
    "relay password": proxies.RELAY_PASSWORD,
}


def disguises(secret: str) -> set[bytes]:
    """The secret as it may stand in a file: plain, in a URL, in JSON, in an HTTP header."""
    forms = {
        secret,
        quote(secret, safe=""),
        quote(secret),
        quote_plus(secret),
        quote(secret, safe="").lower(),
        json.dumps(secret)[1:-1],
        secret.replace("%", "%%"),
        quote(secret, safe="").replace("%", "%%"),
    }
    for user in ("dev", "relay", "oauth2"):
        forms.add(base64.b64encode(f"{user}:{secret}".encode()).decode().rstrip("="))
    return {form.encode() for form in forms}


NEEDLES: Final = {name: disguises(secret) for name, secret in SECRETS.items()}


def in_text(where: str, text: str) -> list[str]:
    """Leaks in something that was printed."""
    data = text.encode()
    return [
        f"{name} in {where}"
        for name, forms in NEEDLES.items()
        if any(form in data for form in forms)
    ]


def in_output(what: str, done: Done) -> list[str]:
    return in_text(f"stdout of {what}", done.stdout) + in_text(f"stderr of {what}", done.stderr)


def in_files(before: Snapshot, after: Snapshot) -> list[str]:
    """Leaks in files that were written since `before`."""
    found = []
    backed_up = {file.data for file in before.files.values()}
    for path, file in after.changed_since(before).items():
        if path.startswith("/var/lib/docker/") or allowed(path, file, backed_up):
            continue
        found += [
            f"{name} in {path}"
            for name, forms in NEEDLES.items()
            if snapshots.holding({path: file}, forms)
        ]
    return found


def allowed(path: str, file: File, backed_up: set[bytes | None]) -> bool:
    """Whether a secret may stand in this file."""
    private = file.mode & 0o777 == 0o600
    drop_in = path.startswith("/etc/systemd/system/docker.service.d/")
    backup = "gomod-wizard" in path and file.data in backed_up
    return private and (drop_in or backup)


def in_image(engine: Engine) -> list[str]:
    """Leaks in the history, the configuration and the layers of what was built."""
    history = engine.docker("history", "--no-trunc", builds.IMAGE)
    inspected = engine.docker("image", "inspect", builds.IMAGE)
    if not inspected.ok:
        return []
    found = in_text("image history", history.stdout) + in_text(
        "image configuration", inspected.stdout
    )
    for layer in own_layers(engine):
        for path in layer.rglob("*"):
            if path.is_file() and not path.is_symlink():
                data = path.read_bytes()
                found += [
                    f"{name} in image layer: {path.relative_to(layer)}"
                    for name, forms in NEEDLES.items()
                    if any(form in data for form in forms)
                ]
    return found


def own_layers(engine: Engine) -> list[Path]:
    """The folders of the image's layers that no base image has."""

    def layers(image: str) -> set[str]:
        shown = engine.docker("image", "inspect", "--format={{json .GraphDriver.Data}}", image)
        if not shown.ok:
            return set()
        data = json.loads(shown.stdout)
        return {data.get("UpperDir", ""), *data.get("LowerDir", "").split(":")} - {""}

    bases = engine.docker("images", "--format={{.Repository}}:{{.Tag}}").stdout.split()
    base = set().union(*(layers(name) for name in bases if name.startswith("gwlab/")))
    inside = "/var/lib/docker"
    return [
        engine.slot.folder / Path(layer).relative_to(inside)
        for layer in sorted(layers(builds.IMAGE) - base)
    ]


@dataclass
class Watch:
    """The secrets seen in command lines on a machine, while it was watched."""

    found: set[str] = field(default_factory=set)


@contextlib.contextmanager
def watching(machine: Machine) -> Iterator[Watch]:
    """Look at the command lines on a machine and in its containers, twenty times a second."""
    watch, over = Watch(), threading.Event()
    marker = f"/{machine.namespace.name}".encode()

    def look() -> None:
        own = _namespace(Path(f"/proc/{machine.pid}"))
        while not over.wait(0.05):
            for process in Path("/proc").glob("[0-9]*"):
                with contextlib.suppress(OSError):
                    if (
                        _namespace(process) != own
                        and marker not in (process / "cgroup").read_bytes()
                    ):
                        continue
                    line = (process / "cmdline").read_bytes().replace(b"\0", b" ")
                    watch.found |= {
                        f"{name} in the process list: {line[:60].decode(errors='replace')}"
                        for name, forms in NEEDLES.items()
                        if any(form in line for form in forms)
                    }

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        over.set()
        thread.join()


def _namespace(process: Path) -> str:
    return str((process / "ns" / "pid").readlink())
