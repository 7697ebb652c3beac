"""The jobs' shell parts, really run; a stand-in for docker records what it was handed."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

import wizard
from tests.lab import trees
from tests.plan.facts_builder import (
    facts,
    mirror_facts,
    private_facts,
    private_host,
    proxy_facts,
)
from tests.render.plans import (
    AGENT,
    CORPORATE,
    PEM,
    SSH_HOST,
    WRITTEN,
    monorepo,
    plan,
    shapes,
)
from tests.targets.ci_jobs import Ran, Runner, files, gitlab_steps, jenkins_steps, path_with
from wizard.facts import known
from wizard.render.build_command import build_command

STAND_IN = f"""#!{sys.executable}
import os, pathlib, re, sys
record = pathlib.Path(__file__).parent.parent / "record"
argv, step = sys.argv[1:], sys.argv[1]
if step == "version":
    sys.exit()
(record / f"{{step}}.argv").write_text("\\0".join(argv))
(record / f"{{step}}.env").write_text("\\0".join(f"{{k}}={{v}}" for k, v in os.environ.items()))
if step == "login":
    (record / "password").write_text(sys.stdin.read())
for word in argv:
    if found := re.fullmatch("id=([a-z_]+),src=(.*)", word, re.S):
        source = pathlib.Path(found[2])
        (record / f"secret.{{found[1]}}").write_bytes(source.read_bytes())
        (record / f"mode.{{found[1]}}").write_text(oct(source.stat().st_mode & 0o777))
