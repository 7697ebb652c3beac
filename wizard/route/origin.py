"""Past every module proxy: the import path's own host, and the repository that it names.

Rules: cmd/go `vcs.RepoRootForImportPath`, `checkGOVCS`, `modfetch/repo.go:lookupDirect` (every
failure to find the repository counts as "not there"), `codehost/git.go:loadRefs`.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from wizard.route.types import Answer, Ask, Attempt, Got, Kind, Said
from wizard.route.versions import is_pseudo, latest_of
from wizard.rules.go_import import (
    KnownRepository,
    MetaImport,
    discovery_url,
    known_repository,
    matching_import,
    meta_imports,
)
from wizard.rules.govcs import vcs_allowed
from wizard.rules.patterns import match_prefix_patterns
from wizard.text import Text, msg

if TYPE_CHECKING:
    from wizard.route.walk import Walk

_SECURE = ("https", "git+ssh", "ssh")
_ALL = ("git", "https", "http", "git+ssh", "ssh")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Repository:
    vcs: str
    root: str
    url: str
    subdir: str = ""


class Origin:
    """Where one module comes from directly; found once, then asked for each file."""

    def __init__(self, walk: Walk, rule: Text) -> None:
        self._walk = walk
        self._rule = rule
        self._found: _Repository | Got | None = None
        self._refs: Answer | None = None
        self._insecure = match_prefix_patterns(walk.settings.goinsecure, walk.path)

    def get(self, file: str) -> Attempt:
        """Ask for one file."""
        if self._found is None:
            self._found = yield from self._find()
        if not isinstance(self._found, _Repository):
            return self._found
        if self._found.vcs == "mod":
            rule = msg("the go-import tag of {root} names a module proxy", root=self._found.root)
            return (yield from self._walk.from_mirror(self._found.url, file, rule))
        return (yield from self._from_git(self._found, file))

    def _find(self) -> Generator[Ask, Answer, _Repository | Got]:
        path = self._walk.path
        known = known_repository(path)
        if isinstance(known, KnownRepository):
            refused = self._refused(known.vcs, known.root)
            if refused is not None:
                return refused
            if known.pinged:
                return (yield from self._ping(known))
            return _Repository(vcs=known.vcs, root=known.root, url=known.url)
        if known is not None:
            return self._stop(known, "refused")
        found = yield from self._discover(path)
        if not isinstance(found, MetaImport):
            return found
        if found.prefix != path:
            again = yield from self._discover(found.prefix)
            if again != found:
                why = msg("{path} and {root} disagree about the repository",
                          path=path, root=found.prefix)  # fmt: skip
                return again if not isinstance(again, MetaImport) else self._stop(why, "meta")
        scheme = urlsplit(found.url).scheme
        if not scheme or scheme == "file":
            return self._stop(msg("the go-import tag names no URL: {url}", url=found.url), "meta")
        refused = None if found.vcs == "mod" else self._refused(found.vcs, found.prefix)
        if refused is not None:
            return refused
        return _Repository(vcs=found.vcs, root=found.prefix, url=found.url, subdir=found.subdir)

    def _refused(self, vcs: str, root: str) -> Got | None:
        settings = self._walk.settings
        private = match_prefix_patterns(settings.goprivate, root)
        allowed = vcs_allowed(settings.govcs, vcs, root, private=private)
        if allowed is True:
            return None
        why = msg("GOVCS forbids {vcs} for {root}", vcs=vcs, root=root)
        return self._stop(why if allowed is False else allowed, "govcs")

    def _stop(self, why: Text, reason: str) -> Got:
        ask = Ask(kind=Kind.REFUSED, url=self._walk.path, rule=self._rule)
        self._walk.met(ask, Answer(said=Said.ABSENT, text=why, reason=reason))
        return self._absent(why, reason)

    def _absent(self, why: Text, reason: str | None) -> Got:
        return Got(said=Said.ABSENT, text=why, way="direct", where="", reason=reason)

    def _discover(self, path: str) -> Generator[Ask, Answer, MetaImport | Got]:
        address = discovery_url(path)
        if address is None:
            return self._stop(msg("{path} names no host", path=path), "refused")
        schemes = ("https", "http") if self._insecure else ("https",)
        answer = Answer(said=Said.FAILED, text="")
        for scheme in schemes:
            url = f"{scheme}://{address}"
            answer = yield from self._walk.ask(
                Ask(
                    kind=Kind.GO_GET,
                    url=url,
                    rule=self._rule,
                    insecure=self._insecure,
                    credentials=self._walk.credentials(url),
                )
            )
            if answer.status is not None:
                break
        imports = meta_imports(answer.body or b"")
        if not imports:
            why = msg("the page holds no go-import tag")
            return self._absent(answer.text if answer.said is not Said.FOUND else why,
                                answer.reason or "meta")  # fmt: skip
        match = matching_import(imports, path)
        return match if isinstance(match, MetaImport) else self._absent(match, "meta")

    def _ping(self, known: KnownRepository) -> Generator[Ask, Answer, _Repository | Got]:
        if known.vcs != "git":
            return _Repository(vcs=known.vcs, root=known.root, url=f"https://{known.url}")
        last: Answer | None = None
        for scheme in _ALL if self._insecure else _SECURE:
            url = f"{scheme}://{known.url}"
            rule = msg("the path holds .git: Go tries {scheme}://", scheme=scheme)
            last = yield from self._walk.ask(self._git_ask(url, rule))
            if last.said is Said.FOUND:
                return _Repository(vcs="git", root=known.root, url=url)
        reason = None if last is None else last.reason
        return self._absent(msg("no secure way to the repository works"), reason)

    def _from_git(self, found: _Repository, file: str) -> Attempt:
        if found.vcs != "git":
            why = msg("{vcs} is not asked here", vcs=found.vcs)
            self._walk.met(
                Ask(kind=Kind.REFUSED, url=found.url, rule=self._rule),
                Answer(said=Said.FAILED, text=why, reason="not-asked"),
            )
            return Got(said=Said.FAILED, text=why, way="direct", where=found.url,
                       reason="not-asked")  # fmt: skip
        if self._refs is None:
            rule = msg("git fetches the repository itself, by its own settings")
            self._refs = yield from self._walk.ask(self._git_ask(found.url, rule))
        refs = self._refs
        if refs.said is not Said.FOUND:
            return Got(said=Said.FAILED, text=refs.text, way="direct", where=found.url,
                       reason=refs.reason)  # fmt: skip
        return self._in_refs(found, file, refs)

    def _git_ask(self, url: str, rule: Text) -> Ask:
        """Ask git for `url`, which its insteadOf may turn into another one (the longest wins)."""
        longest = max(
            (rule for rule in self._walk.settings.instead_of if url.startswith(rule.instead_of)),
            key=lambda rule: len(rule.instead_of),
            default=None,
        )
        if longest is None:
            return Ask(kind=Kind.GIT, url=url, rule=rule, given=url)
        rewritten = longest.base + url.removeprefix(longest.instead_of)
        why = msg("git's insteadOf rewrites {url}", url=url)
        return Ask(kind=Kind.GIT, url=rewritten, rule=why, given=url)

    def _in_refs(self, found: _Repository, file: str, refs: Answer) -> Got:
        """Look for the version's tag; a pseudo-version's commit cannot be seen from outside."""
        prefix = tag_prefix(self._walk.path, found.root, found.subdir)
        tags = [ref.removeprefix("refs/tags/") for ref in refs.refs if ref.startswith("refs/tags/")]
        version = self._walk.version
        body = None
        if file in ("list", "@latest"):
            names = [tag.removeprefix(prefix) for tag in tags if tag.startswith(prefix)]
            if latest_of(names) is None:
                return self._absent(msg("the repository has no tag with a version"), "not-found")
            body = "\n".join(names).encode()
        elif version is not None and not is_pseudo(version):
            tag = prefix + version.removesuffix("+incompatible")
            if tag not in tags:
                why = msg("the repository has no tag {tag}", tag=tag)
                return Got(said=Said.ABSENT, text=why, way="direct", where=found.url,
                           reason="not-found")  # fmt: skip
        return Got(said=Said.FOUND, text=refs.text, way="direct", where=found.url, body=body)


def tag_prefix(path: str, root: str, subdir: str) -> str:
    """Return what stands before the version in a tag: the module's folder in the repository."""
    bare = path if path.startswith("gopkg.in/") else re.sub(r"/v[0-9]+$", "", path)
    inside = bare.removeprefix(root).strip("/") if bare.startswith(root) else ""
    folder = "/".join(part for part in (subdir, inside) if part)
    return f"{folder}/" if folder else ""
