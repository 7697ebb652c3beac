"""Stand-ins for `docker` and `systemctl` on the played machine; needs the standard library alone.

Started by its path with `python -I -S`, so it imports nothing of this program.
"""

from __future__ import annotations

import os
import re
import sys
import time


def docker(words: list[str]) -> int:
    """Play docker's command line as far as the wizard asks it."""
    if words[:1] == ["-H"]:
        words = words[2:]
    if words == ["--version"]:
        print("Docker version 28.5.1, build demo (a stand-in)")
    elif words == ["buildx", "version"]:
        print("github.com/docker/buildx v0.29.1 demo (a stand-in)")
    elif words == ["build", "--help"]:
        print("  --no-cache-filter  --secret  --ssh  --build-context  --progress")
    elif words[:1] == ["ps"] or words[:2] in (["image", "rm"], ["buildx", "du"]):
        pass
    elif words[:1] == ["build"]:
        return build(words[1:])
    else:
        print("docker (a stand-in of the demo): it knows no such command", file=sys.stderr)
        return 1
    return 0


def build(words: list[str]) -> int:
    """Print what a build of the sample project says; nothing is built."""
    log = sys.stderr
    modules = _modules()
    print("#0 building with the demo's stand-in: nothing is built", file=log)
    print("#1 [internal] load build definition from Dockerfile\n#1 DONE 0.0s", file=log)
    print("#5 [build 4/6] RUN go mod download -x", file=log, flush=True)
    began = time.monotonic()
    for path, version in modules:
        for suffix, size in (("info", 0.012), ("mod", 0.010), ("zip", 0.025)):
            url = f"https://goproxy.corp.example/{_escaped(path)}/@v/{version}.{suffix}"
            print(f"#5 {time.monotonic() - began:.3f} # get {url}", file=log, flush=True)
            time.sleep(size)
            now = time.monotonic() - began
            print(f"#5 {now:.3f} # get {url}: 200 OK ({size:.3f}s)", file=log, flush=True)
    print(f"#5 DONE {time.monotonic() - began:.1f}s", file=log)
    print("#6 [build 6/6] RUN go build -o /billing .\n#6 DONE 0.1s", file=log)
    print("#7 exporting to image\n#7 DONE 0.0s", file=log, flush=True)
    return 0


def _modules() -> list[tuple[str, str]]:
    """Return the requirements of the go.mod in this folder."""
    try:
        with open("go.mod", encoding="utf-8") as file:
            return re.findall(r"^\t(\S+) (v\S+)$", file.read(), re.MULTILINE)
    except OSError:
        return []


def _escaped(path: str) -> str:
    return re.sub("[A-Z]", lambda letter: f"!{letter[0].lower()}", path)


def systemctl(words: list[str]) -> int:
    """Play systemctl: the engine of the demo is always active."""
    if "is-active" in words:
        print("active")
    return 0


if __name__ == "__main__":
    os.umask(0o077)
    known = {"docker": docker, "systemctl": systemctl}
    sys.exit(known[sys.argv[1]](sys.argv[2:]))
