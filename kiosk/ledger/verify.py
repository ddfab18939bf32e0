"""Whether a ledger file holds what the order of operations promises (design, section 4)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from sqlalchemy import Connection, select, text

from kiosk.ledger.doubts import OPENS
from kiosk.ledger.failures import StorageFailure, storage
from kiosk.ledger.reading import LedgerFile
from kiosk.ledger.rows import StoredRow, row_of
from kiosk.ledger.schema import journal, meta, outbox
from kiosk.model.facts import HoldCancelled, HoldPlaced, ItemReturned, LoanMade, LoanRenewed, LoanUndone, StationSettled
from kiosk.model.ids import IntentId
from kiosk.model.journal import RowKind

FOLLOWS: Mapping[RowKind, frozenset[RowKind]] = {
    RowKind.BORROW_INTENDED: frozenset({RowKind.BORROW_DECIDED, RowKind.BORROW_REFUSED, RowKind.BORROW_ABANDONED}),
    RowKind.BORROW_DECIDED: frozenset({RowKind.LOAN_MADE}),
    RowKind.LOAN_MADE: frozenset({RowKind.BORROW_OPENING}),
    RowKind.BORROW_OPENING: frozenset({RowKind.BORROW_OPENING, RowKind.BORROW_DONE, RowKind.LOAN_UNDONE}),
    RowKind.RETURN_INTENDED: frozenset({RowKind.RETURN_DONE, RowKind.RETURN_REFUSED, RowKind.RETURN_ABANDONED}),
    RowKind.RENEW_INTENDED: frozenset({RowKind.LOAN_RENEWED, RowKind.RENEW_REFUSED, RowKind.RENEW_ABANDONED}),
}
"""What may come after each step of an intent. A kind that is not here is an intent's last."""
STEPS = frozenset(FOLLOWS) | frozenset().union(*FOLLOWS.values())
TOGETHER = (RowKind.BORROW_DECIDED, RowKind.LOAN_MADE, RowKind.BORROW_OPENING)
"""Rows that one transaction holds (decision record 0002)."""
TOLD_AS: Mapping[RowKind, frozenset[str]] = {
    RowKind.LOAN_MADE: frozenset({LoanMade.type}),
    RowKind.LOAN_UNDONE: frozenset({LoanUndone.type}),
    RowKind.RETURN_DONE: frozenset({ItemReturned.type, StationSettled.type}),
    RowKind.LOAN_RENEWED: frozenset({LoanRenewed.type}),
    RowKind.HOLD_PLACED: frozenset({HoldPlaced.type}),
    RowKind.HOLD_CANCELLED: frozenset({HoldCancelled.type}),
}
"""Rows that change whose item it is, until when, or who waits for it, and the facts that tell central so."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that must not be. `row` is the journal row's id where one is meant."""

    row: int | None
    what: str

    def __str__(self) -> str:
        return self.what if self.row is None else f"row {self.row}: {self.what}"


@dataclass(frozen=True, slots=True)
class KeptFact:
    """A row of the outbox."""

    seq: int
    journal: int
    type: str
    intent: str | None


def verify(path: Path) -> list[Problem]:
    """Everything that is wrong with the file; empty when all is well. The file is not changed.

    Raises `LedgerRefused` for a file that is no ledger of this version.
    """
    try:
        with LedgerFile(path) as ledger, storage(), ledger.connection.begin():
            return list(_problems(ledger.connection))
    except StorageFailure as failure:
        return [Problem(None, f"the file cannot be read: {failure.detail}")]


def _problems(connection: Connection) -> Iterator[Problem]:
    broken = [line for line in connection.scalars(text("PRAGMA integrity_check(20)")) if line != "ok"]
    if broken:
        yield from (Problem(None, f"SQLite: {line}") for line in broken)
        return
    yield from (
        Problem(None, f"foreign key: {tuple(row)}") for row in connection.execute(text("PRAGMA foreign_key_check"))
    )
    rows: list[StoredRow] = []
    for columns in connection.execute(select(journal).order_by(journal.c.id)):
        try:
            rows.append(row_of(columns))
        except ValueError as strange:
            yield Problem(columns.id, f"cannot be read: {strange}")
    facts: list[KeptFact] = []
    for columns in connection.execute(select(outbox).order_by(outbox.c.seq)):
        try:
            body = json.loads(columns.data)
        except ValueError:
            yield Problem(columns.journal, f"fact {columns.seq}: its body is no JSON")
            continue
        intent = body.get("intent") if isinstance(body, dict) else None
        facts.append(KeptFact(columns.seq, columns.journal, columns.type, intent if isinstance(intent, str) else None))
    acked = connection.scalars(select(meta.c.acked_seq)).all()
    yield from _numbering(facts, acked)
    yield from _telling(rows, facts)
    yield from steps_out_of_order(rows)


