"""Merges: pure functions from what stands in a file to what should stand there.

Each takes the file's text and returns the new text. Each is idempotent, and each raises
`CannotMerge` instead of guessing.
"""

from __future__ import annotations
