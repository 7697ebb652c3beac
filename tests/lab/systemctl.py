#!/usr/bin/python3
"""The lab's stand-in for systemctl, on a machine without systemd. It knows one unit: docker.

It starts dockerd as Debian's docker.service does, with the environment that the unit's drop-ins
set, quotes and %-specifiers read as systemd reads them. What it does not know it refuses.
"""

from __future__ import annotations

import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

PID = Path("/run/docker.pid")
SOCKET = "/run/docker.sock"
LOG = Path("/var/log/dockerd.log")
UNITS = ("docker", "docker.service", "docker.socket")


def environment() -> dict[str, str]:
    """The unit's environment: a bare one, plus what the drop-ins say, by their names' order."""
    env = {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "LANG": "C.UTF-8",
    }
    for folder in ("/lib/systemd/system", "/etc/systemd/system", "/run/systemd/system"):
        for file in sorted(Path(folder, "docker.service.d").glob("*.conf")):
            for line in file.read_text().splitlines():
                key, _, value = line.strip().partition("=")
                if key == "Environment":
                    env = env | assignments(value) if value else {}
                elif key == "EnvironmentFile" and value:
                    env |= environment_file(value)
    return env


def assignments(value: str) -> dict[str, str]:
    """`Environment=`: words with shell-like quotes, `%%` for a percent sign."""
    found = {}
    for word in shlex.split(value):
        name, equals, text = word.partition("=")
        plain = text.replace("%%", "\0")
        if not equals or "%" in plain:
            print(
                f"docker.service: Failed to resolve specifiers in {name}, ignoring", file=sys.stderr
            )
            continue
        found[name] = plain.replace("\0", "%")
    return found


def environment_file(value: str) -> dict[str, str]:
    """`EnvironmentFile=`: plain assignments, no specifiers; a leading `-` means: if it is there."""
    path = Path(value.removeprefix("-"))
    if value.startswith("-") and not path.exists():
        return {}
    lines = (line.strip() for line in path.read_text().splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith(("#", ";")))
    return {name: "".join(shlex.split(text)) for name, _, text in pairs}


def running() -> int | None:
    """The process id of the engine, or None."""
    try:
        pid = int(PID.read_text())
        if Path(f"/proc/{pid}/comm").read_text().strip() == "dockerd":
            return pid
    except (OSError, ValueError):
        pass
    return None


def stop() -> int:
    pid = running()
    if pid is None:
        return 0
    os.kill(pid, signal.SIGTERM)
    for _ in range(600):
        if not Path(f"/proc/{pid}").exists():
            PID.unlink(missing_ok=True)
            return 0
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    return 0


def start() -> int:
    if running() is not None:
        return 0
    PID.unlink(missing_ok=True)
    Path(SOCKET).unlink(missing_ok=True)
    group = Path("/run/lab-cgroup-parent")
    parent = [f"--cgroup-parent={group.read_text().strip()}"] if group.exists() else []
    with LOG.open("ab") as log:
        process = subprocess.Popen(
            ["/usr/sbin/dockerd", "-H", f"unix://{SOCKET}", "--pidfile", str(PID), *parent],
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,
        )
    for _ in range(1200):
        if process.poll() is not None:
            print(
                "Job for docker.service failed because the control process exited with error "
                'code.\nSee "systemctl status docker.service" for details.',
                file=sys.stderr,
            )
            return 1
        if answers():
            return 0
        time.sleep(0.05)
    print("Job for docker.service timed out.", file=sys.stderr)
    return 1


def answers() -> bool:
    """Whether the engine answers a ping on its socket."""
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(5)
            client.connect(SOCKET)
            client.sendall(b"GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n")
            return b" 200 " in client.recv(64)
    except OSError:
        return False


def main(words: list[str]) -> int:
    quiet = "--quiet" in words or "-q" in words
    verbs = [word for word in words if not word.startswith("-")]
    verb, units = (verbs[0] if verbs else "", verbs[1:])
    if verb == "daemon-reload":
        return 0
    if verb == "is-system-running":
        print("running")
        return 0
    if not units or any(unit not in UNITS for unit in units):
        print(f"Unit {' '.join(units)} not found.", file=sys.stderr)
        return 5 if verb in {"start", "restart", "stop", "reload"} else 4
    if verb in {"start", "stop"}:
        return start() if verb == "start" else stop()
    if verb in {"restart", "try-restart", "reload-or-restart"}:
        return stop() or start()
    if verb == "reload" and (pid := running()):
        os.kill(pid, signal.SIGHUP)
        return 0
    if verb in {"is-active", "is-enabled", "status"}:
        active = running() is not None or verb == "is-enabled"
        if not quiet:
            print({"is-enabled": "enabled"}.get(verb, "active" if active else "inactive"))
        return 0 if active else 3
    if verb == "show":
        pid = running()
        print(
            f"Id=docker.service\nMainPID={pid or 0}\nLoadState=loaded\n"
            f"ActiveState={'active' if pid else 'inactive'}\n"
            f"Environment={shlex.join(f'{k}={v}' for k, v in environment().items())}"
        )
        return 0
    print(f"the lab's systemctl does not know: {' '.join(words)}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
