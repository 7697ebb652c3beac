"""A private module proxy: Athens, or plain goproxy."""

from __future__ import annotations

from wizard.render.targets.types import Target

TARGETS: tuple[Target, ...] = ()
