"""Facts that come together in messages leave exactly the rows that they leave one by one, what fails included."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from kiosk.central.store import open_store, upgrade, writing
from kiosk.central.store.tables import metadata
from tests.central.library import (
    BOOKS,
    DUE,
    MONDAY,
    Central,
    Kiosk,
    doubtful,
    fill,
    made,
    opened,
    returned,
    settled,
    undone,
    waits,
)

PEOPLE = ("wei", "amy", "bao", "blocked", "above", "nobody", "card:04A1B2C3")
COPIES = (*BOOKS, "held", "reference", "unheard-of")
REFUSED = "dune"
"""The store of these tests takes no loan of this book: what a database may refuse that nobody thought of."""
Rows = dict[str, list[tuple[object, ...]]]


def a_day(chance: random.Random, name: str) -> Kiosk:
    """What a kiosk tells, sensible or not."""
    kiosk = Kiosk(name, epoch=f"{name}-e")
    for minute in sorted(chance.choices(range(60), k=12)):
        intent, item = f"{name}-{chance.randrange(5)}", chance.choice(COPIES)
        due = chance.choice((DUE, MONDAY + timedelta(minutes=30)))
        fact = chance.choice(
            (
                made(intent, chance.choice(PEOPLE), item, due=due),
                made(intent, chance.choice(PEOPLE), item, due=due),
                opened(intent, item),
                undone(intent, item),
                returned(item),
                waits(item, who=chance.choice(PEOPLE)),
                doubtful(intent, item),
                settled(intent, item),
            )
        )
        kiosk.does(fact, minute)
    return kiosk


def a_library(folder: Path, name: str) -> Central:
    engine = open_store(f"sqlite:///{folder / name}.sqlite")
    upgrade(engine)
    fill(engine)
    with writing(engine) as connection:
        refuse = "BEFORE INSERT ON loans WHEN NEW.item = '{}' BEGIN SELECT RAISE(ABORT, 'refused'); END"
        connection.execute(text(f"CREATE TRIGGER refuse {refuse.format(REFUSED)}"))
    return Central(engine, now=MONDAY + timedelta(hours=9))


def every_row(central: Central) -> Rows:
    with central.engine.connect() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in metadata.sorted_tables
        }


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1 << 32))
def test_facts_together_leave_the_rows_that_they_leave_one_by_one(seed: int) -> None:
    chance = random.Random(seed)
    kiosks = [a_day(chance, f"kiosk-{n}") for n in range(2)]
    told = dict.fromkeys((kiosk.name for kiosk in kiosks), 0)
    with TemporaryDirectory() as folder:
        together, singly = (a_library(Path(folder), name) for name in ("together", "singly"))
        while waiting := [kiosk for kiosk in kiosks if told[kiosk.name] < len(kiosk.outbox)]:
            kiosk = chance.choice(waiting)
            first = told[kiosk.name] + 1
            last = chance.randint(first, len(kiosk.outbox))
            assert together.hears(kiosk, kiosk.message(first, last)) == last
            for seq in range(first, last + 1):
                assert singly.hears(kiosk, kiosk.message(seq, seq)) == seq
            told[kiosk.name] = last
        assert every_row(together) == every_row(singly)
        for central in (together, singly):
            central.engine.dispose()
