"""What stands in the module cache is judged by its bytes, and read by pieces."""

from __future__ import annotations

import errno
import hashlib
import os
import random
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.apply.faults import FailingDisk
from tests.export.conftest import files, lay
from tests.servers.module import QUOTE, SHOUT, Module
from wizard.apply.exporting import MANIFEST, ExportTree, TreeFile
from wizard.errors import ForbiddenError, UnsafeError
from wizard.export.asking import Asked, Named
from wizard.export.checking import Hashes, check_module
from wizard.export.tree import file_name, info_text, list_text, versions_in


def _named(module: Module) -> Named:
    canary = module.canary
    return Named(
        path=module.path,
        version=module.version,
        zip_hash=canary.zip_hash,
        mod_hash=canary.mod_hash,
    )


def _asked(cache: Path, *modules: Module) -> Asked:
    known = {(one.path, one.version): _named(one) for one in modules}
    return Asked(program="go", cache=cache, modules=known)


def _checked(cache: Path, module: Module) -> list[TreeFile]:
    lay(cache, module)
    return list(check_module(cache, _named(module), Hashes(_asked(cache, module))).files)


def test_an_edited_go_mod_is_refused(tmp_path: Path) -> None:
    lay(tmp_path, QUOTE)
    (tmp_path / f"{QUOTE.wire[1:]}.mod").write_bytes(QUOTE.mod + b"// edited\n")
    with pytest.raises(UnsafeError):
        check_module(tmp_path, _named(QUOTE), Hashes(_asked(tmp_path, QUOTE)))


@pytest.mark.parametrize("suffix", ["zip", "mod", "info"])
def test_a_pipe_in_the_place_of_a_file_is_no_trap(tmp_path: Path, suffix: str) -> None:
    lay(tmp_path, QUOTE)
    path = tmp_path / f"{QUOTE.wire[1:]}.{suffix}"
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(ForbiddenError):
        check_module(tmp_path, _named(QUOTE), Hashes(_asked(tmp_path, QUOTE)))


def test_a_link_to_another_file_is_judged_by_its_bytes(tmp_path: Path) -> None:
    lay(tmp_path, QUOTE)
    path = tmp_path / f"{QUOTE.wire[1:]}.zip"
    path.unlink()
    path.symlink_to("/etc/hostname")
    with pytest.raises(UnsafeError):
        check_module(tmp_path, _named(QUOTE), Hashes(_asked(tmp_path, QUOTE)))


def test_a_large_zip_is_never_held_in_memory(tmp_path: Path) -> None:
    noise = random.Random(1).randbytes(24 << 20).decode("latin-1")
    large = Module("example.test/large", "v1.0.0", {"data.txt": noise})
    lay(tmp_path / "cache", large)
    named, hashes = _named(large), Hashes(_asked(tmp_path / "cache", large))
    size = len(large.zip)
    tracemalloc.start()
    try:
        checked = check_module(tmp_path / "cache", named, hashes)
        tree = ExportTree(tmp_path / "tree")
        tree.pending(checked.files)
        tree.write(checked.files)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < size / 3


def test_a_source_that_changes_while_it_is_copied_is_not_written(tmp_path: Path) -> None:
    found = _checked(tmp_path / "cache", QUOTE)
    tree = ExportTree(tmp_path / "tree")
    tree.pending(found)
    source = next(one.source for one in found if one.source)
    source.write_bytes(b"other")
    with pytest.raises(UnsafeError):
        tree.write(found)
    assert not [name for name in files(tmp_path / "tree") if name.endswith((".zip", "-new"))]


def test_another_run_that_writes_there_is_not_disturbed(tmp_path: Path) -> None:
    one, other = ExportTree(tmp_path / "tree"), ExportTree(tmp_path / "tree")
    first, second = _checked(tmp_path / "cache", QUOTE), _checked(tmp_path / "cache", SHOUT)
    one.pending(first)
    other.pending(second)
    one.write(first)
    with pytest.raises(ForbiddenError):
        other.write(second)


def _update(versions: tuple[str, ...]) -> TreeFile:
    data = list_text(versions)
    return TreeFile(
        name=f"{QUOTE.path}/@v/list",
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        source=None,
        data=data,
    )


def _without_manifest(folder: Path) -> dict[str, bytes]:
    return {name: data for name, data in files(folder).items() if name != MANIFEST}


@pytest.mark.parametrize("at", range(1, 40))
def test_after_a_failure_at_any_point_the_next_run_is_whole(tmp_path: Path, at: int) -> None:
    folder = tmp_path / "tree"
    before, after = [_update(("v1.5.2",))], [*_checked(tmp_path / "cache", SHOUT)]
    after.append(_update(("v1.5.2", "v1.6.0")))
    tree = ExportTree(folder)
    tree.pending(before)
    tree.write(before)
    failing = ExportTree(folder, disk=FailingDisk(at, errno.EIO))
    failing.pending(after)
    stood = _without_manifest(folder)
    try:
        failing.write(after)
    except ForbiddenError as error:
        assert not any(name.endswith("-new") for name in files(folder)), "half a file stays"
        if "everything is as it was" in str(error.message):
            assert _without_manifest(folder) == stood
    last = ExportTree(folder)
    pending = last.pending(after)
    last.write([one for one in after if one.name in pending])
    there = {name for name in files(folder) if not name.endswith("-new")}
    assert there == {MANIFEST, *(one.name for one in after)}
    assert (folder / QUOTE.path / "@v" / "list").read_text() == "v1.5.2\nv1.6.0\n"


_paths = st.from_regex(r"[a-z]{1,5}\.example(/[A-Za-z][A-Za-z0-9_]{0,6}){1,3}", fullmatch=True)
_versions = st.from_regex(r"v1\.[0-9]\.[1-9](-[A-Z]{1,3}[1-9])?", fullmatch=True)


@given(path=_paths, version=_versions)
def test_a_name_in_the_tree_says_whose_it_is(path: str, version: str) -> None:
    name = file_name(path, version, "zip")
    assert name == name.lower()
    assert versions_in((name, f"{name}.ziphash", name.replace("@v", "@w"))) == {path: {version}}


@given(data=st.binary(max_size=200))
def test_no_bytes_make_an_info_of_another_version(data: bytes) -> None:
    assert info_text(data, "v1.0.0") is None or b'"v1.0.0"' in data


def test_the_list_is_in_the_order_of_versions() -> None:
    said = list_text(("v1.10.0", "v1.9.0", "v1.9.0-rc1", "v0.0.0-20240102030405-abcdefabcdef"))
    assert said == b"v1.9.0-rc1\nv1.9.0\nv1.10.0\n"
