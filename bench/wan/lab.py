"""The emulated network while it stands: namespaces, forwarder, servers, a client's surroundings."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import trustme

from bench.wan.sites import DNS_RTT_MS, RESOLVER, WIRED, Site, Weather, address_of
from tests.servers.module import QUOTE, SHOUT

ROOT = Path(__file__).resolve().parents[2]
_HERE = Path(__file__).resolve().parent
_CLIENT = "10.99.0.1"
_BUNDLE = "ca-certificates.crt"
_STORE = Path("/etc/ssl/certs")
_TUN = Path("/dev/net/tun")
_SETTINGS = ("net.ipv4.tcp_no_metrics_save=1", "net.ipv6.conf.all.disable_ipv6=1")
_SIDE = {
    "client": (
        f"ip address add {_CLIENT}/32 dev wan0",
        "ip link set wan0 up txqueuelen 20000",
        f"ip route add 10.98.0.0/16 dev wan0 src {_CLIENT}",
    ),
    "servers": (
        "ip link set wan0 up txqueuelen 20000",
        "ip route add local 10.98.0.0/16 dev lo",
        f"ip route add {_CLIENT}/32 dev wan0",
    ),
}


def missing() -> str:
    """Return what this machine lacks for an emulated network, or an empty text."""
    if os.geteuid() != 0:
        return "root"
    tools = ("gcc", "ip", "unshare", "nsenter", "taskset", "mount", "openssl")
    absent = [tool for tool in tools if shutil.which(tool) is None]
    absent += [str(path) for path in (_TUN, _STORE / _BUNDLE) if not path.exists()]
    return ", ".join(absent)


class Lab:
    """A network that stands inside a `with`. `argv` wraps a command that is to run inside it."""

    def __init__(
        self,
        places: Sequence[Site],
        *,
        weather: Weather = WIRED,
        seed: int = 1,
        dns_rtt_ms: float = DNS_RTT_MS,
    ) -> None:
        self.sites = tuple(places)
        self._weather, self._seed, self._dns_rtt_ms = weather, seed, dns_rtt_ms
        cores = sorted(os.sched_getaffinity(0))
        self._far = {cores[-1]}
        self._near = set(cores[:-1]) or self._far
        self._left = contextlib.ExitStack()
        self._forwarder: subprocess.Popen[str] | None = None
        self.lateness: dict[str, float] = {}
        """Microseconds by which the forwarder was late; known when the lab has ended."""

    def __enter__(self) -> Self:
        if lack := missing():
            raise SystemExit(f"the emulated network needs {lack}")
        with self._left:
            self.folder = Path(self._left.enter_context(tempfile.TemporaryDirectory(prefix="wan-")))
            self._certificates()
            self._client = self._namespace("--net", "--mount", "--propagation", "private")
            self._servers = self._namespace("--net")
            self._connect()
            self._furnish()
            self._serve()
            self._left = self._left.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._left.close()

    def argv(self, *command: str) -> list[str]:
        """Return the command that runs `command` as the client, in the repository's folder."""
        cores = ",".join(str(core) for core in sorted(self._near))
        own = f"/proc/{self._client}/ns"
        enter = ["nsenter", f"--net={own}/net", f"--mount={own}/mnt", f"--wd={ROOT}"]
        return [*enter, "taskset", "-c", cores, *command]

    def environment(self) -> dict[str, str]:
        """Return a client's variables: this tree's code, no proxy, nothing of Python's settings."""
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "PYTHONPATH": str(ROOT),
            "LANG": "C.UTF-8",
            "GOPROXY": "off",  # what is measured are the mirrors that are given
        }

    def _start(self, argv: list[str], cores: set[int] | None = None) -> subprocess.Popen[str]:
        """Start what says when it is ready, and ends when its stdin does."""
        process = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        self._left.callback(_end, process)
        if cores is not None:
            os.sched_setaffinity(process.pid, cores)
        assert process.stdout is not None  # noqa: S101
        if process.stdout.readline().strip() != "ready":
            raise SystemExit(f"{argv[0]} did not start: exit code {process.wait()}")
        return process

    def _namespace(self, *kinds: str) -> int:
        """Make namespaces that last as long as this process; returns the id that names them."""
        return self._start(["unshare", *kinds, "sh", "-c", "echo ready; exec cat"]).pid

    def _connect(self) -> None:
        program = self.folder / "forwarder"
        subprocess.run(["gcc", "-O2", "-o", program, str(_HERE / "forwarder.c"), "-lm"], check=True)
        lines = [f"seed {self._seed}", self._line(RESOLVER, self._dns_rtt_ms, hole=False)]
        lines += [self._line(s.number, s.rtt_ms, hole=s.kind == "hole") for s in self.sites]
        config = self.folder / "ways"
        config.write_text("\n".join(lines) + "\n", encoding="utf-8")
        ends = (f"/proc/{process}/ns/net" for process in (self._client, self._servers))
        self._forwarder = self._start([str(program), *ends, str(config)], self._far)
        self._left.callback(self._listen, self._forwarder)
        for side, process in (("client", self._client), ("servers", self._servers)):
            lines = ["ip link set lo up", *(f"sysctl -qw {one}" for one in _SETTINGS), *_SIDE[side]]
            self._inside(process, "\n".join(["set -e", *lines]))

    def _line(self, number: int, rtt_ms: float, *, hole: bool) -> str:
        weather = self._weather
        rtt = round(rtt_ms * 1000)
        shares = (round(share * 1e6) for share in (weather.spikes, weather.loss))
        return " ".join(
            map(str, ("site", number, rtt, round(rtt * weather.jitter), *shares, int(hole)))
        )

    def _inside(self, process: int, script: str) -> None:
        own = f"/proc/{process}/ns"
        subprocess.run(
            ["nsenter", f"--net={own}/net", f"--mount={own}/mnt", "sh", "-c", script], check=True
        )

    def _listen(self, process: subprocess.Popen[str]) -> None:
        """Take what the forwarder tells at its end."""
        out, _ = process.communicate(timeout=10)
        self.lateness = json.loads(out)

    def _furnish(self) -> None:
        """Give the client's mount namespace a resolver, a hosts file, and a store with the root."""
        folder = self.folder
        (folder / "resolv.conf").write_text(
            f"nameserver {address_of(RESOLVER)}\noptions timeout:2 attempts:1\n"
        )
        (folder / "hosts").write_text("127.0.0.1 localhost\n")
        (folder / "nsswitch.conf").write_text("hosts: files dns\n")
        store = folder / "certs"
        shutil.copytree(_STORE, store, symlinks=True)
        bundle = store / _BUNDLE
        whole = bundle.read_bytes() + self.root.read_bytes()
        bundle.unlink()
        bundle.write_bytes(whole)
        name = subprocess.run(
            ["openssl", "x509", "-noout", "-subject_hash", "-in", str(self.root)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        shutil.copy(self.root, store / f"{name.stdout.strip()}.0")
        binds = [
            f'mount --bind {folder}/{file} "$(readlink -f /etc/{file})"'
            for file in ("resolv.conf", "hosts", "nsswitch.conf")
        ]
        self._inside(self._client, "\n".join(["set -e", *binds, f"mount --bind {store} {_STORE}"]))

    def _certificates(self) -> None:
        """Make a chain of three, as public ones are: RSA, RSA, and an ECDSA leaf."""
        root = trustme.CA(organization_name="Emulated Network", key_type=trustme.KeyType.RSA)
        issuing = root.create_child_ca(key_type=trustme.KeyType.RSA)
        leaf = issuing.issue_cert("*.lab.test", key_type=trustme.KeyType.ECDSA)
        self.root, self.chain = self.folder / "root.pem", self.folder / "chain.pem"
        root.cert_pem.write_to_path(str(self.root))
        leaf.private_key_and_cert_chain_pem.write_to_path(str(self.chain))
        with self.chain.open("ab") as file:
            file.write(issuing.cert_pem.bytes())

    def _serve(self) -> None:
        files = {
            f"{module.wire}.{suffix}": base64.b64encode(data).decode()
            for module in (QUOTE, SHOUT)
            for suffix, data in (("info", module.info), ("mod", module.mod), ("zip", module.zip))
        }
        for module in (QUOTE, SHOUT):
            listed = base64.b64encode(f"{module.version}\n".encode()).decode()
            files[f"{module.wire.rpartition('/')[0]}/list"] = listed
        files["/sumdb/sum.golang.org/supported"] = ""
        config = self.folder / "servers.json"
        config.write_text(
            json.dumps(
                {
                    "certificate": str(self.chain),
                    "files": files,
                    "sites": [(s.number, s.kind) for s in self.sites],
                }
            )
        )
        own = f"--net=/proc/{self._servers}/ns/net"
        argv = ["nsenter", own, sys.executable, "-m", "bench.wan.servers", str(config)]
        self._start(argv, self._far)


def _end(process: subprocess.Popen[str]) -> None:
    """Close its stdin, which ends it; it has two seconds to."""
    if process.stdin is not None and not process.stdin.closed:
        process.stdin.close()
    try:
        process.wait(2)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
