"""Many kiosks at once: `python -m tests.performance.fleet_load [KIOSKS [FACTS [URL]]]`; 10,000 and 60 if not said.

Each simulated kiosk makes a loan a second and tells it as the uplink does: at most 20 facts ahead of the
acknowledgement, and everything unacknowledged once more when no answer came. The messages go through central's real
inbox, worker and codecs into a real store with full flushing; no broker carries them. Of the messages, `LOST` are never
heard, and so are as many acknowledgements. How long it takes is measured, not limited: kiosks do not forget.

At the end the ledger is looked at: every fact once, in the order of its kiosk, and a loan for each.
"""

from __future__ import annotations

import json
import queue
import random
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, func, insert, select

from kiosk.central.answering import Desk
from kiosk.central.inbox import MOST_WAITING, Inbox
from kiosk.central.messages import Heard, Telling
from kiosk.central.store import open_store, upgrade, writing
from kiosk.central.store.tables import exceptions, facts, items, loans, patrons
from kiosk.central.worker import Worker
from kiosk.model.facts import Decided, LoanMade
from kiosk.model.ids import Epoch, IntentId, ItemId, PatronRef, SessionId, Uid
from kiosk.rules.policy import Line, Policy, RulesFile
from kiosk.rules.terms import Period
from kiosk.wire import Ack, Channel, OutboxFact, Station, decode_ack, encode_facts, fact_body

KIOSKS, FACTS = 10_000, 60
WINDOW = 20
"""Facts ahead of the acknowledgement (messages, section 1)."""
LOST = 0.01
IN_FLIGHT = MOST_WAITING * 3 // 4
"""Messages on the way; the rest of the inbox stays free."""
QUIET_S = 1.0
"""So long without an acknowledgement, and whoever still waits for one tells again."""
BEGINS = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
DUE = BEGINS + timedelta(days=28)
SESSION, UID = SessionId("s"), Uid("E004015012345678")
RULES = RulesFile((Line(loan_period=Period(28), max_loans=30, debt_limit_cents=0),))
DESK = Desk(Policy(RULES, "Asia/Shanghai"), timedelta(seconds=120), "lk/main/central")


@dataclass(slots=True)
class SimulatedKiosk:
    """One station: what central has acknowledged, and whether it waits for an answer."""

    number: int
    facts: int
    acked: int = 0
    waits: bool = False

    @property
    def station(self) -> Station:
        return Station("main", f"kiosk-{self.number}")

    @property
    def done(self) -> bool:
        return self.acked >= self.facts

    def message(self) -> bytes:
        """The window after what was acknowledged."""
        last = min(self.acked + WINDOW, self.facts)
        return encode_facts(self.station, Epoch("e"), [self._fact(seq) for seq in range(self.acked + 1, last + 1)])

    def _fact(self, seq: int) -> OutboxFact:
        """A loan a second; each item is lent once, each patron has as many loans as there are rounds."""
        number = self.number * self.facts + seq - 1
        intent = IntentId(f"k{self.number}-{seq}")
        patron, item = PatronRef(f"p{number // 20}"), ItemId(f"i{number}")
        fact = LoanMade(SESSION, intent, patron, item, UID, DUE, Decided.OFFLINE, provisional=True)
        return OutboxFact(seq, fact.type, BEGINS + timedelta(seconds=seq), fact_body(fact, 1_000 * seq, "boot"))


@dataclass(slots=True)
class Fleet:
    """All kiosks, in turns, on one thread."""

    kiosks: list[SimulatedKiosk]
    hear: Callable[[Heard], None]
    told: queue.Queue[Telling]
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    messages: int = 0
    lost: int = 0
    again: int = 0

    def tell_everything(self) -> None:
        """Until every kiosk has its last acknowledgement."""
        by_name = {kiosk.station.station: kiosk for kiosk in self.kiosks}
        turns, flying, left = deque(self.kiosks), 0, len(self.kiosks)
        while left:
            while turns and flying < IN_FLIGHT:
                flying += self._tell(turns.popleft())
            try:
                telling = self.told.get(timeout=QUIET_S)
            except queue.Empty:
                silent = [kiosk for kiosk in self.kiosks if kiosk.waits]
                self.again += len(silent)
                turns.extend(silent)
                flying = 0
                continue
            flying = max(0, flying - 1)
            if self._loses():
                continue
            kiosk, ack = by_name[telling.station.station], decode_ack(telling.payload)
            assert isinstance(ack, Ack)
            if ack.seq <= kiosk.acked:
                continue
            kiosk.acked, kiosk.waits = ack.seq, False
            if kiosk.done:
                left -= 1
            else:
                turns.append(kiosk)

    def _tell(self, kiosk: SimulatedKiosk) -> int:
        """How many messages are on the way now that were not before."""
        if kiosk.done:
            return 0
        kiosk.waits = True
        self.messages += 1
        if self._loses():
            return 0
        self.hear(Heard(kiosk.station, Channel.FACTS, kiosk.message(), BEGINS + timedelta(days=1)))
        return 1

    def _loses(self) -> bool:
        lost = self.chance.random() < LOST
        self.lost += lost
        return lost


