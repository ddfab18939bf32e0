"""A roll-out as a pure reducer: who is ordered something next, and when it stops by itself (ADR 0192).

Stations are ordered in stages: one, ten per cent, all. A stage begins when all of the stage before have done it and
were seen well for a while afterwards; until then never more stations are touched than the stage's share. It stops by
itself when more stations fail or fare badly than it bears, and goes on from where it was after a restart of the fleet:
its whole state is in `Rollout`, which `as_json` and `from_json` keep.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import assert_never

STAGED = (0.0, 0.1, 1.0)
"""Shares of the stations: one, ten per cent, all."""
AT_ONCE = (1.0,)


class Step(StrEnum):
    """How far one station is."""

    WAITING = "waiting"
    SENT = "sent"
    """Ordered; how it ended is not known."""
    DONE = "done"
    """It says so; it is watched until it was seen well."""
    WELL = "well"
    BAD = "bad"
    MISSED = "missed"
    """It was gone already when it was ordered, and has not come back in time: another one is taken in its place."""
    BORNE = "borne"
    """It fared badly, and somebody let the roll-out go on."""


TOUCHED = frozenset({Step.SENT, Step.DONE, Step.WELL, Step.BAD, Step.BORNE})
"""Those that have what is rolled out, or may have it."""
OPEN = frozenset({Step.SENT, Step.DONE})


class Phase(StrEnum):
    RUNNING = "running"
    STOPPED = "stopped"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Plan:
    """How a roll-out is to be done."""

    stages: tuple[float, ...] = STAGED
    """Rising shares of the stations, the last of them 1; a share below one station is one."""
    bears: float = 0.0
    """Which part of the touched stations may fare badly before it stops."""
    watch_s: float = 120.0
    """How long a station has to be well after it has done it; 0: what it says is enough."""
    patience_s: float = 3 * 3_600.0
    """A station that was ordered and has not said how it ended after so long fares badly."""


EVERYBODY = Plan(AT_ONCE, bears=1.0, watch_s=0.0)
"""Order all of them, whatever becomes of it: for what changes nothing that lasts."""


@dataclass(frozen=True, slots=True)
class StationStep:
    step: Step = Step.WAITING
    since: float = 0.0
    """Seconds since 1970, by the fleet's clock."""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Rollout:
    """The whole state. `stations` in the order in which they are taken."""

    plan: Plan
    stations: Mapping[str, StationStep]
    stage: int = 0
    phase: Phase = Phase.RUNNING
    why: str = ""
    """Why it stopped."""

    @property
    def limit(self) -> int:
        """How many stations may be touched in this stage."""
        return limit_of(len(self.stations), self.plan.stages[self.stage])

    def count(self, *steps: Step) -> int:
        return sum(one.step in steps for one in self.stations.values())


@dataclass(frozen=True, slots=True)
class TimePassed:
    pass


@dataclass(frozen=True, slots=True)
class StationDone:
    """The station says that it has done it."""

    station: str


@dataclass(frozen=True, slots=True)
class StationFailed:
    """It failed, was refused or came too late. `was_gone`: the station was away before it was ordered."""

    station: str
    why: str
    was_gone: bool = False


@dataclass(frozen=True, slots=True)
class StationFares:
    """How a station is by what it tells: None where well, else why not."""

    station: str
    trouble: str | None


@dataclass(frozen=True, slots=True)
class StopOrdered:
    """Somebody stops it."""

    who: str


@dataclass(frozen=True, slots=True)
class GoOnOrdered:
    """Somebody lets it go on after it stopped; what fared badly until now is borne."""

    who: str


RolloutEvent = TimePassed | StationDone | StationFailed | StationFares | StopOrdered | GoOnOrdered


@dataclass(frozen=True, slots=True)
class Send:
    """Order this station now."""

    station: str


@dataclass(slots=True)
class _Turn:
    rollout: Rollout
    now: float
    sends: list[Send] = field(default_factory=list)

    def put(self, station: str, step: Step, why: str = "") -> None:
        stations = {**self.rollout.stations, station: StationStep(step, self.now, why)}
        self.rollout = replace(self.rollout, stations=stations)


def limit_of(stations: int, share: float) -> int:
    """How many of `stations` a share is: at least one, rounded up, all at most."""
    return min(stations, max(1, math.ceil(stations * share - 1e-9)))


def begun(stations: tuple[str, ...], plan: Plan) -> Rollout:
    """Nobody is ordered yet. Raises `ValueError` for a plan or a list that makes no sense."""
    if not stations or len(set(stations)) < len(stations):
        raise ValueError("expected stations, each of them once")
    if not plan.stages or plan.stages[-1] != 1 or list(plan.stages) != sorted(plan.stages):
        raise ValueError("expected rising shares that end with 1")
    return Rollout(plan, {station: StationStep() for station in stations})