if step == "build":
    print("go: example.com/x@v1.0.0: Get \\"https://proxy.golang.org/x\\": dial tcp: i/o timeout")
    sys.exit(int(os.environ.get("DOCKER_ANSWERS", "0")))
"""

PROXY = "http://dev:s3cr%40t-of-proxy@proxy.corp.example:3128"
NETRC = "machine git.corp.example login dev password t0ken-of-netrc\n"
KEY_PASSWORD = "s3cret-of-registry"
SECRETS = (PROXY, "s3cr%40t-of-proxy", "t0ken-of-netrc", KEY_PASSWORD)

NEEDY = plan(
    facts(
        proxy=proxy_facts(https=WRITTEN, http=WRITTEN, no_proxy="*.corp.example"),
        mirrors=replace(mirror_facts(), authorities=known((CORPORATE,), "tests")),
        private=private_facts(private_host(), netrc=("git.corp.example",)),
    )
)


@dataclass(frozen=True)
class Bench:
    """A runner, and what its docker was handed."""

    runner: Runner
    record: Path

    def argv(self, step: str = "build") -> list[str]:
        return (self.record / f"{step}.argv").read_text().split("\0")

    def env(self, step: str = "build") -> dict[str, str]:
        lines = (self.record / f"{step}.env").read_text().split("\0")
        return dict(line.split("=", 1) for line in lines)

    def secret(self, name: str) -> str:
        assert (self.record / f"mode.{name}").read_text() == "0o600"
        return (self.record / f"secret.{name}").read_text()

    def left(self) -> list[str]:
        """Return what of the job is left anywhere but in the checkout."""
        own = ("app", "bin", "home", "record")
        beside = [p for p in self.record.parent.iterdir() if p.name not in own]
        return [str(p) for top in beside for p in (top, *top.rglob("*")) if not p.is_dir()]


def _bench(folder: Path, project: Path) -> Bench:
    for name in ("record", "bin", "home"):
        (folder / name).mkdir()
    project.mkdir(parents=True)
    _program(folder / "bin" / "docker", STAND_IN)
    # Not installed from an index: the job takes the program that is there.
    root = Path(wizard.__file__).parent.parent
    wizard_here = f'#!/bin/sh\nPYTHONPATH={root} exec {sys.executable} -m wizard "$@"\n'
    _program(folder / "bin" / "gomod-wizard", wizard_here)
    runner = Runner(project=project, path=path_with(folder / "bin"), home=folder / "home")
    return Bench(runner, folder / "record")


def _program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture
def plain(tmp_path: Path) -> Bench:
    """Return a runner with names as most have."""
    return _bench(tmp_path, tmp_path / "app")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Return a runner whose names need quoting."""
    return _bench(tmp_path, tmp_path / 'it\'s a "$HOME" `x`; *' / "app")


def given(bench: Bench, **more: str) -> dict[str, str]:
    """Return what the store of a platform gives to the job of NEEDY."""
    netrc = bench.runner.home / "GOMOD_NETRC"
    netrc.write_text(NETRC)
    return {
        "GOMOD_NETRC": str(netrc),
        "GOMOD_HTTP_PROXY": PROXY,
        "GOMOD_HTTPS_PROXY": PROXY,
        **more,
    }


@pytest.mark.parametrize("shell", ["dash", "bash"])
def test_secrets_reach_docker_by_file_and_by_its_environment(plain: Bench, shell: str) -> None:
    ran = plain.runner.gitlab(NEEDY, shell, given(plain))
    assert ran.code == 0, ran.output
    assert plain.secret("netrc") == NETRC
    assert plain.secret("ca") == PEM
    assert plain.env()["HTTPS_PROXY"] == PROXY
    words = plain.argv()
    assert words[words.index("HTTPS_PROXY") - 1] == "--build-arg"


def test_no_secret_is_an_argument_or_printed(plain: Bench) -> None:
    ran = plain.runner.gitlab(NEEDY, "dash", given(plain))
    said = ran.output + "\0".join(plain.argv())
    assert [secret for secret in SECRETS if secret in said] == []


def test_a_child_inherits_no_secret_that_it_needs_not(plain: Bench) -> None:
    plain.runner.gitlab(NEEDY, "dash", given(plain, GOMOD_NETRC=NETRC))
    assert not [name for name, value in plain.env().items() if "t0ken-of-netrc" in value]
    assert "GOMOD_HTTPS_PROXY" not in plain.env()


@pytest.mark.parametrize("answer", ["0", "17"])
def test_nothing_is_left_and_the_code_is_the_builders(plain: Bench, answer: str) -> None:
    ran = plain.runner.gitlab(NEEDY, "dash", given(plain, DOCKER_ANSWERS=answer))
    assert ran.code == int(answer)
    assert plain.left() == []


def test_a_job_that_is_stopped_leaves_no_secret(plain: Bench) -> None:
    """The platform ends the job in the middle of the build."""
    plain.runner.lay(files(NEEDY, "jenkins"))
    docker = plain.record.parent / "bin" / "docker"
    docker.write_text(
        '#!/bin/sh\nif [ "$1" = build ]; then kill -TERM "$(cat "$0.pid")"; fi\nexit 0\n'
    )
    tmp = plain.record.parent / "t" / "gomod-wizard-1"
    ran = plain.runner.run(
        ["sh", "-c", 'echo $$ >"$1"; exec sh .gomod-wizard/ci.sh build', "sh", f"{docker}.pid"],
        given(plain, GOMOD_TMP=str(tmp)),
    )
    assert ran.code == 143
    assert [p.name for p in tmp.iterdir()] == ["build.log"]


@pytest.mark.parametrize("shape", ["proxy", "nested", "workspace", "block", "plain", "beside"])
def test_its_arguments_are_those_of_the_build_command(plain: Bench, shape: str) -> None:
    decided = shapes()[shape]
    for folder in (*dict(decided.inputs.outside_dirs).values(),):
        (plain.runner.project / folder).mkdir(parents=True, exist_ok=True)
    ran = plain.runner.gitlab(decided, "dash", {})
    assert ran.code == 0, ran.output
    here, there = _options(list(build_command(decided).argv)[1:]), _options(plain.argv())
    assert there == here


def _options(words: list[str]) -> tuple[list[tuple[str, str]], str]:
    """Return the options in any order, and the context; the places of secrets differ by machine."""
    assert words[0] == "build"
    options, context = words[1:-1], words[-1]
    pairs = zip(options[::2], options[1::2], strict=True)
    return sorted((flag, value.partition(",src=")[0]) for flag, value in pairs), context


def test_the_settings_are_those_of_the_plan(plain: Bench) -> None:
    decided = plan(goproxy="https://go.corp.example,direct", goprivate="git.corp.example")
    plain.runner.gitlab(decided, "dash", {})
    lines = plain.secret("goenv").splitlines()
    assert "GOPROXY=https://go.corp.example,direct" in lines
    assert "GOPRIVATE=git.corp.example" in lines


def test_a_runner_elsewhere_may_have_other_mirrors(plain: Bench) -> None:
    plain.runner.gitlab(plan(), "dash", {"GOMOD_GOPROXY": "https://other.example"})
    assert "GOPROXY=https://other.example" in plain.secret("goenv").splitlines()


def test_names_are_quoted(bench: Bench) -> None:
    hostile = "a'b\"c$(touch pwned)`touch pwned` ;*"
    decided = plan()
    named = replace(decided.inputs, dockerfile=hostile, image_tag=hostile)
    decided = replace(
        decided, inputs=named, hosts=replace(decided.hosts, value=((hostile, hostile),))
    )
    bench.runner.lay(files(decided, "jenkins"))
    ran = bench.runner.run(
        ["sh", ".gomod-wizard/ci.sh", "build"],
        {"GOMOD_TMP": str(bench.record.parent / "a b;'$x" / "gomod-wizard-1")},
    )
    assert ran.code == 0, ran.output
    words = bench.argv()
    assert words[:5] == ["build", "-f", hostile, "--add-host", f"{hostile}:{hostile}"]
    assert words[-2:] == [hostile, "."]
    assert not list(bench.record.parent.rglob("pwned"))


@pytest.mark.parametrize(
    ("runners", "expected"),
    [
        ({}, "http://proxy.corp.example:3128"),
        ({"https_proxy": "http://runner.example:8080"}, "http://runner.example:8080"),
        ({"HTTPS_PROXY": "http://127.0.0.1:8080"}, "http://proxy.corp.example:3128"),
        ({"GOMOD_HTTPS_PROXY": "http://store.example:1"}, "http://store.example:1"),
    ],
)
def test_the_proxy_is_the_stores_then_the_runners_then_the_plans(
    plain: Bench, runners: Mapping[str, str], expected: str
) -> None:
    proxied = plan(facts(proxy=proxy_facts(https="http://proxy.corp.example:3128")))
    plain.runner.gitlab(proxied, "dash", runners)
    assert plain.env()["HTTPS_PROXY"] == expected


def test_docker_asks_its_engine_past_the_proxy(plain: Bench) -> None:
    plain.runner.gitlab(NEEDY, "dash", given(plain, DOCKER_HOST="tcp://docker:2376"))
    assert plain.env()["NO_PROXY"].split(",")[-1] == "docker"
    assert "docker" not in next(w for w in plain.argv() if w.startswith("NO_PROXY=")).split(",")


def test_a_login_stays_in_a_configuration_of_the_job(plain: Bench) -> None:
    own = plain.runner.home / ".docker"
    own.mkdir()
    (own / "config.json").write_text('{"auths": {}}')
    plain.runner.gitlab(
        plan(),
        "dash",
        {"CI_REGISTRY": "r.example", "CI_REGISTRY_USER": "ci", "CI_REGISTRY_PASSWORD": KEY_PASSWORD,
         "CI_REGISTRY_IMAGE": "r.example/Team/App", "GOMOD_PUSH": "1"},
    )  # fmt: skip
    assert (plain.record / "password").read_text().strip() == KEY_PASSWORD
    assert plain.argv("login") == ["login", "--username", "ci", "--password-stdin", "r.example"]
    assert plain.env("login")["DOCKER_CONFIG"] != str(own)
    assert plain.argv("push") == ["push", "r.example/team/app:c0ffee"]
    assert (own / "config.json").read_text() == '{"auths": {}}'


def test_a_login_that_a_credential_helper_keeps_is_taken_back(plain: Bench) -> None:
    """docker login asks the helper of the runner's own configuration, which outlives the job."""
    own = plain.runner.home / ".docker"
    own.mkdir()
    (own / "config.json").write_text('{"credsStore": "pass"}')
    plain.runner.gitlab(
        plan(),
        "dash",
        {"CI_REGISTRY": "r.example", "CI_REGISTRY_USER": "ci", "CI_REGISTRY_PASSWORD": KEY_PASSWORD,
         "CI_REGISTRY_IMAGE": "r.example/team/app", "DOCKER_ANSWERS": "1"},
    )  # fmt: skip
    assert plain.argv("logout") == ["logout", "r.example"]
    assert plain.env("logout")["DOCKER_CONFIG"] == plain.env("login")["DOCKER_CONFIG"]


def test_a_key_is_lent_by_an_agent_that_ends_with_the_job(plain: Bench) -> None:
    _has_ssh_agent()
    key = plain.runner.home / "key"
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True, timeout=30
    )
    by_ssh = plan(facts(private=private_facts(SSH_HOST, ssh=AGENT)))
    ran = plain.runner.gitlab(
        by_ssh, "dash", {"GOMOD_SSH_KEY": str(key), "GOMOD_KNOWN_HOSTS": "ssh.corp.example key"}
    )
    assert ran.code == 0, ran.output
    assert plain.argv()[plain.argv().index("--ssh") + 1] == "default"
    assert plain.secret("known_hosts") == "ssh.corp.example key\n"
    assert _ends(int(plain.env()["SSH_AGENT_PID"]))


