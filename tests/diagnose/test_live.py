"""A diagnosis beside what is true on this machine: guesses checked, hidden faults named."""

from __future__ import annotations

from dataclasses import replace

from tests.plan.facts_builder import (
    docker_facts,
    facts,
    mirror_facts,
    network_facts,
    probe,
)
from wizard.diagnose import Diagnosis, diagnose_lines
from wizard.diagnose.live import with_live_facts
from wizard.facts import Facts
from wizard.facts.docker import DockerNetwork
from wizard.facts.mirrors import Failure, Origin
from wizard.facts.network import Interface, Route
from wizard.plan import decide
from wizard.plan.types import Finding, Severity

TYPO = diagnose_lines(
    [
        "#9 [deps 4/4] RUN go mod download",
        "#9 0.5 go: rsc.io/quote@v1.5.2: Get"
        ' "https://proxy.golang.orgg/rsc.io/quote/@v/v1.5.2.mod": dial tcp:'
        " lookup proxy.golang.orgg on 8.8.8.8:53: no such host",
        "#9 ERROR: process did not complete successfully: exit code: 1",
    ]
)
STUBBORN = "FROM golang:1.27\nENV GOPROXY=https://proxy.golang.orgg\nRUN go mod download\n"


def looked(observed: Facts, dockerfile: str | None = None, log: Diagnosis = TYPO) -> Diagnosis:
    return with_live_facts(log, observed, decide(observed, {}), dockerfile)


def told(found: Diagnosis, detail: str) -> str:
    (fault,) = [fault for fault in found.faults if fault.detail == detail]
    return " ".join(str(text) for text in fault.live)


def test_a_log_without_a_fault_stays_without_one() -> None:
    nothing = diagnose_lines(["hello"])
    assert looked(facts(), STUBBORN, nothing) == nothing


def test_an_env_of_the_dockerfile_that_overrides_everything_is_named_with_its_line() -> None:
    found = looked(facts(), STUBBORN)
    assert "line 2" in told(found, "env-override")
    (fault,) = [fault for fault in found.faults if fault.detail == "env-override"]
    assert (fault.cause, fault.cure.decision) == ("dns-failure", "dockerfile")


def test_an_env_of_a_mirror_that_answers_is_no_fault() -> None:
    good = facts(mirrors=mirror_facts(probe("https://good.example", rank=1)))
    text = STUBBORN.replace("proxy.golang.orgg", "good.example")
    assert "env-override" not in {fault.detail for fault in looked(good, text).faults}


def test_the_mirror_that_answers_here_is_part_of_the_cure() -> None:
    refused = diagnose_lines(
        [
            "#9 [deps 4/4] RUN go mod download",
            "#9 0.5 go: rsc.io/quote@v1.5.2: reading"
            " https://bad.example/rsc.io/quote/@v/v1.5.2.mod: 403 Forbidden",
            "#9 ERROR: process did not complete successfully: exit code: 1",
        ]
    )
    ranking = mirror_facts(
        probe("https://good.example", rank=1), probe("https://bad.example", reason=Failure.HTTP_403)
    )
    (fault,) = looked(facts(mirrors=ranking), log=refused).faults
    here = " ".join(str(text) for text in fault.live)
    assert "good.example answers here" in here
    assert "set goproxy=https://good.example" in here
    assert "bad.example fails from this host too" in here


def test_a_mirror_of_the_hosts_own_settings_that_fails_is_a_fault_of_its_own() -> None:
    own = probe("https://goproxy.cm", reason=Failure.REFUSED, origin=Origin.GOPROXY)
    found = looked(facts(mirrors=mirror_facts(probe("https://good.example", rank=1), own)))
    assert "https://goproxy.cm" in told(found, "standing-goproxy")


def test_a_bridge_wider_than_the_way_out_is_named() -> None:
    eth0 = Interface(name="eth0", mtu=1400, up=True, addresses=("10.0.0.7/24",), docker=False)
    route = Route(destination="0.0.0.0/0", gateway="10.0.0.1", interface="eth0", table="main")
    bridge = DockerNetwork(
        name="bridge", driver="bridge", subnets=("172.17.0.0/16",), mtu=1500, bridge="docker0"
    )
    found = looked(
        facts(
            network=network_facts(interfaces=(eth0,), routes=(route,)),
            docker=docker_facts(networks=(bridge,)),
        )
    )
    assert "1500" in told(found, "mtu-of-the-bridge")


