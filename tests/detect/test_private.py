"""The area `private`: which hosts are private, by what evidence, with which credentials."""

from __future__ import annotations

import socket
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.detect.support import free_port, serving, soon, with_env, write
from wizard.detect import private
from wizard.detect.git_config import project_git_config, user_git_config
from wizard.detect.go import detect_go
from wizard.detect.network import local_names
from wizard.detect.private import look_at_hosts, read_private
from wizard.detect.ssh import agent_has_keys, parse_known_hosts, parse_ssh_config
from wizard.facts.base import State
from wizard.facts.private import Authentication, PrivateFacts, PrivateHost
from wizard.system import System

_PUBLIC = ("github.com/spf13/cobra", "golang.org/x/net", "go.uber.org/zap", "rsc.io/quote")
_TOKEN = "glpat-0123456789"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    path = tmp_path / "app"
    path.mkdir()
    return path


def _remote(project: Path, url: str) -> None:
    write(project, {".git/config": f'[remote "origin"]\n\turl = {url}\n'})


async def _look(
    machine: System,
    project: Path,
    *modules: str,
    own: str = "example.com/app",
    own_mirror: bool = False,
) -> PrivateFacts:
    """Return the area without the network's answers."""
    domains, hosts = local_names(machine)
    read = await read_private(
        machine,
        project,
        modules=(*_PUBLIC, *modules),
        own_modules=(own,),
        settings=(await detect_go(machine, soon())).settings.or_else({}),
        git=await user_git_config(machine),
        search_domains=domains,
        hosts_file=hosts,
        own_mirror=own_mirror,
    )
    return read.facts


async def _hosts(
    machine: System, project: Path, *modules: str, own: str = "example.com/app"
) -> dict[str, PrivateHost]:
    facts = await _look(machine, project, *modules, own=own)
    return {host.host: host for host in facts.hosts.or_else(())}


async def test_public_modules_alone_make_no_private_host(machine: System, project: Path) -> None:
    assert await _hosts(machine, project) == {}


async def test_an_unknown_host_that_nothing_speaks_of_is_not_called_private(
    machine: System, project: Path
) -> None:
    assert await _hosts(machine, project, "some-vanity.dev/lib") == {}


async def test_goprivate_names_a_host_and_its_pattern(machine: System, project: Path) -> None:
    system = with_env(machine, GOPRIVATE="git.corp.example")

    (host,) = (await _hosts(system, project, "git.corp.example/team/lib")).values()

    assert host.modules == ("git.corp.example/team/lib",)
    assert host.patterns == ("git.corp.example",)
    assert host.evidence[0].source == "GOPRIVATE"


@pytest.mark.parametrize("name", ["GOPRIVATE", "GONOSUMDB"])
async def test_a_star_makes_no_public_host_private(
    machine: System, project: Path, name: str
) -> None:
    system = with_env(machine, **{name: "*"})

    facts = await _look(system, project, "git.corp.example/team/lib")

    assert [(host.host, host.patterns) for host in facts.hosts.or_else(())] == [
        ("git.corp.example", ("git.corp.example",))
    ]


async def test_a_public_host_is_private_only_for_the_owner_that_goprivate_names(
    machine: System, project: Path
) -> None:
    system = with_env(machine, GOPRIVATE="github.com/acme")

    (host,) = (await _hosts(system, project, "github.com/acme/lib")).values()

    assert (host.host, host.modules) == ("github.com", ("github.com/acme/lib",))
    assert host.patterns == ("github.com/acme",)


async def test_what_the_companys_mirror_serves_is_not_taken_past_it(
    machine: System, project: Path
) -> None:
    write(machine.root, {"etc/resolv.conf": "search corp.example\n"})
    system = with_env(machine, GONOSUMDB="go.corp.example")

    facts = await _look(system, project, "go.corp.example/lib", own_mirror=True)

    (host,) = facts.hosts.or_else(())
    assert (host.modules, host.patterns) == (("go.corp.example/lib",), ())


