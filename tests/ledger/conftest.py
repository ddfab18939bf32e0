"""A ledger in a folder of its own, and the rows that the reducer writes."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from kiosk.ledger import Ledger
from kiosk.model.facts import Decided, Found, ItemOpened, ItemReturned, LoanMade
from kiosk.model.ids import IntentId, ItemId, PatronRef, SessionId, Uid
from kiosk.model.journal import JournalRow, RowKind
from kiosk.session.effects import Journal
from kiosk.session.events import Moment
from kiosk.wire import Station

DUE = datetime(2026, 12, 22, 15, 59, tzinfo=UTC)
SESSION, WEI = SessionId("session-1"), PatronRef("P001")


@dataclass(slots=True)
class Story:
    """What a reducer would journal, step by step. Each call is one transaction."""

    ledger: Ledger
    at: datetime = field(default_factory=lambda: datetime(2026, 11, 24, 10, 3, tzinfo=UTC))

    def _row(self, kind: RowKind, intent: str, due: datetime | None = None) -> JournalRow:
        item = ItemId(f"item-of-{intent}")
        return JournalRow(kind, SESSION, IntentId(intent), item, Uid("E004010012345678"), WEI, due)

    def commit(self, *effects: Journal) -> tuple[int, ...]:
        self.at += timedelta(seconds=1)
        return self.ledger.commit(effects, Moment(self.at.timestamp() - 1e9, self.at)).seqs

    def only(self, kind: RowKind, intent: str) -> tuple[int, ...]:
        return self.commit(Journal(self._row(kind, intent)))

    def intends(self, intent: str) -> None:
        self.only(RowKind.BORROW_INTENDED, intent)

    def lends(self, intent: str) -> tuple[int, ...]:
        item = ItemId(f"item-of-{intent}")
        uid = Uid("E004010012345678")
        fact = LoanMade(SESSION, IntentId(intent), WEI, item, uid, DUE, Decided.CENTRAL, False)
        return self.commit(
            Journal(self._row(RowKind.BORROW_DECIDED, intent)),
            Journal(self._row(RowKind.LOAN_MADE, intent, DUE), fact),
            Journal(self._row(RowKind.BORROW_OPENING, intent)),
        )

    def opens(self, intent: str) -> tuple[int, ...]:
        uid = Uid("E004010012345678")
        fact = ItemOpened(SESSION, IntentId(intent), ItemId(f"item-of-{intent}"), uid, 0x07, 0xC2, True)
        return self.commit(Journal(self._row(RowKind.BORROW_DONE, intent), fact))

    def borrows(self, intent: str) -> None:
        self.intends(intent)
        self.lends(intent)
        self.opens(intent)

    def returns(self, intent: str) -> tuple[int, ...]:
        self.only(RowKind.RETURN_INTENDED, intent)
        uid = Uid("E004010012345678")
        item = ItemId(f"item-of-{intent}")
        fact = ItemReturned(SESSION, IntentId(intent), item, uid, Found.LENT, 0xC2, 0x07, True)
        return self.commit(Journal(self._row(RowKind.RETURN_DONE, intent), fact))


@dataclass(slots=True)
class Steps:
    """Steps of SQLite's virtual machine (sqlite3_progress_handler), over all connections made meanwhile."""

    taken: int = 0

    def one(self) -> int:
        self.taken += 1
        return 0


Reopen = Callable[[], Ledger]


@pytest.fixture
def station() -> Station:
    return Station("main", "kiosk-1")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


@pytest.fixture
def reopen(path: Path, station: Station) -> Iterator[Reopen]:
    """Opens the ledger, closing what was open before."""
    opened: list[Ledger] = []

    def again() -> Ledger:
        while opened:
            opened.pop().close()
        opened.append(Ledger.open(path, station))
        return opened[0]

    yield again
    while opened:
        opened.pop().close()


@pytest.fixture
def ledger(reopen: Reopen) -> Ledger:
    return reopen()


@pytest.fixture
def story(ledger: Ledger) -> Story:
    return Story(ledger)


@pytest.fixture
def tell() -> Callable[[Ledger], Story]:
    """A story on a ledger of the test's own."""
    return Story


@pytest.fixture
def steps() -> Iterator[Steps]:
    counted = Steps()

    def watch(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        connection.set_progress_handler(counted.one, 1)

    event.listen(Engine, "connect", watch)
    yield counted
    event.remove(Engine, "connect", watch)
