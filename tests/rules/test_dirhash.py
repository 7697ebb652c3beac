"""Module zips from nobody in particular: hashed without harm, or refused."""

from __future__ import annotations

import io
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.servers import QUOTE, Module
from wizard.rules.dirhash import BadModuleZip, hash_mod, hash_zip

PREFIX = f"{QUOTE.path}@{QUOTE.version}/"


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


@given(
    files=st.dictionaries(
        st.text(alphabet="abcXYZ0_-", min_size=1, max_size=8).map(lambda n: f"{n}.go"),
        st.text(max_size=40),
        min_size=1,
        max_size=5,
    )
)
def test_the_hash_is_that_of_the_names_and_bytes(files: dict[str, str]) -> None:
    module = Module("example.test/m", "v1.0.0", files)
    assert hash_zip(module.zip, module.path, module.version) == module.canary.zip_hash


def test_order_and_compression_do_not_count() -> None:
    other = zipped(dict(reversed(QUOTE.content.items())), zipfile.ZIP_STORED)
    assert hash_zip(other, QUOTE.path, QUOTE.version) == QUOTE.canary.zip_hash


def test_a_known_go_mod_has_its_public_hash() -> None:
    # rsc.io/quote v1.5.2, as its repository and every go.sum have it.
    mod = b'module "rsc.io/quote"\n\nrequire "rsc.io/sampler" v1.3.0\n'
    assert hash_mod(mod) == "h1:LzX7hefJvL54yjefDEDHNONDjII0t9xZLPXsUe+TKr0="


@pytest.mark.parametrize(
    "name",
    ["go.mod", "other@v1.0.0/go.mod", f"{PREFIX}../x", f"{PREFIX}a/../../x", f"{PREFIX}dir/",
     f"{PREFIX}/abs", f"{PREFIX}a\\b", f"{PREFIX}a\nb", PREFIX],
)  # fmt: skip
def test_a_name_outside_of_the_module_is_refused(name: str) -> None:
    with pytest.raises(BadModuleZip):
        hash_zip(zipped({name: b"x"}), QUOTE.path, QUOTE.version)


def test_a_zip_bomb_is_left_before_it_unpacks() -> None:
    bomb = zipped({f"{PREFIX}zeros": b"\0" * (4 << 20)})
    assert len(bomb) < 10_000
    with pytest.raises(BadModuleZip, match="too much"):
        hash_zip(bomb, QUOTE.path, QUOTE.version, max_unpacked=1 << 20)


def test_a_size_that_the_archive_lies_about_is_found_out() -> None:
    data = bytearray(zipped({f"{PREFIX}zeros": b"\0" * 100_000}))
    central = data.rindex(b"PK\x01\x02")
    data[central + 24 : central + 28] = (10).to_bytes(4, "little")
    try:
        found = hash_zip(bytes(data), QUOTE.path, QUOTE.version)
    except BadModuleZip:
        return
    assert found != QUOTE.canary.zip_hash


@given(st.binary(max_size=200))
def test_bytes_that_are_no_zip_are_refused_and_nothing_worse(data: bytes) -> None:
    with pytest.raises(BadModuleZip):
        hash_zip(b"PK\x03\x04" + data, QUOTE.path, QUOTE.version)


@given(at=st.integers(0, len(QUOTE.zip) - 1), bit=st.integers(0, 7))
def test_a_flipped_bit_is_refused_or_changes_nothing_that_counts(at: int, bit: int) -> None:
    data = bytearray(QUOTE.zip)
    data[at] ^= 1 << bit
    try:
        found = hash_zip(bytes(data), QUOTE.path, QUOTE.version)
    except BadModuleZip:
        return
    if found == QUOTE.canary.zip_hash:
        with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
            assert {n: zlib.crc32(archive.read(n)) for n in archive.namelist()} == {
                n: zlib.crc32(d) for n, d in QUOTE.content.items()
            }
