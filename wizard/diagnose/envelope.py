"""Opens log lines that are JSON: BuildKit's rawjson, the engine API's stream, Docker's json-file.

A rawjson line carries vertexes (steps, with the error of each) and logs (base64); it is turned
into the lines that `--progress=plain` would have printed, so that one reader serves all.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

MARKS = ('"vertexes":', '"logs":', '"stream":', '"errorDetail":', '"log":')
"""One of these stands in every line that `open_envelope` can open."""

JSON_LIMIT = 1 << 20
"""Characters; a longer JSON line is read as text."""

_MAX_VERTEXES = 4_096


class Envelopes:
    """Opens the JSON lines of one log; remembers the number it gave to each vertex."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def open(self, line: str) -> list[str] | None:
        """Return the plain lines inside `line`, or None where it is no envelope."""
        start = line.find("{")
        if not 0 <= start <= 80 or len(line) > JSON_LIMIT or not line.rstrip().endswith("}"):
            return None
        if not any(mark in line.replace('": ', '":') for mark in MARKS):
            return None
        try:
            value = json.loads(line[start:])
        except (ValueError, RecursionError):
            return None
        return self._lines(value) if isinstance(value, dict) else None

    def _lines(self, value: dict[str, Any]) -> list[str] | None:
        if "vertexes" in value or "logs" in value or "statuses" in value:
            return [*self._vertexes(value.get("vertexes")), *self._logs(value.get("logs"))]
        for key in ("stream", "error", "log"):
            if isinstance(text := value.get(key), str) and text not in ("stdout", "stderr"):
                return text.splitlines()
        return None

    def _number(self, digest: object) -> int:
        if len(self._numbers) >= _MAX_VERTEXES:
            self._numbers.clear()
        return self._numbers.setdefault(str(digest), len(self._numbers) + 1)

    def _vertexes(self, vertexes: object) -> list[str]:
        lines: list[str] = []
        for vertex in vertexes if isinstance(vertexes, list) else ():
            if not isinstance(vertex, dict):
                continue
            number = self._number(vertex.get("digest"))
            lines.append(f"#{number} {vertex.get('name', '')}")
            if isinstance(error := vertex.get("error"), str) and error:
                lines.append(f"#{number} ERROR: {error}")
            elif vertex.get("cached"):
                lines.append(f"#{number} CACHED")
            elif vertex.get("completed"):
                lines.append(f"#{number} DONE 0.0s")
        return lines

    def _logs(self, logs: object) -> list[str]:
        lines: list[str] = []
        for log in logs if isinstance(logs, list) else ():
            if not isinstance(log, dict) or not isinstance(data := log.get("data"), str):
                continue
            try:
                text = base64.b64decode(data).decode("utf-8", "replace")
            except (binascii.Error, ValueError):
                continue
            number = self._number(log.get("vertex"))
            lines.extend(f"#{number} 0.1 {part}" for part in text.splitlines() if part)
        return lines
