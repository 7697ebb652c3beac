"""Prepare the cache: everything slow that networks share, made before the first one is timed."""

from __future__ import annotations

import sys
import time
from functools import partial
from typing import TYPE_CHECKING

from . import images, modules, program, registry, repositories, store, toolchains, trees

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def prepare() -> None:
    """Install what is missing on this machine, and make what is missing in the cache."""
    store.RUN.mkdir(parents=True, exist_ok=True)
    trees.install_host_tools()
    for what, make in _steps():
        started = time.monotonic()
        make()
        seconds = time.monotonic() - started
        if seconds > 2:
            print(f"made {what} in {seconds:.0f} s", file=sys.stderr, flush=True)


def _steps() -> Iterator[tuple[str, Callable[[], object]]]:
    for name in trees.PACKAGES:
        yield f"the tree {name}", partial(trees.tree, name)
    yield "the checksum database", toolchains.sumdb_keys
    yield "the modules", modules.published
    for image in images.ALL:
        yield f"the image {image.name}", image.archive
    yield "the company's registry", registry.disk
    yield "the developer's key", repositories.developer_key
    yield "the git server's key", repositories.host_key
    for name in ("forky", "bookworm"):
        yield f"the program's libraries for {name}", partial(program.libraries, name)
        yield f"the program for {name}", partial(program.binds, name)
