"""In which order bytes and names reach the disk: a power cut keeps only what was synced.

A killed process keeps the page cache, so the crash tests cannot see this. Here the calls to the
system are written down as they are made, and judged by what a power cut could take back.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.apply.hosts import Host, furnish, in_memory, make_host, whole_plan
from wizard.apply import commit, plan_changes, undo
from wizard.apply.exchange import exchange

Node = tuple[int, int]
"""A file or folder, by device and inode: its name may change."""


@dataclass(frozen=True)
class Event:
    """One call: `write`, `fsync` of a node; `create`, `put`, `remove` of a name in a folder."""

    kind: str
    node: Node
    folder: Node | None = None
    name: str = ""


@dataclass
class Log:
    """The calls of one run, in their order."""

    events: list[Event] = field(default_factory=list)

    def without_fsync(self, wanted: Callable[[Node], bool]) -> Log:
        return Log([e for e in self.events if e.kind != "fsync" or not wanted(e.node)])

    def folders(self) -> set[Node]:
        return {event.folder for event in self.events if event.folder is not None}


def _node(status: os.stat_result) -> Node:
    return status.st_dev, status.st_ino


@contextmanager
def recorded(patch: pytest.MonkeyPatch) -> Iterator[Log]:
    """Write down every call that changes the disk, or brings a change to it."""
    log = Log()
    write, fsync, replace, link = os.write, os.fsync, os.replace, os.link
    unlink, rmdir, mkdir, open_, swap = os.unlink, os.rmdir, os.mkdir, os.open, exchange

    def noted(kind: str, fd: int, name: Any, node: Node | None = None) -> None:
        status = os.stat(name, dir_fd=fd, follow_symlinks=False) if node is None else None
        log.events.append(
            Event(kind, node or _node(status), _node(os.fstat(fd)), str(name))  # type: ignore[arg-type]
        )

    def _write(fd: int, data: Any) -> int:
        log.events.append(Event("write", _node(os.fstat(fd))))
        return write(fd, data)

    def _fsync(fd: int) -> None:
        fsync(fd)
        log.events.append(Event("fsync", _node(os.fstat(fd))))

    def _replace(old: Any, new: Any, *, src_dir_fd: int, dst_dir_fd: int) -> None:
        replace(old, new, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd)
        noted("put", dst_dir_fd, new)

    def _link(old: Any, new: Any, *, src_dir_fd: int, dst_dir_fd: int, **more: Any) -> None:
        link(old, new, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd, **more)
        noted("put", dst_dir_fd, new)

    def _swap(fd: int | None, one: str, other: str) -> bool:
        done = swap(fd, one, other)
        if done and fd is not None:
            noted("put", fd, other)
        return done

    def _unlink(path: Any, *, dir_fd: int | None = None) -> None:
        unlink(path, dir_fd=dir_fd)
        if dir_fd is not None:
            noted("remove", dir_fd, path, (0, 0))

    def _rmdir(path: Any, *, dir_fd: int | None = None) -> None:
        rmdir(path, dir_fd=dir_fd)
        if dir_fd is not None:
            noted("remove", dir_fd, path, (0, 0))

    def _mkdir(path: Any, mode: int = 0o777, *, dir_fd: int | None = None) -> None:
        mkdir(path, mode, dir_fd=dir_fd)
        if dir_fd is not None:
            noted("create", dir_fd, path)

    def _open(path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        opened = open_(path, flags, mode, dir_fd=dir_fd)
        if flags & os.O_CREAT and dir_fd is not None:
            noted("create", dir_fd, path)
        return opened

    with patch.context() as within:
        for call in (_write, _fsync, _replace, _link, _unlink, _rmdir, _mkdir, _open):
            within.setattr(os, call.__name__.removeprefix("_"), call)
        within.setattr("wizard.apply.disk.exchange", _swap)
        yield log


def faults(log: Log) -> list[str]:
    """Return what a power cut could take back that the transaction goes on to rely on."""
    found: list[str] = []
    unsynced: set[Node] = set()
    open_names: dict[Node, set[str]] = {}
    written_down, journals = False, _journals(log)
    for event in log.events:
        if event.kind == "write":
            unsynced.add(event.node)
        elif event.kind == "fsync":
            unsynced.discard(event.node)
            open_names.pop(event.node, None)
        if event.kind == "put" and event.node in unsynced:
            found.append(f"{event.name} is put in place before its bytes are on the disk")
        if event.kind == "put" and event.node in open_names:
            found.append(f"{event.name} is put in place before the names in it are on the disk")
        is_own = event.name.startswith(".gomod-wizard-") or ".kept-" in event.name
        if event.kind == "put" and event.folder in journals:
            waiting = [name for names in open_names.values() for name in names - _DRAFTS]
            if waiting:
                found.append(f"{event.name} tells of names that are not on the disk: {waiting}")
            written_down = True
        elif event.kind in {"put", "remove"} and event.folder not in journals and not is_own:
            is_safe = written_down and not journals & open_names.keys()
            found += [] if is_safe else [f"{event.name} is changed before the journal is written"]
        if event.folder is not None:
            open_names.setdefault(event.folder, set()).add(event.name)
    return [*found, *(f"never on the disk: {names}" for names in open_names.values())]


_DRAFTS = {"state.new"}


def _journals(log: Log) -> set[Node]:
    """Return the folders in which a transaction, or its note, is put."""
    notes = (
        e for e in log.events if e.kind == "put" and (e.name == "state" or e.name[0].isdigit())
    )
    return {event.folder for event in notes if event.folder is not None}


@pytest.fixture(params=["furnished", "bare"])
def runs(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, Log]]:
    """The calls of an apply and of undoing it, on files that stand there and on new ones."""
    with in_memory() as folder:
        host: Host = make_host(folder)
        if request.param == "furnished":
            furnish(host)
        changes = asyncio.run(plan_changes(host.system, host.project, whole_plan(host)))
        with recorded(monkeypatch) as applied:
            asyncio.run(commit(host.system, host.project, changes))
        with recorded(monkeypatch) as undone:
            asyncio.run(undo(host.system))
        asyncio.run(commit(host.system, host.project, changes))
        (host.project / "Dockerfile").write_bytes(b"FROM scratch\n")
        with recorded(monkeypatch) as forced:
            asyncio.run(undo(host.system, force=True))
        yield {"apply": applied, "undo": undone, "undo --force": forced}


def test_nothing_is_relied_on_that_a_power_cut_could_take_back(runs: dict[str, Log]) -> None:
    for name, log in runs.items():
        assert faults(log) == [], name
        assert sum(event.kind == "put" for event in log.events) > 5


def test_a_missing_fsync_of_files_or_of_folders_would_be_seen(runs: dict[str, Log]) -> None:
    for name, log in runs.items():
        folders = log.folders()
        assert faults(log.without_fsync(lambda node: node not in folders)), name  # noqa: B023
        for folder in folders:
            assert faults(log.without_fsync(lambda node: node == folder)), name  # noqa: B023