async def test_what_no_public_checksum_database_may_know_no_public_mirror_may_know_either(
    machine: System, project: Path
) -> None:
    system = with_env(machine, GONOSUMDB="github.com/acme")

    (host,) = (await _hosts(system, project, "github.com/acme/lib")).values()

    assert host.patterns == ("github.com/acme",)


async def test_a_pattern_with_a_star_covers_the_modules_that_it_matches(
    machine: System, project: Path
) -> None:
    system = with_env(machine, GOPRIVATE="*.corp.example")

    (host,) = (await _hosts(system, project, "git.corp.example/lib")).values()

    assert (host.host, host.patterns) == ("git.corp.example", ("*.corp.example",))


async def test_the_projects_own_repository_host_is_private(machine: System, project: Path) -> None:
    _remote(project, "git@git.corp.example:team/app.git")

    (host,) = (await _hosts(machine, project, "git.corp.example/team/lib")).values()

    assert (host.ssh, host.patterns) == (True, ("git.corp.example",))
    assert host.evidence[0].source == f"{project}/.git/config:2"


async def test_an_open_source_remote_makes_nothing_private(machine: System, project: Path) -> None:
    _remote(project, "https://github.com/spf13/viper.git")

    assert await _hosts(machine, project, own="github.com/spf13/viper") == {}


async def test_another_host_of_the_same_company_is_private(machine: System, project: Path) -> None:
    _remote(project, "https://git.corp.example/team/app.git")

    assert "code.corp.example" in await _hosts(machine, project, "code.corp.example/lib")


async def test_a_host_under_the_same_country_is_not_of_the_same_company(
    machine: System, project: Path
) -> None:
    _remote(project, "https://git.corp.co.uk/team/app.git")

    assert "go.stranger.co.uk" not in await _hosts(machine, project, "go.stranger.co.uk/lib")


async def test_a_host_in_the_search_domain_is_private(machine: System, project: Path) -> None:
    write(machine.root, {"etc/resolv.conf": "search corp.example\n"})

    (host,) = (await _hosts(machine, project, "go.corp.example/lib")).values()

    assert host.patterns == ("go.corp.example",)


async def test_a_host_of_the_hosts_file_is_private(machine: System, project: Path) -> None:
    write(machine.root, {"etc/hosts": "10.1.2.3 code.example.net\n"})

    assert "code.example.net" in await _hosts(machine, project, "code.example.net/lib")


async def test_a_name_that_is_never_public_is_private(machine: System, project: Path) -> None:
    assert "git.internal" in await _hosts(machine, project, "git.internal/lib")


async def test_the_hosts_own_module_path_counts_where_the_remote_is_not_public(
    machine: System, project: Path
) -> None:
    found = await _hosts(machine, project, "code.example.net/lib", own="code.example.net/app")

    assert "code.example.net" in found


async def test_git_that_rewrites_an_owner_to_ssh_makes_the_owner_private(
    machine: System, home: Path, project: Path
) -> None:
    write(
        home,
        {
            ".gitconfig": '[url "ssh://git@github.com/acme/"]\n'
            "\tinsteadOf = https://github.com/acme/\n"
        },
    )

    (host,) = (await _hosts(machine, project, "github.com/acme/lib")).values()

    assert (host.patterns, host.modules, host.ssh) == (
        ("github.com/acme",),
        ("github.com/acme/lib",),
        True,
    )


async def test_git_that_rewrites_all_of_github_makes_no_stranger_private(
    machine: System, home: Path, project: Path
) -> None:
    write(home, {".gitconfig": '[url "git@github.com:"]\n\tinsteadOf = https://github.com/\n'})

    assert await _hosts(machine, project, "github.com/acme/lib") == {}


async def test_the_projects_own_owner_is_private_where_the_user_has_a_key_to_it(
    machine: System, home: Path, project: Path
) -> None:
    write(home, {".netrc": f"machine github.com login x password {_TOKEN}\n"})
    _remote(project, "https://github.com/acme/app.git")

    (host,) = (
        await _hosts(machine, project, "github.com/acme/lib", own="github.com/acme/app")
    ).values()

    assert (host.patterns, host.modules) == (("github.com/acme",), ("github.com/acme/lib",))


