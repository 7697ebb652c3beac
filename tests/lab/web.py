"""Which web sites there are, and how each behaves in one network.

`Sites.DEFAULT` is the internet on a good day. A network changes a site by naming it; the behaviours
of the transport (`black-hole`, `refused`) are made with the packet filter or by not listening, all
others by the server (`webserver.py`, `sites.py`).
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from . import authorities, modules, names, shell, store, toolchains
from .machine import Bind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from .machine import Machine

BEHAVIOURS: Final = frozenset(
    {
        "good",
        "slow",
        "403",
        "404",
        "410",
        "429",
        "500",
        "502",
        "503",
        "black-hole",
        "refused",
        "reset",
        "login",
        "login-redirect",
        "tampered",
    }
)
OPTIONS: Final = frozenset(
    {
        "behaviour",
        "delay",
        "sumdb",
        "lacks",
        "redirect_zip",
        "serves",
        "certificate",
        "address",
        "token",
        "https_git",
        "go_get_needs_token",
    }
)
SUMDB_ADDRESS: Final = "127.0.0.1:8017"
MODULES_AT: Final = "/srv/modules"
CODE_AT: Final = "/opt/lab"
LOG_AT: Final = "/var/log/requests.jsonl"

MIRROR: Final = {"serves": "mirror"}
# The company's modules are on the same disk, but no public mirror has them.
PUBLIC_MIRROR: Final = {**MIRROR, "lacks": ["git.corp.example/", "go.corp.example/"]}
DEFAULT: Final[Mapping[str, Mapping[str, Any]]] = {
    "proxy.golang.org": PUBLIC_MIRROR,  # does not serve the checksum database, just as the real one
    "sum.golang.org": {"serves": "sumdb"},
    "storage.googleapis.com": {"serves": "files"},
    "goproxy.cn": {**PUBLIC_MIRROR, "sumdb": True},
    "goproxy.io": {**PUBLIC_MIRROR, "sumdb": True},
    "mirrors.aliyun.com": {**PUBLIC_MIRROR, "prefix": "/goproxy"},
    "github.com": {"serves": "website"},
    "go.dev": {"serves": "website"},
    "login.hotel.example": {"serves": "website", "behaviour": "200"},
}


@dataclass(frozen=True)
class Asked:
    """One request that reached a site."""

    host: str
    path: str
    status: int


@dataclass(frozen=True)
class WebServer:
    """The web server of one machine, with all its sites."""

    machine: Machine

    @staticmethod
    def binds() -> list[Bind]:
        """What a machine must see of the lab's to run a web server."""
        return [
            Bind(store.LAB, CODE_AT),
            Bind(modules.published(), MODULES_AT),
            Bind(toolchains.sumdb_program(), "/usr/local/bin/sumdb"),
        ]

    def start(self, sites: Mapping[str, Mapping[str, Any]]) -> None:
        """Serve `sites` (host name to options), and the checksum database that some need."""
        signer, verifier = toolchains.sumdb_keys()
        self.machine.spawn(
            ["sumdb", "serve", SUMDB_ADDRESS, MODULES_AT],
            "/var/log/sumdb.log",
            env={"SUMDB_KEY": signer},
        )
        served = []
        for host, options in sites.items():
            if options.get("behaviour") in {"black-hole", "refused"}:
                continue
            authority = {"public": authorities.PUBLIC, "company": authorities.COMPANY}[
                options.get("certificate", "public")
            ]
            served.append(
                {
                    "root": MODULES_AT,
                    **options,
                    "host": host,
                    "address": options.get("address", address_of(host)),
                    "certificate": self._install(authority.issue(host)),
                    "sumdb_name": verifier.partition("+")[0],
                    "sumdb": f"http://{SUMDB_ADDRESS}"
                    if options.get("sumdb") or options.get("serves") == "sumdb"
                    else None,
                    "delay": options.get("delay", 2 if options.get("behaviour") == "slow" else 0),
                }
            )
        ready = "/run/web-ready"
        self.machine.write(
            "/etc/lab-sites.json", json.dumps({"log": LOG_AT, "ready": ready, "sites": served})
        )
        self.machine.spawn(
            ["python3", f"{CODE_AT}/webserver.py", "/etc/lab-sites.json"], "/var/log/webserver.log"
        )
        wait_for(self.machine.path(ready), "the web server", self.machine, "/var/log/webserver.log")

    def _install(self, pem: Path) -> str:
        inside = f"/etc/ssl/private/{pem.name}"
        self.machine.write(inside, pem.read_bytes(), 0o600)
        return inside

    def asked(self) -> list[Asked]:
        """Every HTTP request so far, in order."""
        lines = (json.loads(line) for line in self.machine.read(LOG_AT).splitlines())
        return [
            Asked(line["host"], line["path"], line["status"]) for line in lines if "path" in line
        ]


def address_of(host: str) -> str:
    return names.PUBLIC[host] if host in names.PUBLIC else names.COMPANY[host]


def internet(changes: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The internet's sites with a network's changes on top."""
    return {
        host: {
            **options,
            **changes.get(host, {}),
            "lacks": [*options.get("lacks", []), *changes.get(host, {}).get("lacks", [])],
        }
        for host, options in DEFAULT.items()
    }


def of_company(changes: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The company's own sites: only those that the network names."""
    return {
        host: {**MIRROR, **options} for host, options in changes.items() if host in names.COMPANY
    }


def black_holes(sites: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
    """The addresses that swallow every packet."""
    return [
        address_of(host)
        for host, options in sites.items()
        if options.get("behaviour") == "black-hole"
    ]


def wait_for(path: Path, what: str, machine: Machine, log: str, seconds: float = 15) -> None:
    """Wait until a server's sign of life stands there, or raise with its log."""
    deadline = time.monotonic() + seconds
    while not path.exists():
        if time.monotonic() > deadline:
            raise shell.LabError(f"{what} did not start:\n{machine.read(log)[-3000:]}")
        time.sleep(0.02)
