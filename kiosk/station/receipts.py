"""From what a session did to a receipt, in the patron's language. Pure; the driver draws it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from drivers.printers.receipt import Align, Receipt, ReceiptLine, Style
from kiosk.screens.dates import clock, full_day, iso_day
from kiosk.screens.settings import ScreenSettings
from kiosk.screens.words import Words, words
from kiosk.session.effects import PrintReceipt, ReceiptEntry

RULE = ReceiptLine("", Style.RULE)


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What stands on every receipt of a library."""

    library: ScreenSettings
    time_zone: str


def compose(order: PrintReceipt, head: Letterhead, now: datetime) -> Receipt:
    """The receipt of one session, printed at `now` (aware). Names no patron: a card shows its last characters only."""
    said = words(order.language)
    at = said.say("slip.printed", date=full_day(now, head.time_zone, said), time=clock(now, head.time_zone))
    lines = [
        ReceiptLine(head.library.library(order.language) or said.say("library.name"), Style.TITLE, Align.CENTRE),
        ReceiptLine(at, Style.SMALL, Align.CENTRE),
    ]
    if order.card_ending:
        lines.append(ReceiptLine(said.say("slip.card", ending=order.card_ending), Style.SMALL, Align.CENTRE))
    if order.borrowed:
        lines += [RULE, ReceiptLine(said.count("receipt.borrowed", len(order.borrowed)))]
        lines += _titles(order.borrowed, head, now, said)
    if order.returned:
        lines += [RULE, ReceiptLine(said.count("receipt.returned", len(order.returned)))]
        lines += _titles(order.returned, head, now, said)
    if not order.borrowed and not order.returned:
        lines += [RULE, ReceiptLine(said.say("receipt.nothing"))]
    return Receipt((*lines, RULE, ReceiptLine(said.say("slip.farewell"), align=Align.CENTRE)))


def _titles(entries: Sequence[ReceiptEntry], head: Letterhead, now: datetime, said: Words) -> list[ReceiptLine]:
    lines: list[ReceiptLine] = []
    for number, entry in enumerate(entries, start=1):
        title = entry.title or said.say("list.unknown-title")
        lines.append(ReceiptLine(said.say("slip.entry", number=number, title=title)))
        if entry.due:
            due = said.say("slip.due", date=iso_day(entry.due, now, head.time_zone, said))
            lines.append(ReceiptLine(due, Style.SMALL, Align.RIGHT))
    return lines
