"""Live pictures of kiosks, while somebody looks: the newest of each, in memory alone, gone after some minutes.

The kiosk masks what is a patron's before anything leaves it; what it calls private is not shown here either, whatever
stands in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from kiosk.fleet.line import Heard
from kiosk.wire import Channel, MessageRefused, SetAside, Station, decode_picture
from kiosk.wire.fields import Fields

KEPT = timedelta(minutes=15)
MOST = 100
"""Stations whose picture is kept; the oldest goes for another."""
MOST_PARTS, DEEPEST = 1_000, 10
LARGEST = 16_384
"""Pixels of a screen's side."""
MASK = "•••"


@dataclass(frozen=True, slots=True)
class Part:
    """One rectangle with its words, in the screen's pixels."""

    role: str
    text: str
    state: str
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Seen:
    """A screen as it was told."""

    screen: str
    width: int
    height: int
    parts: tuple[Part, ...]
    at: datetime
    """When it came."""


class Pictures:
    """`hear` on the watch's thread, `of` on any."""

    def __init__(self) -> None:
        self._seen: dict[Station, Seen] = {}

    def hear(self, heard: Heard) -> None:
        """Take a picture; one that cannot be read changes nothing: it is judged where messages are."""
        if heard.channel is not Channel.PICTURE:
            return
        try:
            seen = seen_of(heard.payload, heard.at)
        except MessageRefused:
            return
        if seen is None:
            return
        kept = {of: one for of, one in self._seen.items() if heard.at - one.at < KEPT and of != heard.station}
        self._seen = dict(list(kept.items())[-(MOST - 1) :]) | {heard.station: seen}

    def of(self, station: Station, now: datetime) -> Seen | None:
        found = self._seen.get(station)
        return found if found is not None and now - found.at < KEPT else None


def seen_of(payload: bytes, at: datetime) -> Seen | None:
    """The screen that a message tells; None for a version that is not known here. Raises `MessageRefused`."""
    told = decode_picture(payload)
    if isinstance(told, SetAside):
        return None
    frame = Fields(dict(told.tree), "data.tree")
    if not frame.members:  # too large to be told
        return Seen(told.screen, 1, 1, (), at)
    width, height = frame.whole("width", 1, LARGEST), frame.whole("height", 1, LARGEST)
    parts: list[Part] = []
    for part in _parts(frame.inner("tree"), private=False, depth=0):
        if len(parts) >= MOST_PARTS:
            break
        parts.append(part)
    return Seen(told.screen, width, height, tuple(parts), at)


def _parts(node: Fields, *, private: bool, depth: int) -> Iterator[Part]:
    """A node and what is in it, from behind to before."""
    private = private or node.flag("private")
    x, y, width, height = _box(node.members)
    name, value = node.text("name"), node.text("value")
    text = " ".join(one for one in (name, value) if one)
    yield Part(node.text("role"), MASK if private and text else text, node.text("state"), x, y, width, height)
    if depth < DEEPEST:
        for child in node.each("children", MOST_PARTS):
            yield from _parts(child, private=private, depth=depth + 1)


def _box(members: Mapping[str, object]) -> tuple[int, int, int, int]:
    told = members.get("bounds")
    box = told if isinstance(told, list) and len(told) == 4 else []
    if not box or not all(type(one) is int and abs(one) <= LARGEST for one in box):
        raise MessageRefused("data.tree.bounds", "four whole numbers: x, y, width, height", "something else")
    x, y, width, height = box
    return x, y, max(0, width), max(0, height)
