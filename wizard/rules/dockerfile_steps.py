"""What the RUN steps of a Dockerfile do with Go's modules."""

from __future__ import annotations

import json
import re
from typing import Any

from wizard.rules.dockerfile import Dockerfile, Instruction, Stage
from wizard.rules.dockerfile_graph import needed_stages, with_parents

# Between the words stands a space, or `", "` in the form of a JSON list; `-C dir` before the verb.
_GO = r"\bgo[\"',\s]+(?:-C[\"',\s=]*[^\s\"',=][^\s\"',]*[\"',\s]+)?"
_GO_STEP = re.compile(rf"{_GO}(?:build|get|generate|install|list|mod|run|test|tool|vet|work)\b")
_DOWNLOAD = re.compile(rf"{_GO}mod[\"',\s]+download\b")
_FETCH = re.compile(rf"{_GO}mod[\"',\s]+(?:download|vendor|tidy)\b")
_RUNNER = re.compile(r"(?:^|[\s;&|(/])(?:make|task|just|mage|goreleaser)(?:\s|$)|\.sh\b")
_GOLANG = re.compile(r"(?:^|/)golang(?:[:@]|$)")
_ALL_OF_IT = re.compile(
    r"\bgo[\"',\s]+mod[\"',\s]+download(?:[\"',\s]+(?:-x|-json|all)\b)*[\"'\]\s]*(?:$|[;&|\n])"
)
_ONLY_DOWNLOAD = re.compile(
    r"(?:export\s+)?(?:\w+=\S*(?:\s+|$))*"
    r"(?:go\s+mod\s+(?:download|verify)\b.*|go\s+(?:env|version)\b.*|set\s+[-+].*|true|)"
)
_MORE = re.compile(
    rf"{_GO}(?:get|generate|mod|tool|work)\b|\bgo[\"',\s]+(?:install|run)[^;&|]*\S@\S|-mod=mod"
)
_ELSEWHERE = re.compile(r"(?:^|[\s;&|({])(?:cd|pushd)\s|\s-C[\s=]|-C[\"',]|-modfile|GOWORK=")
_NO_GIT = re.compile(r"golang:\S*(?:alpine|slim)|(?:^|/)(?:alpine|busybox)(?:[:@]|$)")
"""Images that come without git, by the names of the official ones."""
_INSTALLS_GIT = re.compile(
    r"\b(?:apk|apt|apt-get|aptitude|dnf|microdnf|yum|zypper)\b[^;&|]*\s[\"']?git[\"']?(?:[\s\]=,]|$)"
)
_POSIX_SHELLS = {"sh", "ash", "bash", "dash", "ksh"}
_LOOKED_AT = 20_000
"""Characters of one step that are searched; a hostile one must not cost minutes."""


def is_go_step(item: Instruction) -> bool:
    """Whether the step runs go on modules."""
    return item.keyword == "RUN" and bool(_GO_STEP.search(_script(item)))


def downloads(item: Instruction) -> bool:
    """Whether the step runs `go mod download`."""
    return item.keyword == "RUN" and bool(_DOWNLOAD.search(_script(item)))


def only_downloads(item: Instruction) -> bool:
    """Whether nothing of the step is missed once the modules are there."""
    if not downloads(item) or len(item.script) > _LOOKED_AT:
        return False
    script = item.script if not item.heredocs else item.heredocs[0].body
    if script.lstrip().startswith("["):
        return all(word not in script for word in ("sh", "bash", "-c"))
    commands = re.split(r"&&|\|\||[;\n]", script)
    return all(_ONLY_DOWNLOAD.fullmatch(command.strip()) for command in commands)


def downloads_all(item: Instruction) -> bool:
    """Whether the step leaves every module of its working folder in the module cache."""
    script = _script(item)
    return bool(_ALL_OF_IT.search(script)) and not goes_elsewhere(item)


def wants_no_more(item: Instruction) -> bool:
    """Whether the modules of its working folder are all that the step needs."""
    script = _script(item)
    return not _MORE.search(script) and not goes_elsewhere(item)


def goes_elsewhere(item: Instruction) -> bool:
    """Whether go runs in another folder than the stage's working folder, or may do so."""
    return bool(_ELSEWHERE.search(_script(item)))


