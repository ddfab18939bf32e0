"""How scan engines are told to read, by dialect.

Source: makers' guides as quoted in public programs; GM65 manual. Newland's form with `40` in place of `23` stores the
setting for good and is never sent (flash wears out).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Dialect(StrEnum):
    """Whose trigger an engine understands."""

    NONE = "none"
    """Reads by itself; no trigger is sent."""
    HONEYWELL = "honeywell"
    NEWLAND = "newland"
    NEWLAND_SHORT = "newland-short"
    GM65 = "gm65"


@dataclass(frozen=True, slots=True)
class TriggerBytes:
    """Bytes that start and stop reading; `answers` come on the data line and are not part of a code."""

    on: bytes = b""
    off: bytes = b""
    answers: tuple[bytes, ...] = ()


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
        tuple(
            newland_answer(NEWLAND_VOLATILE, digit, outcome)
            for digit in (b"0", b"1")
            for outcome in (NEWLAND_TAKEN, NEWLAND_REFUSED)
        ),
    ),
    Dialect.NEWLAND_SHORT: TriggerBytes(bytes.fromhex("015404")),
    Dialect.GM65: TriggerBytes(
        bytes.fromhex("7E000801000201ABCD"), bytes.fromhex("7E000801000200ABCD"), (GM65_ANSWER,)
    ),
}
