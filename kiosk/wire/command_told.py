"""What became of a command, on `up/result`. Names no patron."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kiosk.wire.envelope import payload_of, unwrap, wrapped
from kiosk.wire.fields import Json, SetAside, instant_text, pairs_object
from kiosk.wire.topics import Station

TYPE = "lk.command.result"
LONGEST_REASON = 2_000
MOST_DETAILS = 16


class CommandState(StrEnum):
    """How far a command is."""

    ACCEPTED = "accepted"
    """Believed and kept; it may have to wait for the end of a patron's visit."""
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    EXPIRED = "expired"
    """Its time was over before it was begun."""
    REFUSED = "refused"
    """Not believed, not for this station, or said before."""

    @property
    def is_final(self) -> bool:
        return self not in (CommandState.ACCEPTED, CommandState.RUNNING)


@dataclass(frozen=True, slots=True)
class CommandResult:
    """What a station did with a command, or why it did not."""

    command: str
    """Its id; empty for a message that could not be read."""
    state: CommandState
    at: datetime
    """By the station's clock, aware."""
    reason: str = ""
    """In words for the operator."""
    details: tuple[tuple[str, str], ...] = ()


def encode_result(station: Station, result: CommandResult) -> bytes:
    body: dict[str, Json] = {
        "command": result.command,
        "state": result.state,
        "at": instant_text(result.at),
        "reason": result.reason[:LONGEST_REASON],
        "details": pairs_object(result.details),
    }
    id_ = f"{result.command}.{result.state}.{result.at.timestamp():.6f}"
    return payload_of(wrapped(id_, station.source, TYPE, result.at, body))


def decode_result(payload: bytes) -> CommandResult | SetAside:
    """Raises `MessageRefused`."""
    envelope = unwrap(payload, frozenset({TYPE}))
    if isinstance(envelope, SetAside):
        return envelope
    data = envelope.data
    return CommandResult(
        command=data.text("command", longest=64),
        state=data.word("state", CommandState),
        at=data.instant("at"),
        reason=data.text("reason", longest=LONGEST_REASON),
        details=data.pairs("details", MOST_DETAILS),
    )
