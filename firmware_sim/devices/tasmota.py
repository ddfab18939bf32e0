"""What the firmware of a Tasmota plug or relay board does with commands: no broker, no clock.

Sources: tasmota.github.io/docs, "MQTT" and "Commands" (github tasmota/docs, `docs/MQTT.md`, `docs/Commands.md`); for
names and times github arendst/Tasmota: `GetPowerDevice`, `SetPulseTimer`, `CmndPulsetime` and `CmndPower`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import Enum, auto

COMMAND = re.compile(r"([a-z]+)([0-9]*)", re.ASCII)
QUESTIONS = ("", "?")
"""Payloads that ask instead of order."""
LONGEST_PULSE = 64_900
TENTHS_UP_TO = 111
"""PulseTime 1 to 111 counts tenths of a second; above, seconds with 100 added."""
SECONDS_OFFSET = 100
MOST_RELAYS = 32
ALL_RELAYS = "0"
DIGITS = re.compile(r"[0-9]+", re.ASCII)
LONGEST_NUMBER = 6
"""Digits of a number that are looked at."""


class Power(Enum):
    """What can be ordered of a relay."""

    OFF = auto()
    ON = auto()
    TOGGLE = auto()


POWER_WORDS = {
    "0": Power.OFF,
    "off": Power.OFF,
    "false": Power.OFF,
    "1": Power.ON,
    "on": Power.ON,
    "true": Power.ON,
    "2": Power.TOGGLE,
    "toggle": Power.TOGGLE,
}
"""Blinking (3 and 4) is not simulated."""


@dataclass(frozen=True, slots=True)
class Publication:
    """What the board publishes on `prefix/BOARD/name`."""

    prefix: str
    name: str
    payload: str
    retained: bool = False


class TasmotaFirmware:
    """Relays and their pulse timers. Times in seconds of any monotonic clock."""

    def __init__(self, relays: int) -> None:
        """`relays`: how many it has; a single one is called POWER, several POWER1, POWER2 and so on."""
        assert 1 <= relays <= MOST_RELAYS, relays
        self._closed = [False] * relays
        self._pulse = [0] * relays
        self._ends_s: list[float | None] = [None] * relays

    @property
    def relays(self) -> tuple[bool, ...]:
        """Which relays are closed, the first one first."""
        return tuple(self._closed)

    def online(self) -> list[Publication]:
        """What it says when it has reached the broker."""
        lwt = Publication("tele", "LWT", "Online", retained=True)
        return [lwt] + [told for relay in range(len(self._closed)) for told in self._told(relay)]

    def command(self, name: str, payload: str, now_s: float) -> list[Publication]:
        """Do what came on `cmnd/…/NAME`; capitals do not matter. Return what it says to that.

        A relay that is not there is passed over in silence.
        """
        split = COMMAND.fullmatch(name.lower())
        word = payload.strip().lower()
        match split and split.groups():
            case ("power", number):
                return self._power(number, word, now_s)
            case ("pulsetime", "") if word in QUESTIONS:
                return [_result({"PulseTime": self._all_pulses(now_s)})]
            case ("pulsetime", number):
                return self._pulse_time(number, word, now_s)
            case _:
                return [_result({"Command": "Unknown"})]

    def tick(self, now_s: float) -> list[Publication]:
        """Open the relays whose pulse has ended; return what it says to that."""
        told: list[Publication] = []
        for relay, end_s in enumerate(self._ends_s):
            if end_s is not None and end_s <= now_s:
                self._switch(relay, Power.OFF, now_s)
                told += self._told(relay)
        return told

    def due_s(self) -> float | None:
        """When the next pulse ends."""
        return min((end_s for end_s in self._ends_s if end_s is not None), default=None)

    def lose_power(self) -> None:
        """The plug was pulled: relays open, and what runs is forgotten; the set times are kept."""
        self._closed = [False] * len(self._closed)
        self._ends_s = [None] * len(self._ends_s)

    def _meant(self, number: str) -> range:
        """The relays that a number means: without one the first, with 0 all of them."""
        if number == ALL_RELAYS:
            return range(len(self._closed))
        place = int(number[:LONGEST_NUMBER]) - 1 if number else 0
        return range(place, place + 1) if 0 <= place < len(self._closed) else range(0)

    def _power(self, number: str, word: str, now_s: float) -> list[Publication]:
        """What is no order is a question, whatever it says."""
        order = POWER_WORDS.get(word)
        told: list[Publication] = []
        for relay in self._meant(number):
            if order is not None:
                self._switch(relay, order, now_s)
            told += self._told(relay)
        return told

    def _switch(self, relay: int, order: Power, now_s: float) -> None:
        closed = not self._closed[relay] if order is Power.TOGGLE else order is Power.ON
        self._closed[relay] = closed
        # A pulse begins anew with every ON, also of a relay that is closed already.
        self._ends_s[relay] = now_s + pulse_s(self._pulse[relay]) if closed and self._pulse[relay] else None

    def _pulse_time(self, number: str, word: str, now_s: float) -> list[Publication]:
        if number == ALL_RELAYS:
            return []
        told: list[Publication] = []
        for relay in self._meant(number):
            pulse = 0 if word == "off" else int(word[:LONGEST_NUMBER]) if DIGITS.fullmatch(word) else None
            if pulse is not None and pulse <= LONGEST_PULSE:
                self._pulse[relay] = pulse
                # The firmware starts the time at once, also of a relay that is open.
                self._ends_s[relay] = now_s + pulse_s(pulse) if pulse else None
            content = {"Set": self._pulse[relay], "Remaining": self._remaining(relay, now_s)}
            told.append(_result({f"PulseTime{relay + 1}": content}))
        return told

    def _all_pulses(self, now_s: float) -> dict[str, list[int]]:
        """Of all the timers that the firmware has, also those without a relay."""
        nobody = [0] * (MOST_RELAYS - len(self._closed))
        remaining = [self._remaining(relay, now_s) for relay in range(len(self._closed))]
        return {"Set": self._pulse + nobody, "Remaining": remaining + nobody}

    def _remaining(self, relay: int, now_s: float) -> int:
        end_s = self._ends_s[relay]
        return pulse_of(end_s - now_s) if end_s is not None else 0

    def _told(self, relay: int) -> list[Publication]:
        """A relay's state, twice: as JSON and bare."""
        name = f"POWER{relay + 1}" if len(self._closed) > 1 else "POWER"
        state = "ON" if self._closed[relay] else "OFF"
        return [_result({name: state}), Publication("stat", name, state)]


def pulse_s(pulse: int) -> float:
    """Seconds of a PulseTime."""
    return pulse / 10 if pulse <= TENTHS_UP_TO else float(pulse - SECONDS_OFFSET)


def pulse_of(seconds: float) -> int:
    """The PulseTime that is left of some seconds, rounded down as the firmware does, which counts milliseconds.

    Seconds that were added to a clock and taken off again are a hair less than they were: floor would lose a tenth.
    """
    milliseconds = max(0, round(seconds * 1000))
    tenths = milliseconds // 100
    return tenths if tenths <= TENTHS_UP_TO else milliseconds // 1000 + SECONDS_OFFSET


def _result(content: dict[str, object]) -> Publication:
    return Publication("stat", "RESULT", json.dumps(content, separators=(",", ":")))
