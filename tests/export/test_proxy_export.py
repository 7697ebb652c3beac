"""`proxy-export` with the real go: what it writes serves another go, and nothing slips in."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import jsonschema
import pytest

from tests.export.conftest import (
    MODULES,
    OLD,
    PRIVATE,
    Export,
    Place,
    ask,
    download,
    files,
    lay,
    read_objects,
    sums,
)
from tests.servers.module import QUOTE, SHOUT, Module

SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "proxy-export.schema.json"

pytestmark = pytest.mark.go


class _Quiet(SimpleHTTPRequestHandler):
    asked: list[str]

    def log_message(self, *_: object) -> None:
        self.asked.append(self.path)


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Serve a folder as `python3 -m http.server` does; yields its URL and what was asked."""
    asked: list[str] = []
    handler = type("Handler", (_Quiet,), {"asked": asked})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_real_go_downloads_everything_from_a_plain_web_server(
    place: Place, export: Export, tree: Path, tmp_path: Path
) -> None:
    told = export("--private", "--json")
    assert told.code == 0, told.err
    settings = told.json["next"]["settings"]
    with served(tree) as (url, asked):
        done = download(place, tmp_path / "other", **{**settings, "GOPROXY": url})
    assert done.returncode == 0, done.stderr
    assert {m["Path"] for m in read_objects(done.stdout)} == {m.path for m in MODULES}
    assert not any("sumdb" in path for path in asked), "go.sum is complete"


def test_a_real_go_reads_the_folder_without_a_server(
    place: Place, export: Export, tmp_path: Path
) -> None:
    told = export("--private", "--json")
    assert told.code == 0, told.err
    done = download(
        place, tmp_path / "other", GOPROXY=told.json["next"]["file"], GONOSUMDB=PRIVATE.path
    )
    assert done.returncode == 0, done.stdout


def test_a_real_go_finds_the_latest_version(
    place: Place, export: Export, tree: Path, tmp_path: Path
) -> None:
    assert export().code == 0
    with served(tree) as (url, _):
        done = ask(place, tmp_path / "other", "list", "-m", "-json", f"{QUOTE.path}@latest",
                   GOPROXY=url)  # fmt: skip
    assert json.loads(done.stdout)["Version"] == QUOTE.version, done.stderr


def test_private_modules_are_left_out_and_named(export: Export, tree: Path) -> None:
    told = export("--json")
    assert told.code == 0, told.err
    assert told.json["left_out"] == [f"{PRIVATE.path}@{PRIVATE.version}"]
    assert told.json["private"] == []
    there = files(tree)
    assert not [name for name in there if "corp" in name]
    assert not [name for name, data in there.items() if b"corp.example" in data]


def test_what_a_tree_holds_of_private_modules_is_said_at_every_run(export: Export) -> None:
    assert export("--private").code == 0
    again = export("--json")
    assert again.json["private"] == [f"{PRIVATE.path}@{PRIVATE.version}"]


def test_the_same_again_writes_nothing(export: Export, tree: Path) -> None:
    assert export().code == 0
    before = {path: path.stat().st_mtime_ns for path in tree.rglob("*")}
    again = export("--json")
    assert again.json["changes"] == []
    assert {path: path.stat().st_mtime_ns for path in tree.rglob("*")} == before


def _newer(place: Place) -> Module:
    newer = Module(QUOTE.path, "v1.6.0")
    lay(place.upstream, newer)
    for name in ("go.mod", "go.sum"):
        path = place.project / name
        path.write_text(path.read_text().replace(QUOTE.version, newer.version))
    text = (place.project / "go.sum").read_text().splitlines(keepends=True)
    kept = "".join(line for line in text if not line.startswith(QUOTE.path))
    (place.project / "go.sum").write_text(kept + sums((newer,)))
    return newer


def test_a_tree_grows_by_what_is_new(place: Place, export: Export, tree: Path) -> None:
    assert export().code == 0
    newer = _newer(place)
    told = export("--json")
    assert told.code == 0, told.err
    names = {Path(change["path"]).name for change in told.json["changes"]}
    assert names == {"v1.6.0.mod", "v1.6.0.zip", "v1.6.0.info", "list", "@latest"}
    folder = tree / QUOTE.path
    assert (folder / "@v" / "list").read_text() == f"{QUOTE.version}\n{newer.version}\n"
    assert json.loads((folder / "@latest").read_text())["Version"] == newer.version


