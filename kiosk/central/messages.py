"""Messages on their way through central: heard from a broker, and to be told once what they meant is committed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from kiosk.model.ids import AskId
from kiosk.wire import AskMessage, Channel, MessageRefused, Station, decode_ask

ASK_LIVES = timedelta(seconds=10)
"""Nobody waits for an older question any more (messages, section 2); answered now, it would only make a promise."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A message of a station."""

    station: Station
    channel: Channel
    payload: bytes
    at: datetime
    """When it arrived, aware."""
    retained: bool = False
    """The broker kept it: it was told some time before."""
    correlation: bytes = b""
    """Correlation data of a question (MQTT 5.0, 3.3.2.3.6)."""


@dataclass(frozen=True, slots=True)
class Strange:
    """A message on a topic that no station of this site has."""

    topic: str
    payload: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class LineUp:
    """The broker lets us in, and every subscription stands."""


@dataclass(frozen=True, slots=True)
class Telling:
    """To be published to a station, QoS 1, and kept by the broker where it is for all of them. `ask` goes with an
    answer as correlation data."""

    station: Station
    channel: Channel
    payload: bytes
    ask: AskId | None = None
    intents: tuple[str, ...] = ()
    """What an acknowledgement takes in, for the log."""


def question_in(heard: Heard, signs: tuple[bytes, ...] = ()) -> AskMessage | None:
    """The question that a station asks; None where it cannot be read.

    `signs`: one of them stands in every question that the caller looks for, as kiosks write it; others are not read for
    nothing, and are None, too.
    """
    if signs and not any(sign in heard.payload for sign in signs):
        return None
    try:
        asked = decode_ask(heard.station, heard.payload, heard.correlation)
    except MessageRefused:
        return None
    return asked if isinstance(asked, AskMessage) else None
