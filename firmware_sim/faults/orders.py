"""An order to have a fault, with what can be set about it: read from words and numbers, or refused with what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from firmware_sim.faults.words import CardFault, Fault, LineFault, PadFault, PcscPadFault
from firmware_sim.room.room import UnknownName

RATE, SECONDS = "rate", "seconds"
LONGEST_S = 86_400.0

RATED: dict[str, float] = {
    LineFault.NOISE: 0.5,
    LineFault.TRUNCATE: 1.0,
    LineFault.HALF_FRAME: 1.0,
    LineFault.SLOW: 1.0,
    LineFault.DOUBLED: 1.0,
    LineFault.LATE: 0.5,
    PadFault.BAD_CRC: 1.0,
    PadFault.WRONG_ANSWER: 0.5,
    PadFault.LOSE_WRITE_ANSWER: 1.0,
    PadFault.TORN_WRITE: 1.0,
    PadFault.TAG_LEAVES: 1.0,
    CardFault.TEAR: 1.0,
}
"""Faults that spoil a share of what there is, and the share where none is ordered. A word means the same everywhere."""
TIMED: dict[str, float | None] = {
    LineFault.SLOW: 0.5,
    LineFault.STUCK: None,
    LineFault.RESET: 1.0,
    LineFault.UNPLUG: None,
}
"""Faults with a time: of `slow` how late messages are, of the others how long it lasts. None: until it is ended."""


class KnobRefused(ValueError):
    """This fault cannot be set so. The text says what was expected, and of which faults."""


@dataclass(frozen=True, slots=True)
class FaultOrder:
    """A fault as it is to be had. What it does not have is None; `seconds` None also means without an end."""

    fault: Fault
    rate: float | None = None
    seconds: float | None = None


WELL = FaultOrder(LineFault.NONE)


def knobs_of(fault: Fault) -> tuple[str, ...]:
    """What can be set about it: `rate`, `seconds`."""
    if isinstance(fault, PcscPadFault):
        return ()
    return (RATE,) * (fault in RATED) + (SECONDS,) * (fault in TIMED and not isinstance(fault, CardFault))


def ordered(
    device: str, faults: Sequence[Fault], word: str, rate: float | None = None, seconds: float | None = None
) -> FaultOrder:
    """The order for a device that can have these faults; raises `UnknownName` and `KnobRefused`."""
    fault = next((one for one in faults if one.value == word), None)
    if fault is None:
        raise UnknownName(f"{device} fault", word, "fault", [one.value for one in faults])
    knobs = knobs_of(fault)
    for knob, value, most in ((RATE, rate, 1.0), (SECONDS, seconds, LONGEST_S)):
        if value is None:
            continue
        if knob not in knobs:
            able = ", ".join(one.value for one in faults if knob in knobs_of(one))
            raise KnobRefused(
                f"{knob}: the {device} fault '{word}' takes none; {able or 'no fault of it'} may have one"
            )
        if not 0 <= value <= most:
            raise KnobRefused(f"{knob}: expected a number from 0 to {most:g}, found {value:g}")
    return FaultOrder(
        fault,
        _chosen(rate, RATED.get(fault)) if RATE in knobs else None,
        _chosen(seconds, TIMED.get(fault)) if SECONDS in knobs else None,
    )


def _chosen(value: float | None, usual: float | None) -> float | None:
    return usual if value is None else value