def test_the_go_sum_of_every_module_of_a_workspace_counts(place: Place, export: Export) -> None:
    for name, module in (("a", QUOTE), ("b", SHOUT)):
        folder = place.project / name
        folder.mkdir()
        (folder / "go.mod").write_text(
            f"module example.org/{name}\n\ngo 1.21\n\nrequire {module.path} {module.version}\n"
        )
        (folder / "go.sum").write_text(sums((module,)))
    (place.project / "go.mod").unlink()
    (place.project / "go.sum").unlink()
    (place.project / "go.work").write_text("go 1.21\n\nuse (\n\t./a\n\t./b\n)\n")
    told = export("--json", GOFLAGS="")
    assert told.code == 0, told.err
    assert [one["module"] for one in told.json["modules"]] == [SHOUT.path, QUOTE.path]
    assert {one["checked_by"] for one in told.json["modules"]} == {"go.sum"}


def test_a_named_module_is_checked_by_go_sum_too(place: Place, export: Export) -> None:
    assert export().code == 0
    place.cached(SHOUT, "zip").write_bytes(
        Module(SHOUT.path, SHOUT.version, {"a.go": "package evil\n"}).zip
    )
    assert export(f"{SHOUT.path}@{SHOUT.version}").code == 4


def test_what_only_the_module_graph_needs_comes_too(
    place: Place, export: Export, tree: Path, tmp_path: Path
) -> None:
    class Requiring(Module):
        @property
        def mod(self) -> bytes:
            return f"module {self.path}\n\nrequire {OLD.path} {OLD.version}\n".encode()

    needs, new = Requiring("example.test/needs", "v1.0.0"), Module(OLD.path, "v0.2.0")
    for module in (needs, new, OLD):
        lay(place.upstream, module)
    (place.project / "go.mod").write_text(
        f"module example.org/app\n\ngo 1.16\n\nrequire (\n\t{needs.path} {needs.version}\n"
        f"\t{new.path} {new.version}\n)\n"
    )
    graph = f"{OLD.path} {OLD.version}/go.mod {OLD.canary.mod_hash}\n"
    (place.project / "go.sum").write_text(sums((needs, new)) + graph)
    assert export().code == 0
    folder = tree / OLD.path / "@v"
    assert (folder / "v0.1.0.mod").read_bytes() == OLD.mod
    assert not (folder / "v0.1.0.zip").exists()
    assert (folder / "list").read_text() == "v0.2.0\n"
    with served(tree) as (url, _):
        done = download(place, tmp_path / "other", GOPROXY=url)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_zip_that_is_not_what_go_sum_says_is_refused_before_anything_is_written(
    place: Place, export: Export, tree: Path
) -> None:
    assert export().code == 0
    place.cached(SHOUT, "zip").write_bytes(
        Module(SHOUT.path, SHOUT.version, {"a.go": "package evil\n"}).zip
    )
    (tree / QUOTE.path / "@v" / "list").unlink()
    before = files(tree)
    told = export()
    assert told.code == 4
    assert f"{SHOUT.path}@{SHOUT.version}" in told.err
    assert "go.sum" in told.err
    assert files(tree) == before


def test_what_go_itself_refuses_by_its_hash_is_refused_as_unsafe(
    place: Place, export: Export, tree: Path
) -> None:
    go_sum = place.project / "go.sum"
    go_sum.write_text(go_sum.read_text().replace(QUOTE.canary.zip_hash, "h1:" + "A" * 43 + "="))
    told = export("--json")
    assert told.code == 4, told.err
    assert "not those that were recorded" in told.json["error"]["message"]
    assert not tree.exists()


def test_a_folder_that_cannot_be_is_refused_in_words(export: Export, tmp_path: Path) -> None:
    told = export("--json", "--out", str(tmp_path / ("a" * 300)))
    assert told.code == 3, told.err
    assert "longer than" in told.json["error"]["message"]


@pytest.mark.parametrize("left", ["nothing", "a pipe"])
def test_a_tree_that_lost_its_newest_info_does_not_stop_a_run(
    place: Place, export: Export, tree: Path, left: str
) -> None:
    newer = Module(QUOTE.path, "v1.9.0")
    lay(place.upstream, newer)
    (place.project / "go.sum").write_text(sums((*MODULES, newer)))
    assert export(f"{newer.path}@{newer.version}").code == 0
    info = tree / f"{newer.wire[1:]}.info"
    info.unlink()
    if left == "a pipe":
        os.mkfifo(info)
    told = export(f"{QUOTE.path}@{QUOTE.version}", "--json")
    assert told.code == (0 if left == "nothing" else 3), told.err
    assert json.loads(told.out)["schema"].startswith("gomod-wizard/proxy-export/")


