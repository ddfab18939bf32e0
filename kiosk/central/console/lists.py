"""Every list of the console: patrons, items, loans, holds, charges, exceptions, the trail, accounts.

Names of patrons are in no filter: a filter stands in the address. The search box, which is sent as a form, finds them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, FromClause, case, func, select

from kiosk.central.console import duty_lists, gate_lists, shelf_lists
from kiosk.central.console.asked import Answer, Asked, Page, Sheet, Shown
from kiosk.central.console.damage_pages import kinds_of_damage
from kiosk.central.console.finding import items_titled
from kiosk.central.console.frame import address
from kiosk.central.holdings import CALL_NUMBER, TITLE, HoldState, ItemState
from kiosk.central.notices.queue import NOT_ARRIVED, NoticeState
from kiosk.central.paying.orders import OrderState
from kiosk.central.store import writing
from kiosk.central.store.console_tables import audit, damages, staff
from kiosk.central.store.money_tables import payment_orders
from kiosk.central.store.notice_tables import notices
from kiosk.central.store.tables import charges, exceptions, holds, items, loans, patrons, records
from kiosk.library.damage import DamageState
from kiosk.web.csv_text import MARK, csv_text
from kiosk.web.listing import Column, Filter, Kind, Listing, Wanted, lines, part, rows_of, wanted
from kiosk.web.roles import Permission
from kiosk.web.trail import record

_FAMILY, _GIVEN = patrons.c.family_name, patrons.c.given_name
NAME = case(
    (_FAMILY == "", _GIVEN),
    (func.lower(_FAMILY) != func.upper(_FAMILY), _GIVEN + " " + _FAMILY),
    else_=_FAMILY + _GIVEN,
)
"""As a desk says it; a family name without large and small letters is Chinese, and comes first without a blank."""
ITEM, PATRON, EXCEPTION = "/console/item?id=", "/console/patron?id=", "/console/exception?id="
DAMAGE = "/console/damage?number="
ORDER = "/console/order?id="
NOTICE = "/console/notice?id="
YES, OPEN, IN_HAND, CLOSED = "yes", "open", "in-hand", "closed"
RUNNING, OVERDUE, ENDED = "running", "overdue", "ended"
ENTERED = "entered"
"""What a paper's time is called: `made_at` of a loan is when it was lent."""
TO_LOOK_AT = "to-look-at"
A_BATCH = 500
"""Lines of CSV that are sent at once."""


def _titled(source: FromClause, item: ColumnElement[str]) -> FromClause:
    with_items = source.outerjoin(items, items.c.id == item)
    return with_items.outerjoin(records, items.c.control_number == records.c.control_number)


def _named(source: FromClause, patron: ColumnElement[str]) -> FromClause:
    return source.outerjoin(patrons, patrons.c.id == patron)


def _patrons(asked: Asked) -> Listing:
    today = asked.now.astimezone(ZoneInfo(asked.console.time_zone)).date()
    states: Mapping[str, ColumnElement[bool]] = {
        "blocked": patrons.c.blocked.is_(True),
        "card-lost": patrons.c.card_lost.is_(True),
        "expired": patrons.c.expires < today,
        "suspended": patrons.c.suspended_until >= today,
    }
    return Listing(
        "patrons",
        rows_of(patrons),
        patrons.c.id,
        (
            Column("id", patrons.c.id, sorts=True, link=PATRON),
            Column("name", NAME),
            Column("category", patrons.c.category),
            Column("expires", patrons.c.expires, Kind.DAY),
            Column("blocked", patrons.c.blocked, Kind.FLAG),
            Column("suspended_until", patrons.c.suspended_until, Kind.DAY),
        ),
        "id",
        (
            Filter("category", lambda value: patrons.c.category == value),
            Filter("state", lambda value: states[value], tuple(states)),
        ),
    )


def _items(asked: Asked) -> Listing:
    states = tuple(state.value for state in ItemState if state.value)
    return Listing(
        "items",
        rows_of(_titled_items()),
        items.c.id,
        (
            Column("id", items.c.id, sorts=True, link=ITEM),
            Column("title", TITLE),
            Column("call_number", CALL_NUMBER),
            Column("branch", items.c.branch),
            Column("loan_class", items.c.loan_class),
            Column("state", items.c.state, Kind.WORD),
        ),
        "id",
        (
            Filter("title", lambda text: items_titled(asked.connection, text)),
            Filter("record", lambda value: items.c.control_number == value),
            Filter("state", _in_state, states),
        ),
    )


