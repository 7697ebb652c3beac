"""No bytes from outside make a parser or a merge raise anything but what it documents."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS
from tests.fuzz.words import WORDS

BYTES = st.one_of(
    st.lists(st.sampled_from(WORDS), max_size=25).map(lambda words: "".join(words).encode()),
    st.text(max_size=120).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.binary(max_size=200),
)


@pytest.mark.parametrize("name", TARGETS)
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=BYTES)
def test_only_documented_exceptions(name: str, data: bytes) -> None:
    TARGETS[name](data)