async def test_a_netrc_gives_its_machines_and_never_what_it_holds(
    machine: System, home: Path, project: Path
) -> None:
    write(home, {".netrc": f"machine git.corp.example login dev password {_TOKEN}\n"})
    (home / ".netrc").chmod(0o600)

    facts = await _look(machine, project, "git.corp.example/lib")

    (host,) = facts.hosts.or_else(())
    assert facts.netrc.value is not None
    assert (facts.netrc.value.machines, facts.netrc.value.problem) == (("git.corp.example",), "")
    assert host.authentication == (Authentication.NETRC,)
    assert _TOKEN not in repr(facts)


@pytest.mark.parametrize(
    ("mode", "text", "words"),
    [
        (0o644, "machine a login b password c\n", "other users"),
        (0o600, "machine a login b\n", "no password"),
    ],
)
async def test_what_is_wrong_with_a_netrc_is_said(
    machine: System, home: Path, project: Path, mode: int, text: str, words: str
) -> None:
    write(home, {".netrc": text})
    (home / ".netrc").chmod(mode)

    netrc = (await _look(machine, project)).netrc.value

    assert netrc is not None
    assert words in str(netrc.problem)


async def test_a_netrc_elsewhere_is_found_by_its_variable(
    machine: System, tmp_path: Path, project: Path
) -> None:
    write(tmp_path, {"mine": "machine git.corp.example login a password b\n"})

    facts = await _look(with_env(machine, NETRC=str(tmp_path / "mine")), project)

    assert facts.netrc.value is not None
    assert facts.netrc.value.machines == ("git.corp.example",)


async def test_without_a_home_nothing_of_it_applies(machine: System, project: Path) -> None:
    env = {name: value for name, value in machine.env.items() if name != "HOME"}
    homeless = System(env=env, home=None, uid=1000, root=machine.root, platform="linux")

    facts = await _look(homeless, project)

    assert facts.netrc.state is State.NOT_APPLICABLE
    assert facts.ssh.state is State.NOT_APPLICABLE


async def test_a_credential_in_a_rewrite_is_not_shown(
    machine: System, home: Path, project: Path
) -> None:
    write(
        home,
        {
            ".gitconfig": f'[url "https://oauth2:{_TOKEN}@git.corp.example/"]\n'
            "\tinsteadOf = https://git.corp.example/\n"
        },
    )
    _remote(project, f"https://{_TOKEN}@git.corp.example/team/app.git")

    facts = await _look(machine, project, "git.corp.example/lib")

    assert "git.corp.example" in repr(facts)
    assert _TOKEN not in repr(facts)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("ssh://git@git.corp.example/", "ssh://git@git.corp.example/"),
        (f"ssh://git:{_TOKEN}@git.corp.example/", "ssh://git@git.corp.example/"),
        ("git@git.corp.example:", "git@git.corp.example:"),
        (f"https://{_TOKEN}@git.corp.example/", "https://***@git.corp.example/"),
    ],
)
async def test_the_user_of_ssh_is_kept_in_a_rewrite_for_the_build_needs_it(
    machine: System, home: Path, project: Path, written: str, shown: str
) -> None:
    text = f'[url "{written}"]\n\tinsteadOf = https://git.corp.example/\n'
    write(home, {".gitconfig": text})

    (rule,) = (await _look(machine, project)).instead_of.or_else(())

    assert rule.base == shown


async def test_keys_and_known_hosts_are_found_and_public_keys_are_not(
    machine: System, home: Path, project: Path
) -> None:
    write(
        home,
        {
            ".ssh/id_ed25519": "-----BEGIN OPENSSH PRIVATE KEY-----\nx\n",
            ".ssh/id_ed25519.pub": "ssh-ed25519 AAAA\n",
            ".ssh/config": "Host git\n",
            ".ssh/known_hosts": "git.corp.example,10.1.2.3 ssh-ed25519 AAAA\n"
            "|1|abc=|def= ssh-rsa AAAA\n[alt.corp.example]:2222 ssh-rsa AAAA\n",
        },
    )

    ssh = (await _look(machine, project)).ssh.value

    assert ssh is not None
    assert ssh.keys == (str(home / ".ssh/id_ed25519"),)
    assert ssh.known_hosts == ("git.corp.example", "10.1.2.3", "alt.corp.example")


