"""Apply costs nothing until it is used."""

from __future__ import annotations

import subprocess
import sys

HEAVY = {"asyncio", "tomlkit", "docker", "httpx", "platformdirs"}


def test_importing_every_public_name_loads_no_heavy_library() -> None:
    code = (
        "import sys, wizard.apply as a; [getattr(a, name) for name in a.__all__];"
        f"print(sorted({HEAVY!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
