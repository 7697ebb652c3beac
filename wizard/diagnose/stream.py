"""Reads a log of any size as bytes and hands only the lines that matter to the scanner."""

from __future__ import annotations

import codecs
import itertools
from collections.abc import Iterator
from dataclasses import replace
from enum import Enum
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
    blocks = _blocks(log)
    first = next(blocks, b"")
    doubt = _looks_binary(first)
    if doubt is Doubt.SURE:
        return Diagnosis(step=None, faults=(), lines=0, binary=True)
    for block in _whole_lines(itertools.chain((first,), blocks)):
        line = _feed(scanner, block, line)
    scanner.lines = line - 1
    diagnosis = conclude(scanner, table)
    return replace(diagnosis, binary=doubt is Doubt.SOME and not diagnosis.faults)


class Doubt(Enum):
    """Whether what is read is a text at all."""

    NONE = 0
    SOME = 1
    SURE = 2


_CONTROL = bytes({*range(32), 127} - set(b"\b\t\n\f\r\x1b"))
_PACKED = (b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", b"\x7fELF")
"""gzip, zip, bzip2, xz, zstd; a program."""


def _looks_binary(block: bytes) -> Doubt:
    """Judge the first bytes: a text of any encoding has hardly a control character.

    A log that begins with NULs (cut while it was written to) or holds what a serial line lost is
    read, and believed where it shows a fault.
    """
    if block.startswith(_PACKED):
        return Doubt.SURE
    controls = len(block) - len(block.translate(None, _CONTROL))
    return Doubt.SOME if 50 * controls > len(block) else Doubt.NONE


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
