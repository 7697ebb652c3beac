"""The one script that every platform's job calls: the plan's build, quoted for a POSIX shell."""

from __future__ import annotations

from collections.abc import Sequence

from wizard.plan.types import BuildNetwork, DockerfilePlace, ModuleSource, Plan
from wizard.plan.values import format_shape
from wizard.render.artifact_template import filled
from wizard.render.dockerfile import default_image
from wizard.render.goenv_file import decided_settings
from wizard.render.quoting import posix, toml
from wizard.render.targets.ci.elsewhere import certificates, handed_over, notes, open_proxies
from wizard.render.types import Artifact, Scope, Whole
from wizard.text import msg

SCRIPT = ".gomod-wizard/ci.sh"
"""From the project's folder."""


def script(plan: Plan) -> Artifact:
    """Return the script; the same for every platform, so that they build alike."""
    text = filled(
        "ci.sh.tmpl",
        notes=_notes(plan),
        tag=posix((plan.inputs.image_tag,)),
        http_proxy=_proxy(plan, "HTTP_PROXY"),
        https_proxy=_proxy(plan, "HTTPS_PROXY"),
        no_proxy=posix((",".join(plan.no_proxy.value),)),
        goproxy=posix((plan.goproxy.value or "",)),
        shape=posix((toml(format_shape(plan.dockerfile.value)),)),
        handed_over=handed_over(plan),
        over_ssh="yes" if plan.ssh.value else "no",
        module_settings=_module_settings(plan),
        authorities=_printed([line for pem in certificates(plan) for line in pem.split("\n")]),
        folders_outside=_printed(_outside(plan)),
        words="".join(f" \\\n    {words}" for words in _words(plan)),
        context=posix(("." if plan.inputs.wide is None else plan.inputs.wide.folder,)),
    )
    return Artifact(
        name=SCRIPT,
        scope=Scope.PROJECT,
        path=SCRIPT,
        content=Whole(text=text),
        standalone=text,
        because=(msg("every CI job builds by the same script"), *(n.because for n in notes(plan))),
        mode=0o755,
        decisions=(
            *(name.lower() for name in decided_settings(plan)),
            "container_proxy", "no_proxy", "ca", "hosts", "base_image", "build_network",
            "module_source", "secrets", "ssh", "dockerfile",
        ),
    )  # fmt: skip


def _words(plan: Plan) -> list[str]:
    """Return the words of `docker build` that are the same everywhere, quoted."""
    inputs = plan.inputs
    pairs: list[tuple[str, ...]] = []
    if inputs.dockerfile != "Dockerfile":
        pairs.append(("-f", inputs.dockerfile))
    if plan.build_network.value is not BuildNetwork.DEFAULT:
        pairs.append(("--network", plan.build_network.value.value))
    pairs += [("--add-host", f"{name}:{address}") for name, address in plan.hosts.value]
    if handed_over(plan) == "secrets":
        pairs += [("--build-context", f"{name}={folder}") for name, folder in inputs.outside_dirs]
    own = plan.dockerfile.value.place in (DockerfilePlace.CREATE, DockerfilePlace.BESIDE)
    if own and plan.base_image.value != default_image(plan):
        pairs.append(("--build-arg", f"BASE_IMAGE={plan.base_image.value}"))
    return [posix(pair) for pair in pairs]


def _outside(plan: Plan) -> list[str]:
    if plan.module_source.value is ModuleSource.VENDOR:
        return []
    wide = plan.inputs.wide
    outside = plan.inputs.outside_dirs if wide is None else wide.outside
    return [folder for _, folder in outside if "\n" not in folder]


def _proxy(plan: Plan, name: str) -> str:
    proxy = open_proxies(plan).get(name)
    return posix(("" if proxy is None else proxy.reveal(),))


def _module_settings(plan: Plan) -> str:
    found = decided_settings(plan)
    lines = []
    if "GOPROXY" in found:
        found.pop("GOPROXY")
        lines.append("  printf 'GOPROXY=%s\\n' \"${GOMOD_GOPROXY:-$planned_goproxy}\"")
    else:
        lines.append(
            '  if [ -n "${GOMOD_GOPROXY:-}" ]; then printf \'GOPROXY=%s\\n\' "$GOMOD_GOPROXY"; fi'
        )
    if found:
        lines.append(_printed([f"{name}={value}" for name, value in found.items()]))
    return "\n".join(lines)


def _printed(lines: Sequence[str]) -> str:
    """Return the body of a function that prints `lines`; nothing for none."""
    if not lines:
        return "  :"
    return "  printf '%s\\n'" + "".join(f" \\\n    {posix((line,))}" for line in lines)


def _notes(plan: Plan) -> str:
    found = [line for note in notes(plan) for line in note.comment.split("\n")]
    return "\n".join(["#", *(f"# {line}" for line in found)]) if found else "#"
