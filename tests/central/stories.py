"""Random days of several stations: what they tell, sensible or not, and the library that it is told of."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import timedelta

from sqlalchemy import Connection, insert, update

from kiosk.central.accounts import Charge, ChargeKind, owe
from kiosk.central.store.tables import cards, decisions, items, loans, patrons, records
from kiosk.model.facts import ChargePaid, Fact, HoldCancelled, LoanRenewed, PaidBy
from kiosk.model.gate_facts import PeopleCounted
from kiosk.model.ids import IntentId, ItemId, PatronRef
from kiosk.wire import OutboxFact
from tests.central.library import (
    BOOKS,
    DUE,
    MONDAY,
    SESSION,
    Kiosk,
    doubtful,
    made,
    opened,
    returned,
    settled,
    undone,
    waits,
)

PEOPLE = ("wei", "amy", "bao", "blocked", "above", "nobody", "card:04A1B2C3", "card:Nobodys")
COPIES = (*BOOKS, "held", "reference", "unheard-of", "x" * 70)
"""The last has more characters than PostgreSQL takes."""
TITLE = "T1"
MINUTES = 60
STRANGE = "lk.of.a.later.version"

Copies = Sequence[str]
Writes = Callable[[random.Random, str, Copies], Fact]


def _intent(chance: random.Random, name: str) -> str:
    return f"{name}-{chance.randrange(8)}"


def _lends(chance: random.Random, name: str, copies: Copies) -> Fact:
    due = chance.choice((DUE, DUE, MONDAY + timedelta(minutes=30), MONDAY - timedelta(days=3)))
    return made(_intent(chance, name), chance.choice(PEOPLE), chance.choice(copies), due=due)


def _returns(chance: random.Random, name: str, copies: Copies) -> Fact:
    return returned(chance.choice(copies))


def _renews(chance: random.Random, name: str, copies: Copies) -> Fact:
    ask, who = IntentId(_intent(chance, name)), PatronRef(chance.choice(PEOPLE))
    return LoanRenewed(SESSION, ask, who, ItemId(chance.choice(copies)), DUE + timedelta(days=7))


def _reserves(chance: random.Random, name: str, copies: Copies) -> Fact:
    who, pickup = chance.choice(PEOPLE), chance.choice(("", "main", "east"))
    if chance.random() < 0.5:
        return waits(title=chance.choice((TITLE, "T0")), who=who, pickup=pickup)
    return waits(chance.choice(copies), who=who, pickup=pickup)


def _cancels(chance: random.Random, name: str, copies: Copies) -> Fact:
    who = chance.choice(PEOPLE)
    hold = f"hold-{who}-{chance.choice((TITLE, *copies))}"
    return HoldCancelled(SESSION, IntentId(_intent(chance, name)), PatronRef(who), hold)


def _pays(chance: random.Random, name: str, copies: Copies) -> Fact:
    payment, who = IntentId(_intent(chance, name)), PatronRef(chance.choice(PEOPLE))
    some = chance.choice(((), ("old-above",)))
    return ChargePaid(SESSION, payment, who, chance.choice((1, 400, 5_000)), "CNY", PaidBy.QR, "reference", some)


def _counts(chance: random.Random, name: str, copies: Copies) -> Fact:
    """Some of them twice under one id, which the store refuses."""
    quarter = timedelta(minutes=15)
    return PeopleCounted(IntentId(_intent(chance, name)), "main", MONDAY, MONDAY + quarter, 3, 2, closed=False)


WRITES: tuple[Writes, ...] = (
    *(_lends,) * 5,
    _renews,
    *(_reserves,) * 3,
    _cancels,
    _pays,
    _counts,
    lambda chance, name, copies: opened(_intent(chance, name), chance.choice(copies)),
    lambda chance, name, copies: undone(_intent(chance, name), chance.choice(copies)),
    *(_returns,) * 5,
    lambda chance, name, copies: doubtful(_intent(chance, name), chance.choice(copies)),
    lambda chance, name, copies: settled(_intent(chance, name), chance.choice(copies)),
)


def a_day(chance: random.Random, name: str, facts: int, copies: Copies) -> Kiosk:
    """What one station tells of these copies under one epoch. Some of it nobody understands."""
    kiosk = Kiosk(name, epoch=f"{name}-{chance.randrange(1_000_000)}")
    for minute in sorted(chance.choices(range(MINUTES), k=facts)):
        seq = kiosk.does(chance.choice(WRITES)(chance, name, copies), minute)
        if chance.random() < 0.05:
            told = kiosk.outbox[seq - 1]
            kiosk.outbox[seq - 1] = OutboxFact(told.seq, STRANGE, told.at, told.data)
    return kiosk


def days(chance: random.Random, facts: int) -> list[Kiosk]:
    """Three stations; one of them has got a new disk, so that it tells under two epochs."""
    copies = chance.sample(COPIES, 4)
    first, anew, *others = (a_day(chance, name, facts, copies) for name in ("kiosk-1", "kiosk-1", "kiosk-2", "gate"))
    anew.epoch += "-anew"
    return [first, anew, *others]


def furnish(connection: Connection) -> None:
    """Beyond `library.fill`: two copies of one title, a child's guardian, promises, and a book that counts as lost."""
    connection.execute(insert(records).values(control_number=TITLE, title="Snow", format="marc21", original=b""))
    connection.execute(update(items).where(items.c.id.in_(("snow", "river"))).values(control_number=TITLE))
    connection.execute(update(items).where(items.c.id == "zahir").values(branch="east"))
    connection.execute(update(patrons).where(patrons.c.id == "bao").values(guardian="above"))
    connection.execute(insert(cards).values(token="NOBODYS", patron="gone"))
    before = MONDAY - timedelta(days=60)
    connection.execute(
        insert(loans).values(
            intent="old-1",
            patron="amy",
            item="atlas",
            station="desk",
            seq=1,
            made_at=before,
            due=before + timedelta(days=28),
            lost_at=MONDAY - timedelta(days=1),
        )
    )
    connection.execute(update(items).where(items.c.id == "atlas").values(state="lost", price_cents=2_500))
    owe(connection, Charge("lost-old-1", PatronRef("amy"), ChargeKind.LOST, 2_500, MONDAY, ItemId("atlas"), "old-1"))
    promise = {"station": "kiosk-1", "item": "notes", "asked_at": MONDAY, "allowed": True, "answer": "{}"}
    until = MONDAY + timedelta(minutes=40)
    promises = [
        promise | {"ask": f"kiosk-1-{n}", "patron": who, "promised_until": until} for n, who in enumerate(PEOPLE[:3])
    ]
    connection.execute(insert(decisions), promises)
