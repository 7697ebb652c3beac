"""Generated CI jobs, and what a platform makes of them: its variables, shells and steps."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from wizard.plan.types import Answer, Origin, Plan
from wizard.render.targets import TARGETS
from wizard.render.targets.options import Options

CI = ("gitlab-ci", "gitlab-ci-dind", "github-actions", "jenkins")


def options(**said: str) -> Options:
    """Return options as `--option` gives them."""
    return Options({k: Answer(text=v, origin=Origin.FLAG) for k, v in said.items()})


def files(plan: Plan, target: str, **said: str) -> dict[str, str]:
    """Return path → text of a target's artifacts."""
    return {a.path: a.standalone for a in TARGETS[target].render(plan, options(**said))}


def job(plan: Plan, target: str, **said: str) -> Any:
    """Return the parsed YAML of a target."""
    (text,) = (t for path, t in files(plan, target, **said).items() if path.endswith(".yml"))
    return yaml.safe_load(text)


@dataclass(frozen=True)
class Steps:
    """GitLab's build job, as its runner plays it."""

    env: Mapping[str, str]
    script: str
    after_script: str


def gitlab_steps(
    plan: Plan, project: str, given: Mapping[str, str], target: str = "gitlab-ci", **said: str
) -> Steps:
    """Return the build job for a checkout in `project`; `given`: the platform's own variables."""
    build = job(plan, target, **said)["gomod-wizard-build"]
    env = {
        "GITLAB_CI": "true",
        "CI_JOB_ID": "42",
        "CI_PROJECT_DIR": project,
        "CI_COMMIT_SHA": "c0ffee",
        **given,
    }
    for name, value in build["variables"].items():
        env[name] = re.sub(r"\$(\w+)", lambda m: env.get(m[1], ""), value)
    return Steps(env, "\n".join(build["script"]), "\n".join(build["after_script"]))


@dataclass(frozen=True)
class Ran:
    """What became of a job."""

    code: int
    output: str
    """Both streams of all its steps."""


@dataclass(frozen=True)
class Runner:
    """A machine on which jobs run, with the project checked out."""

    project: Path
    path: str
    """PATH of the jobs."""
    home: Path

    def lay(self, files: Mapping[str, str]) -> None:
        """Write the generated files into the checkout."""
        for name, text in files.items():
            place = self.project / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)

    def run(self, argv: list[str], env: Mapping[str, str]) -> Ran:
        """Run one step in the checkout."""
        done = subprocess.run(
            argv,
            cwd=self.project,
            env={"PATH": self.path, "HOME": str(self.home), "LANG": "C.UTF-8", **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=120,
            check=False,
        )
        return Ran(done.returncode, done.stdout)

    def gitlab(self, plan: Plan, shell: str, given: Mapping[str, str], **said: str) -> Ran:
        """Run GitLab's build job: its script in one shell, then its after_script in another."""
        self.lay(files(plan, "gitlab-ci", **said))
        steps = gitlab_steps(plan, str(self.project), given, **said)
        first = self.run([shell, "-e", "-c", steps.script], steps.env)
        status = {"CI_JOB_STATUS": "failed" if first.code else "success"}
        after = self.run([shell, "-e", "-c", steps.after_script], {**steps.env, **status})
        assert after.code == 0, after.output
        return Ran(first.code, first.output + after.output)

    def github(self, plan: Plan, given: Mapping[str, str], **said: str) -> Ran:
        """Run the steps of GitHub's build job that are commands."""
        self.lay(files(plan, "github-actions", **said))
        steps = job(plan, "github-actions", **said)["jobs"]["build"]["steps"]
        temp = self.home / "runner temp"
        temp.mkdir()
        known = {
            "runner.temp": str(temp),
            "github.repository": "Team/App",
            "github.sha": "c0ffee",
            **{f"secrets.{k}": v for k, v in given.items()},
        }
        base = {"GITHUB_ACTIONS": "true", "RUNNER_TEMP": str(temp), "GOMOD_PROJECT": "."}
        code, output = 0, ""
        for step in (one for one in steps if "run" in one):
            wanted = {"failure()": code != 0, "always()": True}.get(step.get("if"), code == 0)
            if not wanted:
                continue
            env = {
                name: re.sub(r"\$\{\{ ([\w.]+) \}\}", lambda m: known.get(m[1], ""), value)
                for name, value in step.get("env", {}).items()
            }
            done = self.run(["bash", "-e", "-c", step["run"]], {**base, **env})
            output += done.output
            code = code or done.code
        assert list(temp.iterdir()) == []
        return Ran(code, output)


def jenkins_steps(plan: Plan, **said: str) -> dict[str, str]:
    """Return the `sh` steps of Jenkins' stage `build`, by what they do."""
    text = files(plan, "jenkins", **said)["Jenkinsfile.gomod"].partition("stage('build')")[2]
    steps = re.findall(r"^ *sh '(.*)'$", text, re.M)
    return {step.rpartition(" ")[2]: step for step in steps}


def path_with(*folders: Path) -> str:
    """Return a PATH that begins with `folders`."""
    return os.pathsep.join((*map(str, folders), "/usr/local/bin", "/usr/bin", "/bin"))
