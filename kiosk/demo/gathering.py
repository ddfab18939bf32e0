"""Collects what is true when a scenario has ended: from the kiosk's file, central's database, tags and paper."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, func, select

from kiosk.central.store import open_store
from kiosk.central.store.tables import exceptions, loans
from kiosk.demo.bench_client import TagState
from kiosk.demo.evidence import CentralLoan, Evidence, JournalLine
from kiosk.demo.gate_witness import seen_at
from kiosk.demo.hands import HouseHands, RoomHands
from kiosk.demo.people import People
from kiosk.ledger.failures import LedgerRefused, StorageFailure
from kiosk.ledger.reading import LedgerFile
from kiosk.ledger.rows import StoredRow
from kiosk.ledger.verify import verify


@dataclass(slots=True)
class Witness:
    """Looks at everything, as often as asked, and changes nothing."""

    house: HouseHands
    bench: RoomHands
    people: People
    on_loan_afi: int
    tags_before: tuple[TagState, ...]
    _central: Engine | None = None

    def look(self, confirmed: frozenset[str]) -> tuple[Evidence, tuple[StoredRow, ...]]:
        """The evidence now, and the journal's rows in full."""
        rows, waiting, problems = _ledger(self.house.ledger)
        paper = tuple(self.bench.paper())
        tags = tuple(self.bench.tags())
        items = {tag.uid: tag.item for tag in tags}
        evidence = Evidence(
            journal=tuple(self._line(stored) for stored in rows),
            loans_before=tuple((loan.patron, loan.book) for loan in self.house.setting.lent),
            central_loans=self._loans(),
            unacknowledged=waiting,
            tags=tags,
            tags_before=self.tags_before,
            on_loan_afi=self.on_loan_afi,
            confirmed=confirmed,
            ledger_problems=problems,
            receipts=tuple(strip.text for strip in paper if strip.cut),
            central_reached=self.house.is_whole(),
            exceptions=self._exceptions(),
            gate=tuple(seen_at(gate, told, self.on_loan_afi, items) for gate, told in self.house.gate_seen()),
            lamps=self.bench.lamps(),
        )
        return evidence, rows

    def close(self) -> None:
        if self._central is not None:
            self._central.dispose()

    def _line(self, stored: StoredRow) -> JournalLine:
        row = stored.row
        return JournalLine(
            row.kind.value,
            row.intent or "",
            row.item or "",
            self.people.name_of(row.patron or ""),
            row.session or "",
        )

    def _store(self) -> Engine:
        if self._central is None:
            self._central = open_store(f"sqlite:///{self.house.central_database}")
        return self._central

    def _loans(self) -> tuple[CentralLoan, ...]:
        query = select(loans.c.intent, loans.c.patron, loans.c.item, loans.c.ended_at).order_by(loans.c.made_at)
        with self._store().connect() as connection:
            return tuple(
                CentralLoan(row.intent, self.people.name_of(row.patron), row.item, row.ended_at is not None)
                for row in connection.execute(query)
            )

    def _exceptions(self) -> int:
        with self._store().connect() as connection:
            return connection.scalar(select(func.count()).select_from(exceptions)) or 0


def _ledger(path: Path) -> tuple[tuple[StoredRow, ...], int, tuple[str, ...]]:
    """Journal rows, facts that wait, and what is wrong with the file."""
    try:
        with LedgerFile(path) as ledger:
            rows, waiting = tuple(ledger.rows()), ledger.unacknowledged()
        return rows, waiting, tuple(str(problem) for problem in verify(path))
    except (LedgerRefused, StorageFailure) as trouble:
        return (), 0, (str(trouble),)
