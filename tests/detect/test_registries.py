"""Registries and mirrors of Docker Hub, asked through an engine's proxy that knows their names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme

from tests.detect.registry_server import HUB, Registry
from tests.detect.support import soon, write
from tests.plan.facts_builder import engine
from tests.servers import Proxy
from wizard.detect.docker_json import read_json
from wizard.detect.registries import look_at_registries
from wizard.facts.base import State
from wizard.facts.docker import Engine, Flavour
from wizard.facts.mirrors import Failure
from wizard.facts.proxy import GoProxyEnvironment
from wizard.facts.registries import ImageRole, MissingImage, RegistryProbe
from wizard.rules.proxy_url import ProxyUrl, parse_proxy_url
from wizard.system import System

GOLANG = "docker.io/library/golang:1.27-bookworm"
HAS_IT = {"library/golang": ("1.27", "1.27-bookworm", "latest")}
NO_PROXY = GoProxyEnvironment(http=None, https=None, no_proxy="")


def missing(
    reference: str = GOLANG, role: ImageRole = ImageRole.BASE, registry: str = "docker.io"
) -> MissingImage:
    return MissingImage(name=reference, reference=reference, registry=registry, role=role)


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return trustme.CA(organization_name="Registry Test CA")


@pytest.fixture
def trusting(machine: System, ca: trustme.CA) -> System:
    """A machine whose own store holds the authority."""
    write(machine.root, {"etc/ssl/certs/ca-certificates.crt": ca.cert_pem.bytes()})
    return machine


@pytest.fixture
def office() -> Iterator[Proxy]:
    """The engine's proxy: it refuses Docker Hub, unless a test lets it through."""
    with Proxy(forbidden=(HUB,)) as proxy:
        yield proxy


def behind(proxy: Proxy, **changes: Any) -> Engine:
    return replace(engine(), https_proxy=proxy.url, **changes)


def name(proxy: Proxy, host: str, registry: Registry) -> None:
    proxy.names[host] = registry.authority


def named_in_containers(machine: System, location: str = "mirror.example.test") -> None:
    text = f'[[registry]]\nprefix = "docker.io"\n[[registry.mirror]]\nlocation = "{location}"\n'
    write(machine.root, {"etc/containers/registries.conf": text})


async def look(
    machine: System,
    asked: Engine,
    *images: MissingImage,
    shell: GoProxyEnvironment = NO_PROXY,
) -> dict[str, RegistryProbe]:
    daemon = read_json(machine, machine.path("/etc/docker/daemon.json"))
    fact = await look_at_registries(machine, asked, daemon, images or (missing(),), shell, soon())
    return {one.url: one for one in fact.or_else(())}


async def test_nothing_is_asked_where_no_image_is_missing(machine: System) -> None:
    fact = await look_at_registries(machine, engine(), None, (), NO_PROXY, soon())

    assert fact.state is State.NOT_APPLICABLE


async def test_an_engine_elsewhere_has_a_network_that_is_not_seen_from_here(
    machine: System,
) -> None:
    remote = engine(flavour=Flavour.REMOTE)
    fact = await look_at_registries(machine, remote, None, (missing(),), NO_PROXY, soon())

    assert fact.state is State.UNKNOWN


async def test_a_refused_docker_hub_is_told_from_a_mirror_that_serves(
    trusting: System, ca: trustme.CA, office: Proxy
) -> None:
    named_in_containers(trusting)
    with Registry(ca, HAS_IT) as mirror:
        name(office, "mirror.example.test", mirror)
        found = await look(trusting, behind(office))

    hub, other = found[f"https://{HUB}"], found["https://mirror.example.test"]
    assert (hub.answers, hub.reason) == (False, Failure.PROXY_REFUSED)
    assert (other.answers, other.serves) == (True, (GOLANG,))


async def test_the_engines_proxy_is_used_and_named(trusting: System, office: Proxy) -> None:
    found = await look(trusting, behind(office))

    assert found[f"https://{HUB}"].through == office.url


async def test_docker_hub_that_gives_a_token_answers_and_no_pull_is_counted(
    trusting: System, ca: trustme.CA
) -> None:
    with Registry(ca, name=HUB, realm=f"https://{HUB}/token") as hub, Proxy() as proxy:
        name(proxy, HUB, hub)
        found = await look(trusting, behind(proxy))
        paths = [path for path, _ in hub.asked]

    assert found[f"https://{HUB}"].answers is True
    assert not any("/manifests/" in path for path in paths)


async def test_docker_hub_whose_token_host_is_blocked_does_not_answer(
    trusting: System, ca: trustme.CA
) -> None:
    realm = "https://auth.docker.io/token"
    with (
        Registry(ca, name=HUB, realm=realm) as hub,
        Proxy(forbidden=("auth.docker.io",)) as proxy,
    ):
        name(proxy, HUB, hub)
        found = await look(trusting, behind(proxy))

    assert found[f"https://{HUB}"].answers is False


async def test_a_mirror_that_wants_a_token_from_everybody_is_asked_with_one(
    trusting: System, ca: trustme.CA, office: Proxy
) -> None:
    named_in_containers(trusting)
    realm = "https://mirror.example.test/token"
    with Registry(ca, HAS_IT, realm=realm) as mirror:
        name(office, "mirror.example.test", mirror)
        found = await look(trusting, behind(office))

    assert found["https://mirror.example.test"].serves == (GOLANG,)