@dataclass(frozen=True, slots=True)
class Found:
    """How it went; only a balanced ledger is found at all."""

    took_s: float
    facts: int
    messages: int
    lost: int
    again: int
    dropped: int


def fill(engine: Engine, loans_to_come: int) -> None:
    """An item for each loan, a patron for each twenty."""
    for start in range(0, loans_to_come, 10_000):
        numbers = range(start, min(loans_to_come, start + 10_000))
        with writing(engine) as connection:
            copies = [{"id": f"i{number}", "title": f"Title {number}", "loan_class": "book"} for number in numbers]
            connection.execute(insert(items), copies)
            people = sorted({number // 20 for number in numbers})
            rows = [{"id": f"p{number}", "given_name": "Wei", "category": "adult"} for number in people]
            connection.execute(insert(patrons), rows)


def run(engine: Engine, kiosks: int, facts_each: int) -> Found:
    """Tell everything through inbox and worker, and look at the ledger. Raises `AssertionError` if it is not right."""
    inbox: Inbox = Inbox()
    told: queue.Queue[Telling] = queue.Queue()
    worker = Worker(engine, DESK, "main", inbox, told.put, lambda: None)
    fleet = Fleet([SimulatedKiosk(number, facts_each) for number in range(kiosks)], inbox.put, told)
    began_s = time.perf_counter()
    worker.start()
    try:
        fleet.tell_everything()
        took_s = time.perf_counter() - began_s
    finally:
        worker.stop()
    check(engine, kiosks, facts_each)
    return Found(took_s, kiosks * facts_each, fleet.messages, fleet.lost, fleet.again, inbox.dropped)


def check(engine: Engine, kiosks: int, facts_each: int) -> None:
    """Every fact once and in its kiosk's order, a loan for each fact, and nothing noted."""
    reached: dict[str, int] = {}
    with engine.connect() as connection:
        for station, seq in connection.execute(select(facts.c.station, facts.c.seq).order_by(facts.c.id)):
            assert seq == reached.get(station, 0) + 1, (station, seq)
            reached[station] = seq
        kept = connection.scalar(select(func.count()).select_from(loans).where(loans.c.ended_at.is_(None)))
        noted = connection.execute(select(exceptions.c.why, func.count()).group_by(exceptions.c.why)).all()
    assert reached == {f"kiosk-{number}": facts_each for number in range(kiosks)}
    assert (kept, noted) == (kiosks * facts_each, [])


def main() -> None:
    kiosks = int(sys.argv[1]) if len(sys.argv) > 1 else KIOSKS
    facts_each = int(sys.argv[2]) if len(sys.argv) > 2 else FACTS
    with tempfile.TemporaryDirectory(prefix="fleet-load-", dir=Path.cwd()) as name:
        engine = open_store(sys.argv[3] if len(sys.argv) > 3 else f"sqlite:///{Path(name) / 'central.sqlite'}")
        upgrade(engine)
        fill(engine, kiosks * facts_each)
        found = run(engine, kiosks, facts_each)
        engine.dispose()
    print(
        f"{kiosks:,} kiosks, {found.facts:,} loans: all in the ledger, once, in order, after {found.took_s:.1f} s "
        f"({found.facts / found.took_s:.0f} a second); {found.messages:,} messages, {found.lost} messages and "
        f"acknowledgements lost, {found.again} times told again, {found.dropped} dropped by the inbox"
    )
    print(json.dumps({"facts": found.facts, "took_s": found.took_s, "told_again": found.again}))


if __name__ == "__main__":
    main()
