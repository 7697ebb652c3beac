"""The module settings: for this user's Go, and for a build, from the same decisions."""

from __future__ import annotations

from collections.abc import Mapping

from wizard.plan.types import ModuleSource, Origin, Plan
from wizard.render.artifact_template import filled
from wizard.render.quoting import posix, powershell
from wizard.render.types import Artifact, GoEnv, Scope, Whole
from wizard.text import msg

BRIDGE = "/gomodcache"
"""Where a build finds the host's module cache."""

_LISTS = ("goprivate", "gonoproxy", "gonosumdb", "goinsecure")
_TEXTS = ("goproxy", "gosumdb", "gotoolchain", "goauth")


def decided_settings(plan: Plan) -> dict[str, str]:
    """Return every go variable that the plan sets, in a fixed order."""
    found: dict[str, str] = {}
    for key in _TEXTS:
        if (value := getattr(plan, key).value) is not None:
            found[key.upper()] = value
    for key in _LISTS:
        if values := getattr(plan, key).value:
            found[key.upper()] = ",".join(values)
    return found


def build_settings(plan: Plan) -> dict[str, str]:
    """Return the go variables as a RUN step needs them."""
    settings = decided_settings(plan)
    if plan.module_source.value is ModuleSource.BRIDGE:
        # The cache serves private modules as well, so nothing may go past it.
        settings |= {"GOPROXY": f"file://{BRIDGE}", "GONOPROXY": "none"}
    return settings


def host_settings(plan: Plan) -> dict[str, str]:
    """Return the go variables for this user: the toolchain of the build is not theirs."""
    settings = decided_settings(plan)
    if plan.gotoolchain.origin is Origin.DETECTED:
        settings.pop("GOTOOLCHAIN", None)
    return settings


def _decisions(settings: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(name.lower() for name in settings)


def go_env_artifacts(plan: Plan) -> tuple[Artifact, ...]:
    """Return `go env -w` for this user, for both shells; where nothing is set, only to generate."""
    settings = host_settings(plan)
    words = [f"{name}={value}" for name, value in settings.items()]
    shell = "\n".join(posix(("go", "env", "-w", word)) for word in words)
    windows = "\n".join(f"go env -w {powershell(word)}" for word in words)
    because = (msg("your own Go asks the same mirrors as the build"),)
    return (
        Artifact(
            name="go-env.sh",
            scope=Scope.USER,
            path=plan.inputs.go_env_file if settings and plan.inputs.has_go else "",
            content=GoEnv(variables=settings),
            standalone=filled("go-env.sh.tmpl", commands=shell),
            because=because,
            decisions=_decisions(settings),
        ),
        Artifact(
            name="go-env.ps1",
            scope=Scope.USER,
            path="",
            content=Whole(text=filled("go-env.ps1.tmpl", commands=windows)),
            standalone=filled("go-env.ps1.tmpl", commands=windows),
            because=because,
            decisions=_decisions(settings),
        ),
    )


def build_input_artifacts(plan: Plan) -> tuple[Artifact, ...]:
    """Return the files that the build command hands over as secrets."""
    folder = plan.inputs.config_dir
    sources = {secret.id: secret.source for secret in plan.secrets.value}
    found: list[Artifact] = []
    if folder and sources.get("goenv") == f"{folder}/go.env":
        settings = build_settings(plan)
        lines = "\n".join(f"{name}={value}" for name, value in settings.items())
        text = filled("go.env.tmpl", settings=lines)
        found.append(
            Artifact(
                name="go.env",
                scope=Scope.USER,
                path=f"{folder}/go.env",
                content=Whole(text=text),
                standalone=text,
                because=(msg("what the build needs to know of this network"),),
                # Those that set nothing now as well: what left the file was one of them.
                decisions=(*_TEXTS, *_LISTS, "module_source"),
            )
        )
    pem = "".join(f"{ca.pem.strip()}\n" for ca in plan.ca.value if ca.pem)
    if folder and pem and sources.get("ca") == f"{folder}/ca.pem":
        found.append(
            Artifact(
                name="ca.pem",
                scope=Scope.USER,
                path=f"{folder}/ca.pem",
                content=Whole(text=pem),
                standalone=pem,
                because=(plan.ca.because,),
                decisions=("ca",),
            )
        )
    return tuple(found)
