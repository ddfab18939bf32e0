"""The one search box: an item's number, a card or patron's number, the number of a paper, a title, a name.

It is sent as a form: what was typed may be a name or a card, and no address may hold either.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Row, func, or_, select

from kiosk.central.console.asked import Answer, Asked, Moved, Page, Shown
from kiosk.central.console.frame import address
from kiosk.central.console.numbers import page_of
from kiosk.central.holdings import item_on_file, shown_items
from kiosk.central.people import owner_of, patron_on_file
from kiosk.central.search.finding import looked_up
from kiosk.central.search.lexemes import Field
from kiosk.central.search.queries import query_of
from kiosk.central.search.wider import find
from kiosk.central.store.tables import items, patrons
from kiosk.model.ids import ItemId, PatronRef
from kiosk.web.roles import Permission

MOST = 20
TITLES = frozenset({Field.TITLE, Field.SOUND})
LAST = "\U0010ffff"
LONGEST_FAMILY = 2
"""Characters of a family name that is written without a blank: 张, 欧阳."""


def search(asked: Asked) -> Answer:
    """Go to what has exactly this number; else show people whose names begin with it, and titles that are found."""
    text = asked.text("q", 200)
    if not text:
        return Moved("/console/")
    connection, may = asked.connection, asked.may
    numbered = page_of(asked, text)
    if numbered:
        return Moved(numbered)
    item = item_on_file(connection, ItemId(text[:64])) if Permission.ITEM_READ in may else None
    patron = patron_of(connection, text) if Permission.PATRON_READ in may else None
    if item is not None and patron is None:
        return Moved(address("/console/item", id=item.item.id))
    if patron is not None and item is None:
        return Moved(address("/console/patron", id=patron))
    people = _by_name(connection, text) if Permission.PATRON_READ in may else []
    titles = _by_title(connection, text) if Permission.ITEM_READ in may else []
    if patron is not None:
        people = [*connection.execute(select(patrons).where(patrons.c.id == patron)), *people]
    exact = None if item is None else item.item
    return Shown("found.html", {"text": text, "people": people, "titles": titles, "exact": exact})


def patron_of(connection: Connection, text: str) -> PatronRef | None:
    """The patron of a card, or of a patron's number."""
    owner = owner_of(connection, text[:128])
    if owner is not None:
        return owner
    known = patron_on_file(connection, PatronRef(text[:64]))
    return None if known is None else known.ref


def begins(connection: Connection, column: ColumnElement[str], text: str) -> ColumnElement[bool]:
    """Values that begin so, without regard to the case of letters, by the index.

    SQLite's `lower()` knows A to Z alone: there other letters must be as they were typed, or the first one large.
    """
    key, either = _key(connection, column, text)
    return or_(*((key >= one) & (key < one + LAST) for one in either))


def _is(connection: Connection, column: ColumnElement[str], text: str) -> ColumnElement[bool]:
    key, either = _key(connection, column, text)
    return key.in_(either)


def _key(connection: Connection, column: ColumnElement[str], text: str) -> tuple[ColumnElement[str], list[str]]:
    """What the index has of a column, and how a text may stand in it."""
    key: ColumnElement[str] = func.lower(column)
    if connection.dialect.name == "postgresql":
        return key.collate("C"), [text.lower()]
    return key, sorted({_lower_latin(text), _lower_latin(text[:1].upper() + text[1:])})


def _lower_latin(text: str) -> str:
    return "".join(sign.lower() if sign.isascii() else sign for sign in text)


def items_titled(connection: Connection, text: str) -> ColumnElement[bool]:
    """Items that the search finds by what was typed; of a common word, the copies of the titles that come first."""
    hits = looked_up(connection, query_of(text, TITLES, finished=False)).hits
    numbers, copies = [hit.control_number for hit in hits], [hit.item for hit in hits]
    return items.c.control_number.in_(list(filter(None, numbers))) | items.c.id.in_(list(filter(None, copies)))


def _by_title(connection: Connection, text: str) -> Sequence[Row[tuple[object, ...]]]:
    """Copies of what the search finds, the nearest first."""
    hits = find(connection, text, finished=False).hits[:MOST]
    places = {hit.control_number or hit.item: place for place, hit in enumerate(hits)}
    copies = or_(items.c.control_number.in_(places), items.c.control_number.is_(None) & items.c.id.in_(places))
    rows = connection.execute(shown_items().where(copies).order_by(items.c.id).limit(MOST * MOST)).all()
    return sorted(rows, key=lambda row: places[row.control_number or row.id])[:MOST]


def _by_name(connection: Connection, text: str) -> Sequence[Row[tuple[object, ...]]]:
    """By the beginning of either part, or by both as they are said: 张伟, Wei Zhang, Zhang Wei."""
    given, family = patrons.c.given_name, patrons.c.family_name
    either = [begins(connection, given, text), begins(connection, family, text)]
    for at in range(1, min(len(text), LONGEST_FAMILY + 1)):
        either.append(_is(connection, family, text[:at]) & begins(connection, given, text[at:]))
    first, blank, second = text.partition(" ")
    if blank:
        either.append(_is(connection, given, first) & begins(connection, family, second))
        either.append(_is(connection, family, first) & begins(connection, given, second))
    found: dict[str, Row[tuple[object, ...]]] = {}
    for one in either:
        found |= {row.id: row for row in connection.execute(select(patrons).where(one).limit(MOST))}
    return [found[number] for number in sorted(found)][:MOST]


def desk(asked: Asked) -> Answer:
    """Lending begins here: the box, and nothing else to do."""
    return Shown("desk.html")


PAGES = (
    Page("/search", None, search, writes=True),
    Page("/desk", Permission.LOAN_WRITE, desk),
)