async def test_a_key_counts_for_a_host_that_ssh_has_seen(
    machine: System, home: Path, project: Path
) -> None:
    write(
        home,
        {
            ".ssh/id_rsa": "-----BEGIN RSA PRIVATE KEY-----\n",
            ".ssh/known_hosts": "git.corp.example ssh-ed25519 AAAA\n",
        },
    )

    (host,) = (await _hosts(machine, project, "git.corp.example/lib")).values()

    assert host.authentication == (Authentication.SSH_KEY,)


async def test_a_credential_helper_counts_for_its_own_host(
    machine: System, home: Path, project: Path
) -> None:
    write(
        home,
        {".gitconfig": '[credential "https://git.corp.example"]\n\thelper = store\n'},
    )
    system = with_env(machine, GOPRIVATE="git.corp.example,code.corp.example")

    found = await _hosts(system, project, "git.corp.example/a", "code.corp.example/b")

    assert found["git.corp.example"].authentication == (Authentication.GIT_CREDENTIAL_HELPER,)
    assert found["code.corp.example"].authentication == (Authentication.NONE,)


def test_known_hosts_keeps_neither_hashes_nor_wildcards() -> None:
    text = "@cert-authority *.corp ssh-rsa A\n@revoked bad.corp ssh-rsa A\n# c\n\nshort\n"

    assert parse_known_hosts(text) == ("bad.corp",)


def test_an_ssh_entry_is_for_its_patterns_and_not_for_everybody() -> None:
    all_hosts, corp = parse_ssh_config(
        "Host *\n  User me\nHost git.corp *.lab !no.lab\n  HostName=10.1.2.3\n  Port 2222\n"
    )

    assert not all_hosts.names("git.corp")
    assert corp.names("a.lab")
    assert (corp.host_name, corp.port, corp.line) == ("10.1.2.3", 2222, 3)


def _agent(answer: bytes) -> tuple[str, socket.socket]:
    path = Path(tempfile.mkdtemp(), "agent")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen(1)

    def serve() -> None:
        peer, _ = listener.accept()
        with peer:
            peer.recv(5)
            peer.sendall(answer)

    import threading

    threading.Thread(target=serve, daemon=True).start()
    return str(path), listener


@pytest.mark.parametrize(
    ("answer", "has_keys"),
    [
        (b"\x00\x00\x00\x05\x0c\x00\x00\x00\x02", True),
        (b"\x00\x00\x00\x05\x0c\x00\x00\x00\x00", False),
        (b"\x00\x00\x00\x01\x05", None),
        (b"", None),
    ],
)
def test_an_agent_is_asked_how_many_keys_it_holds(answer: bytes, has_keys: bool | None) -> None:
    path, listener = _agent(answer)
    with listener:
        assert agent_has_keys(path) is has_keys


async def test_git_is_never_started_inside_the_project(
    machine: System, home: Path, project: Path, tmp_path: Path
) -> None:
    trap = tmp_path / "trap"
    write(
        project,
        {".git/config": f'[core]\n\tfsmonitor = "touch {trap}"\n\tsshCommand = "touch {trap}"\n'},
    )
    write(project, {".git/HEAD": "ref: refs/heads/main\n"})

    await _look(machine, project)

    assert not trap.exists()


def test_the_remotes_of_a_worktree_are_those_of_its_repository(
    machine: System, tmp_path: Path
) -> None:
    env = {**machine.env, "GIT_CONFIG_NOSYSTEM": "1"}

    def git(*args: str, cwd: Path) -> None:
        subprocess.run(["git", *args], cwd=cwd, env=env, check=True, capture_output=True)

    main = tmp_path / "main"
    main.mkdir()
    git("init", "-q", cwd=main)
    git("remote", "add", "origin", "git@git.corp.example:team/app.git", cwd=main)
    identity = ("-c", "user.name=n", "-c", "user.email=e@example.com")
    git(*identity, "commit", "-q", "--allow-empty", "-m", "first", cwd=main)
    git("worktree", "add", "-q", str(tmp_path / "tree"), cwd=main)

    settings = {s.key: s.value for s in project_git_config(machine, tmp_path / "tree")}

    assert settings["remote.origin.url"] == "git@git.corp.example:team/app.git"


