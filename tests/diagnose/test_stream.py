"""Logs as they come: in blocks of any size, in odd encodings, endless, broken."""

from __future__ import annotations

import io
import json
import os
import random
import threading
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.diagnose.formats import BUILDERS
from wizard.diagnose import diagnose_lines, diagnose_stream
from wizard.diagnose.literals import AutomatonLiterals, GatedLiterals
from wizard.diagnose.table import load_table

ROWS = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "corpus.jsonl").read_text().splitlines()
]
LINE = 'go: m.example/a@v1: git init --bare in /x: exec: "git": executable file not found in $PATH'


class Dripping(io.RawIOBase):
    """A pipe whose writer hands over a few bytes at a time."""

    def __init__(self, data: bytes, sizes: Iterator[int]) -> None:
        self._data, self._sizes = data, sizes

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        taken = min(next(self._sizes, 1 << 20), size if size > 0 else 1 << 20)
        out, self._data = self._data[:taken], self._data[taken:]
        return out


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row["id"]))
def test_the_filter_loses_nothing_that_reading_every_line_finds(row: dict[str, str]) -> None:
    by_line = diagnose_lines(row["log"].split("\n"))
    by_block = diagnose_stream(io.BytesIO(row["log"].encode()))
    assert by_block.faults == by_line.faults
    assert by_block.step == by_line.step


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 400), min_size=1), st.sampled_from(ROWS))
def test_where_the_blocks_end_does_not_matter(sizes: list[int], row: dict[str, str]) -> None:
    data = row["log"].encode()
    whole = diagnose_stream(io.BytesIO(data))
    assert diagnose_stream(Dripping(data, iter(sizes))) == whole  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=3_000))
def test_any_bytes_at_all_are_read_without_complaint(data: bytes) -> None:
    diagnose_stream(io.BytesIO(data + b"\n" + LINE.encode()))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400), st.sampled_from(sorted(BUILDERS)))
def test_any_text_in_any_layout_is_read_without_complaint(text: str, builder: str) -> None:
    diagnose_lines(BUILDERS[builder](text.splitlines(), random.Random(1)).log)


def test_line_numbers_count_every_line_of_the_file() -> None:
    log = b"quiet\n" * 70_000 + LINE.encode() + b"\n" + b"quiet\n" * 9
    found = diagnose_stream(io.BytesIO(log))
    assert found.faults[0].evidence[0].line == 70_001
    assert found.lines == 70_010


def test_powershells_utf16_is_read() -> None:
    (fault,) = diagnose_stream(io.BytesIO(f"ok\r\n{LINE}\r\n".encode("utf-16"))).faults
    assert fault.cause == "git-missing"
    assert fault.evidence[0].line == 2


def test_windows_line_ends_and_redrawn_lines_are_read() -> None:
    (fault,) = diagnose_stream(io.BytesIO(f"10%\r50%\r{LINE}\r\n".encode())).faults
    assert fault.cause == "git-missing"


def test_memory_does_not_grow_with_the_log() -> None:
    def peak(copies: int) -> int:
        block = (LINE + "\n" + "go: downloading x.example/y v1.0.0\n" * 200).encode()

        class Log(io.RawIOBase):
            left = copies

            def read(self, size: int = -1) -> bytes:
                self.left -= 1
                return block if self.left >= 0 else b""

        tracemalloc.start()
        diagnose_stream(Log())  # type: ignore[arg-type]
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    peak(10)
    assert peak(2_000) < peak(200) + 300_000


def test_an_endless_line_is_cut_and_what_follows_is_read() -> None:
    log = b"x" * 5_000_000 + b"\n" + LINE.encode()
    (fault,) = diagnose_stream(io.BytesIO(log)).faults
    assert fault.cause == "git-missing"


def test_a_pipe_that_is_still_written_is_read_to_its_end() -> None:
    out, into = os.pipe()

    def write() -> None:
        with os.fdopen(into, "wb", buffering=0) as pipe:
            for part in ("quiet\n" * 50, LINE[:30], LINE[30:] + "\n"):
                pipe.write(part.encode())

    writer = threading.Thread(target=write)
    writer.start()
    with os.fdopen(out, "rb") as pipe:
        found = diagnose_stream(pipe)
    writer.join()
    assert [fault.cause for fault in found.faults] == ["git-missing"]


def test_the_gates_find_every_literal_and_nothing_else() -> None:
    anchors = load_table().anchors()
    gates = GatedLiterals(anchors)
    for index, anchor in enumerate(anchors):
        text = f"zz{anchor}zz"
        found = set(gates.met(text))
        assert index in found
        assert all(anchors[other] in text for other in found)
        assert list(gates.spots(f"quiet\n{text}\nquiet\n".encode())) == [6]


class _Slow:
    """The automaton library's interface, in the plainest way."""

    class Implementation:
        DFA = None

    class AhoCorasick:
        def __init__(self, strings: list[str]) -> None:
            self._strings = list(strings)

        def find_matches_as_indexes(
            self, text: str, overlapping: bool = False
        ) -> list[tuple[int, int, int]]:
            return [(i, text.find(s), 0) for i, s in enumerate(self._strings) if s in text]

    class BytesAhoCorasick:
        def __init__(self, strings: list[bytes], implementation: object = None) -> None:
            self._strings = list(strings)

        def find_matches_as_indexes(self, block: bytes) -> list[tuple[int, int, int]]:
            hits = [(i, block.find(s), 0) for i, s in enumerate(self._strings) if s in block]
            return sorted(hits, key=lambda hit: hit[1])


def test_the_automaton_and_the_gates_agree() -> None:
    anchors = load_table().anchors()[:200]
    one, other = AutomatonLiterals(anchors, _Slow), GatedLiterals(anchors)
    for row in ROWS[:20]:
        for line in row["log"].split("\n"):
            assert set(one.met(line)) == set(other.met(line))
            assert bool(list(one.spots(line.encode()))) == bool(list(other.spots(line.encode())))
