"""What a gate tells at once, for whoever watches: `up/alarm` and `up/count`. The same is told as facts, which last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kiosk.model.gate_facts import AlarmKind, AlarmState, PeopleCounted
from kiosk.wire.envelope import payload_of, unwrap, wrapped
from kiosk.wire.fields import Json, SetAside, instant_text
from kiosk.wire.topics import Station

ALARM = "lk.alarm.told"
COUNT = "lk.count.told"
MOST_PEOPLE = 100_000
"""In a quarter of an hour; more is no count."""


@dataclass(frozen=True, slots=True)
class AlarmTold:
    """An alarm as it stands now."""

    alarm: str
    gate: str
    state: AlarmState
    kind: AlarmKind
    """Of the item that rang first."""
    items: int
    raised_at: datetime
    """Aware."""


def encode_alarm(station: Station, told: AlarmTold, at: datetime) -> bytes:
    """`at`: when it became so."""
    data: dict[str, Json] = {
        "alarm": told.alarm,
        "gate": told.gate,
        "state": told.state,
        "kind": told.kind,
        "items": told.items,
        "raised_at": instant_text(told.raised_at),
    }
    return payload_of(wrapped(f"{told.alarm}.{told.state}.{told.items}", station.source, ALARM, at, data))


def decode_alarm(payload: bytes) -> AlarmTold | SetAside:
    """Raises `MessageRefused`."""
    envelope = unwrap(payload, frozenset({ALARM}))
    if isinstance(envelope, SetAside):
        return envelope
    data = envelope.data
    return AlarmTold(
        alarm=data.text("alarm", longest=64),
        gate=data.text("gate", longest=32),
        state=data.word("state", AlarmState),
        kind=data.word("kind", AlarmKind),
        items=data.whole("items", least=1),
        raised_at=data.instant("raised_at"),
    )


def encode_count(station: Station, counted: PeopleCounted, at: datetime) -> bytes:
    """The people of one aisle and piece of time."""
    data: dict[str, Json] = {
        "gate": counted.gate,
        "begins": instant_text(counted.begins),
        "ends": instant_text(counted.ends),
        "entered": counted.entered,
        "left": counted.left,
        "closed": counted.closed,
    }
    return payload_of(wrapped(counted.intent, station.source, COUNT, at, data))


@dataclass(frozen=True, slots=True)
class CountTold:
    """The people of one aisle and piece of time, as they are told."""

    gate: str
    begins: datetime
    """Aware, as `ends`."""
    ends: datetime
    entered: int
    left: int


def decode_count(payload: bytes) -> CountTold | SetAside:
    """Raises `MessageRefused`."""
    envelope = unwrap(payload, frozenset({COUNT}))
    if isinstance(envelope, SetAside):
        return envelope
    data = envelope.data
    return CountTold(
        gate=data.text("gate", longest=32),
        begins=data.instant("begins"),
        ends=data.instant("ends"),
        entered=data.whole("entered", most=MOST_PEOPLE),
        left=data.whole("left", most=MOST_PEOPLE),
    )
