"""What goes into a kiosk's copy, gathered bit by bit beside whoever writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, Row, case, func, or_, select, true

from kiosk.central.borrowing import KEPT_HERE, UNCLASSED, borrower
from kiosk.central.people import patron_on_file
from kiosk.central.store.tables import cards, charges, items, loans, patrons
from kiosk.central.store.walking import Walk
from kiosk.model.cards import by_card
from kiosk.model.ids import ItemId, PatronRef
from kiosk.rules.lending import Setting, age, remaining
from kiosk.rules.offline import KnownItem, KnownPatron
from kiosk.rules.policy import ALL
from kiosk.rules.standing import standing
from kiosk.rules.subjects import Block, Borrower
from kiosk.rules.terms import Doing
from kiosk.wire.offline_copy import MOST_WORDS, Names, Sections, Words, pack_item, pack_patron

AnyRow = Row[*tuple[object, ...]]


class Stopped(Exception):
    """The process ends; nothing was made."""


@dataclass(frozen=True, slots=True)
class Gathering:
    """One copy being made. `rest` is called between two parts; what it raises ends the gathering."""

    engine: Engine
    setting: Setting
    """As of when, and by which rules; the branch is every one."""
    names: Names
    rest: Callable[[], None]

    def words(self) -> Words:
        """Only what the rules name: everything else goes by the rules for all."""
        lines = self.setting.policy.rules.line
        return Words(
            _named(line.category for line in lines),
            _named(line.loan_class for line in lines),
            list(self.setting.policy.ages)[:MOST_WORDS],
        )

    def sections(self, words: Words) -> Sections:
        """All records. Raises what the store and `rest` raise."""
        made = Sections()
        people = Walk((patrons.c.id,), true(), _PATRON)
        for rows in people.parts(self.engine):
            with self.engine.connect() as connection:
                self._patrons(connection, words, made, rows)
            self.rest()
        for rows in Walk((items.c.id,), true(), _ITEM).parts(self.engine):
            with self.engine.connect() as connection:
                self._items(connection, words, made, rows)
            self.rest()
        return made

    def _patrons(self, connection: Connection, words: Words, made: Sections, rows: Sequence[AnyRow]) -> None:
        refs = [row.id for row in rows]
        tokens = _cards(connection, refs)
        at_home, to_look_at = self._loans(connection, refs)
        to_look_at |= _in_debt(connection, [*refs, *(row.guardian for row in rows if row.guardian)])
        for row in rows:
            in_full = not to_look_at.isdisjoint((row.id, row.guardian))
            who = self._borrower(connection, row, at_home[row.id], in_full=in_full)
            packed = pack_patron(words, self._known(words, who, row))
            for ref in (PatronRef(row.id), *map(by_card, tokens[row.id])):
                made.patrons.append(self.names.patron(ref) + packed)

    def _loans(self, connection: Connection, refs: Sequence[str]) -> tuple[dict[str, int], set[str]]:
        """How many items each has at home, and who has any that may stop them."""
        overdue = or_(loans.c.due < self.setting.now, loans.c.claimed_returned)
        counted = (
            select(loans.c.patron, func.count().label("n"), func.sum(case((overdue, 1), else_=0)).label("doubtful"))
            .where(loans.c.patron.in_(refs), loans.c.ended_at.is_(None))
            .group_by(loans.c.patron)
        )
        at_home: dict[str, int] = defaultdict(int)
        to_look_at: set[str] = set()
        for row in connection.execute(counted):
            at_home[row.patron] = row.n
            if row.doubtful:
                to_look_at.add(row.patron)
        return at_home, to_look_at

    def _borrower(self, connection: Connection, row: AnyRow, at_home: int, *, in_full: bool) -> Borrower:
        """What `standing` needs; everything about a patron is looked up only where something is owed or overdue."""
        if in_full and (on_file := patron_on_file(connection, PatronRef(row.id))) is not None:
            return borrower(connection, self.setting, on_file)
        blocks = {Block.BLOCKED: row.blocked, Block.CARD_LOST: row.card_lost}
        return Borrower(
            ref=PatronRef(row.id),
            category=row.category,
            loans=(UNCLASSED,) * at_home,
            blocks=frozenset(block for block, holds in blocks.items() if holds),
            suspended_until=row.suspended_until,
        )

    def _known(self, words: Words, who: Borrower, row: AnyRow) -> KnownPatron:
        """The card's last day is judged at the kiosk, on the day."""
        policy = self.setting.policy
        terms = self.setting.terms(who.category)
        today = policy.calendar.local(self.setting.now).date()
        return KnownPatron(
            category=row.category if row.category in words.categories else ALL,
            stopped=bool(standing(who, terms, policy.calendar, self.setting.now, Doing.BORROW)),
            more=remaining(self.setting, who),
            expires=row.expires,
            years=None if row.born is None else age(row.born, today),
        )

    def _items(self, connection: Connection, words: Words, made: Sections, rows: Sequence[AnyRow]) -> None:
        waiting = [row.held_for for row in rows if row.held_for is not None]
        tokens = _cards(connection, waiting) if waiting else {}
        for row in rows:
            item = ItemId(row.id)
            known = KnownItem(
                loan_class=row.loan_class if row.loan_class in words.classes else ALL,
                not_for_loan=row.not_for_loan or row.state in KEPT_HERE,
                age_mark=row.age_mark if row.age_mark in words.marks else "",
                reserved=row.held_for is not None,
            )
            made.items.append(self.names.item(item) + pack_item(words, known))
            if row.held_for is not None:
                for ref in (PatronRef(row.held_for), *map(by_card, tokens[row.held_for])):
                    made.kept.append(self.names.kept(item, ref))


def _named(said: Iterable[str]) -> list[str]:
    return list(dict.fromkeys((ALL, *said)))[:MOST_WORDS]


def _cards(connection: Connection, refs: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for row in connection.execute(select(cards.c.patron, cards.c.token).where(cards.c.patron.in_(refs))):
        found[row.patron].append(row.token)
    return found


def _in_debt(connection: Connection, refs: Sequence[str]) -> set[str]:
    owing = select(charges.c.patron).where(charges.c.patron.in_(refs), charges.c.open.is_(True)).distinct()
    return set(connection.scalars(owing))


_PATRON = (
    patrons.c.category,
    patrons.c.expires,
    patrons.c.blocked,
    patrons.c.card_lost,
    patrons.c.suspended_until,
    patrons.c.born,
    patrons.c.guardian,
)
_ITEM = (items.c.loan_class, items.c.not_for_loan, items.c.state, items.c.age_mark, items.c.held_for)