def test_a_mirror_that_answers_through_the_proxy_alone_makes_the_proxy_the_cure() -> None:
    refused = diagnose_lines(
        [
            "#9 [deps 4/4] RUN go mod download",
            '#9 0.5 go: rsc.io/quote@v1.5.2: Get "https://m.example/rsc.io/quote/@v/v1.5.2.mod":'
            " dial tcp 203.0.113.9:443: connect: connection refused",
            "#9 ERROR: process did not complete successfully: exit code: 1",
        ]
    )
    through = probe("https://m.example", through="http://proxy.corp.example:3128")
    (fault,) = looked(facts(mirrors=mirror_facts(through)), log=refused).faults
    assert fault.cure.decision == "container_proxy"
    assert "proxy.corp.example" in " ".join(str(text) for text in fault.live)


REFUSED = diagnose_lines(
    [
        "#9 [deps 4/4] RUN go mod download",
        '#9 0.5 go: rsc.io/quote@v1.5.2: Get "https://m.example/rsc.io/quote/@v/v1.5.2.mod":'
        " dial tcp 172.17.10.5:443: connect: connection refused",
        "#9 ERROR: process did not complete successfully: exit code: 1",
    ]
)


def with_finding(log: Diagnosis, *findings: Finding) -> Diagnosis:
    observed = facts()
    plan = replace(decide(observed, {}), findings=findings)
    return with_live_facts(log, observed, plan)


def finding(name: str, message: str, decision: str | None = None) -> Finding:
    return Finding(id=name, severity=Severity.FAULT, message=message, decision=decision)


def test_the_root_that_is_true_here_takes_the_place_of_its_symptom() -> None:
    clash = finding("docker.range-clash", "bridge (172.17.0.0/16) covers 172.17.10.0/24", "bip")
    (fault,) = with_finding(REFUSED, clash).faults
    assert (fault.cause, fault.cure.decision) == ("subnet-overlap", "bip")
    assert fault.evidence == REFUSED.faults[0].evidence
    assert "connection-refused" in {out.cause for out in fault.ruled_out}


def test_a_range_that_the_log_does_not_touch_is_a_fault_of_its_own() -> None:
    clash = finding("docker.range-clash", "bridge (10.9.0.0/16) covers 10.9.1.0/24", "bip")
    causes = [fault.cause for fault in with_finding(REFUSED, clash).faults]
    assert causes == ["connection-refused", "subnet-overlap"]


def test_a_proxy_that_speaks_another_scheme_is_the_root() -> None:
    ntlm = finding("proxy.scheme", "the proxy accepts NTLM alone", "https_proxy")
    (fault,) = with_finding(REFUSED, ntlm).faults
    assert fault.cause == "proxy-auth-required"


HIDDEN = diagnose_lines(
    [
        "#8 [deps 3/4] COPY go.mod go.sum ./",
        '#8 ERROR: failed to calculate checksum of ref 8c::7a: "/go.sum": not found',
    ]
)


def test_a_file_that_dockerignore_hides_is_not_called_missing() -> None:
    hides = finding("dockerignore.hides", "/src/.dockerignore hides go.sum (*.sum)", "dockerfile")
    (fault,) = with_finding(HIDDEN, hides).faults
    assert fault.cause == "dockerignore-excluded"


def test_another_hidden_file_does_not_explain_the_one_that_is_missing() -> None:
    hides = finding("dockerignore.hides", "/src/.dockerignore hides a/b.go (a)", "dockerfile")
    causes = [fault.cause for fault in with_finding(HIDDEN, hides).faults]
    assert causes == ["copy-source-missing", "dockerignore-excluded"]


def test_what_is_only_worth_a_line_is_no_fault_by_itself() -> None:
    leak = finding("goprivate.undeclared", "nothing declares git.example private", "goprivate")
    assert [fault.cause for fault in with_finding(REFUSED, leak).faults] == ["connection-refused"]


def test_a_mirror_on_the_hosts_loopback_is_named_as_such() -> None:
    log = diagnose_lines(
        [
            "#9 [deps 4/4] RUN go mod download",
            '#9 0.5 go: rsc.io/quote@v1.5.2: Get "http://localhost:3000/rsc.io/quote/@v/v1.5.2.mod":'
            " dial tcp [::1]:3000: connect: connection refused",
            "#9 ERROR: process did not complete successfully: exit code: 1",
        ]
    )
    (fault,) = with_finding(log, finding("goproxy.loopback", "it is loopback", "goproxy")).faults
    assert (fault.cause, fault.detail) == ("loopback-proxy", "goproxy-loopback")


def test_what_only_a_person_can_mend_is_not_given_to_apply() -> None:
    sums = replace(finding("project.go-sum", "go.sum is incomplete"), cure="go mod tidy")
    cure = with_finding(REFUSED, sums).faults[-1].cure
    assert (str(cure.summary), cure.command, cure.decision) == ("go mod tidy", None, None)
