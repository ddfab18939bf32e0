"""Titles as somebody looks for them: where they are just now, and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kiosk.model.ids import PatronRef
from kiosk.model.reasons import Reason


class Whereabouts(StrEnum):
    """Where a title or a copy is, the best first."""

    HERE = "here"
    """On the shelf, in this branch."""
    ELSEWHERE = "elsewhere"
    """On the shelf of another branch."""
    READING = "reading"
    """Here, to be read in the house."""
    LENT = "lent"
    KEPT = "kept"
    """Set aside for somebody, on its way, or being mended."""
    NOWHERE = "nowhere"
    """No copy that could be given to anybody."""


AVAILABLE = frozenset({Whereabouts.HERE, Whereabouts.ELSEWHERE, Whereabouts.READING})


class How(StrEnum):
    """How what was found answers what was typed."""

    EXACTLY = "exactly"
    SPELLED = "spelled"
    """A word was taken for its neighbour."""
    SOUNDING = "sounding"
    """Other characters of the same sound."""
    FEWER = "fewer"
    """Not everything that was typed."""


@dataclass(frozen=True, slots=True)
class FoundTitle:
    """A title in a list. `key` is its control number, or the number of a copy that has no record."""

    key: str
    title: str
    author: str
    call_number: str
    whereabouts: Whereabouts
    branch: str = ""
    """Of the best copy; empty: here."""
    due: date | None = None
    """When the first of the lent ones is due back."""
    is_copy: bool = False
    """`key` is the number of a copy."""


@dataclass(frozen=True, slots=True)
class FoundCopy:
    """One copy of a title."""

    call_number: str
    branch: str
    whereabouts: Whereabouts
    due: date | None = None


@dataclass(frozen=True, slots=True)
class AskFind:
    """What is there by these words?"""

    text: str


@dataclass(frozen=True, slots=True)
class AskTitle:
    """Where is this title, and what is like it?"""

    key: str


@dataclass(frozen=True, slots=True)
class AskHold:
    """May this patron wait for this title?"""

    patron: PatronRef
    key: str


@dataclass(frozen=True, slots=True)
class TitlesFound:
    """What was found, available ones first."""

    titles: tuple[FoundTitle, ...]
    count: int
    """How many there are beside those that are told too."""
    more: bool = False
    """There are more than were counted."""
    how: How = How.EXACTLY
    meant: str = ""
    """What was looked for, where it was not just what was typed."""


@dataclass(frozen=True, slots=True)
class TitleTold:
    """One title with its copies."""

    title: FoundTitle
    copies: tuple[FoundCopy, ...]
    waiting: int
    """How many wait for it."""
    like: tuple[FoundTitle, ...] = ()
    """By the same author, or of the same class."""
    isbn: str = ""


@dataclass(frozen=True, slots=True)
class NoTitle:
    """There is no such title any more."""


@dataclass(frozen=True, slots=True)
class MayHold:
    """Yes: nothing has changed at central yet, the fact `lk.hold.placed` does it."""

    place: int
    """In the line, 1 for the next."""
    pickup: str
    """Branch; empty: here."""


@dataclass(frozen=True, slots=True)
class MayNotHold:
    """No, and why."""

    reasons: tuple[Reason, ...]
