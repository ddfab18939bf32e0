"""Patrons and their cards, as the store has them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, bindparam, select

from kiosk.central.store.tables import cards, patrons
from kiosk.model.cards import CARD, card_token
from kiosk.model.circulation import Language
from kiosk.model.ids import PatronRef

_OWNER = select(cards.c.patron).where(cards.c.token == bindparam("token"))
_PATRON = select(patrons).where(patrons.c.id == bindparam("patron"))
_PATRON_LOCKED = _PATRON.with_for_update()


@dataclass(frozen=True, slots=True)
class PatronOnFile:
    """A patron of the store."""

    ref: PatronRef
    given_name: str
    family_name: str
    category: str
    expires: date | None
    blocked: bool
    language: Language | None
    born: date | None = None
    guardian: str | None = None
    """The patron who answers for this one."""
    card_lost: bool = False
    suspended_until: date | None = None

    @property
    def full_name(self) -> str:
        """As a desk says it; Chinese names without a blank, the family first."""
        if not self.family_name:
            return self.given_name
        if self.family_name.isascii():
            return f"{self.given_name} {self.family_name}"
        return self.family_name + self.given_name


def owner_of(connection: Connection, token: str) -> PatronRef | None:
    """Whose card this is."""
    found = connection.scalar(_OWNER, {"token": card_token(token)})
    return None if found is None else PatronRef(found)


def resolved(connection: Connection, ref: PatronRef) -> PatronRef | None:
    """The patron that `ref` names, `card:TOKEN` included; None where nobody has that card."""
    return owner_of(connection, ref.removeprefix(CARD)) if ref.startswith(CARD) else ref


def patron_named(connection: Connection, ref: PatronRef, *, lock: bool = False) -> PatronOnFile | None:
    """The patron that `ref` names, `card:TOKEN` included, as `patron_on_file` has them."""
    known = resolved(connection, ref)
    return None if known is None else patron_on_file(connection, known, lock=lock)


def patron_on_file(connection: Connection, ref: PatronRef, *, lock: bool = False) -> PatronOnFile | None:
    """The patron's row; `lock` keeps others from deciding for the same patron until this transaction ends."""
    row = connection.execute(_PATRON_LOCKED if lock else _PATRON, {"patron": ref}).one_or_none()
    if row is None:
        return None
    return PatronOnFile(
        ref=PatronRef(row.id),
        given_name=row.given_name,
        family_name=row.family_name,
        category=row.category,
        expires=row.expires,
        blocked=row.blocked,
        language=Language(row.language) if row.language in set(Language) else None,
        born=row.born,
        guardian=row.guardian,
        card_lost=row.card_lost,
        suspended_until=row.suspended_until,
    )
