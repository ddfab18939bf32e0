"""What else a reader says: its events, the status of an answer, who it is, its antennas.

Source: EPCglobal LLRP 1.1, 17.2.3.1, 17.2.6.2, 17.2.7.5 and 17.2.8.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from drivers.llrp.codes import MAKERS, SUCCESS, Connection, TlvParameter, status_name
from drivers.llrp.parameters import cut

_STATUS = struct.Struct(">HH")
_GENERAL = struct.Struct(">HHIIH")
_ANTENNA_EVENT = struct.Struct(">BH")
_ROSPEC_EVENT = struct.Struct(">BI")
_ENDED, _CONNECTED = 1, 1
_CONNECTED_BIT = 0x80
_LONGEST_TEXT = 120
"""Characters of a reader's own words that a fault repeats."""


@dataclass(frozen=True, slots=True)
class Status:
    """LLRPStatus of an answer."""

    code: int
    description: str = ""

    @property
    def succeeded(self) -> bool:
        """The reader did what was asked."""
        return self.code == SUCCESS

    def __str__(self) -> str:
        name = status_name(self.code)
        return f"{name}: {self.description}" if self.description else name


@dataclass(frozen=True, slots=True)
class ConnectionTold:
    """The reader took the connection (0), or says why not; also to one that it has taken, when another host tries."""

    outcome: int
    clock_us: int | None = None
    """The reader's clock at this moment, microseconds since 1970."""


@dataclass(frozen=True, slots=True)
class AntennaTold:
    """An antenna was connected or disconnected."""

    antenna: int
    connected: bool


@dataclass(frozen=True, slots=True)
class ReaderException:
    """The reader has trouble, in its own words."""

    text: str


@dataclass(frozen=True, slots=True)
class RospecEnded:
    """The reader has stopped to look for tags."""

    rospec_id: int


@dataclass(frozen=True, slots=True)
class ReportsLost:
    """The reader's memory for reports overflowed."""


Notice = ConnectionTold | AntennaTold | ReaderException | RospecEnded | ReportsLost


def read_notices(body: bytes) -> list[Notice]:
    """The events of a READER_EVENT_NOTIFICATION that matter here."""
    notices: list[Notice] = []
    for event in cut(body).all(TlvParameter.EVENT_NOTIFICATION_DATA):
        parts = cut(event)
        clock = parts.first(TlvParameter.UTC_TIMESTAMP)
        for kind, content in parts.parameters:
            notice = _read_notice(kind, content, None if clock is None else int.from_bytes(clock))
            if notice is not None:
                notices.append(notice)
    return notices


def _read_notice(kind: int, content: bytes, clock_us: int | None) -> Notice | None:
    match kind:
        case TlvParameter.CONNECTION_ATTEMPT_EVENT if len(content) >= 2:
            return ConnectionTold(int.from_bytes(content[:2]), clock_us)
        case TlvParameter.ANTENNA_EVENT if len(content) >= _ANTENNA_EVENT.size:
            event, antenna = _ANTENNA_EVENT.unpack_from(content)
            return AntennaTold(antenna, event == _CONNECTED)
        case TlvParameter.READER_EXCEPTION_EVENT:
            return ReaderException(_text(content))
        case TlvParameter.ROSPEC_EVENT if len(content) >= _ROSPEC_EVENT.size:
            event, rospec_id = _ROSPEC_EVENT.unpack_from(content)
            return RospecEnded(rospec_id) if event == _ENDED else None
        case TlvParameter.BUFFER_OVERFLOW_EVENT:
            return ReportsLost()
        case _:
            return None


def read_status(body: bytes) -> Status | None:
    """The LLRPStatus of an answer; None where it has none."""
    content = cut(body).first(TlvParameter.LLRP_STATUS)
    if content is None or len(content) < _STATUS.size:
        return None
    return Status(int.from_bytes(content[:2]), _text(content[2:]))


def read_identity(body: bytes) -> str | None:
    """Maker, model and firmware in a GET_READER_CAPABILITIES_RESPONSE; None where they are not told."""
    content = cut(body).first(TlvParameter.GENERAL_DEVICE_CAPABILITIES)
    if content is None or len(content) < _GENERAL.size:
        return None
    _, _, maker, model, _ = _GENERAL.unpack_from(content)
    firmware = _text(content[_GENERAL.size - 2 :])
    return f"{MAKERS.get(maker, f'maker {maker}')}, model {model}, firmware {firmware or 'unknown'}"


def read_antennas(body: bytes) -> dict[int, bool]:
    """Antennas in a GET_READER_CONFIG_RESPONSE, and whether each is connected."""
    antennas: dict[int, bool] = {}
    for content in cut(body).all(TlvParameter.ANTENNA_PROPERTIES):
        if len(content) >= _ANTENNA_EVENT.size:
            state, antenna = _ANTENNA_EVENT.unpack_from(content)
            antennas[antenna] = bool(state & _CONNECTED_BIT)
    return antennas


def refusal(outcome: int) -> str:
    """Why the reader did not take the connection, in words, with who may be the other one."""
    match outcome:
        case Connection.READER_OPENED_ONE:
            return "the reader refused: it has itself connected to another host, by its own settings"
        case Connection.CLIENT_HAS_ONE:
            return (
                "the reader refused: another host is connected, and it serves one at a time. Look for another kiosk, "
                "gate or test program with its address; or it has not noticed yet that our last connection ended"
            )
        case _:
            return f"the reader refused the connection (outcome {outcome}) and does not say why"


def _text(content: bytes) -> str:
    """A text with its length before it, on one line and not too long; wrong bytes are replaced."""
    size = int.from_bytes(content[:2])
    text = content[2 : 2 + min(size, 4 * _LONGEST_TEXT)].decode("utf-8", errors="replace")
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(printable.split())[:_LONGEST_TEXT].rstrip()
