"""What a kiosk is told of titles: what was found and where it is, one title with its copies, whether a patron may wait.

Nothing changes before the fact of a hold is told (decision record 0166).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import Connection, Row, func, or_, select

from kiosk.central.account_answers import LONGEST_BESIDE, cut
from kiosk.central.borrowing import KEPT_HERE, borrower
from kiosk.central.holdings import CALL_NUMBER, TITLE, HoldState, ItemState
from kiosk.central.people import patron_named
from kiosk.central.search.finding import Hit, looked_up, ranked
from kiosk.central.search.folding import fold
from kiosk.central.search.lexemes import Field, joined_number
from kiosk.central.search.queries import Phrase, query_of
from kiosk.central.search.wider import find
from kiosk.central.store.tables import holds, items, loans, records
from kiosk.central.waiting import of_patron
from kiosk.model.finding import (
    AVAILABLE,
    AskFind,
    AskHold,
    AskTitle,
    FoundCopy,
    FoundTitle,
    MayHold,
    MayNotHold,
    NoTitle,
    TitlesFound,
    TitleTold,
    Whereabouts,
)
from kiosk.model.ids import PatronRef
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.rules.holding import may_wait_for
from kiosk.rules.lending import Setting
from kiosk.rules.policy import ALL
from kiosk.rules.subjects import Copy

MOST_TOLD = 24
"""Titles of one answer."""
MOST_COPIES = 12
MOST_LIKE = 4
LOOKED_AT_LIKE = 40
CLASS_SIGNS = 6
"""Of a call number that titles of one class share."""
GONE = frozenset({ItemState.LOST.value, ItemState.MISSING.value, ItemState.WITHDRAWN.value})
_ORDER = list(Whereabouts)
_COPIES = (
    select(items, TITLE, CALL_NUMBER, loans.c.due, loans.c.patron)
    .select_from(
        items.outerjoin(records, items.c.control_number == records.c.control_number).outerjoin(
            loans, (loans.c.item == items.c.id) & loans.c.ended_at.is_(None)
        )
    )
    .where(items.c.state.not_in(GONE))
    .order_by(items.c.id)
)
_Copies = dict[str, list[Row[*tuple[object, ...]]]]


def titles_found(connection: Connection, setting: Setting, asked: AskFind) -> TitlesFound:
    """The nearest titles, those that can be had now first."""
    found = find(connection, asked.text, finished=False)
    titles = _titles(connection, setting, found.hits[:MOST_TOLD])
    titles.sort(key=lambda title: title.whereabouts not in AVAILABLE)
    return TitlesFound(tuple(titles), len(found.hits), found.more, found.how, found.meant)


def newest_titles(connection: Connection, setting: Setting, most: int) -> tuple[FoundTitle, ...]:
    """What was entered last into the catalogue and has a copy here or elsewhere."""
    query = select(records.c.control_number).where(records.c.added_at.is_not(None))
    query = query.order_by(records.c.added_at.desc(), records.c.control_number.desc()).limit(4 * most)
    hits = [Hit(str(key), None) for key in connection.scalars(query)]
    found = _titles(connection, setting, hits)
    return tuple(title for title in found if title.whereabouts is not Whereabouts.NOWHERE)[:most]


def title_told(connection: Connection, setting: Setting, asked: AskTitle) -> TitleTold | NoTitle:
    """One title: where each copy is, how many wait, and what is like it."""
    hit = _hit(connection, asked.key)
    told = [] if hit is None else _titles(connection, setting, (hit,))
    if hit is None or not told:
        return NoTitle()
    rows = _copies(connection, [asked.key]).get(asked.key, [])
    copies = [_copy(setting, row) for row in rows]
    copies.sort(key=lambda copy: _ORDER.index(copy.whereabouts))
    isbn = connection.scalar(select(records.c.isbn).where(records.c.control_number == hit.control_number)) or ""
    like = _titles(connection, setting, _like(connection, told[0], hit))
    return TitleTold(
        told[0], tuple(copies[:MOST_COPIES]), _waiting(connection, hit), tuple(like), isbn.partition(" ")[0]
    )


def may_hold_told(connection: Connection, setting: Setting, asked: AskHold) -> MayHold | MayNotHold:
    """Whether the patron may wait for any copy of the title."""
    patron = patron_named(connection, asked.patron)
    if patron is None:
        return MayNotHold((Reason(ReasonCode.UNKNOWN_PATRON),))
    hit = _hit(connection, asked.key)
    if hit is None:
        return MayNotHold((Reason(ReasonCode.UNKNOWN_ITEM),))
    running = of_patron(connection, patron.ref)
    waits = any(asked.key in (row.control_number, row.item) for row in running)
    copies = [_for_rules(row) for row in _copies(connection, [asked.key]).get(asked.key, [])]
    who = borrower(connection, setting, patron)
    reasons = may_wait_for(setting, who, len(running), copies, waits=waits)
    if reasons:
        return MayNotHold(reasons)
    return MayHold(_waiting(connection, hit) + 1, "" if setting.branch == ALL else setting.branch)


def _hit(connection: Connection, key: str) -> Hit | None:
    if connection.execute(select(records.c.control_number).where(records.c.control_number == key)).first():
        return Hit(key, None)
    own = select(items.c.id).where(items.c.id == key, items.c.control_number.is_(None))
    return Hit(None, key) if connection.execute(own).first() else None


def _titles(connection: Connection, setting: Setting, hits: Sequence[Hit]) -> list[FoundTitle]:
    """In the order of the hits. A title whose copies are all gone is told of, too: somebody may ask for it."""
    keys = [hit.control_number or hit.item or "" for hit in hits]
    copies = _copies(connection, keys)
    named = select(records.c.control_number, records.c.title, records.c.author, records.c.call_number)
    of_records = {
        row.control_number: row for row in connection.execute(named.where(records.c.control_number.in_(keys)))
    }
    found = []
    for key in keys:
        rows, record = copies.get(key, []), of_records.get(key)
        if record is None and not rows:
            continue
        title, author = (record.title, record.author) if record is not None else (rows[0].shown_title, "")
        here = sorted((_copy(setting, row) for row in rows), key=lambda copy: _ORDER.index(copy.whereabouts))
        best = here[0] if here else FoundCopy("" if record is None else record.call_number, "", Whereabouts.NOWHERE)
        due = min((copy.due for copy in here if copy.due is not None), default=None)
        shown_due = None if best.whereabouts in AVAILABLE else due
        name = cut(author, LONGEST_BESIDE)
        found.append(
            FoundTitle(
                key, cut(title), name, best.call_number, best.whereabouts, best.branch, shown_due, record is None
            )
        )
    return found


def _copies(connection: Connection, keys: Collection[str]) -> _Copies:
    """Copies that are not gone, by the title's key."""
    own = items.c.control_number.is_(None) & items.c.id.in_(keys)
    found: _Copies = {}
    for row in connection.execute(_COPIES.where(or_(items.c.control_number.in_(keys), own))):
        found.setdefault(row.control_number or row.id, []).append(row)
    return found


