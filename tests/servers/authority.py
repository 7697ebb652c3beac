"""A certificate authority for the servers here, and one that nobody trusts."""

from __future__ import annotations

import ssl
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import trustme

_HOSTS = ("localhost", "127.0.0.1", "127.0.0.2", "127.0.0.3", "0.0.0.0", "*.example.test")


class Authority:
    """Signs certificates for loopback and `*.example.test`; `bundle` is for SSL_CERT_FILE."""

    def __init__(self, name: str = "Loopback Test CA") -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="authority-")
        self._ca = trustme.CA(organization_name=name)
        self._stranger = trustme.CA(organization_name="Example Corp Inspection CA")
        self.bundle = Path(self._folder.name) / "ca.pem"
        self._ca.cert_pem.write_to_path(str(self.bundle))
        self._contexts: dict[str, ssl.SSLContext] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._folder.cleanup()

    def context(self, certificate: str) -> ssl.SSLContext:
        """Return a server's TLS context; for the kinds see `CERTIFICATES` of `mirror`."""
        if certificate not in self._contexts:
            self._contexts[certificate] = self._build(certificate)
        return self._contexts[certificate]

    def _build(self, certificate: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        now = datetime.now(UTC)
        if certificate == "good":
            leaf = self._ca.issue_cert(*_HOSTS)
        elif certificate == "expired":
            leaf = self._ca.issue_cert(
                *_HOSTS, not_before=now - timedelta(days=9), not_after=now - timedelta(days=2)
            )
        elif certificate == "wrong-host":
            leaf = self._ca.issue_cert("other.example.net")
        elif certificate == "untrusted":
            leaf = self._stranger.issue_cert(*_HOSTS)
        elif certificate == "self-signed":
            with trustme.Blob(
                self._stranger.private_key_pem.bytes() + self._stranger.cert_pem.bytes()
            ).tempfile() as file:
                context.load_cert_chain(file)
            return context
        else:
            raise ValueError(certificate)
        leaf.configure_cert(context)
        return context
