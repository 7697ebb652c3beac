"""Real servers on loopback, with chosen faults: what the tests and the benchmark talk to.

    from tests.servers import Authority, Mirror, Module, write_catalogue

    with Authority() as ca, Mirror(ca, delay_s=0.05) as fast, Mirror(ca, "login-page") as portal:
        env = {"SSL_CERT_FILE": str(ca.bundle), ...}        # for a System or a subprocess
        write_catalogue(config_home / "gomod-wizard/mirrors.toml", [fast, portal])

Every server is a context manager that runs in threads of this process; `url` is where it is.
A handshake is done in the connection's own thread, so a silent client blocks nobody else.

- `Authority`: a CA of its own; `bundle` is its PEM file, for SSL_CERT_FILE.
- `Mirror(ca, behaviour, delay_s=…, certificate=…, modules=…)`: an HTTPS module mirror.
  Behaviours: see `BEHAVIOURS`; certificates: see `CERTIFICATES`. `requests` lists the
  paths it was asked for.
- `BlackHole()`: accepts no connection and refuses none; `refused_url()`: nobody listens there.
- `Proxy(login=…, scheme=…, forbidden=…, names=…)`: a CONNECT proxy, also for plain http://.
- `SocksProxy(login=…, names=…)`: a SOCKS5 proxy.
- `Resolver(answers)`: a DNS server, UDP and TCP.
- `Module`: a small module with right hashes, made here; `QUOTE` and `SHOUT` (upper case) are two.
"""

from __future__ import annotations

from tests.servers.authority import Authority
from tests.servers.dns import Resolver
from tests.servers.holes import BlackHole, refused_url
from tests.servers.mirror import BEHAVIOURS, CERTIFICATES, Mirror
from tests.servers.module import QUOTE, SHOUT, Module, write_catalogue
from tests.servers.proxy import Proxy
from tests.servers.socks import SocksProxy

__all__ = [
    "BEHAVIOURS",
    "CERTIFICATES",
    "QUOTE",
    "SHOUT",
    "Authority",
    "BlackHole",
    "Mirror",
    "Module",
    "Proxy",
    "Resolver",
    "SocksProxy",
    "refused_url",
    "write_catalogue",
]
