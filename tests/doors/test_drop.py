"""A book-drop's stories: what goes in is returned, what is taken back is not, and nothing else gets in."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.doors.drop.state import Light
from kiosk.model.facts import Found
from kiosk.model.journal import RowKind
from kiosk.model.questions import Destination, SortTold
from kiosk.session.events import TagKind
from tests.doors.drop_machine import IN_STOCK, ON_LOAN, DropMachine, Thing, Where, a_drop


def kinds(machine: DropMachine) -> list[RowKind]:
    return [stored.row.kind for stored in machine.journal.rows]


def test_a_book_is_returned_once_it_lies_behind_the_shut_flap_and_falls_into_its_bin() -> None:
    drop = a_drop("B1")
    drop.sorts["B1"] = SortTold(Destination.SHELF)
    drop.hold("B1")
    drop.run(1)
    assert drop.light is Light.READY
    assert drop.things["B1"].afi == ON_LOAN, "nothing is done to the tag before it has fallen in"
    assert drop.push("B1")
    drop.run(6)
    assert kinds(drop) == [RowKind.RETURN_INTENDED, RowKind.RETURN_DONE, RowKind.DROP_RELEASED]
    (fact,) = drop.journal.returned(drop.things["B1"].item)
    assert (fact.found, fact.afi_after, fact.verified, fact.bin) == (Found.LENT, IN_STOCK, True, "shelf")
    assert (drop.things["B1"].where, drop.things["B1"].bin) == (Where.BIN, "shelf")
    assert not drop.outputs.get("flap")


@pytest.mark.parametrize(
    ("told", "falls_into"),
    [
        (SortTold(Destination.HOLD), "holds"),
        (SortTold(Destination.TRANSFER, "east"), "staff"),
        (SortTold(Destination.STAFF), "staff"),
        (None, "shelf"),
    ],
)
def test_central_says_which_bin(told: SortTold | None, falls_into: str) -> None:
    drop = a_drop("B1")
    if told is not None:
        drop.sorts["B1"] = told
    drop.hold("B1")
    drop.run(1)
    drop.push("B1")
    drop.run(8)
    assert [one.bin for one in drop.journal.returned(drop.things["B1"].item)] == [falls_into]
    assert drop.things["B1"].bin == falls_into


def test_a_full_bin_is_not_used_and_the_item_goes_to_staff() -> None:
    drop = a_drop("B1")
    drop.sorts["B1"] = SortTold(Destination.SHELF)
    drop.inputs["shelf-full"] = True
    drop.hold("B1")
    drop.run(1)
    drop.push("B1")
    drop.run(6)
    assert drop.things["B1"].bin == "staff"


@pytest.mark.parametrize("kind", [TagKind.FOREIGN, TagKind.NOT_LIBRARY, TagKind.BROKEN])
def test_the_flap_does_not_open_for_what_is_not_ours(kind: TagKind) -> None:
    drop = a_drop("B1", other=Thing("other", kind=kind))
    drop.hold("other")
    drop.run(3)
    assert drop.light is Light.REFUSED
    assert not drop.push("other")
    assert not drop.journal.rows


def test_two_at_once_are_not_let_in_and_one_of_them_is() -> None:
    drop = a_drop("B1", "B2")
    drop.hold("B1")
    drop.hold("B2")
    drop.run(2)
    assert drop.light is Light.REFUSED
    assert not drop.push("B1", "B2")
    drop.take_back("B2")
    drop.run(2)
    assert drop.push("B1")
    drop.run(8)
    assert [len(drop.journal.returned(drop.things[name].item)) for name in ("B1", "B2")] == [1, 0]


def test_a_second_book_that_slips_in_behind_the_first_is_returned_as_well_and_staff_sort_both() -> None:
    drop = a_drop("B1", "B2")
    drop.sorts["B1"] = SortTold(Destination.SHELF)
    drop.sorts["B2"] = SortTold(Destination.HOLD)
    drop.hold("B1")
    drop.run(1)
    drop.push("B1", "B2")
    drop.run(12)
    assert [len(drop.journal.returned(drop.things[name].item)) for name in ("B1", "B2")] == [1, 1]
    assert {drop.things[name].bin for name in ("B1", "B2")} == {"staff"}


def test_a_book_held_before_the_shut_flap_is_not_taken_for_one_behind_it() -> None:
    drop = a_drop("B1", "B2")
    drop.hold("B1")
    drop.run(1)
    drop.push("B1")
    drop.run(2)
    drop.hold("B2")
    drop.run(4)
    drop.take_back("B2")
    drop.run(8)
    assert [len(drop.journal.returned(drop.things[name].item)) for name in ("B1", "B2")] == [1, 0]
    assert drop.things["B2"].afi == ON_LOAN


def test_a_book_that_is_pulled_out_again_before_the_flap_shuts_is_not_returned() -> None:
    drop = a_drop("B1")
    drop.hold("B1")
    drop.run(1)
    drop.hold_flap(True)
    drop.push("B1")
    drop.run(2)
    drop.take_back("B1")
    drop.run(1)
    drop.hold_flap(False)
    drop.run(6)
    assert not drop.journal.rows
    assert drop.things["B1"].afi == ON_LOAN


def test_a_tag_that_cannot_be_secured_hinders_no_return_and_somebody_is_told() -> None:
    drop = a_drop("B1")
    drop.sorts["B1"] = SortTold(Destination.SHELF)
    drop.things["B1"].is_locked = True
    drop.hold("B1")
    drop.run(1)
    drop.push("B1")
    drop.run(10)
    (fact,) = drop.journal.returned(drop.things["B1"].item)
    assert (fact.verified, fact.afi_after, fact.bin) == (False, ON_LOAN, "staff")
    assert drop.journal.doubted(drop.things["B1"].item)


def test_what_jams_is_tried_again_and_then_staff_are_called_and_the_flap_stays_shut() -> None:
    drop = a_drop("B1", "B2")
    drop.jams = True
    drop.hold("B1")
    drop.run(1)
    drop.push("B1")
    drop.run(40)
    assert drop.light is Light.OUT
    assert drop.calls == 1
    drop.hold("B2")
    drop.run(2)
    assert not drop.push("B2")
    drop.things["B1"].where = Where.BIN  # a hand with a key
    drop.run(3)
    assert drop.push("B2")


def test_a_disk_that_is_full_keeps_the_flap_shut_and_a_book_inside_waits_for_it() -> None:
    drop = a_drop("B1", "B2")
    drop.hold("B1")
    drop.run(1)
    drop.push("B1")
    drop.break_storage(False)
    drop.run(5)
    assert [thing.name for thing in drop.things.values() if thing.where is Where.TRAY] == ["B1"]
    drop.hold("B2")
    drop.run(2)
    assert not drop.push("B2")
    drop.take_back("B2")
    drop.break_storage(True)
    drop.run(8)
    assert len(drop.journal.returned(drop.things["B1"].item)) == 1
    assert drop.things["B1"].where is Where.BIN


@pytest.mark.parametrize("transactions", [1, 2, 3])
def test_a_power_cut_after_any_row_is_settled_at_the_next_start(transactions: int) -> None:
    drop = a_drop("B1")
    drop.sorts["B1"] = SortTold(Destination.SHELF)
    drop.hold("B1")
    drop.cut_after = transactions
    drop.run(2)
    for _ in range(4):
        drop.push("B1")
        drop.run(6)
    assert len(drop.journal.returned(drop.things["B1"].item)) == 1
    assert drop.things["B1"].afi == IN_STOCK
    assert not drop.journal.doubts()
    assert not drop.journal.problems()


def test_another_book_than_the_one_that_was_shown_is_the_one_that_is_returned() -> None:
    drop = a_drop("B1", "B2")
    drop.hold("B1")
    drop.run(1)
    drop.push("B2")
    drop.run(8)
    assert [len(drop.journal.returned(drop.things[name].item)) for name in ("B1", "B2")] == [0, 1]
    assert drop.things["B1"].afi == ON_LOAN


ACTIONS = st.one_of(
    st.tuples(st.sampled_from(["hold", "take_back", "push", "shadow", "lock"]), st.sampled_from(["B1", "B2", "alien"])),
    st.tuples(st.sampled_from(["run"]), st.sampled_from([0.25, 0.5, 1.0, 3.0, 6.0])),
    st.tuples(st.sampled_from(["flap", "jam", "storage"]), st.booleans()),
    st.tuples(st.sampled_from(["cut", "lose"]), st.integers(1, 4)),
    st.tuples(st.sampled_from(["restart"]), st.none()),
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ACTIONS, max_size=40))
def test_whatever_happens_in_whatever_order_no_return_is_lost_and_none_is_invented(
    actions: list[tuple[str, object]],
) -> None:
    drop = a_drop("B1", "B2", alien=Thing("alien", kind=TagKind.NOT_LIBRARY))
    for what, how in actions:
        act(drop, what, how)
    put_in_order(drop)
    assert not drop.journal.problems()
    assert not [doubt for doubt in drop.journal.doubts() if not doubt.told]
    for name in ("B1", "B2"):
        thing = drop.things[name]
        returned, told = drop.journal.returned(thing.item), drop.journal.doubted(thing.item)
        assert len(returned) <= 1 or told, "nothing is returned twice"
        if thing.where is Where.BIN:
            assert returned or told or drop.calls, "what lies in a bin is returned, or somebody was told"
            assert thing.afi == IN_STOCK or told or drop.calls
        else:
            assert not returned or told, "what never fell in is not returned"
            assert thing.afi == ON_LOAN or told
    drop.journal.close()


def act(drop: DropMachine, what: str, how: object) -> None:
    match what, how:
        case "hold", str(name):
            drop.hold(name)
        case "take_back", str(name):
            drop.take_back(name)
        case "push", str(name):
            drop.push(name)
        case "shadow", str(name):
            drop.things[name].shadowed = not drop.things[name].shadowed
        case "lock", str(name):
            drop.things[name].is_locked = True
        case "run", float(seconds):
            drop.run(seconds)
        case "flap", bool(held):
            drop.hold_flap(held)
        case "jam", bool(jams):
            drop.jams = jams
        case "storage", bool(ok):
            drop.break_storage(ok)
        case "cut", int(count):
            drop.cut_after = count
        case "lose", int(count):
            drop.losing_answers = count
        case _:
            drop.restart()


def put_in_order(drop: DropMachine) -> None:
    """Everybody goes away, and what was broken works again."""
    drop.break_storage(True)
    drop.jams, drop.cut_after, drop.losing_answers = False, None, 0
    drop.hold_flap(False)
    for name, thing in drop.things.items():
        thing.shadowed = False
        drop.take_back(name)
    drop.run(60)
