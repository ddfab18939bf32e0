"""What is committed is there at the next start, in order, and what is open is known."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import pytest
from sqlalchemy import select

from kiosk.ledger import Ledger, LedgerFile, LedgerRefused, OpenedKind, schema
from kiosk.ledger.opening import BOOT_ID, LASTING, PASSING, boot_id, engine_of
from kiosk.ledger.verify import verify
from kiosk.model.circulation import Item, Purpose
from kiosk.model.facts import LoanUndone, UndoneWhy
from kiosk.model.ids import IntentId, ItemId, PatronRef, SessionId
from kiosk.model.journal import JournalRow, LentAlone, RowKind
from kiosk.session.effects import Journal
from kiosk.session.events import Moment
from kiosk.wire import Station


class Story(Protocol):
    ledger: Ledger
    at: datetime

    def commit(self, *effects: Journal) -> tuple[int, ...]: ...
    def only(self, kind: RowKind, intent: str) -> tuple[int, ...]: ...
    def intends(self, intent: str) -> None: ...
    def lends(self, intent: str) -> tuple[int, ...]: ...
    def opens(self, intent: str) -> tuple[int, ...]: ...
    def borrows(self, intent: str) -> None: ...
    def returns(self, intent: str) -> tuple[int, ...]: ...


Reopen = Callable[[], Ledger]
NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


def test_a_clock_years_ahead_empties_no_journal(story: Story, path: Path) -> None:
    """D17: what passes is days of service, not what the clock says of them."""
    for day in range(3):
        story.at = NOW + timedelta(days=day)
        story.borrows(f"day-{day}")
    with closing(story.ledger.outbox()) as outbox:
        outbox.release(story.ledger.last_seq, story.at)
    story.at = NOW + timedelta(days=5_000)
    story.borrows("ahead")
    before = story.at - timedelta(days=90)
    assert story.ledger.prune(before, 5) == 0
    assert story.ledger.prune(before, 4) == 0
    assert story.ledger.prune(before, 2) == 10
    assert {stored.row.intent for stored in story.ledger.rows()} == {"day-2", "ahead"}
    assert verify(path) == []


def test_what_was_lent_alone_is_known_after_a_power_cut(reopen: Reopen) -> None:
    ledger = reopen()

    def decided(note: str, at: datetime, patron: str = "card:04A1") -> None:
        row = JournalRow(RowKind.BORROW_DECIDED, SessionId("s"), IntentId("i"), patron=PatronRef(patron), note=note)
        ledger.commit([Journal(row)], Moment(1.0, at))

    decided("offline", NOW - timedelta(days=2))
    decided("offline", NOW)
    decided("central", NOW + timedelta(seconds=1))
    decided("offline", NOW + timedelta(seconds=2))
    decided("offline", NOW + timedelta(days=1), "P7")
    assert reopen().lent_alone(NOW) == (
        LentAlone(PatronRef("card:04A1"), NOW + timedelta(seconds=2)),
        LentAlone(PatronRef("P7"), NOW + timedelta(days=1)),
    )


def test_a_service_that_sees_nothing_of_proc_is_told_its_boot(monkeypatch: pytest.MonkeyPatch) -> None:
    """systemd writes it without hyphens (systemd.unit(5), %b); rows of before name it as the kernel does."""
    of_the_kernel = BOOT_ID.read_text().strip()
    monkeypatch.setenv("KIOSK_BOOT_ID", of_the_kernel.replace("-", ""))
    assert boot_id() == of_the_kernel


def test_a_new_ledger_begins_an_epoch_and_keeps_it(reopen: Reopen) -> None:
    first = reopen()
    assert first.opened.kind is OpenedKind.NEW
    epoch = first.epoch
    second = reopen()
    assert (second.opened.kind, second.epoch) == (OpenedKind.KEPT, epoch)


def test_rows_come_back_as_they_went(story: Story, reopen: Reopen) -> None:
    due = datetime.fromisoformat("2026-12-22T23:59:00+08:00")
    row = JournalRow(RowKind.BORROW_REFUSED, item=ItemId("雪"), due=due, afi=0, reasons=("debt", "on-hold"), note="n")
    story.commit(Journal(row))
    (stored,) = reopen().rows()
    assert stored.row == row
    assert stored.at == story.at


def test_facts_are_numbered_from_one_without_a_gap_across_starts(
    story: Story, reopen: Reopen, tell: Callable[[Ledger], Story]
) -> None:
    story.intends("a")
    assert story.lends("a") == (1,)
    assert story.opens("a") == (2,)
    assert tell(reopen()).returns("b") == (3,)


def test_an_intent_is_in_doubt_until_it_is_closed(story: Story) -> None:
    story.intends("a")
    (doubt,) = story.ledger.doubts()
    assert (doubt.intent, doubt.purpose, doubt.loan_made, doubt.due) == ("a", Purpose.BORROW, False, None)
    story.lends("a")
    (doubt,) = story.ledger.doubts()
    assert (doubt.loan_made, doubt.due is not None, doubt.item) == (True, True, "item-of-a")
    story.only(RowKind.DOUBTFUL, "a")
    assert len(story.ledger.doubts()) == 1
    story.opens("a")
    assert story.ledger.doubts() == []


def test_a_return_under_way_is_in_doubt(story: Story, reopen: Reopen) -> None:
    story.borrows("a")
    story.only(RowKind.RETURN_INTENDED, "b")
    (doubt,) = reopen().doubts()
    assert (doubt.intent, doubt.purpose) == ("b", Purpose.RETURN)


@pytest.mark.parametrize("kind", [RowKind.BORROW_REFUSED, RowKind.BORROW_ABANDONED])
def test_a_refused_or_abandoned_intent_is_no_doubt(story: Story, kind: RowKind) -> None:
    story.intends("a")
    story.only(kind, "a")
    assert story.ledger.doubts() == []


def test_central_may_acknowledge_less_than_before(story: Story) -> None:
    for intent in "abc":
        story.borrows(intent)
    outbox = story.ledger.outbox()
    try:
        outbox.release(5, NOW)
        assert (outbox.acked_seq(), outbox.last_seq()) == (5, 6)
        outbox.release(2, NOW)
        assert outbox.acked_seq() == 2
        assert [fact.seq for fact in outbox.facts_after(2, 3)] == [3, 4, 5]
    finally:
        outbox.close()


def test_titles_are_remembered_newest_first(story: Story, reopen: Reopen) -> None:
    for number in ("1", "2", "1"):
        story.ledger.remember(Item(ItemId(number), f"title {number}", "author", "P 1"))
    titles = reopen().known_titles(10)
    assert [item.id for item in titles] == ["1", "2"]
    assert titles[0].title == "title 1"


def test_what_is_long_over_is_forgotten_and_the_rest_stays_whole(story: Story, path: Path) -> None:
    story.borrows("a")
    story.intends("open since")
    story.borrows("b")
    outbox = story.ledger.outbox()
    try:
        outbox.release(4, NOW)
        assert story.ledger.prune(NOW + timedelta(days=1)) == 5
        assert [fact.seq for fact in outbox.facts_after(0, 10)] == [4]
        assert outbox.span() == (4, 4)
    finally:
        outbox.close()
    assert [doubt.intent for doubt in story.ledger.doubts()] == ["open since"]
    assert story.returns("c") == (5,)
    assert verify(path) == []


def test_one_book_that_never_comes_back_does_not_keep_the_loans_of_others(story: Story, path: Path) -> None:
    """Its own story stays whole, whatever is forgotten before and after it."""
    story.borrows("before")
    story.intends("lost")
    story.lends("lost")
    story.borrows("a")
    story.borrows("b")
    with closing(story.ledger.outbox()) as outbox:
        outbox.release(story.ledger.last_seq, NOW)
        assert story.ledger.prune(NOW + timedelta(days=1)) == 10
    assert [stored.row.intent for stored in story.ledger.rows()] == ["lost"] * 4 + ["b"] * 5
    assert [doubt.intent for doubt in story.ledger.doubts()] == ["lost"]
    assert verify(path) == []
    story.opens("lost")
    assert not story.ledger.doubts()
    assert verify(path) == []


def test_an_intent_that_ends_late_stays_whole(story: Story, path: Path) -> None:
    story.intends("late")
    story.lends("late")
    story.borrows("a")
    with closing(story.ledger.outbox()) as outbox:
        outbox.release(story.ledger.last_seq, NOW)
        story.at = NOW + timedelta(days=2)
        story.opens("late")
        outbox.release(story.ledger.last_seq, NOW + timedelta(days=2))
    assert story.ledger.prune(NOW + timedelta(days=1)) == 5
    assert {stored.row.intent for stored in story.ledger.rows()} == {"late"}
    assert verify(path) == []


def test_facts_that_central_has_not_acknowledged_are_never_forgotten(story: Story) -> None:
    story.borrows("a")
    story.borrows("b")
    assert story.ledger.prune(NOW + timedelta(days=1)) == 0
    assert len(story.ledger.rows()) == 10


def test_an_acknowledgement_releases_what_it_says_and_nothing_behind_it(story: Story) -> None:
    story.borrows("a")
    story.borrows("b")
    with closing(story.ledger.outbox()) as outbox:
        outbox.release(2, NOW)
        assert outbox.acked_seq() == 2
    with LedgerFile(story.ledger.path) as file:
        query = select(schema.outbox.c.seq).where(schema.outbox.c.released_at.is_not(None))
        assert list(file.connection.scalars(query)) == [1, 2]


def test_no_number_of_a_fact_is_given_twice_after_everything_was_forgotten(story: Story, reopen: Reopen) -> None:
    """I5: central would take the second one for a repeat of the first."""
    story.borrows("a")
    with closing(story.ledger.outbox()) as outbox:
        outbox.release(2, NOW)
    story.only(RowKind.SESSION_ENDED, "a")
    story.ledger.prune(NOW + timedelta(days=1))
    story.ledger.close()
    story.ledger = reopen()
    assert story.returns("b") == (3,)


def test_the_file_is_for_the_kiosk_alone(ledger: Ledger, path: Path) -> None:
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}


def test_a_second_process_is_refused(ledger: Ledger, path: Path, station: Station) -> None:
    with pytest.raises(LedgerRefused, match="another process"):
        Ledger.open(path, station)


def test_another_stations_ledger_is_refused_and_left_as_it_is(reopen: Reopen, path: Path) -> None:
    reopen().close()
    before = path.read_bytes()
    with pytest.raises(LedgerRefused, match="lk/main/kiosk-1"):
        Ledger.open(path, Station("main", "kiosk-2"))
    assert path.read_bytes() == before


def test_a_newer_ledger_is_refused_and_left_as_it_is(path: Path, station: Station) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.execute("CREATE TABLE of_the_future (id)")
    connection.close()
    with pytest.raises(LedgerRefused, match="newer version"):
        Ledger.open(path, station)
    with pytest.raises(LedgerRefused, match="version 99"):
        LedgerFile(path)
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("of_the_future",)]
    connection.close()


def test_a_tool_reads_beside_the_running_kiosk(story: Story, path: Path) -> None:
    story.borrows("a")
    with LedgerFile(path) as file:
        assert [stored.row.kind for stored in file.rows(since=3)] == [RowKind.BORROW_OPENING, RowKind.BORROW_DONE]
        assert file.unacknowledged() == 2
        assert file.epoch() == story.ledger.epoch


def test_text_that_sqlite_cannot_keep_does_not_stop_a_return(story: Story) -> None:
    strange = "35\udc80"
    fact = LoanUndone(SessionId(strange), IntentId("i"), ItemId(strange), UndoneWhy.ITEM_TAKEN_AWAY)
    story.commit(Journal(JournalRow(RowKind.LOAN_UNDONE, item=ItemId(strange), note=strange), fact))
    story.ledger.remember(Item(ItemId(strange), strange))
    assert story.ledger.rows()[0].row.item == "35?"
    assert story.ledger.known_titles(1) == [Item(ItemId("35?"), "35?")]


def test_time_is_written_by_both_clocks(story: Story) -> None:
    story.ledger.commit([Journal(JournalRow(RowKind.SESSION_STARTED))], Moment(12.3456, NOW))
    (stored,) = story.ledger.rows()
    assert (stored.mono_ms, stored.at) == (12_345, NOW)
    assert len(stored.boot) == 36


def test_the_journal_goes_to_the_disk_and_the_rest_may_wait(path: Path, ledger: Ledger) -> None:
    """Design, section 5: NORMAL lost acknowledged rows in 1,495 of 1,500 power cuts. 2 is FULL, 1 is NORMAL."""
    for durability, expected in ((LASTING, 2), (PASSING, 1)):
        engine = engine_of(path, durability)
        with engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == expected
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        engine.dispose()
