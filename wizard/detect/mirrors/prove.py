"""The proof: a module's bytes from a mirror, against hashes that are known beforehand.

httpx, not the prober's own client: what a second, independent client reads through the same proxy
is what counts here, not how fast.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from wizard.detect.mirrors.dial import USER_AGENT, target_of
from wizard.detect.mirrors.http1 import Reply
from wizard.detect.mirrors.logins import Logins
from wizard.detect.mirrors.session import MOST_REDIRECTS
from wizard.detect.mirrors.trust import Trust
from wizard.detect.mirrors.verdict import ProbeError, from_exception, from_status, not_a_proxy
from wizard.facts.mirrors import Canary, Failure, MirrorProbe
from wizard.facts.proxy import GoProxyEnvironment
from wizard.rules.dirhash import MAX_MOD_BYTES, MAX_ZIP_BYTES, BadModuleZip, hash_mod, hash_zip
from wizard.rules.modpath import is_upper, wire_path
from wizard.rules.noproxy import proxy_for
from wizard.text import Text, msg

if TYPE_CHECKING:
    import httpx

_ABSENT = {Failure.HTTP_404, Failure.HTTP_410}
_SMALL = 64 * 1024
_REDIRECTS = {301, 302, 303, 307, 308}


@dataclass(slots=True)
class Findings:
    """What the proof of one mirror has shown so far."""

    proved: bool | None = None
    failure: ProbeError | None = None
    redirects: list[str] = field(default_factory=list)
    checksum_database: bool | None = None
    notes: list[Text] = field(default_factory=list)


class Prover:
    """Proves mirrors one by one over shared clients, one for each proxy. Close it at the end."""

    def __init__(
        self,
        *,
        environment: GoProxyEnvironment,
        canaries: tuple[Canary, ...],
        sumdb: str | None,
        trust: Trust,
        logins: Logins,
        deadline: float,
    ) -> None:
        self._environment = environment
        self._plain = tuple(c for c in canaries if not is_upper(c.path)) or canaries
        self._upper = next((c for c in canaries if is_upper(c.path)), None)
        self._sumdb = sumdb
        self._trust = trust
        self._logins = logins
        self._deadline = deadline
        self._clients: dict[str | None, httpx.AsyncClient] = {}
        self._opening = asyncio.Lock()

    async def close(self) -> None:
        """Close every client."""
        for client in self._clients.values():
            await client.aclose()

    async def prove(self, probe: MirrorProbe, first: Canary | None) -> MirrorProbe:
        """Return `probe` with what its bytes have shown; a proof cut off by time proves nothing.

        `first` is the canary that the mirror is known to have.
        """
        findings = Findings()
        try:
            async with asyncio.timeout_at(self._deadline):
                await self._examine(probe.mirror.url, first, findings)
        except ProbeError as error:
            findings.failure = error
            findings.proved = False
        except TimeoutError:
            findings.notes.append(msg("time was up before its bytes could be compared"))
        failure = findings.failure
        return replace(
            probe,
            ok=probe.ok and failure is None,
            proved=findings.proved,
            reason=None if failure is None else failure.reason,
            detail=failure.detail if failure else _joined(findings.notes),
            checksum_database=findings.checksum_database,
            redirects=tuple(dict.fromkeys((*probe.redirects, *findings.redirects))),
        )

    async def _examine(self, base: str, first: Canary | None, findings: Findings) -> None:
        canaries = self._plain
        if first is not None:
            canaries = (first, *(c for c in canaries if c != first))
        failure = ProbeError(Failure.HTTP_404, msg("it has none of the known modules"))
        absent = False
        for canary in canaries:
            try:
                await self._mod(base, canary)
            except ProbeError as error:
                if error.reason not in _ABSENT:
                    raise
                failure, absent = (failure, True) if absent else (error, True)
                continue
            async with asyncio.TaskGroup() as group:
                group.create_task(self._database(base, findings))
                group.create_task(self._upper_case(base, canary, findings))
                zipped = group.create_task(self._zip(base, canary, findings))
            if (error_of_zip := zipped.result()) is not None:
                raise error_of_zip
            return
        raise failure

    async def _mod(self, base: str, canary: Canary) -> None:
        host = _host(base)
        answer = await self._fetch(base, wire_path(canary.path, canary.version, "mod"), _SMALL)
        if answer.status != 200:
            raise from_status(answer, host)
        if len(answer.body) <= MAX_MOD_BYTES and hash_mod(answer.body) == canary.mod_hash:
            return
        raise _wrong_bytes(answer.body, host, canary, "go.mod")

    async def _zip(self, base: str, canary: Canary, findings: Findings) -> ProbeError | None:
        """Return why the zip proves nothing, or None where its hash is right.

        An error is returned, not raised, so that the sibling questions may end by themselves.
        """
        host = _host(base)
        hosts: list[str] = []
        path = wire_path(canary.path, canary.version, "zip")
        try:
            answer = await self._fetch(base, path, MAX_ZIP_BYTES, hosts)
            if answer.status != 200:
                raise from_status(answer, hosts[-1] if hosts else host)
            found = await asyncio.to_thread(_hash_or_none, answer.body, canary)
            if found != canary.zip_hash:
                raise _wrong_bytes(answer.body, host, canary, "zip")
        except ProbeError as error:
            if hosts and error.reason not in (Failure.HASH_MISMATCH, Failure.TRUNCATED):
                return ProbeError(
                    Failure.REDIRECT_BLOCKED,
                    msg("its zip comes from {target}: {why}", target=hosts[-1], why=error.detail),
                )
            if not hosts and error.reason is not Failure.HASH_MISMATCH:
                return ProbeError(
                    error.reason, msg("its .info is right, its zip not: {why}", why=error.detail)
                )
            return error
        finally:
            findings.redirects += hosts
        findings.proved = True
        return None

    async def _upper_case(self, base: str, proved: Canary, findings: Findings) -> None:
        canary = self._upper
        if canary is None or canary == proved:
            return
        try:
            await self._mod(base, canary)
        except ProbeError as error:
            findings.notes.append(
                msg(
                    "modules with upper-case letters (%21 on the wire) fail here: {why}",
                    why=error.detail,
                )
            )

    async def _database(self, base: str, findings: Findings) -> None:
        if self._sumdb is None:
            return
        try:
            answer = await self._fetch(base, f"/sumdb/{self._sumdb}/supported", _SMALL)
        except ProbeError as error:
            findings.checksum_database = False
            findings.notes.append(
                msg("asked for the checksum database it breaks: {why}", why=error.detail)
            )
            return
        page = answer.body.lstrip()[:1] == b"<"
        findings.checksum_database = answer.status == 200 and not page
        if answer.status not in (200, 404, 410) or (answer.status == 200 and page):
            findings.notes.append(
                msg(
                    "asked for the checksum database it answers {status}: Go then stops at"
                    " modules that go.sum lacks",
                    status=answer.status,
                )
            )

    async def _fetch(
        self, base: str, path: str, limit: int, hosts: list[str] | None = None
    ) -> Reply:
        """Get `path` below `base` along its redirects, noting their hosts. Raises ProbeError."""
        url = base + path
        here = target_of(urlsplit(base))
        login = self._logins.header(base)
        own = {} if login is None else {"Authorization": login.reveal()}
        for _ in range(MOST_REDIRECTS + 1):
            at_home = target_of(urlsplit(url)) == here
            answer = await self._get(url, limit, own if at_home else {})
            location = answer.header("location")
            if answer.status not in _REDIRECTS or not location:
                return answer
            try:
                following = urljoin(url, location)
                target = target_of(urlsplit(following))
            except (ValueError, KeyError):
                raise not_a_proxy(answer.body, here.shown) from None
            if hosts is not None and (target.host, target.port) != (here.host, here.port):
                hosts.append(target.shown)
            if url.startswith("https:") and target.scheme != "https":
                raise ProbeError(
                    Failure.REDIRECT_BLOCKED,
                    msg(
                        "{where} redirects to http://{target}, which Go refuses",
                        where=here.shown,
                        target=target.shown,
                    ),
                )
            url = following
        raise ProbeError(
            Failure.NOT_A_MODULE_PROXY, msg("{where} redirects in a circle", where=here.shown)
        )

    async def _get(self, url: str, limit: int, headers: Mapping[str, str]) -> Reply:
        where = target_of(urlsplit(url)).shown
        body = bytearray()
        client = await self._client(url)
        import httpx  # by now the thread of `_client` has loaded it

        try:
            async with client.stream("GET", url, headers=headers) as answer:
                async for chunk in answer.aiter_bytes():
                    body += chunk
                    if len(body) > limit:
                        raise ProbeError(
                            Failure.NOT_A_MODULE_PROXY,
                            msg("{where} sends more than {limit} bytes", where=where, limit=limit),
                        )
        except httpx.ProxyError as error:
            raise _proxy_said(error, where) from None
        except httpx.RemoteProtocolError as error:
            raise ProbeError(
                Failure.TRUNCATED
                if body or "without sending complete" in str(error)
                else Failure.RESET,
                msg("{where} closed in the middle of its answer", where=where),
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise from_exception(error, where) from None
        return Reply(
            status=answer.status_code,
            reason=answer.reason_phrase,
            headers=tuple((k.lower(), v) for k, v in answer.headers.items()),
            body=bytes(body),
            first_byte=0.0,
            last_byte=0.0,
            keep=True,
        )

    async def _client(self, url: str) -> httpx.AsyncClient:
        """Return the client for the proxy that Go would use for `url`."""
        proxy = proxy_for(url, self._environment)
        key = None if proxy is None else proxy.reveal()
        async with self._opening:
            if key not in self._clients:
                await asyncio.to_thread(_import_httpx)
                import httpx

                context = await asyncio.to_thread(self._trust.whole)
                through = None
                if proxy is not None:
                    login = None
                    if proxy.username is not None:
                        password = "" if proxy.password is None else proxy.password.reveal()
                        login = (proxy.username, password)
                    through = httpx.Proxy(
                        str(proxy.without_credentials()),
                        auth=login,
                        ssl_context=context if proxy.scheme == "https" else None,
                    )
                self._clients[key] = httpx.AsyncClient(
                    verify=context,
                    proxy=through,
                    trust_env=False,
                    timeout=httpx.Timeout(None),  # one deadline for everything, none for a read
                    headers={"User-Agent": USER_AGENT},
                )
            return self._clients[key]


def _import_httpx() -> None:
    """Import what the first request would import, in a thread instead of on the loop."""
    import anyio._backends._asyncio  # noqa: F401
    import httpcore._backends.anyio  # noqa: F401
    import httpx  # noqa: F401


def _host(base: str) -> str:
    return target_of(urlsplit(base)).shown


def _hash_or_none(data: bytes, canary: Canary) -> str | None:
    try:
        return hash_zip(data, canary.path, canary.version)
    except BadModuleZip:
        return None


def _wrong_bytes(body: bytes, host: str, canary: Canary, what: str) -> ProbeError:
    if body.lstrip()[:1] == b"<":
        return not_a_proxy(body, host)
    return ProbeError(
        Failure.HASH_MISMATCH,
        msg(
            "the {what} of {module} from {where} is not what its hash says",
            what=what,
            module=f"{canary.path}@{canary.version}",
            where=host,
        ),
    )


def _proxy_said(error: Exception, where: str) -> ProbeError:
    text = str(error)
    if text.startswith("407"):
        return ProbeError(Failure.PROXY_AUTH, msg("the proxy asks for a login"))
    if text[:3].isdigit():
        return ProbeError(
            Failure.PROXY_REFUSED,
            msg("the proxy answers {status} for {where}", status=text[:80], where=where),
        )
    return from_exception(error, where)


def _joined(notes: list[Text]) -> Text:
    if not notes:
        return ""
    if len(notes) == 1:
        return notes[0]
    return msg("{one}; {rest}", one=notes[0], rest=_joined(notes[1:]))
