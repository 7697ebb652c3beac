"""GitLab CI: a file to include, with the runner's engine or with one of the job's own (dind).

The keywords are those of the published schema and of docs.gitlab.com/ci/yaml: `secrets` with
`vault`, `aws_secrets_manager`, `gcp_secret_manager` and `azure_key_vault`, `id_tokens`, `services`.
"""

from __future__ import annotations

from wizard.plan.types import Plan
from wizard.render.quoting import posix
from wizard.render.targets.ci.elsewhere import (
    certificates,
    open_proxies,
    reachable_mirrors,
    secret_proxies,
)
from wizard.render.targets.ci.head import head
from wizard.render.targets.ci.image import image_name, registry_of
from wizard.render.targets.ci.needs import VAULT_ENGINE, Need, needs, place
from wizard.render.targets.ci.script import SCRIPT, script
from wizard.render.targets.options import Options
from wizard.render.types import Artifact, Scope, Whole
from wizard.render.yaml_text import Commented, Yaml, document
from wizard.text import msg

PATH = ".gitlab/gomod-wizard.gitlab-ci.yml"
DIND_PATH = ".gitlab/gomod-wizard-dind.gitlab-ci.yml"

_RUN = f'sh "$GOMOD_PROJECT/{SCRIPT}"'
_SETUP = {
    "vault": "VAULT_SERVER_URL and VAULT_AUTH_ROLE, and GOMOD_AUDIENCE, the audience of the role",
    "aws": "AWS_REGION and AWS_ROLE_ARN, and GOMOD_AUDIENCE, the audience of the provider",
    "gcp": "GCP_PROJECT_NUMBER, GCP_WORKLOAD_IDENTITY_FEDERATION_POOL_ID and\n"
    "GCP_WORKLOAD_IDENTITY_FEDERATION_PROVIDER_ID, and GOMOD_AUDIENCE, that provider's audience",
    "azure": "AZURE_KEY_VAULT_SERVER_URL, AZURE_TENANT_ID and AZURE_CLIENT_ID, and\n"
    "GOMOD_AUDIENCE, the audience of the application's federated credential",
}
"""The CI/CD variables that GitLab's runner needs to ask that store (docs.gitlab.com/ci/secrets)."""


def gitlab(plan: Plan, options: Options) -> tuple[Artifact, ...]:
    """Return the job for a runner whose engine it may use, by socket or shell."""
    return _rendered(plan, options, dind=False)


def gitlab_dind(plan: Plan, options: Options) -> tuple[Artifact, ...]:
    """Return the job that starts an engine of its own."""
    return _rendered(plan, options, dind=True)


def _rendered(plan: Plan, options: Options, *, dind: bool) -> tuple[Artifact, ...]:
    needed = needs(plan, options)
    path = DIND_PATH if dind else PATH
    top = head(
        plan,
        needed,
        what="Build with Go modules in GitLab CI",
        store=place(
            options,
            "as CI/CD variables (masked; those with lines of type File;\nprotected ones are kept"
            " from the jobs of merge requests)",
        ),
        names=[one.name(options, one.variable) for one in needed],
        usage=_usage(plan, options, path, dind=dind),
    )
    jobs: dict[str, Yaml] = {
        "gomod-wizard-check": _check(),
        "gomod-wizard-build": _build(plan, options, needed, dind=dind),
    }
    text = document(jobs, head=top)
    job = Artifact(
        name=path,
        scope=Scope.PROJECT,
        path=path,
        content=Whole(text=text),
        standalone=text,
        because=(
            msg("GitLab builds what this machine builds, with an engine of the job's own")
            if dind
            else msg("GitLab builds what this machine builds, with the runner's engine"),
        ),
        decisions=("container_proxy", "no_proxy", "ca", "secrets", "ssh")
        + (("bip", "fixed_cidr", "address_pools", "mtu", "registry_mirrors") if dind else ()),
    )
    return (script(plan), job)