def go_steps(file: Dockerfile, stage: Stage) -> tuple[Instruction, ...]:
    """Return the steps of a stage that run go; in a golang image also what runs it inside.

    A step with `--network=none` is not among them: nothing can be downloaded there.
    """
    runs = [
        item
        for item in file.of_stage(stage.index)
        if item.keyword == "RUN" and "--network=none" not in item.flags
    ]
    golang = _GOLANG.search(file.resolved_base(stage)) is not None
    return tuple(
        item for item in runs if is_go_step(item) or (golang and _RUNNER.search(_script(item)))
    )


def stages_to_serve(file: Dockerfile, label: str | None = None) -> tuple[Stage, ...]:
    """Return the stages with go steps that a build runs, in order.

    `label` names a stage that must be among them; without it the last stage is the target, and
    where nothing of that runs go, the first stage that downloads, else the first that runs go.
    """
    chosen = None if label is None else file.stage(label)
    if label is not None and chosen is None:
        return ()
    needed = needed_stages(file, file.stages[-1])
    serving = tuple(stage for stage in needed if go_steps(file, stage))
    if chosen is not None and chosen not in needed:
        return tuple(s for s in needed_stages(file, chosen) if go_steps(file, s))
    if serving:
        return serving
    for pattern in (_FETCH, _GO_STEP):
        for stage in file.stages:
            if any(pattern.search(_script(item)) for item in go_steps(file, stage)):
                return tuple(s for s in needed_stages(file, stage) if go_steps(file, s))
    return ()


def go_stage(file: Dockerfile) -> Stage | None:
    """Return the stage to name for the block: the first that downloads, else runs go.

    None where no step of it can be given what the network needs.
    """
    serving = [stage for stage in stages_to_serve(file) if has_posix_shell(file, stage)]
    for pattern in (_FETCH, _GO_STEP):
        for stage in serving:
            if any(pattern.search(_script(item)) for item in go_steps(file, stage)):
                return stage
    return serving[0] if serving else None


def lacks_git(file: Dockerfile, stage: Stage) -> bool:
    """Whether the stage's image has no git, as far as its name tells, and no step installs it."""
    if _NO_GIT.search(file.resolved_base(stage)) is None:
        return False
    return not any(
        item.keyword == "RUN" and _INSTALLS_GIT.search(_script(item).replace("\\\n", " "))
        for one in with_parents(file, stage)
        for item in file.of_stage(one.index)
    )


def has_posix_shell(file: Dockerfile, stage: Stage) -> bool:
    """Whether the stage's last SHELL, if there is one, is a POSIX shell."""
    shell = ""
    for one in with_parents(file, stage):
        for item in file.of_stage(one.index):
            if item.keyword == "SHELL":
                shell = (json_words(item.text) or ("?",))[0]
    return not shell or shell.rpartition("/")[2] in _POSIX_SHELLS


def is_posix_shebang(line: str) -> bool:
    """Whether a `#!` line names a POSIX shell, by its path or by `env`."""
    words = line.removeprefix("#!").split()
    if words and words[0].endswith("/env"):
        words = [word for word in words[1:] if not word.startswith("-")]
    return bool(words) and words[0].rpartition("/")[2] in _POSIX_SHELLS


def json_words(text: str) -> tuple[str, ...] | None:
    """Return the words of the form `["a", "b"]`; None where it is the shell's form."""
    try:
        value: Any = json.loads(text) if text.startswith("[") else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        return None
    return tuple(value) or None


def mount_place(flag: str) -> str:
    """Return where a `--mount` goes, or what it is where it names no place."""
    fields = dict(
        part.partition("=")[::2] for part in flag.removeprefix("--mount=").strip("\"'").split(",")
    )
    for name in ("target", "dst", "destination"):
        if place := fields.get(name):
            return place.rstrip("/") or "/"
    return f"{fields.get('type', '')}:{fields.get('id', '')}"


def module_caches(item: Instruction) -> frozenset[str]:
    """Return the mounts of the step that cover the folder of Go's module cache."""
    return frozenset(flag for flag in item.flags if flag.startswith("--mount=") and _is_cache(flag))


def _is_cache(flag: str) -> bool:
    place = mount_place(flag)
    return "type=cache" in flag and (
        place.endswith("/pkg/mod") or place in {"/go", "/go/pkg"} or "GOMODCACHE" in place
    )


def _script(item: Instruction) -> str:
    return item.script[:_LOOKED_AT]
