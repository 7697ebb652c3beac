"""A project, and a mirror that wants a login behind a private authority, on a machine of the lab.

The build cannot succeed without its secrets: `go.env` names the mirror, `ca.pem` its authority, and
netrc the login.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import trustme

from tests.lab import modules
from tests.lab.machine import Machine
from tests.plan.facts_builder import facts, go_facts, private_facts
from tests.render.plans import AGENT, SSH_HOST, monorepo
from wizard.facts import Facts
from wizard.plan import decide
from wizard.plan.types import Answer, Origin, Plan
from wizard.render.targets import TARGETS
from wizard.render.targets.options import Options
from wizard.render.types import Artifact

ADDRESS = "10.42.0.10"
"""The machine's own, beside every bridge of a builder."""

LOGIN, TOKEN = "dev", "t0ken-of-dev"
LIBRARY = modules.library("example.com/greeting", "v1.0.0", "hello from the mirror")
MAIN = """package main

import "example.com/greeting"

func main() { println(greeting.Say()) }
"""
GO_ENV = "/root/in/of $1/go.env"
"""A path that every language of a builder must quote."""


def plan(observed: Facts | None = None, **answers: str) -> Plan:
    """Return the plan of that project on that machine."""
    given = {
        "base_image": "golang:1.27-bookworm",
        "goproxy": f"https://{ADDRESS}:8443",
        "secrets": f"goenv={GO_ENV},ca=/root/in/ca.pem,netrc=/root/.netrc",
        **answers,
    }
    return decide(
        observed or facts(go=go_facts(mod_cache="/root/go/pkg/mod")),
        {k: Answer(text=v, origin=Origin.FLAG) for k, v in given.items()},
    )


def plan_with_secret(path: str) -> Plan:
    """Return a plan whose one secret is at `path`, whatever that holds."""
    decided = plan(secrets="netrc=/x")
    (secret,) = decided.secrets.value
    only = (replace(secret, source=path),)
    return replace(decided, secrets=replace(decided.secrets, value=only))


def plan_with_everything(key: str) -> Plan:
    """Return a plan with a folder outside of the project, a key to lend, and the host's network."""
    private = private_facts(SSH_HOST, ssh=replace(AGENT, agent_socket=None, keys=(key,)))
    observed = replace(monorepo(), private=private)
    return plan(observed, secrets="none", build_network="host", ssh="true")


def furnish(machine: Machine) -> None:
    """Put the project and its mirror there."""
    authority = trustme.CA(organization_name="Example Corp")
    certificate = authority.issue_cert(ADDRESS)
    base = f"/srv/{modules.escape(LIBRARY.path)}/@v"
    machine.write(f"{base}/list", f"{LIBRARY.version}\n")
    machine.write(f"{base}/v1.0.0.info", '{"Version":"v1.0.0"}')
    machine.write(f"{base}/v1.0.0.mod", LIBRARY.files["go.mod"])
    machine.write(f"{base}/v1.0.0.zip", LIBRARY.zipped())
    machine.write("/srv.pem", certificate.private_key_and_cert_chain_pem.bytes())
    server = Path(__file__).parents[2] / "render" / "mirror_server.py"
    machine.write("/mirror_server.py", server.read_text())
    machine.spawn(
        ["python3", "/mirror_server.py", "/srv", "/srv.pem", "8443", f"{LOGIN}:{TOKEN}"],
        "/mirror.log",
    )
    machine.until_listening(8443)
    machine.write("/root/in/ca.pem", authority.cert_pem.bytes())
    machine.write(GO_ENV, f"GOPROXY=https://{ADDRESS}:8443\nGOSUMDB=sum.golang.org\n")
    machine.write("/root/.netrc", f"machine {ADDRESS}:8443 login {LOGIN} password {TOKEN}\n", 0o600)
    go_mod = f"module example.com/app\n\ngo 1.24\n\nrequire {LIBRARY.path} v1.0.0\n"
    machine.write("/root/app/go.mod", go_mod)
    machine.write("/root/app/go.sum", modules.go_sum([LIBRARY]))
    machine.write("/root/app/main.go", MAIN)


def rendered(plan: Plan, *targets: str, **options: str) -> Iterator[Artifact]:
    """Yield the artifacts of these targets."""
    given = {k: Answer(text=v, origin=Origin.FLAG) for k, v in options.items()}
    for target in targets:
        yield from TARGETS[target].render(plan, Options(given))


def write(machine: Machine, plan: Plan, *targets: str, **options: str) -> None:
    """Write the files of these targets where they belong on the machine."""
    for artifact in rendered(plan, *targets, **options):
        path = artifact.path if artifact.path.startswith("/") else f"/root/app/{artifact.path}"
        machine.write(path, artifact.standalone, artifact.mode)