def _usage(plan: Plan, options: Options, path: str, *, dind: bool) -> list[str]:
    lines = [
        "In .gitlab-ci.yml:",
        "  include:",
        f"    - local: {path}",
        "",
        "Where the project is not the root of its repository: set the CI/CD variable",
        "GOMOD_PROJECT to its folder, and put that folder before the path above.",
    ]
    if dind:
        lines += [
            "The runner is privileged, and shares the engine's certificates with the job:",
            'privileged = true and volumes = ["/certs/client", "/cache"] in its config.toml.',
        ]
        if secret_proxies(plan) and not _shared_proxies(plan, options):
            lines += [
                "The job's engine sees nothing of the secret store: where its own pulls need the",
                "proxy, set HTTPS_PROXY in `environment` of the runner's config.toml.",
            ]
    else:
        lines += [
            "The runner has docker: one with the shell executor, or the docker executor with",
            'volumes = ["/var/run/docker.sock:/var/run/docker.sock", "/cache"] in its config.toml.',
        ]
    lines += [
        "The check, and the word on a failed build, install gomod-wizard with pip: set",
        "PIP_INDEX_URL where the company has an index of its own.",
    ]
    if setup := _SETUP.get(options["secret_store"]):
        lines += ["", "CI/CD variables for the secret store, none of them secret:"]
        lines += [f"  {line}" for line in setup.split("\n")]
    return lines


def _check() -> Yaml:
    return {
        "stage": "build",
        "image": "python:3-slim",
        "variables": _variables(),
        "rules": _rules(push=False),
        "interruptible": True,
        "timeout": "15m",
        "script": [f"{_RUN} check"],
        "after_script": [f"{_RUN} clean"],
        "allow_failure": Commented(
            {"exit_codes": [1]},
            "1: the repository's files no longer fit this network. It is told, and stops nothing.",
        ),
    }


def _variables() -> dict[str, Yaml]:
    return {
        "GOMOD_PROJECT": ".",
        "GOMOD_TMP": "$CI_PROJECT_DIR.tmp/gomod-wizard-$CI_JOB_ID",
    }


def _rules(*, push: bool) -> Yaml:
    default: dict[str, Yaml] = {"if": "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"}
    if push:
        default["variables"] = {"GOMOD_PUSH": "1"}
    return [{"if": '$CI_PIPELINE_SOURCE == "merge_request_event"'}, default]


def _build(plan: Plan, options: Options, needed: tuple[Need, ...], *, dind: bool) -> Yaml:
    own = options["image"]
    variables: dict[str, Yaml] = {
        **_variables(),
        "GOMOD_IMAGE": image_name(own or "$CI_REGISTRY_IMAGE", "$CI_COMMIT_SHA"),
    }
    if own:
        variables["GOMOD_REGISTRY"] = registry_of(own)
    else:
        variables |= {
            "GOMOD_REGISTRY": "$CI_REGISTRY",
            "GOMOD_REGISTRY_USER": "$CI_REGISTRY_USER",
            "GOMOD_REGISTRY_PASSWORD": "$CI_REGISTRY_PASSWORD",
        }
    job: dict[str, Yaml] = {"stage": "build", "image": "docker:28-cli"}
    if dind:
        job["services"] = [_service(plan)]
        variables |= {
            "DOCKER_HOST": "tcp://docker:2376",
            "DOCKER_TLS_CERTDIR": "/certs",
            "DOCKER_TLS_VERIFY": "1",
            "DOCKER_CERT_PATH": "/certs/client",
        }
        # A job's own variables, and no others, reach the engine: its pulls go by the proxy too.
        if _shared_proxies(plan, options):
            variables |= {name: f"$GOMOD_{name}" for name in secret_proxies(plan)}
            variables["NO_PROXY"] = _no_proxy(plan, "docker")
    job["variables"] = variables
    job |= _secrets(options, needed)
    job |= {
        "rules": _rules(push=True),
        "interruptible": True,
        "timeout": "30m",
        "script": [f"{_RUN} build"],
        "after_script": [
            f'if [ "$CI_JOB_STATUS" != success ]; then {_RUN} diagnose; fi',
            f"{_RUN} clean",
        ],
        "artifacts": Commented(
            {
                "when": "on_failure",
                "expire_in": "1 week",
                "reports": {"codequality": "gomod-diagnosis.json"},
            },
            "Why it failed, in the merge request. The log itself is no artifact: it is not masked.",
        ),
    }
    return job


