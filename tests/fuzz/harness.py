"""Some targets in one process under atheris: `python -m tests.fuzz.harness NAMES [options]`.

NAMES are separated by commas; the first byte of an input chooses one of them, so that the time is
spent on inputs and not on starting. The options are libFuzzer's; a file in their place is run.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any


def main(argv: list[str]) -> None:
    """Fuzz the targets until libFuzzer's own limits end the process; it exits by itself."""
    atheris: Any = import_module("atheris")
    with atheris.instrument_imports(include=["wizard"]):
        from tests.fuzz.targets import TARGETS
    names = argv[1].split(",")

    def one(data: bytes) -> None:
        if data:
            TARGETS[names[data[0] % len(names)]](data[1:])

    atheris.Setup([argv[0], *argv[2:]], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv)
