"""The files themselves: documents with a head that says what is needed before them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wizard.plan.types import ModuleSource, Plan
from wizard.render.artifact_template import filled
from wizard.render.goenv_file import BRIDGE
from wizard.render.targets.cluster.handed_over import (
    CA,
    CONFIG,
    SecretRef,
    external_secret,
    from_a_store,
    has_ca,
    kubectl_configmap,
    metadata,
    named,
    pem,
    secret_refs,
)
from wizard.render.targets.cluster.in_pod import PodNetwork, english
from wizard.render.targets.cluster.scripts import preload, with_network
from wizard.render.targets.options import Options
from wizard.render.types import Artifact, Scope, Whole
from wizard.render.yaml_text import Yaml, document
from wizard.text import Text, msg

FOLDER = "deploy/gomod-wizard"
NETWORK_FILE = "network.yaml"
_YAMLLINT_LINE = 80
_LONG_LINES = "# yamllint disable rule:line-length"
BUILD_ENV = "build.env"
"""Key of the settings of a build that finds its modules already downloaded."""


def manifest(
    name: str,
    head: Sequence[str],
    documents: Sequence[Yaml],
    *,
    because: tuple[Text, ...],
    decisions: tuple[str, ...],
) -> Artifact:
    """Return one file of manifests; the head's paragraphs stand at its top."""
    first, *others = documents
    top = "\n\n".join(("Written by gomod-wizard; it holds no secret.", *head))
    text = document(first, top) + "".join(document(one) for one in others)
    if any(len(line) > _YAMLLINT_LINE for line in text.splitlines()):
        text = text.replace("---\n", f"---\n{_LONG_LINES}\n", 1)
    path = f"{FOLDER}/{name}"
    return Artifact(
        name=path,
        scope=Scope.PROJECT,
        path=path,
        content=Whole(text=text),
        standalone=text,
        because=because,
        decisions=decisions,
    )


def network_file(plan: Plan, network: PodNetwork, options: Options) -> Artifact:
    """Return what every pod of ours is handed over: settings, scripts, authority, Secrets."""
    refs = secret_refs(plan, network, options)
    documents: list[Yaml] = [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": metadata(named(plan, options, CONFIG), options),
            "data": _config(plan, network),
        }
    ]
    head: list[str] = []
    if has_ca(plan):
        if certificates := pem(plan):
            documents.append(
                {
                    "apiVersion": "v1",
                    "kind": "ConfigMap",
                    "metadata": metadata(CA, options),
                    "data": {"ca.pem": certificates},
                }
            )
        else:
            made = kubectl_configmap(options["namespace"], CA, ("ca.pem=FILE",))
            head.append(f"The company's authority, out of its PEM file:\n{made}")
    if from_a_store(options):
        documents += [external_secret(ref, options) for ref in refs]
    head += secret_notes(refs, options)
    head += _adapted(network)
    return manifest(
        NETWORK_FILE,
        head,
        documents,
        because=(
            msg("pods get the same module settings as a build on this machine"),
            *((plan.ca.because,) if has_ca(plan) else ()),
            *network.notes,
        ),
        decisions=(
            *(name.lower() for name in network.settings),
            *(("ca",) if has_ca(plan) else ()),
            "secrets",
        ),
    )


def secret_notes(refs: Sequence[SecretRef], options: Options) -> list[str]:
    """Return how the Secrets come to be; no value of them stands anywhere."""
    if not refs:
        return []
    if not from_a_store(options):
        made = "\n\n".join(ref.command for ref in refs)
        return [f"Secrets that must be there first; made where the values are:\n\n{made}"]
    return [
        "The Secrets come out of the company's store, by the External Secrets Operator. The"
        f"\nSecretStore gomod-{options['secret_store']} is yours: how the cluster logs in there."
    ]


def _adapted(network: PodNetwork) -> list[str]:
    if not network.notes:
        return []
    lines = "\n".join(f"- {english(note)}" for note in network.notes)
    return [f"Where this differs from the machine that it was written on:\n{lines}"]


def _config(plan: Plan, network: PodNetwork) -> Mapping[str, Yaml]:
    found: dict[str, Yaml] = {
        "goenv": _goenv(network.settings),
        BUILD_ENV: _goenv({**network.settings, "GOPROXY": f"file://{BRIDGE}", "GONOPROXY": "none"}),
        "with-network.sh": with_network(plan),
    }
    if plan.module_source.value is not ModuleSource.VENDOR:
        found["preload.sh"] = preload(plan)
    return found


def _goenv(settings: Mapping[str, str]) -> str:
    lines = "\n".join(f"{name}={value}" for name, value in settings.items())
    return filled("go.env.tmpl", settings=lines)
