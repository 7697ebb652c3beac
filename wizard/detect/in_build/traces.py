"""What docker's client would write into the user's folders for a build is kept out of them."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from wizard.detect.docker_endpoint import docker_config_folder
from wizard.system import System

_OF_BUILDS = ("activity", "history", "refs")
"""Folders of buildx with a file for each build; the others say which builder is in use."""
_NODE = ".buildNodeID"
"""Written beside config.json by a client that has BuildKit built in (20.10)."""


@contextlib.contextmanager
def own_traces(system: System, folder: Path) -> Iterator[Mapping[str, str]]:
    """Yield variables with which docker uses the user's builder and notes the build in `folder`."""
    config = docker_config_folder(system)
    if config is None:
        yield {}
        return
    own = system.env.get("BUILDX_CONFIG")
    copy = folder / "buildx"
    with contextlib.suppress(OSError, shutil.Error):
        shutil.copytree(
            Path(own) if own else config / "buildx",
            copy,
            ignore=shutil.ignore_patterns(*_OF_BUILDS),
        )
    node = config / _NODE
    known = _there(config), _there(node)
    try:
        yield {"BUILDX_CONFIG": str(copy)}
    finally:
        with contextlib.suppress(OSError):
            if not known[1]:
                node.unlink(missing_ok=True)
            if not known[0]:
                config.rmdir()  # where it is empty


def _there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return True
