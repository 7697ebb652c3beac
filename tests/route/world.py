"""A small internet on loopback whose every request is noted, for Go and for `route` alike."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

from tests.servers import QUOTE, SHOUT, Authority, BlackHole, Mirror, Module, Proxy, refused_url
from tests.servers.loop import Head, ThreadedServer

Seen = tuple[str, str]
"""(server's name, what it was asked for)"""


class _Noted(list[str]):
    """A server's list of requests that also writes into the one list of all."""

    def __init__(self, name: str, log: list[Seen]) -> None:
        super().__init__()
        self._name = name
        self._log = log

    def append(self, target: str) -> None:
        super().append(target)
        self._log.append((self._name, target))


class Listed(Mirror):
    """A mirror that also lists its versions, or has none to list but a latest one."""

    def list(self, versions: str) -> Self:
        """Answer `@v/list` with `versions`, and `@latest` with the module's own."""
        path = f"/{QUOTE.path}"
        self._files |= {f"{path}/@v/list": versions.encode(), f"{path}/@latest": QUOTE.info}
        return self


class CodeHost(ThreadedServer):
    """`?go-get=1` pages and git's own smart protocol (`git http-backend`)."""

    def __init__(self, authority: Authority, root: Path, pages: dict[str, tuple[int, str]]) -> None:
        super().__init__(authority.context("good"))
        self.root = root
        self.pages = pages
        self.requests: list[str] = []
        self.closed = ""
        """Repositories below this path want a login."""

    def handle(self, connection):  # type: ignore[no-untyped-def]
        head = Head(connection)
        while (asked := head.next()) is not None:
            method, target, headers = asked
            self.requests.append(target)
            body = b""
            if length := int(headers.get("content-length", "0")):
                body = head._buffer[:length]
                while len(body) < length:
                    body += connection.recv(length - len(body))
                head._buffer = head._buffer[length:]
            status, kind, data = self._answer(method, target, headers, body)
            extra = 'WWW-Authenticate: Basic realm="git"\r\n' if status == 401 else ""
            connection.sendall(
                f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\n{extra}"
                f"Content-Length: {len(data)}\r\n\r\n".encode()
                + data
            )

    def _answer(
        self, method: str, target: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, str, bytes]:
        parts = urlsplit(target)
        if "go-get=1" in parts.query or target in self.pages:
            status, page = self.pages.get(target, (404, "nothing here"))
            return status, "text/html", page.encode()
        if self.closed and parts.path.startswith(self.closed):
            return 401, "text/plain", b"login"
        if not (self.root / parts.path.strip("/").partition("/")[0]).is_dir():
            return 404, "text/plain", b"nothing here"
        done = subprocess.run(
            ["git", "http-backend"],
            input=body,
            capture_output=True,
            check=False,
            env={
                "PATH": os.environ["PATH"],
                "GIT_PROJECT_ROOT": str(self.root),
                "GIT_HTTP_EXPORT_ALL": "1",
                "GIT_CONFIG_COUNT": "1",
                "GIT_CONFIG_KEY_0": "safe.directory",
                "GIT_CONFIG_VALUE_0": "*",
                "PATH_INFO": unquote(parts.path),
                "QUERY_STRING": parts.query,
                "REQUEST_METHOD": method,
                "CONTENT_TYPE": headers.get("content-type", ""),
                "CONTENT_LENGTH": str(len(body)),
                "GIT_PROTOCOL": headers.get("git-protocol", ""),
                "HTTP_CONTENT_ENCODING": headers.get("content-encoding", ""),
            },
        )
        top, _, data = done.stdout.partition(b"\r\n\r\n")
        fields = dict(x.split(": ", 1) for x in top.decode().split("\r\n") if ": " in x)
        return int(fields.get("Status", "200 OK").split()[0]), fields["Content-Type"], data


def meta(prefix: str, vcs: str, url: str) -> str:
    """Return a page with one go-import tag."""
    tag = f'<meta name="go-import" content="{prefix} {vcs} {url}">'
    return f"<html><head>{tag}</head><body>x</body></html>"


GIT = "git.example.test"
LIB = Module(f"{GIT}/lib", "v1.0.0")
_NOISE = "".join(hashlib.sha256(str(n).encode()).hexdigest() for n in range(8_000))
BIG = Module("example.test/big", "v1.0.0", {"big.go": f"package big\n\n// {_NOISE}\n"})
"""Larger than what is read of an answer."""
BY_TAG = Module(f"{GIT}/proxied", "v1.0.0")

MIRRORS: dict[str, tuple[str, str]] = {
    "good": ("no-sumdb", "good"),
    "relay": ("good", "good"),
    "sumdb403": ("sumdb-403", "good"),
    "s404": ("status-404", "good"),
    "s410": ("status-410", "good"),
    "s401": ("status-401", "good"),
    "s403": ("status-403", "good"),
    "s429": ("status-429", "good"),
    "s500": ("status-500", "good"),
    "s502": ("status-502", "good"),
    "login": ("login-page", "good"),
    "json": ("wrong-json", "good"),
    "version": ("wrong-version", "good"),
    "bytes": ("wrong-bytes", "good"),
    "mod": ("wrong-mod", "good"),
    "zippage": ("zip-page", "good"),
    "zip403": ("zip-403", "good"),
    "noupper": ("no-percent-21", "good"),
    "onlyinfo": ("only-info", "good"),
    "loop": ("redirect-loop", "good"),
    "cut": ("truncated", "good"),
    "reset": ("reset", "good"),
    "odd": ("not-http", "good"),
    "closing": ("closing", "good"),
    "chunked": ("chunked", "good"),
    "expired": ("no-sumdb", "expired"),
    "otherhost": ("no-sumdb", "wrong-host"),
    "stranger": ("no-sumdb", "untrusted"),
    "plain": ("no-sumdb", "none"),
}
"""Name to (behaviour, certificate)."""


@dataclass
class World:
    """Every server, and the one list of what they were asked. A context manager."""

    folder: Path
    log: list[Seen] = field(default_factory=list)
    _stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        start = self._stack.enter_context
        self.authority = start(Authority())
        self.hole = start(BlackHole())
        self.servers: dict[str, Mirror | CodeHost] = {}
        modules = (QUOTE, SHOUT, LIB, BIG)
        for name, (behaviour, certificate) in MIRRORS.items():
            made = Mirror(self.authority, behaviour, certificate=certificate, modules=modules)
            self._note(name, start(made))
        for name, elsewhere in (
            ("ziphere", self.servers["good"].url), ("zipgone", refused_url()),  # type: ignore[union-attr]
            ("zipplain", self.servers["plain"].url),  # type: ignore[union-attr]
        ):  # fmt: skip
            made = Mirror(self.authority, "zip-elsewhere", elsewhere=elsewhere, modules=modules)
            self._note(name, start(made))
        listed = ("listed", "v1.0.0\nv1.5.2\nv1.6.0-rc1\nv1.5.3-0.20240102030405-abcdefabcdef\n")
        for name, versions in (listed, ("unlisted", "")):
            made = Listed(self.authority, "no-sumdb").list(versions)
            self._note(name, start(made))
        self._note("locked", start(Mirror(self.authority, "no-sumdb", login=("dev", "pass-1"))))
        self._note("based", start(Mirror(self.authority, "no-sumdb", base="/repository/go")))
        self._note("named", start(Mirror(self.authority, "no-sumdb", modules=modules)))
        self._note(
            "tagged", start(Mirror(self.authority, "no-sumdb", base="/go", modules=[BY_TAG]))
        )
        self.host = start(CodeHost(self.authority, self._repositories(), _pages()))
        self._note("git", self.host)
        names = {
            GIT: f"127.0.0.1:{self.host.port}",
            "example.test": f"127.0.0.1:{self.host.port}",
            "mirror.example.test": f"127.0.0.1:{self.servers['named'].port}",
            "tagged.example.test": f"127.0.0.1:{self.servers['tagged'].port}",
            # Nothing leaves this machine, whatever a default names.
            "sum.golang.org": refused_url().removeprefix("https://"),
            "proxy.golang.org": refused_url().removeprefix("https://"),
        }
        self._helpers()
        self.proxy = start(Proxy(names=names))
        self.strict = start(Proxy(names=names, forbidden=("mirror.example.test",)))
        self.asking = start(Proxy(names=names, login=("dev", "pass-2")))
        self.places = {f"127.0.0.1:{one.port}": name for name, one in self.servers.items()}
        self.places |= {
            host: self.places[place] for host, place in names.items() if place in self.places
        }
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._stack.close()

    def strangers(self) -> set[str]:
        """Return the hosts that a proxy was asked for and that are none of these servers."""
        proxies = (self.proxy, self.strict, self.asking)
        asked = {authority.rpartition(":")[0] for one in proxies for authority in one.tunnels}
        return asked - set(self.proxy.names)

    def _note(self, name: str, server: Mirror | CodeHost) -> None:
        server.requests = _Noted(name, self.log)
        self.servers[name] = server

    def _helpers(self) -> None:
        """Write the commands that GOAUTH may name."""
        login = base64.b64encode(b"dev:pass-1").decode()
        told = f"printf 'https://127.0.0.1:{self.servers['locked'].port}\\n\\nAuthorization: "
        told += f"Basic {login}\\n\\n'"
        for name, body in (
            ("knows", told), ("asked", f'[ -z "$1" ] || {told}'), ("rubbish", "echo rubbish"),
        ):  # fmt: skip
            file = self.folder / f"{name}.sh"
            file.write_text(f"#!/bin/sh\n{body}\n")
            file.chmod(0o755)

    def filled(self, text: str) -> str:
        """Return `text` with `{good}`, `{s404}` … replaced by where they are."""
        places = {n: s.url for n, s in self.servers.items() if isinstance(s, Mirror)}
        return text.format(
            **places, proxy=self.proxy.url, strict=self.strict.url, asking=self.asking.url,
            asking_known=self.asking.url_with_login, hole=self.hole.url, gone=refused_url(),
            locked_known=self.servers["locked"].url.replace("://", "://dev:pass-1@"),  # type: ignore[union-attr]
            locked_netloc=f"127.0.0.1:{self.servers['locked'].port}",
            plain_known=self.servers["plain"].url.replace("://", "://dev:pass-1@"),  # type: ignore[union-attr]
            **{name: str(self.folder / f"{name}.sh") for name in ("knows", "asked", "rubbish")},
            folder=f"file://{self.folder}/mirror",
        )  # fmt: skip

    def _repositories(self) -> Path:
        """Make the repositories of the code host, and a file:// mirror of one module."""
        root = self.folder / "repositories"
        for name in ("lib.git", "closed.git", "mono.git", "moved.git", "lib"):
            work = self.folder / f"work-{name}"
            work.mkdir(parents=True)
            path = f"{GIT}/{name.removesuffix('.git')}" if name != "lib" else f"{GIT}/lib.git"
            path = f"{GIT}/away" if name == "moved.git" else path
            files = {"go.mod": f"module {path}\n\ngo 1.21\n", "a.go": "package a\n"}
            if name == "mono.git":
                files = {
                    "tool/go.mod": f"module {GIT}/mono/tool\n\ngo 1.21\n",
                    "tool/a.go": "package a\n",
                }
            for file, text in files.items():
                (work / file).parent.mkdir(exist_ok=True)
                (work / file).write_text(text)
            tag = "tool/v1.0.0" if name == "mono.git" else "v1.0.0"
            _git(work, "init", "-q")
            _git(work, "add", ".")
            _git(work, "commit", "-q", "-m", "a")
            _git(work, "tag", tag)
            root.mkdir(exist_ok=True)
            _git(work, "clone", "-q", "--bare", str(work), str(root / name))
        for suffix, data in (("info", QUOTE.info), ("mod", QUOTE.mod), ("zip", QUOTE.zip)):
            kept = self.folder / "mirror" / f"{QUOTE.wire.lstrip('/')}.{suffix}"
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(data)
        return root


def _git(work: Path, *argv: str) -> None:
    env = {
        "PATH": os.environ["PATH"], "HOME": str(work),
        **{f"GIT_{who}_{what}": "a@example.test" for who in ("AUTHOR", "COMMITTER")
           for what in ("NAME", "EMAIL")},
    }  # fmt: skip
    subprocess.run(["git", *argv], cwd=work, env=env, check=True, capture_output=True)


def _pages() -> dict[str, tuple[int, str]]:
    https = f"https://{GIT}"
    mono = meta(f"{GIT}/mono", "git", f"{https}/mono.git")
    return {
        "/lib?go-get=1": (200, meta(f"{GIT}/lib", "git", f"{https}/lib.git")),
        "/closed?go-get=1": (200, meta(f"{GIT}/closed", "git", f"{https}/closed.git")),
        "/away?go-get=1": (200, meta(f"{GIT}/away", "git", f"{https}/away.git")),
        "/mono/tool?go-get=1": (200, mono),
        "/mono?go-get=1": (200, mono),
        "/liar/tool?go-get=1": (200, meta(f"{GIT}/liar", "git", f"{https}/lib.git")),
        "/liar?go-get=1": (200, meta(f"{GIT}/liar", "git", f"{https}/other.git")),
        "/proxied?go-get=1": (200, meta(f"{GIT}/proxied", "mod", "https://tagged.example.test/go")),
        "/hg?go-get=1": (200, meta(f"{GIT}/hg", "svn", f"{https}/hg")),
        "/empty?go-get=1": (200, "<html><head></head></html>"),
        "/login?go-get=1": (401, "who are you"),
        "/denied?go-get=1": (403, "no"),
        "/quote?go-get=1": (200, meta("example.test/quote", "git", f"{https}/quote.git")),
    }


def folded(log: list[Seen]) -> list[Seen]:
    """Return the requests, with a conversation of git as one: (`git`, its repository)."""
    found: list[Seen] = []
    for name, target in log:
        path = target.partition("?")[0]
        for end in ("/info/refs", "/git-upload-pack"):
            if path.endswith(end):
                path = path.removesuffix(end)
                if found[-1:] != [("repository", path)]:
                    found.append(("repository", path))
                break
        else:
            found.append((name, target))
    return found


@contextlib.contextmanager
def clean(log: list[Seen]) -> Iterator[list[Seen]]:
    """Begin a new list of requests; what is yielded holds those of the block."""
    log.clear()
    mine: list[Seen] = []
    yield mine
    mine.extend(log)
