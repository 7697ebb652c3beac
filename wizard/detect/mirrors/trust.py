"""Whom TLS trusts: the operating system's store, as Go reads it on each platform.

Linux: crypto/x509 `root_linux.go` and `root.go:loadOnDiskRoots` - the first bundle of a list, plus
two folders; SSL_CERT_FILE replaces the list, SSL_CERT_DIR the folders. macOS and Windows: the
system's own verifier, through truststore.
"""

from __future__ import annotations

import re
import ssl
import threading
from pathlib import Path

from wizard.system import System

BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
FOLDERS = ("/etc/ssl/certs", "/etc/pki/tls/certs")
_HASHED = re.compile(r"[0-9a-f]{8}\.[0-9]+")
_MOST_FILES = 2_000


class Trust:
    """TLS contexts over the system's store: a quick one, and one that holds every authority.

    OpenSSL reads a folder of hashed names only when a handshake needs it, 0.3 ms against 45 ms
    for a bundle; but a CA may stand in the bundle alone, so before a certificate is called
    untrusted the whole store is asked.
    """

    def __init__(self, system: System) -> None:
        self._system = system
        self._whole: ssl.SSLContext | None = None
        self._quick: ssl.SSLContext | None = None
        self._building = threading.RLock()

    @property
    def ready(self) -> ssl.SSLContext | None:
        """The context for a first try, where it is already built."""
        return self._quick

    def quick(self) -> ssl.SSLContext:
        """Return the context for a first try. Reads files: call it in a thread."""
        with self._building:
            return self._build_quick()

    def whole(self) -> ssl.SSLContext:
        """Return the context that knows every authority. Reads files: call it in a thread."""
        with self._building:
            if self._whole is None:
                self._whole = self._build_whole()
            return self._whole

    def _build_quick(self) -> ssl.SSLContext:
        if self._quick is None:
            hashed = [] if _platform_verifier(self._system) else self._hashed_folders()
            if hashed and not self._system.env.get("SSL_CERT_FILE"):
                context = _context()
                for folder in hashed:
                    context.load_verify_locations(capath=str(folder))
                self._quick = context
            else:
                self._quick = self.whole()
        return self._quick

    def _build_whole(self) -> ssl.SSLContext:
        if _platform_verifier(self._system):
            import truststore

            native = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            native.set_alpn_protocols(["http/1.1"])
            return native
        context = _context()
        own = self._system.env.get("SSL_CERT_FILE")
        files = [Path(own)] if own else [self._system.path(name) for name in BUNDLES]
        for file in files:
            if file.is_file():
                _load(context, file)
                break
        hashed = self._hashed_folders()
        for folder in self._folders():
            if folder in hashed:
                context.load_verify_locations(capath=str(folder))
            elif folder.is_dir():
                for file in sorted(folder.iterdir())[:_MOST_FILES]:
                    if file not in files and file.is_file():
                        _load(context, file)
        return context

    def _folders(self) -> list[Path]:
        if own := self._system.env.get("SSL_CERT_DIR"):
            return [Path(folder) for folder in own.split(":") if folder]
        return [self._system.path(folder) for folder in FOLDERS]

    def _hashed_folders(self) -> list[Path]:
        return [folder for folder in self._folders() if _is_hashed(folder)]


def _platform_verifier(system: System) -> bool:
    return system.platform in ("darwin", "win32")


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # Go takes every certificate of the store as an anchor, intermediates included.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.set_alpn_protocols(["http/1.1"])
    return context


def _is_hashed(folder: Path) -> bool:
    try:
        return any(_HASHED.fullmatch(entry.name) for entry in folder.iterdir())
    except OSError:
        return False


def _load(context: ssl.SSLContext, file: Path) -> None:
    try:
        context.load_verify_locations(cafile=str(file))
    except (OSError, ssl.SSLError):
        return  # not PEM or not readable: Go passes over it silently too


def unchecked() -> ssl.SSLContext:
    """Return a context that looks at a certificate without believing it; never for a request."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def image_context(public: str, given: tuple[str, ...]) -> ssl.SSLContext:
    """Return a context that trusts the bundle `public` and the certificates `given` (PEM)."""
    context = _context()
    context.load_verify_locations(cafile=public)
    for pem in given:
        context.load_verify_locations(cadata=pem)
    return context
