"""What is computed: deciding, rendering, writing, and projects that are very large."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from bench.rows import Row, row
from tests.servers import BlackHole
from wizard.detect.request import Request
from wizard.facts import Facts
from wizard.rules.dockerignore import Ignored, parse_dockerignore
from wizard.rules.gomod import parse_gomod
from wizard.rules.gosum import parse_gosum
from wizard.session import Session
from wizard.system import System

MODULES, SUMS, FILES = 10_000, 40_000, 200_000
DEADLINE_S = 2.0


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _session(folder: Path, urls: tuple[str, ...], timeout_s: float) -> Session:
    (folder / "go.mod").write_text("module example.org/app\n\ngo 1.25\n", encoding="utf-8")
    (folder / "main.go").write_text("package main\n\nfunc main() {}\n", encoding="utf-8")
    system = System(
        env={"HOME": str(folder), "DOCKER_HOST": f"unix://{folder}/none.sock"},
        home=folder,
        uid=-1,
        root=folder,
    )
    return Session(
        system=system, request=Request(project=folder, timeout_s=timeout_s, mirror_urls=urls)
    )


def dead(rounds: int) -> list[Row]:
    """Return how far a look goes over its deadline where nothing answers."""
    ratios: list[float] = []
    with ExitStack() as stack, tempfile.TemporaryDirectory() as name:
        urls = tuple(stack.enter_context(BlackHole()).url for _ in range(10))
        session = _session(Path(name), urls, DEADLINE_S)

        async def look() -> float:
            loop = asyncio.get_running_loop()
            start = loop.time()
            await session.detect()
            return loop.time() - start

        asyncio.run(look())  # imports
        ratios += [asyncio.run(look()) / DEADLINE_S for _ in range(rounds)]
    return [row("detect.dead", "detect, everything dead", ratios, 1.02, against="its deadline")]


def writing(rounds: int) -> list[Row]:
    """Return how long every artifact takes from the plan to the disk, fsync included."""
    from wizard.apply import generate

    times: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        session = _session(folder, (), 1.0)
        facts: Facts = asyncio.run(session.detect())
        plan = session.decide(facts)
        for number in range(rounds + 1):
            out = folder / f"out-{number}"
            taken = _seconds(lambda out=out: generate(session.render(plan), out))  # type: ignore[misc]
            if number:
                times.append(taken * 1000)
    return [row("write.all", "render and write all artifacts", times, 10, unit="ms")]


def _gomod(modules: int) -> str:
    lines = "".join(f"\texample.org/m{n}/v2 v2.{n % 50}.{n % 7}\n" for n in range(modules))
    return f"module example.org/app\n\ngo 1.25\n\nrequire (\n{lines})\n"


def _gosum(lines: int) -> str:
    line = "example.org/m{n}/v2 v2.0.0{mod} h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
    return "".join(line.format(n=n // 2, mod="/go.mod" if n % 2 else "") for n in range(lines))


_IGNORE = "**/node_modules\n*.log\n!keep.log\nbuild/**\n**/*.tmp\n/vendor\ndocs/*/draft?.md\n"


def _hidden(files: int) -> int:
    ignored = Ignored(parse_dockerignore(_IGNORE))
    names = (f"pkg{n % 400}/sub{n % 90}/file{n}.go" for n in range(files))
    return sum(ignored.by(name) is not None for name in names)


def large(rounds: int) -> list[Row]:
    """Return the three large inputs together, and whether twice as much takes twice as long."""
    parts: dict[str, Callable[[int], object]] = {
        "go.mod, 10,000 modules": lambda share: parse_gomod(_mods[share]),
        "go.sum, 40,000 lines": lambda share: parse_gosum(_texts[share]),
        ".dockerignore, 200,000 files": lambda share: _hidden(FILES // share),
    }
    _mods = {share: _gomod(MODULES // share) for share in (1, 2)}
    _texts = {share: _gosum(SUMS // share) for share in (1, 2)}
    whole: list[float] = []
    growth: dict[str, list[float]] = {name: [] for name in parts}
    for part in parts.values():  # what is compiled once
        part(2)
    for _ in range(rounds):
        taken = {name: _seconds(lambda p=part: p(1)) for name, part in parts.items()}  # type: ignore[misc]
        half = {name: _seconds(lambda p=part: p(2)) for name, part in parts.items()}  # type: ignore[misc]
        whole.append(sum(taken.values()) * 1000)
        for name in parts:
            growth[name].append(taken[name] / half[name])
    rows = [row("large.all", "10k modules, 40k sums, 200k files", whole, 1500, unit="ms")]
    return rows + [
        row(f"large.growth.{n}", f"{name}: twice as much", values, 2.5, against="half of it")
        for n, (name, values) in enumerate(growth.items())
    ]
