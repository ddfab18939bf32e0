"""A gate that has counted people, from what it tells central."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from kiosk.model.gate_facts import PeopleCounted
from kiosk.model.ids import IntentId
from tests.central.library import Kiosk


def quarter(minute: int = 0) -> datetime:
    """A quarter hour of this hour."""
    return datetime.now(UTC).replace(minute=minute, second=0, microsecond=0)


def counted(
    name: str,
    entered: int,
    left: int,
    *,
    gate: str = "exit",
    begins: datetime | None = None,
    closed: bool = False,
    notes: tuple[str, ...] = (),
) -> PeopleCounted:
    at = begins or quarter()
    return PeopleCounted(IntentId(name), gate, at, at + timedelta(minutes=15), entered, left, closed, notes)


def a_gate_with_people(name: str = "gate-1") -> Kiosk:
    gate = Kiosk(name)
    gate.does(counted("a", 10, 4))
    gate.does(counted("b", 3, 3, begins=quarter(15), notes=("reset",)))
    gate.does(counted("c", 2, 1, gate="yard", begins=quarter(30), closed=True))
    return gate
