"""GitHub Actions: a workflow with least permissions, whose secrets come from a store by OIDC.

Keywords and contexts as in the published schema and docs.github.com/actions: `runner.temp` is a
step's, `vars` and `secrets` are the repository's; a store's action gives its values as outputs.
"""

from __future__ import annotations

from wizard.plan.types import Plan
from wizard.render.targets.ci import actions
from wizard.render.targets.ci.head import head
from wizard.render.targets.ci.image import image_name, registry_of
from wizard.render.targets.ci.needs import VAULT_ENGINE, Need, needs, place
from wizard.render.targets.ci.script import SCRIPT, script
from wizard.render.targets.options import Options
from wizard.render.types import Artifact, Scope, Whole
from wizard.render.yaml_text import Commented, Yaml, document
from wizard.text import msg

PATH = ".github/workflows/gomod-wizard.yml"

_RUN = f'sh "$GOMOD_PROJECT/{SCRIPT}"'
_TMP: dict[str, Yaml] = {"GOMOD_TMP": "${{ runner.temp }}/gomod-wizard"}
_STORE = "${{ runner.temp }}/gomod-store"
_DEFAULT = "github.event_name != 'pull_request' && github.ref_name == github.event.repository."
_DEFAULT += "default_branch"
_TRUSTED = "github.event.pull_request.head.repo.fork != true"
"""A fork's job gets no token for a store; it builds with what is public."""
_SETUP = {
    "vault": "VAULT_ADDR and VAULT_ROLE, a role of the auth method jwt",
    "aws": "AWS_REGION and AWS_ROLE_ARN",
    "gcp": "GCP_PROJECT, GCP_WORKLOAD_IDENTITY_PROVIDER and GCP_SERVICE_ACCOUNT",
    "azure": "AZURE_CLIENT_ID, AZURE_TENANT_ID, AZURE_SUBSCRIPTION_ID and AZURE_KEY_VAULT",
}


def github(plan: Plan, options: Options) -> tuple[Artifact, ...]:
    """Return the workflow and the script that it calls."""
    needed = needs(plan, options)
    top = head(
        plan,
        needed,
        what="Build with Go modules in GitHub Actions",
        store=place(options, "as secrets of the repository or the organisation"),
        names=[one.name(options, one.variable) for one in needed],
        usage=_usage(options),
    )
    workflow: dict[str, Yaml] = {
        "name": "gomod-wizard",
        "on": {
            "push": {"branches": ["main", "master"]},
            "pull_request": None,
            "workflow_dispatch": None,
        },
        "permissions": {"contents": "read"},
        "concurrency": {
            "group": "gomod-wizard-${{ github.ref }}",
            "cancel-in-progress": "${{ github.event_name == 'pull_request' }}",
        },
        # Empty where the variable is not set, which pip takes for nothing said.
        "env": {
            "GOMOD_PROJECT": "${{ vars.GOMOD_PROJECT || '.' }}",
            "PIP_INDEX_URL": "${{ vars.PIP_INDEX_URL }}",
        },
        "jobs": {
            "check": _check(),
            "build": Commented(
                _job(options, needed, push=False), "Everywhere but on the default branch."
            ),
            "publish": Commented(
                _job(options, needed, push=True), "The same on the default branch, and pushed."
            ),
        },
    }
    text = document(workflow, head=top)
    job = Artifact(
        name=PATH,
        scope=Scope.PROJECT,
        path=PATH,
        content=Whole(text=text),
        standalone=text,
        because=(msg("GitHub builds what this machine builds"),),
        decisions=("container_proxy", "no_proxy", "ca", "secrets", "ssh"),
    )
    return (script(plan), job)


def _usage(options: Options) -> list[str]:
    lines = [
        "Where the project is not the root of its repository: move this file into the root's",
        ".github/workflows, and name the project's folder in the variable GOMOD_PROJECT.",
        "Where the default branch is neither main nor master: name it under `push`.",
        "A runner inside the company's network: name it in the variable GOMOD_RUNNER.",
        "The check, and the word on a failed build, install gomod-wizard with pip: name the",
        "company's index, where it has one, in the variable PIP_INDEX_URL.",
        "No build cache is kept between runs: the default builder cannot export that of modules.",
    ]
    if setup := _SETUP.get(options["secret_store"]):
        lines += ["", "Variables for the secret store, none of them secret:", f"  {setup}"]
    return lines


_CHECKOUT: Yaml = {"uses": actions.CHECKOUT, "with": {"persist-credentials": False}}
_RUNNER = "${{ vars.GOMOD_RUNNER || 'ubuntu-latest' }}"


def _clean(*more: str) -> Yaml:
    return {
        "name": "Take away what is left",
        "if": "always()",
        "env": _TMP,
        "run": "\n".join((f"{_RUN} clean", *more)),
    }


def _check() -> Yaml:
    return {
        "runs-on": _RUNNER,
        "timeout-minutes": 15,
        "steps": [
            _CHECKOUT,
            {
                "name": "Does the repository still fit this network?",
                "env": _TMP,
                "run": "code=0\n"
                f"{_RUN} check || code=$?\n"
                "# 1: no, which is told and stops nothing.\n"
                'if [ "$code" -eq 1 ]; then\n'
                "  echo '::warning::the repository does not fit the network of this runner'\n"
                "else\n"
                '  exit "$code"\n'
                "fi\n",
            },
            _clean(),
        ],
    }


