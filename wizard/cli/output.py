"""The one place that writes: stdout is data, stderr is talk.

Text for people passes `clean` (no terminal obeys what came from outside) and the redactor
(no password is shown, whoever printed it).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

from wizard.cli.cells import pad, width
from wizard.redactor import Redactor
from wizard.secret import Secret
from wizard.untrusted import clean, escape_hidden

BOLD, DIM, RED, GREEN, YELLOW, BLUE = "1", "2", "31", "32", "33", "36"


class Output:
    """Both streams, the colours, and the secrets that must not pass."""

    def __init__(
        self,
        *,
        json_mode: bool,
        color: bool,
        verbose: bool = False,
        stdout: TextIO | None = None,
        stderr: TextIO | None = None,
        redactor: Redactor | None = None,
    ) -> None:
        self.json_mode = json_mode
        self.verbose = verbose
        self._out = sys.stdout if stdout is None else stdout
        self._err = sys.stderr if stderr is None else stderr
        self._color = color
        self._redactor = Redactor() if redactor is None else redactor

    def hide(self, secrets: Iterable[Secret]) -> None:
        """Mask these values in everything that is written from now on."""
        self._redactor.add(secrets)

    def redact(self, text: str) -> str:
        """Return `text` without known secrets and without credentials in URLs."""
        return self._redactor.redact(text)

    def style(self, text: str, *codes: str) -> str:
        """Return `text` with SGR `codes`, where colours are wanted."""
        return f"\x1b[{';'.join(codes)}m{text}\x1b[0m" if self._color and codes else text

    def _safe(self, text: str, codes: tuple[str, ...]) -> str:
        return self.style(clean(self.redact(text), limit=200_000), *codes)

    def line(self, text: object = "", *codes: str) -> None:
        """Write one line of the answer; nothing in JSON mode, where stdout is one object."""
        if not self.json_mode:
            print(self._safe(str(text), codes), file=self._out)

    def talk(self, text: object, *codes: str) -> None:
        """Write one line of talk to stderr."""
        self._out.flush()
        print(self._safe(str(text), codes), file=self._err, flush=True)

    def flush(self) -> None:
        """Let whoever reads the answer have what was written so far."""
        self._out.flush()

    def document(self, document: dict[str, Any]) -> None:
        """Write the JSON document; nothing outside JSON mode."""
        if self.json_mode:
            unicode = "utf" in (getattr(self._out, "encoding", None) or "utf-8").lower()
            shown = self._redacted(document)
            text = json.dumps(shown, ensure_ascii=not unicode, indent=2)
            print(escape_hidden(text), file=self._out)

    def _redacted(self, value: Any) -> Any:
        """Redact text by text: in the finished JSON a secret could look like its punctuation."""
        if isinstance(value, str):
            return self.redact(value)
        if isinstance(value, dict):
            return {self.redact(key): self._redacted(item) for key, item in value.items()}
        return [self._redacted(item) for item in value] if isinstance(value, list) else value

    def table(self, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Write aligned columns; the last one is not padded."""
        cells = [[clean(self.redact(cell)) for cell in row] for row in rows]
        columns = list(zip(*([list(header), *cells]), strict=True))
        widths = [max(width(cell) for cell in column) for column in columns]
        for index, row in enumerate([list(header), *cells]):
            text = "  ".join(
                pad(cell, 0 if last else size)
                for cell, size, last in zip(
                    row, widths, [False] * (len(row) - 1) + [True], strict=True
                )
            )
            self.line(text.rstrip(), *((DIM,) if index == 0 else ()))


def wants_color(env: Mapping[str, str], no_color_flag: bool, stream: TextIO) -> bool:
    """Return whether colours are wanted: a terminal, no `--no-color`, no NO_COLOR, not dumb."""
    if no_color_flag or env.get("NO_COLOR") or env.get("TERM") == "dumb":
        return False
    return stream.isatty()
