"""The developer's machine, as the network file describes it: account, project, Docker.

It is furnished before the engine starts, so that an engine starts with the daemon.json, resolv.conf
and hosts that it finds there; what changes later on a real machine (a VPN that comes up, a file
that somebody breaks) changes after.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from . import (
    authorities,
    images,
    modules,
    names,
    program,
    repositories,
    scenario,
    shell,
    store,
    toolchains,
    trees,
)
from .engine import TREES, Engine
from .machine import Bind, Machine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .company import Company
    from .scenario import Scenario

HOME: Final = "/root"
PROJECT: Final = f"{HOME}/src/app"
AGENT: Final = "/run/ssh-agent.sock"
IMAGES: Final = {image.name: image for image in images.ALL}


@dataclass(frozen=True)
class Desk:
    """A developer's machine with its engine, and the environment of the developer's shell."""

    engine: Engine
    env: dict[str, str]

    @property
    def machine(self) -> Machine:
        return self.engine.machine

    def run(
        self,
        argv: list[str],
        *,
        env: dict[str, str] | None = None,
        timeout: float = 120,
        stdin: str | None = None,
    ) -> shell.Done:
        """Run a command in the project's folder, from the developer's shell."""
        return self.machine.run(
            argv, cwd=PROJECT, env={**self.env, **(env or {})}, timeout=timeout, stdin=stdin
        )


@contextlib.contextmanager
def at_work(network: Scenario, company: Company) -> Iterator[Desk]:
    """The developer's machine, furnished, its engine running where it has one."""
    binds = program.binds(TREES[network.engine.version])
    if network.developer.go:
        binds.append(Bind(toolchains.go(), "/usr/local/go"))
    with contextlib.ExitStack() as stack:
        engine = Engine.install(network.engine.version, company.developer, binds=binds)
        stack.callback(engine.leave)
        desk = Desk(engine, _shell(network))
        _furnish(network, engine.machine)
        if network.names.stub:
            resolver = stack.enter_context(
                Machine.start("stub", company.developer, trees.tree("bookworm"))
            )
            names.Resolver(resolver, (network.names.stub_address,)).start_stub(network.names.stub)
        if network.developer.ssh_agent:
            _start_agent(engine.machine)
        lay_project(network, engine.machine)
        _start_engine(network, engine)
        if network.engine.daemon_json_later is not None:
            engine.machine.write("/etc/docker/daemon.json", network.engine.daemon_json_later)
        company.open_tunnel()
        yield desk


def carried(desk: Desk, network: Scenario, start: Company, end: Company) -> Desk:
    """Move the developer's machine, its engine running on, to another company.

    What a DHCP client writes is written, and the shell that is opened there has the environment of
    `network`, which is what `end` was laid out for.
    """
    start.unplug()
    _tell_names(network, desk.machine)
    end.plug_in()
    end.open_tunnel()
    return Desk(desk.engine, _shell(network))


def _shell(network: Scenario) -> dict[str, str]:
    env = {name: scenario.fill(value) for name, value in network.developer.env.items()}
    if network.developer.ssh_agent:
        env["SSH_AUTH_SOCK"] = AGENT
    if network.engine.version == "20.10":
        env.setdefault("DOCKER_BUILDKIT", "1")
    return env


def _furnish(network: Scenario, machine: Machine) -> None:
    """Everything on the disk but the project."""
    _tell_names(network, machine)
    machine.write(program.COMMAND, program.SCRIPT, 0o755)
    _, verifier = toolchains.sumdb_keys()
    settings = {"GOSUMDB": verifier, **network.developer.go_env}
    machine.write(
        f"{HOME}/.config/go/env",
        "".join(f"{name}={scenario.fill(value)}\n" for name, value in settings.items()),
    )
    machine.write(f"{HOME}/.config/gomod-wizard/mirrors.toml", canary())
    for name, text in network.developer.files.items():
        path = name.replace("~", HOME, 1)
        secret = any(word in path for word in (".netrc", ".ssh/", "token"))
        machine.write(path, scenario.fill(text), 0o600 if secret else 0o644)
    if network.engine.daemon_json is not None:
        machine.write("/etc/docker/daemon.json", network.engine.daemon_json)
    trusted = {
        "example-corp": authorities.COMPANY if network.developer.trusts_company else None,
        "customer-works": authorities.CUSTOMER if network.developer.trusts_customer else None,
    }
    for name, authority in trusted.items():
        if authority is not None:
            at = f"/usr/local/share/ca-certificates/{name}.crt"
            machine.write(at, authority.certificate.read_text())
    if any(trusted.values()):
        machine.must(["update-ca-certificates"])


