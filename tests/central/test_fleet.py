"""Two hundred kiosks at once over a line that loses messages: each fact once, in its kiosk's order."""

from __future__ import annotations

import pytest

from kiosk.central.store import open_store
from tests.performance.fleet_load import check, fill, run


def test_two_hundred_kiosks_lose_and_double_nothing(url: str) -> None:
    engine = open_store(url)
    fill(engine, 200 * 10)
    found = run(engine, 200, 10)
    assert found.facts == 2_000
    assert found.lost > 0, "the line was to lose something"
    assert found.again > 0
    engine.dispose()


def test_a_fact_that_is_missing_is_found(url: str) -> None:
    """The look at the ledger must be able to fail."""
    engine = open_store(url)
    fill(engine, 20)
    run(engine, 2, 10)
    with pytest.raises(AssertionError):
        check(engine, 2, 11)
    engine.dispose()
