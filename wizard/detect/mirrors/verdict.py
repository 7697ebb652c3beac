"""Why a mirror failed: exceptions and answers turned into the contract's reasons.

Judged by content: a status of 200 with a login page is a failure with a name of its own.
"""

from __future__ import annotations

import json
import re
import socket
import ssl
from collections.abc import Iterator
from enum import StrEnum

from wizard.detect.mirrors.http1 import Malformed, Reply, TooLarge, Truncated
from wizard.facts.mirrors import Canary, Failure
from wizard.text import Text, msg
from wizard.untrusted import clean_line

_EXPIRED = {9, 10}
"""X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_CERT_HAS_EXPIRED."""
_HOSTNAME = {62, 64}
"""X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH."""
UNTRUSTED = {18, 19, 20, 21, 2, 27}
"""Codes that a larger set of authorities could cure (openssl's x509_vfy.h)."""
_QUICK_ANSWER_S = 1.0
"""A resolver's `timeout:` is a whole second at least; a faster EAI_AGAIN was an answer."""


class Phase(StrEnum):
    """What a probe was waiting for."""

    RESOLVE = "resolve"
    CONNECT = "connect"
    PROXY = "proxy"
    TLS = "tls"
    ANSWER = "answer"


class ProbeError(Exception):
    """A probe that ended with a named failure."""

    def __init__(self, reason: Failure, detail: Text) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail
        self.trail: tuple[str, ...] = ()
        """Where the question had been redirected to before it failed."""


def from_exception(error: BaseException, where: Text, seconds: float = 0.0) -> ProbeError:
    """Return the failure behind `error`, which talking to `where` raised after `seconds`."""
    for cause in _causes(error):
        if isinstance(cause, ProbeError):
            return cause
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _certificate(cause, where)
        if isinstance(cause, socket.gaierror):
            return _name(cause, where, seconds)
        if isinstance(cause, UnicodeError):
            return ProbeError(Failure.DNS, msg("{where} is no name that can be asked", where=where))
        if isinstance(cause, ConnectionRefusedError):
            return ProbeError(Failure.REFUSED, msg("{where} refuses the connection", where=where))
        if isinstance(cause, Truncated):
            return ProbeError(
                Failure.TRUNCATED, msg("{where} closed in the middle of its answer", where=where)
            )
        if isinstance(cause, TooLarge):
            return ProbeError(
                Failure.NOT_A_MODULE_PROXY,
                msg("{where} sends far more than the protocol has to say", where=where),
            )
        if isinstance(cause, Malformed):
            return ProbeError(
                Failure.NOT_A_MODULE_PROXY, msg("{where} does not speak HTTP", where=where)
            )
        if isinstance(cause, ssl.SSLError):
            return _tls(cause, where)
        if isinstance(cause, TimeoutError):
            return ProbeError(
                Failure.CONNECT_TIMEOUT, msg("{where} never answered the connection", where=where)
            )
    for cause in _causes(error):
        if isinstance(cause, OSError) and not isinstance(cause, ConnectionError):
            return ProbeError(
                Failure.REFUSED,
                msg("no way to {where}: {why}", where=where, why=cause.strerror or str(cause)),
            )
    return ProbeError(Failure.RESET, msg("{where} broke the connection", where=where))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _certificate(error: ssl.SSLCertVerificationError, where: Text) -> ProbeError:
    why = clean_line(getattr(error, "verify_message", "") or str(error), 200)
    code = getattr(error, "verify_code", 0)
    if code in _EXPIRED:
        return ProbeError(
            Failure.TLS_EXPIRED,
            msg(
                "the certificate of {where} is out of date, or this clock is: {why}",
                where=where,
                why=why,
            ),
        )
    if code in _HOSTNAME or "Hostname mismatch" in why or "IP address mismatch" in why:
        return ProbeError(
            Failure.TLS_HOSTNAME,
            msg("the certificate is not for {where}: {why}", where=where, why=why),
        )
    return ProbeError(
        Failure.TLS_UNTRUSTED,
        msg(
            "nobody this machine trusts signed the certificate of {where}: {why}",
            where=where,
            why=why,
        ),
    )


def _name(error: socket.gaierror, where: Text, seconds: float) -> ProbeError:
    if error.errno == socket.EAI_AGAIN:
        if seconds >= _QUICK_ANSWER_S:
            return ProbeError(
                Failure.DNS_TIMEOUT, msg("no resolver answered for {where}", where=where)
            )
        return ProbeError(
            Failure.DNS, msg("the resolver could not answer for {where}", where=where)
        )
    return ProbeError(Failure.DNS, msg("the name {where} does not exist", where=where))


