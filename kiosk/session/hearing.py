"""Numbers that nobody could have given: what carries one counts as not read.

Central and its messages hold numbers up to these lengths. A longer one would get no answer, and no answer looks like
a broken line, on which the kiosk decides alone: a made-up code must not become a patron or an item by that.
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.session.events import CardNotRead, CardPresented, CodeNotRead, CodeScanned, Event, TagKind, TagRead

LONGEST_TOKEN = 128
"""Characters of a card's number or code."""
LONGEST_ITEM = 64
"""Characters of an item's number."""


def heard(event: Event) -> Event:
    """The event as far as it can be believed."""
    match event:
        case CodeScanned() if not 1 <= len(event.code) <= LONGEST_TOKEN:
            return CodeNotRead()
        case CardPresented() if not 1 <= len(event.token) <= LONGEST_TOKEN:
            return CardNotRead()
        case TagRead() if event.item is not None and not is_item_number(event.item):
            kind = TagKind.BROKEN if event.kind is TagKind.LIBRARY else event.kind
            return replace(event, kind=kind, item=None)
        case _:
            return event


def is_item_number(code: str) -> bool:
    return 1 <= len(code) <= LONGEST_ITEM