def test_a_key_with_a_passphrase_is_named_before_the_build(plain: Bench) -> None:
    """And no agent stays behind."""
    _has_ssh_agent()
    key = plain.runner.home / "key"
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "made-up", "-f", str(key)],
        check=True, timeout=30,
    )  # fmt: skip
    by_ssh = plan(facts(private=private_facts(SSH_HOST, ssh=AGENT)))
    ran = plain.runner.gitlab(by_ssh, "dash", {"GOMOD_SSH_KEY": str(key)})
    assert ran.code == 2
    assert "without a passphrase" in ran.output
    assert not (plain.record / "build.argv").exists()
    assert plain.left() == []


def _has_ssh_agent() -> None:
    if shutil.which("ssh-agent") is None:
        if os.getuid() != 0 or shutil.which("apt-get") is None:
            pytest.skip("ssh-agent is missing, and only root on Debian can install openssh-client")
        trees.install_host_tools()


def _ends(pid: int) -> bool:
    """Return whether the process is gone, or goes now: it was sent a signal."""
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([process], [], [], 10)[0])
    finally:
        os.close(process)


def test_a_folder_outside_of_the_checkout_is_named(plain: Bench) -> None:
    ran = plain.runner.gitlab(plan(monorepo()), "dash", {})
    assert ran.code == 2
    assert "../shared" in ran.output


