"""A locker's stories: what is taken is lent, what is left is returned, and what somebody else takes is told."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.model.facts import ItemReturned, LoanMade, LoanUndone
from kiosk.model.journal import RowKind
from kiosk.model.shelf_facts import ShelfChange, ShelfChanged
from tests.doors.locker_machine import BOXES, IN_STOCK, ON_LOAN, STAFF, Book, LockerMachine, a_locker


def changes(locker: LockerMachine) -> list[tuple[str, ShelfChange]]:
    return [(fact.item, fact.change) for fact in locker.journal.facts if isinstance(fact, ShelfChanged)]


def loans(locker: LockerMachine) -> list[str]:
    return [fact.item for fact in locker.journal.facts if isinstance(fact, LoanMade)]


def test_staff_lay_in_a_hold_and_the_patron_takes_it_with_the_card() -> None:
    locker = a_locker(Book("B1", kept_for="wei"))
    locker.card(STAFF)
    locker.run(1)
    assert locker.pull("one")
    locker.lay("B1", "one")
    locker.run(1)
    locker.shut("one")
    locker.run(6)
    assert changes(locker) == [("B1", ShelfChange.LAID_IN)]

    locker.card("CA")
    locker.run(2)
    assert loans(locker) == ["B1"]
    assert locker.books["B1"].afi == ON_LOAN, "its tag is opened before the door is"
    assert locker.pull("one")
    locker.take("B1")
    locker.run(1)
    locker.shut("one")
    locker.run(6)
    assert changes(locker)[1:] == [("B1", ShelfChange.TAKEN_OUT)]
    assert locker.is_lent("B1")
    assert not locker.calls


def test_what_the_patron_leaves_is_returned() -> None:
    locker = a_locker(Book("B1", "one", kept_for="wei"), Book("B2", "one", kept_for="wei"))
    locker.card("CA")
    locker.run(2)
    locker.pull("one")
    locker.take("B1")
    locker.run(1)
    locker.shut("one")
    locker.run(8)
    assert locker.is_lent("B1")
    assert not locker.is_lent("B2")
    assert locker.books["B2"].afi == IN_STOCK
    assert [fact.item for fact in locker.journal.facts if isinstance(fact, ItemReturned)] == ["B2"]


def test_a_book_that_is_laid_back_is_returned() -> None:
    locker = a_locker(Book("B1", "one", kept_for="wei"), Book("old", None, ON_LOAN))
    locker.card("CA")
    locker.run(2)
    locker.pull("one")
    locker.take("B1")
    locker.lay("old", "one")
    locker.run(1)
    locker.shut("one")
    locker.run(8)
    assert [fact.item for fact in locker.journal.facts if isinstance(fact, ItemReturned)] == ["old"]
    assert locker.books["old"].afi == IN_STOCK
    assert ("old", ShelfChange.LAID_IN) in changes(locker)


def test_somebody_who_takes_anothers_hold_as_well_rings_and_is_told_of() -> None:
    locker = a_locker(Book("B1", "one", kept_for="wei"), Book("B2", "one", kept_for="mei"))
    locker.card("CA")
    locker.run(2)
    locker.pull("one")
    locker.take("B1")
    locker.take("B2")
    locker.run(1)
    locker.shut("one")
    locker.run(8)
    assert ("B2", ShelfChange.MISSING) in changes(locker)
    assert not locker.is_lent("B2")
    assert locker.books["B2"].afi == IN_STOCK, "so that the gate rings, too"
    assert locker.outputs["alarm"]
    assert locker.calls == 1


@pytest.mark.parametrize("card", ["CB", "unknown"])
def test_a_card_for_which_nothing_lies_here_opens_no_door(card: str) -> None:
    locker = a_locker(Book("B1", "one", kept_for="wei"))
    locker.card(card)
    locker.run(5)
    assert not locker.unlocked
    assert locker.outputs["red"]


def test_a_lock_that_does_not_open_is_tried_twice_then_what_was_lent_is_returned_and_staff_are_called() -> None:
    locker = a_locker(Book("B1", "one", kept_for="wei"))
    locker.stuck.add("one")
    locker.card("CA")
    locker.run(40)
    assert locker.unlocked == ["one", "one"]
    assert not locker.is_lent("B1")
    assert locker.books["B1"].afi == IN_STOCK
    assert locker.calls == 1


def test_a_door_that_is_left_open_rings_until_it_is_shut() -> None:
    locker = a_locker(Book("B1", "one", kept_for="wei"))
    locker.card("CA")
    locker.run(2)
    locker.pull("one")
    locker.run(70)
    assert locker.outputs["alarm"]
    locker.shut("one")
    locker.run(1)
    assert not locker.outputs["alarm"]


def test_a_door_that_is_forced_rings_and_what_is_gone_is_told() -> None:
    locker = a_locker(Book("B1", "one", kept_for="wei"))
    locker.force("one")
    locker.run(1)
    assert locker.outputs["alarm"]
    locker.take("B1")
    locker.run(1)
    locker.shut("one")
    locker.run(6)
    assert ("B1", ShelfChange.MISSING) in changes(locker)


def test_a_tag_that_cannot_be_opened_keeps_the_door_shut() -> None:
    locker = a_locker(Book("B1", "one", kept_for="wei", is_locked=True))
    locker.card("CA")
    locker.run(15)
    assert not locker.unlocked
    assert [type(fact) for fact in locker.journal.facts if isinstance(fact, LoanMade | LoanUndone)] == [
        LoanMade,
        LoanUndone,
    ]


def test_off_line_and_without_a_copy_no_door_opens_and_nothing_is_lost() -> None:
    locker = a_locker(Book("B1", "one", kept_for="wei"))
    locker.online = False
    locker.card("CA")
    locker.run(10)
    assert not locker.unlocked
    assert RowKind.LOAN_MADE not in [stored.row.kind for stored in locker.journal.rows]
    locker.online = True
    locker.card("CA")
    locker.run(2)
    assert locker.pull("one")


@pytest.mark.parametrize("transactions", range(1, 8))
@pytest.mark.parametrize("takes", [True, False])
def test_a_power_cut_after_any_row_leaves_lent_what_was_taken_and_nothing_else(transactions: int, takes: bool) -> None:
    locker = a_locker(Book("B1", "one", kept_for="wei"))
    locker.cut_after = transactions
    locker.card("CA")
    locker.run(3)
    if locker.pull("one") and takes:
        locker.take("B1")
    locker.run(2)
    locker.shut("one")
    locker.cut_after = None
    locker.run(30)
    book = locker.books["B1"]
    assert locker.is_lent("B1") is book.taken
    assert book.afi == (ON_LOAN if book.taken else IN_STOCK)
    assert not locker.journal.doubts()
    assert not locker.journal.problems()


ACTIONS = st.one_of(
    st.tuples(st.sampled_from(["card"]), st.sampled_from(["CA", "CB", STAFF])),
    st.tuples(st.sampled_from(["pull", "shut", "force", "stick"]), st.sampled_from(BOXES)),
    st.tuples(st.sampled_from(["take", "lock"]), st.sampled_from(["B1", "B2", "old"])),
    st.tuples(st.sampled_from(["lay"]), st.tuples(st.sampled_from(["B1", "B2", "old"]), st.sampled_from(BOXES))),
    st.tuples(st.sampled_from(["run"]), st.sampled_from([0.25, 1.0, 4.0, 12.0])),
    st.tuples(st.sampled_from(["storage", "online"]), st.booleans()),
    st.tuples(st.sampled_from(["cut", "lose"]), st.integers(1, 5)),
    st.tuples(st.sampled_from(["restart"]), st.none()),
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ACTIONS, max_size=40))
def test_whatever_happens_in_whatever_order_no_loan_is_lost_and_none_is_invented(
    actions: list[tuple[str, object]],
) -> None:
    locker = a_locker(Book("B1", "one", kept_for="wei"), Book("B2", "two", kept_for="mei"), Book("old", None, ON_LOAN))
    for what, how in actions:
        act(locker, what, how)
    put_in_order(locker)
    assert not locker.journal.problems()
    assert not [doubt for doubt in locker.journal.doubts() if not doubt.told]
    missing = {item for item, change in changes(locker) if change is ShelfChange.MISSING}
    for name, book in locker.books.items():
        told = locker.journal.doubted(book.item)
        if book.box is not None:
            assert not locker.journal.is_lent(book.item, at_first=name == "old") or told, "what lies here is not lent"
            assert book.afi == IN_STOCK or told
            assert book.uid in locker.state.boxes[book.box].kept
        elif book.afi == ON_LOAN and name != "old":
            assert locker.is_lent(name) or told, "whose tag is open is lent, or somebody is told"
        elif book.taken and name != "old":
            by_staff = (book.item, ShelfChange.TAKEN_OUT) in changes(locker)
            assert locker.is_lent(name) or by_staff or book.item in missing or told, "what is gone is known to be gone"
    locker.journal.close()


def act(locker: LockerMachine, what: str, how: object) -> None:
    match what, how:
        case "card", str(token):
            locker.card(token)
        case "pull", str(name):
            locker.pull(name)
        case "shut", str(name):
            locker.shut(name)
        case "force", str(name):
            locker.force(name)
        case "stick", str(name):
            locker.stuck ^= {name}
        case "take", str(name):
            locker.take(name)
        case "lock", str(name):
            locker.books[name].is_locked = True
        case "lay", (str(name), str(box)):
            locker.lay(name, box)
        case "run", float(seconds):
            locker.run(seconds)
        case "storage", bool(ok):
            locker.break_storage(ok)
        case "online", bool(online):
            locker.online = online
        case "cut", int(count):
            locker.cut_after = count
        case "lose", int(count):
            locker.losing_answers = count
        case _:
            locker.restart()


def put_in_order(locker: LockerMachine) -> None:
    locker.cut_after, locker.losing_answers, locker.online = None, 0, True
    locker.break_storage(True)
    locker.stuck.clear()
    for name in BOXES:
        locker.shut(name)
    locker.run(60)
