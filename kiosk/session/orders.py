"""Orders of the fleet, as the state machine takes them. From `until_s` on (monotonic) it is too late to begin one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kiosk.model.circulation import Language


@dataclass(frozen=True, slots=True)
class RestartOrder:
    id: str
    until_s: float


@dataclass(frozen=True, slots=True)
class CloseOrder:
    """Close the kiosk for service, or open it again."""

    id: str
    until_s: float
    closed: bool


@dataclass(frozen=True, slots=True)
class MessageOrder:
    """Words for the first screen, until an instant; without texts those that stand there go."""

    id: str
    until_s: float
    texts: tuple[tuple[str, str], ...]
    """(language, text); the first one is for languages without a text of their own."""
    until: datetime
    """Aware."""

    def said(self, language: Language) -> str:
        return dict(self.texts).get(language.value, self.texts[0][1])


@dataclass(frozen=True, slots=True)
class PrintOrder:
    """Print a test page; its job has the order's id."""

    id: str
    until_s: float


@dataclass(frozen=True, slots=True)
class RescanOrder:
    """Read every tag on the pad anew, and settle what is in doubt about them."""

    id: str
    until_s: float


FleetOrder = RestartOrder | CloseOrder | MessageOrder | PrintOrder | RescanOrder


@dataclass(frozen=True, slots=True)
class Waiting:
    """An order that is not finished."""

    order: FleetOrder
    begun: bool = False


@dataclass(frozen=True, slots=True)
class Ordered:
    """The fleet orders this; it has been judged."""

    order: FleetOrder
