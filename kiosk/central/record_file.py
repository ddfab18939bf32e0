"""A file of bibliographic records against the store: what it would add, what is there already, what cannot be taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import BindParameter, Connection, bindparam, insert, select, update

from kiosk.central.catalogue.findings import Finding, Severity
from kiosk.central.catalogue.reading import Catalogued, read_records
from kiosk.central.catalogue.rows import row_of
from kiosk.central.copy_rows import CheckedCopies, check_copies
from kiosk.central.search.indexing import enter_records
from kiosk.central.store.tables import records

Row = dict[str, object]
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class CheckedRecords:
    """What a file would do."""

    fresh: Sequence[Row]
    different: Sequence[Row]
    """There is a record of the same control number, made of other bytes."""
    same: int
    findings: Sequence[Finding]
    copies: CheckedCopies
    before: Mapping[str, bytes]
    """The bytes of each record that is `different`, as they are now; by control number."""

    def count(self, severity: str) -> int:
        """Findings of a severity."""
        return Counter(finding.severity for finding in self.findings)[Severity(severity)]


def check(connection: Connection, content: bytes) -> CheckedRecords:
    """Read all of it and compare it with the store. Writes nothing."""
    found = list(read_records(content, set()))
    taken = [one for one in found if isinstance(one, Catalogued)]
    rows = [row_of(one) for one in taken]
    there: dict[object, bytes] = {}
    for part in _parts(rows):
        numbers = [row["control_number"] for row in part]
        query = select(records.c.control_number, records.c.original).where(records.c.control_number.in_(numbers))
        there |= {row.control_number: row.original for row in connection.execute(query)}
    different = [row for row in rows if there.get(row["control_number"], row["original"]) != row["original"]]
    copies = check_copies(connection, taken)
    return CheckedRecords(
        [row for row in rows if row["control_number"] not in there],
        different,
        sum(there.get(row["control_number"]) == row["original"] for row in rows),
        [*(one for one in found if isinstance(one, Finding)), *copies.findings],
        copies,
        {str(row["control_number"]): there[row["control_number"]] for row in different},
    )


def enter(connection: Connection, rows: Sequence[Row]) -> None:
    """Enter new records."""
    for part in _parts(rows):
        connection.execute(insert(records), list(part))
        enter_records(connection, [str(row["control_number"]) for row in part])


def replace(connection: Connection, rows: Sequence[Row]) -> None:
    """Put these in place of the records of their control numbers."""
    if not rows:
        return
    names = [name for name in rows[0] if name != "control_number"]
    new: dict[str, BindParameter[object]] = {name: bindparam(f"new_{name}") for name in names}
    one = update(records).where(records.c.control_number == bindparam("of")).values(new)
    for part in _parts(rows):
        told = [{"of": row["control_number"], **{f"new_{name}": row[name] for name in names}} for row in part]
        connection.execute(one, told)
        enter_records(connection, [str(row["control_number"]) for row in part])


def _parts(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    for first in range(0, len(rows), AT_ONCE):
        yield rows[first : first + AT_ONCE]
