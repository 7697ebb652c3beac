"""Two rankers of other worlds, from their registries, with their lists pointed at the lab.

nrm (npm registries, Node) and cnpip (PyPI mirrors, Python): their own code, nothing of it changed;
a list of one's own is a feature of both. Installed into a temporary folder, when asked for alone.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.wan.client import Command
from bench.wan.lab import Lab
from bench.wan.sites import Site
from tests.servers.module import QUOTE

NRM, CNPIP = "nrm@2.1.0", "cnpip==1.4.0"
_LIST = f"{QUOTE.wire.rpartition('/')[0]}/list"
"""A path that every mirror of the lab has: both count an answer below 400 alone."""


def install(folder: Path) -> None:
    """Install both below `folder`. Raises SystemExit where a registry does not give them."""
    npm = ["npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix", folder / "nrm", NRM]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
           "--no-deps", "--target", folder / "cnpip", CNPIP]  # fmt: skip
    for argv in (npm, pip):
        done = subprocess.run([str(word) for word in argv], capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{argv[0]} could not install: {done.stderr[-1000:]}")


def peers(lab: Lab, folder: Path, places: Sequence[Site]) -> dict[str, Command]:
    """Return the commands of both, with `places` as their mirrors."""
    home = lab.folder / "home"
    own = {f"m{site.number}": f"{site.url}{_LIST}" for site in places}
    (home / ".cnpip").mkdir(parents=True, exist_ok=True)
    (home / ".cnpip/mirrors.json").write_text(json.dumps(own), encoding="utf-8")
    # nrm appends its own path to a registry: a query swallows it. Its built-in ones do not exist
    # in the lab's names, and fail after one round trip to the resolver.
    lines = [f"[{name}]\nregistry={url}?\n" for name, url in own.items()]
    (home / ".nrmrc").write_text("\n".join(lines), encoding="utf-8")
    common = lab.environment()
    node = {**common, "NODE_EXTRA_CA_CERTS": str(lab.root)}
    python = {**common, "PYTHONPATH": str(folder / "cnpip")}
    return {
        "nrm": Command(
            argv=("node", str(folder / "nrm/node_modules/nrm/dist/index.js"), "test"), env=node
        ),
        "cnpip": Command(
            argv=(sys.executable, "-c", "from cnpip.cnpip import main; main()", "list"),
            env=python,
        ),
    }
