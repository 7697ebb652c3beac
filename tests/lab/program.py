"""The program under test, as a developer's machine has it.

It is a copy of the checkout, taken once a run: what somebody edits meanwhile is not half in. What
it needs of PyPI is installed for the Python of the machine's own system.
"""

from __future__ import annotations

import functools
import os
import shutil
import sys
import tomllib
from pathlib import Path
from typing import Final

from . import links, shell, store, trees
from .machine import Bind, Machine

PARTS: Final = ("wizard", "screens", "templates", "assets", "pyproject.toml")
SOURCE_VARIABLE: Final = "GOMOD_WIZARD_LAB_PROGRAM"
CHECKOUT: Final = "/opt/gomod-wizard/checkout"
LIBRARIES: Final = "/opt/gomod-wizard/libraries"
COMMAND: Final = "/usr/local/bin/gomod-wizard"
SCRIPT: Final = f"""\
#!/bin/sh
# What pip would have installed, run from the checkout.
export PYTHONPATH={CHECKOUT}:{LIBRARIES} PYTHONDONTWRITEBYTECODE=1
exec python3 -m wizard "$@"
"""


def source() -> Path:
    """The checkout to test: this one, or `$GOMOD_WIZARD_LAB_PROGRAM`."""
    return Path(os.environ.get(SOURCE_VARIABLE, store.REPOSITORY))


@functools.cache
def frozen() -> Path:
    """The run's copy of the checkout; it lies in the run folder, and goes with it."""
    folder = store.RUN / f"{store.MARK}-{os.getpid()}-program"
    folder.mkdir(parents=True)
    for part in PARTS:
        origin = source() / part
        if origin.is_dir():
            shutil.copytree(origin, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        elif origin.exists():
            shutil.copy(origin, folder / part)
    return folder


def binds(tree: str) -> list[Bind]:
    """What a developer's machine on `tree` must see of the program."""
    _compile(tree)
    return [Bind(frozen(), CHECKOUT), Bind(libraries(tree), LIBRARIES)]


@functools.cache
def _compile(tree: str) -> None:
    """Byte-compile the copy with that system's own Python, as pip does when it installs."""
    with store.lock("compile"):
        compile_in(tree, frozen())


def compile_in(tree: str, folder: Path) -> None:
    namespace = links.Namespace.create("compile")
    try:
        bind = Bind(folder, "/opt/compile", writable=True)
        with Machine.start("compile", namespace, trees.tree(tree), [bind]) as machine:
            machine.run(["python3", "-m", "compileall", "-q", "/opt/compile"], timeout=300)
    finally:
        namespace.delete()


def libraries(tree: str) -> Path:
    """What the program needs of PyPI, for the Python of `tree`, read from its pyproject.toml."""
    wanted = tomllib.loads((store.REPOSITORY / "pyproject.toml").read_text())["project"][
        "dependencies"
    ]
    root = trees.tree(tree)
    version = sorted(root.glob("usr/bin/python3.*"))[0].name.removeprefix("python").split("-")[0]
    folder = store.cached("libraries", tree)
    stamp = folder / "made-from"
    with store.lock(f"libraries-{tree}"):
        text = f"compiled {version}\n" + "\n".join(wanted)
        if stamp.exists() and stamp.read_text() == text:
            return folder
        shell.run(
            [
                sys.executable,
                "-m",
                "pip",
                "install",
                "--quiet",
                "--upgrade",
                "--target",
                folder,
                "--python-version",
                version,
                "--only-binary=:all:",
                *wanted,
            ],
            timeout=600,
            env=dict(os.environ),
        ).must()
        compile_in(tree, folder)
        stamp.write_text(text)
    return folder
