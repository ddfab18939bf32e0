"""Facts that come together in messages leave exactly the rows that they leave one by one, what fails included."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select, text

from kiosk.central.handling import handle_all
from kiosk.central.messages import Heard
from kiosk.central.store import open_store, upgrade, writing
from kiosk.central.store.tables import metadata, records
from kiosk.wire import Ack, Channel, decode_ack
from tests.central.conftest import Postgres
from tests.central.library import DESK, MONDAY, Kiosk, fill
from tests.central.stories import days, furnish

NOW = MONDAY + timedelta(hours=9)
BRANCHES = replace(DESK, branches={"kiosk-1": "main", "kiosk-2": "east"})
REFUSED = "dune"
"""The store of these tests takes no loan of this book: what a database may refuse that nobody thought of."""
REFUSE = {
    "sqlite": f"CREATE TRIGGER refuse BEFORE INSERT ON loans WHEN NEW.item = '{REFUSED}' "
    "BEGIN SELECT RAISE(ABORT, 'refused'); END",
    "postgresql": f"ALTER TABLE loans ADD CONSTRAINT refuse CHECK (item <> '{REFUSED}')",
}
Rows = dict[str, list[tuple[object, ...]]]


def furnished(url: str) -> Engine:
    """A store with the library of these stories; `url` is that of an empty one."""
    engine = open_store(url)
    upgrade(engine)
    fill(engine)
    with writing(engine) as connection:
        furnish(connection)
        connection.execute(text(REFUSE[engine.dialect.name]))
    return engine


ADDED_AT = records.c.added_at
"""When this test made the record, by the clock on the wall."""


def every_row(engine: Engine, *, numbers: bool = True) -> Rows:
    """All tables. Without `numbers`, rows that the store numbers stand in the order of their numbers, without them."""
    found: Rows = {}
    with engine.connect() as connection:
        for table in metadata.sorted_tables:
            columns = [column for column in table.columns if column is not ADDED_AT]
            rows = [tuple(row) for row in connection.execute(select(*columns).order_by(*table.primary_key))]
            bare = not numbers and [column.name for column in table.primary_key] == ["id"]
            found[table.name] = [row[1:] for row in rows] if bare else rows
    return found


def hear(engine: Engine, told: list[tuple[Kiosk, bytes]]) -> list[int]:
    """Tell central messages in one transaction; what it acknowledges."""
    heard = [Heard(kiosk.station, Channel.FACTS, payload, NOW) for kiosk, payload in told]
    with writing(engine) as connection:
        handled = handle_all(connection, BRANCHES, heard, NOW)
    assert handled.unusable == []
    acks = [decode_ack(telling.payload) for telling in handled.tellings]
    return [ack.seq for ack in acks if isinstance(ack, Ack)]


def tell_both(chance: random.Random, together: Engine, singly: Engine) -> None:
    """To one central messages as they come: several at once, some again, some before their turn. To the other each fact
    by itself."""
    kiosks = days(chance, facts=12)
    told = [0] * len(kiosks)
    while any(told[n] < len(kiosk.outbox) for n, kiosk in enumerate(kiosks)):
        batch: list[tuple[Kiosk, bytes]] = []
        wanted: list[int] = []
        for n in chance.choices(range(len(kiosks)), k=chance.randint(1, 6)):
            kiosk = kiosks[n]
            first = chance.randint(max(1, told[n] - 2), min(told[n] + 2, len(kiosk.outbox)))
            last = chance.randint(first, len(kiosk.outbox))
            batch.append((kiosk, kiosk.message(first, last)))
            for seq in range(first, last + 1):
                (told[n],) = hear(singly, [(kiosk, kiosk.message(seq, seq))])
            wanted.append(told[n])
        assert hear(together, batch) == wanted


@pytest.fixture(scope="session")
def furnished_file() -> Iterator[Path]:
    """A SQLite store to copy."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "furnished.sqlite"
        furnished(f"sqlite:///{path}").dispose()
        yield path


@contextmanager
def two_copies(template: Path) -> Iterator[tuple[Engine, Engine]]:
    with TemporaryDirectory() as folder:
        paths = [Path(shutil.copy(template, f"{folder}/{name}.sqlite")) for name in ("together", "singly")]
        engines = [open_store(f"sqlite:///{path}") for path in paths]
        yield engines[0], engines[1]
        for engine in engines:
            engine.dispose()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1 << 32))
def test_facts_together_leave_the_rows_that_they_leave_one_by_one(furnished_file: Path, seed: int) -> None:
    with two_copies(furnished_file) as (together, singly):
        tell_both(random.Random(seed), together, singly)
        assert every_row(together) == every_row(singly)


def test_on_postgresql_too(postgres: Postgres) -> None:
    together, singly = (furnished(postgres.new_database()) for _ in range(2))
    for seed in range(4):
        tell_both(random.Random(seed), together, singly)
    assert every_row(together, numbers=False) == every_row(singly, numbers=False)
    for engine in (together, singly):
        engine.dispose()