def test_github_hides_what_it_does_not_know_as_a_secret(plain: Bench) -> None:
    ran = plain.runner.github(
        NEEDY, {"GOMOD_NETRC": NETRC, "GOMOD_HTTP_PROXY": PROXY, "GOMOD_HTTPS_PROXY": PROXY}
    )
    assert ran.code == 0, ran.output
    masked = {
        line.removeprefix("::add-mask::")
        for line in ran.output.splitlines()
        if line.startswith("::add-mask::")
    }
    assert {"t0ken-of-netrc", PROXY, "s3cr%40t-of-proxy"} <= masked
    assert not [s for s in SECRETS if s in _unmasked(ran)]
    assert plain.secret("netrc") == NETRC + "\n"


def _unmasked(ran: Ran) -> str:
    return "\n".join(x for x in ran.output.splitlines() if not x.startswith("::add-mask::"))


def test_jenkins_prints_its_steps_and_no_secret(plain: Bench) -> None:
    """Its own shell shows each command (`sh -xe`)."""
    plain.runner.lay(files(NEEDY, "jenkins"))
    steps = jenkins_steps(NEEDY)
    tmp = plain.record.parent / "app@tmp" / "gomod-wizard-7"
    env = given(plain, GOMOD_PROJECT=".", GOMOD_TMP=str(tmp), DOCKER_ANSWERS="3")
    ran = [plain.runner.run(["sh", "-xe", "-c", steps[s]], env) for s in ("build", "diagnose")]
    ran.append(plain.runner.run(["sh", "-xe", "-c", steps["clean"]], env))
    assert [one.code for one in ran] == [3, 0, 0]
    output = "".join(one.output for one in ran)
    assert "cure:" in output
    assert not [secret for secret in SECRETS if secret in output]
    assert plain.left() == []


def test_an_engine_that_does_not_answer_is_said_at_once(plain: Bench) -> None:
    (plain.record.parent / "bin" / "docker").write_text("#!/bin/sh\necho no engine >&2\nexit 1\n")
    ran = plain.runner.gitlab(plan(), "dash", {})
    assert ran.code == 2
    assert "no engine answers" in ran.output
    assert plain.left() == []


def test_gitlab_shows_why_it_failed(plain: Bench) -> None:
    plain.runner.gitlab(plan(), "dash", {"DOCKER_ANSWERS": "1"})
    (report,) = json.loads((plain.runner.project / "gomod-diagnosis.json").read_text())
    assert report["severity"] == "blocker"
    assert report["location"]["path"] == "build.log"


