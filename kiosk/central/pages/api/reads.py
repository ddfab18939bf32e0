"""Operations that tell and change nothing."""

from __future__ import annotations

from sqlalchemy import Row, select

from kiosk.central.pages.answers import Wrong, instant
from kiosk.central.pages.api.keys import Scope
from kiosk.central.pages.api.operations import Call, Kind, Operation, Page, Value
from kiosk.central.pages.reading import (
    LoansWanted,
    Told,
    exception_told,
    exceptions_page,
    facts_page,
    items_page,
    loans_page,
    one_item,
    one_patron,
    patrons_page,
    stations_told,
)
from kiosk.central.store.tables import charges, holds

AFTER = Value("after", Kind.TEXT, "go on after this row: `next` of the page before")
AFTER_NUMBER = Value("after", Kind.WHOLE, "go on after this row: `next` of the page before")


def text(name: str, about: str) -> Value:
    return Value(name, Kind.TEXT, about)


def found(told: Told | None, what: str) -> Told:
    """What was looked for; refused with 404 where there is none."""
    if told is None:
        raise Wrong(404, f"there is no such {what}", f"path.{what}")
    return told


def _loans(call: Call) -> Page:
    wanted = LoansWanted(
        call.flag("open"), call.text("patron"), call.text("item"), call.text("station"), call.text("after")
    )
    return Page("loans", "intent", loans_page(call.connection, wanted, call.limit))


def _items(call: Call) -> Page:
    rows = items_page(call.connection, call.text("control_number"), call.text("after"), call.limit)
    return Page("items", "id", rows)


def _item(call: Call) -> Told:
    return found(one_item(call.connection, call.path["item"]), "item")


def _patrons(call: Call) -> Page:
    rows = patrons_page(call.connection, call.text("category"), call.text("after"), call.limit)
    return Page("patrons", "id", rows)


def _patron(call: Call) -> Told:
    return found(one_patron(call.connection, call.path["patron"]), "patron")


def _holds(call: Call) -> Page:
    query = select(holds).order_by(holds.c.id).limit(call.limit)
    for name in ("patron", "item", "control_number", "state"):
        if (value := call.text(name)) is not None:
            query = query.where(holds.c[name] == value)
    if (after := call.text("after")) is not None:
        query = query.where(holds.c.id > after)
    return Page("holds", "id", [hold_told(row) for row in call.connection.execute(query)])


def hold_told(row: Row[tuple[object, ...]]) -> Told:
    """A hold as REST tells it."""
    return {
        "id": row.id,
        "patron": row.patron,
        "control_number": row.control_number,
        "item": row.item,
        "pickup": row.pickup,
        "state": row.state,
        "trapped": row.trapped,
        "placed_at": instant(row.placed_at),
        "ready_at": instant(row.ready_at),
        "expires": None if row.expires is None else row.expires.isoformat(),
        "ended_at": instant(row.ended_at),
    }


def _charges(call: Call) -> Page:
    query = select(charges).order_by(charges.c.id).limit(call.limit)
    if (patron := call.text("patron")) is not None:
        query = query.where(charges.c.patron == patron)
    if (open_ := call.flag("open")) is not None:
        query = query.where(charges.c.open.is_(open_))
    if (after := call.text("after")) is not None:
        query = query.where(charges.c.id > after)
    return Page("charges", "id", [charge_told(row) for row in call.connection.execute(query)])


def charge_told(row: Row[tuple[object, ...]]) -> Told:
    """A charge as REST tells it; amounts in cents."""
    return {
        "id": row.id,
        "patron": row.patron,
        "kind": row.kind,
        "item": row.item,
        "loan": row.loan,
        "amount_cents": row.amount_cents,
        "paid_cents": row.paid_cents,
        "open": row.open,
        "at": instant(row.at),
        "why": row.why,
    }


def _exceptions(call: Call) -> Page:
    rows = exceptions_page(call.connection, open_=call.flag("open"), after=call.whole("after"), limit=call.limit)
    return Page("exceptions", "id", rows)


def _exception(call: Call) -> Told:
    return found(exception_told(call.connection, number_of(call)), "exception")


def number_of(call: Call) -> int:
    """The number in the path."""
    text = call.path["number"]
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise Wrong(404, "there is no such exception", "path.number")
    return int(text)


def _kiosks(call: Call) -> Told:
    return {"stations": [*stations_told(call.connection, call.now)]}


def _facts(call: Call) -> Page:
    return Page("facts", "id", facts_page(call.connection, call.whole("since"), call.limit))


READS = (
    Operation(
        "GET",
        "/loans",
        Scope.LOANS_READ,
        "Loans, the oldest first.",
        _loans,
        (
            Value("open", Kind.FLAG, "only those that run, or only those that have ended"),
            text("patron", "of this patron"),
            text("item", "of this item"),
            text("station", "made at this station"),
            AFTER,
        ),
        pages=True,
    ),
    Operation(
        "GET",
        "/items",
        Scope.ITEMS_READ,
        "Copies, by number.",
        _items,
        (text("control_number", "copies of this record"), AFTER),
        pages=True,
    ),
    Operation("GET", "/items/{item:path}", Scope.ITEMS_READ, "A copy, and the loan that runs or null.", _item),
    Operation(
        "GET",
        "/patrons",
        Scope.PATRONS_READ,
        "Patrons, by number; no card numbers.",
        _patrons,
        (text("category", "of this category"), AFTER),
        pages=True,
    ),
    Operation(
        "GET", "/patrons/{patron:path}", Scope.PATRONS_READ, "A patron, what they owe, and the loans that run.", _patron
    ),
    Operation(
        "GET",
        "/holds",
        Scope.HOLDS_READ,
        "Who waits for what.",
        _holds,
        (
            text("patron", "of this patron"),
            text("item", "on this copy"),
            text("control_number", "on this title"),
            text("state", "waiting, in-transit, ready, fulfilled, cancelled or expired"),
            AFTER,
        ),
        pages=True,
    ),
    Operation(
        "GET",
        "/charges",
        Scope.CHARGES_READ,
        "What is owed and was paid, in cents.",
        _charges,
        (text("patron", "of this patron"), Value("open", Kind.FLAG, "only those of which something is owed"), AFTER),
        pages=True,
    ),
    Operation(
        "GET",
        "/exceptions",
        Scope.EXCEPTIONS_READ,
        "What staff have to look at, the oldest first.",
        _exceptions,
        (Value("open", Kind.FLAG, "only those that are open, or closed"), AFTER_NUMBER),
        pages=True,
    ),
    Operation("GET", "/exceptions/{number}", Scope.EXCEPTIONS_READ, "One of them, with its history.", _exception),
    Operation("GET", "/stations", Scope.KIOSKS_READ, "Every kiosk and gate that was ever heard of.", _kiosks),
    Operation("GET", "/kiosks", Scope.KIOSKS_READ, "The same as `/stations`.", _kiosks),
    Operation(
        "GET",
        "/facts",
        Scope.LOANS_READ,
        "Facts as stations told them, in the order in which central took them.",
        _facts,
        (Value("since", Kind.WHOLE, "after this number: `next` of the page before"),),
        pages=True,
    ),
)
