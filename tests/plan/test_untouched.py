"""What a build would die of as things stand is said, and no longer once it is cured."""

from __future__ import annotations

from dataclasses import replace

from tests.plan.facts_builder import (
    DOCKER0,
    ETH0,
    client,
    docker_facts,
    dockerfile_facts,
    facts,
    go_facts,
    json_config,
    mirror_facts,
    network_facts,
    private_facts,
    private_host,
    probe,
    project_facts,
    proxy_facts,
)
from wizard.facts import known, unknown
from wizard.facts.mirrors import Authority, Failure, MirrorFacts
from wizard.facts.network import Resolver
from wizard.facts.private import Authentication
from wizard.facts.project import Vendor
from wizard.facts.proxy import Reader
from wizard.plan import decide
from wizard.plan.types import Answer, Finding, Origin, Severity

BLOCKED = mirror_facts(
    probe("https://goproxy.cn", rank=1), probe("https://proxy.golang.org", reason=Failure.HTTP_403)
)
PROXY = "http://dev:pw@proxy.corp.example:3128"


def found(identity: str, answers: dict[str, str] | None = None, **areas: object) -> Finding | None:
    """Return the finding `identity` of the plan for these facts."""
    given = {
        key: Answer(text=text, origin=Origin.FLAG, source="--set")
        for key, text in (answers or {}).items()
    }
    plan = decide(facts(**areas), given)
    return next((one for one in plan.findings if one.id == identity), None)


def test_a_machine_on_which_everything_works_has_no_finding() -> None:
    assert decide(facts(), {}).findings == ()


def test_the_default_mirror_that_fails_is_named_with_its_reason() -> None:
    finding = found("goproxy.first-fails", mirrors=BLOCKED)
    assert finding is not None
    assert finding.severity is Severity.FAULT
    assert "proxy.golang.org" in str(finding.message)
    assert Failure.HTTP_403.value in str(finding.message)
    assert "goproxy.cn" in str(finding.cure)


def test_a_mirror_that_nobody_asks_first_is_no_fault() -> None:
    settings = go_facts(settings={"GOPROXY": "https://goproxy.cn,direct"})
    assert found("goproxy.first-fails", mirrors=BLOCKED, go=settings) is None


def test_a_typo_in_goproxy_is_named_as_the_users_own() -> None:
    mirrors = mirror_facts(probe(), probe("https://goproxy.cm", reason=Failure.DNS))
    settings = go_facts(settings={"GOPROXY": "https://goproxy.cm,direct"})
    finding = found("goproxy.first-fails", mirrors=mirrors, go=settings)
    assert finding is not None
    assert "your GOPROXY asks goproxy.cm" in str(finding.message)


def test_an_env_line_of_the_dockerfile_is_named_with_its_line() -> None:
    dockerfile = replace(
        dockerfile_facts(), settings=((2, "GOPROXY", "https://proxy.golang.orgg"),)
    )
    finding = found("dockerfile.overrides", project=project_facts(dockerfile=dockerfile))
    assert finding is not None
    assert finding.severity is Severity.FAULT
    assert "line 2" in str(finding.message)


def test_an_env_line_that_names_a_good_mirror_is_a_warning() -> None:
    dockerfile = replace(
        dockerfile_facts(), settings=((2, "GOPROXY", "https://proxy.golang.org,direct"),)
    )
    finding = found("dockerfile.overrides", project=project_facts(dockerfile=dockerfile))
    assert finding is not None
    assert finding.severity is Severity.WARNING


def test_a_proxy_of_the_shell_is_named_without_its_password() -> None:
    finding = found("proxy.not-in-builds", proxy=proxy_facts(http=PROXY, https=PROXY))
    assert finding is not None
    assert "proxy.corp.example:3128" in f"{finding.message} {finding.cure}"
    assert "pw" not in f"{finding.message} {finding.cure}"


def test_a_proxy_that_dockers_client_hands_over_is_no_finding() -> None:
    shell = proxy_facts(http=PROXY, https=PROXY)
    client = proxy_facts(http=PROXY, https=PROXY, reader=Reader.DOCKER_CLIENT)
    settings = (*shell.settings.or_else(()), *client.settings.or_else(()))
    both = replace(shell, settings=known(settings, "tests"))
    assert found("proxy.not-in-builds", proxy=both) is None


def test_a_loopback_proxy_is_named_even_where_dockers_client_has_it() -> None:
    local = "http://127.0.0.1:7890"
    client = proxy_facts(http=local, https=local, reader=Reader.DOCKER_CLIENT, loopback=True)
    shell = proxy_facts(http=local, https=local, loopback=True)
    settings = (*shell.settings.or_else(()), *client.settings.or_else(()))
    finding = found("proxy.not-in-builds", proxy=replace(shell, settings=known(settings, "tests")))
    assert finding is not None
    assert "loopback is the build itself" in str(finding.message)


