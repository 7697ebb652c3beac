"""For any file that a merge accepts, apply and then undo is the identity, byte for byte."""

from __future__ import annotations

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.apply.hosts import artifact, daemon_json, in_memory, make_host
from wizard.apply import commit, plan_changes, undo
from wizard.render.types import Block, Scope, TomlKeys

JSON = st.sampled_from(
    [None, b"", b"{}", b"\n", b'{"mtu":9000 }', b'{\r\n\t"a": 1e0,\r\n\t"mtu": 1}\r\n']
)
TOML = st.sampled_from(
    [None, b"", b"# c\r\n", b"[answers]\nx = 0x1F # hex", b"answers = {a = 1}\n"]
)


@settings(max_examples=60, deadline=None)
@given(JSON, TOML, st.none() | st.binary(max_size=40), st.sampled_from([0o600, 0o644, 0o755]))
def test_apply_and_undo_are_the_identity(
    daemon: bytes | None, profile: bytes | None, ignore: bytes | None, mode: int
) -> None:
    with in_memory() as folder:
        host = make_host(folder)
        for path, data in (
            (host.root / "etc/docker/daemon.json", daemon),
            (host.project / "gomod-wizard.toml", profile),
            (host.project / ".dockerignore", ignore),
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
            artifact(".dockerignore", Scope.PROJECT, ".dockerignore", Block(lines=("!go.sum",))),
        )
        found = asyncio.run(plan_changes(host.system, host.project, plan))
        asyncio.run(commit(host.system, host.project, found))
        again = asyncio.run(plan_changes(host.system, host.project, plan))
        assert again.changes == ()
        asyncio.run(undo(host.system))
        assert host.files() == before