def step(rollout: Rollout, event: RolloutEvent, now: float) -> tuple[Rollout, tuple[Send, ...]]:
    """The state after `event`, and who is to be ordered. Pure; `now` in seconds since 1970."""
    turn = _Turn(rollout, now)
    match event:
        case TimePassed():
            _tired(turn)
        case StationDone(station):
            if _of(turn, station).step is Step.SENT:
                turn.put(station, Step.DONE if turn.rollout.plan.watch_s > 0 else Step.WELL)
        case StationFailed(station, why, was_gone):
            if _of(turn, station).step is Step.SENT:
                turn.put(station, Step.MISSED if was_gone else Step.BAD, why)
        case StationFares(station, trouble):
            _fares(turn, station, trouble)
        case StopOrdered(who):
            if turn.rollout.phase is Phase.RUNNING:
                turn.rollout = replace(turn.rollout, phase=Phase.STOPPED, why=f"{who} stopped it")
        case GoOnOrdered():
            _go_on(turn)
        case _:
            assert_never(event)
    _judge(turn)
    _advance(turn)
    return turn.rollout, tuple(turn.sends)


def _of(turn: _Turn, station: str) -> StationStep:
    return turn.rollout.stations.get(station, StationStep())


def _fares(turn: _Turn, station: str, trouble: str | None) -> None:
    """Only a station that has done it says something about what is rolled out."""
    known = _of(turn, station)
    if known.step is Step.DONE and trouble is not None:
        turn.put(station, Step.BAD, trouble)
    elif known.step is Step.DONE and turn.now >= known.since + turn.rollout.plan.watch_s:
        turn.put(station, Step.WELL)
    elif known.step is Step.WELL and trouble is not None and turn.rollout.phase is Phase.RUNNING:
        turn.put(station, Step.BAD, trouble)


def _tired(turn: _Turn) -> None:
    """Who says nothing for too long fares badly."""
    for station, known in turn.rollout.stations.items():
        if known.step is Step.SENT and turn.now >= known.since + turn.rollout.plan.patience_s:
            turn.put(station, Step.BAD, "it has not said how it ended")
        elif known.step is Step.DONE and turn.now >= known.since + turn.rollout.plan.watch_s * 2:
            turn.put(station, Step.BAD, "nothing was heard of it afterwards")


def _go_on(turn: _Turn) -> None:
    if turn.rollout.phase is not Phase.STOPPED:
        return
    for station, known in turn.rollout.stations.items():
        if known.step is Step.BAD:
            turn.put(station, Step.BORNE, known.why)
    turn.rollout = replace(turn.rollout, phase=Phase.RUNNING, why="")


def _judge(turn: _Turn) -> None:
    """Stop where more fare badly than is borne."""
    rollout = turn.rollout
    bad = [(station, one.why) for station, one in rollout.stations.items() if one.step is Step.BAD]
    if rollout.phase is Phase.RUNNING and len(bad) > rollout.plan.bears * rollout.limit:
        station, why = bad[0]
        turn.rollout = replace(rollout, phase=Phase.STOPPED, why=f"{len(bad)} fare badly, such as {station}: {why}")


def _advance(turn: _Turn) -> None:
    """Order whoever may be ordered; begin the next stage when this one is well."""
    while turn.rollout.phase is Phase.RUNNING:
        rollout = turn.rollout
        room = rollout.limit - rollout.count(*TOUCHED)
        for station in [name for name, one in rollout.stations.items() if one.step is Step.WAITING][: max(0, room)]:
            turn.put(station, Step.SENT)
            turn.sends.append(Send(station))
        if turn.rollout.count(*OPEN):
            return
        if turn.rollout.stage + 1 < len(rollout.plan.stages):
            turn.rollout = replace(turn.rollout, stage=rollout.stage + 1)
        else:
            turn.rollout = replace(turn.rollout, phase=Phase.FINISHED)


def as_json(rollout: Rollout) -> dict[str, object]:
    """For a database's column."""
    plan = rollout.plan
    return {
        "plan": {
            "stages": list(plan.stages),
            "bears": plan.bears,
            "watch_s": plan.watch_s,
            "patience_s": plan.patience_s,
        },
        "stations": {name: [one.step.value, one.since, one.why] for name, one in rollout.stations.items()},
        "stage": rollout.stage,
        "phase": rollout.phase.value,
        "why": rollout.why,
    }


def from_json(kept: Mapping[str, object]) -> Rollout:
    """What `as_json` made."""
    plan, stations, stage = kept["plan"], kept["stations"], kept["stage"]
    assert isinstance(plan, dict)
    assert isinstance(stations, dict)
    assert isinstance(stage, int)
    return Rollout(
        Plan(tuple(plan["stages"]), plan["bears"], plan["watch_s"], plan["patience_s"]),
        {name: StationStep(Step(one[0]), one[1], one[2]) for name, one in stations.items()},
        stage,
        Phase(str(kept["phase"])),
        str(kept["why"]),
    )
