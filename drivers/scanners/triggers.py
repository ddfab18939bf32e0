"""How scan engines are told to read, by dialect.

Source: makers' guides as quoted in public programs; GM65 manual. Newland's form with `40` in place of `23` stores the
setting for good and is never sent (flash wears out).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from drivers.errors import BadSetting
from drivers.scanners import ssi

LONGEST_TRIGGER = 64
"""Bytes of a trigger that a library sets itself; the longest known has 15."""


class Dialect(StrEnum):
    """Whose trigger an engine understands."""

    NONE = "none"
    """Reads by itself; no trigger is sent."""
    HONEYWELL = "honeywell"
    NEWLAND = "newland"
    NEWLAND_SHORT = "newland-short"
    GM65 = "gm65"
    ZEBRA = "zebra"
    """SSI triggers with codes as plain text; engines that send codes in packets have a driver of their own."""
    BYTES = "bytes"
    """Bytes from the settings."""


@dataclass(frozen=True, slots=True)
class TriggerBytes:
    """Bytes that start and stop reading; answers to them come on the data line and are not part of a code."""

    on: bytes = b""
    off: bytes = b""
    answers: tuple[bytes, ...] = ()
    """The engine took its order."""
    refusals: tuple[bytes, ...] = ()
    """The engine did not."""


_NEWLAND_HEAD = bytes.fromhex("7E0130303030")
_NEWLAND_ANSWER = bytes.fromhex("020130303030")
NEWLAND_VOLATILE, NEWLAND_PERMANENT = b"#", b"@"
NEWLAND_TAKEN, NEWLAND_REFUSED = b"\x06", b"\x15"
_NEWLAND_END = bytes.fromhex("3B03")


def newland_trigger(storage: bytes, digit: bytes) -> bytes:
    """`SCNTRG1` (on) or `SCNTRG0` (off) in the unified wrapper."""
    return _NEWLAND_HEAD + storage + b"SCNTRG" + digit + _NEWLAND_END


def newland_answer(storage: bytes, digit: bytes, outcome: bytes) -> bytes:
    """The engine's answer to `newland_trigger`."""
    return _NEWLAND_ANSWER + storage + b"SCNTRG" + digit + outcome + _NEWLAND_END


GM65_ANSWER = bytes.fromhex("02000001003331")
WGI_SUCCESS = bytes.fromhex("52A0ECFE74")

NO_TRIGGER = TriggerBytes()

TRIGGERS: dict[Dialect, TriggerBytes] = {
    Dialect.NONE: NO_TRIGGER,
    Dialect.HONEYWELL: TriggerBytes(bytes.fromhex("16540D"), bytes.fromhex("16550D")),
    Dialect.NEWLAND: TriggerBytes(
        newland_trigger(NEWLAND_VOLATILE, b"1"),
        newland_trigger(NEWLAND_VOLATILE, b"0"),
        tuple(newland_answer(NEWLAND_VOLATILE, digit, NEWLAND_TAKEN) for digit in (b"0", b"1")),
        tuple(newland_answer(NEWLAND_VOLATILE, digit, NEWLAND_REFUSED) for digit in (b"0", b"1")),
    ),
    Dialect.NEWLAND_SHORT: TriggerBytes(bytes.fromhex("015404")),
    Dialect.GM65: TriggerBytes(
        bytes.fromhex("7E000801000201ABCD"), bytes.fromhex("7E000801000200ABCD"), (GM65_ANSWER,)
    ),
    Dialect.ZEBRA: TriggerBytes(
        ssi.encode_packet(ssi.START_SESSION),
        ssi.encode_packet(ssi.STOP_SESSION),
        (ssi.encode_packet(ssi.ACK, source=ssi.SOURCE_SCANNER),),
        tuple(ssi.encode_packet(ssi.NAK, bytes((why,)), ssi.SOURCE_SCANNER) for why in ssi.NAK_CAUSES),
    ),
}


def trigger_of(dialect: Dialect, on_hex: str = "", off_hex: str = "") -> TriggerBytes:
    """The trigger that the settings name. Raises `BadSetting`.

    `on_hex` and `off_hex` go with `BYTES` only; `off_hex` may be empty for an engine that stops by itself.
    """
    if dialect is not Dialect.BYTES:
        if on_hex or off_hex:
            raise BadSetting(f'trigger {dialect.value!r} has bytes of its own: give trigger_on with trigger = "bytes"')
        return TRIGGERS[dialect]
    if not on_hex.strip():
        raise BadSetting('trigger = "bytes" needs trigger_on, in hex: "16540D"')
    return TriggerBytes(_own_bytes("trigger_on", on_hex), _own_bytes("trigger_off", off_hex))


def _own_bytes(key: str, text: str) -> bytes:
    try:
        own = bytes.fromhex(text)
    except ValueError:
        raise BadSetting(f"{key} is {text!r}: give pairs of hex digits, such as 16540D") from None
    if len(own) > LONGEST_TRIGGER:
        raise BadSetting(f"{key} has {len(own)} bytes: {LONGEST_TRIGGER} are allowed")
    if _NEWLAND_HEAD + NEWLAND_PERMANENT in own:
        raise BadSetting(
            f"{key} would store a setting in the engine each time it is sent: use 23 (#) in place of 40 (@)"
        )
    return own
