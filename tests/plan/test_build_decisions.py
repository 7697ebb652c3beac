"""Base image, toolchain, module source, Dockerfile, secrets and SSH."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.plan.facts_builder import (
    HOME,
    client,
    docker_facts,
    dockerfile_facts,
    facts,
    go_facts,
    mirror_facts,
    module,
    private_facts,
    private_host,
    probe,
    project_facts,
)
from wizard.facts import known, unknown
from wizard.facts.mirrors import Authority, Failure
from wizard.facts.private import Authentication, InsteadOf, SshSetup
from wizard.facts.project import LocalReplace, Vendor
from wizard.plan import decide
from wizard.plan.types import (
    DockerfileForm,
    DockerfilePlace,
    Finding,
    ModuleSource,
    Plan,
    Severity,
)
from wizard.render import render
from wizard.render.build_command import build_command
from wizard.rules.dockerignore import hidden_by, parse_dockerignore
from wizard.rules.gomod import Replace
from wizard.rules.image_reference import parse_image_reference

AGENT = SshSetup(
    agent_socket="/run/agent", keys=(), known_hosts=(), known_hosts_path=f"{HOME}/.ssh/known_hosts"
)
BY_SSH = private_host(ssh=True, authentication=(Authentication.SSH_AGENT,))


def plan(**areas: object) -> Plan:
    return decide(facts(**areas), {})


def ids(decided: Plan) -> set[str]:
    return {finding.id for finding in decided.findings}


def wants(go: str) -> object:
    return project_facts(modules=(module(go=go),))


@pytest.mark.parametrize(
    ("go", "images", "chosen"),
    [
        ("1.24", (), "golang:1.24-bookworm"),
        ("1.24.3", (), "golang:1.24-bookworm"),
        ("1.24", ("golang:1.24-bookworm", "golang:1.27"), "golang:1.24-bookworm"),
        ("1.24", ("golang:1.27-bookworm",), "golang:1.27-bookworm"),
        ("1.24", ("golang:1.24-alpine", "golang:1.24"), "golang:1.24"),
        ("1.25", ("golang:1.25.1-bookworm", "golang:1.24"), "golang:1.25.1-bookworm"),
        ("1.25.4", ("golang:1.25.1",), "golang:1.25.1"),
    ],
)
def test_an_image_that_the_engine_has_and_that_is_new_enough_is_taken(
    go: str, images: tuple[str, ...], chosen: str
) -> None:
    decided = plan(project=wants(go), docker=docker_facts(images=images))
    assert decided.base_image.value == chosen


def test_an_older_image_gets_the_newer_go_as_a_module() -> None:
    decided = plan(project=wants("1.27"), docker=docker_facts(images=("golang:1.24-bookworm",)))
    assert decided.base_image.value == "golang:1.24-bookworm"
    assert decided.gotoolchain.value == "auto"
    assert "toolchain.too-old" in ids(decided)


def test_an_older_image_is_not_taken_where_no_mirror_could_bring_the_newer_go() -> None:
    decided = plan(
        project=wants("1.27"),
        docker=docker_facts(images=("golang:1.24",)),
        mirrors=mirror_facts(probe(reason=Failure.RESET)),
    )
    assert decided.base_image.value == "golang:1.27-bookworm"


def test_a_toolchain_line_alone_changes_nothing() -> None:
    decided = plan(project=project_facts(modules=(module(go="1.24", toolchain="go1.27.3"),)))
    assert decided.gotoolchain.value is None


def test_the_image_of_an_existing_dockerfile_stays() -> None:
    decided = plan(
        project=project_facts(dockerfile=dockerfile_facts(base_image="reg.example/go:corp"))
    )
    assert decided.base_image.value == "reg.example/go:corp"


def test_a_consistent_vendor_folder_makes_the_build_need_no_network() -> None:
    vendor = Vendor(path="vendor", consistent=True, workspace=False)
    decided = plan(project=project_facts(vendor=vendor))
    assert decided.module_source.value is ModuleSource.VENDOR
    assert decided.secrets.value == ()


def test_a_vendor_folder_that_disagrees_is_named_and_not_used() -> None:
    vendor = Vendor(path="vendor", consistent=False, workspace=False)
    decided = plan(project=project_facts(vendor=vendor))
    assert decided.module_source.value is ModuleSource.PROXY
    assert "project.vendor" in ids(decided)


def test_without_any_mirror_the_hosts_own_module_cache_serves() -> None:
    decided = plan(mirrors=mirror_facts(probe(reason=Failure.CONNECT_TIMEOUT)))
    assert decided.module_source.value is ModuleSource.BRIDGE
    cures = {finding.id: str(finding.cure) for finding in decided.findings}
    assert "module cache" in cures["goproxy.none-proved"]
    assert "name your" not in cures["goproxy.none-proved"]


def test_a_host_whose_modules_a_mirror_serves_wants_no_login() -> None:
    mirrored = private_host("go.corp.example", patterns=(), authentication=())
    assert "private.no-credentials" not in ids(plan(private=private_facts(mirrored)))


ENGINE_20 = docker_facts(client_facts=client(version="20.10.24", buildx=None))
CLOSED = mirror_facts(probe(reason=Failure.CONNECT_TIMEOUT))


def test_an_engine_without_named_contexts_takes_a_wider_one_for_the_bridge() -> None:
    decided = plan(mirrors=CLOSED, docker=ENGINE_20)
    found = {artifact.name: artifact.standalone for artifact in render(decided)}
    argv = build_command(decided).argv

    assert decided.module_source.value is ModuleSource.BRIDGE
    assert decided.dockerfile.value.place is DockerfilePlace.BESIDE
    assert (argv[-1], "--build-context" in argv) == ("../..", False)
    assert (
        "type=bind,source=go/pkg/mod/cache/download,target=/gomodcache"
        in (found["Dockerfile.gomod"])
    )
    assert "COPY src/app/ ./\n" in found["Dockerfile.gomod"]
    shown = parse_dockerignore(found["Dockerfile.gomod.dockerignore"])
    hidden = (".ssh/id_ed25519", "other/x.go", "src/app/.git/config", "src/app/.netrc", ".netrc")
    assert all(hidden_by(shown, path) for path in hidden)
    needed = ("src/app/go.mod", "go/pkg/mod/cache/download/a.example/@v/v1.0.0.zip")
    assert not any(hidden_by(shown, path) for path in needed)


def test_a_folder_outside_comes_in_by_the_wider_context_of_an_old_engine() -> None:
    replaced = Replace(old="a.example/b", old_version=None, new="../shared", new_version=None)
    outside = LocalReplace(
        module=".", replace=replaced, target="../shared", outside=True, exists=True
    )
    decided = plan(project=project_facts(replaces=(outside,)), docker=ENGINE_20)
    found = {artifact.name: artifact.standalone for artifact in render(decided)}

    assert build_command(decided).argv[-1] == ".."
    assert "COPY shared/ /src/shared/\n" in found["Dockerfile.gomod"]
    severities = {f.id: f.severity for f in decided.findings}
    assert severities["project.replace-outside"] is Severity.NOTE


def test_the_whole_machine_is_no_context() -> None:
    decided = plan(mirrors=CLOSED, docker=ENGINE_20, go=go_facts(mod_cache="/srv/cache/go/pkg/mod"))
    assert decided.inputs.wide is None
    assert decided.module_source.value is ModuleSource.PROXY


def test_go_mod_vendor_is_always_offered() -> None:
    assert any(other.value is ModuleSource.VENDOR for other in plan().module_source.alternatives)


OFF = client(legacy_builder=True, why_legacy="DOCKER_BUILDKIT=0")
NO_BUILDX = client(buildx=None, legacy_builder=True, why_legacy="no buildx plugin")
OLD = client(
    version="20.10.24",
    buildx=None,
    legacy_builder=True,
    why_legacy="docker 20.10.24 without DOCKER_BUILDKIT=1",
)


@pytest.mark.parametrize(
    ("docker", "private", "form", "variable"),
    [
        (client(), False, DockerfileForm.MOUNTS, False),
        (OFF, False, DockerfileForm.PLAIN, False),
        (OFF, True, DockerfileForm.MOUNTS, True),
        (NO_BUILDX, False, DockerfileForm.PLAIN, False),
        (NO_BUILDX, True, DockerfileForm.PLAIN, False),
        (OLD, False, DockerfileForm.MOUNTS, True),
    ],
    ids=["buildx", "switched-off", "switched-off-private", "no-buildx", "no-buildx-private", "old"],
)
def test_the_form_is_what_the_builder_understands(
    docker: object, private: bool, form: DockerfileForm, variable: bool
) -> None:
    decided = decide(
        facts(
            docker=docker_facts(client_facts=docker),  # type: ignore[arg-type]
            private=private_facts(*((private_host(),) if private else ())),
        ),
        {},
    )
    assert decided.dockerfile.value.form is form
    assert decided.inputs.buildkit_variable is variable


def test_no_reason_promises_the_legacy_builder_what_only_mounts_can_do() -> None:
    decided = plan(docker=docker_facts(client_facts=NO_BUILDX), private=private_facts(BY_SSH))
    reasons = {d.key: str(d.because) for d in (decided.module_source, decided.ssh, decided.secrets)}
    assert decided.ssh.value
    assert "cache mount" not in reasons["module_source"]
    assert "borrows" not in reasons["ssh"]
    assert "legacy builder" in reasons["secrets"]


def test_many_folders_without_a_whole_go_sum_are_counted_not_listed() -> None:
    bare = tuple(module(directory, missing_sums=("x",)) for directory in (".", *"abcdefgh"))
    finding = _finding(plan(project=project_facts(modules=bare)), "project.go-sum")
    assert "this folder, a, b and 6 more" in str(finding.message)


@pytest.mark.parametrize(
    ("standing", "place"),
    [
        (None, DockerfilePlace.CREATE),
        (dockerfile_facts(), DockerfilePlace.BLOCK),
        (dockerfile_facts(managed=True), DockerfilePlace.BLOCK),
        (replace(dockerfile_facts(managed=True), whole=True), DockerfilePlace.CREATE),
        (dockerfile_facts(go_stage=None), DockerfilePlace.BESIDE),
    ],
    ids=["none", "users", "with-block", "whole", "without-go"],
)
def test_a_dockerfile_of_the_users_is_never_written_whole(
    standing: object, place: DockerfilePlace
) -> None:
    decided = plan(project=project_facts(dockerfile=standing))  # type: ignore[arg-type]
    assert decided.dockerfile.value.place is place


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/home/me/app/Dockerfile", "Dockerfile"),
        ("/home/me/app/dockerfile", "dockerfile"),
        ("/elsewhere/Dockerfile", "/elsewhere/Dockerfile"),
    ],
)
def test_a_dockerfile_of_the_project_is_named_relative_to_it(path: str, named: str) -> None:
    project = replace(
        project_facts(dockerfile=dockerfile_facts(path=path)), root=known("/home/me/app", "cwd")
    )
    assert plan(project=project).inputs.dockerfile == named


def test_a_login_in_netrc_is_handed_over_for_the_hosts_that_need_it() -> None:
    decided = plan(private=private_facts(private_host(), netrc=("git.corp.example",)))
    assert [secret.id for secret in decided.secrets.value] == ["goenv", "netrc"]


def test_a_netrc_for_other_hosts_stays_at_home() -> None:
    decided = plan(private=private_facts(private_host(), netrc=("ftp.example",)))
    assert [secret.id for secret in decided.secrets.value] == ["goenv"]


def test_a_login_for_the_mirror_itself_is_handed_over() -> None:
    decided = plan(private=private_facts(netrc=("proxy.golang.org:8443",)))
    assert "netrc" in [secret.id for secret in decided.secrets.value]


def test_ssh_is_lent_with_the_host_keys_that_were_accepted() -> None:
    decided = plan(private=private_facts(BY_SSH, ssh=AGENT))
    assert decided.ssh.value is True
    assert [secret.id for secret in decided.secrets.value] == ["goenv", "known_hosts"]


def test_the_users_own_rewrite_to_ssh_is_kept() -> None:
    rewrite = InsteadOf(
        base="ssh://git@git.corp.example:2222/",
        instead_of="https://git.corp.example/",
        source="~/.gitconfig",
    )
    decided = plan(private=private_facts(BY_SSH, ssh=AGENT, instead_of=(rewrite,)))
    assert decided.inputs.ssh_rewrites == ((rewrite.base, rewrite.instead_of),)


def test_a_rewrite_whose_user_was_masked_goes_to_gits_own_user() -> None:
    rewrite = InsteadOf(
        base="ssh://***@git.corp.example:2222/",
        instead_of="https://git.corp.example/",
        source="~/.gitconfig",
    )
    decided = plan(private=private_facts(BY_SSH, ssh=AGENT, instead_of=(rewrite,)))
    assert decided.inputs.ssh_rewrites[0][0] == "ssh://git@git.corp.example:2222/"


@pytest.mark.parametrize(
    ("ways", "ssh", "finding"),
    [
        ((Authentication.GIT_CREDENTIAL_HELPER,), False, "private.helper-only"),
        ((Authentication.NONE,), False, "private.no-credentials"),
        ((Authentication.NETRC,), True, "private.no-ssh-key"),
    ],
)
def test_a_login_that_no_build_can_use_is_named(
    ways: tuple[Authentication, ...], ssh: bool, finding: str
) -> None:
    decided = plan(private=private_facts(private_host(authentication=ways, ssh=ssh), ssh=AGENT))
    assert finding in ids(decided)


def test_an_authority_of_the_hosts_own_is_handed_over() -> None:
    authority = Authority(
        subject="Example Corp Root",
        sha256="ab" * 32,
        expires="2030-01-01",
        pem="-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n",
        source="/etc/ssl/certs/corp.pem",
        hosts=("proxy.golang.org",),
    )
    mirrors = replace(mirror_facts(), authorities=known((authority,), "tests"))
    decided = plan(mirrors=mirrors)
    assert [ca.subject for ca in decided.ca.value] == ["Example Corp Root"]
    assert "ca" in [secret.id for secret in decided.secrets.value]


def test_a_folder_outside_of_the_project_becomes_a_build_context() -> None:
    replaced = Replace(old="a.example/b", old_version=None, new="../shared", new_version=None)
    outside = LocalReplace(
        module=".", replace=replaced, target="../shared", outside=True, exists=True
    )
    decided = plan(project=project_facts(replaces=(outside,)))
    assert decided.inputs.outside_dirs == (("outside-shared", "../shared"),)


def test_without_a_home_there_is_no_secret_to_point_to() -> None:
    area = go_facts()
    decided = plan(go=replace(area, env_file=replace(area.env_file, value=None)))
    assert decided.secrets.value == ()


def _finding(decided: Plan, name: str) -> Finding:
    return next(one for one in decided.findings if one.id == name)


def test_a_project_without_a_go_line_gets_the_newest_image_that_the_engine_has() -> None:
    nameless = project_facts(modules=(module(go=None),))
    here = docker_facts(images=("golang:1.25-bookworm", "golang:1.26-bookworm", "golang:1.9"))
    assert plan(project=nameless, docker=here).base_image.value == "golang:1.26-bookworm"
    assert plan(project=nameless).base_image.value == "golang:1.27-bookworm"


@pytest.mark.parametrize("line", ["banana", "99.99.9", "1.25banana!", "v1.25"])
def test_a_go_line_that_no_go_satisfies_is_a_fault_and_names_no_image(line: str) -> None:
    decided = plan(project=project_facts(modules=(module("svc", go=line),)))
    found = _finding(decided, "toolchain.no-such-go")
    assert found.severity is Severity.FAULT
    assert "svc/go.mod" in str(found.message)
    assert line in str(found.message)
    assert decided.base_image.value == "golang:1.27-bookworm"


def test_a_go_that_is_newer_than_this_program_is_a_warning_unless_an_image_has_it() -> None:
    newer = project_facts(modules=(module(go="1.99"),))
    assert _finding(plan(project=newer), "toolchain.unknown-go").severity is Severity.WARNING
    here = docker_facts(images=("golang:1.99-bookworm",))
    assert "toolchain.unknown-go" not in ids(plan(project=newer, docker=here))


def test_go_lines_that_go_accepts_are_no_finding() -> None:
    for line in ("1.25", "1.25.3", "1.26rc1", "1.9", None):
        decided = plan(project=project_facts(modules=(module(go=line),)))
        assert not [one for one in ids(decided) if one.startswith("toolchain.")]


@pytest.mark.parametrize("length", [200_000, 300])
def test_the_images_name_is_one_that_docker_takes_however_long_the_modules_is(length: int) -> None:
    path = f"example.com/{'Ab-' * (length // 3)}x"
    tag = plan(project=project_facts(modules=(module(path=path),))).inputs.image_tag
    assert parse_image_reference(tag) is not None
    assert len(tag) <= 128


def test_a_folder_whose_name_is_no_utf8_has_its_own_build_inputs() -> None:
    odd, other = (
        plan(project=project_facts(root=root)).inputs.config_dir
        for root in ("/home/dev/a\udcff", "/home/dev/a\udcfe")
    )
    odd.encode()
    assert odd != other


def test_what_a_builder_lacks_is_only_a_note_where_no_engine_answers() -> None:
    legacy = client(version="28.5.2", buildx=None, legacy_builder=True, why_legacy="no buildx")
    private = private_facts(BY_SSH, netrc=("git.corp.example",))
    here = docker_facts(client_facts=legacy)
    away = replace(here, engine=unknown("no engine answered", "tests"))
    severities = [
        _finding(plan(docker=docker, private=private), "builder.no-secrets").severity
        for docker in (here, away)
    ]
    assert severities == [Severity.FAULT, Severity.NOTE]


def test_a_secret_in_the_dockerfile_is_named_with_its_line_and_the_way_to_hand_it_over() -> None:
    decided = plan(project=project_facts(dockerfile=replace(dockerfile_facts(), secrets=(3, 7))))
    (finding,) = [one for one in decided.findings if one.id == "dockerfile.secret"]
    assert "line 3, 7" in str(finding.message)
    assert "--mount=type=secret" in str(finding.cure)
