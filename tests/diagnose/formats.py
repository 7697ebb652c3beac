"""Wraps what a step prints in the layout of every builder and CI that is known, at random."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Built:
    """A log, and what it says about the failing step."""

    log: list[str]
    number: str | None
    instruction: str | None


INSTRUCTION = "RUN go mod download"
SHELL = "/bin/sh -c go mod download"


def _hex(random_: random.Random, size: int = 12) -> str:
    return f"{random_.getrandbits(size * 4):0{size}x}"


def _counts(r: random.Random) -> tuple[int, int]:
    last = r.randint(5, 24)
    return r.randint(3, last), last


def legacy(core: list[str], r: random.Random) -> Built:
    step, last = _counts(r)
    log = [
        f"Sending build context to Docker daemon  {r.randint(2, 900)}.1kB",
        f"Step {step - 2}/{last} : FROM golang:1.2{r.randint(0, 5)} AS build",
        f" ---> {_hex(r)}",
        f"Step {step - 1}/{last} : COPY go.mod go.sum ./",
        *r.choice(([" ---> Using cache"], [f" ---> Running in {_hex(r)}"])),
        f" ---> {_hex(r)}",
        f"Step {step}/{last} : {INSTRUCTION}",
        f" ---> Running in {_hex(r)}",
        "go: downloading golang.org/x/sys v0.20.0",
        *core,
        f"The command '{SHELL}' returned a non-zero code: 1",
    ]
    return Built(log, f"{step}/{last}", INSTRUCTION)


def plain(core: list[str], r: random.Random, *, wrap: str = "", stage: str = "build") -> Built:
    """BuildKit's plain progress; `wrap` stands before the stage's name (compose, bake)."""
    step, last = _counts(r)
    vertex = r.randint(6, 40)
    name = f"[{wrap}{stage} {step}/{last}] {INSTRUCTION}"
    seconds = r.uniform(0.2, 120)

    def timed(line: str) -> str:
        nonlocal seconds
        seconds += r.uniform(0, 0.3)
        digits = 3 if seconds < 10 else 2 if seconds < 100 else 1
        return f"#{vertex} {seconds:.{digits}f} {line}"

    tail = [line for line in core if line.strip()][-10:]
    log = [
        "#1 [internal] load build definition from Dockerfile",
        "#1 transferring dockerfile: 512B done",
        "#1 DONE 0.1s",
        "#2 [internal] load metadata for docker.io/library/golang:1.23",
        "#2 DONE 1.4s",
        f"#4 [{wrap}{stage} 1/{last}] FROM docker.io/library/golang:1.23@sha256:{_hex(r, 64)}",
        "#4 CACHED",
        f"#5 [{wrap}other 2/{last}] RUN apk add curl",
        f"#{vertex} {name}",
        timed("go: downloading golang.org/x/sys v0.20.0"),
        "#5 1.100 fetch ok",
        *(timed(line) for line in core),
        f'#{vertex} ERROR: process "{SHELL}" did not complete successfully: exit code: 1',
        "#5 CANCELED",
        "------",
        f" > {name}:",
        *(f"{seconds:.1f} {line}" for line in tail),
        "------",
        "Dockerfile:7",
        "--------------------",
        "   6 |     COPY go.mod go.sum ./",
        f"   7 | >>> {INSTRUCTION}",
        "--------------------",
        f'ERROR: failed to solve: process "{SHELL}" did not complete successfully: exit code: 1',
    ]
    return Built(log, f"{step}/{last}", INSTRUCTION)


def compose(core: list[str], r: random.Random) -> Built:
    return plain(core, r, wrap="web ")


def bake(core: list[str], r: random.Random) -> Built:
    return plain(core, r, wrap="linux/arm64 ", stage="builder")


def compose_v1(core: list[str], r: random.Random) -> Built:
    built = legacy(core, r)
    last = built.log.pop()
    log = ["Building web", *built.log, f"ERROR: Service 'web' failed to build: {last}"]
    return Built(log, built.number, built.instruction)


def tty(core: list[str], r: random.Random) -> Built:
    """A capture of the live display: rows again and again, cut at the terminal's width."""
    step, last = _counts(r)
    name = f"[build {step}/{last}] {INSTRUCTION}"
    esc = "\x1b[1A\x1b[2K\x1b[0m" if r.random() < 0.5 else ""
    log = [
        f"{esc}[+] Building {r.uniform(1, 60):.1f}s (7/{last})            docker:default",
        f"{esc} => [internal] load build definition from Dockerfile                  0.0s",
        f"{esc} => CACHED [build {step - 1}/{last}] COPY go.mod go.sum ./            0.0s",
        f"{esc} => [build {step}/{last}] RUN go mod d                                2.1s",
        *(f"{esc} => => # {line}" for line in core[:2]),
        f"{esc} => ERROR [build {step}/{last}] RUN go mod d                          3.3s",
        "------",
        f" > {name}:",
        *(f"{r.uniform(1, 9):.3f} {line}" for line in core),
        "------",
        f'ERROR: failed to solve: process "{SHELL}" did not complete successfully: exit code: 1',
    ]
    return Built(log, f"{step}/{last}", INSTRUCTION)


