"""A station's birth and death, retained on `up/status`. Names no patron."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kiosk.wire.envelope import payload_of, unwrap, wrapped
from kiosk.wire.fields import Json, SetAside, instant_text
from kiosk.wire.topics import Station

TYPE = "lk.station.status"


class StationState(StrEnum):
    ALIVE = "alive"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class StationStatus:
    """Birth, orderly end (`clean`), or the last will that the broker tells for a station that vanished."""

    state: StationState
    boot: str
    """Id of the machine's boot: the monotonic clock of the facts counts from it."""
    session: int
    """The how-manieth connection of this process, from 1."""
    software: str
    since: datetime
    """When this connection was begun, by the station's clock, aware."""
    clean: bool
    """False until the station ends in order: a `gone` that is not clean is a power cut or a broken line."""


def encode_status(station: Station, status: StationStatus) -> bytes:
    body: dict[str, Json] = {
        "state": status.state,
        "boot": status.boot,
        "session": status.session,
        "software": status.software,
        "since": instant_text(status.since),
        "clean": status.clean,
    }
    id_ = f"{status.boot}.{status.session}.{status.state}"
    return payload_of(wrapped(id_, station.source, TYPE, status.since, body))


def decode_status(payload: bytes) -> StationStatus | SetAside:
    """Raises `MessageRefused`."""
    envelope = unwrap(payload, frozenset({TYPE}))
    if isinstance(envelope, SetAside):
        return envelope
    data = envelope.data
    return StationStatus(
        state=data.word("state", StationState),
        boot=data.text("boot", longest=64),
        session=data.whole("session", least=1),
        software=data.text("software"),
        since=data.instant("since"),
        clean=data.flag("clean"),
    )
