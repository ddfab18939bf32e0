"""Each target takes what the fuzzer begins with and what it once found, and a little chance; `make fuzz` goes on."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.corpus import seeds
from tests.fuzz.targets import TARGETS

SLOW = frozenset({"toml-kiosk", "toml-central", "toml-gate", "toml-scenario", "csv"})
EXAMPLES, FEW = 30, 10


def test_every_parser_that_meets_bytes_from_outside_is_a_target() -> None:
    assert len(TARGETS) >= 30


@pytest.mark.parametrize("name", TARGETS)
def test_what_is_kept_is_taken_or_refused(name: str) -> None:
    for seed in seeds(name):
        TARGETS[name](seed)


@pytest.mark.parametrize("name", TARGETS)
def test_any_bytes_are_taken_or_refused(name: str) -> None:
    @settings(max_examples=FEW if name in SLOW else EXAMPLES, deadline=None, database=None)
    @given(st.one_of(st.binary(max_size=200), st.sampled_from(seeds(name) or [b""]).flatmap(_changed)))
    def take(data: bytes) -> None:
        TARGETS[name](data)

    take()


def _changed(seed: bytes) -> st.SearchStrategy[bytes]:
    """With a piece of it exchanged."""
    places = st.integers(0, len(seed))
    return st.builds(
        lambda a, b, new: seed[: min(a, b)] + new + seed[max(a, b) :], places, places, st.binary(max_size=8)
    )
