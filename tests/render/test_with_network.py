"""The wrapper of the Dockerfile, run by a real shell with secrets in a folder of the test's."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.plan.facts_builder import facts, private_facts
from tests.render.plans import AGENT, SSH_HOST, plan
from wizard.render.dockerfile import whole_text
from wizard.render.dockerfile_steps import prelude


def wrapper(tmp_path: Path, *, ssh: bool = False) -> Path:
    """Write the wrapper as the Dockerfile's own printf would, its folders moved below the test."""
    observed = facts(private=private_facts(SSH_HOST, ssh=AGENT)) if ssh else facts()
    text = whole_text(plan(observed))
    step = re.search(r"^RUN (printf .*?)\n    >/usr/local/bin/with-network", text, re.M | re.S)
    assert step is not None
    lines = [line for line in step[1].splitlines() if not line.lstrip().startswith("#")]
    command = "\n".join(lines).removesuffix("\\").rstrip()
    written = subprocess.run(
        ["sh", "-c", command.removesuffix("\\")], capture_output=True, text=True, check=True
    ).stdout
    for folder in ("/run/secrets", "/dev/shm", "/etc/ssl", "/etc/pki"):
        written = written.replace(folder, f"{tmp_path}{folder}")
    script = tmp_path / "with-network"
    script.write_text(written)
    for folder in ("run/secrets", "dev/shm", "etc/ssl/certs", "home"):
        (tmp_path / folder).mkdir(parents=True)
    return script


def run(script: Path, command: str, **env: str) -> str:
    done = subprocess.run(
        ["sh", script, "sh", "-c", command],
        env={"PATH": "/usr/bin:/bin", "HOME": str(script.parent / "home"), **env},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def hand_over(script: Path, name: str, text: str) -> None:
    (script.parent / "run/secrets" / name).write_text(text)


def test_without_a_secret_it_changes_nothing(tmp_path: Path) -> None:
    script = wrapper(tmp_path)
    seen = run(script, 'echo "$GOPROXY|$SSL_CERT_FILE|$NETRC|$GIT_SSH_COMMAND"', GOPROXY="own")
    assert seen == "own|||\n"


@pytest.mark.parametrize(
    "value",
    ["https://a.example,direct", "a+b+c= https://s.example", "$(touch pwned)`x`", 'it\'s "so" \\'],
)
def test_a_setting_arrives_as_it_is_and_beats_the_images_env(tmp_path: Path, value: str) -> None:
    script = wrapper(tmp_path)
    hand_over(script, "goenv", f"# a comment\nGOSUMDB={value}\nPATH=/nowhere\n")
    assert run(script, 'printf %s "$GOSUMDB"', GOSUMDB="off") == value


def test_an_authority_stands_beside_the_public_ones_in_memory(tmp_path: Path) -> None:
    script = wrapper(tmp_path)
    (tmp_path / "etc/ssl/certs/ca-certificates.crt").write_text("PUBLIC")
    hand_over(script, "ca", "COMPANY\n")
    seen = run(script, 'cat "$SSL_CERT_FILE"; echo "$GIT_SSL_CAINFO"')
    assert seen == f"PUBLIC\nCOMPANY\n{tmp_path}/dev/shm/roots.pem\n"


def test_the_bundle_that_the_image_itself_names_is_kept(tmp_path: Path) -> None:
    script = wrapper(tmp_path)
    (tmp_path / "etc/ssl/certs/ca-certificates.crt").write_text("PUBLIC")
    (tmp_path / "own.pem").write_text("OWN")
    hand_over(script, "ca", "COMPANY\n")
    seen = run(script, 'cat "$SSL_CERT_FILE"', SSL_CERT_FILE=str(tmp_path / "own.pem"))
    assert seen == "OWN\nCOMPANY\n"


def test_an_image_without_any_bundle_gets_the_authority_alone(tmp_path: Path) -> None:
    script = wrapper(tmp_path)
    hand_over(script, "ca", "COMPANY\n")
    assert run(script, 'cat "$SSL_CERT_FILE"').strip() == "COMPANY"


def test_a_login_is_there_for_git_while_the_step_runs_and_gone_after_it(tmp_path: Path) -> None:
    script = wrapper(tmp_path)
    hand_over(script, "netrc", "machine git.corp.example login dev password x\n")
    seen = run(script, 'cat "$HOME/.netrc"; echo "$NETRC"')
    assert seen.startswith("machine git.corp.example")
    assert not list((tmp_path / "home").iterdir())


def test_a_login_is_gone_after_a_step_that_failed_as_well(tmp_path: Path) -> None:
    script = wrapper(tmp_path)
    hand_over(script, "netrc", "machine git.corp.example login dev password x\n")
    with pytest.raises(subprocess.CalledProcessError) as caught:
        run(script, "exit 7")
    assert caught.value.returncode == 7
    assert not list((tmp_path / "home").iterdir())


def test_an_images_own_netrc_stays(tmp_path: Path) -> None:
    script = wrapper(tmp_path)
    (tmp_path / "home/.netrc").write_text("own")
    hand_over(script, "netrc", "machine git.corp.example login dev password x\n")
    assert run(script, 'cat "$HOME/.netrc"') == "own"
    assert (tmp_path / "home/.netrc").read_text() == "own"


def test_ssh_takes_no_host_key_that_was_not_accepted_before(tmp_path: Path) -> None:
    script = wrapper(tmp_path, ssh=True)
    hand_over(script, "known_hosts", "")
    seen = run(script, 'echo "$GIT_SSH_COMMAND"')
    assert "StrictHostKeyChecking=yes" in seen
    assert f"UserKnownHostsFile={tmp_path}/run/secrets/known_hosts" in seen


def test_git_goes_by_ssh_to_the_hosts_that_are_reached_by_it(tmp_path: Path) -> None:
    script = wrapper(tmp_path, ssh=True)
    seen = run(script, "git config --get-regexp '^url[.]'")
    assert seen == "url.ssh://git@ssh.corp.example/.insteadof https://ssh.corp.example/\n"


def test_the_block_runs_the_same_text() -> None:
    for line in prelude(plan()):
        assert line.replace("'", "'\\''") in whole_text(plan())
