"""Prepare the cache: everything slow that networks share, made before the first one is timed."""

from __future__ import annotations

import sys
import time

from . import developer, images, modules, registry, repositories, store, toolchains, trees


def prepare() -> None:
    """Install what is missing on this machine, and make what is missing in the cache."""
    store.RUN.mkdir(parents=True, exist_ok=True)
    trees.install_host_tools()
    steps = [
        *((f"the tree {name}", lambda name=name: trees.tree(name)) for name in trees.PACKAGES),
        ("the checksum database", toolchains.sumdb_keys),
        ("the modules", modules.published),
        *((f"the image {image.name}", image.archive) for image in images.ALL),
        ("the company's registry", registry.disk),
        ("the keys", lambda: (repositories.developer_key(), repositories.host_key())),
        *((f"the program's libraries for {name}", lambda name=name: developer.libraries(name))
          for name in ("forky", "bookworm")),
    ]
    for what, make in steps:
        started = time.monotonic()
        make()
        seconds = time.monotonic() - started
        if seconds > 2:
            print(f"made {what} in {seconds:.0f} s", file=sys.stderr)
