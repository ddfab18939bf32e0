"""The copy of the ledger: what it answers, how it is kept fresh, and what of it is kept out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.gate.copy.lent_copy import LentCopy, Replayed
from kiosk.gate.copy.overlay import MOST_ENTRIES, Overlay
from kiosk.gate.copy.table import CopyRefused, LentTable, checked
from kiosk.gate.judging import Standing
from kiosk.model.facts import Decided, Fact, Found, ItemReturned, LoanMade, LoanUndone, UndoneWhy
from kiosk.model.ids import Epoch, IntentId, ItemId, PatronRef, SessionId, Uid
from kiosk.wire import FactBatch, OutboxFact, Station, decode_facts, encode_facts, fact_body
from kiosk.wire.lent_changes import MOST_CHANGES, LentChange, LentChanges
from kiosk.wire.lent_file import LentHeader, item_key, uid_key
from tests.gate.building import LE_ZAHIR, OPENING, XI_YOU_JI, a_sighting
from tests.gate.copies import written

KIOSK = Station("main", "kiosk-1")
EPOCH = Epoch("7f3a")
UID = Uid("E004015012345678")
A_DAY_S = 86_400.0
SESSION, INTENT = SessionId("s"), IntentId("i")


def a_loan(item: ItemId = LE_ZAHIR) -> LoanMade:
    return LoanMade(SESSION, INTENT, PatronRef("P1"), item, UID, OPENING, Decided.CENTRAL, False)


def a_return(item: ItemId = LE_ZAHIR) -> ItemReturned:
    return ItemReturned(SESSION, INTENT, item, UID, Found.LENT, 0xC2, 0x07, True)


def told(fact: Fact, seq: int = 1, at: datetime = OPENING) -> FactBatch:
    """As it comes from the broker: through bytes."""
    stored = OutboxFact(seq, fact.type, at, fact_body(fact, 0, "boot"))
    return decode_facts(KIOSK, encode_facts(KIOSK, EPOCH, [stored]))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "copy"


@pytest.fixture
def copy(folder: Path) -> Iterator[LentCopy]:
    """Le Zahir is in stock, the Journey to the West is lent."""
    folder.mkdir()
    written(folder / "lent-5-a.bin", {item_key(LE_ZAHIR): False, uid_key(UID): False, item_key(XI_YOU_JI): True})
    opened = LentCopy(folder, A_DAY_S)
    yield opened
    opened.close()


def standing(
    copy: LentCopy, item: str | None = LE_ZAHIR, *, uid: str = "E0040150FFFFFFFF", after_s: float = 0
) -> Standing:
    return copy.known(a_sighting(item, uid=uid), OPENING + timedelta(seconds=after_s)).standing


def test_it_knows_what_is_lent_and_what_is_not(copy: LentCopy) -> None:
    assert standing(copy, LE_ZAHIR) is Standing.IN_STOCK
    assert standing(copy, XI_YOU_JI) is Standing.LENT
    assert standing(copy, "1") is Standing.UNKNOWN


def test_a_gate_that_tells_a_uid_alone_is_answered(copy: LentCopy) -> None:
    assert standing(copy, None, uid=UID) is Standing.IN_STOCK
    copy.facts("kiosk-1", told(a_loan()), OPENING)
    assert standing(copy, None, uid=UID) is Standing.LENT


def test_a_loan_of_this_second_passes(copy: LentCopy) -> None:
    copy.facts("kiosk-1", told(a_loan()), OPENING)
    assert standing(copy) is Standing.LENT


def test_a_return_of_this_second_rings(copy: LentCopy) -> None:
    copy.facts("kiosk-1", told(a_return(XI_YOU_JI)), OPENING)
    assert standing(copy, XI_YOU_JI) is Standing.IN_STOCK


def test_a_loan_that_was_undone_is_none(copy: LentCopy) -> None:
    copy.facts("kiosk-1", told(a_loan(), 1), OPENING)
    undone = LoanUndone(SESSION, INTENT, LE_ZAHIR, UndoneWhy.ITEM_TAKEN_AWAY)
    copy.facts("kiosk-1", told(undone, 2, OPENING + timedelta(seconds=9)), OPENING)
    assert standing(copy) is Standing.IN_STOCK


def test_a_loan_by_phone_comes_from_central(copy: LentCopy) -> None:
    assert copy.changes(LentChanges(5, 6, (LentChange(LE_ZAHIR, (UID,), True, OPENING),)), OPENING)
    assert standing(copy) is Standing.LENT
    assert standing(copy, None, uid=UID) is Standing.LENT


def test_late_news_from_central_does_not_undo_what_the_kiosk_has_just_told(copy: LentCopy) -> None:
    copy.facts("kiosk-1", told(a_loan(), at=OPENING + timedelta(seconds=60)), OPENING + timedelta(seconds=60))
    copy.changes(LentChanges(5, 6, (LentChange(LE_ZAHIR, (), False, OPENING),)), OPENING)
    assert standing(copy) is Standing.LENT


def test_a_fact_that_the_copy_holds_already_is_an_old_one(folder: Path) -> None:
    folder.mkdir()
    written(folder / "lent-5-a.bin", {item_key(LE_ZAHIR): False}, taken={("kiosk-1", EPOCH): 7})
    copy = LentCopy(folder, A_DAY_S)
    copy.facts("kiosk-1", told(a_loan(), seq=7), OPENING)
    assert standing(copy) is Standing.IN_STOCK, "a loan that was told again, by a kiosk or a thief"
    copy.facts("kiosk-1", told(a_loan(), seq=8), OPENING)
    assert standing(copy) is Standing.LENT
    copy.close()


def test_an_old_fact_told_again_does_not_open_what_came_back_since(copy: LentCopy) -> None:
    copy.facts("kiosk-1", told(a_loan(), 1), OPENING)
    copy.facts("kiosk-1", told(a_return(), 2, OPENING + timedelta(hours=1)), OPENING + timedelta(hours=1))
    copy.facts("kiosk-1", told(a_loan(), 1), OPENING + timedelta(hours=2))
    assert standing(copy, after_s=7_200) is Standing.IN_STOCK


def test_a_kiosk_with_a_clock_years_ahead_is_dated_by_its_arrival(copy: LentCopy) -> None:
    copy.facts("kiosk-1", told(a_loan(), 1, OPENING + timedelta(days=999)), OPENING)
    copy.changes(LentChanges(5, 6, (LentChange(LE_ZAHIR, (), False, OPENING + timedelta(minutes=1)),)), OPENING)
    assert standing(copy) is Standing.IN_STOCK


def test_what_was_missed_is_noticed(copy: LentCopy) -> None:
    assert copy.changes(LentChanges(5, 5), OPENING)
    assert not copy.changes(LentChanges(8, 9), OPENING)


def test_a_copy_that_nobody_keeps_fresh_is_not_asked_but_what_was_just_heard_is(copy: LentCopy) -> None:
    late_s = A_DAY_S + 1
    assert standing(copy, XI_YOU_JI, after_s=late_s) is Standing.NOT_ASKED
    copy.facts("kiosk-1", told(a_loan(), at=OPENING + timedelta(seconds=late_s)), OPENING + timedelta(seconds=late_s))
    assert standing(copy, LE_ZAHIR, after_s=late_s) is Standing.LENT


def signed(after: int, version: int, minute: float, *, lent: bool | None = None) -> LentChanges:
    """As central tells it: at a time that it has signed."""
    at = OPENING + timedelta(minutes=minute)
    changes = () if lent is None else (LentChange(LE_ZAHIR, (), lent, at),)
    return LentChanges(after, version, changes, at)


def test_an_old_message_told_again_opens_nothing_and_makes_nothing_younger(copy: LentCopy, folder: Path) -> None:
    """A thief has kept "lent" of last week. A new copy has been made since, and nothing of it lies over that."""
    lent, back = signed(5, 6, 1, lent=True), signed(6, 7, 2, lent=False)
    for told_ in (lent, back):
        assert copy.changes(told_, OPENING)
    path = folder / "lent-7-b.bin"
    digest = written(path, {item_key(LE_ZAHIR): False}, version=7, as_of=OPENING + timedelta(minutes=30))
    copy.take(checked(path, digest), path)
    for again in (lent, back, signed(7, 7, 29)):
        with pytest.raises(Replayed):
            copy.changes(again, OPENING + timedelta(hours=2))
    assert standing(copy) is Standing.IN_STOCK
    assert copy.state(OPENING + timedelta(hours=2)).age_s == 90 * 60
    assert copy.version == 7


def test_after_a_new_start_an_old_message_is_still_an_old_one(copy: LentCopy, folder: Path) -> None:
    lent = signed(5, 6, 1, lent=True)
    copy.changes(lent, OPENING)
    copy.changes(signed(6, 7, 2, lent=False), OPENING)
    copy.close()
    again = LentCopy(folder, A_DAY_S)
    again.changes(lent, OPENING + timedelta(hours=1))
    assert standing(again) is Standing.IN_STOCK, "what was heard since is on the disk, and later"
    again.close()


def test_a_central_that_was_restored_from_a_backup_is_believed_as_its_time_goes_on(copy: LentCopy) -> None:
    copy.changes(signed(5, 9, 1), OPENING)
    assert not copy.changes(signed(6, 6, 2), OPENING), "an older version at a later time: what is true is asked for"
    assert copy.version == 6


def test_a_sign_of_life_keeps_it_fresh(copy: LentCopy) -> None:
    copy.changes(LentChanges(5, 5), OPENING + timedelta(seconds=A_DAY_S))
    assert standing(copy, XI_YOU_JI, after_s=A_DAY_S + 60) is Standing.LENT
    assert copy.state(OPENING + timedelta(seconds=A_DAY_S + 60)).age_s == 60


def test_the_loans_of_today_survive_a_start_without_a_network(folder: Path) -> None:
    folder.mkdir()
    written(folder / "lent-5-a.bin", {item_key(LE_ZAHIR): False})
    copy = LentCopy(folder, A_DAY_S)
    copy.facts("kiosk-1", told(a_loan()), OPENING)
    copy.close()
    again = LentCopy(folder, A_DAY_S)
    assert standing(again) is Standing.LENT
    again.close()


def test_a_new_copy_takes_over_and_the_old_one_goes(copy: LentCopy, folder: Path) -> None:
    copy.changes(LentChanges(5, 6, (LentChange(LE_ZAHIR, (), True, OPENING),)), OPENING)
    copy.changes(LentChanges(6, 9, (LentChange(XI_YOU_JI, (), False, OPENING),)), OPENING)
    path = folder / "lent-7-b.bin"
    digest = written(path, {item_key(LE_ZAHIR): True, item_key(XI_YOU_JI): True}, version=7)
    copy.take(checked(path, digest), path)
    assert standing(copy, LE_ZAHIR) is Standing.LENT
    assert standing(copy, XI_YOU_JI) is Standing.IN_STOCK, "version 9 is newer than the copy"
    assert [one.name for one in folder.glob("lent-*.bin")] == ["lent-7-b.bin"]


@pytest.mark.parametrize("harm", ["cut", "flipped", "longer", "other", "empty"])
def test_a_broken_copy_is_kept_out(copy: LentCopy, folder: Path, harm: str) -> None:
    path = folder / "lent-9-c.bin"
    digest = written(path, {item_key(LE_ZAHIR): True}, version=9)
    good = path.read_bytes()
    broken = {
        "cut": good[:-5],
        "flipped": good[:-3] + b"\0\0\0",
        "longer": good + b"12345678",
        "other": b"PK\3\4 some other file, long enough",
        "empty": b"",
    }
    path.write_bytes(broken[harm])
    with pytest.raises(CopyRefused):
        checked(path, digest)
    assert standing(copy) is Standing.IN_STOCK


def test_a_start_beside_a_broken_file_uses_the_older_one_and_says_so(copy: LentCopy, folder: Path) -> None:
    (folder / "lent-9-c.bin").write_bytes(b"half a file")
    again = LentCopy(folder, A_DAY_S)
    assert standing(again) is Standing.IN_STOCK
    assert "lent-9-c.bin" in again.trouble
    again.close()


def test_without_any_copy_for_months_what_was_heard_stays_within_bounds() -> None:
    overlay = Overlay()
    for number in range(MOST_ENTRIES // MOST_CHANGES + 1):
        at = OPENING + timedelta(minutes=number)
        books = tuple(LentChange(ItemId(f"{number}-{place}"), (), True, at) for place in range(MOST_CHANGES))
        overlay.changes(LentChanges(number, number + 1, books))
    gone = overlay.let_go()
    assert len(overlay.entries) <= MOST_ENTRIES
    assert item_key(ItemId("0-0")) in gone
    assert item_key(books[0].item) in overlay.entries


keys = st.dictionaries(st.integers(0, (1 << 63) - 1).map(lambda key: key << 1), st.booleans(), max_size=200)


@given(keys, st.integers(0, (1 << 63) - 1).map(lambda key: key << 1))
def test_every_key_is_found_and_no_other(
    tmp_path_factory: pytest.TempPathFactory, lent: dict[int, bool], other: int
) -> None:
    path = tmp_path_factory.mktemp("table") / "lent.bin"
    table = checked(path, written(path, lent))
    for key, is_lent in lent.items():
        assert table.lent(key) is is_lent
    assert table.lent(other) is lent.get(other)
    table.close()


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reading_of_a_file(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("noise") / "lent.bin"
    path.write_bytes(content)
    with pytest.raises(CopyRefused):
        LentTable(path)


stories = st.lists(st.tuples(st.booleans(), st.integers(0, 50)), min_size=1, max_size=12)


@given(stories, st.randoms(use_true_random=False))
def test_in_whatever_order_news_come_the_latest_counts(story: list[tuple[bool, int]], order: object) -> None:
    """Facts and changes of one item, shuffled: the state is that of the latest instant, as at central."""
    assert hasattr(order, "shuffle")
    at = [OPENING + timedelta(minutes=number) for number in range(len(story))]
    news = [(lent, when, number) for number, ((lent, _), when) in enumerate(zip(story, at, strict=True), start=1)]
    order.shuffle(news)
    overlay = Overlay()
    for lent, when, seq in news:
        fact = a_loan() if lent else a_return()
        overlay.facts("kiosk-1", told(fact, seq, when), OPENING + timedelta(days=1))
    assert overlay.entries[item_key(LE_ZAHIR)].lent is story[-1][0]
    covered = LentHeader(0, OPENING, 0, {("kiosk-1", EPOCH): len(story)})
    overlay.over(covered)
    assert overlay.entries == {}
