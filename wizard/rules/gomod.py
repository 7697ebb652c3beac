"""go.mod and go.work, as far as a download needs them (golang.org/x/mod/modfile's syntax)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from wizard.text import Text, msg


class GoModError(ValueError):
    """The file cannot be read as go.mod or go.work: a line number and what is wrong there."""

    def __init__(self, line: int, message: Text) -> None:
        super().__init__(f"line {line}: {message}")
        self.line = line
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Require:
    """One required module version."""

    path: str
    version: str
    indirect: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Replace:
    """One replace directive; `new_version` is None for a local folder."""

    old: str
    old_version: str | None
    new: str
    new_version: str | None

    @property
    def local(self) -> bool:
        """The replacement is a folder (x/mod: starts with ./ or ../ or is absolute)."""
        return self.new_version is None


@dataclass(frozen=True, slots=True, kw_only=True)
class GoMod:
    """What a go.mod says."""

    module: str
    go: str | None
    toolchain: str | None
    """With the `go` prefix, as written; `default` means none."""
    requires: tuple[Require, ...]
    replaces: tuple[Replace, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GoWork:
    """What a go.work says."""

    go: str | None
    toolchain: str | None
    uses: tuple[str, ...]
    replaces: tuple[Replace, ...]


_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|`[^`]*`|=>|[^\s()"`]+|[()]')


def _statements(text: str) -> Iterator[tuple[int, list[str], str]]:
    """Yield (line, tokens, comment), with the verb of a block put before each of its lines."""
    block: str | None = None
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        code, _, comment = line.partition("//")
        tokens = [_unquote(token) for token in _TOKEN.findall(code)]
        if not tokens:
            continue
        if block is not None:
            if tokens == [")"]:
                block = None
            else:
                yield number, [block, *tokens], comment.strip()
        elif len(tokens) == 2 and tokens[1] == "(":
            block = tokens[0]
        elif tokens[0].startswith(("<<<<<<<", "=======", ">>>>>>>")):
            raise GoModError(number, msg("a merge conflict was left here"))
        else:
            yield number, tokens, comment.strip()
    if block is not None:
        raise GoModError(number, msg("the block of {verb} is never closed", verb=block))


def _unquote(token: str) -> str:
    if len(token) >= 2 and token[0] == token[-1] and token[0] in '"`':
        return token[1:-1]
    return token


def _replace(number: int, tokens: list[str]) -> Replace:
    try:
        arrow = tokens.index("=>")
    except ValueError:
        raise GoModError(number, msg("a replace without =>")) from None
    old, new = tokens[1:arrow], tokens[arrow + 1 :]
    if len(old) not in (1, 2) or len(new) not in (1, 2):
        raise GoModError(number, msg("a replace has one module on each side of =>"))
    return Replace(
        old=old[0],
        old_version=old[1] if len(old) == 2 else None,
        new=new[0],
        new_version=new[1] if len(new) == 2 else None,
    )


def parse_gomod(text: str) -> GoMod:
    """Return what the go.mod `text` says; unknown directives are passed over.

    Raises GoModError for a file that Go itself would refuse in the parts read here.
    """
    module: str | None = None
    go = toolchain = None
    requires: list[Require] = []
    replaces: list[Replace] = []
    for number, tokens, comment in _statements(text):
        verb = tokens[0]
        if verb in {"module", "go", "toolchain"}:
            if len(tokens) != 2:
                raise GoModError(number, msg("{verb} takes one value", verb=verb))
            if verb == "module":
                module = tokens[1]
            elif verb == "go":
                go = tokens[1]
            else:
                toolchain = tokens[1]
        elif verb == "require":
            if len(tokens) != 3:
                raise GoModError(number, msg("require takes a module and a version"))
            requires.append(
                Require(path=tokens[1], version=tokens[2], indirect=comment.startswith("indirect"))
            )
        elif verb == "replace":
            replaces.append(_replace(number, tokens))
    if module is None:
        raise GoModError(1, msg("no module line"))
    return GoMod(
        module=module,
        go=go,
        toolchain=toolchain,
        requires=tuple(requires),
        replaces=tuple(replaces),
    )


def parse_gowork(text: str) -> GoWork:
    """Return what the go.work `text` says. Raises GoModError."""
    go = toolchain = None
    uses: list[str] = []
    replaces: list[Replace] = []
    for number, tokens, _ in _statements(text):
        verb = tokens[0]
        if verb in {"go", "toolchain", "use"}:
            if len(tokens) != 2:
                raise GoModError(number, msg("{verb} takes one value", verb=verb))
            if verb == "use":
                uses.append(tokens[1])
            elif verb == "go":
                go = tokens[1]
            else:
                toolchain = tokens[1]
        elif verb == "replace":
            replaces.append(_replace(number, tokens))
    return GoWork(go=go, toolchain=toolchain, uses=tuple(uses), replaces=tuple(replaces))
