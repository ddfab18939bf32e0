"""What central has to tell everybody on the first screen: announcements, what is on, and new books."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kiosk.model.finding import FoundTitle
from kiosk.model.opening import Announcement


@dataclass(frozen=True, slots=True)
class AskNews:
    """What is new? Names nobody; central knows the station's branch."""


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that is on."""

    said: Announcement
    """What it is, by language."""
    day: date
    at: str = ""
    """`14:00`, or empty for the whole day."""


@dataclass(frozen=True, slots=True)
class NewsTold:
    """All of it, each kind in the order in which it is shown."""

    announcements: tuple[Announcement, ...] = ()
    happenings: tuple[Happening, ...] = ()
    books: tuple[FoundTitle, ...] = ()
    """The newest of the catalogue that have a copy."""