def _intercepted() -> MirrorFacts:
    authority = Authority(
        subject="Corp Root CA", sha256="00" * 32, expires="2030-01-01", pem="PEM",
        source="/etc/ssl/certs/corp.pem", hosts=("proxy.golang.org",),
    )  # fmt: skip
    return replace(mirror_facts(), authorities=known((authority,), "TLS"))


def test_an_authority_that_no_image_knows_is_named() -> None:
    finding = found("tls.unknown-to-images", mirrors=_intercepted())
    assert finding is not None
    assert "Corp Root CA" in str(finding.message)


def test_a_dockerfile_that_takes_the_authority_already_is_no_finding() -> None:
    project = project_facts(dockerfile=dockerfile_facts(managed=True))
    assert found("tls.unknown-to-images", mirrors=_intercepted(), project=project) is None


def test_a_smaller_path_is_named_until_daemon_json_knows_it() -> None:
    network = network_facts(interfaces=(replace(ETH0, mtu=1400), DOCKER0))
    assert found("docker.mtu", network=network) is not None
    cured = docker_facts(daemon_json=json_config("/etc/docker/daemon.json", exists=True, mtu=1400))
    assert found("docker.mtu", network=network, docker=cured) is None


def test_what_a_person_chose_is_not_called_wrong() -> None:
    assert found("docker.mtu", {"mtu": "1300"}) is None


def test_a_stub_resolver_is_named_until_daemon_json_names_another() -> None:
    network = network_facts(
        resolvers=(
            Resolver(address="127.0.0.1", loopback=True, source="/etc/resolv.conf"),
            Resolver(address="10.0.0.53", loopback=False, source="NetworkManager"),
        )
    )
    assert found("dns.not-in-builds", network=network) is not None
    cured = docker_facts(
        daemon_json=json_config("/etc/docker/daemon.json", exists=True, dns=["10.0.0.53"])
    )
    assert found("dns.not-in-builds", network=network, docker=cured) is None


def test_a_name_of_etc_hosts_alone_is_named() -> None:
    finding = found(
        "hosts.not-in-builds",
        network=network_facts(hosts=(("git.corp.example", "10.20.0.5"),)),
        private=private_facts(private_host(), netrc=("git.corp.example",)),
    )
    assert finding is not None
    assert "git.corp.example" in str(finding.message)


def test_a_login_that_stays_here_and_a_path_that_would_be_told_are_named() -> None:
    private = private_facts(private_host(), netrc=("git.corp.example",))
    login = found("private.login-stays-here", private=private)
    told = found("goprivate.undeclared", private=private)
    assert login is not None
    assert login.decision == "secrets"
    assert told is not None
    assert "git.corp.example/team/lib" in str(told.message)


def test_a_declared_private_module_is_not_called_undeclared() -> None:
    settings = go_facts(settings={"GOPRIVATE": "git.corp.example"})
    private = private_facts(private_host(), netrc=("git.corp.example",))
    assert found("goprivate.undeclared", private=private, go=settings) is None


def test_a_build_from_vendor_needs_none_of_it() -> None:
    vendor = Vendor(path="vendor", consistent=True, workspace=False)
    assert (
        found("goproxy.first-fails", mirrors=BLOCKED, project=project_facts(vendor=vendor)) is None
    )


def test_where_no_engine_is_no_file_is_promised() -> None:
    network = network_facts(interfaces=(replace(ETH0, mtu=1400), DOCKER0))
    here = docker_facts(daemon_json=json_config("/etc/docker/daemon.json", exists=False))
    away = replace(here, engine=unknown("there is no socket", "tests"))
    finding = found("docker.mtu", network=network, docker=away)
    assert finding is not None
    assert "no engine is here" in str(finding.cure)


def test_no_agent_is_promised_without_a_key_or_to_the_legacy_builder() -> None:
    keyless = private_facts(private_host(ssh=True, authentication=(Authentication.NONE,)))
    by_key = private_facts(private_host(ssh=True, authentication=(Authentication.SSH_KEY,)))
    legacy = docker_facts(
        client_facts=client(buildx=None, legacy_builder=True, why_legacy="no buildx plugin")
    )
    assert found("private.login-stays-here", private=by_key) is not None
    assert found("private.login-stays-here", private=keyless) is None
    assert found("private.login-stays-here", private=by_key, docker=legacy) is None


def test_a_mirror_on_this_hosts_loopback_is_named_unless_the_build_has_the_hosts_network() -> None:
    athens = mirror_facts(probe("http://localhost:3000", rank=1))
    finding = found("goproxy.loopback", mirrors=athens)
    assert finding is not None
    assert finding.severity is Severity.FAULT
    assert "localhost" in str(finding.message)
    assert "--set goproxy=http://172.17.0.1:3000" in str(finding.cure)
    assert found("goproxy.loopback", {"build_network": "host"}, mirrors=athens) is None
    assert found("goproxy.loopback") is None