def rawjson(core: list[str], r: random.Random) -> Built:
    step, last = _counts(r)
    digest = f"sha256:{_hex(r, 64)}"
    name = f"[build {step}/{last}] {INSTRUCTION}"
    at = "2026-05-01T10:00:00.123456789Z"
    error = f'process "{SHELL}" did not complete successfully: exit code: 1'
    rows_of_logs: list[dict[str, object]] = [
        {
            "logs": [
                {
                    "vertex": digest,
                    "stream": 2,
                    "data": base64.b64encode(f"{line}\n".encode()).decode(),
                    "timestamp": at,
                }
            ]
        }
        for line in core
    ]
    rows: list[dict[str, object]] = [
        {"vertexes": [{"digest": digest, "name": name, "started": at}]},
        *rows_of_logs,
        {"vertexes": [{"digest": digest, "name": name, "completed": at, "error": error}]},
    ]
    return Built([json.dumps(row) for row in rows], f"{step}/{last}", INSTRUCTION)


def api(core: list[str], r: random.Random) -> Built:
    """The engine's API as docker-py prints it: one JSON object a line."""
    built = legacy(core, r)
    log = [json.dumps({"stream": line + "\n"}) for line in built.log[:-1]]
    last = built.log[-1]
    log.append(json.dumps({"errorDetail": {"code": 1, "message": last}, "error": last}))
    return Built(log, built.number, built.instruction)


def buildah(core: list[str], r: random.Random) -> Built:
    step, last = _counts(r)
    head = r.choice(("", "[1/2] "))
    log = [
        f"{head}STEP {step - 1}/{last}: COPY go.mod go.sum ./",
        f"--> {_hex(r)}",
        f"{head}STEP {step}/{last}: {INSTRUCTION}",
        *core,
        f'Error: building at STEP "{INSTRUCTION}": while running runtime: exit status 1',
    ]
    return Built(log, f"{step}/{last}", INSTRUCTION)


def kaniko(core: list[str], r: random.Random) -> Built:
    at = r.randint(1, 900)
    log = [
        f"INFO[{at:04}] Retrieving image golang:1.23 from registry index.docker.io",
        f"INFO[{at:04}] COPY go.mod go.sum ./",
        f"INFO[{at + 1:04}] Taking snapshot of files...",
        f"INFO[{at + 2:04}] {INSTRUCTION}",
        f"INFO[{at + 2:04}] Cmd: /bin/sh",
        f"INFO[{at + 2:04}] Args: [-c go mod download]",
        *core,
        "error building image: error building stage: failed to execute command: "
        "waiting for process to exit: exit status 1",
    ]
    return Built(log, None, INSTRUCTION)


def bare(core: list[str], r: random.Random) -> Built:
    cut_short = bool(core) and core[0].startswith(("WARNING", "fetch"))
    last = ["make: *** [build] Error 1"] if cut_short else []
    return Built(["go: downloading golang.org/x/sys v0.20.0", *core, *last], None, None)


BUILDERS: dict[str, Callable[[list[str], random.Random], Built]] = {
    "legacy": legacy, "plain": plain, "compose": compose, "compose-v1": compose_v1, "bake": bake,
    "tty": tty, "rawjson": rawjson, "api": api, "buildah": buildah, "kaniko": kaniko, "bare": bare,
}  # fmt: skip


def _clock(r: random.Random) -> str:
    return f"{r.randint(0, 23):02}:{r.randint(0, 59):02}:{r.randint(0, 59):02}"


PREFIXES: dict[str, Callable[[random.Random], str]] = {
    "none": lambda r: "",
    "github": lambda r: f"2026-05-0{r.randint(1, 9)}T{_clock(r)}.{r.randint(0, 9999999):07}Z ",
    "gitlab": lambda r: f"2026-05-0{r.randint(1, 9)}T{_clock(r)}.{r.randint(0, 999999):06}Z 01E ",
    "jenkins": lambda r: f"[2026-05-0{r.randint(1, 9)}T{_clock(r)}.{r.randint(0, 999):03}Z] ",
    "brackets": lambda r: f"[{_clock(r)}] ",
    "date-time": lambda r: f"2026-05-0{r.randint(1, 9)} {_clock(r)},{r.randint(0, 999):03} ",
    "gh-run-view": lambda r: f"build\tDocker build\t2026-05-01T{_clock(r)}.1234567Z ",
    "cloud-build": lambda r: f'Step #{r.randint(0, 9)} - "image": ',
    "code-build": lambda r: f"[Container] 2026/05/0{r.randint(1, 9)} {_clock(r)} ",
    "compose-run": lambda r: "builder-1  | ",
    "tekton": lambda r: "[build : step-build] ",
    "color": lambda r: f"\x1b[{r.choice((0, 31, 36, 90))}m",
    "lost-escape": lambda r: "[0m[91m",
    "journald": lambda r: f"Nov 2{r.randint(0, 9)} {_clock(r)} host ci[{r.randint(9, 9999)}]: ",
}  # fmt: skip


def prefixed(log: list[str], name: str, r: random.Random) -> list[str]:
    """Return `log` as a CI would print it."""
    return [PREFIXES[name](r) + line for line in log]
