"""Registries, asked as the engine would ask them: do they speak the protocol, have they the image?

Protocol: distribution-spec `GET /v2/` and `GET /v2/<name>/manifests/<reference>`. Believed is the
content: a login page with status 200 is no registry.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wizard.detect.deadline import Deadline, in_thread
from wizard.detect.docker_json import RawJson
from wizard.detect.registries_answers import check_registry, golang_tags, is_manifest
from wizard.detect.registries_named import NamedMirror, named_mirrors
from wizard.detect.registries_token import TokenHost, token_host, token_in
from wizard.detect.registries_way import Way, engine_way, is_insecure
from wizard.facts.base import Fact, known, not_applicable, unknown
from wizard.facts.docker import Engine, Flavour
from wizard.facts.mirrors import Failure
from wizard.facts.proxy import GoProxyEnvironment
from wizard.facts.registries import (
    ImageRole,
    MissingImage,
    RegistryFailure,
    RegistryProbe,
)
from wizard.rules.image_reference import DOCKER_HUB, ImageReference, parse_image_reference
from wizard.rules.noproxy import proxy_for
from wizard.secret import Secret
from wizard.system import System
from wizard.text import Text, msg

if TYPE_CHECKING:
    from wizard.detect.mirrors.places import Places
    from wizard.detect.mirrors.resolve import Names
    from wizard.detect.mirrors.session import Session
    from wizard.detect.mirrors.trust import Trust

SOURCE = "GET /v2/"
HUB_HOST = "registry-1.docker.io"
"""Where the engine looks for docker.io (moby `registry.DefaultV2Registry`)."""
_HUB_TOKENS = "https://auth.docker.io"
"""Where Docker Hub sends for a token."""
PROBE_S = 3.0
_LONG_ENOUGH_S = 1.5
"""Seconds of silence that count as an answer: a first packet and its repetition were lost."""
_MOST_REGISTRIES = 6
_PLACES = 8
_ACCEPT = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
        "*/*",
    )
)
"""What the engine accepts; without it a registry may say that it lacks an OCI index."""
_SILENCE = {Failure.CONNECT_TIMEOUT, Failure.TIMEOUT, Failure.DNS_TIMEOUT}


async def look_at_registries(
    system: System,
    engine: Engine,
    daemon: RawJson | None,
    missing: tuple[MissingImage, ...],
    shell: GoProxyEnvironment,
    deadline: Deadline,
) -> Fact[tuple[RegistryProbe, ...]]:
    """Ask the registries of the missing images, and the mirrors of Docker Hub that are named."""
    if not missing:
        return not_applicable(msg("the engine has every image that the build takes"), SOURCE)
    if engine.flavour is Flavour.REMOTE:
        return unknown(msg("the engine is on another machine, with a network of its own"), SOURCE)
    way = await in_thread(lambda: engine_way(system, engine, daemon))
    values = {} if daemon is None else daemon.values
    path = "" if daemon is None else str(daemon.path)
    mirrors = await in_thread(lambda: named_mirrors(system, engine.registry_mirrors, values, path))
    questions = tuple(
        replace(one, certain=one.certain and not is_insecure(daemon, _authority(one.probe.url)))
        for one in _questions(missing, mirrors, way, shell)
    )
    return known(await _ask_all(system, questions, deadline), SOURCE)


def registry_contacts(
    system: System, needed: tuple[MissingImage, ...], daemon: RawJson | None
) -> tuple[str, ...]:
    """Return whom a look asks where the engine has none of `needed`; reads files: blocks."""
    registries = tuple(dict.fromkeys(image.registry for image in needed))[:_MOST_REGISTRIES]
    others = tuple(f"https://{registry}" for registry in registries if registry != DOCKER_HUB)
    if DOCKER_HUB not in registries:
        return others
    values, path = ({}, "") if daemon is None else (daemon.values, str(daemon.path))
    mirrors = (one.url for one in named_mirrors(system, (), values, path))
    return (*others, f"https://{HUB_HOST}", _HUB_TOKENS, *mirrors)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One registry to ask, and for what."""

    probe: RegistryProbe
    images: tuple[ImageReference, ...]
    environment: GoProxyEnvironment
    certain: bool
    lists_golang: bool = False


def _questions(
    missing: tuple[MissingImage, ...],
    mirrors: tuple[NamedMirror, ...],
    way: Way,
    shell: GoProxyEnvironment,
) -> tuple[Question, ...]:
    planned = any(image.role is ImageRole.PLANNED for image in missing)
    found: list[Question] = []
    for registry in tuple(dict.fromkeys(image.registry for image in missing))[:_MOST_REGISTRIES]:
        hub = registry == DOCKER_HUB
        question = Question(
            probe=RegistryProbe(
                registry=registry,
                url=f"https://{HUB_HOST if hub else registry}",
                mirror=False,
                source=registry,
                answers=None,
            ),
            images=_references(missing, registry),
            environment=way.environment,
            certain=way.certain,
        )
        found.append(question)
        if way.environment.https is None and proxy_for(question.probe.url, shell) is not None:
            probe = replace(question.probe, shell_proxy=True, source="HTTPS_PROXY")
            found.append(replace(question, probe=probe, environment=shell))
        if hub:
            found += [
                replace(
                    question,
                    probe=replace(question.probe, url=one.url, mirror=True, source=one.source),
                    lists_golang=planned,
                )
                for one in mirrors
            ]
    return tuple(found)


