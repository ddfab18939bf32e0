"""What central keeps of patrons and items that the library's own system knows: enough for its own story."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select, update

from kiosk.central.exceptions import Why
from kiosk.central.people import owner_of, patron_on_file
from kiosk.central.search.indexing import enter_copies
from kiosk.central.store.tables import cards, exceptions, items, patrons
from kiosk.model.cards import card_token
from kiosk.model.ids import ItemId, PatronRef

CATEGORY, LOAN_CLASS = "ils", "ils"
"""Of patrons and items that only the library's own system sorts."""


def mirrored_patron(connection: Connection, card: str, name: str) -> PatronRef:
    """The patron who has this card; entered where nobody had it."""
    known = owner_of(connection, card)
    if known is not None:
        connection.execute(
            update(patrons).where(patrons.c.id == known, patrons.c.category == CATEGORY).values(given_name=name)
        )
        return known
    ref = PatronRef(card_token(card)[:64])
    if patron_on_file(connection, ref) is None:
        connection.execute(insert(patrons).values(id=ref, given_name=name, category=CATEGORY))
    connection.execute(insert(cards).values(token=card_token(card), patron=ref))
    return ref


def card_of(connection: Connection, patron: str) -> str:
    """A card of this patron, as the library's own system knows them; else the patron's own number."""
    return connection.scalar(select(cards.c.token).where(cards.c.patron == patron).order_by(cards.c.token)) or patron


def unsure_of(connection: Connection, intent: str) -> Sequence[int]:
    """The open exceptions that doubt whether the library's own system made this loan."""
    doubts = (exceptions.c.intent == intent, exceptions.c.why == Why.ILS_UNSURE.value, exceptions.c.open)
    return connection.scalars(select(exceptions.c.id).where(*doubts)).all()


def mirrored_item(connection: Connection, item: ItemId, title: str) -> None:
    """The item, entered where central has none of this number."""
    if connection.execute(select(items.c.id).where(items.c.id == item)).first() is None:
        connection.execute(insert(items).values(id=item, title=title, loan_class=LOAN_CLASS))
        enter_copies(connection, [item])
