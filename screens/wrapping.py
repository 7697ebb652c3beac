"""Where a line may break: Rich breaks at spaces alone, and Chinese has none.

Text without wide characters is broken exactly as before.
"""

from __future__ import annotations

import re

from rich import _wrap

_WIDE = "\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef"
_OPEN, _CLOSE = "（《【「", "，。；：、！？）》】」"
WORD = re.compile(
    rf"\s*(?:"
    rf"[{_OPEN}“]*(?![{_OPEN}{_CLOSE}])[{_WIDE}][{_CLOSE}”…]*"  # one wide character
    rf"|[{_OPEN}]*[^\s{_WIDE}]+[{_CLOSE}]*"  # a word of any other script
    rf"|[{_OPEN}{_CLOSE}]+"
    rf")\s*"
)
"""What is not torn. No line begins with a closing mark or ends with an opening one (避头尾)."""


def break_between_wide_characters() -> None:
    """Let every text of the wizard break around wide characters, for Rich and Textual alike."""
    _wrap.re_word = WORD