def test_another_file_in_the_place_of_one_is_refused(export: Export, tree: Path) -> None:
    foreign = tree / QUOTE.path / "@v" / f"{QUOTE.version}.zip"
    foreign.parent.mkdir(parents=True)
    foreign.write_bytes(b"somebody's")
    told = export("--json")
    assert told.code == 4
    assert told.json["error"]["where"] == str(foreign)
    assert files(tree) == {str(foreign.relative_to(tree)): b"somebody's"}


def test_an_edited_file_of_the_tree_is_refused(export: Export, tree: Path) -> None:
    assert export().code == 0
    (tree / QUOTE.path / "@latest").write_text("{}")
    assert export().code == 4


def test_a_link_in_the_tree_leads_nowhere(export: Export, tree: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    tree.mkdir()
    (tree / "example.test").symlink_to(outside)
    assert export().code == 3
    assert files(outside) == {}


def test_a_dry_run_fetches_and_writes_nothing(place: Place, export: Export, tree: Path) -> None:
    told = export("--dry-run", "--json")
    assert told.code == 0, told.err
    assert set(told.json["missing"]) == {f"{m.path}@{m.version}" for m in (QUOTE, SHOUT)}
    assert not tree.exists()
    assert not list(place.cache.rglob("*.zip"))


def test_modules_are_taken_by_name(place: Place, export: Export, tree: Path) -> None:
    told = export(f"{SHOUT.path}@{SHOUT.version}", f"{PRIVATE.path}@{PRIVATE.version}", "--json")
    assert told.code == 0, told.err
    assert [one["module"] for one in told.json["modules"]] == [SHOUT.path]
    assert told.json["left_out"] == [f"{PRIVATE.path}@{PRIVATE.version}"]
    assert not (place.cache / PRIVATE.path).exists(), "nobody was asked for it"


def test_without_a_line_in_go_sum_it_is_said_who_checked(place: Place, export: Export) -> None:
    (place.project / "go.sum").unlink()
    told = export("--private", "--json", GONOSUMDB="example.test,git.corp.example")
    assert told.code == 0, told.err
    assert [one["checked_by"] for one in told.json["modules"]] == ["go", "go", "go"]
    assert not (place.project / "go.sum").exists()


def test_the_info_says_nothing_of_where_a_module_came_from(
    place: Place, export: Export, tree: Path
) -> None:
    assert export().code == 0
    path = place.cached(QUOTE, "info")
    path.write_text(json.dumps({
        "Version": QUOTE.version, "Time": "2024-01-02T03:04:05Z",
        "Origin": {"VCS": "git", "URL": "https://token@git.corp.example/quote"},
    }))  # fmt: skip
    assert export().code == 0
    served_info = json.loads((tree / QUOTE.path / "@v" / f"{QUOTE.version}.info").read_text())
    assert served_info == {"Version": QUOTE.version, "Time": "2024-01-02T03:04:05Z"}


@pytest.mark.parametrize(
    "word", ["-x", "quote", "example.test/quote@-x", "example.test/../x@v1.0.0", "a b@v1.0.0"]
)
def test_a_word_that_is_no_module_is_refused(export: Export, word: str) -> None:
    told = export("--", word)
    assert told.code == 2
    assert "MODULE@VERSION" in told.err


def test_a_folder_in_the_module_cache_is_refused(place: Place, export: Export) -> None:
    out = place.home / "go" / "pkg" / "mod" / "x"
    told = export("--out", str(out))
    assert told.code == 2
    assert not out.exists()


def test_what_the_mirror_does_not_have_ends_with_no(
    place: Place, export: Export, tree: Path
) -> None:
    for path in (place.upstream / QUOTE.path / "@v").iterdir():
        path.unlink()
    told = export()
    assert told.code == 1
    assert QUOTE.path in told.err
    assert not tree.exists()


def test_without_go_it_is_said(place: Place, export: Export) -> None:
    told = export(PATH="/nowhere")
    assert told.code == 3
    assert "no go on PATH" in told.err


def test_patterns_of_gos_own_count_whatever_the_plan_says(export: Export, tree: Path) -> None:
    told = export("--set", "goprivate=other.example", "--json")
    assert told.code == 0, told.err
    assert told.json["left_out"] == [f"{PRIVATE.path}@{PRIVATE.version}"]


@pytest.mark.parametrize("words", [(), ("--private",), ("--dry-run",), ("nonsense",)], ids=str)
def test_its_document_fits_its_schema(export: Export, words: tuple[str, ...]) -> None:
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(
        export("--json", *words).json
    )