def _job(options: Options, needed: tuple[Need, ...], *, push: bool) -> dict[str, Yaml]:
    permissions: dict[str, Yaml] = {"contents": "read"}
    if push and not options["image"]:
        permissions["packages"] = "write"
    store = options["secret_store"]
    if needed and store != "platform":
        permissions["id-token"] = "write"
    fetched = _fetched(options, needed)
    left = ['rm -rf -- "$RUNNER_TEMP/gomod-store"'] if store == "azure" else []
    return {
        "if": _DEFAULT if push else f"!({_DEFAULT})",
        "runs-on": _RUNNER,
        "timeout-minutes": 30,
        "permissions": permissions,
        "steps": [
            _CHECKOUT,
            *({"name": one["name"], "if": _TRUSTED} | one for one in fetched),
            {
                "name": "Build",
                "env": {**_TMP, **_image(options, push=push), **_handed(options, needed)},
                "run": f"{_RUN} build",
            },
            {
                "name": "Say why it failed",
                "if": "failure()",
                "env": _TMP,
                "run": f"{_RUN} diagnose",
            },
            _clean(*(left if fetched else [])),
        ],
    }


def _image(options: Options, *, push: bool) -> dict[str, Yaml]:
    own = options["image"]
    found: dict[str, Yaml] = {
        "GOMOD_IMAGE": image_name(own or "ghcr.io/${{ github.repository }}", "${{ github.sha }}")
    }
    if push:
        found["GOMOD_PUSH"] = "1"
    if own:
        found["GOMOD_REGISTRY"] = registry_of(own)
    elif push:
        found |= {
            "GOMOD_REGISTRY": "ghcr.io",
            "GOMOD_REGISTRY_USER": "${{ github.actor }}",
            "GOMOD_REGISTRY_PASSWORD": "${{ secrets.GITHUB_TOKEN }}",
        }
    return found


def _handed(options: Options, needed: tuple[Need, ...]) -> dict[str, Yaml]:
    """Return the environment of the build's step; values by reference."""
    match options["secret_store"]:
        case "platform":
            return {one.variable: f"${{{{ secrets.{one.variable} }}}}" for one in needed}
        case "aws":
            return {}
        case "azure":
            return {one.variable: f"{_STORE}/{one.key}" for one in needed}
        case _:
            return {
                one.variable: f"${{{{ steps.store.outputs.{one.variable} }}}}" for one in needed
            }


def _fetched(options: Options, needed: tuple[Need, ...]) -> list[dict[str, Yaml]]:
    """Return the steps that ask the store, by a token that this job alone can get."""
    store, path = options["secret_store"], options["secret_path"]
    if not needed:
        return []
    match store:
        case "vault":
            lines = [f"{VAULT_ENGINE}/data/{path} {one.key} | {one.variable} ;" for one in needed]
            return [
                {
                    "name": "Fetch the secrets",
                    "id": "store",
                    "uses": actions.VAULT,
                    "with": {
                        "url": "${{ vars.VAULT_ADDR }}",
                        "method": "jwt",
                        "role": "${{ vars.VAULT_ROLE }}",
                        "exportEnv": False,
                        "secrets": _lines(lines),
                    },
                }
            ]
        case "aws":
            return [
                {
                    "name": "Log in to AWS",
                    "uses": actions.AWS_LOGIN,
                    "with": {
                        "role-to-assume": "${{ vars.AWS_ROLE_ARN }}",
                        "aws-region": "${{ vars.AWS_REGION }}",
                    },
                },
                {
                    "name": "Fetch the secrets",
                    "uses": actions.AWS_SECRETS,
                    "with": {
                        "secret-ids": _lines(
                            [f"{one.variable},{one.name(options, '')}" for one in needed]
                        ),
                        "parse-json-secrets": False,
                    },
                },
            ]
        case "gcp":
            names = [
                f"{one.variable}:${{{{ vars.GCP_PROJECT }}}}/{one.name(options, '')}"
                for one in needed
            ]
            return [
                {
                    "name": "Log in to GCP",
                    "uses": actions.GCP_LOGIN,
                    "with": {
                        "workload_identity_provider": "${{ vars.GCP_WORKLOAD_IDENTITY_PROVIDER }}",
                        "service_account": "${{ vars.GCP_SERVICE_ACCOUNT }}",
                    },
                },
                {
                    "name": "Fetch the secrets",
                    "id": "store",
                    "uses": actions.GCP_SECRETS,
                    "with": {"secrets": _lines(names)},
                },
                {
                    "name": "Take the login out of the build's context",
                    "run": 'rm -f -- "$GOOGLE_GHA_CREDS_PATH"',
                },
            ]
        case "azure":
            fetch = [
                "fetch() {",
                "  az keyvault secret download --only-show-errors \\",
                '    --vault-name "$AZURE_KEY_VAULT" --name "$1" --file "$GOMOD_STORE/$2"',
                "}",
            ]
            commands = [*fetch, *(f"fetch {one.name(options, '')} {one.key}" for one in needed)]
            return [
                {
                    "name": "Log in to Azure",
                    "uses": actions.AZURE_LOGIN,
                    "with": {
                        "client-id": "${{ vars.AZURE_CLIENT_ID }}",
                        "tenant-id": "${{ vars.AZURE_TENANT_ID }}",
                        "subscription-id": "${{ vars.AZURE_SUBSCRIPTION_ID }}",
                    },
                },
                {
                    "name": "Fetch the secrets",
                    "env": {
                        "AZURE_KEY_VAULT": "${{ vars.AZURE_KEY_VAULT }}",
                        "GOMOD_STORE": _STORE,
                    },
                    "run": _lines(["umask 077", 'mkdir -- "$GOMOD_STORE"', *commands]),
                },
            ]
        case _:
            return []


def _lines(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
