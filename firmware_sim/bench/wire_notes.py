"""What bytes on a wire mean, in a few words beside the hex, for a technician who has no manual at hand."""

from __future__ import annotations

from firmware_sim.devices.feig import Command
from firmware_sim.devices.feig_frames import STX
from firmware_sim.devices.feig_iso import Addressing, Sub
from firmware_sim.devices.feig_status import Status
from firmware_sim.lines.wire_log import Direction, WireEntry
from firmware_sim.room.tag import UID_LENGTH

LONGEST_NOTE = 60
REAL_TIME_STATUS = b"\x10\x04"
"""DLE EOT (Epson ESC/POS command reference)."""
STANDARD_HEAD, ADVANCED_HEAD = 1, 3
"""Bytes before COM-ADR in the two forms of a FEIG frame (H20800-16e-ID-B, 3.1)."""


def note(entry: WireEntry) -> str:
    """A few words, or nothing where there is nothing to say."""
    match entry.device:
        case "pad":
            return _feig(entry.data, entry.direction)
        case "scanner":
            return entry.data.decode("utf-8", "replace").strip("\r\n")[:LONGEST_NOTE]
        case "printer" if entry.data[:2] == REAL_TIME_STATUS and len(entry.data) == 3:
            return "status question"
        case _:
            return ""


def _feig(data: bytes, direction: Direction) -> str:
    body = data[ADVANCED_HEAD:] if data[0] == STX else data[STANDARD_HEAD:]
    if len(body) < 4:
        return "not a frame"
    try:
        command = Command(body[1])
    except ValueError:
        return f"command {body[1]:02X}"
    if direction is Direction.FROM_DEVICE:
        return _status(body[2])
    if command is not Command.ISO_HOST:
        return _words(command.name)
    try:
        name = _words(Sub(body[2]).name)
    except ValueError:
        return f"ISO command {body[2]:02X}"
    addressed = len(body) > 4 + UID_LENGTH and body[3] & 0x07 == Addressing.UID and body[2] != Sub.INVENTORY
    if not addressed:
        return name
    uid, rest = body[4 : 4 + UID_LENGTH], body[4 + UID_LENGTH : -2]
    value = f" := {rest[0]:02X}" if body[2] in (Sub.WRITE_AFI, Sub.WRITE_DSFID) and rest else ""
    return f"{name}{value} · tag …{uid[-3:].hex().upper()}"


def _status(status: int) -> str:
    try:
        return _words(Status(status).name)
    except ValueError:
        return f"status {status:02X}"


def _words(name: str) -> str:
    return name.replace("_", " ").lower()
