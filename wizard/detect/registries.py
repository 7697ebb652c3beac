"""Registries, asked as the engine would ask them: do they speak the protocol, have they the image?

Protocol: distribution-spec `GET /v2/` and `GET /v2/<name>/manifests/<reference>`. Believed is the
content: a login page with status 200 is no registry.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wizard.detect.deadline import Deadline, in_thread
from wizard.detect.docker_json import RawJson
from wizard.detect.registries_named import NamedMirror, named_mirrors
from wizard.detect.registries_way import Way, engine_way
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
from wizard.rules.golang_image import minor_of_image
from wizard.rules.image_reference import DOCKER_HUB, ImageReference, parse_image_reference
from wizard.rules.noproxy import proxy_for
from wizard.system import System
from wizard.text import Text, msg

if TYPE_CHECKING:
    from wizard.detect.mirrors.http1 import Reply
    from wizard.detect.mirrors.resolve import Names
    from wizard.detect.mirrors.session import Session
    from wizard.detect.mirrors.trust import Trust

SOURCE = "GET /v2/"
HUB_HOST = "registry-1.docker.io"
"""Where the engine looks for docker.io (moby `registry.DefaultV2Registry`)."""
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
_MOST_TAGS = 2_000
_TAG = re.compile(rb'"(\d+\.\d+[A-Za-z0-9_.-]{0,60})"')


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
    questions = _questions(missing, mirrors, way, shell)
    return known(await _ask_all(system, questions, deadline), SOURCE)


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


def _references(missing: Iterable[MissingImage], registry: str) -> tuple[ImageReference, ...]:
    parsed = (parse_image_reference(one.reference) for one in missing if one.registry == registry)
    return tuple(dict.fromkeys(one for one in parsed if one is not None))


async def _ask_all(
    system: System, questions: tuple[Question, ...], deadline: Deadline
) -> tuple[RegistryProbe, ...]:
    from wizard.detect.mirrors.resolve import Names
    from wizard.detect.mirrors.trust import Trust

    # The engine does not see the shell's SSL_CERT_FILE.
    ours = {k: v for k, v in system.env.items() if not k.startswith("SSL_CERT_")}
    trust, names = Trust(replace(system, env=ours)), Names()
    places = asyncio.Semaphore(_PLACES)
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
        places: asyncio.Semaphore,
        deadline: Deadline,
    ) -> None:
        from wizard.detect.mirrors.session import Place, Session

        self._system = system
        self._question = question
        self._deadline = deadline
        self._session: Session = Session(
            question.probe.url,
            environment=question.environment,
            names=names,
            trust=trust,
            place=lambda: Place(places),
            accept=_ACCEPT,
        )
        proxy = self._session.proxy
        self._probe = replace(question.probe, through=None if proxy is None else str(proxy))

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
            self._session.close()
        return self._probe

    def _fail(self, reason: Failure, detail: Text, seconds: float) -> None:
        if self._probe.answers:
            return  # it spoke; only what else was asked is late
        seen = self._question.certain and not (
            (reason in _SILENCE and seconds < _LONG_ENOUGH_S)
            or (reason is Failure.TLS_UNTRUSTED and self._has_own_authority())
            or self._is_local()
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

    def _is_local(self) -> bool:
        """The engine falls back to plain http for registries on its own machine."""
        host = self._session.target.host
        return host == "localhost" or host.startswith("127.") or host == "::1"

    async def _ask(self) -> None:
        exchange = await self._session.get("/v2/")
        where = (*exchange.hosts, self._session.target.shown)[0]
        _check_registry(exchange.reply, where)
        self._probe = replace(self._probe, answers=True)
        for image in self._question.images:
            path = f"/v2/{image.repository}/manifests/{image.version}"
            reply = (await self._session.get(path)).reply
            if _is_manifest(reply):
                self._probe = replace(self._probe, serves=(*self._probe.serves, str(image)))
            elif reply.status == 404:
                self._probe = replace(self._probe, lacks=(*self._probe.lacks, str(image)))
        if self._question.lists_golang and self._probe.lacks:
            reply = (await self._session.get("/v2/library/golang/tags/list")).reply
            self._probe = replace(self._probe, golang=_golang_tags(reply))


def _check_registry(reply: Reply, where: Text) -> None:
    """Raise ProbeError unless `reply` is a registry's answer to `GET /v2/`."""
    from wizard.detect.mirrors.verdict import ProbeError, from_status, title

    version = reply.header("docker-distribution-api-version").lower()
    challenge = reply.header("www-authenticate").lower()
    if reply.status == 401 and (version or challenge.startswith(("bearer", "basic"))):
        return
    if reply.status == 200 and (version.startswith("registry/2") or _json(reply) == {}):
        return
    if reply.status not in (200, 401):
        raise from_status(reply, where)
    said = title(reply.body)
    raise ProbeError(
        Failure.NOT_A_MODULE_PROXY,
        msg("{where} answers with a page: {title}", where=where, title=said)
        if said
        else msg("{where} answers, but does not speak a registry's protocol", where=where),
    )


def _json(reply: Reply) -> object:
    try:
        return json.loads(reply.body.decode("utf-8"))
    except (ValueError, RecursionError):
        return None


def _is_manifest(reply: Reply) -> bool:
    value = _json(reply) if reply.status == 200 else None
    return isinstance(value, dict) and value.get("schemaVersion") in (1, 2)


def _golang_tags(reply: Reply) -> tuple[str, ...]:
    """Return the images of a tag list; of a long one, what fits into a bounded answer."""
    if reply.status != 200 or not reply.body.lstrip().startswith(b"{"):
        return ()
    named = (f"golang:{tag.decode('ascii')}" for tag in _TAG.findall(reply.body))
    return tuple(sorted(name for name in named if minor_of_image(name) is not None)[:_MOST_TAGS])
