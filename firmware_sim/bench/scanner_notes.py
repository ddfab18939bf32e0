"""What passes between a host and a scanner, in a few words for the bench."""

from __future__ import annotations

from firmware_sim.devices.scan_engine_dialects import (
    GM65,
    GM65_DONE,
    HONEYWELL,
    NEWLAND_ANSWER,
    NEWLAND_END,
    NEWLAND_SHORT,
    NEWLAND_START,
    NEWLAND_TAKEN,
    Trigger,
)
from firmware_sim.devices.scan_engine_ssi_frames import CHECKSUM_LENGTH, HEAD, Opcode, checksum
from firmware_sim.devices.wedge import INPUT_EVENT, PRESSED, EventType
from firmware_sim.devices.wedge_layout import ENTER, KEYS, SHIFT, TAB
from firmware_sim.lines.wire_log import Direction

TRIGGERS = {**HONEYWELL, **NEWLAND_SHORT, **GM65}
KEY_NAMES = {key.code: name for name, key in KEYS.items() if not key.shifted} | {
    SHIFT.code: "shift",
    ENTER.code: "enter",
    TAB.code: "tab",
}


def scanner(data: bytes, _: Direction) -> str:
    """The text of a code."""
    return data.decode("utf-8", "replace").strip("\r\n")


def scan_engine(data: bytes, direction: Direction) -> str:
    """A trigger command, an SSI packet, or the text of a code. Source: devices.md, section 14."""
    if data in TRIGGERS:
        return _trigger(TRIGGERS[data].trigger)
    if data.startswith(NEWLAND_START) and data.endswith(NEWLAND_END):
        return scanner(data[len(NEWLAND_START) : -len(NEWLAND_END)], direction)
    if data == GM65_DONE:
        return "taken"
    if data.startswith(NEWLAND_ANSWER) and data.endswith(NEWLAND_END):
        return "taken" if data[: -len(NEWLAND_END)].endswith(NEWLAND_TAKEN) else "refused"
    return _ssi(data) or scanner(data, direction)


def evdev(data: bytes, _: Direction) -> str:
    """The keys that went down."""
    whole = data[: len(data) - len(data) % INPUT_EVENT.size]
    pressed = [
        code for _, _, kind, code, value in INPUT_EVENT.iter_unpack(whole) if (kind, value) == (EventType.KEY, PRESSED)
    ]
    return " ".join(KEY_NAMES.get(code, f"key {code}") for code in pressed)


def _trigger(trigger: Trigger | None) -> str:
    return "" if trigger is None else f"trigger {trigger.name.lower()}"


def _ssi(data: bytes) -> str:
    if len(data) < HEAD + CHECKSUM_LENGTH or checksum(data[:-CHECKSUM_LENGTH]) != data[-CHECKSUM_LENGTH:]:
        return ""
    try:
        return Opcode(data[1]).name.replace("_", " ").lower()
    except ValueError:
        return f"opcode {data[1]:02X}"
