"""Shelf order of call numbers, by vectors that were made by hand."""

from __future__ import annotations

import random
import tomllib
from pathlib import Path
from typing import Any

import pytest

from kiosk.library.collections.call_numbers import BookNumbers, is_readable, shelf_key

VECTORS: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parents[1] / "data" / "callnumbers_clc.toml").read_text(encoding="utf-8")
)["order"]


def key_by(vector: dict[str, Any], call_number: str) -> str:
    return shelf_key(call_number, BookNumbers(vector.get("setting", "book_number = decimal").split(" = ")[1]))


@pytest.mark.parametrize("vector", [one for one in VECTORS if "list" in one], ids=lambda one: one["rule"][:40])
def test_a_shelf_shuffled_and_sorted_is_the_shelf(vector: dict[str, Any]) -> None:
    if "著者号) as whole" in vector["rule"] or "author numbers as whole numbers" in vector["rule"]:
        vector = vector | {"setting": "book_number = integer"}
    shelf: list[str] = vector["list"]
    mixed = random.Random(7).sample(shelf, len(shelf))
    assert sorted(mixed, key=lambda one: key_by(vector, one)) == shelf
    assert len({key_by(vector, one) for one in shelf}) == len(shelf)


def test_width_case_and_blanks_make_no_difference() -> None:
    same = next(one["same"] for one in VECTORS if "same" in one)
    assert len({shelf_key(one) for one in same}) == 1


def test_what_is_no_call_number_comes_last_and_is_not_dropped() -> None:
    bad = next(one["bad"] for one in VECTORS if "bad" in one)
    good = [number for one in VECTORS for number in one.get("list", ())]
    assert not [one for one in bad if is_readable(shelf_key(one))]
    assert not [one for one in good if not is_readable(shelf_key(one))]
    assert max(map(shelf_key, good)) < min(map(shelf_key, bad))
