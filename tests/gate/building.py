"""Small builders, in the words of a gate."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from kiosk.gate.effects import GateEffect, Signal
from kiosk.gate.events import AlarmAnswered, GateHappening, TagSeen, TimePassed
from kiosk.gate.judging import Kind, Sighting, Standing
from kiosk.gate.policy import GatePolicy
from kiosk.gate.state import Alarm, GateState
from kiosk.gate.step import step
from kiosk.model.facts import Fact
from kiosk.model.gate_facts import AlarmState
from kiosk.model.ids import IdSource, ItemId, Uid
from kiosk.session.effects import Journal
from kiosk.session.events import Moment

OPENING = datetime(2026, 11, 24, 10, 3, 11, tzinfo=UTC)
IN_STOCK, ON_LOAN = 0x07, 0xC2
LE_ZAHIR, XI_YOU_JI = ItemId("35555000012345"), ItemId("35555000012352")


def a_sighting(
    item: str | None = LE_ZAHIR,
    afi: int | None = IN_STOCK,
    *,
    kind: Kind = Kind.OURS,
    gate: str = "exit",
    eas: bool | None = None,
    only_alarms: bool = False,
    late: bool = False,
    uid: str | None = None,
) -> Sighting:
    """One book; its tag's UID follows from its number."""
    tag = uid if uid is not None else None if item is None else f"E004{int(item) % 10**12:012d}"
    number = None if item is None else ItemId(item)
    return Sighting(gate, kind, number, None if tag is None else Uid(tag), afi, eas, only_alarms, late=late)


@dataclass
class Walk:
    """A controller that is told things one after another, in virtual time."""

    state: GateState = field(default_factory=lambda: GateState(GatePolicy(), IdSource(bytes(32))))
    now: Moment = field(default_factory=lambda: Moment(1_000.0, OPENING))
    effects: list[GateEffect] = field(default_factory=list)

    def wait(self, seconds: float) -> None:
        self.now = Moment(self.now.mono_s + seconds, self.now.utc + timedelta(seconds=seconds))

    def happens(self, event: GateHappening) -> list[GateEffect]:
        self.state, effects = step(self.state, event, self.now)
        self.effects += effects
        return effects

    def seen(self, sighting: Sighting, standing: Standing = Standing.IN_STOCK) -> list[GateEffect]:
        return self.happens(TagSeen(sighting, standing, 7, 3))

    def answers(self, alarm: Alarm, state: AlarmState, by: str = "Guard Li") -> list[GateEffect]:
        return self.happens(AlarmAnswered(alarm.id, state, by))

    def time_passes(self, seconds: float) -> list[GateEffect]:
        self.wait(seconds)
        return self.happens(TimePassed())

    @property
    def alarms(self) -> list[Alarm]:
        return list(self.state.alarms.values())

    @property
    def rang(self) -> int:
        """How often something was switched on."""
        return sum(isinstance(effect, Signal) for effect in self.effects)

    @property
    def facts(self) -> list[Fact]:
        return [effect.fact for effect in self.effects if isinstance(effect, Journal) and effect.fact is not None]
