"""From what a session did to a receipt, by the library's template in the patron's language. Pure; the driver draws."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import assert_never

from drivers.printers.receipt import Align, Code128, QrCode, Receipt, ReceiptLine, ReceiptPart, Style
from kiosk.model.circulation import Language
from kiosk.model.questions import ReceiptEntry
from kiosk.screens.settings import ScreenSettings
from kiosk.session.effects import PrintReceipt
from kiosk.station.receipt_template import COUNTS, Books, Code, Row, Templates, When, shipped_templates
from kiosk.words.dates import clock, full_day, iso_day
from kiosk.words.sentences import Words, words


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What stands on every receipt of a library."""

    library: ScreenSettings
    time_zone: str
    templates: Templates = field(default_factory=shipped_templates)


Values = Mapping[str, str | int]
"""What each place says; empty or 0 where there is nothing to say."""


def compose(order: PrintReceipt, head: Letterhead, now: datetime) -> Receipt:
    """The receipt of one session, printed at `now` (aware). Names no patron: a card shows its last characters only."""
    said = words(order.language)
    values: Values = {
        "library": head.library.library(order.language) or said.say("library.name"),
        "date": full_day(now, head.time_zone, said),
        "time": clock(now, head.time_zone),
        "card": order.card_ending,
        "borrowed": len(order.borrowed),
        "returned": len(order.returned),
    }
    lists = {
        Books.BORROWED: [_of_entry(*each, head, now, said) for each in enumerate(order.borrowed, start=1)],
        Books.RETURNED: [_of_entry(*each, head, now, said) for each in enumerate(order.returned, start=1)],
    }
    parts: list[ReceiptPart] = []
    for each, group in groupby(head.templates[order.language].row, key=lambda row: row.each):
        rows = tuple(group)
        for about in ({},) if each is None else lists[each]:
            parts += _filled(rows, {**values, **about})
    return Receipt(tuple(parts))


def test_page(language: Language, head: Letterhead, now: datetime) -> Receipt:
    """What staff print to see that the printer works: every style of line, and a code."""
    said = words(language)
    library = head.library.library(language) or said.say("library.name")
    when = f"{full_day(now, head.time_zone, said)} {clock(now, head.time_zone)}"
    return Receipt(
        (
            ReceiptLine(library, Style.TITLE, Align.CENTRE),
            ReceiptLine(said.say("staff.page-title"), Style.BODY, Align.CENTRE),
            ReceiptLine("", Style.RULE),
            ReceiptLine(said.say("staff.page-words")),
            ReceiptLine(when, Style.SMALL, Align.RIGHT),
            QrCode(library, Align.CENTRE),
        )
    )


def _of_entry(number: int, entry: ReceiptEntry, head: Letterhead, now: datetime, said: Words) -> Values:
    due = iso_day(entry.due, now, head.time_zone, said) if entry.due else ""
    return {"number": number, "title": entry.title or said.say("list.unknown-title"), "due": due}


def _filled(rows: tuple[Row, ...], values: Values) -> Iterator[ReceiptPart]:
    for row in rows:
        if not _stands(row.when, values) or not all(values[place] for place in row.places()):
            continue
        text = row.text if row.one is None or not _is_one(row, values) else row.one
        text = text.format_map(values)
        match row.code:
            case None:
                yield ReceiptLine(text, row.style, row.align)
            case Code.QR:
                yield QrCode(text, row.align)
            case Code.CODE_128:
                yield Code128(text, row.align)
            case _:
                assert_never(row.code)


def _is_one(row: Row, values: Values) -> bool:
    return any(values[place] == 1 for place in COUNTS & row.places())


def _stands(when: When, values: Values) -> bool:
    match when:
        case When.ALWAYS:
            return True
        case When.BORROWED | When.RETURNED:
            return bool(values[when.value])
        case When.NOTHING:
            return not any(values[place] for place in COUNTS)
        case _:
            assert_never(when)
