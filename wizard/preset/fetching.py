"""The bytes of a preset and of its signature: bounded in size and in time, believed by nobody."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from wizard.errors import UnsafeError, UsageError, WizardError
from wizard.preset.reading import LIMIT
from wizard.preset.sources import FileSource, GitSource, HttpsSource, Source
from wizard.rules.credentials import mask_credentials
from wizard.system import Completed, Failed, System
from wizard.text import Text, msg, nmsg
from wizard.untrusted import clean_line

_SIGNATURE_LIMIT = 16 * 1024
_ABSENT = (404, 410)


class UnreachableError(UsageError):
    """Nothing was fetched: an earlier copy may do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What a source handed out."""

    document: bytes
    signature: bytes | None
    """None: none was asked for."""


async def fetch(
    system: System, source: Source, suffix: str | None, *, patience_s: float
) -> Fetched:
    """Return the document, and with a `suffix` the signature that stands beside it.

    Raises UnreachableError where nothing came, UnsafeError where there is no signature.
    """
    try:
        async with asyncio.timeout(patience_s):
            if isinstance(source, FileSource):
                return _from_file(system, source, suffix)
            if isinstance(source, GitSource):
                return await _from_git(system, source, suffix, patience_s)
            return await _from_https(system, source, suffix, patience_s)
    except TimeoutError:
        seconds = f"{patience_s:g}"
        raise _unreachable(msg("no answer in {n} s", n=seconds), str(source)) from None


def _unreachable(why: Text, where: str) -> UnreachableError:
    return UnreachableError(
        msg("the preset cannot be fetched: {why}", why=why),
        where=where,
        hint=msg("look at the address and the way to it, or take it out: {command}",
                 command="gomod-wizard preset remove"),
    )  # fmt: skip


def _unsigned(where: str) -> UnsafeError:
    return UnsafeError(
        msg("there is no signature of the preset"),
        where=where,
        hint=msg("sign it: minisign -S -m FILE, or ssh-keygen -Y sign -n gomod-wizard -f KEY FILE"),
    )


def _from_file(system: System, source: FileSource, suffix: str | None) -> Fetched:
    document = system.read(source.path, LIMIT)
    if isinstance(document, Failed):
        missing = document.kind == "missing" and not document.detail
        why = msg("there is no such file") if missing else document.detail or document.kind
        raise _unreachable(why, str(source))
    if suffix is None:
        return Fetched(document=document, signature=None)
    signature = system.read(Path(source.beside(suffix)), _SIGNATURE_LIMIT)
    if isinstance(signature, Failed):
        raise _unsigned(f"{source.beside(suffix)}:1")
    return Fetched(document=document, signature=signature)


async def _from_https(
    system: System, source: HttpsSource, suffix: str | None, patience_s: float
) -> Fetched:
    from wizard.detect.mirrors.fetch import Fetcher
    from wizard.detect.mirrors.logins import Logins
    from wizard.detect.mirrors.trust import Trust
    from wizard.detect.proxy_of_go import go_proxy_environment

    fetcher = Fetcher(
        environment=go_proxy_environment(system),
        trust=Trust(system),
        logins=Logins(system),
        deadline=asyncio.get_running_loop().time() + patience_s,
    )
    try:
        document = await _get(fetcher, source.url, LIMIT)
        if document is None:
            raise _unreachable(msg("{url} does not exist", url=source.url), source.url)
        signature = None
        if suffix is not None:
            signature = await _get(fetcher, source.beside(suffix), _SIGNATURE_LIMIT)
            if signature is None:
                raise _unsigned(f"{source.beside(suffix)}:1")
    finally:
        await fetcher.close()
    return Fetched(document=document, signature=signature)


async def _get(fetcher: object, url: str, limit: int) -> bytes | None:
    """Return the body of `url`; None where there is nothing of that name."""
    from wizard.detect.mirrors.fetch import Fetcher
    from wizard.detect.mirrors.verdict import ProbeError

    assert isinstance(fetcher, Fetcher)  # noqa: S101 - imported here, for the sake of the start
    hops: list[str] = []
    try:
        reply = await fetcher.fetch(url, "", limit, hops)
    except ProbeError as error:
        raise _unreachable(error.detail, url) from None
    if urlsplit(url).scheme == "http" and hops:
        raise _unreachable(msg("it leads away from this machine, to {host}", host=hops[-1]), url)
    if reply.status in _ABSENT:
        return None
    if reply.status != 200:
        raise _unreachable(msg("the server answers {status}", status=reply.status), url)
    if len(reply.body) > limit:
        raise _unreachable(too_large(limit), url)
    return reply.body


def too_large(limit: int) -> Text:
    """Return the sentence for more than `limit` bytes."""
    return nmsg("it is larger than {n} byte", "it is larger than {n} bytes", n=limit)


async def _from_git(
    system: System, source: GitSource, suffix: str | None, patience_s: float
) -> Fetched:
    scheme = urlsplit(source.url).scheme
    env = {
        **system.env,
        "GIT_TERMINAL_PROMPT": "0",
        "GCM_INTERACTIVE": "never",
        "SSH_ASKPASS_REQUIRE": "never",
        "LC_ALL": "C",
        # An address of the user's own git configuration may take its place: not by a program.
        "GIT_ALLOW_PROTOCOL": f"{scheme}:https:ssh",
    }
    env.setdefault("GIT_SSH_COMMAND", env.get("GIT_SSH", "ssh") + " -o BatchMode=yes")
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"):
        env.pop(name, None)
    with tempfile.TemporaryDirectory(prefix="gomod-wizard-", ignore_cleanup_errors=True) as tmp:

        async def git(*words: str) -> Completed | Failed:
            argv = ("git", "-c", "core.hooksPath=/dev/null", *words)
            return await system.run(argv, timeout_s=patience_s, env=env, cwd=Path(tmp))

        async def blob(path: str, limit: int) -> bytes | None:
            """Return a file's bytes; None where the commit has none of that name."""
            size = await git("cat-file", "-s", f"FETCH_HEAD:{path}")
            if isinstance(size, Failed) or size.code != 0:
                return None
            if int(size.out.strip() or 0) > limit:
                raise _unreachable(too_large(limit), str(source))
            body = await git("cat-file", "blob", f"FETCH_HEAD:{path}")
            good = isinstance(body, Completed) and body.code == 0
            return body.out.encode("utf-8") if good and isinstance(body, Completed) else None

        for words in (
            ("init", "-q", "--template="),
            ("fetch", "-q", "--depth=1", "--no-tags", "--no-recurse-submodules", "--",
             source.url, source.ref),
        ):  # fmt: skip
            if error := _git_failure(await git(*words), source):
                raise error
        document = await blob(source.path, LIMIT)
        if document is None:
            raise _unreachable(msg("the repository has no file {path}", path=source.path),
                               str(source))  # fmt: skip
        signature = None
        if suffix is not None:
            signature = await blob(source.path + suffix, _SIGNATURE_LIMIT)
            if signature is None:
                raise _unsigned(f"{source.beside(suffix)}:1")
    return Fetched(document=document, signature=signature)


def _git_failure(done: Completed | Failed, source: GitSource) -> WizardError | None:
    if isinstance(done, Failed):
        missing = done.kind == "missing"
        why: Text = msg("there is no git on PATH") if missing else done.detail or done.kind
        return _unreachable(why, str(source))
    if done.code == 0:
        return None
    lines = [line for line in done.err.splitlines() if line.strip()]
    last = next((line for line in lines if line.startswith("fatal:")), lines[-1] if lines else "")
    if lines and last.startswith("fatal: Could not read from remote"):  # ssh said why, above it
        last = lines[0]
    return _unreachable(clean_line(mask_credentials(last), 300), str(source))
