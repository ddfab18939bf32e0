"""Catalogue files into rows of the store, with what is wrong in them told to the log."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from kiosk.central.catalogue.findings import Finding
from kiosk.central.catalogue.reading import Catalogued, FileTooLarge, read_file, read_records
from kiosk.settings import Fault, SettingsRefused

MOST_TOLD = 20
"""Findings of a file that are told one by one."""

log = logging.getLogger(__name__)


def read_rows(paths: Sequence[Path]) -> list[dict[str, object]]:
    """Rows of the table `records` for every good record of the files.

    What is wrong with single records goes to the log; a file that cannot be read, or in which nothing is good, is a
    fault. Raises `SettingsRefused` with every such file.
    """
    seen: set[str] = set()
    rows: list[dict[str, object]] = []
    faults: list[Fault] = []
    for path in paths:
        try:
            data = read_file(path)
        except OSError as trouble:
            faults.append(Fault(str(path), "", "a readable file", trouble.strerror or "an error"))
            continue
        except FileTooLarge as trouble:
            faults.append(Fault(str(path), "", "a smaller file", str(trouble)))
            continue
        found = list(read_records(data, seen))
        taken = [row_of(one) for one in found if isinstance(one, Catalogued)]
        if data and not taken:
            faults.append(Fault(str(path), "", "records of MARC 21 or CNMARC (ISO 2709)", "not one good record"))
        rows += taken
        _tell(path, [one for one in found if isinstance(one, Finding)])
    if faults:
        raise SettingsRefused(faults)
    return rows


def row_of(one: Catalogued) -> dict[str, object]:
    """A row of the table `records`."""
    record = one.record
    valid_first = sorted(record.isbns, key=lambda isbn: not isbn.valid)
    return {
        "control_number": record.control_number,
        "title": record.title,
        "author": record.author,
        "call_number": record.call_number,
        "isbn": " ".join(isbn.text for isbn in valid_first),
        "language": record.language,
        "format": record.format.value,
        "original": one.original,
    }


def _tell(path: Path, findings: Sequence[Finding]) -> None:
    for finding in findings[:MOST_TOLD]:
        log.warning("%s: %s", path, finding)
    if len(findings) > MOST_TOLD:
        log.warning("%s: %d findings more", path, len(findings) - MOST_TOLD)
