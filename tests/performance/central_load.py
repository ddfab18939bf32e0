"""P6 and central under load, on this machine: `python -m tests.performance.central_load [URL]`.

Prints figures for people and one JSON object. No test: what it finds depends on the machine. Without a URL, SQLite in a
folder beside this one's temporary files; else an empty database such as `postgresql://USER@HOST/NAME`.

* Decisions: a library of 200,000 patrons and 1,000,000 items; questions for loans, one transaction each, 200 a second.
* Ingest: loans, openings and returns of some kiosks told to that library, twenty facts a message, as many messages a
  transaction as the worker takes: from the bytes of the messages to the acknowledgements, commits included.
* Beside it (P6, SQLite alone), in turns: the very rows that this left, in all tables, inserted by `executemany` into
  the same library with the same indexes, as many commits and the same flushing; with Python's sqlite3 alone, and
  through SQLAlchemy as all of central's statements go. CPU time stands beside, as other work changes it less.
"""

from __future__ import annotations

import gc
import json
import math
import random
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine, Table, func, insert, select, text
from sqlalchemy.dialects import sqlite

from kiosk.central.answering import Desk
from kiosk.central.handling import handle, handle_all
from kiosk.central.inbox import MOST_AT_ONCE
from kiosk.central.messages import Heard
from kiosk.central.store import open_store, upgrade, writing
from kiosk.central.store.tables import facts, items, loans, metadata, patrons
from kiosk.model.facts import Decided, Fact, Found, ItemOpened, ItemReturned, LoanMade
from kiosk.model.ids import AskId, Epoch, IntentId, ItemId, PatronRef, SessionId, Uid
from kiosk.model.questions import AskBorrow
from kiosk.rules.policy import Line, Policy, RulesFile
from kiosk.rules.terms import Period
from kiosk.wire import Channel, OutboxFact, Station, encode_ask, encode_facts, fact_body

