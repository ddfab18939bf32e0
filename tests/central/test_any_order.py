"""Whatever the line loses, doubles and delays, central ends as if it had heard everyone in order (I5)."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from kiosk.central.store import open_store, upgrade
from kiosk.central.store.tables import facts, loans
from tests.central.library import BOOKS, MONDAY, Central, Kiosk, fill, made, opened, returned, undone

PEOPLE = ("wei", "amy", "card:04A1B2C3")


def a_day(chance: random.Random, name: str, minutes: list[int]) -> Kiosk:
    """What a kiosk does at these minutes, sensible or not."""
    kiosk = Kiosk(name, epoch=f"{name}-e")
    lent: list[tuple[str, str]] = []
    for minute in minutes:
        match chance.choice(("lend", "lend", "open", "undo", "return")):
            case "open" if lent:
                kiosk.does(opened(*chance.choice(lent)), minute)
            case "undo" if lent:
                kiosk.does(undone(*chance.choice(lent)), minute)
            case "return":
                kiosk.does(returned(chance.choice(BOOKS)), minute)
            case _:
                lent.append((f"{name}-{len(lent)}", chance.choice(BOOKS)))
                kiosk.does(made(lent[-1][0], chance.choice(PEOPLE), lent[-1][1]), minute)
    return kiosk


def told_badly(chance: random.Random, kiosks: list[Kiosk], central: Central) -> None:
    """Messages from anywhere in each outbox, in any order, until central has acknowledged all."""
    acked = dict.fromkeys((kiosk.name for kiosk in kiosks), 0)
    while any(acked[kiosk.name] < len(kiosk.outbox) for kiosk in kiosks):
        kiosk = chance.choice(kiosks)
        first = chance.randint(1, min(acked[kiosk.name] + 2, len(kiosk.outbox)))
        last = chance.randint(first, len(kiosk.outbox))
        now = central.hears(kiosk, kiosk.message(first, last))
        assert now >= acked[kiosk.name], "an acknowledgement never falls"
        assert now <= len(kiosk.outbox)
        acked[kiosk.name] = now


def story(central: Central) -> set[tuple[object, ...]]:
    """Every loan with both ends, where order of arrival must not matter."""
    columns = (loans.c.intent, loans.c.patron, loans.c.item, loans.c.ended_at, loans.c.end_why)
    with central.engine.connect() as connection:
        return {tuple(row) for row in connection.execute(select(*columns))}


def in_order(kiosks: list[Kiosk], central: Central) -> None:
    """Every fact by itself, along the clock."""
    facts_of_all = [(fact.at, kiosk.name, fact.seq, kiosk) for kiosk in kiosks for fact in kiosk.outbox]
    for _, _, seq, kiosk in sorted(facts_of_all, key=lambda one: one[:3]):
        central.hears(kiosk, kiosk.message(seq, seq))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1 << 32))
def test_any_order_of_arrival_tells_the_same_story(seed: int) -> None:
    chance = random.Random(seed)
    minutes = chance.choices(range(1, 60), k=24)  # some at the same instant
    kiosks = [a_day(chance, f"kiosk-{n}", sorted(minutes[n * 8 : n * 8 + 8])) for n in range(3)]
    with TemporaryDirectory() as folder:
        centrals: list[Central] = []
        for name in ("orderly", "bad"):
            engine = open_store(f"sqlite:///{Path(folder) / name}.sqlite")
            upgrade(engine)
            fill(engine)
            centrals.append(Central(engine, now=MONDAY + timedelta(hours=9)))
        orderly, bad = centrals
        in_order(kiosks, orderly)
        told_badly(chance, kiosks, bad)
        assert story(bad) == story(orderly)
        with bad.engine.connect() as connection:
            kept = connection.execute(select(facts.c.station, facts.c.seq)).all()
        assert sorted(map(tuple, kept)) == [(kiosk.name, seq) for kiosk in kiosks for seq in range(1, 9)]
        for one in centrals:
            one.engine.dispose()


def test_on_both_databases_too(central: Central) -> None:
    chance = random.Random(7)
    kiosks = [a_day(chance, f"kiosk-{n}", [10 * m + n for m in range(1, 9)]) for n in range(3)]
    told_badly(chance, kiosks, central)
    running = central.on_loan()
    for kiosk in kiosks:
        central.hears(kiosk)
    assert central.on_loan() == running