async def test_a_token_goes_into_no_fact(trusting: System, ca: trustme.CA, office: Proxy) -> None:
    named_in_containers(trusting)
    with Registry(ca, HAS_IT, realm="https://mirror.example.test/token") as mirror:
        name(office, "mirror.example.test", mirror)
        found = await look(trusting, behind(office))

    assert "letmein" not in repr(found)


async def test_a_login_page_is_no_registry(trusting: System, ca: trustme.CA, office: Proxy) -> None:
    named_in_containers(trusting)
    with Registry(ca, page=True) as portal:
        name(office, "mirror.example.test", portal)
        found = await look(trusting, behind(office))

    portal_probe = found["https://mirror.example.test"]
    assert (portal_probe.answers, portal_probe.reason) == (False, "not-a-registry")


async def test_a_mirror_without_the_image_says_so(
    trusting: System, ca: trustme.CA, office: Proxy
) -> None:
    named_in_containers(trusting)
    with Registry(ca, {"library/golang": ("1.20",)}) as mirror:
        name(office, "mirror.example.test", mirror)
        found = await look(trusting, behind(office))

    probe = found["https://mirror.example.test"]
    assert (probe.serves, probe.lacks) == ((), (GOLANG,))


async def test_a_mirror_that_lacks_the_planned_image_tells_what_go_it_has(
    trusting: System, ca: trustme.CA, office: Proxy
) -> None:
    named_in_containers(trusting)
    with Registry(ca, {"library/golang": ("1.28-bookworm", "latest")}) as mirror:
        name(office, "mirror.example.test", mirror)
        found = await look(trusting, behind(office), missing(role=ImageRole.PLANNED))

    assert found["https://mirror.example.test"].golang == ("golang:1.28-bookworm",)


async def test_a_registry_of_its_own_is_asked_for_its_image(
    trusting: System, ca: trustme.CA
) -> None:
    image = "ghcr.example.test/team/base:1"
    with Registry(ca, {"team/base": ("1",)}, name="ghcr.example.test") as own, Proxy() as proxy:
        name(proxy, "ghcr.example.test", own)
        found = await look(trusting, behind(proxy), missing(image, registry="ghcr.example.test"))

    assert found["https://ghcr.example.test"].serves == (image,)


async def test_an_authority_that_the_shell_alone_trusts_is_not_the_engines(
    machine: System, ca: trustme.CA, tmp_path: Path
) -> None:
    ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    shell = replace(machine, env={**machine.env, "SSL_CERT_FILE": str(tmp_path / "ca.pem")})
    with Registry(ca, name=HUB) as hub, Proxy() as proxy:
        name(proxy, HUB, hub)
        found = await look(shell, behind(proxy))

    assert found[f"https://{HUB}"].reason is Failure.TLS_UNTRUSTED


async def test_what_fails_from_here_proves_nothing_for_an_engine_in_a_vm(
    trusting: System, office: Proxy
) -> None:
    found = await look(trusting, behind(office, flavour=Flavour.DESKTOP))

    assert found[f"https://{HUB}"].answers is None


async def test_a_masked_password_that_no_file_tells_proves_nothing(trusting: System) -> None:
    with Proxy(login=("dev", "pw1")) as proxy:
        masked = proxy.url.replace("://", "://xxxxx:xxxxx@")
        found = await look(trusting, replace(engine(), https_proxy=masked))

    probe = found[f"https://{HUB}"]
    assert (probe.answers, probe.reason) == (None, Failure.PROXY_AUTH)


async def test_a_masked_password_is_taken_from_the_services_drop_in(
    trusting: System, ca: trustme.CA
) -> None:
    with Registry(ca, name=HUB) as hub, Proxy(login=("dev", "pw1")) as proxy:
        name(proxy, HUB, hub)
        unit = f'[Service]\nEnvironment="HTTPS_PROXY={proxy.url_with_login}"\n'
        write(trusting.root, {"etc/systemd/system/docker.service.d/proxy.conf": unit})
        masked = proxy.url.replace("://", "://xxxxx:xxxxx@")
        found = await look(trusting, replace(engine(), https_proxy=masked))

    assert found[f"https://{HUB}"].answers is True
    assert "pw1" not in repr(found)


async def test_the_shells_proxy_is_tried_beside_an_engine_that_has_none(
    trusting: System, ca: trustme.CA
) -> None:
    # 0.0.0.0 is this host without being a loopback address, which no proxy is asked for.
    host = "0.0.0.0:1"
    with Registry(ca, {"team/base": ("1",)}, name="0.0.0.0") as own, Proxy() as proxy:
        name(proxy, "0.0.0.0", own)
        url = parse_proxy_url(proxy.url)
        assert isinstance(url, ProxyUrl)
        shell = GoProxyEnvironment(http=None, https=url, no_proxy="")
        image = missing(f"{host}/team/base:1", registry=host)
        fact = await look_at_registries(trusting, engine(), None, (image,), shell, soon())

    answers = [(one.shell_proxy, one.answers) for one in fact.or_else(())]
    assert answers == [(False, False), (True, True)]


@pytest.mark.parametrize("entry", ["0.0.0.0:1", "0.0.0.0/8"])
async def test_a_registry_that_may_speak_plain_http_is_not_called_dead(
    trusting: System, entry: str
) -> None:
    write(trusting.root, {"etc/docker/daemon.json": json.dumps({"insecure-registries": [entry]})})
    image = missing("0.0.0.0:1/team/base:1", registry="0.0.0.0:1")
    found = await look(trusting, engine(), image)

    assert found["https://0.0.0.0:1"].answers is None