async def test_an_included_file_of_the_users_configuration_counts(
    machine: System, home: Path
) -> None:
    write(home, {".gitconfig": "[include]\n\tpath = more\n", "more": "[http]\n\tproxy = a:1\n"})

    found = {s.key: (s.value, s.source) for s in await user_git_config(machine)}

    assert found["http.proxy"] == ("a:1", str(home / "more"))


async def test_a_configuration_that_git_refuses_is_still_read(machine: System, home: Path) -> None:
    write(home, {".gitconfig": "[http]\n\tproxy = a:1\n[broken\n"})

    assert {s.key for s in await user_git_config(machine)} == {"http.proxy"}


async def test_settings_handed_over_by_the_environment_count(machine: System) -> None:
    system = with_env(
        machine,
        GIT_CONFIG_COUNT="1",
        GIT_CONFIG_KEY_0="URL.https://m/.InsteadOf",
        GIT_CONFIG_VALUE_0="https://a/",
    )

    assert [(s.key, s.value) for s in await user_git_config(system)] == [
        ("url.https://m/.insteadof", "https://a/")
    ]


async def _reached(machine: System, project: Path, *modules: str) -> tuple[PrivateHost, ...]:
    """Return the hosts as the network answers for them."""
    read = await read_private(
        machine,
        project,
        modules=modules,
        own_modules=(),
        settings={},
        git=(),
    )
    return (await look_at_hosts(read, soon(), lambda: "2026-11-28T07:00:00+00:00")).hosts.or_else(
        ()
    )


async def test_a_host_that_takes_connections_is_reachable(machine: System, project: Path) -> None:
    async with serving(b"") as (port, _):
        _remote(project, f"ssh://git@127.0.0.1:{port}/app")
        (host,) = await _reached(machine, project, "127.0.0.1/lib")

    assert (host.resolvable, host.reachable, host.addresses) == (True, True, ("127.0.0.1",))


async def test_a_host_that_refuses_is_not_reachable_and_says_why(
    machine: System, project: Path
) -> None:
    _remote(project, f"ssh://git@127.0.0.1:{free_port()}/app")

    (host,) = await _reached(machine, project, "127.0.0.1/lib")

    assert (host.resolvable, host.reachable) == (True, False)
    assert "refuses" in str(host.detail)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[str, ...]]:
    """The addresses that this machine's resolver gives; a test fills it in."""
    zone: dict[str, tuple[str, ...]] = {}

    async def look(host: str) -> tuple[str, ...]:
        return zone.get(host, ())

    async def connect(addresses: tuple[str, ...], port: int) -> tuple[bool, str]:
        return True, ""

    monkeypatch.setattr(private, "addresses_of", look)
    monkeypatch.setattr(private, "can_connect", connect)
    return zone


async def test_a_host_nobody_speaks_of_is_private_by_its_address(
    machine: System, project: Path, names: dict[str, tuple[str, ...]]
) -> None:
    names["git.example.net"] = ("10.1.2.3",)

    (host,) = await _reached(machine, project, "git.example.net/lib")

    assert (host.patterns, host.modules) == (("git.example.net",), ("git.example.net/lib",))
    assert host.evidence[0].source == "DNS"


async def test_a_host_with_a_public_address_stays_public(
    machine: System, project: Path, names: dict[str, tuple[str, ...]]
) -> None:
    names["vanity.example.net"] = ("203.0.113.7",)

    assert await _reached(machine, project, "vanity.example.net/lib") == ()


async def test_addresses_prove_nothing_where_every_name_gets_an_internal_one(
    machine: System, project: Path, names: dict[str, tuple[str, ...]]
) -> None:
    names["vanity.example.net"] = names[private.SURELY_PUBLIC] = ("10.1.1.1",)

    assert await _reached(machine, project, "vanity.example.net/lib") == ()
