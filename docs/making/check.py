"""Look through the built site: every inner link leads somewhere, nothing is loaded from elsewhere.

python -m docs.making.check FOLDER
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

_LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src"}


class _Page(HTMLParser):
    """The ids, links and loads of one page."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.ids.update(values[name] for name in ("id", "name") if name in values)
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        elif tag == "link" and values.get("rel") != "canonical" and "href" in values:
            self.loads.append(values["href"])
        elif tag in _LOADED and _LOADED[tag] in values:
            self.loads.append(values[_LOADED[tag]])


def problems(folder: Path) -> Iterator[str]:
    """Yield what is wrong with the site in `folder`, one sentence each."""
    pages = {path: _read(path) for path in sorted(folder.rglob("*.html"))}
    if not pages:
        yield f"{folder} holds no page"
    for path, page in pages.items():
        shown = path.relative_to(folder)
        if shown.name == "404.html":
            continue  # its links start at the site's root, which is not known here
        for load in page.loads:
            if urlsplit(load).netloc:
                yield f"{shown} loads {load}"
        for link in (*page.links, *page.loads):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            to = (path.parent / unquote(parts.path)).resolve() if parts.path else path.resolve()
            if to.is_dir():
                to = to / "index.html"
            if not to.is_file():
                yield f"{shown} leads to {link}, which is not there"
            elif parts.fragment and to in pages and unquote(parts.fragment) not in pages[to].ids:
                yield f"{shown} leads to {link}, which has no such place"


def _read(path: Path) -> _Page:
    page = _Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def main(folder: str) -> int:
    """Print every problem; returns 1 where there is one."""
    found = list(problems(Path(folder).resolve()))
    for one in found:
        print(one, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
