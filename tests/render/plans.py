"""Plans for tests of what is rendered: one of each shape, and any of them for Hypothesis."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from tests.plan.facts_builder import (
    ROUTES,
    client,
    docker_facts,
    dockerfile_facts,
    facts,
    go_facts,
    mirror_facts,
    module,
    network_facts,
    private_facts,
    private_host,
    probe,
    project_facts,
    proxy_facts,
)
from wizard.facts import Facts, known
from wizard.facts.mirrors import Authority
from wizard.facts.network import Route
from wizard.facts.private import Authentication, SshSetup
from wizard.facts.project import LocalReplace, Workspace
from wizard.plan import decide
from wizard.plan.types import Answer, Origin, Plan
from wizard.rules.gomod import Replace

PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"

CORPORATE = Authority(
    subject="Example Corp Root",
    sha256="ab" * 32,
    expires="2030-01-01",
    pem=PEM,
    source="/etc/ssl/certs/corp.pem",
    hosts=("proxy.golang.org",),
)

SSH_HOST = private_host(
    "ssh.corp.example",
    ssh=True,
    patterns=("ssh.corp.example",),
    authentication=(Authentication.SSH_AGENT,),
)
AGENT = SshSetup(
    agent_socket="/run/agent",
    keys=(),
    known_hosts=(),
    known_hosts_path="/home/dev/.ssh/known_hosts",
)
OUTSIDE = LocalReplace(
    module=".",
    replace=Replace(old="a.example/b", old_version=None, new="../shared", new_version=None),
    target="../shared",
    outside=True,
    exists=True,
)


def plan(observed: Facts | None = None, **answers: str) -> Plan:
    """Return the plan of `observed` with answers given as flags."""
    return decide(
        observed or facts(),
        {key: Answer(text=text, origin=Origin.FLAG) for key, text in answers.items()},
    )


def monorepo() -> Facts:
    """Return a workspace with a folder that needs quoting and one outside of the project."""
    return facts(
        project=project_facts(
            modules=(module(), module("svc/a b", path="example.com/svc")),
            workspace=Workspace(path="go.work", uses=(".", "svc/a b"), go="1.24", has_sum=True),
            replaces=(OUTSIDE,),
            main_packages=("cmd/tool",),
        )
    )


def shapes() -> dict[str, Plan]:
    """Return one plan for every shape that a Dockerfile can have."""
    library = facts(project=project_facts(main_packages=()))
    nested = facts(project=project_facts(modules=(module("svc"),), main_packages=("svc/cmd/x",)))
    by_ssh = facts(private=private_facts(SSH_HOST, ssh=AGENT))
    existing = facts(project=project_facts(dockerfile=dockerfile_facts()))
    return {
        "proxy": plan(),
        "bridge": plan(module_source="bridge"),
        "vendor": plan(module_source="vendor"),
        "plain": plan(dockerfile="create+plain"),
        "plain-vendor": plan(dockerfile="create+plain", module_source="vendor"),
        "library": plan(library),
        "plain-library": plan(library, dockerfile="create+plain"),
        "nested": plan(nested),
        "workspace": plan(monorepo(), gotoolchain="auto"),
        "workspace-vendor": plan(monorepo(), module_source="vendor"),
        "ssh": plan(by_ssh),
        "beside": plan(existing, dockerfile="beside"),
        "block": plan(existing),
        "block-ssh": plan(replace(existing, private=by_ssh.private), gotoolchain="auto"),
        "block-outside": plan(
            replace(existing, project=replace(existing.project, replaces=known((OUTSIDE,), "t")))
        ),
        "block-workspace": plan(
            replace(
                monorepo(),
                project=replace(monorepo().project, dockerfile=known(dockerfile_facts(), "t")),
            )
        ),
        "block-bridge": plan(existing, module_source="bridge"),
        "block-plain": plan(existing, dockerfile="block+plain"),
    }


SECRET = "s3cr@t %#'\"$x"
TOKEN = "t0ken0fG0pr0xy"
WRITTEN = "http://dev%40corp:s3cr%40t%20%25%23%27%22%24x@proxy.corp.example:3128"

_networks = st.builds(
    network_facts,
    hosts=st.sampled_from(((), (("proxy.golang.org", "172.17.3.3"),))),
    routes=st.sampled_from(
        (
            ROUTES,
            (
                *ROUTES,
                Route(destination="10.0.0.0/8", gateway="10.1.1.1", interface="tun0", table=""),
            ),
        )
    ),
)
_proxies = st.sampled_from(
    (
        proxy_facts(),
        proxy_facts(https=WRITTEN, http=WRITTEN, no_proxy="*.corp.example"),
        proxy_facts(https=WRITTEN, lower_case=True),
        proxy_facts(https="http://127.0.0.1:7890", loopback=True),
        proxy_facts(https=WRITTEN.replace("proxy.corp.example", "127.0.0.1"), loopback=True),
        proxy_facts(https=WRITTEN, reachable=False),
    )
)
_mirrors = st.sampled_from(
    (
        mirror_facts(),
        mirror_facts(probe("https://go.corp.example/api/go"), probe(rank=2)),
        replace(mirror_facts(), authorities=known((CORPORATE,), "tests")),
    )
)
_privates = st.sampled_from(
    (
        private_facts(),
        private_facts(private_host(), netrc=("git.corp.example",)),
        private_facts(private_host(), netrc=()),
    )
)
_gos = st.sampled_from(
    (
        go_facts(),
        go_facts(version=None),
        go_facts(settings={"GOPROXY": f"https://dev:{TOKEN}@go.corp.example"}),
        go_facts(settings={"GOPRIVATE": "old.example", "GOSUMDB": "off"}),
    )
)
_dockers = st.sampled_from(
    (
        docker_facts(),
        docker_facts(here=False),
        docker_facts(images=("golang:1.24-bookworm",)),
        docker_facts(client_facts=client(legacy_builder=True, why_legacy="DOCKER_BUILDKIT=0")),
    )
)

networks = st.builds(
    facts, proxy=_proxies, mirrors=_mirrors, network=_networks, private=_privates, go=_gos
)
"""One project and engine in any network."""

machines = st.builds(
    facts,
    proxy=_proxies,
    mirrors=_mirrors,
    network=_networks,
    private=_privates,
    go=_gos,
    docker=_dockers,
)
"""One project on any machine."""