def _in_state(state: str) -> ColumnElement[bool]:
    """Nearly every item is in circulation. As a search of its own the index is used, whatever SQLite's statistics make
    of a column with one value."""
    return items.c.id.in_(select(items.c.id).where(items.c.state == state))


def _titled_items() -> FromClause:
    return items.outerjoin(records, items.c.control_number == records.c.control_number)


def _loans(asked: Asked) -> Listing:
    runs = loans.c.ended_at.is_(None)
    states: Mapping[str, ColumnElement[bool]] = {
        RUNNING: runs,
        OVERDUE: runs & (loans.c.due < asked.now),
        ENDED: loans.c.ended_at.is_not(None),
    }
    return Listing(
        "loans",
        rows_of(_named(_titled(loans, loans.c.item), loans.c.patron)),
        loans.c.intent,
        (
            Column("due", loans.c.due, Kind.TIME, sorts=True),
            Column("item", loans.c.item, link=ITEM),
            Column("title", TITLE),
            Column("patron", loans.c.patron, link=PATRON),
            Column("name", func.coalesce(NAME, "")),
            Column("made_at", loans.c.made_at, Kind.TIME, sorts=True),
            Column("station", loans.c.station),
            Column("renewals", loans.c.renewals, Kind.NUMBER),
            Column("ended_at", loans.c.ended_at, Kind.TIME),
        ),
        "due",
        (
            Filter("state", lambda value: states[value], tuple(states)),
            Filter("patron", lambda value: loans.c.patron == value),
            Filter("item", lambda value: loans.c.item == value),
        ),
        preset={"state": RUNNING},
    )


def _holds(asked: Asked) -> Listing:
    today = asked.now.astimezone(ZoneInfo(asked.console.time_zone)).date()
    shelf = holds.c.state == HoldState.READY.value
    states: Mapping[str, ColumnElement[bool]] = {
        **{state.value: holds.c.state == state.value for state in HoldState},
        "over": shelf & (holds.c.expires < today),
    }
    return Listing(
        "holds",
        rows_of(_named(_titled(holds, func.coalesce(holds.c.trapped, holds.c.item)), holds.c.patron)),
        holds.c.id,
        (
            Column("placed_at", holds.c.placed_at, Kind.TIME, sorts=True),
            Column("item", func.coalesce(holds.c.trapped, holds.c.item, ""), link=ITEM),
            Column("title", func.coalesce(TITLE, _titlerows_of(holds.c.control_number), holds.c.control_number)),
            Column("patron", holds.c.patron, link=PATRON),
            Column("name", func.coalesce(NAME, "")),
            Column("state", holds.c.state, Kind.WORD),
            Column("pickup", holds.c.pickup),
            Column("expires", holds.c.expires, Kind.DAY),
        ),
        "placed_at",
        (Filter("state", lambda value: states[value], tuple(states)),),
        preset={"state": HoldState.READY.value},
    )


def _titlerows_of(control_number: ColumnElement[str | None]) -> ColumnElement[object]:
    named = records.alias("named")
    return select(named.c.title).where(named.c.control_number == control_number).scalar_subquery()


def _charges(asked: Asked) -> Listing:
    states: Mapping[str, ColumnElement[bool]] = {OPEN: charges.c.open.is_(True), CLOSED: charges.c.open.is_(False)}
    return Listing(
        "charges",
        rows_of(_named(charges, charges.c.patron)),
        charges.c.id,
        (
            Column("at", charges.c.at, Kind.TIME, sorts=True),
            Column("patron", charges.c.patron, link=PATRON),
            Column("name", func.coalesce(NAME, "")),
            Column("kind", charges.c.kind, Kind.WORD),
            Column("item", func.coalesce(charges.c.item, ""), link=ITEM),
            Column("amount", charges.c.amount_cents, Kind.MONEY),
            Column("paid", charges.c.paid_cents, Kind.MONEY),
        ),
        "at",
        (Filter("state", lambda value: states[value], tuple(states)),),
        preset={"state": OPEN},
    )


