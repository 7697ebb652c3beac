"""The proxies that Go takes from the process environment."""

from __future__ import annotations

from wizard.detect.proxy_contradictions import go_environment
from wizard.detect.proxy_readers import process_settings
from wizard.facts.proxy import GoProxyEnvironment
from wizard.system import System


def go_proxy_environment(system: System) -> GoProxyEnvironment:
    """Return what Go takes from the process environment; a glance, no I/O."""
    return go_environment(tuple(process_settings(system)), cgi="REQUEST_METHOD" in system.env)