def test_gitlab_finds_the_report_of_a_project_below_the_repositorys_root(plain: Bench) -> None:
    """A report's path is from the root of the checkout."""
    below = replace(plain.runner, project=plain.runner.project / "services" / "app")
    below.lay(files(plan(), "gitlab-ci"))
    steps = gitlab_steps(plan(), str(plain.runner.project), {"DOCKER_ANSWERS": "1"})
    env = {**steps.env, "GOMOD_PROJECT": "services/app", "CI_JOB_STATUS": "failed"}
    assert plain.runner.run(["sh", "-e", "-c", steps.script], env).code == 1
    assert plain.runner.run(["sh", "-e", "-c", steps.after_script], env).code == 0
    assert (plain.runner.project / "gomod-diagnosis.json").is_file()


@pytest.mark.parametrize("disposable", [True, False])
def test_python_is_added_only_to_a_machine_of_this_job_alone(
    plain: Bench, disposable: bool
) -> None:
    """As in docker's own image, an Alpine: apk installs a Python, which cannot make a venv."""
    folder = plain.record.parent / "bin"
    (folder / "gomod-wizard").unlink()
    for tool in ("sh", "cat", "dirname", "mkdir", "rm", "tee", "tr", "chmod"):
        (folder / tool).symlink_to(str(shutil.which(tool)))
    python = 'printf "#!/bin/sh\\necho venv wanted\\nexit 1\\n" >"$0-python"'
    added = f'echo "$@" >"$0.argv"; {python}; chmod +x "$0-python"; mv "$0-python" '
    _program(folder / "apk", f"#!/bin/sh\n{added}{folder}/python3\n")
    (folder / "mv").symlink_to(str(shutil.which("mv")))
    given_here = {"DOCKER_ANSWERS": "1", "PATH": str(folder)}
    given_here |= {"CI_DISPOSABLE_ENVIRONMENT": "true"} if disposable else {}
    ran = plain.runner.gitlab(plan(), "sh", given_here)
    assert "nobody reads the log" in ran.output
    assert ("venv wanted" in ran.output) is disposable
    if disposable:
        assert (folder / "apk.argv").read_text() == "add --quiet --no-cache python3\n"


@pytest.mark.parametrize("folder", ["", "gomod-wizard-1", "/tmp/x", "/tmp/gomod-wizard-1/../x"])
def test_a_folder_that_may_be_somebody_elses_is_wrong_usage(plain: Bench, folder: str) -> None:
    """Not 1, which says that the check found something, whatever shell it is."""
    plain.runner.lay(files(plan(), "gitlab-ci"))
    for step in ("clean", "check"):
        argv = ["bash", "--posix", ".gomod-wizard/ci.sh", step]
        assert plain.runner.run(argv, {"GOMOD_TMP": folder}).code == 2


def test_github_shows_why_it_failed(plain: Bench) -> None:
    docker = plain.record.parent / "bin" / "docker"
    docker.write_text(STAND_IN.replace('"DOCKER_ANSWERS", "0"', '"DOCKER_ANSWERS", "1"'))
    ran = plain.runner.github(plan(), {})
    assert ran.code == 1
    assert "::error title=" in ran.output


def test_a_runner_without_an_engine_judges_what_the_network_decides(plain: Bench) -> None:
    """Set up where docker is; checked where the repository is, and no docker and no answers."""
    project, runner = plain.runner.project, plain.runner
    (project / "go.mod").write_text("module example.com/app\n\ngo 1.24\n")
    (project / "main.go").write_text("package main\n\nfunc main() {}\n")
    settings = '[answers]\ngoproxy = "https://127.0.0.1:9"\n[targets]\nwith = "gitlab-ci,jenkins"\n'
    (project / "gomod-wizard.toml").write_text(settings)
    applied = runner.run(["gomod-wizard", "apply", "--yes", "--scope", "project"], {})
    assert applied.code == 0, applied.output
    (plain.record.parent / "bin" / "docker").unlink()
    shutil.rmtree(runner.home)
    tmp = plain.record.parent / "gomod-wizard-1"
    fresh = {"GOMOD_TMP": str(tmp), "HTTPS_PROXY": "http://127.0.0.1:7890"}
    checked = runner.run(["sh", ".gomod-wizard/ci.sh", "check"], fresh)
    assert checked.code == 0, checked.output
    (project / ".dockerignore").write_text("go.mod\n")
    assert runner.run(["sh", ".gomod-wizard/ci.sh", "check"], fresh).code == 1
