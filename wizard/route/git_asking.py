"""A repository, asked by the user's own git: the same proxies, rewrites and credentials."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from wizard.detect.deadline import Deadline
from wizard.route.types import Answer, Said
from wizard.rules.credentials import mask_credentials
from wizard.system import Failed, System
from wizard.text import msg
from wizard.untrusted import clean_line

_NO_LOGIN = (
    "could not read Username", "could not read Password", "Authentication failed",
    "Permission denied (", "Access denied", "The requested URL returned error: 401",
    "The requested URL returned error: 403", "Host key verification failed",
)  # fmt: skip


async def ls_remote(
    system: System,
    url: str,
    deadline: Deadline,
    *,
    env: Mapping[str, str] | None = None,
    git: bool = True,
) -> Answer:
    """Return the references of the repository at `url`. `git` False: there is none to ask.

    Never asks anybody for a password; what it says is shown without credentials.
    """
    quiet = {
        **(system.env if env is None else env),
        "GIT_TERMINAL_PROMPT": "0",
        "GCM_INTERACTIVE": "never",
        "SSH_ASKPASS_REQUIRE": "never",
        "LC_ALL": "C",
    }
    # The address may come from a page: no transport that runs a program of its choice.
    quiet.setdefault("GIT_ALLOW_PROTOCOL", "git:http:https:ssh:git+ssh:ssh+git:file")
    quiet.setdefault("GIT_SSH_COMMAND", quiet.get("GIT_SSH", "ssh") + " -o BatchMode=yes")
    if not git:
        return Answer(said=Said.FAILED, text=msg("there is no git in the image"), reason="no-git")
    with tempfile.TemporaryDirectory(prefix="gomod-wizard-", ignore_cleanup_errors=True) as tmp:
        done = await system.run(
            ("git", "ls-remote", "-q", "--", url),
            timeout_s=max(0.1, deadline.left() * 0.8),
            env=quiet,
            cwd=Path(tmp),
        )
    if isinstance(done, Failed):
        if done.kind == "missing":
            return Answer(said=Said.FAILED, text=msg("there is no git on PATH"), reason="no-git")
        return Answer(said=Said.FAILED, text=msg("git gave no answer in time"), reason="timeout")
    if done.code == 0:
        refs = frozenset(
            line.partition("\t")[2].removesuffix("^{}") for line in done.out.split("\n")
        )
        return Answer(said=Said.FOUND, text=msg("the repository answers"), refs=refs)
    lines = [line for line in done.err.split("\n") if line.strip()]
    last = next((line for line in lines if line.startswith("fatal:")), lines[-1] if lines else "")
    reason = "no-credentials" if any(word in done.err for word in _NO_LOGIN) else "git"
    if "not found" in last and reason == "git":
        reason = "http-404"
    return Answer(said=Said.FAILED, text=clean_line(mask_credentials(last), 300), reason=reason)
