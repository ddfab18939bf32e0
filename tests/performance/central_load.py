"""P6 and central under load, on this machine: `python -m tests.performance.central_load [URL]`.

Prints figures for people and one JSON object. No test: what it finds depends on the machine. Without a URL, SQLite in a
folder beside this one's temporary files; else an empty database such as `postgresql://USER@HOST/NAME`.

* Ingest: loans, openings and returns of some kiosks, twenty facts a message, several messages a transaction as the
  worker takes them, beside plain batched inserts of the same fact rows with the same durability (P6).
* Decisions: a library of 200,000 patrons and 1,000,000 items; questions for loans, one transaction each, 200 a second.
"""

from __future__ import annotations

import json
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Engine, func, insert, select

from kiosk.central.answering import Desk
from kiosk.central.handling import handle
from kiosk.central.messages import Heard
from kiosk.central.store import open_store, upgrade, writing
from kiosk.central.store.tables import facts, items, loans, patrons
from kiosk.model.facts import Decided, Fact, Found, ItemOpened, ItemReturned, LoanMade
from kiosk.model.ids import AskId, Epoch, IntentId, ItemId, PatronRef, SessionId, Uid
from kiosk.model.questions import AskBorrow
from kiosk.rules.policy import Line, Policy, RulesFile
from kiosk.rules.terms import Period
from kiosk.wire import Channel, OutboxFact, Station, encode_ask, encode_facts, fact_body

PATRONS, ITEMS = 200_000, 1_000_000
KIOSKS, VISITS = 20, 300
A_MESSAGE, A_COMMIT = 20, 20
"""Facts a message, messages a commit."""
QUESTIONS, A_SECOND = 4_000, 200
BEGINS = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
T = TypeVar("T")
UID, SESSION = Uid("E004015012345678"), SessionId("s")
RULES = RulesFile((Line(loan_period=Period(28), max_loans=30, debt_limit_cents=0),))
DESK = Desk(Policy(RULES, "Asia/Shanghai"), timedelta(seconds=120), "lk/main/central")


@dataclass(frozen=True, slots=True)
class Figures:
    """What was found."""

    facts_a_second: float
    rows_a_second: float
    p50_ms: float
    p99_ms: float
    slowest_ms: float

    @property
    def share(self) -> float:
        """Of plain inserts (P6)."""
        return self.facts_a_second / self.rows_a_second


def fill(engine: Engine) -> None:
    """Everybody and everything."""
    with writing(engine) as connection:
        for numbers in _batches(PATRONS):
            rows = [{"id": f"p{number}", "given_name": "Wei", "category": "adult"} for number in numbers]
            connection.execute(insert(patrons), rows)
        for numbers in _batches(ITEMS):
            rows = [{"id": f"i{number}", "title": f"Title {number}", "loan_class": "book"} for number in numbers]
            connection.execute(insert(items), rows)


