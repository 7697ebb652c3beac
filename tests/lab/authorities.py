"""Certificate authorities, made with the openssl command.

`PUBLIC` plays all the authorities that browsers trust: every machine and image of the lab has it in
its store, among Mozilla's, and it signs the servers of the internet. Its keys are RSA, so that
the certificates are as long as most of the web's: a handshake that fits into one small packet would
pass where a real one is swallowed. `COMPANY` is the authority of
a TLS-intercepting proxy or of internal servers: it is trusted only where a network says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from . import shell, store

if TYPE_CHECKING:
    from pathlib import Path

ELLIPTIC: Final = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
RSA: Final = ("-newkey", "rsa:3072", "-nodes")


@dataclass(frozen=True)
class Authority:
    """One root certificate and its key, made on first use and kept in the lab's cache."""

    name: str
    subject: str
    keys: tuple[str, ...] = ELLIPTIC

    @property
    def certificate(self) -> Path:
        self._make()
        return self._folder / "root.pem"

    @property
    def key(self) -> Path:
        self._make()
        return self._folder / "root.key"

    @property
    def _folder(self) -> Path:
        return store.cached("authorities", self.name, "x").parent

    def _make(self) -> None:
        root, key = self._folder / "root.pem", self._folder / "root.key"
        if root.exists():
            return
        with store.lock(f"authority-{self.name}"):
            if root.exists():
                return
            fresh = root.with_suffix(".new")
            shell.must(
                [
                    "openssl",
                    "req",
                    "-x509",
                    *self.keys,
                    "-days",
                    "3650",
                    "-subj",
                    self.subject,
                    "-keyout",
                    key,
                    "-out",
                    fresh,
                    "-addext",
                    "basicConstraints=critical,CA:TRUE",
                    "-addext",
                    "keyUsage=critical,keyCertSign,cRLSign",
                ]
            )
            fresh.rename(root)

    def issue(self, host: str, *, days: int = 90) -> Path:
        """One PEM file with the key, the certificate for `host`, and the root."""
        leaf = self._folder / f"{host}.pem"
        root, root_key = self.certificate, self.key
        with store.lock(f"authority-{self.name}"):
            if leaf.exists():
                return leaf
            key, cert = leaf.with_suffix(".key"), leaf.with_suffix(".crt")
            shell.must(
                [
                    "openssl",
                    "req",
                    "-x509",
                    *self.keys,
                    "-days",
                    str(days),
                    "-CA",
                    root,
                    "-CAkey",
                    root_key,
                    "-subj",
                    f"/CN={host}",
                    "-keyout",
                    key,
                    "-out",
                    cert,
                    "-addext",
                    f"subjectAltName=DNS:{host}",
                    "-addext",
                    "basicConstraints=critical,CA:FALSE",
                    "-addext",
                    "extendedKeyUsage=serverAuth",
                ]
            )
            fresh = leaf.with_suffix(".new")
            fresh.write_text(key.read_text() + cert.read_text() + root.read_text())
            fresh.rename(leaf)
            key.unlink()
            cert.unlink()
        return leaf


PUBLIC = Authority("public", "/O=Lab Public Web/CN=Lab Public Web Root", RSA)
COMPANY = Authority("company", "/O=Example Corp/CN=Example Corp Root CA 2026")
CUSTOMER = Authority("customer", "/O=Customer Works/CN=Customer Works Inspection CA")


def trust_public(root: Path) -> None:
    """Put the public authority among Mozilla's in the file system under `root`."""
    text = PUBLIC.certificate.read_text()
    bundle = root / "etc/ssl/certs/ca-certificates.crt"
    if text in bundle.read_text():
        return
    name = "mozilla/Lab_Public_Web_Root.crt"
    (root / "usr/share/ca-certificates" / name).write_text(text)
    listed = root / "etc/ca-certificates.conf"
    lines = [line for line in listed.read_text().splitlines() if line != name]
    listed.write_text("\n".join([*lines, name]) + "\n")
    shell.must(["chroot", root, "/usr/sbin/update-ca-certificates"])
    if text not in bundle.read_text():
        raise shell.LabError(f"{root} does not trust the public authority")