def _secrets(options: Options, needed: tuple[Need, ...]) -> dict[str, Yaml]:
    store, path = options["secret_store"], options["secret_path"]
    if store == "platform" or not needed:
        return {}
    found: dict[str, Yaml] = {}
    for one in needed:
        found_at: Yaml
        match store:
            case "vault":
                engine: Yaml = {"name": "kv-v2", "path": VAULT_ENGINE}
                found_at = {"vault": {"engine": engine, "path": path, "field": one.key}}
            case "aws":
                found_at = {"aws_secrets_manager": {"secret_id": one.name(options, "")}}
            case "gcp":
                found_at = {"gcp_secret_manager": {"name": one.name(options, "")}}
            case _:
                found_at = {"azure_key_vault": {"name": one.name(options, "")}}
        found[one.variable] = {**found_at, "token": "$GOMOD_ID_TOKEN", "file": one.file}
    return {
        "id_tokens": {"GOMOD_ID_TOKEN": {"aud": "$GOMOD_AUDIENCE"}},
        "secrets": found,
    }


def _service(plan: Plan) -> Yaml:
    """Return the engine, with the ranges, the packets' length and the registries of the plan.

    Its resolvers are the runner's.
    """
    flags = [] if plan.mtu.value is None else [f"--mtu={plan.mtu.value}"]
    # An address of the company's must be outside of the engine's own ranges here too.
    for flag, value in (("--bip", plan.bip.value), ("--fixed-cidr", plan.fixed_cidr.value)):
        flags += [f"{flag}={value}"] if value else []
    flags += [
        f"--default-address-pool=base={pool.base},size={pool.size}"
        for pool in plan.address_pools.value or ()
    ]
    flags += [f"--registry-mirror={url}" for url in reachable_mirrors(plan)]
    service: dict[str, Yaml] = {"name": "docker:28-dind", "alias": "docker"}
    variables: dict[str, Yaml] = {"HEALTHCHECK_TCP_PORT": "2376"}
    # Its own pulls go by the proxy too.
    variables |= {name: proxy.reveal() for name, proxy in open_proxies(plan).items()}
    if len(variables) > 1 and plan.no_proxy.value:
        variables["NO_PROXY"] = _no_proxy(plan)
    if trusted := certificates(plan):
        # Pulls through a proxy that signs for itself; the certificates are public.
        variables["GOMOD_CA"] = "\n".join(trusted) + "\n"
        start = posix(("exec", "dockerd-entrypoint.sh", *flags))
        bundle = "/etc/ssl/certs/ca-certificates.crt"
        service["entrypoint"] = ["sh", "-c"]
        service["command"] = [f'printf "%s\\n" "$GOMOD_CA" >>{bundle} && {start}']
    elif flags:
        service["command"] = flags
    service["variables"] = variables
    if plan.mtu.value is None:
        return service
    return Commented(service, f"The mtu of the plan, {plan.mtu.value}: larger packets are lost.")


def _shared_proxies(plan: Plan, options: Options) -> bool:
    """Return whether the engine can be given the proxies that need a login, as CI/CD variables."""
    store = options["secret_store"]
    return store == "platform" and bool(secret_proxies(plan))


def _no_proxy(plan: Plan, *more: str) -> str:
    """Return the list; GitLab would read a `$` in it."""
    return ",".join(one for one in (*plan.no_proxy.value, *more) if "$" not in one)
