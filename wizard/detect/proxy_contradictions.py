"""Where the readers of proxy settings disagree, and what follows from it: no I/O."""

from __future__ import annotations

from collections.abc import Iterator

from wizard.facts.proxy import Contradiction, GoProxyEnvironment, ProxySetting, Reader
from wizard.rules.proxy_url import ProxyUrl
from wizard.text import Text, msg

_ROUTES = ("HTTP_PROXY", "HTTPS_PROXY")


def contradictions(settings: tuple[ProxySetting, ...]) -> tuple[Contradiction, ...]:
    """Return every disagreement, the ones inside one reader first."""
    return (*_within_process(settings), *_between_readers(settings), *_one_sided(settings))


def go_environment(settings: tuple[ProxySetting, ...], *, cgi: bool) -> GoProxyEnvironment:
    """Return what Go takes: upper case first, an empty or absent one falls through.

    A value that is no URL is ignored, and Go goes direct. `cgi`: REQUEST_METHOD is set, and
    Go refuses HTTP_PROXY (x/net/http/httpproxy).
    """
    http = _first(settings, "HTTP_PROXY")
    https = _first(settings, "HTTPS_PROXY")
    no_proxy = _first(settings, "NO_PROXY")
    return GoProxyEnvironment(
        http=None if http is None or cgi else http.url,
        https=None if https is None else https.url,
        no_proxy="" if no_proxy is None else no_proxy.text or "",
    )


def _of(settings: tuple[ProxySetting, ...], name: str, reader: Reader) -> tuple[ProxySetting, ...]:
    return tuple(item for item in settings if item.name == name and item.reader is reader)


def _first(
    settings: tuple[ProxySetting, ...], name: str, reader: Reader = Reader.PROCESS
) -> ProxySetting | None:
    found = _of(settings, name, reader)
    upper = [item for item in found if item.spelled.isupper()]
    return next(iter(upper or found), None)


def _value(setting: ProxySetting) -> ProxyUrl | str | None:
    if setting.name == "NO_PROXY":
        return ",".join(
            sorted(filter(None, (part.strip() for part in (setting.text or "").split(","))))
        )
    return setting.url


def _within_process(settings: tuple[ProxySetting, ...]) -> Iterator[Contradiction]:
    for name in (*_ROUTES, "NO_PROXY"):
        pair = _of(settings, name, Reader.PROCESS)
        if len(pair) == 2 and _value(pair[0]) != _value(pair[1]):
            yield Contradiction(
                name=name,
                settings=pair,
                meaning=msg(
                    "Go takes {upper}, git and curl take {lower}: the two go different ways",
                    upper=name,
                    lower=name.lower(),
                ),
            )
    https, http = _first(settings, "HTTPS_PROXY"), _first(settings, "HTTP_PROXY")
    if http is not None and https is None:
        yield Contradiction(
            name="HTTPS_PROXY",
            settings=(http,),
            meaning=msg("Go fetches https:// directly: HTTP_PROXY is not used for it"),
        )
    everything = _first(settings, "ALL_PROXY")
    if everything is not None and https is None and http is None:
        yield Contradiction(
            name="ALL_PROXY",
            settings=(everything,),
            meaning=msg("Go does not read ALL_PROXY and goes direct; git and curl read it"),
        )


_MEANINGS: dict[Reader, Text] = {
    Reader.DOCKER_CLIENT: msg(
        "Go on this host takes the process's value, the RUN steps of a build take that of "
        "docker's config.json"
    ),
    Reader.DAEMON_JSON: msg(
        "the engine pulls base images through daemon.json's value, not through the process's"
    ),
    Reader.SYSTEMD: msg(
        "the engine pulls base images through its service's value, not through the process's"
    ),
    Reader.GIT: msg(
        "Go takes the process's value, but git fetches private modules through its own http.proxy"
    ),
    Reader.ETC_ENVIRONMENT: msg(
        "this shell has another value than /etc/environment gives to new logins"
    ),
}


def _between_readers(settings: tuple[ProxySetting, ...]) -> Iterator[Contradiction]:
    for name in (*_ROUTES, "NO_PROXY"):
        process = _first(settings, name)
        if process is not None:
            for reader, meaning in _MEANINGS.items():
                other = _first(settings, name, reader)
                if other is not None and _value(other) != _value(process):
                    yield Contradiction(name=name, settings=(process, other), meaning=meaning)
        daemon = _first(settings, name, Reader.DAEMON_JSON)
        unit = _first(settings, name, Reader.SYSTEMD)
        if daemon is not None and unit is not None and _value(daemon) != _value(unit):
            yield Contradiction(
                name=name,
                settings=(daemon, unit),
                meaning=msg("the engine takes daemon.json's value and drops its service's"),
            )


def _one_sided(settings: tuple[ProxySetting, ...]) -> Iterator[Contradiction]:
    for name in _ROUTES:
        process = _first(settings, name)
        client = _first(settings, name, Reader.DOCKER_CLIENT)
        if process is not None and process.url is not None and client is None:
            yield Contradiction(
                name=name,
                settings=(process,),
                meaning=msg(
                    "the process has a proxy, docker's config.json names none: the RUN steps of "
                    "a build have no proxy"
                ),
            )
        if client is not None and client.url is not None and process is None:
            yield Contradiction(
                name=name,
                settings=(client,),
                meaning=msg(
                    "the RUN steps of a build have a proxy from docker's config.json, "
                    "Go on this host has none"
                ),
            )
