"""The credentials that Go would send to a mirror: GOPROXY's own, else netrc's.

Rule: cmd/go `auth.loadCredential` and `web/http.go` - over https alone, unasked, `machine` equal to
`host[:port]`; the URL's own win. Without them a company's mirror answers 401 and looks broken.
"""

from __future__ import annotations

import base64
from urllib.parse import urlsplit

from wizard.detect.catalogue import normal_url
from wizard.detect.go import written_setting
from wizard.detect.netrc import netrc_path
from wizard.rules.goproxy import GoProxyError, Hop, parse_goproxy
from wizard.rules.netrc import netrc_secrets
from wizard.secret import Secret
from wizard.system import Failed, System

_NETRC_LIMIT = 1024 * 1024


class Logins:
    """Credentials by mirror; they leave this object as a header for that mirror alone."""

    def __init__(self, system: System) -> None:
        self._netrc = _read_netrc(system)
        try:
            hops = parse_goproxy(written_setting(system, "GOPROXY") or "off")
        except GoProxyError:
            hops = ()
        self._hops: dict[str, Hop] = {
            normal_url(hop.url): hop for hop in hops if hop.is_url and hop.username is not None
        }

    def header(self, url: str) -> Secret | None:
        """Return the value of Authorization for the mirror at `url`, or None."""
        parts = urlsplit(url)
        if parts.scheme != "https":
            return None
        hop = self._hops.get(normal_url(url))
        if hop is not None:
            # A token alone stands as the user, with an empty password.
            return _basic(hop.username or "", hop.password or Secret(""))
        login = self._netrc.get(parts.netloc)
        return None if login is None else _basic(*login)


def _basic(user: str, password: Secret) -> Secret:
    pair = f"{user}:{password.reveal()}".encode()
    return Secret("Basic " + base64.b64encode(pair).decode("ascii"))


def _read_netrc(system: System) -> dict[str, tuple[str, Secret]]:
    path = netrc_path(system)
    text = Failed(kind="missing") if path is None else system.read_text(path, limit=_NETRC_LIMIT)
    if isinstance(text, Failed):
        return {}
    system.redactor.add(netrc_secrets(text))
    return _machines(text)


def _machines(text: str) -> dict[str, tuple[str, Secret]]:
    """Read netrc as cmd/go does: by words, `macdef` up to an empty line, `default` ends it."""
    found: dict[str, tuple[str, Secret]] = {}
    name = login = password = ""
    in_macro = False
    for line in text.splitlines():
        if in_macro:
            in_macro = bool(line)
            continue
        words = line.split()
        for key, value in zip(words[::2], words[1::2], strict=False):
            if key == "machine":
                name, login, password = value, "", ""
            elif key == "login":
                login = value
            elif key == "password":
                password = value
            elif key == "macdef":
                in_macro = True
                break
            if name and login and password:
                found.setdefault(name, (login, Secret(password)))
                name = login = password = ""
        if "default" in words[::2]:
            break
    return found
