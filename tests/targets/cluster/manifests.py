"""Manifests as a cluster reads them, and Kubernetes' own rule for `$(NAME)`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from wizard.plan.types import Answer, Origin, Plan
from wizard.render.targets import TARGETS, render_targets
from wizard.render.targets.options import OPTIONS, Options, check_option
from wizard.render.types import Artifact

CLUSTER = ("kubernetes", "buildkit-job", "kaniko-job", "buildah-job")


def options(**said: str) -> Options:
    """Return checked options."""
    answers = {key: Answer(text=text, origin=Origin.FLAG) for key, text in said.items()}
    for key, answer in answers.items():
        assert key in OPTIONS
        check_option(key, answer)
    return Options(answers)


def artifacts(plan: Plan, *targets: str, **said: str) -> tuple[Artifact, ...]:
    """Return the files of these targets; of every one for a cluster, where none is named."""
    assert set(CLUSTER) <= set(TARGETS)
    return render_targets(plan, targets or CLUSTER, options(**said))


def documents(plan: Plan, *targets: str, **said: str) -> list[dict[str, Any]]:
    """Return every document of these targets."""
    return [
        one for file in artifacts(plan, *targets, **said) for one in yaml.safe_load_all(text(file))
    ]


def text(artifact: Artifact) -> str:
    """Return what is written."""
    return artifact.standalone


def find(found: list[dict[str, Any]], kind: str, name: str) -> dict[str, Any]:
    """Return the one object."""
    (one,) = [d for d in found if d["kind"] == kind and d["metadata"]["name"] == name]
    return one


def pod_spec(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the pod of a Job or of a Pod."""
    spec: dict[str, Any] = document["spec"]
    return spec["template"]["spec"] if document["kind"] == "Job" else spec


def pods(found: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield every pod."""
    for one in found:
        if one["kind"] in ("Job", "Pod"):
            yield pod_spec(one)


def containers(pod: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return every container of a pod, in the order in which they run."""
    return [*pod.get("initContainers", ()), *pod["containers"]]


def container(pod: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return the container of this name."""
    (one,) = [c for c in containers(pod) if c["name"] == name]
    return one


def expanded(value: str, known: Mapping[str, str]) -> str:
    """Return what a container sees of `value`: `$$` is `$`, `$(NAME)` a variable that is known.

    Restated from k8s.io/kubernetes third_party/forked/golang/expansion.
    """
    return re.sub(
        r"\$(?:(\$)|\(([^)]*)\))",
        lambda m: "$" if m[1] else known.get(m[2], m[0]),
        value,
    )


def environment(
    spec: Mapping[str, Any], secrets: Mapping[str, Mapping[str, str]]
) -> dict[str, str]:
    """Return the variables of a container."""
    found: dict[str, str] = {}
    for entry in spec.get("env", ()):
        if "value" in entry:
            found[entry["name"]] = expanded(entry["value"], found)
        else:
            ref = entry["valueFrom"]["secretKeyRef"]
            found[entry["name"]] = secrets[ref["name"]][ref["key"]]
    return found


def words(spec: Mapping[str, Any], env: Mapping[str, str]) -> list[str]:
    """Return the command line of a container."""
    return [expanded(w, env) for w in (*spec.get("command", ()), *spec.get("args", ()))]
