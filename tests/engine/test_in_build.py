"""`detect --in-build` on real engines: what a RUN step sees, with faults made on the way to it."""

from __future__ import annotations

import json
import textwrap
from typing import Any

import jsonschema
import pytest

from tests.engine.conftest import PACKAGES, PRODUCT, Developer, Machines
from tests.engine.project import BRIDGE, write_project
from tests.lab import authorities, images, store

pytestmark = [pytest.mark.root, pytest.mark.engine]

VERSIONS = ("28.5", "20.10")
NAME = "mirror.corp.example"
PASSWORD = "s3cr3t-of-the-proxy"


_ALONE = f"""
import sys, types
# Without its package, which would load what the machine's Python cannot: it makes certificates.
package = types.ModuleType("tests.servers")
package.__path__ = ["{PRODUCT}/tests/servers"]
sys.modules |= {{"tests.servers": package, "trustme": types.ModuleType("trustme")}}
"""


def _python(developer: Developer, code: str) -> int:
    """Start a server of the tests' own on the developer's machine; it says `ready PORT`."""
    log = "/root/server.log"
    developer.engine.machine.spawn(
        ["python3", "-c", _ALONE + textwrap.dedent(code)], log,
        env={"PYTHONPATH": f"{PRODUCT}:{PACKAGES}", "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    ready = f"for i in $(seq 200); do grep ready {log} && exit; sleep 0.1; done; cat {log}; exit 1"
    return int(developer.engine.machine.must(["sh", "-c", ready]).split()[1])


def _ask(developer: Developer, *more: str, env: dict[str, str] | None = None) -> dict[str, Any]:
    """Return the facts `build.*` by their last name; `more` are flags."""
    done = developer.engine.machine.run(
        ["python3", "-m", "wizard", "detect", "--in-build", "--json", "--timeout", "15", *more],
        cwd="/root/app",
        env={"PYTHONPATH": f"{PRODUCT}:{PACKAGES}", "HOME": "/root", **(env or {})},
        timeout=120,
    )
    assert done.code == 0, done.output
    assert PASSWORD not in done.output
    facts = {fact["key"]: fact for fact in json.loads(done.stdout)["facts"]}
    schema = store.REPOSITORY / "docs/schemas/detect.schema.json"
    jsonschema.Draft202012Validator(json.loads(schema.read_text())).validate(
        json.loads(done.stdout)
    )
    found = {key.partition(".")[2]: f for key, f in facts.items() if key.startswith("build.")}
    print(json.dumps(found, indent=1))  # shown where a test fails
    assert found["rows"]["state"] == "known", found["rows"]
    return found


def _reject(developer: Developer, port: int) -> None:
    """Refuse what containers ask of a port of the engine's machine."""
    developer.engine.machine.must(
        ["iptables", "-I", "INPUT", "-i", "docker0", "-p", "tcp", "--dport", str(port),
         "-j", "REJECT", "--reject-with", "tcp-reset"]
    )  # fmt: skip


def _left(developer: Developer) -> tuple[list[str], list[str], list[str]]:
    """Containers, images, and cached layers of the engine."""
    docker = developer.engine.docker
    cache = developer.engine.machine.must(
        ["curl", "-s", "--unix-socket", "/run/docker.sock", "http://docker/system/df"]
    )
    return (
        docker("ps", "-aq").must().stdout.split(),
        docker("images", "-aq").must().stdout.split(),
        [item["ID"] for item in json.loads(cache).get("BuildCache") or ()
         if item["Type"] == "regular" and item["Size"]],
    )  # fmt: skip


def _files(developer: Developer) -> set[str]:
    """Every file of the developer's home and of the folder for temporary ones."""
    found = developer.engine.machine.must(["find", "/root", "/tmp", "-not", "-type", "d"])
    return set(found.splitlines())


@pytest.mark.parametrize("version", VERSIONS)
def test_where_all_is_well_the_step_gets_the_known_bytes_and_nothing_of_it_stays(
    developer: Machines, version: str
) -> None:
    with developer(version) as dev:
        write_project(dev, f"http://{BRIDGE}:8081")
        before, home = _left(dev), _files(dev)
        build = _ask(dev)
        assert build["cause"]["state"] == "not-applicable", build["cause"]
        (mirror,) = build["mirrors"]["value"]
        assert (mirror["info"], mirror["mod"], mirror["zip"], mirror["reason"]) == (
            True, True, True, None,
        )  # fmt: skip
        assert build["mtu"]["value"] == 1500
        assert build["user"]["value"] == 0
        assert build["clock_skew_seconds"]["value"] == 0
        assert _left(dev) == before
        assert _files(dev) == home


@pytest.mark.parametrize("version", VERSIONS)
def test_nameservers_that_do_not_answer_the_build_are_the_cause(
    developer: Machines, version: str
) -> None:
    with developer(version, daemon_json='{"dns": ["10.42.0.99"]}') as dev:
        write_project(dev, f"http://{NAME}:8081")
        _python(
            dev,
            f"""
            import time
            from tests.servers.dns import Resolver
            with Resolver({{"{NAME}": "{BRIDGE}"}}, port=53) as resolver:
                print("ready", resolver.port, flush=True)
                time.sleep(600)
            """,
        )
        # Left to itself, the plan would tell the build this name's address.
        build = _ask(dev, "--set", "hosts=none")
        assert build["resolvers"]["value"] == ["10.42.0.99"]
        assert _ask(dev)["cause"]["value"] is None
        cause = build["cause"]["value"]
        assert cause is not None, build["rows"]
        assert (cause["kind"], cause["host"], cause["build"]) == (
            "resolver", "127.0.0.1", "10.42.0.99",
        )  # fmt: skip


@pytest.mark.parametrize("version", VERSIONS)
def test_a_mirror_that_refuses_the_build_alone_is_the_cause(
    developer: Machines, version: str
) -> None:
    with developer(version) as dev:
        write_project(dev, f"http://{BRIDGE}:8081")
        _reject(dev, 8081)
        build = _ask(dev)
        cause = build["cause"]["value"]
        assert cause is not None, build["rows"]
        assert (cause["kind"], cause["host"], cause["build"]) == ("tcp", "connected", "refused")


_PROXY = f"""
import time
from tests.servers.proxy import Proxy
with Proxy(login=("dev", "{PASSWORD}"), host="{BRIDGE}",
           names={{"{NAME}": "127.0.0.1:8081"}}) as proxy:
    print("ready", proxy.port, flush=True)
    time.sleep(600)
"""


def _login(port: int) -> dict[str, str]:
    return {"HTTP_PROXY": f"http://dev:{PASSWORD}@{BRIDGE}:{port}"}


@pytest.mark.parametrize("version", VERSIONS)
def test_the_proxys_password_reaches_the_step_and_nothing_that_is_shown(
    developer: Machines, version: str
) -> None:
    with developer(version) as dev:
        write_project(dev, f"http://{NAME}:8081")
        port = _python(dev, _PROXY)
        build = _ask(dev, env=_login(port))
        (mirror,) = build["mirrors"]["value"]
        assert mirror["zip"], build
        assert "***@" in build["proxies"]["value"]["HTTP_PROXY"]


def test_a_proxy_that_refuses_the_build_alone_is_the_cause(developer: Machines) -> None:
    with developer() as dev:
        write_project(dev, f"http://{NAME}:8081")
        port = _python(dev, _PROXY)
        _reject(dev, port)
        build = _ask(dev, env=_login(port))
        cause = build["cause"]["value"]
        assert cause is not None, build["rows"]
        assert (cause["kind"], cause["build"]) == ("proxy-tcp", "refused")


def _behind_company_ca(dev: Developer) -> None:
    """An https mirror whose certificate the machine trusts by an authority of its own."""
    machine = dev.engine.machine
    write_project(dev, f"https://{NAME}:8443")
    machine.write("/root/server.pem", authorities.COMPANY.issue(NAME).read_text())
    machine.write(
        "/usr/local/share/ca-certificates/company.crt", authorities.COMPANY.certificate.read_text()
    )
    machine.must(["update-ca-certificates"])
    machine.write("/etc/hosts", f"127.0.0.1 localhost\n{BRIDGE} {NAME}\n")
    _python(
        dev,
        """
        import functools, http.server, ssl
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain("/root/server.pem")
        files = functools.partial(http.server.SimpleHTTPRequestHandler, directory="/root/mirror")
        server = http.server.ThreadingHTTPServer(("0.0.0.0", 8443), files)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        print("ready", 8443, flush=True)
        server.serve_forever()
        """,
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_the_companys_authority_is_handed_to_the_step_as_to_the_real_build(
    developer: Machines, version: str
) -> None:
    with developer(version) as dev:
        _behind_company_ca(dev)
        build = _ask(dev)
        (mirror,) = build["mirrors"]["value"]
        assert mirror["zip"], build["rows"]
        assert mirror["issuer"] == "Example Corp Root CA 2026"
        assert build["cause"]["state"] == "not-applicable", build["cause"]


def test_the_legacy_builder_which_hands_nothing_over_lacks_the_authority_and_leaves_nothing(
    developer: Machines,
) -> None:
    with developer("28.5") as dev:
        _behind_company_ca(dev)
        before = _left(dev)
        # Without the plugin this client has the legacy builder alone.
        dev.engine.machine.must(["rm", "/usr/libexec/docker/cli-plugins/docker-buildx"])
        build = _ask(dev)
        cause = build["cause"]["value"]
        assert cause is not None, build["rows"]
        assert cause["kind"] == "tls"
        assert cause["build"] == "tls-untrusted, by Example Corp Root CA 2026"
        assert _left(dev) == before


def test_a_dockerfile_without_mounts_lacks_the_authority_on_an_old_engine(
    developer: Machines,
) -> None:
    with developer("20.10") as dev:
        _behind_company_ca(dev)
        build = _ask(dev, "--set", "dockerfile=create+plain", env={"DOCKER_BUILDKIT": "0"})
        cause = build["cause"]["value"]
        assert cause is not None, build["rows"]
        assert (cause["kind"], cause["build"].split(",")[0]) == ("tls", "tls-untrusted")


def test_large_packets_that_a_narrower_path_swallows_make_the_mtu_the_cause(
    developer: Machines,
) -> None:
    with developer() as dev:
        _behind_company_ca(dev)
        machine = dev.engine.machine
        machine.must(["ip", "link", "set", "eth0", "mtu", "1300"])
        machine.must(["iptables", "-I", "OUTPUT", "-o", "docker0", "-m", "length",
                      "--length", "600:65535", "-j", "DROP"])  # fmt: skip
        build = _ask(dev)
        cause = build["cause"]["value"]
        assert cause is not None, build["rows"]
        assert (cause["kind"], cause["host"], cause["build"]) == ("mtu", "1300", "1500")


def test_an_image_without_openssl_still_tells_what_go_gets(developer: Machines) -> None:
    with developer() as dev:
        dev.engine.load(images.GOLANG_ALPINE)
        _behind_company_ca(dev)
        build = _ask(dev, "--set", "base_image=golang:1.27-alpine")
        assert build["base_image"]["value"] == "golang:1.27-alpine"
        (mirror,) = build["mirrors"]["value"]
        assert (mirror["zip"], mirror["issuer"]) == (True, None), build["rows"]


# The step waits for a nameserver that does not answer; a container's processes are in sight here.
_INTERRUPTED = """
import pathlib, signal, subprocess, sys, time
def step():
    for file in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = file.read_bytes()
        except OSError:
            continue
        if words.startswith(b"/bin/sh\\0-c") and b"@gomod-probe" in words:
            return True
    return False
def comes(wanted):
    until = time.monotonic() + 30
    while step() != wanted and time.monotonic() < until:
        time.sleep(0.02)
    return step() == wanted
program = subprocess.Popen([sys.executable, "-m", "wizard", "detect", "--in-build"],
                           stdout=subprocess.DEVNULL,
                           # A job in the background is started with SIGINT ignored.
                           preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
print("began" if comes(True) else "never began")
program.send_signal(signal.SIGINT)
print(program.wait())
print("ended" if comes(False) else "still there")
"""


@pytest.mark.parametrize("version", VERSIONS)
def test_an_interrupted_look_ends_the_step_and_leaves_nothing(
    developer: Machines, version: str
) -> None:
    with developer(version, daemon_json='{"dns": ["10.42.0.99"]}') as dev:
        write_project(dev, f"http://{NAME}:8081")
        before = _left(dev)
        done = dev.engine.machine.run(
            ["python3", "-c", _INTERRUPTED],
            cwd="/root/app",
            env={"PYTHONPATH": f"{PRODUCT}:{PACKAGES}", "HOME": "/root"},
            timeout=120,
        )
        assert done.stdout.split() == ["began", "130", "ended"], done.output
        assert _left(dev) == before
