"""Names as this machine resolves them, with a resolver of our own in a namespace of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.root

# Runs in a network and mount namespace: its loopback, its resolv.conf, nobody else's.
PROGRAM = """
import asyncio, json, sys
from pathlib import Path
from tests.servers import QUOTE, Resolver
from wizard.detect.catalogue import mirrors_from_urls
from wizard.detect.mirrors import probe_mirrors
from wizard.detect.request import Request, ignore
from wizard.facts.proxy import GoProxyEnvironment
from wizard.system import System

async def main():
    system = System(env={}, home=None, uid=0, root=Path(sys.argv[1]))
    loop = asyncio.get_running_loop()
    facts = await probe_mirrors(
        system, Request(project=Path("/nowhere")),
        mirrors_from_urls(f"https://{name}.mirror.test" for name in ANSWERS),
        GoProxyEnvironment(http=None, https=None, no_proxy=""),
        (QUOTE.canary,), None, ignore, loop.time() + 4.0, whole_table=True)
    return {p.mirror.name.split(".")[0]: p.reason for p in facts.ranking.value}

ANSWERS = {"absent": "nxdomain", "mute": "silence", "broken": "servfail", "here": "127.0.0.1"}
names = {f"{name}.mirror.test": answer for name, answer in ANSWERS.items()}
with Resolver(names, host="127.0.0.53", port=53):
    print(json.dumps(asyncio.run(main())))
"""
SCRIPT = """
set -e
ip link set lo up
mount --bind "$1/resolv.conf" "$(readlink -f /etc/resolv.conf)"
mount --bind "$1/hosts" /etc/hosts
mount --bind "$1/nsswitch.conf" /etc/nsswitch.conf
exec "$2" "$1/program.py" "$1/root"
"""


@pytest.fixture(scope="module")
def reasons(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The reason for each name, from one probing."""
    if os.geteuid() != 0 or shutil.which("unshare") is None or shutil.which("ip") is None:
        pytest.skip("needs root, unshare and ip: a resolver on port 53 in a namespace of its own")
    folder = tmp_path_factory.mktemp("names")
    (folder / "resolv.conf").write_text("nameserver 127.0.0.53\noptions timeout:1 attempts:1\n")
    (folder / "hosts").write_text("127.0.0.1 localhost\n")
    (folder / "nsswitch.conf").write_text("hosts: files dns\n")
    (folder / "program.py").write_text(PROGRAM)
    done = subprocess.run(
        ["unshare", "-n", "-m", "sh", "-c", SCRIPT, "sh", folder, sys.executable],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[3])},
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    ("name", "reason"),
    [("absent", "dns"), ("mute", "dns-timeout"), ("broken", "dns"), ("here", "refused")],
)
def test_what_the_resolver_says_is_told_apart(
    reasons: dict[str, str], name: str, reason: str
) -> None:
    assert reasons[name] == reason
