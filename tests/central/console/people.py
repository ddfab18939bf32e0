"""A gate that has counted people, from what it tells central."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, insert

from kiosk.central.store import writing
from kiosk.central.store.gate_tables import gate_alarms
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


def rings(engine: Engine, name: str, at: datetime, **more: str) -> None:
    """A row of an alarm, as a gate's fact makes it."""
    row = {
        "id": name,
        "station": "gate-1",
        "gate": "exit",
        "raised_at": at,
        "state": "cleared",
        "who": "",
        "changed_at": at,
    }
    with writing(engine) as connection:
        connection.execute(insert(gate_alarms).values({**row, "kind": "not-lent", "things": 1, "late": False, **more}))


def a_gate_with_people(name: str = "gate-1") -> Kiosk:
    gate = Kiosk(name)
    gate.does(counted("a", 10, 4))
    gate.does(counted("b", 3, 3, begins=quarter(15), notes=("reset",)))
    gate.does(counted("c", 2, 1, gate="yard", begins=quarter(30), closed=True))
    return gate
