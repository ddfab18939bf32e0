"""Patrons and their cards, as the store has them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kiosk.central.store.slate import Lookup, Source, slate_of
from kiosk.central.store.tables import cards, patrons
from kiosk.model.cards import CARD, card_token
from kiosk.model.circulation import Language
from kiosk.model.ids import PatronRef

CARD_OF = Lookup(cards.c.token)
PATRON = Lookup(patrons.c.id, locks=True)


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
        return full_name(self.given_name, self.family_name)


def full_name(given: str, family: str) -> str:
    """Chinese names without a blank, the family first."""
    if not family:
        return given
    return f"{given} {family}" if family.isascii() else family + given


def owner_of(source: Source, token: str) -> PatronRef | None:
    """Whose card this is."""
    card = slate_of(source).one(CARD_OF, card_token(token))
    return None if card is None else PatronRef(card.patron)


def resolved(source: Source, ref: PatronRef) -> PatronRef | None:
    """The patron that `ref` names, `card:TOKEN` included; None where nobody has that card."""
    return owner_of(source, ref.removeprefix(CARD)) if ref.startswith(CARD) else ref


def patron_named(source: Source, ref: PatronRef, *, lock: bool = False) -> PatronOnFile | None:
    """The patron that `ref` names, `card:TOKEN` included, as `patron_on_file` has them."""
    known = resolved(source, ref)
    return None if known is None else patron_on_file(source, known, lock=lock)


def patron_on_file(source: Source, ref: PatronRef, *, lock: bool = False) -> PatronOnFile | None:
    """The patron's row; `lock` keeps others from deciding for the same patron until this transaction ends."""
    row = slate_of(source, locks=lock).one(PATRON, ref)
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