def _tls(error: ssl.SSLError, where: Text) -> ProbeError:
    reason = str(error.reason or "")
    if reason in {
        "WRONG_VERSION_NUMBER",
        "HTTP_REQUEST",
        "PACKET_LENGTH_TOO_LONG",
        "RECORD_LAYER_FAILURE",
    }:
        return ProbeError(
            Failure.NOT_A_MODULE_PROXY, msg("{where} answers without TLS", where=where)
        )
    return ProbeError(
        Failure.RESET,
        msg(
            "{where} broke off the TLS handshake: {why}",
            where=where,
            why=clean_line(reason.replace("_", " ").lower() or str(error), 120),
        ),
    )


def cut_off(phase: Phase, where: Text) -> ProbeError:
    """Return the failure of a probe that the deadline ended in `phase`."""
    match phase:
        case Phase.RESOLVE:
            return ProbeError(
                Failure.DNS_TIMEOUT, msg("no resolver answered for {where} in time", where=where)
            )
        case Phase.CONNECT:
            return ProbeError(
                Failure.CONNECT_TIMEOUT,
                msg("{where} never answered the connection", where=where),
            )
        case Phase.PROXY:
            return ProbeError(
                Failure.TIMEOUT, msg("the proxy gave no way to {where} in time", where=where)
            )
        case Phase.TLS:
            return ProbeError(
                Failure.TIMEOUT, msg("{where} did not finish the TLS handshake", where=where)
            )
        case Phase.ANSWER:
            return ProbeError(Failure.TIMEOUT, msg("{where} did not answer in time", where=where))


def from_status(reply: Reply, where: Text) -> ProbeError:
    """Return the failure that a status other than 200 stands for."""
    named = {
        403: Failure.HTTP_403,
        404: Failure.HTTP_404,
        410: Failure.HTTP_410,
        429: Failure.HTTP_429,
        407: Failure.PROXY_AUTH,
        511: Failure.NOT_A_MODULE_PROXY,
    }
    reason = named.get(reply.status)
    if reason is None:
        if reply.status >= 500:
            reason = Failure.HTTP_5XX
        elif reply.status >= 400:
            reason = Failure.HTTP_4XX
        else:
            reason = Failure.NOT_A_MODULE_PROXY
    line = clean_line(f"{reply.status} {reply.reason}".strip(), 120)
    said = title(reply.body)
    if said:
        detail = msg("{where} answers {status}: {title}", where=where, status=line, title=said)
    else:
        detail = msg("{where} answers {status}", where=where, status=line)
    return ProbeError(reason, detail)


def check_info(reply: Reply, canary: Canary, where: Text) -> None:
    """Raise ProbeError unless `reply` is the `.info` of `canary`."""
    if reply.status != 200:
        raise from_status(reply, where)
    try:
        answer = json.loads(reply.body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise not_a_proxy(reply.body, where) from None
    version = answer.get("Version") if isinstance(answer, dict) else None
    if version != canary.version:
        raise ProbeError(
            Failure.NOT_A_MODULE_PROXY,
            msg(
                "{where} answers JSON that is not the .info of {module}",
                where=where,
                module=f"{canary.path}@{canary.version}",
            ),
        )


def not_a_proxy(body: bytes, where: Text) -> ProbeError:
    """Return the failure of an answer that is a page, or anything else that is no module's."""
    said = title(body)
    if said:
        detail = msg("{where} answers with a page: {title}", where=where, title=said)
    elif body.lstrip()[:1] == b"<":
        detail = msg("{where} answers with a page without a title", where=where)
    else:
        detail = msg("{where} answers with something that is no module's", where=where)
    return ProbeError(Failure.NOT_A_MODULE_PROXY, detail)


_TITLE = re.compile(rb"<title[^>]{0,200}>(.{0,2000}?)</title", re.IGNORECASE | re.DOTALL)


def title(body: bytes) -> str:
    """Return the title of an HTML page as one clean line, or an empty text."""
    found = _TITLE.search(body[:32_768])
    if found is None:
        return ""
    import html  # its table of two thousand names is for pages alone

    return clean_line(html.unescape(found[1].decode("utf-8", "replace")), 160)
