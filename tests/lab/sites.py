"""What the lab's sites answer: module mirrors, login pages, git with HTTPS, plain web sites.

Runs on a lab machine beside `webserver.py`: standard library only. A handler is made once for a
site, from its settings, and answers requests; it keeps no state.
"""

from __future__ import annotations

import base64
import html
import os
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

LOGIN_PAGE = b"""<!DOCTYPE html>
<html><head><title>Network login</title></head><body>
<h1>Welcome to the guest network</h1>
<form action="/login" method="post"><input name="user"><input name="password" type="password">
<button>Log in</button></form></body></html>
"""


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> str:
        return urlsplit(self.target).query


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "text/plain"})


def page(status: int, text: str) -> Answer:
    return Answer(
        status,
        f"<html><body><h1>{html.escape(text)}</h1></body></html>\n".encode(),
        {"Content-Type": "text/html; charset=utf-8"},
    )


NOT_FOUND = Answer(404, b"not found\n")


def mirror(site: dict[str, Any]) -> Callable[[Request], Answer]:
    """A module mirror; `behaviour` says what is wrong with it, `lacks` what it does not have."""
    root, prefix = Path(site["root"]), site.get("prefix", "")
    behaviour = site.get("behaviour", "good")
    lacks: list[str] = site.get("lacks", [])

    def handle(request: Request) -> Answer:
        if behaviour.isdigit():
            return page(int(behaviour), f"{behaviour} by company policy")
        if behaviour == "login":
            return Answer(200, LOGIN_PAGE, {"Content-Type": "text/html"})
        if behaviour == "login-redirect":
            return Answer(
                302, b"", {"Location": "https://login.hotel.example/?from=" + site["host"]}
            )
        if not request.path.startswith(prefix + "/"):
            return NOT_FOUND
        path = request.path.removeprefix(prefix).lstrip("/")
        if path.startswith("sumdb/"):
            return checksum_database(path.removeprefix("sumdb/"))
        file = root / path
        if ".." in path or path.endswith(".sum") or any(path.startswith(no) for no in lacks):
            return NOT_FOUND
        if not file.is_file():
            return Answer(404, f"not found: {path}: unknown module or revision\n".encode())
        if path.endswith(".zip") and "redirect_zip" in site:
            return Answer(302, b"", {"Location": f"https://{site['redirect_zip']}/{path}"})
        return serve(file, tampered=behaviour == "tampered")

    def checksum_database(path: str) -> Answer:
        name, _, rest = path.partition("/")
        if not site.get("sumdb") or name != site["sumdb_name"]:
            return NOT_FOUND
        return Answer(200) if rest == "supported" else forward(site["sumdb"], "/" + rest)

    return handle


def serve(file: Path, *, tampered: bool) -> Answer:
    """A file of a module; a tampering mirror changes one byte of what is inside a zip."""
    kinds = {".info": "application/json", ".zip": "application/zip"}
    data = file.read_bytes()
    if tampered and file.suffix == ".zip":
        data = tamper(data)
    return Answer(200, data, {"Content-Type": kinds.get(file.suffix, "text/plain")})


def tamper(data: bytes) -> bytes:
    """The same zip, but with one more line in each Go file: valid, and wrong."""
    import io
    import zipfile

    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(changed, "w") as new:
        for item in old.infolist():
            extra = b"\n// tampered\n" if item.filename.endswith(".go") else b""
            new.writestr(item, old.read(item) + extra)
    return changed.getvalue()


def forward(base: str, path: str) -> Answer:
    """Ask the checksum database itself, which runs beside this server without TLS."""
    try:
        with urllib.request.urlopen(base + path, timeout=20) as answer:
            return Answer(answer.status, answer.read())
    except urllib.error.HTTPError as error:
        return Answer(error.code, error.read())


def sumdb(site: dict[str, Any]) -> Callable[[Request], Answer]:
    """The checksum database under its own name."""
    return lambda request: forward(site["sumdb"], urlsplit(request.target).path)


def files(site: dict[str, Any]) -> Callable[[Request], Answer]:
    """A plain web site: the files under `root`, nothing else (a storage host)."""
    root = Path(site["root"])

    def handle(request: Request) -> Answer:
        file = root / request.path.lstrip("/")
        return (
            serve(file, tampered=False)
            if file.is_file() and ".." not in request.path
            else NOT_FOUND
        )

    return handle


def website(site: dict[str, Any]) -> Callable[[Request], Answer]:
    """A site that has nothing that Go looks for."""
    status = int(site.get("behaviour", "404"))
    return lambda request: page(status, f"{site['host']}: nothing here")


def git(site: dict[str, Any]) -> Callable[[Request], Answer]:
    """A git server: `?go-get=1`, and the smart protocol by git's own `http-backend`.

    `token` is wanted for git over HTTPS (`https_git = false`: it refuses that way altogether), and
    for `?go-get=1` too where `go_get_needs_token`. Whoever sends no credentials gets a 401.
    """
    wanted = (
        {
            "Basic " + base64.b64encode(f"{user}:{site['token']}".encode()).decode()
            for user in ("dev", "oauth2", "token", "x-access-token", "git")
        }
        if site.get("token")
        else set()
    )
    denied = Answer(401, b"HTTP Basic: Access denied\n", {"WWW-Authenticate": 'Basic realm="git"'})

    def handle(request: Request) -> Answer:
        known = not wanted or request.headers.get("authorization") in wanted
        if "go-get" in parse_qs(request.query):
            if site.get("go_get_needs_token") and not known:
                return denied
            return go_get(site, request.path)
        if ".git/" not in request.path:
            return page(404, "no such page")
        if site.get("https_git", True) is False:
            return Answer(403, b"Git access over HTTP is not allowed\n")
        return backend(site, request) if known else denied

    return handle


def go_get(site: dict[str, Any], path: str) -> Answer:
    """The meta tag that leads from an import path to its repository."""
    for repository in site["repositories"]:
        if (path.strip("/") + "/").startswith(repository + "/"):
            root = f"{site['host']}/{repository}"
            meta = f'<meta name="go-import" content="{root} git https://{root}.git">'
            return Answer(
                200, f"<html><head>{meta}</head></html>\n".encode(), {"Content-Type": "text/html"}
            )
    return page(404, "no such repository")


def backend(site: dict[str, Any], request: Request) -> Answer:
    """Run `git http-backend` as a web server runs a CGI program."""
    done = subprocess.run(
        ["git", "http-backend"],
        input=request.body,
        capture_output=True,
        timeout=60,
        check=False,
        env={
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": site["root"],
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "safe.directory",
            "GIT_CONFIG_VALUE_0": "*",
            "PATH_INFO": request.path,
            "QUERY_STRING": request.query,
            "REQUEST_METHOD": request.method,
            "CONTENT_TYPE": request.headers.get("content-type", ""),
            "REMOTE_USER": "dev",
            "CONTENT_LENGTH": str(len(request.body)),
            "GIT_PROTOCOL": request.headers.get("git-protocol", ""),
            "HTTP_CONTENT_ENCODING": request.headers.get("content-encoding", ""),
        },
    )
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
    status = int(headers.pop("Status", "200 OK").split()[0])
    return Answer(status, body, headers)


HANDLERS = {"mirror": mirror, "sumdb": sumdb, "files": files, "website": website, "git": git}
