"""A stand-in for a Docker engine: it describes itself on a unix socket, and runs nothing."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from wizard.demo.serving import Reader, answer

_API = "1.45"
_VERSION = {
    "Version": "28.5.1",
    "ApiVersion": _API,
    "MinAPIVersion": "1.24",
    "Os": "linux",
    "Arch": "amd64",
    "Components": [{"Name": "Engine", "Version": "28.5.1"}],
}
_INFO = {
    "Name": "demo",
    "OperatingSystem": "Demo engine (a stand-in, no Docker)",
    "DockerRootDir": "/var/lib/docker",
    "Driver": "overlay2",
    "SecurityOptions": ["name=seccomp,profile=builtin"],
    "LiveRestoreEnabled": False,
    "ContainersRunning": 0,
    "RegistryConfig": {"Mirrors": []},
    "DefaultAddressPools": None,
}
_NETWORKS = [
    {
        "Name": "bridge",
        "Driver": "bridge",
        "Id": "a" * 64,
        "IPAM": {"Config": [{"Subnet": "172.17.0.0/16"}]},
        "Options": {
            "com.docker.network.driver.mtu": "1500",
            "com.docker.network.bridge.name": "docker0",
        },
    },
    {"Name": "host", "Driver": "host", "Id": "b" * 64, "IPAM": {"Config": []}, "Options": {}},
]
_IMAGES = [{"RepoTags": ["golang:1.27-bookworm"], "RepoDigests": []}]


class Engine:
    """Listens at `path` until it is left."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._listener = socket.socket(socket.AF_UNIX)
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._listener.bind(str(self._path))
        os.chmod(self._path, 0o600)
        self._listener.listen(16)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), contextlib.closing(connection):
            reader = Reader(connection)
            while (asked := reader.next()) is not None:
                found = _said(asked.target.partition("?")[0])
                code, shown = (404, {"message": "not in a demo"}) if found is None else (200, found)
                answer(connection, code, json.dumps(shown).encode(), "application/json")


def _said(path: str) -> Any:
    last = path.rstrip("/").rsplit("/", 1)[-1]
    if "/images/" in path:
        return _IMAGES if last == "json" else None
    if "/containers/" in path:
        return []
    return {"version": _VERSION, "info": _INFO, "networks": _NETWORKS}.get(last)
