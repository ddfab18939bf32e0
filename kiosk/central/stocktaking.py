"""Stock-taking in the store: the list that is frozen, what wands saw held against it, and what becomes of findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from string import ascii_letters, ascii_uppercase
from typing import Final

from sqlalchemy import Connection, Row, Select, delete, exists, func, insert, select, update

from kiosk.central.deeds import Deed, Hindered
from kiosk.central.documents import PaperRow
from kiosk.central.holdings import CALL_NUMBER, SET_ASIDE, ItemState
from kiosk.central.store.stock_tables import stock_expected, stock_figures, stock_findings, stock_seen
from kiosk.central.store.tables import holds, items, loans, records, tags
from kiosk.library.collections.call_numbers import is_readable, shelf_key
from kiosk.library.collections.reconciling import (
    OUTCOMES,
    Absent,
    Expected,
    Found,
    Outcome,
    Report,
    Sighting,
    reconcile,
)
from kiosk.library.collections.stocktaking import security_byte
from kiosk.web.trail import record_all

MOST_EXPECTED: Final = 100_000
"""Copies of one stock-taking; a larger library counts branch by branch, or class by class."""
AT_ONCE: Final = 500
"""Names in one question to the database."""
FOUND_AGAIN = frozenset({ItemState.LOST.value, ItemState.MISSING.value})

FindingRow = Row[tuple[object, ...]]


def freeze(deed: Deed) -> None:
    """Keep what is expected to stand there, in shelf order. Raises `Hindered` for nothing, and for too much."""
    connection, row = deed.connection, deed.row
    first = shelf_key(row.from_number) if row.from_number else ""
    last = shelf_key(row.to_number) if row.to_number else ""
    listed: list[tuple[str, str, str, str]] = []
    query = _holdings(str(row.branch or ""))
    if elsewhere := _letters_outside(first, last):
        query = query.where(~func.substr(CALL_NUMBER, 1, 1).in_(elsewhere))
    for one in connection.execute(query):
        key = shelf_key(one.shown_call_number)
        if (not first or key >= first) and (not last or key <= last or key.startswith(last)):
            absent = Absent.LENT if one.is_lent else Absent.ON_HOLD if one.is_set_aside else one.state
            listed.append((key, one.id, one.shown_call_number, str(absent)))
            if len(listed) > MOST_EXPECTED:
                raise Hindered("stocktaking.too-many")
    if not listed:
        raise Hindered("stocktaking.nothing")
    listed.sort()
    connection.execute(
        insert(stock_expected),
        [
            {"session": row.number, "position": n, "item": item, "call_number": number, "absent": absent}
            for n, (_, item, number, absent) in enumerate(listed)
        ],
    )


def _letters_outside(first: str, last: str) -> list[str]:
    """Letters with which no call number of the range begins, as they are mostly written: the database leaves these out,
    and of a million copies only those of a class or two are looked at one by one."""
    inside = [one for one in ascii_uppercase if (first[:1] or "A") <= one <= (last[:1] or "Z")]
    return [one for one in ascii_letters if one.upper() not in inside]


def _holdings(branch: str) -> Select[tuple[str, str, str, bool, bool]]:
    lent = exists().where(loans.c.item == items.c.id, loans.c.ended_at.is_(None)).label("is_lent")
    aside = exists().where(holds.c.trapped == items.c.id, holds.c.state.in_(SET_ASIDE)).label("is_set_aside")
    query = select(items.c.id, items.c.state, CALL_NUMBER, lent, aside).outerjoin(
        records, items.c.control_number == records.c.control_number
    )
    return query.where(items.c.branch == branch) if branch else query


def count(deed: Deed) -> None:
    """Hold what was seen against the list. What was settled before stays settled where it is found again."""
    connection, session = deed.connection, str(deed.row.number)
    listed = connection.execute(
        select(stock_expected).where(stock_expected.c.session == session).order_by(stock_expected.c.position)
    ).all()
    expected = [Expected(row.item, Absent(row.absent) if row.absent else None) for row in listed]
    seen = _sightings(connection, session)
    numbers = {one.item for one in seen if one.item} - {one.item for one in expected}
    catalogued = frozenset(_known_items(connection, numbers))
    report = reconcile(expected, seen, catalogued, security_byte(str(deed.row.security_byte or "")))
    unreadable = sum(not is_readable(shelf_key(row.call_number)) for row in listed)
    _keep(connection, session, report, unreadable, len(seen), deed.now)


def _sightings(connection: Connection, session: str) -> list[Sighting]:
    """In the order in which they happened, as far as clocks tell; of one wand, in its own."""
    by = (stock_seen.c.at, stock_seen.c.station, stock_seen.c.epoch, stock_seen.c.seq, stock_seen.c.n)
    rows = connection.execute(
        select(stock_seen, tags.c.item.label("tagged"))
        .outerjoin(tags, (tags.c.uid == stock_seen.c.uid) & (stock_seen.c.uid != ""))
        .where(stock_seen.c.session == session)
        .order_by(*by)
    )
    return [Sighting(row.station, row.place, row.sweep, row.item or row.tagged or "", row.uid, row.afi) for row in rows]


def _known_items(connection: Connection, numbers: Iterable[str]) -> Iterable[str]:
    wanted = sorted(numbers)
    for start in range(0, len(wanted), AT_ONCE):
        part = wanted[start : start + AT_ONCE]
        yield from connection.scalars(select(items.c.id).where(items.c.id.in_(part)))


def _keep(connection: Connection, session: str, report: Report, unreadable: int, sightings: int, now: datetime) -> None:
    before = {
        (row.kind, row.item, row.uid, row.place): (row.outcome, row.who, row.settled_at)
        for row in connection.execute(select(stock_findings).where(stock_findings.c.session == session))
    }
    for table in (stock_findings, stock_figures):
        connection.execute(delete(table).where(table.c.session == session))
    rows = []
    for n, one in enumerate(report.findings, 1):
        told = {"kind": one.kind.value, "item": one.item, "uid": one.uid, "place": one.place, "detail": one.detail}
        outcome, who, at = before.get((one.kind.value, one.item, one.uid, one.place), ("", "", None))
        if one.kind is Found.PASS_AGAIN and outcome == Outcome.PASSED:
            outcome, who, at = "", "", None
        rows.append({"session": session, "n": n, **told, "outcome": outcome, "who": who, "settled_at": at})
    if rows:
        connection.execute(insert(stock_findings), rows)
    figures = {"expected": report.expected, "seen": report.seen, "small_swaps": report.small_swaps}
    figures |= {"unreadable": unreadable, "sightings": sightings}
    connection.execute(insert(stock_figures).values(session=session, counted_at=now, **figures))


def settle(
    connection: Connection, session: str, numbers: Sequence[int], outcome: Outcome, *, who: str, now: datetime
) -> int:
    """Say what became of findings; of how many. One whose kind has no such outcome stays as it is."""
    kinds = [kind.value for kind, outcomes in OUTCOMES.items() if outcome in outcomes]
    chosen = stock_findings.c.n.in_(list(numbers)[:AT_ONCE])
    fits = (stock_findings.c.session == session) & chosen & stock_findings.c.kind.in_(kinds)
    rows = connection.execute(select(stock_findings).where(fits)).all()
    connection.execute(update(stock_findings).where(fits).values(outcome=outcome.value, who=who, settled_at=now))
    deeds = [(f"stocktaking:{session}", {f"{row.kind} {_about(row)}": (row.outcome, outcome.value)}) for row in rows]
    record_all(connection, who, "stocktaking.settle", deeds, now, reason="")
    return len(rows)


def _about(row: FindingRow) -> str:
    return str(row.item or row.uid or row.place)


def all_settled(deed: Deed) -> None:
    """Raises `Hindered` while there is a finding of which nobody has said what became."""
    if open_findings(deed.connection, str(deed.row.number)):
        raise Hindered("stocktaking.unsettled")


def open_findings(connection: Connection, session: str) -> int:
    """How many are not settled."""
    mine = (stock_findings.c.session == session) & (stock_findings.c.outcome == "")
    return int(connection.scalar(select(func.count()).select_from(stock_findings).where(mine)) or 0)


def carry_out(deed: Deed) -> None:
    """What the second person's yes does to copies: missing ones are missing, and what was lost and stood there is in
    circulation. Loans stay as they are: whoever finds a lent copy returns it at the desk. Raises `Hindered` for
    somebody who settled a finding."""
    session = str(deed.row.number)
    rows = deed.connection.execute(select(stock_findings).where(stock_findings.c.session == session)).all()
    if any(row.who == deed.who for row in rows):
        raise Hindered("stocktaking.own-findings")
    gone = [str(row.item) for row in rows if row.kind == Found.NOT_SEEN and row.outcome == Outcome.MISSING]
    back = [
        str(row.item)
        for row in rows
        if row.kind == Found.SEEN_ABSENT and row.outcome == Outcome.FOUND and row.detail in FOUND_AGAIN
    ]
    _mark(deed, gone, frozenset({ItemState.IN_CIRCULATION.value}), ItemState.MISSING)
    _mark(deed, back, FOUND_AGAIN, ItemState.IN_CIRCULATION)


def _mark(deed: Deed, numbers: Sequence[str], before: frozenset[str], after: ItemState) -> None:
    """Unless something else has become of a copy since: it was lent, so it was found."""
    for start in range(0, len(numbers), AT_ONCE):
        part = numbers[start : start + AT_ONCE]
        lent = exists().where(loans.c.item == items.c.id, loans.c.ended_at.is_(None))
        rows = deed.connection.execute(
            select(items.c.id, items.c.state).where(items.c.id.in_(part), items.c.state.in_(before), ~lent)
        ).all()
        names = [row.id for row in rows]
        deed.connection.execute(update(items).where(items.c.id.in_(names)).values(state=after.value))
        deeds = [(f"item:{row.id}", {"state": (str(row.state), after.value)}) for row in rows]
        record_all(deed.connection, deed.who, "item.state", deeds, deed.now, reason=str(deed.row.number))


def figures_of(connection: Connection, session: str) -> PaperRow | None:
    """As it was counted last; None before that."""
    return connection.execute(select(stock_figures).where(stock_figures.c.session == session)).one_or_none()


def kinds_of(connection: Connection, session: str) -> Mapping[str, tuple[int, int]]:
    """How many findings of each kind, and how many of these are open."""
    is_open = func.count().filter(stock_findings.c.outcome == "")
    query = select(stock_findings.c.kind, func.count(), is_open).where(stock_findings.c.session == session)
    return {kind: (many, still) for kind, many, still in connection.execute(query.group_by(stock_findings.c.kind))}


def late(connection: Connection, session: str) -> int:
    """Tags that wands told of since it was counted: one that was off line, perhaps."""
    figures = figures_of(connection, session)
    mine = select(func.count()).select_from(stock_seen).where(stock_seen.c.session == session)
    return 0 if figures is None else int(connection.scalar(mine) or 0) - int(figures.sightings)
