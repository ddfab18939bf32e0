"""The same five books with every maker's pad in the kiosk: nothing but the name of the driver changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.demo.scenario import PadMake
from tests.scenarios.conftest import SCENARIOS, played

STACKS = [make for make in PadMake if make not in (PadMake.FEIG, PadMake.PCSC)]
"""FEIG plays every scenario; a desk reader has room for one book."""


@pytest.mark.parametrize("make", STACKS, ids=lambda make: make.value)
def test_five_books_are_borrowed(make: PadMake, tmp_path: Path) -> None:
    story = (SCENARIOS / "patron" / "five_books.scenario.toml").read_text(encoding="utf-8")
    scenario = tmp_path / "five_books.toml"
    scenario.write_text(
        f'{story.partition("[[step]]")[0]}\n[setting]\npad = "{make.value}"\n[[step]]{story.partition("[[step]]")[2]}'
    )
    told = played(scenario, tmp_path / "kept")
    assert told.failures() == []
    assert told.code == 0


def test_a_desk_reader_lends_and_takes_back_one_book(tmp_path: Path) -> None:
    scenario = tmp_path / "desk.toml"
    scenario.write_text(
        """
name = "A desk reader"

[setting]
pad = "pcsc"

[[step]]
do = "tap-card"
card = "wei"
expect = { screen = "home" }

[[step]]
do = "lay-down"
books = ["35555000012346"]
expect = { screen = "borrow", items = [{ book = "35555000012346", state = "done" }] }

[[step]]
do = "touch"
id = "borrow.done"
expect = { screen = "receipt" }

[[step]]
do = "touch"
id = "receipt.none"
expect = { screen = "attract" }

[[step]]
do = "take-away"
books = ["35555000012346"]

[[step]]
do = "lay-down"
books = ["35555000012346"]
expect = { screen = "return", items = [{ book = "35555000012346", state = "done" }] }

[expect]
loans = []
afi = [{ book = "35555000012346", afi = 0x07 }]
exceptions = 0
"""
    )
    told = played(scenario, tmp_path / "kept")
    assert told.failures() == []
    assert told.code == 0
