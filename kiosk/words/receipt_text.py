"""A receipt as plain text: what a phone keeps from the code on the screen, and what central sends by e-mail."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from kiosk.model.questions import ReceiptEntry
from kiosk.words.dates import clock, full_day, iso_day
from kiosk.words.sentences import Words

LONGEST_TITLE = 60
"""Characters of a title; a longer one ends in `…`."""


def receipt_text(
    words: Words,
    library: str,
    now: datetime,
    zone: str,
    borrowed: tuple[ReceiptEntry, ...],
    returned: tuple[ReceiptEntry, ...],
    most_bytes: int = 0,
) -> str:
    """What was done at `now` (aware), the patron not named. `most_bytes` (0: any number) of UTF-8: books that do not
    fit are counted."""
    head = f"{library}\n{full_day(now, zone, words)} {clock(now, zone)}"
    lines = list(_listed(words, "receipt.borrowed", borrowed, now, zone))
    lines += _listed(words, "receipt.returned", returned, now, zone)
    kept: list[str] = []
    for number, line in enumerate(lines):
        rest = len(lines) - number
        more = words.count("receipt.more", rest)
        if most_bytes and _bytes((head, *kept, line, more)) > most_bytes:
            kept.append(more)
            break
        kept.append(line)
    return "\n".join((head, *kept))


def _listed(words: Words, key: str, entries: tuple[ReceiptEntry, ...], now: datetime, zone: str) -> Iterable[str]:
    for number, entry in enumerate(entries, start=1):
        title = _short(entry.title.strip() or words.say("list.unknown-title"))
        said = f"{number}. {title}"
        if entry.due:
            said += "\n   " + words.say("detail.due", date=iso_day(entry.due, now, zone, words))
        yield f"\n{words.count(key, len(entries))}\n{said}" if number == 1 else said


def _short(title: str) -> str:
    """One line, whatever stands in it."""
    said = " ".join("".join(character if character.isprintable() else " " for character in title).split())
    return said if len(said) <= LONGEST_TITLE else said[: LONGEST_TITLE - 1] + "…"


def _bytes(lines: tuple[str, ...]) -> int:
    return len("\n".join(lines).encode("utf-8", "replace"))
