"""The proof: a module's bytes from a mirror, against hashes that are known beforehand."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from wizard.detect.mirrors.dial import target_of
from wizard.detect.mirrors.fetch import Fetcher
from wizard.detect.mirrors.logins import Logins
from wizard.detect.mirrors.trust import Trust
from wizard.detect.mirrors.verdict import ProbeError, from_status, not_a_proxy
from wizard.facts.mirrors import Canary, Failure, MirrorProbe
from wizard.facts.proxy import GoProxyEnvironment
from wizard.rules.dirhash import MAX_MOD_BYTES, MAX_ZIP_BYTES, BadModuleZip, hash_mod, hash_zip
from wizard.rules.modpath import is_upper, wire_path
from wizard.text import Text, msg

_ABSENT = {Failure.HTTP_404, Failure.HTTP_410}
_SMALL = 64 * 1024


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
        self._fetcher = Fetcher(
            environment=environment, trust=trust, logins=logins, deadline=deadline
        )
        self._plain = tuple(c for c in canaries if not is_upper(c.path)) or canaries
        self._upper = next((c for c in canaries if is_upper(c.path)), None)
        self._sumdb = sumdb
        self._deadline = deadline

    async def close(self) -> None:
        """Close every client."""
        await self._fetcher.close()

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
        answer = await self._fetcher.fetch(
            base, wire_path(canary.path, canary.version, "mod"), _SMALL
        )
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
            answer = await self._fetcher.fetch(base, path, MAX_ZIP_BYTES, hosts)
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
            answer = await self._fetcher.fetch(base, f"/sumdb/{self._sumdb}/supported", _SMALL)
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


def _joined(notes: list[Text]) -> Text:
    if not notes:
        return ""
    if len(notes) == 1:
        return notes[0]
    return msg("{one}; {rest}", one=notes[0], rest=_joined(notes[1:]))
