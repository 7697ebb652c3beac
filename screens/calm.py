"""An interpreter that keeps no key waiting: short turns for threads, no long collections."""

from __future__ import annotations

import gc
import sys
import time

SWITCH_S = 0.0005
"""Seconds after which the interpreter is handed over: the thread that looks and the one that draws
share it, and with Python's own 5 ms a key would wait so long at each of its many waits."""

IDLE_S = 2.0
"""Seconds without a key after which nobody waits for one."""

_NEVER = 1_000_000


def calm_the_interpreter() -> None:
    """Take what lives as long as the program out of the collector's sight, and time its long runs.

    A collection of the oldest objects stops every thread for 60 to 200 ms here, twice a second
    while screens change and two hundred mirrors answer. The young ones are collected as always.
    """
    sys.setswitchinterval(SWITCH_S)
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, _NEVER)
    gc.freeze()
    gc.enable()


class Idleness:
    """Collects the oldest garbage while nobody presses a key."""

    def __init__(self) -> None:
        self._last = time.monotonic()
        self._tidy = False

    def pressed(self) -> None:
        """Note a key."""
        self._last, self._tidy = time.monotonic(), False

    def tidy(self) -> None:
        """Collect once in each pause; called every now and then."""
        if not self._tidy and time.monotonic() - self._last > IDLE_S:
            gc.collect()
            self._tidy = True
