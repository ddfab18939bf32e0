"""Orders to the world of a house, as JSON tells them: what each verb needs, and how the world stands."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Protocol, assert_never

from kiosk.demo.hands import HouseHands
from kiosk.demo.scenario import DELAY_S, LONGEST_JUMP_S, Part, RoadEnd, RoadState
from kiosk.model.limits import within
from kiosk.settings import SettingsRefused, convert


class WorldVerb(StrEnum):
    """Verbs of `kiosk.demo.scenario.Verb` that need nobody's hands but the world's."""

    STOP = "stop"
    START = "start"
    KILL = "kill"
    FORGET = "forget"
    POWER_CUT = "power-cut"
    NETWORK = "network"
    CLOCK_JUMP = "clock-jump"
    FILL_DISK = "fill-disk"
    FREE_DISK = "free-disk"


NEEDED = {
    WorldVerb.STOP: ("part",),
    WorldVerb.START: ("part",),
    WorldVerb.KILL: ("part",),
    WorldVerb.NETWORK: ("state",),
    WorldVerb.CLOCK_JUMP: ("seconds",),
}
ALLOWED = NEEDED | {WorldVerb.NETWORK: ("state", "between", "seconds")}


NEAR = 0.5
LONGEST_SHOWN = 40


class DiskState(StrEnum):
    OK = "ok"
    FULL = "full"
    NONE = "none"
    """There is no disk that could be filled."""


class World(HouseHands, Protocol):
    """The switches of the world, and how they stand."""

    def road(self, end: RoadEnd) -> RoadState: ...

    @property
    def clock_off_s(self) -> float:
        """By how much the kiosk's wall clock is wrong."""
        ...

    @property
    def disk(self) -> DiskState: ...


class OrderRefused(Exception):
    """Not an order, or none that can be obeyed. The text says what, where and what to do."""


@dataclass(frozen=True, slots=True)
class WorldOrder:
    """One order; which keys a verb needs: `NEEDED`."""

    do: WorldVerb
    part: Part | None = None
    state: RoadState | None = None
    between: RoadEnd | None = None
    seconds: Annotated[float, within(-LONGEST_JUMP_S, LONGEST_JUMP_S)] | None = None

    def __post_init__(self) -> None:
        allowed = ALLOWED.get(self.do, ())
        for key in ("part", "state", "between", "seconds"):
            there = getattr(self, key) is not None
            if there and key not in allowed:
                raise ValueError(
                    f"expected no `{key}`: `{self.do.value}` has {' and '.join(allowed) or 'no other key'}"
                )
            if not there and key in NEEDED.get(self.do, ()):
                raise ValueError(f"expected `{key}`, which `{self.do.value}` needs")
        if self.do is WorldVerb.NETWORK and self.seconds is not None and self.seconds < 0:
            raise ValueError("expected `seconds` of 0 or more for `network`")


def order_of(table: Mapping[str, object]) -> WorldOrder:
    """Read it; raises `OrderRefused` with every fault."""
    verb = table.get("do")
    if isinstance(verb, str) and verb not in set(WorldVerb):
        nearest = difflib.get_close_matches(verb, list(WorldVerb), n=1, cutoff=NEAR)
        meant = f"did you mean `{nearest[0]}`?" if nearest else f"there are {', '.join(WorldVerb)}"
        raise OrderRefused(f"order: do: expected a verb of the world, found `{verb[:LONGEST_SHOWN]}`: {meant}")
    try:
        return convert(WorldOrder, table, file="order", folder=Path())
    except SettingsRefused as refused:
        raise OrderRefused(str(refused)) from None


def obey(house: HouseHands, order: WorldOrder) -> None:
    """Do it; it is done when this returns. Raises `NotReady`."""
    part, seconds = order.part or Part.KIOSK, order.seconds
    match order.do:
        case WorldVerb.STOP:
            house.stop(part)
        case WorldVerb.START:
            house.start(part)
        case WorldVerb.KILL:
            house.kill(part)
        case WorldVerb.FORGET:
            house.forget()
        case WorldVerb.POWER_CUT:
            house.power_cut()
        case WorldVerb.NETWORK:
            delay_s = DELAY_S if seconds is None else seconds
            house.set_road(order.between or RoadEnd.KIOSK, order.state or RoadState.OK, delay_s)
        case WorldVerb.CLOCK_JUMP:
            house.jump(seconds or 0.0)
        case WorldVerb.FILL_DISK:
            house.fill_disk()
        case WorldVerb.FREE_DISK:
            house.free_disk()
        case _:
            assert_never(order.do)


def told(world: World) -> dict[str, object]:
    """How everything stands, as JSON."""
    return {
        "parts": {part.value: "running" if world.running(part) else "stopped" for part in Part},
        "network": {end.value: world.road(end).value for end in RoadEnd},
        "clock_off_s": world.clock_off_s,
        "disk": world.disk.value,
    }
