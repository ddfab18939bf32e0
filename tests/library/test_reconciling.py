"""What a stock-taking finds, on shelves where what is wrong is known."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.library.collections.reconciling import OUTCOMES, Absent, Expected, Found, Report, Sighting, reconcile
from kiosk.library.collections.shelf_order import distances, longest_run

IN_STOCK = 0x07


def shelf(count: int) -> list[Expected]:
    return [Expected(f"B{number:04d}") for number in range(count)]


def passes(items: Sequence[str], *, place: str = "1-A", sweep: int = 1, wand: str = "wand-1") -> list[Sighting]:
    return [Sighting(wand, place, sweep, item) for item in items]


def twice(items: Sequence[str], place: str = "1-A") -> list[Sighting]:
    return passes(items, place=place) + passes(items, place=place, sweep=2)


def looks(expected: Sequence[Expected], sightings: Sequence[Sighting]) -> Report:
    return reconcile(expected, sightings, frozenset(one.item for one in sightings if one.item), IN_STOCK)


def told(report: Report) -> list[tuple[Found, str]]:
    return [(one.kind, one.item or one.uid or one.place) for one in report.findings]


def numbers(expected: Sequence[Expected]) -> list[str]:
    return [one.item for one in expected]


def test_a_shelf_in_order_has_nothing_to_say() -> None:
    report = looks(shelf(100), twice(numbers(shelf(100))))
    assert (told(report), report.expected, report.seen, report.small_swaps) == ([], 100, 100, 0)


def test_a_book_on_the_wrong_shelf_is_told_with_where_it_stands() -> None:
    order = numbers(shelf(100))
    order.insert(80, order.pop(10))
    assert [(one.kind, one.item, one.place) for one in looks(shelf(100), twice(order)).findings] == [
        (Found.MISPLACED, "B0010", "1-A")
    ]


def test_neighbours_that_changed_places_are_only_counted() -> None:
    order = numbers(shelf(100))
    order[40], order[41] = order[41], order[40]
    report = looks(shelf(100), twice(order))
    assert (told(report), report.small_swaps) == ([], 1)


def test_shelves_are_put_in_order_whoever_passed_them_first_and_from_which_end() -> None:
    left, right = numbers(shelf(200))[:100], numbers(shelf(200))[100:]
    seen = passes(right[::-1], place="2-B", wand="wand-2") + passes(left, place="1-A")
    seen += passes(left[::-1], place="1-A", sweep=2) + passes(right, place="2-B", sweep=2, wand="wand-2")
    assert told(looks(shelf(200), seen)) == []


def test_not_seen_once_is_not_missing_but_passed_again() -> None:
    order = numbers(shelf(100))
    del order[50]
    assert told(looks(shelf(100), passes(order))) == [(Found.PASS_AGAIN, "1-A")]
    assert told(looks(shelf(100), twice(order))) == [(Found.NOT_SEEN, "B0050")]


def test_a_shelf_that_was_read_badly_names_no_books() -> None:
    report = looks(shelf(100), twice(numbers(shelf(100))[::2]))
    assert [(one.kind, one.place) for one in report.findings] == [(Found.PASS_AGAIN, "1-A")]
    assert report.findings[0].detail in ("50", "51"), "its read rate is told"


def test_nothing_seen_at_all_is_one_finding_and_not_a_thousand() -> None:
    assert told(looks(shelf(1_000), [])) == [(Found.PASS_AGAIN, "")]


def test_a_lent_copy_that_stands_there_is_told_and_a_lent_one_that_does_not_is_as_it_should_be() -> None:
    expected = shelf(50)
    expected[10] = Expected("B0010", Absent.LENT)
    expected[20] = Expected("B0020", Absent.LENT)
    order = numbers(expected)
    order.remove("B0020")
    report = looks(expected, twice(order))
    assert [(one.kind, one.item, one.detail) for one in report.findings] == [(Found.SEEN_ABSENT, "B0010", "lent")]
    assert (report.expected, report.seen) == (48, 48)


def test_strangers_are_told_apart() -> None:
    order = numbers(shelf(50))
    seen = [*twice([*order, "other-branch", "nobodys"]), Sighting("wand-1", "1-A", 1, "", "E0040001")]
    report = reconcile(shelf(50), seen, frozenset([*order, "other-branch"]), IN_STOCK)
    assert set(told(report)) == {
        (Found.NOT_HERE, "other-branch"),
        (Found.NOT_IN_CATALOGUE, "nobodys"),
        (Found.UNKNOWN_TAG, "E0040001"),
    }


def test_a_copy_that_would_not_ring_at_the_gate_is_told_by_its_last_reading() -> None:
    seen = twice(numbers(shelf(20)))
    seen += [Sighting("wand-1", "1-A", 2, "B0003", afi=0xC2), Sighting("wand-1", "1-A", 2, "B0004", afi=0xC2)]
    seen += [Sighting("wand-1", "1-A", 3, "B0004", afi=IN_STOCK)]
    report = looks(shelf(20), seen)
    assert [(one.kind, one.item, one.detail) for one in report.findings] == [(Found.WRONG_SECURITY, "B0003", "C2")]


def test_a_wand_that_sees_the_next_room_moves_no_book() -> None:
    left, right = numbers(shelf(200))[:100], numbers(shelf(200))[100:]
    through_the_wall = [*left[:50], *right[60:65], *left[50:]]
    seen = twice(right, "2-B") + twice(through_the_wall)
    assert told(looks(shelf(200), seen)) == []


def read_by_a_wand(order: Sequence[str], noise: float, chance: random.Random) -> list[str]:
    """As a wand tells a shelf: some tags not at all, the others by and large in their order."""
    read = [(number + chance.gauss(0, noise), item) for number, item in enumerate(order) if chance.random() < 0.95]
    return [item for _, item in sorted(read)]


@pytest.mark.parametrize("noise", [0, 1, 3, 5])
def test_books_far_from_home_are_found_through_a_wands_noise(noise: float) -> None:
    """20 shelves of 1,000 books, two in a hundred more than 30 places from home, 95 of 100 read, two sweeps."""
    chance = random.Random(2026)
    right = wrong = moved_in_all = 0
    for _ in range(20):
        order, moved = numbers(shelf(1_000)), set[str]()
        for item in chance.sample(order, 20):
            at = order.index(item)
            to = chance.choice([number for number in range(1_000) if abs(number - at) > 30])
            order.insert(to, order.pop(at))
            moved.add(item)
        seen = passes(read_by_a_wand(order, noise, chance)) + passes(read_by_a_wand(order, noise, chance), sweep=2)
        found = {one.item for one in looks(shelf(1_000), seen).findings if one.kind is Found.MISPLACED}
        read = {one.item for one in seen}
        right, wrong = right + len(found & moved), wrong + len(found - moved)
        moved_in_all += len(moved & read)
    assert right / (right + wrong) >= 0.99
    assert right / moved_in_all >= 0.99


@given(st.permutations(range(30)))
def test_the_longest_run_grows_and_none_is_longer_by_one(ranks: list[int]) -> None:
    run = longest_run(ranks)
    kept = [ranks[index] for index in run]
    assert run == sorted(run)
    assert kept == sorted(kept)
    ending_here: list[int] = []
    for index, rank in enumerate(ranks):
        ending_here.append(1 + max((ending_here[n] for n in range(index) if ranks[n] < rank), default=0))
    assert len(run) == max(ending_here)


@given(st.integers(0, 99), st.integers(0, 99))
def test_one_book_moved_is_as_far_from_home_as_it_was_moved(from_place: int, to_place: int) -> None:
    ranks = list(range(100))
    ranks.insert(to_place, ranks.pop(from_place))
    assert distances(ranks)[to_place] == abs(to_place - from_place)


def test_every_kind_of_finding_ends_in_something_or_as_it_is() -> None:
    assert set(OUTCOMES) == set(Found)
    assert all("accepted" in outcomes for outcomes in OUTCOMES.values())