def batched(rows: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """In tuples of at most so many (Python 3.12 has it)."""
    rest = iter(rows)
    while part := tuple(islice(rest, size)):
        yield part


def _batches(most: int) -> Iterator[list[int]]:
    for start in range(0, most, 10_000):
        yield list(range(start, min(most, start + 10_000)))


def told(kiosk: int) -> list[OutboxFact]:
    """What one kiosk has to tell: each visit a loan, its opening and, a while later, its return."""
    numbers, seqs = random.Random(kiosk), count(1)
    out: list[OutboxFact] = []
    for visit in range(VISITS):
        intent, item = IntentId(f"k{kiosk}-{visit}"), ItemId(f"i{numbers.randrange(ITEMS)}")
        patron, due = PatronRef(f"p{numbers.randrange(PATRONS)}"), BEGINS + timedelta(days=28)
        story: tuple[Fact, ...] = (
            LoanMade(SESSION, intent, patron, item, UID, due, Decided.OFFLINE, provisional=True),
            ItemOpened(SESSION, intent, item, UID, 0x07, 0xC2, verified=True),
            ItemReturned(SESSION, IntentId(f"{intent}-r"), item, UID, Found.LENT, 0xC2, 0x07, verified=True),
        )
        for fact in story:
            at = BEGINS + timedelta(seconds=60 * visit)
            out.append(OutboxFact(next(seqs), fact.type, at, fact_body(fact, 60_000 * visit, "boot")))
    return out


def messages() -> list[Heard]:
    """Of all kiosks, in turns."""
    by_kiosk: list[list[Heard]] = []
    for kiosk in range(KIOSKS):
        station = Station("main", f"kiosk-{kiosk}")
        payloads = (encode_facts(station, Epoch("e"), part) for part in batched(told(kiosk), A_MESSAGE))
        by_kiosk.append([Heard(station, Channel.FACTS, payload, BEGINS + timedelta(days=1)) for payload in payloads])
    return [one for turn in zip(*by_kiosk, strict=True) for one in turn]


def ingest(engine: Engine) -> float:
    """Facts a second, as the worker takes them in; they are all there afterwards, once."""
    every = messages()
    began_s = time.perf_counter()
    for part in batched(every, A_COMMIT):
        with writing(engine) as connection:
            for heard in part:
                handle(connection, DESK, heard, heard.at)
    took_s = time.perf_counter() - began_s
    with engine.connect() as connection:
        kept = connection.scalar(select(func.count()).select_from(facts))
        lent = connection.scalar(select(func.count()).select_from(loans))
    assert (kept, lent) == (3 * KIOSKS * VISITS, KIOSKS * VISITS), (kept, lent)
    return 3 * KIOSKS * VISITS / took_s


def plain_inserts(folder: Path) -> float:
    """Rows a second: the same fact rows by `executemany`, with the same commits and flushes."""
    rows = [
        (f"kiosk-{kiosk}", "e", fact.seq, fact.type, fact.at.isoformat(), fact.data)
        for kiosk in range(KIOSKS)
        for fact in told(kiosk)
    ]
    with closing(sqlite3.connect(folder / "plain.sqlite", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(
            "CREATE TABLE facts (id INTEGER PRIMARY KEY, station TEXT, epoch TEXT, seq INTEGER, type TEXT, at TEXT, "
            "data TEXT, UNIQUE (station, epoch, seq))"
        )
        began_s = time.perf_counter()
        for part in batched(rows, A_MESSAGE * A_COMMIT):
            connection.execute("BEGIN IMMEDIATE")
            sql = "INSERT INTO facts (station, epoch, seq, type, at, data) VALUES (?, ?, ?, ?, ?, ?)"
            connection.executemany(sql, part)
            connection.execute("COMMIT")
        return len(rows) / (time.perf_counter() - began_s)


def decide(engine: Engine) -> list[float]:
    """Milliseconds of each question, asked at its time of a second; a late one is asked at once."""
    numbers, station = random.Random(7), Station("main", "kiosk-1")
    took_ms: list[float] = []
    began_s = time.perf_counter()
    for number in range(QUESTIONS):
        question = AskBorrow(PatronRef(f"p{numbers.randrange(PATRONS)}"), ItemId(f"i{numbers.randrange(ITEMS)}"), UID)
        payload = encode_ask(station, AskId(f"ask-{number}"), question, BEGINS)
        wait_s = began_s + number / A_SECOND - time.perf_counter()
        if wait_s > 0:
            time.sleep(wait_s)  # the load that is measured: so many questions a second
        asked_s = time.perf_counter()
        with writing(engine) as connection:
            handle(connection, DESK, Heard(station, Channel.ASK, payload, BEGINS), BEGINS)
        took_ms.append((time.perf_counter() - asked_s) * 1_000)
    return sorted(took_ms)


def measured(url: str, folder: Path) -> Figures:
    engine = open_store(url)
    upgrade(engine)
    fill(engine)
    took_ms = decide(engine)
    facts_a_second = ingest(engine)
    engine.dispose()
    at = len(took_ms) * 99 // 100
    return Figures(facts_a_second, plain_inserts(folder), took_ms[len(took_ms) // 2], took_ms[at], took_ms[-1])


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="central-load-", dir=Path.cwd()) as name:
        folder = Path(name)
        url = sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{folder / 'central.sqlite'}"
        found = measured(url, folder)
    print(f"ingest {found.facts_a_second:.0f} facts a second, {found.share:.2f} of plain inserts (aim 0.5)")
    print(
        f"decisions at {A_SECOND} a second: p50 {found.p50_ms:.1f} ms, p99 {found.p99_ms:.1f} ms (aim 20), "
        f"slowest {found.slowest_ms:.1f} ms (aim 300); {PATRONS:,} patrons, {ITEMS:,} items"
    )
    figures = {"facts_a_second": found.facts_a_second, "share": found.share, "p50_ms": found.p50_ms}
    print(json.dumps(figures | {"p99_ms": found.p99_ms, "slowest_ms": found.slowest_ms}))


if __name__ == "__main__":
    main()
