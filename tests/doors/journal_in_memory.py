"""A journal that survives a power cut of the test's own, read by the ledger's own queries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, create_engine, insert

from kiosk.ledger.doors import in_boxes, left_in_drop
from kiosk.ledger.doubts import read_doubts
from kiosk.ledger.rows import StoredRow, columns_of
from kiosk.ledger.schema import journal, metadata
from kiosk.ledger.verify import Problem, steps_out_of_order
from kiosk.model.facts import Fact, ItemDoubtful, ItemReturned, LoanMade, LoanUndone
from kiosk.model.ids import ItemId
from kiosk.model.journal import Doubt, InBox, LeftInDrop
from kiosk.session.effects import Journal
from kiosk.session.events import Moment

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


class JournalInMemory:
    """Rows and facts, in the order of their commits."""

    def __init__(self) -> None:
        self.engine = create_engine("sqlite://")
        metadata.create_all(self.engine)
        self.connection: Connection = self.engine.connect()
        self.rows: list[StoredRow] = []
        self.facts: list[Fact] = []

    def commit(self, effects: Sequence[Journal], moment: Moment) -> None:
        first = len(self.rows) + 1
        for row_id, effect in enumerate(effects, start=first):
            stored = StoredRow(row_id, first, moment.utc, int(moment.mono_s * 1000), "boot", effect.row)
            self.rows.append(stored)
            self.connection.execute(insert(journal), columns_of(stored))
            if effect.fact is not None:
                self.facts.append(effect.fact)

    def doubts(self) -> list[Doubt]:
        return read_doubts(self.connection, settled=0)

    def left_in_drop(self) -> LeftInDrop:
        return left_in_drop(self.connection)

    def in_boxes(self) -> tuple[InBox, ...]:
        return in_boxes(self.connection)

    def problems(self) -> list[Problem]:
        """Steps of an intent in an order that must not be."""
        return steps_out_of_order(self.rows)

    def close(self) -> None:
        self.connection.close()
        self.engine.dispose()

    def returned(self, item: ItemId) -> list[ItemReturned]:
        return [fact for fact in self.facts if isinstance(fact, ItemReturned) and fact.item == item]

    def doubted(self, item: ItemId) -> bool:
        return any(isinstance(fact, ItemDoubtful) and fact.item == item for fact in self.facts)

    def is_lent(self, item: ItemId, at_first: bool) -> bool:
        """As central has it, which does what the facts say."""
        lent = at_first
        for fact in self.facts:
            match fact:
                case LoanMade() if fact.item == item:
                    lent = True
                case LoanUndone() | ItemReturned() if fact.item == item:
                    lent = False
                case _:
                    pass
        return lent
