"""What the words of Go, bash and nc about a failed request mean."""

from __future__ import annotations

import re

from wizard.facts.mirrors import Failure

_WORDS: tuple[tuple[str, Failure], ...] = (
    (r"SECURITY ERROR|checksum mismatch", Failure.HASH_MISMATCH),
    (r"Proxy Authentication Required|\b407\b", Failure.PROXY_AUTH),
    (r"proxyconnect .*lookup .*(?:no such host|server misbehaving)", Failure.DNS),
    (r"proxyconnect|socks connect", Failure.PROXY_REFUSED),
    # The status of a CONNECT comes as its reason phrase alone.
    (r"Get \"https://[^\"]*\": (?:[A-Z][a-z]+ ?)+$", Failure.PROXY_REFUSED),
    (r"certificate has expired|not yet valid", Failure.TLS_EXPIRED),
    (r"certificate is (?:valid for|not valid for)|cannot validate certificate for"
     r"|doesn't contain any (?:IP )?SANs|legacy Common Name", Failure.TLS_HOSTNAME),
    (r"x509:|unknown authority|tls: failed to verify", Failure.TLS_UNTRUSTED),
    (r"lookup .*(?:i/o timeout|timed out|Temporary failure)|Temporary failure in name",
     Failure.DNS_TIMEOUT),
    (r"no such host|server misbehaving|Name or service not known|bad address"
     r"|Name does not resolve|nodename nor servname", Failure.DNS),
    (r"[Cc]onnection refused", Failure.REFUSED),
    (r"[Cc]onnection reset|reset by peer|: EOF\b|broken pipe", Failure.RESET),
    (r"No route to host|no route to host|[Nn]etwork is unreachable|dial .*i/o timeout"
     r"|[Cc]onnection timed out", Failure.CONNECT_TIMEOUT),
    (r"\b403\b|: Forbidden", Failure.HTTP_403),
    (r"\b404\b|: Not Found", Failure.HTTP_404),
    (r"\b410\b|: Gone", Failure.HTTP_410),
    (r"\b429\b|Too Many Requests", Failure.HTTP_429),
    (r": Bad Gateway|: Service Unavailable|: Gateway Timeout|: Internal Server Error"
     r"|\b5\d\d [A-Z]", Failure.HTTP_5XX),
    (r"\b4\d\d [A-Z]|: Unauthorized|: Bad Request", Failure.HTTP_4XX),
    (r"handshake timeout|deadline exceeded|i/o timeout|[Tt]imed out", Failure.TIMEOUT),
    (r"unexpected EOF|not a valid zip|unexpected end", Failure.TRUNCATED),
    (r"invalid character|invalid response|malformed|expected", Failure.NOT_A_MODULE_PROXY),
)  # fmt: skip
_COMPILED = tuple((re.compile(pattern), failure) for pattern, failure in _WORDS)


def meaning(words: str) -> Failure | None:
    """Return what went wrong by the first rule that fits; None: the words say nothing known.

    Go's texts: net (`lookup …: no such host`), net/http (`proxyconnect tcp: …`, and the reason
    phrase alone of a CONNECT that was refused), crypto/x509, cmd/go's `reading URL: 403 Forbidden`.
    """
    return next((failure for pattern, failure in _COMPILED if pattern.search(words)), None)