def _tell_names(network: Scenario, machine: Machine) -> None:
    machine.write("/etc/resolv.conf", network.names.resolv_conf)
    lines = "".join(f"{address} {name}\n" for name, address in network.names.hosts.items())
    machine.write("/etc/hosts", f"127.0.0.1 localhost\n127.0.1.1 {machine.name}\n{lines}")


def canary() -> str:
    """The user's catalogue: a proof module of the lab's, since no mirror here has the real ones."""
    module = modules.CANARY
    return (
        f'[[canary]]\npath = "{module.path}"\nversion = "{module.version}"\n'
        f'zip_hash = "{module.zip_hash()}"\nmod_hash = "{module.mod_hash()}"\n'
        'source = "the lab"\n'
    )


def _start_agent(machine: Machine) -> None:
    """An ssh-agent that holds the developer's key, which is nowhere on the disk."""
    private, _ = repositories.developer_key()
    machine.must(["ssh-agent", "-a", AGENT])
    machine.must(["ssh-add", "-q", "-"], env={"SSH_AUTH_SOCK": AGENT}, stdin=private.read_text())


def lay_project(network: Scenario, machine: Machine) -> None:
    """The project's folder, at `~/src/app`, a git repository like any other."""
    source = store.LAB / "projects" / network.project.uses
    for file in sorted(source.rglob("*")):
        if file.is_file():
            machine.write(f"{PROJECT}/{file.relative_to(source)}", file.read_text())
    if network.project.dockerfile != "none":
        machine.write(f"{PROJECT}/Dockerfile", dockerfile(network.project.dockerfile))
    if network.project.go_sum == "complete":
        for go_mod in source.rglob("go.mod"):
            wanted = modules.required_by(go_mod.read_text())
            if wanted:
                inside = go_mod.parent.relative_to(source)
                machine.write(f"{PROJECT}/{inside}/go.sum", modules.go_sum(wanted))
    for name, text in network.project.files.items():
        machine.write(f"{PROJECT}/{name}", scenario.fill(text))
    for name, text in network.project.beside.items():
        machine.write(f"{PROJECT}/../{name}", scenario.fill(text))
    if network.project.vendor:
        with _some_earlier_day(machine) as env:
            elsewhere = {**env, "GOMODCACHE": "/run/module-cache"}
            machine.must(["go", "mod", "vendor"], cwd=PROJECT, env=elsewhere)
    if network.developer.modules_cached:
        with _some_earlier_day(machine) as env:
            machine.must(["go", "mod", "download"], cwd=PROJECT, env=env)
    machine.must(
        [
            "sh",
            "-c",
            "git init -q -b main . && git add -A && "
            "git -c user.name=Dev -c user.email=dev@corp.example commit -q -m Start",
        ],
        cwd=PROJECT,
    )


def dockerfile(name: str) -> str:
    return (store.LAB / "projects" / "dockerfiles" / f"{name}.Dockerfile").read_text()


@contextlib.contextmanager
def _some_earlier_day(machine: Machine) -> Iterator[dict[str, str]]:
    """The environment of a Go that has all modules at hand, as on a day when the network worked.

    They lie in `/run`, which is memory, and are gone afterwards.
    """
    for file in modules.published().rglob("*"):
        if file.is_file() and "toolchain" not in file.parts:
            inside = file.relative_to(modules.published())
            machine.write(f"/run/modules/{inside}", file.read_bytes())
    yield {"GOPROXY": "file:///run/modules", "GONOPROXY": "none", "GOFLAGS": "-modcacherw"}
    machine.must(["rm", "-rf", "/run/modules", "/run/module-cache"])


def _start_engine(network: Scenario, engine: Engine) -> None:
    """Start Docker with its images; where there is to be no Docker, remove it instead."""
    if network.engine.installed:
        engine.start()
        engine.load(*(IMAGES[name] for name in network.engine.images))
        return
    engine.machine.must(
        [
            "sh",
            "-c",
            "rm -rf /usr/bin/docker* /usr/sbin/docker* /usr/bin/containerd* "
            "/usr/libexec/docker /lib/systemd/system/docker* /etc/docker",
        ]
    )
