"""Copies that came with records: held against the store, and entered where somebody wants them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection, insert, select

from kiosk.central.catalogue.copies import LONGEST_NUMBER, Copy
from kiosk.central.catalogue.findings import Code, Finding, Severity
from kiosk.central.catalogue.reading import Catalogued
from kiosk.central.search.indexing import enter_records
from kiosk.central.store.tables import items

AT_ONCE = 500
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class NewCopy:
    """One that can be entered."""

    control_number: str
    copy: Copy
    call_number: str
    """Empty where the record says the same."""


@dataclass(frozen=True, slots=True)
class CheckedCopies:
    """What the copies of a file would do."""

    fresh: Sequence[NewCopy] = ()
    same: int = 0
    """There already, of the same record."""
    findings: Sequence[Finding] = ()


def check_copies(connection: Connection, found: Sequence[Catalogued]) -> CheckedCopies:
    """Hold them against the store. Writes nothing."""
    told = [(one, copy) for one in found for copy in one.record.copies]
    there = _there(connection, {copy.number for _, copy in told if copy.is_usable})
    fresh: dict[str, NewCopy] = {}
    findings, same = [], 0
    for one, copy in told:
        of = one.record.control_number
        if not copy.is_usable:
            what = f"copy {copy.number[:LONGEST_NUMBER]!r}: expected 1 to {LONGEST_NUMBER} characters without blanks"
            findings.append(_finding(one, Severity.REFUSED, Code.COPY_NUMBER, what))
        elif copy.number in fresh:
            findings.append(_finding(one, Severity.DUPLICATE, Code.COPY_TWICE, f"copy {copy.number}"))
        elif copy.number not in there:
            call_number = "" if copy.call_number == one.record.call_number else copy.call_number
            fresh[copy.number] = NewCopy(of, copy, call_number)
        elif there[copy.number] == of:
            same += 1
        else:
            what = f"copy {copy.number} belongs to record {there[copy.number] or '–'}"
            findings.append(_finding(one, Severity.REFUSED, Code.COPY_ELSEWHERE, what))
    return CheckedCopies(list(fresh.values()), same, findings)


def _there(connection: Connection, numbers: Collection[str]) -> Mapping[str, str | None]:
    found: dict[str, str | None] = {}
    for part in _parts(sorted(numbers)):
        query = select(items.c.id, items.c.control_number).where(items.c.id.in_(part))
        found |= {row.id: row.control_number for row in connection.execute(query)}
    return found


def _finding(one: Catalogued, severity: Severity, code: Code, what: str) -> Finding:
    return Finding(severity, code, one.offset, one.number, what)


def enter_copies(
    connection: Connection, copies: Sequence[NewCopy], loan_class: str, branch: str, known: Collection[str]
) -> None:
    """Enter them. Where a field names a branch that is `known`, the copy is there, else at `branch`."""
    rows: list[dict[str, object]] = [
        {
            "id": one.copy.number,
            "control_number": one.control_number,
            "call_number": one.call_number,
            "branch": one.copy.place if one.copy.place in known else branch,
            "loan_class": loan_class,
        }
        for one in copies
    ]
    for part in _parts(rows):
        connection.execute(insert(items), list(part))
    shelved_elsewhere = sorted({one.control_number for one in copies if one.call_number})
    for numbers in _parts(shelved_elsewhere):
        enter_records(connection, numbers)  # they are found by the call numbers of their copies, too


def _parts(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    for first in range(0, len(rows), AT_ONCE):
        yield rows[first : first + AT_ONCE]
