"""What programs print, servers answer and a machine's files say: the readers behind detection."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.plan.facts_builder import facts
from wizard.answers import collect_answers, flag_answers
from wizard.detect.catalogue import parse_catalogue
from wizard.detect.deadline import starting_now
from wizard.detect.docker_client import look_at_client
from wizard.detect.docker_endpoint import client_config, resolve_endpoint
from wizard.detect.docker_json import parse_json_object
from wizard.detect.git_config import user_git_config
from wizard.detect.go import detect_go
from wizard.detect.imports import parts_of
from wizard.detect.mirrors.authorities import _holds
from wizard.detect.netrc import netrc_fact
from wizard.detect.network import local_names, parse_hosts
from wizard.detect.network_links import interfaces, routes
from wizard.detect.network_macos import parse_ifconfig, parse_netstat
from wizard.detect.proxy_readers import (
    daemon_json_settings,
    docker_client_settings,
    etc_environment_settings,
    process_settings,
)
from wizard.detect.proxy_systemd import service_proxies
from wizard.detect.resolvers import parse_resolv_conf, resolvers_of
from wizard.diagnose.envelope import Envelopes
from wizard.diagnose.peel import peel, strip_codes
from wizard.drafts import draft_of
from wizard.errors import UnsafeError, UsageError, WizardError
from wizard.facts.preset import Preset
from wizard.moves.memory import recall
from wizard.preferences import preferences
from wizard.preset.keeping import read_setting, recall_copy
from wizard.preset.reading import read_preset
from wizard.preset.signatures import Key, read_key, verify
from wizard.preset.sources import FileSource, parse_source
from wizard.questions import QUESTIONS
from wizard.route.content import info_problem, mod_problem, version_of
from wizard.route.settings import TURNED, shell_settings
from wizard.route.versions import canonical, latest_of, major_fits, newest_of
from wizard.rules import addresses, daemon_json
from wizard.rules.dirhash import hash_mod
from wizard.rules.dockerfile import DockerfileError, parse_dockerfile
from wizard.rules.dockerfile_words import assignments, split_words, substitute
from wizard.rules.go_import import (
    discovery_url,
    known_repository,
    matching_import,
    meta_imports,
)
from wizard.rules.goauth import (
    commands_of,
    credential_for,
    git_folder_of,
    goauth_problem,
    parse_credentials,
)
from wizard.rules.govcs import vcs_allowed
from wizard.rules.json_text import JsonError, parse_object
from wizard.rules.modpath import ModulePathError, escape_path, is_upper, wire_path
from wizard.rules.numbers import whole_number
from wizard.rules.patterns import takes_strangers
from wizard.rules.public_hosts import is_public_host
from wizard.system import Completed, Failed, System
from wizard.verify.build_log import BuildLog
from wizard.verify.cold_dockerfile import cold_dockerfile
from wizard.verify.trace import DownloadTrace, read_json

_NOWHERE = Path("/nonexistent/gomod-wizard")


@dataclass(frozen=True, kw_only=True)
class Printed(System):
    """A machine on which every file holds the same text and every program prints it."""

    text: str

    def which(self, program: str) -> str | None:
        return f"/bin/{program}"

    def read_head(self, path: Path, size: int, *, inside: Path | None = None) -> bytes | Failed:
        return self.text.encode("utf-8", "replace")[:size]

    async def run(
        self,
        argv: tuple[str, ...],
        *,
        timeout_s: float,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> Completed | Failed:
        return Completed(code=0, out=self.text, err=self.text)


def _printed(text: str, platform: str = "linux") -> Printed:
    line = text.partition("\n")[0].replace("\0", "")
    names = ("HTTPS_PROXY", "NO_PROXY", "GOFLAGS", "GOAUTH", "GIT_CONFIG_COUNT", "DOCKER_BUILDKIT")
    return Printed(
        env=dict.fromkeys(names, line), home=_NOWHERE, uid=1000, root=_NOWHERE, platform=platform,
        text=text,
    )  # fmt: skip


def said_by_programs(text: str) -> None:
    """Let go, git, docker, ip, ifconfig and netstat print the text."""

    async def ask() -> None:
        questions: list[Callable[[], Awaitable[object]]] = []
        for platform in ("linux", "darwin"):
            system = _printed(text, platform)
            deadline = starting_now(20.0)
            questions += [
                lambda s=system, d=deadline: interfaces(s, d),  # type: ignore[misc]
                lambda s=system, d=deadline: routes(s, d),  # type: ignore[misc]
            ]
        system = _printed(text)
        questions += [
            lambda: user_git_config(system),
            lambda: detect_go(system, starting_now(20.0)),
            lambda: look_at_client(system, None, starting_now(20.0)),
        ]
        for question in questions:
            await question()

    asyncio.run(ask())
    parse_ifconfig(text)
    parse_netstat(text)


def said_by_files(text: str) -> None:
    """Read the machine's files, each of them this text."""
    system = _printed(text)
    resolvers_of(system)
    local_names(system)
    parse_resolv_conf(text)
    parse_hosts(text)
    list(etc_environment_settings(system))
    list(process_settings(system))
    service_proxies(system, user=False)
    netrc_fact(system)
    resolve_endpoint(system, client_config(system))
    parts_of(system, _NOWHERE, ".", ("main.go",), {"a.example/app": "."})
    preferences(system)
    recall(system, _NOWHERE)
    draft_of(system, _NOWHERE)
    _holds(text, b"a certificate")
    with suppress(UsageError):
        collect_answers(system, _NOWHERE)


_KEYS = (
    Key("RWQ" + "A" * 53),
    Key("ssh-ed25519 " + base64.b64encode(b"\0\0\0\x0bssh-ed25519\0\0\0 " + b"k" * 32).decode()),
)


