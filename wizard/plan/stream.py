"""The order in which topics are decided, and what each may know of the others."""

from __future__ import annotations

from datetime import date
from typing import Any

from wizard.facts import Facts
from wizard.plan import checksums, unsafe
from wizard.plan.answering import Case
from wizard.plan.container import decide_container
from wizard.plan.credentials import decide_credentials
from wizard.plan.engine import decide_engine
from wizard.plan.engine_proxy import proxies_of_daemon_json
from wizard.plan.git_in_build import fetch_image, git_findings
from wizard.plan.in_build_findings import in_build_findings
from wizard.plan.inputs import config_dir, daemon_json_path, gather_inputs
from wizard.plan.loopback_mirrors import loopback_mirrors
from wizard.plan.module_mirrors import detected_goproxy, goproxy_findings
from wizard.plan.pipes import pipe_that_leaks, sealed
from wizard.plan.preset_findings import preset_findings
from wizard.plan.privacy import decide_privacy, kept_from_strangers
from wizard.plan.project import decide_project
from wizard.plan.project_findings import project_findings
from wizard.plan.proxies import decide_proxies
from wizard.plan.proxy_findings import proxy_findings
from wizard.plan.ranges import decide_ranges
from wizard.plan.registries import syntax_is_out_of_reach
from wizard.plan.resolvers import decide_resolvers
from wizard.plan.rulebook import check_plan
from wizard.plan.toolchain import decide_toolchain
from wizard.plan.types import Answers, DockerfileForm, Finding, Plan, Severity
from wizard.plan.untouched import Cures, untouched_findings
from wizard.questions import BY_KEY, REASON, UNTIL, question
from wizard.text import Text, msg


