"""A pod's containers, run one by one on this machine: the same files, variables and commands.

What a node does is done here: volumes are laid out as the kubelet does it (files are links into
`..data`), and each mount path stands for its folder below the test's own. The scripts are the real
ones, but for those paths.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.targets.cluster.manifests import container, environment, words

Data = Mapping[str, Mapping[str, str]]
"""Name of a ConfigMap or Secret → its keys."""


class PodHere:
    """One pod; its empty volumes live as long as the object's folder."""

    def __init__(
        self,
        folder: Path,
        pod: Mapping[str, Any],
        found: list[dict[str, Any]],
        *,
        secrets: Data | None = None,
        more: Data | None = None,
        image: Mapping[str, str],
    ) -> None:
        """`more`: ConfigMaps that are made by hand; `image`: the ENV of the image."""
        self.folder = folder
        self.pod = pod
        self.secrets = dict(secrets or {})
        self.maps: dict[str, Mapping[str, str]] = {
            one["metadata"]["name"]: one["data"] for one in found if one["kind"] == "ConfigMap"
        }
        self.maps |= more or {}
        self.image = image
        self._runs = 0

    def run(self, name: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a container to its end; CalledProcessError where it fails."""
        spec = container(self.pod, name)
        paths = self._mounted(spec)
        env = environment(spec, self.secrets)
        env = {key: self._here(value, paths) for key, value in env.items()}
        env = {**self.image, **env, **more}
        where = self._here(spec["workingDir"], paths) if "workingDir" in spec else self.folder
        done = subprocess.run(
            [self._here(word, paths) for word in words(spec, env)],
            env=env,
            cwd=where,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    def environment(self, name: str) -> dict[str, str]:
        """Return the variables of a container, for a command of the test's own."""
        spec = container(self.pod, name)
        paths = self._mounted(spec)
        env = environment(spec, self.secrets)
        return {**self.image, **{key: self._here(value, paths) for key, value in env.items()}}

    def volume(self, name: str) -> Path:
        """Return the folder of an empty volume, or of a claim."""
        path = self.folder / "volumes" / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def _mounted(self, spec: Mapping[str, Any]) -> dict[str, str]:
        """Lay out every volume of the container; return mount path → folder."""
        self._runs += 1
        paths = {"/dev/shm": str(self.volume("shm"))}
        for mount in spec["volumeMounts"]:
            folder = self.folder / f"run-{self._runs}" / mount["name"]
            volume = next(v for v in self.pod["volumes"] if v["name"] == mount["name"])
            if not self._data(volume):
                folder = self.volume(mount["name"]) / mount.get("subPath", "")
            paths[mount["mountPath"]] = str(folder)
        for mount in spec["volumeMounts"]:
            volume = next(v for v in self.pod["volumes"] if v["name"] == mount["name"])
            _lay_out(
                Path(paths[mount["mountPath"]]),
                {path: self._here(text, paths) for path, text in self._data(volume).items()},
            )
        return paths

    def _data(self, volume: Mapping[str, Any]) -> dict[str, str]:
        """Return path → text of a volume that holds ConfigMaps and Secrets."""
        sources = volume.get("projected", {}).get("sources", ()) or [volume]
        found: dict[str, str] = {}
        for source in sources:
            if "configMap" in source:
                found |= _chosen(source["configMap"], self.maps[source["configMap"]["name"]])
            elif "secret" in source:
                body = source["secret"]
                name = body.get("name") or body["secretName"]
                if name in self.secrets or not body.get("optional"):
                    found |= _chosen(body, self.secrets[name])
        return found

    @staticmethod
    def _here(text: str, paths: Mapping[str, str]) -> str:
        longest = sorted(paths, key=len, reverse=True)
        pattern = rf"(?<![\w.-])(?:{'|'.join(map(re.escape, longest))})(?![\w.-])"
        return re.sub(pattern, lambda match: paths[match[0]], text)


def _chosen(body: Mapping[str, Any], data: Mapping[str, str]) -> dict[str, str]:
    if "items" not in body:
        return dict(data)
    return {item["path"]: data[item["key"]] for item in body["items"]}


def _lay_out(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files as the kubelet does: into a folder of their own, with links to them."""
    folder.mkdir(parents=True, exist_ok=True)
    if not files:
        return
    own = folder / "..2026_11_28"
    own.mkdir()
    os.symlink(own.name, folder / "..data")
    for path, text in files.items():
        (own / path).write_text(text)
        os.symlink(f"..data/{path}", folder / path)