def _damages(asked: Asked) -> Listing:
    return Listing(
        "damages",
        rows_of(_titled(damages, damages.c.item)),
        damages.c.id,
        (
            Column("made_at", damages.c.made_at, Kind.TIME, sorts=True, head=ENTERED),
            Column("number", damages.c.number, link=DAMAGE),
            Column("item", damages.c.item, link=ITEM),
            Column("title", func.coalesce(TITLE, "")),
            Column("kind", damages.c.kind, Kind.WORD, words=kinds_of_damage(asked)),
            Column("amount", damages.c.amount_cents, Kind.MONEY),
            Column("state", damages.c.state, Kind.WORD),
        ),
        "-made_at",
        (
            Filter("state", lambda value: damages.c.state == value, tuple(state.value for state in DamageState)),
            Filter("item", lambda value: damages.c.item == value),
        ),
    )


def _orders(asked: Asked) -> Listing:
    return Listing(
        "orders",
        rows_of(payment_orders),
        payment_orders.c.id,
        (
            Column("made_at", payment_orders.c.made_at, Kind.TIME, sorts=True, head=ENTERED),
            Column("number", payment_orders.c.number, link=ORDER, link_from="id"),
            Column("id", payment_orders.c.id),
            Column("patron", payment_orders.c.patron, link=PATRON),
            Column("amount", payment_orders.c.amount_cents, Kind.MONEY),
            Column("state", payment_orders.c.state, Kind.WORD),
            Column("transaction", func.coalesce(payment_orders.c.transaction, "")),
        ),
        "-made_at",
        (Filter("state", lambda value: payment_orders.c.state == value, tuple(state.value for state in OrderState)),),
        links=("id",),
    )


def _notices(asked: Asked) -> Listing:
    return Listing(
        "notices",
        rows_of(notices),
        notices.c.id,
        (
            Column("id", notices.c.id, Kind.NUMBER, sorts=True, link=NOTICE),
            Column("made_at", notices.c.made_at, Kind.TIME, head=ENTERED),
            Column("kind", notices.c.kind, Kind.WORD),
            Column("patron", notices.c.patron, link=PATRON),
            Column("state", notices.c.state, Kind.WORD),
            Column("sent_at", notices.c.sent_at, Kind.TIME),
            Column("tries", notices.c.tries, Kind.NUMBER),
            Column("trouble", notices.c.trouble),
        ),
        "-id",
        (
            Filter("state", _of_notices, (TO_LOOK_AT, *(state.value for state in NoticeState))),
            Filter("patron", lambda value: notices.c.patron == value),
        ),
    )


def _of_notices(state: str) -> ColumnElement[bool]:
    return notices.c.state.in_(NOT_ARRIVED if state == TO_LOOK_AT else (state,))


def _exceptions(asked: Asked) -> Listing:
    states: Mapping[str, ColumnElement[bool]] = {
        OPEN: exceptions.c.open.is_(True),
        IN_HAND: exceptions.c.open.is_(True) & exceptions.c.owner.is_not(None),
        CLOSED: exceptions.c.open.is_(False),
    }
    owners: Mapping[str, ColumnElement[bool]] = {
        "me": exceptions.c.owner == asked.who,
        "nobody": exceptions.c.owner.is_(None),
    }
    return Listing(
        "exceptions",
        rows_of(_titled(exceptions, exceptions.c.item)),
        exceptions.c.id,
        (
            Column("id", exceptions.c.id, Kind.NUMBER, sorts=True, link=EXCEPTION),
            Column("why", exceptions.c.why, Kind.WORD),
            Column("item", func.coalesce(exceptions.c.item, ""), link=ITEM),
            Column("title", func.coalesce(TITLE, "")),
            Column("station", exceptions.c.station),
            Column("at", exceptions.c.at, Kind.TIME),
            Column("owner", func.coalesce(exceptions.c.owner, "")),
        ),
        "-id",
        (
            Filter("state", lambda value: states[value], tuple(states)),
            Filter("owner", lambda value: owners[value], tuple(owners)),
        ),
        preset={"state": OPEN},
    )


def _audit(asked: Asked) -> Listing:
    return Listing(
        "audit",
        rows_of(audit),
        audit.c.id,
        (
            Column("id", audit.c.id, Kind.NUMBER, sorts=True),
            Column("at", audit.c.at, Kind.TIME),
            Column("who", audit.c.who),
            Column("action", audit.c.action, Kind.WORD),
            Column("subject", audit.c.subject),
            Column("changes", func.coalesce(func.nullif(audit.c.changes, "{}"), "")),
            Column("reason", audit.c.reason),
        ),
        "-id",
        (
            Filter("who", lambda value: audit.c.who == value),
            Filter("subject", lambda value: audit.c.subject == value),
        ),
    )


