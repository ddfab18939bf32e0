"""A file of patrons: CSV in UTF-8 or GB18030. It is checked whole, with every fault by line and column, before a row is
written."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection, select

from kiosk.central.patron_rows import FIELDS, NEEDED, PatronRow, difference, kept, read
from kiosk.central.store.tables import cards, patrons
from kiosk.web.csv_text import unshielded
from kiosk.web.trail import Changes

MOST_ROWS = 20_000
"""All of a file is written in one transaction, which others wait for."""
SEPARATORS = ",;\t"
ENCODINGS = ("utf-8-sig", "gb18030")
"""Told apart by strict decoding, in this order."""
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: the line of the file (1 is the head; 0 the whole file), the column, and what."""

    line: int
    column: str
    key: str
    values: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a file would do."""

    encoding: str
    fresh: Sequence[PatronRow] = ()
    changed: Sequence[tuple[PatronRow, Changes]] = ()
    same: int = 0
    faults: Sequence[Fault] = ()

    @property
    def bad_rows(self) -> int:
        return len({fault.line for fault in self.faults})


class _BadFile(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.key)
        self.fault = fault


def check(connection: Connection, content: bytes, today: date) -> Checked:
    """Read all of it and compare it with the store. Writes nothing."""
    try:
        encoding, text = _decoded(content)
    except _BadFile as bad:
        return Checked("", faults=(bad.fault,))
    try:
        lines = list(_lines(text))
    except _BadFile as bad:
        return Checked(encoding, faults=(bad.fault,))
    rows: list[tuple[int, PatronRow]] = []
    faults: list[Fault] = []
    for line, cells in lines:
        if isinstance(cells, Fault):
            faults.append(cells)
            continue
        row, wrong = read(cells, today)
        faults += [Fault(line, one.field, one.key, one.values) for one in wrong]
        if not wrong:
            rows.append((line, row))
    rows = _only_once(rows, faults)
    rows = _only_free_cards(connection, rows, faults)
    return _compared(connection, encoding, _only_with_guardians(connection, rows, faults), faults)


def _decoded(content: bytes) -> tuple[str, str]:
    for encoding in ENCODINGS:
        try:
            return encoding.removesuffix("-sig"), content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _BadFile(Fault(0, "", "encoding"))


def _lines(text: str) -> Iterator[tuple[int, dict[str, str] | Fault]]:
    head = text.split("\n", 1)[0]
    separator = max(SEPARATORS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    names: list[str] = []
    found = 0
    while True:
        begins = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise _BadFile(Fault(begins, "", "quote")) from None
        if not names:
            names = [cell.strip().lower() for cell in cells]
            _check_names(names)
        elif any(cell.strip() for cell in cells):
            found += 1
            if found > MOST_ROWS:
                raise _BadFile(Fault(begins, "", "too-many", {"count": MOST_ROWS}))
            if len(cells) != len(names):
                yield begins, Fault(begins, "", "cells", {"expected": len(names), "found": len(cells)})
                continue
            yield begins, {name: unshielded(cell) for name, cell in zip(names, cells, strict=True)}


def _check_names(names: Sequence[str]) -> None:
    unknown = sorted(set(names) - set(FIELDS))
    twice = sorted({name for name in names if names.count(name) > 1})
    missing = [name for name in NEEDED if name not in names]
    for key, wrong in (("unknown-columns", unknown), ("twice-columns", twice), ("no-columns", missing)):
        if wrong:
            raise _BadFile(Fault(1, "", key, {"names": ", ".join(wrong)[:200]}))


def _only_once(rows: Sequence[tuple[int, PatronRow]], faults: list[Fault]) -> list[tuple[int, PatronRow]]:
    seen: dict[str, int] = {}
    kept_rows = []
    for line, row in rows:
        if row.id in seen:
            faults.append(Fault(line, "id", "twice", {"line": seen[row.id]}))
            continue
        seen[row.id] = line
        kept_rows.append((line, row))
    return kept_rows


def _only_free_cards(
    connection: Connection, rows: Sequence[tuple[int, PatronRow]], faults: list[Fault]
) -> list[tuple[int, PatronRow]]:
    """A card belongs to one patron: in the file, and with those who are there already."""
    wanted = [token for _, row in rows for token in row.cards or ()]
    owners: dict[str, str] = {}
    for start in range(0, len(wanted), AT_ONCE):
        query = select(cards).where(cards.c.token.in_(wanted[start : start + AT_ONCE]))
        owners |= {row.token: row.patron for row in connection.execute(query)}
    seen: dict[str, int] = {}
    kept_rows = []
    for line, row in rows:
        wrong = []
        for token in row.cards or ():
            if owners.get(token, row.id) != row.id:
                wrong.append(Fault(line, "cards", "card-taken", {"card": token, "patron": owners[token]}))
            elif token in seen:
                wrong.append(Fault(line, "cards", "card-twice", {"card": token, "line": seen[token]}))
        faults += wrong
        if not wrong:
            seen |= dict.fromkeys(row.cards or (), line)
            kept_rows.append((line, row))
    return kept_rows


def _only_with_guardians(
    connection: Connection, rows: Sequence[tuple[int, PatronRow]], faults: list[Fault]
) -> list[PatronRow]:
    ours = {row.id for _, row in rows}
    wanted = sorted({str(row.values["guardian"]) for _, row in rows if row.values.get("guardian")} - ours)
    known: set[str] = set()
    for start in range(0, len(wanted), AT_ONCE):
        query = select(patrons.c.id).where(patrons.c.id.in_(wanted[start : start + AT_ONCE]))
        known |= set(connection.scalars(query))
    good = []
    for line, row in rows:
        guardian = row.values.get("guardian")
        if guardian and (guardian == row.id or str(guardian) not in known | ours):
            faults.append(Fault(line, "guardian", "guardian"))
        else:
            good.append(row)
    return good


def _compared(connection: Connection, encoding: str, rows: Sequence[PatronRow], faults: list[Fault]) -> Checked:
    fresh, changed, same = [], [], 0
    for start in range(0, len(rows), AT_ONCE):
        part = rows[start : start + AT_ONCE]
        known = kept(connection, [row.id for row in part])
        for row in part:
            change = difference(known[row.id], row) if row.id in known else {}
            if row.id not in known:
                fresh.append(row)
            elif change:
                changed.append((row, change))
            else:
                same += 1
    return Checked(encoding, fresh, changed, same, sorted(faults, key=lambda fault: fault.line))