PATRONS, ITEMS = 200_000, 1_000_000
KIOSKS, VISITS = 20, 300
FACTS = 3 * KIOSKS * VISITS
A_MESSAGE = 20
"""Facts of a message."""
TURNS = 5
QUESTIONS, A_SECOND = 4_000, 200
BEGINS = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
T = TypeVar("T")
UID, SESSION = Uid("E004015012345678"), SessionId("s")
RULES = RulesFile((Line(loan_period=Period(28), max_loans=30, debt_limit_cents=0),))
DESK = Desk(Policy(RULES, "Asia/Shanghai"), timedelta(seconds=120), "lk/main/central")


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast facts, or the rows that they leave, went in."""

    facts_a_second: float
    cpu_us: float
    """CPU time a fact."""


OURS, BARE, CORE = "ingest", "sqlite3", "SQLAlchemy"
Turn = dict[str, Pace]
Rows = dict[str, list[dict[str, object]]]


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


def paced(work: Callable[[], None]) -> Pace:
    """Do it, and say how fast."""
    began_s, cpu_s = time.perf_counter(), time.process_time()
    work()
    took_s = time.perf_counter() - began_s
    return Pace(FACTS / took_s, (time.process_time() - cpu_s) / FACTS * 1e6)


def ingest(engine: Engine) -> Pace:
    """As the worker takes them in; they are all there afterwards, once."""
    every = messages()
    gc.collect()
    gc.freeze()  # as the process does before it begins

    def take() -> None:
        for part in batched(every, MOST_AT_ONCE):
            with writing(engine) as connection:
                handle_all(connection, DESK, part, part[0].at)

    pace = paced(take)
    with engine.connect() as connection:
        kept = connection.scalar(select(func.count()).select_from(facts))
        lent = connection.scalar(select(func.count()).select_from(loans))
    assert (kept, lent) == (FACTS, KIOSKS * VISITS), (kept, lent)
    return pace


def in_turns(base: Path, folder: Path) -> Iterator[Turn]:
    """Each on its own copy of the library at `base`."""
    for _ in range(TURNS):
        ours = folder / "ours.sqlite"
        shutil.copy(base, ours)
        with opened(ours) as engine:
            pace = ingest(engine)
            with engine.connect() as connection:
                new = {table.name: new_rows(connection, base, table) for table in metadata.sorted_tables}
        yield {OURS: pace, BARE: bare_inserts(base, folder, new), CORE: core_inserts(base, folder, new)}


def new_rows(connection: Connection, base: Path, table: Table) -> list[dict[str, object]]:
    """The rows that ingest has left, in the order in which they were inserted."""
    with closing(sqlite3.connect(base)) as before:
        (last,) = before.execute(f"SELECT coalesce(max(rowid), 0) FROM {table.name}").fetchone()
    query = select(table).where(text("rowid > :last")).order_by(text("rowid"))
    return [dict(row._mapping) for row in connection.execute(query, {"last": last})]


def parts(rows: Rows) -> list[Rows]:
    """The same number of transactions as ingest needs, each with its share of every table."""
    commits = math.ceil(FACTS / (A_MESSAGE * MOST_AT_ONCE))
    shares = {name: math.ceil(len(some) / commits) for name, some in rows.items() if some}
    each = [{name: rows[name][n * most : (n + 1) * most] for name, most in shares.items()} for n in range(commits)]
    return [{name: some for name, some in part.items() if some} for part in each]


def core_inserts(base: Path, folder: Path, rows: Rows) -> Pace:
    """Through SQLAlchemy."""
    shutil.copy(base, folder / "core.sqlite")
    with opened(folder / "core.sqlite") as engine:

        def put() -> None:
            for part in parts(rows):
                with writing(engine) as connection:
                    for name, some in part.items():
                        connection.execute(insert(metadata.tables[name]), some)

        return paced(put)


def bare_inserts(base: Path, folder: Path, rows: Rows) -> Pace:
    """With nothing but sqlite3: values are bound as the store has them already."""
    shutil.copy(base, folder / "bare.sqlite")
    bound = [{name: bound_rows(name, some) for name, some in part.items()} for part in parts(rows)]
    marks = {name: ",".join("?" * len(metadata.tables[name].columns)) for name in rows}
    with closing(sqlite3.connect(folder / "bare.sqlite", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")

        def put() -> None:
            for part in bound:
                connection.execute("BEGIN IMMEDIATE")
                for name, some in part.items():
                    connection.executemany(f"INSERT INTO {name} VALUES ({marks[name]})", some)
                connection.execute("COMMIT")

        return paced(put)


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


def bound_rows(name: str, rows: list[dict[str, object]]) -> list[tuple[object, ...]]:
    dialect = sqlite.dialect()
    binds = [column.type.dialect_impl(dialect).bind_processor(dialect) for column in metadata.tables[name].columns]
    each = [zip(binds, row.values(), strict=True) for row in rows]
    return [tuple(value if bind is None else bind(value) for bind, value in pairs) for pairs in each]


@contextmanager
def opened(path: Path) -> Iterator[Engine]:
    """A store of SQLite; closed, it is one file again."""
    engine = open_store(f"sqlite:///{path}")
    yield engine
    engine.dispose()


def say_decisions(took_ms: list[float]) -> dict[str, float]:
    p50_ms, p99_ms = took_ms[len(took_ms) // 2], took_ms[len(took_ms) * 99 // 100]
    print(
        f"decisions at {A_SECOND} a second: p50 {p50_ms:.1f} ms, p99 {p99_ms:.1f} ms (aim 20), "
        f"slowest {took_ms[-1]:.1f} ms (aim 300); {PATRONS:,} patrons, {ITEMS:,} items"
    )
    return {"p50_ms": p50_ms, "p99_ms": p99_ms, "slowest_ms": took_ms[-1]}


def say_turns(turns: list[Turn]) -> dict[str, float]:
    """Of each figure that of the middle turn."""
    middle = statistics.median
    figures = {"facts_a_second": middle(turn[OURS].facts_a_second for turn in turns)}
    cpu_us = middle(turn[OURS].cpu_us for turn in turns)
    print(f"ingest: {figures['facts_a_second']:.0f} facts a second, {cpu_us:.1f} us of CPU each")
    for peer in (BARE, CORE):
        pace = middle(turn[peer].facts_a_second for turn in turns)
        share = middle(turn[OURS].facts_a_second / turn[peer].facts_a_second for turn in turns)
        of_cpu = middle(turn[peer].cpu_us / turn[OURS].cpu_us for turn in turns)
        print(
            f"the same rows by executemany of {peer}: those of {pace:.0f} facts a second; "
            f"ingest reaches {share:.2f} of it (aim 0.5), {of_cpu:.2f} by CPU time"
        )
        figures |= {f"share_of_{peer}": share, f"cpu_share_of_{peer}": of_cpu}
    return figures


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="central-load-", dir=Path.cwd()) as name:
        base = Path(name) / "central.sqlite"
        engine = open_store(sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{base}")
        upgrade(engine)
        fill(engine)
        figures = say_decisions(decide(engine))
        if engine.dialect.name == "sqlite":
            engine.dispose()
            figures |= say_turns(list(in_turns(base, Path(name))))
        else:
            figures |= {"facts_a_second": ingest(engine).facts_a_second}
            print(f"ingest {figures['facts_a_second']:.0f} facts a second")
            engine.dispose()
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
