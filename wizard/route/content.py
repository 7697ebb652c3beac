"""What Go looks at in an answer of 200: a login page fails here, not at its status."""

from __future__ import annotations

import json

from wizard.route.types import Got
from wizard.route.versions import canonical
from wizard.rules.dirhash import BadModuleZip, hash_mod, hash_zip
from wizard.rules.gomod import GoModError, parse_gomod
from wizard.text import Text, msg

_ZIP_START = b"PK\x03\x04"


def version_of(body: bytes | None) -> str | None:
    """Return the version that an `.info` names, or None."""
    try:
        version = json.loads(body or b"")["Version"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return version if isinstance(version, str) and canonical(version) else None


def info_problem(body: bytes, version: str | None) -> Text | None:
    """Return why Go would not take `body` as the `.info` of `version`."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return msg("it is no .info but a page, or another wrong body")
    if not isinstance(said, dict) or said.get("Version") != version:
        return msg("it is the .info of another version")
    return None


def bytes_problem(
    file: str, got: Got, known: str | None, path: str, version: str
) -> tuple[str, Text] | None:
    """Return the reason and the sentence where bytes are not what go.sum knows, or no zip.

    What came in part only is not compared.
    """
    if got.body is None:
        return None
    if file == "zip" and not got.body.startswith(_ZIP_START):
        return "not-a-module-proxy", msg("it is no zip file: a page, or another wrong body")
    if known is None or not got.whole:
        return None
    try:
        seen = hash_mod(got.body) if file == "mod" else hash_zip(got.body, path, version)
    except BadModuleZip as error:
        return "not-a-module-proxy", msg("{why}", why=str(error))
    if seen != known:
        return "hash-mismatch", msg("the bytes are not those that go.sum knows")
    return None


def mod_problem(body: bytes, path: str | None) -> Text:
    """Return why Go would not take `body` as a go.mod; `path` None: it may declare any."""
    try:
        declared = parse_gomod(body.decode("utf-8", "replace")).module
    except GoModError as error:
        return msg("it is no go.mod: {why}", why=str(error))
    if path is not None and declared != path:
        return msg("it declares another path, {path}", path=declared)
    return ""