def _copy(setting: Setting, row: Row[*tuple[object, ...]]) -> FoundCopy:
    branch = row.location or row.branch
    here = not branch or setting.branch in (ALL, branch)
    due: date | None = None
    if row.due is not None:
        where, due = Whereabouts.LENT, setting.policy.calendar.local(row.due).date()
    elif row.held_for is not None or row.state in KEPT_HERE:
        where = Whereabouts.KEPT
    elif not here:
        where = Whereabouts.ELSEWHERE
    else:
        where = Whereabouts.READING if row.not_for_loan else Whereabouts.HERE
    return FoundCopy(
        cut(row.shown_call_number, LONGEST_BESIDE), "" if here else cut(branch, LONGEST_BESIDE), where, due
    )


def _for_rules(row: Row[*tuple[object, ...]]) -> Copy:
    lent_to = None if row.due is None else PatronRef(row.patron)
    not_for_loan = row.not_for_loan or row.state in KEPT_HERE
    return Copy(row.loan_class, not_for_loan, row.age_mark, lent_to, row.due)


def _waiting(connection: Connection, hit: Hit) -> int:
    wanted = holds.c.item == hit.item if hit.control_number is None else holds.c.control_number == hit.control_number
    counted = select(func.count()).select_from(holds).where(wanted, holds.c.state == HoldState.WAITING.value)
    return connection.scalar(counted) or 0


def _like(connection: Connection, title: FoundTitle, itself: Hit) -> list[Hit]:
    """By the same author first, then of the same class."""
    found: dict[Hit, None] = {}
    if title.author:
        by_name = query_of(title.author, frozenset({Field.NAME}), finished=True)
        found |= dict.fromkeys(looked_up(connection, by_name, LOOKED_AT_LIKE).hits)
    shelved = joined_number(fold(title.call_number))[:CLASS_SIGNS]
    if len(found) <= MOST_LIKE and len(shelved) > 1:
        of_class = ((Phrase((shelved,), True, (Field.NUMBER,)),),)
        found |= dict.fromkeys(ranked(connection, "", (of_class,), LOOKED_AT_LIKE).hits)
    found.pop(itself, None)
    return list(found)[:MOST_LIKE]
