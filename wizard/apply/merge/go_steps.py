"""What the RUN steps of a Dockerfile do with modules."""

from __future__ import annotations

import re

from wizard.rules.dockerfile import Instruction

_GO_STEP = re.compile(r"\bgo[\"',\s]+(?:build|get|generate|install|list|mod|run|test|vet|work)\b")
_DOWNLOAD = re.compile(r"\bgo[\"',\s]+mod[\"',\s]+download\b")
_ONLY_DOWNLOAD = re.compile(
    r"(?:export\s+)?(?:\w+=\S*(?:\s+|$))*"
    r"(?:go\s+mod\s+(?:download|verify)\b.*|go\s+(?:env|version)\b.*|set\s+[-+].*|true|)"
)
_TOOL = re.compile(r"\bgo\s+(?:install|run)\s[^;&|]*\S@\S")
_ENDS_IN_DOWNLOAD = re.compile(
    r"(?P<head>.*\S)\s*&&\s*(?:\w+=\S*\s+)*go\s+mod\s+download(?:\s+(?:-x|all))*\s*"
)
_LEAVES_STATE = re.compile(
    r"\b(?:cd|pushd|export|set|source|umask)\b|\|\||[();`]|\bgo\s|(?:^|\s)[.{]\s"
)
_LOOKED_AT = 20_000
"""Characters of one step that are searched; a hostile one must not cost minutes."""


def is_go_step(item: Instruction) -> bool:
    """Whether the step runs go on modules."""
    return item.keyword == "RUN" and bool(_GO_STEP.search(_script(item)))


def downloads(item: Instruction) -> bool:
    """Whether the step runs `go mod download`."""
    return item.keyword == "RUN" and bool(_DOWNLOAD.search(_script(item)))


def _script(item: Instruction) -> str:
    return item.script[:_LOOKED_AT]


def only_downloads(item: Instruction) -> bool:
    """Whether nothing of the step is missed once the modules are there."""
    if not downloads(item) or len(item.script) > _LOOKED_AT:
        return False
    script = item.script if not item.heredocs else item.heredocs[0].body
    if script.lstrip().startswith("["):
        return all(word not in script for word in ("sh", "bash", "-c"))
    commands = re.split(r"&&|\|\||[;\n]", script)
    return all(_ONLY_DOWNLOAD.fullmatch(command.strip()) for command in commands)


def first_that_needs_modules(steps: list[Instruction]) -> Instruction:
    """Return the step in whose place the block goes: the module files are there by then.

    `go install tool@v1` needs none, and often stands before they are copied.
    """
    loading = [step for step in steps if downloads(step)]
    inside = [step for step in steps if not _TOOL.search(_script(step))]
    return (loading or inside or steps)[0]


def before_download(item: Instruction) -> str:
    """Return what a step does before it ends in a download: `apk add git`; empty otherwise.

    A change of folder or variable would be lost with the step, so such a step stays whole.
    """
    if item.heredocs or item.text.startswith("[") or len(item.text) > _LOOKED_AT:
        return ""
    match = _ENDS_IN_DOWNLOAD.fullmatch(item.text)
    if match is None:
        return ""
    head = match["head"]
    return "" if _ONLY_DOWNLOAD.fullmatch(head) or _LEAVES_STATE.search(head) else head


def mount_place(flag: str) -> str:
    """Return where a `--mount` goes, or what it is where it names no place."""
    fields = dict(
        part.partition("=")[::2] for part in flag.removeprefix("--mount=").strip("\"'").split(",")
    )
    for name in ("target", "dst", "destination"):
        if place := fields.get(name):
            return place.rstrip("/")
    return f"{fields.get('type', '')}:{fields.get('id', '')}"


def is_module_cache(flag: str) -> bool:
    """Whether a `--mount` covers the folder of Go's module cache."""
    place = mount_place(flag)
    return "type=cache" in flag and (
        place.endswith("/pkg/mod") or place in {"/go", "/go/pkg"} or "GOMODCACHE" in place
    )
