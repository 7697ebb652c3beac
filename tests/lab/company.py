"""The company and the internet around one developer, laid out as one network file says.

    developer  10.42.0.10 ── eth0/dev0 ── office 10.42.0.1 ── wan/office ── internet 192.0.2.2
                                          10.50.0.x on lo                  203.0.113.x on lo

The office is the developer's router: it forwards or refuses what leaves the building, and the
company's own servers (resolver, proxy, git, internal mirror) stand on it. Everything public stands
on the internet machine. No packet can leave the three namespaces.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from . import (
    authorities,
    exported,
    links,
    names,
    proxies,
    registry,
    repositories,
    store,
    trees,
    web,
)
from .machine import Machine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .links import Namespace
    from .scenario import Scenario

DEVELOPER_ADDRESS: Final = "10.42.0.10"
OFFICE_ADDRESS: Final = "10.42.0.1"
ELSEWHERE: Final = ("192.168.1.10", "192.168.1.1")
"""The same two addresses in the company to which the developer's machine moves."""


@dataclass(frozen=True)
class Company:
    """The running company: its namespaces and servers."""

    developer: Namespace
    office: Machine
    internet: Machine
    inside: web.WebServer
    outside: web.WebServer
    scenario: Scenario = field(repr=False)
    addresses: tuple[str, str] = (DEVELOPER_ADDRESS, OFFICE_ADDRESS)
    """The developer's, and the router's."""

    def plug_in(self) -> None:
        """Lay the cable of the developer's machine into this company's router.

        A kernel that loses or gets a link says so to whoever listens, as on any laptop.
        """
        here, router = self.addresses
        device = self.scenario.office.device
        links.connect(
            self.developer, device, f"{here}/24", self.office.namespace, "dev0", f"{router}/24"
        )
        if self.scenario.office.mtu is not None:
            _shrink(self.scenario.office.mtu, self.developer, device, self.office.namespace)
        self.developer.ip("route", "add", "default", "via", router)

    def unplug(self) -> None:
        """Take the cable out, and what the tunnel did to the machine with it."""
        self.developer.ip("link", "delete", self.scenario.office.device)
        if self.scenario.office.mtu is not None:
            self.developer.filter("delete table ip silence\n")

    def open_tunnel(self) -> None:
        """Let the route appear that the network file names, as a VPN client does."""
        if self.scenario.office.tunnel is not None:
            router = self.addresses[1]
            self.developer.ip("route", "add", self.scenario.office.tunnel, "via", router)


@contextlib.contextmanager
def running(scenario: Scenario, visitor: Namespace | None = None) -> Iterator[Company]:
    """Everything but the developer's machine, as `scenario` says; all gone afterwards.

    `visitor`: a developer of another company, who is not plugged in yet.
    """
    tree = trees.tree("bookworm")
    with store.lock(f"trust-{tree.name}"):
        authorities.trust_public(tree)
    with contextlib.ExitStack() as stack:
        developer = visitor or _namespace(stack, "developer")
        office, internet = (_namespace(stack, role) for role in ("office", "internet"))
        _cable(office, internet)
        _give_addresses(office, internet)
        _filter(scenario, office, internet)
        binds = web.WebServer.binds()
        extra = registry.binds() if scenario.registry else []
        machines = [
            stack.enter_context(Machine.start("office", office, tree, [*binds, *extra])),
            stack.enter_context(Machine.start("internet", internet, tree, binds)),
        ]
        here, there = machines
        company = Company(
            developer, here, there, web.WebServer(here), web.WebServer(there), scenario
        )
        if visitor is None:
            company.plug_in()
        else:
            company = replace(company, addresses=ELSEWHERE)
        _start_names(scenario, company)
        _start_sites(scenario, company)
        if scenario.proxy is not None:
            _start_proxy(scenario, company, stack)
        if scenario.registry:
            registry.start(company.office)
        yield company


def _namespace(stack: contextlib.ExitStack, role: str) -> Namespace:
    namespace = links.Namespace.create(role)
    stack.callback(namespace.delete)
    return namespace


