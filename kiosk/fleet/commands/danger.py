"""What needs a second person, and what an order has to say. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kiosk.wire import CommandKind
from kiosk.wire.fields import Fields, Json, MessageRefused

ALWAYS = frozenset({CommandKind.CONFIGURE, CommandKind.UPDATE})
WHERE_MANY = frozenset({CommandKind.RESTART, CommandKind.CLOSE})
MANY = 2
"""So many stations at once are many."""
LONGEST_URL = 1_000
DIGEST_CHARACTERS = 64
LARGEST_BUNDLE = 2 << 30


class BadOrder(Exception):
    """An order that makes no sense; the text says what is wrong and what was expected.

    `key`: of the sentence that the pages say in the reader's language, with `detail` in it.
    """

    def __init__(self, text: str, key: str = "arguments", detail: str | None = None) -> None:
        super().__init__(text)
        self.key = key
        self.detail = text if detail is None else detail


def needs_two(kind: CommandKind, stations: int) -> bool:
    """Whether somebody else than who ordered it has to agree."""
    return kind in ALWAYS or (kind in WHERE_MANY and stations >= MANY)


def check(kind: CommandKind, stations: Sequence[str], arguments: Mapping[str, Json]) -> None:
    """Raises `BadOrder` for an order that no station could carry out."""
    if not stations:
        raise BadOrder("expected one station or more", "nobody")
    twice = sorted({station for station in stations if list(stations).count(station) > 1})
    if twice:
        names = ", ".join(twice[:5])
        raise BadOrder(f"expected each station once, found twice: {names}", "twice", names)
    try:
        _arguments(kind, Fields(arguments, "arguments"))
    except MessageRefused as refused:
        raise BadOrder(str(refused)) from None


def _arguments(kind: CommandKind, fields: Fields) -> None:
    match kind:
        case CommandKind.MESSAGE:
            for _, text in fields.pairs("texts", 12):
                if len(text) > 200:
                    raise BadOrder(f"arguments.texts: expected at most 200 characters, found {len(text)}")
            if fields.inner("texts").members:
                fields.whole("for_s", 10, 31 * 86_400)
        case CommandKind.PICTURE:
            fields.whole("for_s", 1, 600)
        case CommandKind.CONFIGURE:
            fields.text("version", longest=40)
            fields.text("text", longest=40_000)
        case CommandKind.UPDATE:
            fields.text("url", longest=LONGEST_URL)
            fields.text("sha256", longest=DIGEST_CHARACTERS)
            fields.whole("bytes", 1, LARGEST_BUNDLE)
        case _:
            pass