def decide_all(facts: Facts, answers: Answers) -> Plan:
    """Return the plan for these facts and answers."""
    for key in answers:
        if key not in (REASON, UNTIL):
            question(key)
    case = Case(facts=facts, answers=answers)
    proxies = decide_proxies(case)
    privacy = decide_privacy(case)
    goproxy = case.decided(sealed(facts, detected_goproxy(facts), privacy))
    gosumdb = case.decided(checksums.detected_gosumdb(facts, goproxy.value))
    privacy = kept_from_strangers(facts, privacy, goproxy.value, gosumdb.value)
    toolchain = decide_toolchain(case)
    ranges = decide_ranges(case)
    resolvers = decide_resolvers(case, goproxy.value, proxies.https.value, proxies.no_proxy.value)
    engine = decide_engine(case, toolchain.base_image.value, proxies.https.value)
    shape = decide_project(case)
    container = decide_container(case, proxies, ranges.bip.value, shape.module_source.value)
    credentials = decide_credentials(
        case,
        goproxy=goproxy.value,
        source=shape.module_source.value,
        form=shape.dockerfile.value.form,
        config_dir=config_dir(facts),
    )
    drop_syntax = shape.dockerfile.value.form is DockerfileForm.MOUNTS and syntax_is_out_of_reach(
        facts, engine.registry_mirrors.value
    )
    without_git = (facts, shape.dockerfile.value, shape.module_source.value)
    fetching = fetch_image(*without_git, privacy.gonoproxy.value)
    engine_proxies = proxies_of_daemon_json(
        facts,
        toolchain.base_image.value,
        engine.registry_mirrors.value,
        proxies.https.value,
        proxies.no_proxy.value,
    )
    leak = pipe_that_leaks(facts, goproxy, privacy)
    guarded: dict[str, Any] = {
        "goproxy": goproxy.value,
        "gosumdb": gosumdb.value,
        "goprivate": privacy.goprivate.value,
        "gonosumdb": privacy.gonosumdb.value,
        "goinsecure": privacy.goinsecure.value,
        "iptables": engine.iptables.value,
    }
    plan = Plan(
        goproxy=goproxy,
        gosumdb=gosumdb,
        goprivate=privacy.goprivate,
        gonoproxy=privacy.gonoproxy,
        gonosumdb=privacy.gonosumdb,
        goinsecure=privacy.goinsecure,
        gotoolchain=toolchain.gotoolchain,
        goauth=case.decided(checksums.detected_goauth(facts)),
        http_proxy=proxies.http,
        https_proxy=proxies.https,
        no_proxy=proxies.no_proxy,
        container_proxy=container.container_proxy,
        ca=credentials.ca,
        bip=ranges.bip,
        fixed_cidr=ranges.fixed_cidr,
        address_pools=ranges.address_pools,
        mtu=engine.mtu,
        dns=resolvers.dns,
        dns_search=resolvers.dns_search,
        hosts=resolvers.hosts,
        iptables=engine.iptables,
        ip_forward=engine.ip_forward,
        userland_proxy=engine.userland_proxy,
        registry_mirrors=engine.registry_mirrors,
        base_image=toolchain.base_image,
        build_network=container.build_network,
        module_source=shape.module_source,
        secrets=credentials.secrets,
        ssh=credentials.ssh,
        dockerfile=shape.dockerfile,
        findings=(
            *project_findings(
                facts, shape.dockerfile.value, drop_syntax=drop_syntax, wide=shape.wide
            ),
            *untouched_findings(
                facts,
                Cures(
                    module_source=shape.module_source,
                    goproxy=goproxy,
                    goprivate=privacy.goprivate,
                    container_proxy=container.container_proxy,
                    ca=credentials.ca,
                    mtu=engine.mtu,
                    dns=resolvers.dns,
                    hosts=resolvers.hosts,
                    secrets=credentials.secrets,
                    ssh=credentials.ssh,
                    mounts=shape.dockerfile.value.form is DockerfileForm.MOUNTS,
                    daemon_json=daemon_json_path(facts),
                ),
            ),
            *proxy_findings(facts, proxies),
            *goproxy_findings(facts, goproxy, privacy, shape.module_source.value),
            *loopback_mirrors(
                facts,
                goproxy.value,
                ranges.bip.value,
                container.build_network.value,
                shape.module_source.value,
            ),
            *checksums.gosumdb_findings(facts, goproxy.value),
            *privacy.findings,
            *toolchain.findings,
            *ranges.findings,
            *resolvers.findings,
            *engine.findings,
            *container.findings,
            *git_findings(*without_git, privacy.gonoproxy.value, fetching),
            *in_build_findings(facts, shape.module_source.value),
            *credentials.findings,
            *_waived(case, guarded, leak),
            *preset_findings(facts),
        ),
        inputs=gather_inputs(
            facts,
            shape.dockerfile.value,
            answers,
            drop_syntax=drop_syntax,
            engine_proxies=engine_proxies,
            fetch_image=fetching,
            wide=shape.wide,
        ),
    )
    check_plan(case.preset, plan)
    return plan


def _waived(case: Case, values: dict[str, Any], leak: Text | None) -> tuple[Finding, ...]:
    """Return a warning for each unsafe answer. Raises UnsafeError where reason or date lack."""
    today = date.fromisoformat(case.facts.observed_at[:10])
    unsafe.last_day(case.answers)
    findings: list[Finding] = []
    for key, value in values.items():
        answer = case.answers.get(key)
        why = BY_KEY[key].unsafe(value) or (leak if key == "goproxy" else None)
        if answer is None or why is None:
            continue
        waiver = unsafe.waiver(case.answers, today)
        if waiver is None:
            raise unsafe.refuse(key, answer, why)
        reason, last = waiver
        findings.append(
            Finding(
                id=f"{key}.waived",
                severity=Severity.WARNING,
                message=msg(
                    "{key}={value} until {until}: {why} (reason: {reason})",
                    key=key,
                    value=answer.text,
                    until=last.isoformat(),
                    why=why,
                    reason=reason,
                ),
                cure=msg("check fails after that day"),
                decision=key,
            )
        )
    return tuple(findings)