def _staff(asked: Asked) -> Listing:
    return Listing(
        "staff",
        rows_of(staff),
        staff.c.name,
        (
            Column("account", staff.c.name, sorts=True),
            Column("name", staff.c.full_name),
            Column("roles", staff.c.roles),
            Column("branch", staff.c.branch),
            Column("made_at", staff.c.made_at, Kind.TIME, head=ENTERED),
            Column("disabled_at", staff.c.disabled_at, Kind.TIME),
        ),
        "account",
    )


LISTS: Mapping[str, tuple[Callable[[Asked], Listing], Permission, Permission]] = {
    "patrons": (_patrons, Permission.PATRON_READ, Permission.PATRON_EXPORT),
    "items": (_items, Permission.ITEM_READ, Permission.ITEM_READ),
    "loans": (_loans, Permission.LOAN_READ, Permission.LOAN_EXPORT),
    "holds": (_holds, Permission.HOLD_READ, Permission.HOLD_READ),
    "charges": (_charges, Permission.CHARGE_READ, Permission.CHARGE_READ),
    "damages": (_damages, Permission.DAMAGE_READ, Permission.DAMAGE_READ),
    "orders": (_orders, Permission.CHARGE_READ, Permission.CHARGE_READ),
    "notices": (_notices, Permission.NOTICE_READ, Permission.PATRON_EXPORT),
    "exceptions": (_exceptions, Permission.EXCEPTION_READ, Permission.EXCEPTION_READ),
    "alarms": (gate_lists.alarms, Permission.GATE_READ, Permission.GATE_READ),
    "unwatched": (gate_lists.unwatched, Permission.GATE_READ, Permission.GATE_READ),
    "gate-checks": (gate_lists.checks, Permission.GATE_READ, Permission.GATE_READ),
    "lockers": (shelf_lists.lockers, Permission.HOLD_READ, Permission.HOLD_READ),
    "audit": (_audit, Permission.AUDIT_READ, Permission.AUDIT_READ),
    "staff": (_staff, Permission.STAFF_READ, Permission.STAFF_READ),
    **duty_lists.LISTS,
}
"""By its address: the list, who may look, and who may take all of it away as a file."""


def _page(name: str) -> Callable[[Asked], Answer]:
    make, _, takes = LISTS[name]

    def show(asked: Asked) -> Answer:
        listing = make(asked)
        found = wanted(listing, asked.query)
        got = part(asked.connection, found)
        here = f"/console/{name}"
        kept = {"sort": found.sorted_by, **found.filters}
        values = {
            "listing": listing,
            "rows": got.rows,
            "wanted": found,
            "here_path": here,
            "next": address(here, **kept, after=got.following) if got.following else "",
            "first": address(here, **kept) if found.after is not None else "",
            "csv": address(f"{here}.csv", **kept) if takes in asked.may else "",
            "sorted": {
                column.name: address(here, **{**kept, "sort": _turned(found, column)})
                for column in listing.shown()
                if column.sorts
            },
        }
        return Shown("list.html", values)

    return show


def _turned(found: Wanted, column: Column) -> str:
    """By this column; by the one that it is sorted by already, the other way round."""
    return f"-{column.name}" if found.sort is column and not found.falls else column.name


def _sheet(name: str) -> Callable[[Asked], Answer]:
    make = LISTS[name][0]

    def take(asked: Asked) -> Answer:
        listing = make(asked)
        found = wanted(listing, asked.query)
        heads = [asked.say(column.title()) for column in listing.shown()]
        day = asked.now.astimezone(ZoneInfo(asked.console.time_zone)).date().isoformat()
        with writing(asked.console.engine) as connection:  # to read is a page that writes nothing; this is kept
            record(connection, asked.who, "export", f"list:{name}", asked.now)
        return Sheet(f"{name}-{day}.csv", _csv(asked, heads, found))

    return take


def _csv(asked: Asked, heads: Sequence[str], found: Wanted) -> Iterator[str]:
    yield MARK + csv_text([heads])
    batch: list[list[str | int]] = []
    for line in lines(asked.console.engine.connect, found):
        batch.append(line)
        if len(batch) >= A_BATCH:
            yield csv_text(batch)
            batch = []
    yield csv_text(batch)


PAGES = tuple(
    page
    for name, (_, looks, takes) in LISTS.items()
    for page in (Page(f"/{name}", looks, _page(name)), Page(f"/{name}.csv", takes, _sheet(name)))
)
