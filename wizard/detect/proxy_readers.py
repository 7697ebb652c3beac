"""The proxy settings of the process, of /etc/environment and of Docker's JSON files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from wizard.facts.base import Problem
from wizard.facts.proxy import ProxySetting, Reader
from wizard.redactor import environment_secrets
from wizard.rules.credentials import mask_value
from wizard.rules.dotenv import parse_etc_environment
from wizard.rules.proxy_url import ProxyUrl, parse_proxy_url
from wizard.system import Failed, System
from wizard.untrusted import clean_line

NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY")
ETC_ENVIRONMENT = "/etc/environment"

_DOCKER_CLIENT_KEYS = {
    "httpProxy": "HTTP_PROXY",
    "httpsProxy": "HTTPS_PROXY",
    "noProxy": "NO_PROXY",
    "allProxy": "ALL_PROXY",
}
_DAEMON_KEYS = {"http-proxy": "HTTP_PROXY", "https-proxy": "HTTPS_PROXY", "no-proxy": "NO_PROXY"}


def setting(
    name: str, spelled: str, reader: Reader, value: str, source: str, line: int | None = None
) -> ProxySetting:
    """Return one setting; a value that is no proxy URL becomes a problem without its text."""
    where = source if line is None else f"{source}:{line}"
    if name == "NO_PROXY":
        return ProxySetting(
            name=name,
            spelled=spelled,
            reader=reader,
            url=None,
            text=clean_line(mask_value(value)),
            problem=None,
            source=where,
        )
    url = parse_proxy_url(value)
    if not isinstance(url, ProxyUrl):
        return ProxySetting(
            name=name,
            spelled=spelled,
            reader=reader,
            url=None,
            text=None,
            problem=Problem(message=url, line=line),
            source=where,
        )
    return ProxySetting(
        name=name, spelled=spelled, reader=reader, url=url, text=None, problem=None, source=where
    )


def process_settings(system: System) -> Iterator[ProxySetting]:
    """Yield what the process environment says, upper case first; empty values are unset."""
    for name in NAMES:
        for spelled in (name, name.lower()):
            if value := system.env.get(spelled):
                yield setting(name, spelled, Reader.PROCESS, value, f"environment {spelled}")


def etc_environment_settings(system: System) -> Iterator[ProxySetting]:
    """Yield what every new login gets from /etc/environment."""
    text = system.read_text(system.path(ETC_ENVIRONMENT))
    if isinstance(text, Failed):
        return
    system.redactor.read_text(text)
    for entry in parse_etc_environment(text):
        system.redactor.add(environment_secrets({entry.name: entry.value}))
        if entry.name.upper() in NAMES and entry.value:
            yield setting(
                entry.name.upper(),
                entry.name,
                Reader.ETC_ENVIRONMENT,
                entry.value,
                ETC_ENVIRONMENT,
                entry.line,
            )


def docker_client_settings(
    values: Mapping[str, object], path: str, endpoint: str
) -> Iterator[ProxySetting]:
    """Yield the `proxies` that docker's client takes for `endpoint`.

    An entry for the engine's own address replaces `default`, nothing is merged
    (docker/cli `ParseProxyConfig`).
    """
    proxies = values.get("proxies")
    if not isinstance(proxies, Mapping):
        return
    chosen = endpoint if isinstance(proxies.get(endpoint), Mapping) else "default"
    entry = proxies.get(chosen)
    if isinstance(entry, Mapping):
        yield from _named(entry, _DOCKER_CLIENT_KEYS, Reader.DOCKER_CLIENT, f"{path} {chosen}")


def daemon_json_settings(values: Mapping[str, object], path: str) -> Iterator[ProxySetting]:
    """Yield the `proxies` of daemon.json (engine 23 on)."""
    proxies = values.get("proxies")
    if isinstance(proxies, Mapping):
        yield from _named(proxies, _DAEMON_KEYS, Reader.DAEMON_JSON, path)


def _named(
    entry: Mapping[str, object], keys: Mapping[str, str], reader: Reader, source: str
) -> Iterator[ProxySetting]:
    for key, name in keys.items():
        value = entry.get(key)
        if isinstance(value, str) and value:
            yield setting(name, key, reader, value, source)
