"""One target under atheris: `python -m tests.fuzz.harness NAME [libFuzzer's options]`."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any


def main(argv: list[str]) -> None:
    """Fuzz the target until libFuzzer's own limits end the process; it exits by itself."""
    atheris: Any = import_module("atheris")
    with atheris.instrument_imports(include=["wizard"]):
        from tests.fuzz.targets import TARGETS
    target = TARGETS[argv[1]]
    atheris.Setup([argv[0], *argv[2:]], target)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv)
