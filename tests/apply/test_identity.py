"""For any file that a merge accepts, apply and then undo is the identity, byte for byte."""

from __future__ import annotations

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.apply.hosts import artifact, daemon_json, in_memory, make_host
from tests.apply.merge.test_json_keys import objects
from wizard.apply import commit, plan_changes, undo
from wizard.render.types import Block, DockerfileBlock, Scope, TomlKeys

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
    lines(TOML_LINES),
    st.none() | st.binary(max_size=40),
    lines(DOCKER_LINES),
    st.sampled_from([0o600, 0o644, 0o755]),
)
def test_apply_and_undo_are_the_identity(
    daemon: bytes | None,
    profile: bytes | None,
    ignore: bytes | None,
    dockerfile: bytes | None,
    mode: int,
) -> None:
    with in_memory() as folder:
        host = make_host(folder)
        for path, data in (
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
        )
        found = asyncio.run(plan_changes(host.system, host.project, plan))
        asyncio.run(commit(host.system, host.project, found))
        again = asyncio.run(plan_changes(host.system, host.project, plan))
        assert again.changes == ()
        asyncio.run(undo(host.system))
        assert host.files() == before
