"""The company's web proxy: squid in four moods, and a tinyproxy that only the developer can reach.

- `open`: takes everybody.
- `password`: wants basic authentication; the password has characters that need escaping.
- `intercept`: opens TLS, signing with the company's authority.
- `ntlm`: takes NTLM alone.
- `loopback`: a tinyproxy on the developer's 127.0.0.1:7890, as desktop proxy programs are. It alone
  knows the password of the company's proxy behind it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from . import authorities, names, shell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .machine import Machine

KINDS: Final = frozenset(
    {"open", "password", "intercept", "intercept-password", "ntlm", "loopback"}
)
USER: Final = "dev"
PASSWORD: Final = "s3cr@t %"  # made up; every character of it needs escaping somewhere
RELAY_PASSWORD: Final = "relay-only-5a1d"
ADDRESS: Final = names.COMPANY["proxy.corp.example"]
URL: Final = "http://proxy.corp.example:3128"
URL_WITH_PASSWORD: Final = f"http://{USER}:{quote(PASSWORD, safe='')}@proxy.corp.example:3128"
CUSTOMER: Final = "proxy.customer.example"
CUSTOMER_URL_WITH_PASSWORD: Final = f"http://{USER}:{quote(PASSWORD, safe='')}@{CUSTOMER}:3128"
AUTHORITIES: Final = {"proxy.corp.example": authorities.COMPANY, CUSTOMER: authorities.CUSTOMER}
"""Each proxy's name, and who signs where it opens TLS."""
LOOPBACK_URL: Final = "http://127.0.0.1:7890"

COMMON = f"""
visible_hostname proxy.corp.example
pid_filename /run/squid.pid
dns_nameservers {names.COMPANY_RESOLVER}
cache deny all
cache_mem 8 MB
memory_cache_shared off
shutdown_lifetime 0 seconds
access_log stdio:/var/log/squid/access.log
cache_log /var/log/squid/cache.log
acl CONNECT method CONNECT
acl allowed_ports port 80 443
http_access deny !allowed_ports
"""
PLAIN_PORT = "http_port {address}:3128\n"
BUMP = """
http_port {address}:3128 ssl-bump cert=/etc/squid/ca.pem generate-host-certificates=on \
dynamic_cert_mem_cache_size=4MB
sslcrtd_program /usr/lib/squid/security_file_certgen -s /var/spool/squid/certs -M 4MB
sslproxy_session_cache_size 0
tls_outgoing_options cafile=/etc/ssl/certs/ca-certificates.crt
acl step1 at_step SslBump1
ssl_bump peek step1
ssl_bump bump all
"""
BASIC = """
auth_param basic program /usr/lib/squid/basic_ncsa_auth /etc/squid/passwords
auth_param basic realm Example Corp proxy
acl known proxy_auth REQUIRED
http_access deny !known
"""
NTLM = """
auth_param ntlm program /usr/lib/squid/ntlm_fake_auth
auth_param ntlm children 2
acl known proxy_auth REQUIRED
http_access deny !known
"""


@dataclass(frozen=True)
class Squid:
    """The company's proxy on the company's machine."""

    machine: Machine
    host: str = "proxy.corp.example"

    def start(self, kind: str, refuses: Sequence[str] = ()) -> None:
        """Start it in this mood; for the hosts in `refuses` it answers 403."""
        intercepts = kind.startswith("intercept")
        address = names.COMPANY[self.host]
        port = BUMP if intercepts else PLAIN_PORT
        parts = [COMMON, port.replace("{address}", address)]
        if refuses:
            parts.append(f"acl internal dstdomain {' '.join(refuses)}\nhttp_access deny internal\n")
        if kind in {"password", "intercept-password", "loopback"}:
            user, password = ("relay", RELAY_PASSWORD) if kind == "loopback" else (USER, PASSWORD)
            hashed = shell.must(["openssl", "passwd", "-apr1", password]).strip()
            self.machine.write("/etc/squid/passwords", f"{user}:{hashed}\n")
            parts.append(BASIC)
        if kind == "ntlm":
            parts.append(NTLM)
        self.machine.write("/etc/squid/lab.conf", "".join(parts) + "http_access allow all\n")
        if intercepts:
            ca = AUTHORITIES[self.host]
            self.machine.write(
                "/etc/squid/ca.pem", ca.key.read_text() + ca.certificate.read_text(), 0o644
            )
            self.machine.must(
                [
                    "sh",
                    "-c",
                    "rm -rf /var/spool/squid/certs && mkdir -p /var/spool/squid"
                    " && /usr/lib/squid/security_file_certgen -c -s /var/spool/squid/certs"
                    " -M 4MB && chown -R proxy:proxy /var/spool/squid",
                ]
            )
        self.machine.spawn(["squid", "-N", "-f", "/etc/squid/lab.conf"], "/var/log/squid-start.log")
        listening(self.machine, address, 3128)


@dataclass(frozen=True)
class LoopbackProxy:
    """The desktop proxy program: a machine that shares the developer's network namespace."""

    machine: Machine

    def start(self) -> None:
        self.machine.write(
            "/etc/tinyproxy/lab.conf",
            f"""
Port 7890
Listen 127.0.0.1
Timeout 60
MaxClients 50
LogFile "/var/log/tinyproxy.log"
upstream http relay:{RELAY_PASSWORD}@{ADDRESS}:3128
""",
        )
        self.machine.spawn(
            ["tinyproxy", "-d", "-c", "/etc/tinyproxy/lab.conf"], "/var/log/tinyproxy-start.log"
        )
        listening(self.machine, "127.0.0.1", 7890)


def listening(machine: Machine, address: str, port: int, seconds: float = 15) -> None:
    """Wait until somebody listens there."""
    deadline = time.monotonic() + seconds
    while f"{address}:{port}" not in machine.must(["ss", "-Hltn"]):
        if time.monotonic() > deadline:
            raise shell.LabError(f"nobody listens on {address}:{port} of {machine.name}")
        time.sleep(0.05)
