"""Jenkins: a declarative Jenkinsfile whose secrets are bound by name and masked.

Steps as in jenkins.io/doc/pipeline/steps: `withCredentials` (Credentials Binding), `withVault`
(HashiCorp Vault); the credentials providers of AWS, GCP and Azure show a store's secrets as
credentials of the same name.
"""

from __future__ import annotations

from collections.abc import Sequence

from wizard.plan.types import Plan
from wizard.render.artifact_template import filled
from wizard.render.targets.ci.head import head
from wizard.render.targets.ci.image import image_name, registry_of
from wizard.render.targets.ci.needs import VAULT_ENGINE, Need, needs, place
from wizard.render.targets.ci.script import SCRIPT, script
from wizard.render.targets.options import Options
from wizard.render.types import Artifact, Scope, Whole
from wizard.text import msg
from wizard.untrusted import clean

PATH = "Jenkinsfile.gomod"

_PAIR = ("registry_user", "registry_password")


def jenkins(plan: Plan, options: Options) -> tuple[Artifact, ...]:
    """Return the pipeline and the script that it calls."""
    needed = needs(plan, options)
    top = head(
        plan,
        needed,
        what="Build with Go modules in Jenkins",
        store=place(
            options, "as credentials of the folder (secret file or text; a key as SSH key)"
        ),
        names=[_name(one, options) for one in needed],
        usage=[
            f'A pipeline from SCM with the script path {PATH}, on an agent labelled "docker" that',
            "has docker and sh, and Python 3.11 for the check and for a word on a failed build.",
            "Where the project is not the root of its repository: set GOMOD_PROJECT to its folder,",
            "and put that folder before the script path.",
            *_plugin(options),
        ],
    )
    text = filled(
        "Jenkinsfile.tmpl",
        head="\n".join(f"// {clean(line)}".rstrip() for line in top.split("\n")),
        script=SCRIPT,
        image=_environment(options),
        build=_bound(options, needed, f"""sh 'sh "$GOMOD_PROJECT/{SCRIPT}" build'"""),
    )
    job = Artifact(
        name=PATH,
        scope=Scope.PROJECT,
        path=PATH,
        content=Whole(text=text),
        standalone=text,
        because=(msg("Jenkins builds what this machine builds"),),
        decisions=("container_proxy", "no_proxy", "ca", "secrets", "ssh"),
    )
    return (script(plan), job)


def _plugin(options: Options) -> tuple[str, ...]:
    plugins = {
        "vault": "hashicorp-vault-plugin, with its server and login configured in Jenkins",
        "aws": "aws-secrets-manager-credentials-provider",
        "gcp": "gcp-secrets-manager-credentials-provider",
        "azure": "azure-keyvault",
    }
    plugin = plugins.get(options["secret_store"])
    return () if plugin is None else ("", f"Plugin for the secret store: {plugin}.")


def groovy(text: str) -> str:
    """Return `text` as a Groovy literal in which nothing is interpolated."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
    return f"'{escaped.replace(chr(13), chr(92) + 'r')}'"


def _name(need: Need, options: Options) -> str:
    own = "gomod-registry" if need.key in _PAIR else f"gomod-{need.dashed}"
    return need.name(options, own)


def _environment(options: Options) -> str:
    """Return the lines of the build's environment; without a registry nothing is pushed."""
    image = options["image"]
    if not image:
        return ""
    lines = [
        "environment {",
        f"  GOMOD_REGISTRY = {groovy(registry_of(image))}",
        # The option's pattern lets no quote and no dollar in.
        f'  GOMOD_IMAGE = "{image_name(image, "${GIT_COMMIT}")}"',
        "  // Of a multibranch project: 'true' on the default branch.",
        "  GOMOD_PUSH = \"${env.BRANCH_IS_PRIMARY == 'true' ? '1' : ''}\"",
        "}",
    ]
    return "".join(f"      {line}\n" for line in lines)


def _bound(options: Options, needed: Sequence[Need], step: str) -> str:
    """Return `step` inside of what binds the secrets to variables."""
    if not needed:
        return f"        {step}"
    store = options["secret_store"]
    if store == "vault":
        values = [
            f"  [envVar: {groovy(one.variable)}, vaultKey: {groovy(one.key)}]" for one in needed
        ]
        path = groovy(f"{VAULT_ENGINE}/{options['secret_path']}")
        opening = [
            f"withVault(vaultSecrets: [[path: {path}, engineVersion: 2, secretValues: [",
            *_joined(values),
            "]]]) {",
        ]
    else:
        bindings = list(dict.fromkeys(_binding(one, options) for one in needed))
        opening = ["withCredentials([", *_joined([f"  {one}" for one in bindings]), "]) {"]
    return "\n".join(f"        {line}" for line in (*opening, f"  {step}", "}"))


def _joined(lines: Sequence[str]) -> list[str]:
    return [f"{line}," for line in lines[:-1]] + list(lines[-1:])


def _binding(need: Need, options: Options) -> str:
    name, variable = groovy(_name(need, options)), groovy(need.variable)
    store = options["secret_store"]
    if store != "platform":
        return f"string(credentialsId: {name}, variable: {variable})"
    if need.key in _PAIR:
        return (
            f"usernamePassword(credentialsId: {name}, usernameVariable: 'GOMOD_REGISTRY_USER',"
            " passwordVariable: 'GOMOD_REGISTRY_PASSWORD')"
        )
    if need.key == "ssh_key":
        return f"sshUserPrivateKey(credentialsId: {name}, keyFileVariable: {variable})"
    kind = "file" if need.file else "string"
    return f"{kind}(credentialsId: {name}, variable: {variable})"