def steps_out_of_order(rows: Iterable[StoredRow]) -> list[Problem]:
    """Steps of intents that do not follow each other as they must. `rows` are all rows of a journal, by id."""
    return [problem for intent, story in _stories(rows).items() for problem in _order(intent, story)]


def _numbering(facts: Sequence[KeptFact], acked: Sequence[int]) -> Iterator[Problem]:
    for before, after in pairwise(facts):
        if after.seq != before.seq + 1:
            yield Problem(after.journal, f"facts {before.seq + 1} to {after.seq - 1} are missing from the outbox")
        if after.journal <= before.journal:
            yield Problem(after.journal, f"fact {after.seq} was journalled before fact {before.seq}")
    if len(acked) != 1:
        yield Problem(None, f"expected one epoch in the file, found {len(acked)}")
    elif acked[0] > (facts[-1].seq if facts else 0):
        yield Problem(None, f"central acknowledged fact {acked[0]}, which this file never held: an older copy?")


def _telling(rows: Iterable[StoredRow], facts: Iterable[KeptFact]) -> Iterator[Problem]:
    by_row = {fact.journal: fact for fact in facts}
    oldest = min(by_row, default=0)  # what was told before it is forgotten; a row of an open intent may be older
    for stored in rows:
        wanted = TOLD_AS.get(stored.row.kind) if stored.id >= oldest else None
        fact = by_row.get(stored.id)
        if wanted is not None and (fact is None or fact.type not in wanted):
            found = "nothing" if fact is None else fact.type
            yield Problem(
                stored.id, f"{stored.row.kind} has to tell central {' or '.join(sorted(wanted))}, tells {found}"
            )
        if fact is not None and fact.intent != stored.row.intent:
            yield Problem(stored.id, f"its fact {fact.seq} is about another intent")


def _stories(rows: Iterable[StoredRow]) -> dict[IntentId, list[StoredRow]]:
    stories: dict[IntentId, list[StoredRow]] = {}
    for stored in rows:
        if stored.row.intent is not None and stored.row.kind in STEPS | {RowKind.DOUBTFUL}:
            stories.setdefault(stored.row.intent, []).append(stored)
    return stories


def _order(intent: IntentId, story: Sequence[StoredRow]) -> Iterator[Problem]:
    steps = [stored for stored in story if stored.row.kind in STEPS]
    first = story[0]
    if first.row.kind not in OPENS:
        yield Problem(first.id, f"intent {intent} begins with {first.row.kind}")
    elif first.row.item is None or (first.row.uid is None and first.row.kind is not RowKind.RENEW_INTENDED):
        yield Problem(first.id, f"intent {intent} names no item or no tag")
    for before, after in pairwise(steps):
        if after.row.kind not in FOLLOWS.get(before.row.kind, frozenset()):
            yield Problem(after.id, f"intent {intent}: {after.row.kind} after {before.row.kind}")
    for stored in story[1:]:
        if stored.row.item != first.row.item:
            yield Problem(stored.id, f"intent {intent} goes on with another item")
    made = [stored for stored in steps if stored.row.kind is RowKind.LOAN_MADE]
    if len(made) > 1:
        yield Problem(made[1].id, f"intent {intent} made {len(made)} loans")
    parts = {kind: stored.tx for stored in reversed(steps) for kind in TOGETHER if stored.row.kind is kind}
    if parts and (set(parts) != set(TOGETHER) or len(set(parts.values())) > 1):
        yield Problem(steps[0].id, f"intent {intent}: decision, loan and opening are not one transaction")