def an_organisations(data: bytes) -> None:
    """Read a preset, its signature, its key, and what is kept of it."""
    problems = read_preset(data, "preset.toml")
    assert isinstance(problems, Preset) or all(one.line for one in problems)
    for key in _KEYS:
        with suppress(UnsafeError):
            verify(key, b"document", data, where="preset.toml")
    text = data.decode("utf-8", "replace")
    system = _printed(text)
    recall_copy(system, FileSource(_NOWHERE))
    with suppress(WizardError):
        read_key(system, text, where="--key", folder=_NOWHERE)
    with suppress(WizardError):
        parse_source(system, text, where="preset add", folder=_NOWHERE)
    with suppress(WizardError):
        read_setting(system)


def docker_proxies(data: bytes) -> None:
    """Read a JSON object's proxies and judge its engine settings."""
    values, _ = parse_json_object(data)
    for one in (values, {"proxies": {"default": values}}, {"proxies": values}):
        list(docker_client_settings(one, "config.json", "unix:///var/run/docker.sock"))
        list(daemon_json_settings(one, "daemon.json"))
        daemon_json.problems(one)


def strict_json(text: str) -> None:
    """What the strict reader takes, Python's reader takes and means the same by."""
    with suppress(JsonError):
        node = parse_object(text)
        assert parse_json_object(text.encode("utf-8", "replace"))[1] is None or node.value == {}


def go_import_page(data: bytes) -> None:
    """Read a `?go-get=1` page and ask which tag covers a path."""
    imports = meta_imports(data)
    matching_import(imports, "a.example/b")
    text = data.decode("utf-8", "replace")
    known_repository(text)
    discovery_url(text)


def goauth(text: str) -> None:
    """Read a GOAUTH, and what its program prints."""
    goauth_problem(text)
    commands_of(text)
    git_folder_of(text)
    found = parse_credentials(text)
    credential_for(text, found or {})
    for root in ("git.example/a", text[:40]):
        vcs_allowed(text, "git", root, private=True)


def go_trace(text: str) -> None:
    """Follow a download and a build through what they print."""
    trace = DownloadTrace(("a.example/b@v1.0.0",))
    log = BuildLog(("a.example/b@v1.0.0",), 0.0)
    for at, line in enumerate(text.split("\n")):
        trace.read(line, at)
        log.read(line, at)
        log.progress(at + 9.0)
    trace.waiting(1e6)
    trace.unanswered(1e6)
    trace.slowest()
    trace.counted()
    list(read_json(text))


def cold(text: str) -> None:
    """A Dockerfile's cold copy is still a Dockerfile, and has the stage that is to be built."""
    with suppress(DockerfileError):
        copy = cold_dockerfile(text)
        if copy is not None:
            stages = parse_dockerfile(copy.text).stages
            assert copy.target in {stage.name for stage in stages}


_FACTS = facts()


def answers(text: str) -> None:
    """Give the text as each question's answer, and as a what-if; a value stays itself."""
    key, _, value = text.partition("=")
    with suppress(UsageError):
        flag_answers((text,))
        flag_answers((f"mtu={value}", key))
    taken: dict[str, str] = {}
    for question in QUESTIONS:
        with suppress(UsageError):
            parsed: Any = question.parse(text)
            shown = question.format(parsed)
            assert question.parse(shown) == parsed, (question.key, text, shown)
            if question.key in TURNED:
                taken[question.key] = shown
    shell_settings(
        _FACTS.go, _FACTS.private, suspects=text, public=frozenset(), vendored=False, what_if=taken
    )


def log_wrappings(text: str) -> None:
    """Open the JSON that builders print, and peel the prefixes of CI and compose."""
    opened = Envelopes()
    for line in text.split("\n"):
        strip_codes(line)
        for inner in opened.open(line) or (line,):
            peel(inner)


def served_by_a_mirror(data: bytes) -> None:
    """Judge `.info`, `.mod` and the list of versions."""
    text = data.decode("utf-8", "replace")
    version_of(data)
    info_problem(data, "v1.0.0")
    mod_problem(data, "a.example/b")
    latest_of(text.split("\n"))
    newest_of(text.split("\n"))
    canonical(text)
    major_fits(text, "v2.0.0")
    is_public_host(text)
    hash_mod(data)
    for suffix in ("info", "mod", "zip"):
        with suppress(ModulePathError):
            wire_path(text, "v1.0.0", suffix)
            escape_path(text)
    is_upper(text)
    takes_strangers(text)


def words(text: str) -> None:
    """Addresses, numbers and a Dockerfile's words."""
    for judge in (
        addresses.parse_address, addresses.is_loopback, addresses.is_unspecified,
        addresses.is_internal, addresses.is_host_name, whole_number, split_words, parse_catalogue,
    ):  # fmt: skip
        judge(text)
    addresses.has_internal_suffix(text)
    addresses.is_below(text, "corp.example")
    list(assignments(text))
    substitute(text, {"A": text, "B": ""})


def _of_text(reader: Callable[[str], None]) -> Callable[[bytes], None]:
    return lambda data: reader(data.decode("utf-8", "replace"))


PRINTED: Mapping[str, Callable[[bytes], None]] = {
    "programs' output": _of_text(said_by_programs),
    "machine's files": _of_text(said_by_files),
    "preset": an_organisations,
    "docker proxies": docker_proxies,
    "strict JSON": _of_text(strict_json),
    "go-import page": go_import_page,
    "GOAUTH": _of_text(goauth),
    "go's trace": _of_text(go_trace),
    "cold Dockerfile": _of_text(cold),
    "answers": _of_text(answers),
    "log wrappings": _of_text(log_wrappings),
    "module files": served_by_a_mirror,
    "words": _of_text(words),
}
