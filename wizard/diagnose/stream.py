"""Reads a log of any size as bytes and hands only the lines that matter to the scanner."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import BinaryIO

from wizard.diagnose.conclude import conclude
from wizard.diagnose.scan import Scanner
from wizard.diagnose.table import load_table
from wizard.diagnose.types import Diagnosis

BLOCK = 1 << 20
"""Bytes read at once; also the longest line that is read as a whole."""

_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


def diagnose_stream(log: BinaryIO) -> Diagnosis:
    """Return the diagnosis of a log that is read to its end, block by block.

    A pipe that is still being written is read as it comes. Raises OSError where reading fails.
    """
    table = load_table()
    scanner = Scanner(table)
    line = 1
    for block in _whole_lines(_blocks(log)):
        line = _feed(scanner, block, line)
    scanner.lines = line - 1
    return conclude(scanner, table)


def _blocks(log: BinaryIO) -> Iterator[bytes]:
    read = getattr(log, "read1", log.read)
    first = read(BLOCK)
    encoding = _UTF16.get(first[:2])
    if encoding is None:
        while first:
            yield first
            first = read(BLOCK)
        return
    # PowerShell's `>` writes UTF-16.
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    first = first[2:]
    while first:
        yield decoder.decode(first).encode("utf-8", "replace")
        first = read(BLOCK)


def _whole_lines(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield blocks that end with a line end; of an endless line only its first BLOCK bytes."""
    rest: list[bytes] = []
    held = 0
    for block in blocks:
        end = block.rfind(b"\n") + 1
        if not end:
            if held < BLOCK:
                rest.append(block)
                held += len(block)
            continue
        yield b"".join((*rest, block[:end]))
        rest = [block[end:]]
        held = len(rest[0])
    if last := b"".join(rest):
        yield last + b"\n"


def _feed(scanner: Scanner, block: bytes, line: int) -> int:
    """Scan the lines of interest of `block`, which starts at `line`; return the next line."""
    done = 0
    for spot in scanner.literals.spots(block):
        if spot < done:
            continue
        start = block.rfind(b"\n", 0, spot) + 1
        end = block.find(b"\n", spot)
        line += block.count(b"\n", done, start)
        scanner.feed(line, block[start:end].decode("utf-8", "replace"))
        line += 1
        done = end + 1
    return line + block.count(b"\n", done)
