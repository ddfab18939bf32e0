"""What the uplink tells the station."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.model.ids import AskId
from kiosk.model.questions import Answer
from kiosk.wire import Ready


@dataclass(frozen=True, slots=True)
class LinkUp:
    """Central answers: not merely the broker is there."""


@dataclass(frozen=True, slots=True)
class LinkDown:
    """Central cannot be reached. `reason` is for the technician."""

    reason: str


@dataclass(frozen=True, slots=True)
class AnswerArrived:
    """Central answered within the deadline."""

    ask: AskId
    answer: Answer


@dataclass(frozen=True, slots=True)
class AskDeadline:
    """No answer within the deadline, or no link: whatever arrives later for `ask` is dropped."""

    ask: AskId


@dataclass(frozen=True, slots=True)
class Sidelined:
    """The operator has to look: our name is used by another, we are not let in, or central knows facts of this epoch
    that this ledger never held. The uplink keeps trying, with back-off. The same reason is told once an hour."""

    reason: str


@dataclass(frozen=True, slots=True)
class CopiesPublished:
    """What central has ready to be fetched."""

    copies: tuple[Ready, ...]


@dataclass(frozen=True, slots=True)
class BrokerUp:
    """The broker took us; whether central answers is not known yet."""


@dataclass(frozen=True, slots=True)
class CommandHeard:
    """Somebody says a command; nothing of it is believed yet."""

    payload: bytes


UplinkEvent = LinkUp | LinkDown | AnswerArrived | AskDeadline | Sidelined | CopiesPublished | BrokerUp | CommandHeard
