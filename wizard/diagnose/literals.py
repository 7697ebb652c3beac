"""Finds which of a thousand literals stand in a text, without a thousand searches.

With the library `ahocorasick_rs` one automaton reads a whole block at once; without it the
literals are looked for behind gates, short pieces that many of them share. Both find the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

_GATE = 4
"""Characters of a gate; shorter literals are gates themselves."""


class Literals(Protocol):
    """A set of literals that can be looked for."""

    def met(self, text: str) -> Iterable[int]:
        """Return the indexes of the literals that stand in `text`, each once."""

    def spots(self, block: bytes) -> Iterator[int]:
        """Yield rising offsets of `block`: in every line with a literal one at least."""


def literals(strings: Sequence[str]) -> Literals:
    """Return the fastest finder that is installed."""
    try:
        import ahocorasick_rs  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        return GatedLiterals(strings)
    return AutomatonLiterals(strings, ahocorasick_rs)


class AutomatonLiterals:
    """One automaton for all (ahocorasick_rs)."""

    def __init__(self, strings: Sequence[str], library: Any) -> None:
        dfa = library.Implementation.DFA
        self._text = library.AhoCorasick(strings)
        self._bytes = library.BytesAhoCorasick([s.encode() for s in strings], implementation=dfa)

    def met(self, text: str) -> Iterable[int]:
        """See `Literals`."""
        return {hit[0] for hit in self._text.find_matches_as_indexes(text, overlapping=True)}

    def spots(self, block: bytes) -> Iterator[int]:
        """See `Literals`. No literal spans lines, so a hidden overlap hides no line."""
        return (hit[1] for hit in self._bytes.find_matches_as_indexes(block))


class GatedLiterals:
    """Pure Python: a literal is only looked for where its gate stands."""

    def __init__(self, strings: Sequence[str]) -> None:
        gates = _gates(strings)
        self._gates = tuple(gates.items())
        self._byte_gates = tuple(
            (gate.encode(), tuple(string.encode() for _, string in members))
            for gate, members in gates.items()
        )

    def met(self, text: str) -> Iterable[int]:
        """See `Literals`."""
        return {
            index
            for gate, members in self._gates
            if gate in text
            for index, string in members
            if string in text
        }

    def spots(self, block: bytes) -> Iterator[int]:
        """See `Literals`."""
        found: set[int] = set()
        for gate, members in self._byte_gates:
            spot = block.find(gate)
            while spot >= 0:
                start = block.rfind(b"\n", 0, spot) + 1
                end = block.find(b"\n", spot)
                end = len(block) if end < 0 else end
                if start not in found:
                    line = block[start:end]
                    if any(string in line for string in members):
                        found.add(start)
                spot = block.find(gate, end)
        return iter(sorted(found))


_EVERYDAY = """
#12 1.234 go: downloading github.com/acme/errors v1.2.3 golang.org/x/net google.golang.org/grpc
#14 Get:17 http://deb.debian.org/debian bookworm/main amd64 libssl3 amd64 3.0.11 [2022 kB] k8s.io
=> => extracting sha256:0123456789abcdef => => sha256: => [internal] transferring context: 31.92kB
#8 [build 3/7] RUN go build -o /out/app ./cmd/ Unpacking Setting up Selecting previously
 ---> Running in 0123456789ab Removing intermediate container Pull complete Reading database ...
2024-05-01T10:00:00.000Z using internal pkg testing module stretchr testify apimachinery (1/20)
unselected package fetch https:// Building installing 0.0s
"""


def _gates(strings: Sequence[str]) -> dict[str, list[tuple[int, str]]]:
    """Choose few pieces so that every string holds one; a greedy cover by pieces rare in logs."""
    pieces = {
        index: {s[k : k + _GATE] for k in range(max(1, len(s) - _GATE + 1))}
        for index, s in enumerate(strings)
    }
    for own in pieces.values():
        rare = {piece for piece in own if piece not in _EVERYDAY}
        if rare:
            own &= rare
    gates: dict[str, list[tuple[int, str]]] = {}
    while pieces:
        counts = Counter(piece for own in pieces.values() for piece in own)
        best, size = counts.most_common(1)[0]
        # Pieces that few strings share hardly depend on each other: take them all at once.
        chosen = (
            [best]
            if size > 3
            else [max(own, key=lambda piece: (counts[piece], piece)) for own in pieces.values()]
        )
        for gate in dict.fromkeys(chosen):
            held = [index for index, own in pieces.items() if gate in own]
            if held:
                gates[gate] = [(index, strings[index]) for index in held]
                for index in held:
                    del pieces[index]
    return gates
