"""The files beside the manifests: how it starts, what it trusts, and how it is tried."""

from __future__ import annotations

import shlex

from wizard.plan.types import Plan
from wizard.render.artifact_template import filled
from wizard.render.targets.cluster.handed_over import pem
from wizard.render.targets.module_proxy.values import (
    CA_FILE,
    NETRC,
    ROOTS,
    ProxyValues,
    download_modes,
)
from wizard.render.types import Artifact, Scope, Whole
from wizard.text import Text, msg

FOLDER = "deploy/module-proxy"


def file(
    name: str,
    text: str,
    *,
    because: tuple[Text, ...],
    decisions: tuple[str, ...] = (),
    mode: int = 0o644,
) -> Artifact:
    """Return one file of the folder."""
    path = f"{FOLDER}/{name}"
    return Artifact(
        name=path,
        scope=Scope.PROJECT,
        path=path,
        content=Whole(text=text),
        standalone=text,
        because=because,
        decisions=decisions,
        mode=mode,
    )


def start_text() -> str:
    """Return the script that the container starts with."""
    return filled("module-proxy-start.sh.tmpl", ca=CA_FILE, roots=ROOTS, netrc=NETRC)


def start_file() -> Artifact:
    """Return it as a file."""
    return file(
        "start.sh",
        start_text(),
        because=(msg("the proxy trusts the company's authority beside the public ones"),),
        mode=0o755,
    )


def modes_file(values: ProxyValues) -> Artifact:
    """Return Athens' download mode file."""
    return file(
        "download-mode.hcl",
        download_modes(values),
        because=(msg("what the proxy does for a module that it does not have yet"),),
        decisions=("goproxy", "goprivate"),
    )


def ca_files(plan: Plan) -> tuple[Artifact, ...]:
    """Return the company's authority, where the plan holds it."""
    text = pem(plan)
    if not text:
        return ()
    return (file("ca.pem", text, because=(plan.ca.because,), decisions=("ca",)),)


def smoke_name(name: str) -> str:
    """Return the file's name: each kind of proxy has one of its own."""
    return f"smoke-test.{name}.sh"


def smoke_file(name: str, values: ProxyValues, port: int, *, health: str, relays: bool) -> Artifact:
    """Return the smoke test of the proxy `name`, which listens on `port`."""
    plain = (p.rstrip("/") for p in values.private if not set("*?[\\") & set(p))
    text = filled(
        "smoke-test.sh.tmpl",
        name=smoke_name(name),
        url=shlex.quote(f"http://127.0.0.1:{port}"),
        health=shlex.quote(health),
        private=shlex.quote(next(plain, "")),
        sumdb=shlex.quote(values.sumdb.removeprefix("https://") if relays else ""),
        patterns=shlex.quote(",".join(values.private)),
    )
    return file(
        smoke_name(name),
        text,
        because=(msg("it asks the running proxy as go would, and says what is wrong"),),
        mode=0o755,
    )