def _authority(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]


def _references(missing: Iterable[MissingImage], registry: str) -> tuple[ImageReference, ...]:
    parsed = (parse_image_reference(one.reference) for one in missing if one.registry == registry)
    return tuple(dict.fromkeys(one for one in parsed if one is not None))


async def _ask_all(
    system: System, questions: tuple[Question, ...], deadline: Deadline
) -> tuple[RegistryProbe, ...]:
    from wizard.detect.mirrors.places import Places
    from wizard.detect.mirrors.resolve import Names
    from wizard.detect.mirrors.trust import Trust

    # The engine does not see the shell's SSL_CERT_FILE.
    ours = {k: v for k, v in system.env.items() if not k.startswith("SSL_CERT_")}
    trust, names = Trust(replace(system, env=ours)), Names()
    places = Places(_PLACES)
    try:
        return tuple(
            await asyncio.gather(
                *(_Probing(system, one, trust, names, places, deadline).run() for one in questions)
            )
        )
    finally:
        names.close()


class _Probing:
    """One registry being asked."""

    def __init__(
        self,
        system: System,
        question: Question,
        trust: Trust,
        names: Names,
        places: Places,
        deadline: Deadline,
    ) -> None:
        self._system = system
        self._question = question
        self._deadline = deadline
        self._names = names
        self._trust = trust
        self._places = places
        self._sessions: list[Session] = []
        self._session = self._to(question.probe.url)
        proxy = self._session.proxy
        self._probe = replace(question.probe, through=None if proxy is None else str(proxy))

    def _to(self, url: str, login: Secret | None = None) -> Session:
        from wizard.detect.mirrors.session import Session

        session = Session(
            url,
            environment=self._question.environment,
            names=self._names,
            trust=self._trust,
            places=self._places,
            login=login,
            accept=_ACCEPT,
        )
        self._sessions.append(session)
        return session

    async def run(self) -> RegistryProbe:
        """Return the probe with its answer; the world's errors are values of it."""
        from wizard.detect.mirrors.verdict import ProbeError, cut_off

        loop = asyncio.get_running_loop()
        start = loop.time()
        try:
            async with asyncio.timeout_at(min(self._deadline.at, start + PROBE_S)):
                await self._ask()
        except ProbeError as error:
            self._fail(error.reason, error.detail, loop.time() - start)
        except TimeoutError:
            progress = self._session.progress
            cut = cut_off(progress.phase, progress.where)
            self._fail(cut.reason, cut.detail, loop.time() - start)
        finally:
            for session in self._sessions:
                session.close()
        return replace(self._probe, at=self._system.stamp())

    def _fail(self, reason: Failure, detail: Text, seconds: float) -> None:
        if self._probe.answers:
            return  # it spoke; only what else was asked is late
        seen = self._question.certain and not (
            (reason in _SILENCE and seconds < _LONG_ENOUGH_S)
            or (reason is Failure.TLS_UNTRUSTED and self._has_own_authority())
        )
        named: RegistryFailure = reason
        if reason is Failure.NOT_A_MODULE_PROXY:
            named = "not-a-registry"
        self._probe = replace(
            self._probe, answers=False if seen else None, reason=named, detail=detail
        )

    def _has_own_authority(self) -> bool:
        """The engine trusts what stands in certs.d for this registry beside the system's store."""
        folder = f"/etc/docker/certs.d/{self._session.target.shown}"
        return self._system.path(folder).is_dir()

    async def _ask(self) -> None:
        exchange = await self._session.get("/v2/")
        where = (*exchange.hosts, self._session.target.shown)[0]
        check_registry(exchange.reply, where)
        if (host := token_host(exchange.reply)) is not None:
            await self._log_in(host)
        self._probe = replace(self._probe, answers=True)
        if self._probe.url == f"https://{HUB_HOST}":
            return  # it has what the world builds on, and counts each manifest as a pull
        for image in self._question.images:
            path = f"/v2/{image.repository}/manifests/{image.version}"
            reply = (await self._session.get(path)).reply
            if is_manifest(reply):
                self._probe = replace(self._probe, serves=(*self._probe.serves, str(image)))
            elif reply.status == 404:
                self._probe = replace(self._probe, lacks=(*self._probe.lacks, str(image)))
        if self._question.lists_golang and self._probe.lacks:
            reply = (await self._session.get("/v2/library/golang/tags/list")).reply
            self._probe = replace(self._probe, golang=golang_tags(reply))

    async def _log_in(self, host: TokenHost) -> None:
        """Go on with a token for everybody. Raises ProbeError where its host is dead."""
        repositories = dict.fromkeys(image.repository for image in self._question.images)
        registry = self._session
        # What is waited for is told by the session in use: a dead token host by its name.
        self._session = self._to(host.base)
        reply = (await self._session.get(host.request(repositories))).reply
        token = token_in(reply)
        self._session = registry if token is None else self._to(registry.url, token)
