"""Which UHF tags a reader hears, by which antenna, and how loud: those on a pad, and those that are carried by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from firmware_sim.devices.gate import IN
from firmware_sim.room.room import Book
from firmware_sim.room.uhf_tag import UhfTag

PAD_RSSI_DBM = -38
PORTAL_RSSI_DBM = -52
STAY_S = 1.2
"""A walk takes a book through a portal's field in about this time."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A tag that answers an inventory."""

    tag: UhfTag
    antenna: int
    rssi_dbm: int


class UhfField(Protocol):
    """What is in front of a reader's antennas."""

    antennas: int

    def heard(self, now_s: float) -> list[Heard]:
        """The tags that answer now."""
        ...


class OnPad(Protocol):
    """What lies on the pad."""

    def uhf_tags_on_pad(self) -> list[UhfTag]:
        """The UHF tags within reach."""
        ...


class PadField:
    """A pad with one antenna."""

    antennas = 1

    def __init__(self, pad: OnPad) -> None:
        self._pad = pad

    def heard(self, now_s: float) -> list[Heard]:
        """All that lie there."""
        return [Heard(tag, 1, PAD_RSSI_DBM) for tag in self._pad.uhf_tags_on_pad()]


@dataclass(frozen=True, slots=True)
class Walk:
    """Somebody carries tags past antenna 1 and then 2, or the other way."""

    tags: tuple[UhfTag, ...]
    direction: int
    began_s: float

    def antenna(self, now_s: float) -> int | None:
        """Which antenna hears it now; None before and after."""
        along = (now_s - self.began_s) / STAY_S
        if not 0 <= along < 1:
            return None
        first, second = (1, 2) if self.direction == IN else (2, 1)
        return first if along < 0.5 else second


class PortalField:
    """The passage between two antennas."""

    antennas = 2

    def __init__(self) -> None:
        self._walks: list[Walk] = []

    def walk(self, books: Sequence[Book], direction: int, now_s: float) -> None:
        """Somebody begins to walk through with these books; their tags get power."""
        tags = tuple(tag for book in books for tag in book.uhf)
        for tag in tags:
            tag.power_up()
        self._walks = [walk for walk in self._walks if walk.antenna(now_s) is not None]
        self._walks.append(Walk(tags, direction, now_s))

    def heard(self, now_s: float) -> list[Heard]:
        """Those that are carried by at this moment."""
        found = []
        for walk in self._walks:
            antenna = walk.antenna(now_s)
            if antenna is not None:
                found += [Heard(tag, antenna, PORTAL_RSSI_DBM) for tag in walk.tags]
        return found