def _cable(office: Namespace, internet: Namespace) -> None:
    links.connect(office, "wan0", "192.0.2.1/30", internet, "office0", "192.0.2.2/30")
    office.ip("route", "add", "default", "via", "192.0.2.2")
    internet.ip("route", "add", "default", "via", "192.0.2.1")
    office.set("net.ipv4.ip_forward", "1")


def _give_addresses(office: Namespace, internet: Namespace) -> None:
    for address in names.COMPANY.values():
        office.address(f"{address}/32")
    for address in (*names.PUBLIC.values(), *names.PUBLIC_RESOLVERS):
        internet.address(f"{address}/32")


def _filter(scenario: Scenario, office: Namespace, internet: Namespace) -> None:
    """The office's packet filter for what leaves the building, and the internet's black holes."""
    rules = []
    if not scenario.office.outside_resolvers:
        rules.append("meta l4proto { tcp, udp } th dport 53 reject")
    for host in scenario.office.blocked:
        rules.append(f"ip daddr {web.address_of(host)} drop")
    for host in scenario.office.allowed:
        rules.append(f"ip daddr {web.address_of(host)} accept")
    if scenario.office.way_out == "refused":
        rules += [
            "meta l4proto tcp reject with tcp reset",
            "reject with icmp type admin-prohibited",
        ]
    elif scenario.office.way_out == "silent":
        rules.append("drop")
    office.filter(_table("building", "forward", ['oifname != "wan0" accept', *rules]))
    holes = web.black_holes(web.internet(scenario.sites))
    internet.filter(_table("holes", "input", [f"ip daddr {address} drop" for address in holes]))


def _table(name: str, hook: str, rules: list[str]) -> str:
    lines = "\n".join(rules)
    return (
        f"table ip {name} {{\nchain packets {{\ntype filter hook {hook} priority 0\n{lines}\n"
        "}\n}\n"
    )


def _shrink(mtu: int, developer: Namespace, device: str, office: Namespace) -> None:
    """A tunnel: the developer's device knows its size, and whatever is larger vanishes silently.

    Nobody says "too big" to a container either: Linux takes such a word into the segment size that
    the *next* connection announces, so that a second connection would come through by chance.
    """
    developer.ip("link", "set", device, "mtu", str(mtu))
    too_big = "icmp type destination-unreachable icmp code frag-needed drop"
    developer.filter(_table("silence", "output", [too_big]))
    links.drop_larger(developer, device, mtu)
    links.drop_larger(office, "dev0", mtu)


def _start_names(scenario: Scenario, company: Company) -> None:
    unknown = scenario.names.unknown
    known = {
        name: address
        for name, address in {**names.PUBLIC, **names.COMPANY}.items()
        if name not in unknown
    }
    known |= {
        host: options["address"] for host, options in scenario.sites.items() if "address" in options
    }
    for machine in (company.office, company.internet):
        machine.write("/etc/resolv.conf", f"nameserver {names.COMPANY_RESOLVER}\n")
    names.Resolver(company.office, (names.COMPANY_RESOLVER,)).start(known)
    names.Resolver(company.internet, names.PUBLIC_RESOLVERS).start(names.PUBLIC)


def _start_sites(scenario: Scenario, company: Company) -> None:
    company.outside.start(web.internet(scenario.sites))
    inside = web.of_company(scenario.sites)
    if scenario.git is not None:
        repository = repositories.Repositories(company.office)
        repository.fill()
        if scenario.git.ssh:
            repository.start_sshd()
        inside[repositories.HOST] = repository.site(
            {"https_git": scenario.git.https, "go_get_needs_token": scenario.git.go_get_needs_token}
        )
    if scenario.export is not None:
        inside[scenario.export.to] = {"serves": "files", "root": exported.SERVED_AT}
    if inside:
        company.inside.start(inside)


def _start_proxy(scenario: Scenario, company: Company, stack: contextlib.ExitStack) -> None:
    assert scenario.proxy is not None
    squid = proxies.Squid(company.office, scenario.proxy.host)
    squid.start(scenario.proxy.kind, scenario.proxy.refuses)
    if scenario.proxy.kind == "loopback":
        beside = stack.enter_context(
            Machine.start("desktop", company.developer, trees.tree("bookworm"))
        )
        proxies.LoopbackProxy(beside).start()
