"""A board of relays and inputs on a serial line that speaks Modbus RTU, as a conversation: locks, flaps and sensors.

Such boards confirm each relay and are asked for their inputs all the time, so that a door that was opened is known
within a tenth of a second, and a board that has gone within half of one.
Source: MODBUS over Serial Line V1.02, 2.5.1 (RTU frames, CRC low byte first); MODBUS Application Protocol V1.1b3, 6.2
(read discrete inputs), 6.5 (write single coil), 7 (exceptions).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from fastcrc import crc16

from drivers.condition import Condition
from drivers.errors import BadSetting
from drivers.health import FaultCode
from drivers.signals.outputs import Output, Wishes, check_outputs
from drivers.signals.protocol import Sensed, SignalCommand, SignalEvent, Switched, SwitchRefused

READ_INPUTS, WRITE_COIL = 0x02, 0x05
REFUSED = 0x80
"""Set in the function code of an exception."""
ON, OFF = b"\xff\x00", b"\x00\x00"
LAST_CHANNEL = 32
FIRST_ADDRESS, LAST_ADDRESS = 1, 247
POLL_S = 0.05
ANSWER_S = 0.2
"""A board that has not answered so long does not answer: 8 bytes take 8.3 ms at 9,600 baud."""
QUIET_S = 0.005
"""Between an answer and the next question: 3.5 characters at 9,600 baud (2.5.1.1)."""
TRIES = 3
_REFUSALS_KEPT = 64
_EXCEPTION_BYTES, _ECHO_BYTES, _SHORTEST = 5, 8, 5


@dataclass(frozen=True, slots=True)
class ModbusSettings:
    """How the board was wired at installation. Raises `BadSetting`."""

    outputs: tuple[Output, ...]
    inputs: tuple[Output, ...] = ()
    """Sensors by name and channel, as outputs are."""
    address: int = 1
    """Of the board on its line."""

    def __post_init__(self) -> None:
        check_outputs(self.outputs, LAST_CHANNEL)
        if self.inputs:
            check_outputs(self.inputs, LAST_CHANNEL)
        if not FIRST_ADDRESS <= self.address <= LAST_ADDRESS:
            raise BadSetting(f"address of the board is {self.address}: give {FIRST_ADDRESS} to {LAST_ADDRESS}")


def sealed(body: bytes) -> bytes:
    """With its check sum."""
    return body + crc16.modbus(body).to_bytes(2, "little")


class ModbusBoard:
    """`Conversation[SignalEvent, SignalCommand]`."""

    def __init__(self, settings: ModbusSettings) -> None:
        self._settings = settings
        self._wishes = Wishes(settings.outputs)
        self._condition = Condition()
        self._refused: list[SwitchRefused] = []
        self._open = False
        self._untold: dict[str, None] = {}
        self._asked: bytes | None = None
        """The question that is not answered yet, without its sum."""
        self._telling: tuple[str, bool] | None = None
        """The output that the question is about, and what was told."""
        self._deadline_s = 0.0
        self._free_s = 0.0
        self._poll_s = 0.0
        self._misses = 0
        self._incoming = b""
        self._outgoing = b""
        self._inputs: dict[str, bool] = {}

    def port_opened(self, now_s: float) -> list[SignalEvent]:
        """Every output is told what it shall be, and inputs are told afresh."""
        self._open = True
        self._begin_anew(now_s)
        return []

    def port_lost(self, reason: str, now_s: float) -> list[SignalEvent]:
        """Wishes stay, and their time runs on."""
        self._open = False
        self._forget()
        return [*self._condition.is_(FaultCode.PORT_GONE, reason)]

    def submit(self, command: SignalCommand, now_s: float) -> None:
        """Take an order; one for an output that is not there is refused with the next `tick`."""
        refused = self._wishes.take(command, now_s)
        if refused is None:
            self._untold[command.output] = None
        elif len(self._refused) < _REFUSALS_KEPT:
            self._refused.append(refused)

    def receive(self, data: bytes, now_s: float) -> list[SignalEvent]:
        """Take an answer; anything that is not the answer to the question is noise, and the deadline goes on."""
        if self._asked is None:
            return []
        self._incoming = (self._incoming + data)[-64:]
        answer = self._answer()
        if answer is None:
            return []
        asked, telling = self._asked, self._telling
        self._free_s = now_s + QUIET_S
        self._settle()
        if answer[1] & REFUSED:
            self._misses = 0
            detail = f"the board refuses function {asked[1]} with exception {answer[2]}: has it so many channels?"
            return [*self._condition.is_(FaultCode.WRONG_DEVICE, detail)]
        self._misses = 0
        events: list[SignalEvent] = []
        if telling is not None:
            events.append(Switched(*telling, confirmed=True))
        else:
            events += [*self._condition.well(f"Modbus board {self._settings.address}"), *self._sensed(answer[3:-2])]
        return events

    def tick(self, now_s: float) -> list[SignalEvent]:
        """Put off what is over, give up a question without an answer, and ask the next one."""
        events: list[SignalEvent] = [*self._refused]
        self._refused.clear()
        for name in self._wishes.expire(now_s):
            self._untold[name] = None
        if not self._open:
            return events
        if self._asked is not None and now_s >= self._deadline_s:
            events += self._missed(now_s)
        if self._asked is None and now_s >= self._free_s:
            self._ask_next(now_s)
        return events

    def due_s(self) -> float | None:
        """The deadline of the question, the next question, or the next output whose time is over."""
        if self._refused:
            return self._free_s
        dues = [self._wishes.due_s()]
        if self._open:
            ask_s = self._free_s if self._untold else max(self._free_s, self._poll_s)
            dues.append(ask_s if self._asked is None else self._deadline_s)
        return min((due for due in dues if due is not None), default=None)

    def take_outgoing(self) -> bytes:
        """The question that is due, once."""
        outgoing, self._outgoing = self._outgoing, b""
        return outgoing

    def _answer(self) -> bytes | None:
        """The answer to the question, found anywhere in what has come."""
        assert self._asked is not None
        unit, function = self._asked[0], self._asked[1]
        for at in range(len(self._incoming)):
            rest = self._incoming[at:]
            if len(rest) < _SHORTEST or rest[0] != unit:
                continue
            if rest[1] == function | REFUSED:
                length = _EXCEPTION_BYTES
            elif rest[1] != function:
                continue
            elif function == WRITE_COIL:
                length = _ECHO_BYTES
                if rest[:6] != self._asked[: len(rest[:6])]:
                    continue
            else:
                length = 5 + self._input_bytes()
                if rest[2] != self._input_bytes():
                    continue
            if len(rest) >= length and sealed(rest[: length - 2]) == rest[:length]:
                return rest[:length]
        return None

    def _sensed(self, packed: bytes) -> list[SignalEvent]:
        events: list[SignalEvent] = []
        for one in self._settings.inputs:
            place = one.channel - 1
            on = bool(packed[place // 8] >> (place % 8) & 1)
            if self._inputs.get(one.name) is not on:
                self._inputs[one.name] = on
                events.append(Sensed(one.name, on))
        return events

    def _missed(self, now_s: float) -> list[SignalEvent]:
        if self._telling is not None:
            self._untold = {self._telling[0]: None, **self._untold}
        self._settle()
        self._misses += 1
        self._free_s = now_s
        if self._misses < TRIES:
            return []
        self._misses = 0
        self._begin_anew(now_s)
        detail = f"no answer from address {self._settings.address}: is it this board, at this speed, and has it power?"
        return [*self._condition.is_(FaultCode.NO_ANSWER, detail)]

    def _ask_next(self, now_s: float) -> None:
        """Inputs first when they are due, so that many orders do not hide a door."""
        if now_s >= self._poll_s:
            self._poll_s = now_s + POLL_S
            self._ask(READ_INPUTS, 0, (self._input_bytes() * 8).to_bytes(2, "big"), now_s)
        elif self._untold:
            name = next(iter(self._untold))
            del self._untold[name]
            on = self._wishes.is_on(name)
            self._telling = (name, on)
            self._ask(WRITE_COIL, self._wishes.channel(name) - 1, ON if on else OFF, now_s)

    def _ask(self, function: int, place: int, value: bytes, now_s: float) -> None:
        self._asked = bytes((self._settings.address, function)) + place.to_bytes(2, "big") + value
        self._outgoing = sealed(self._asked)
        self._deadline_s = now_s + ANSWER_S

    def _input_bytes(self) -> int:
        """Inputs are asked for in whole bytes; a board without any is asked for eight, to hear that it is there."""
        last = max((one.channel for one in self._settings.inputs), default=1)
        return math.ceil(last / 8)

    def _settle(self) -> None:
        self._asked = self._telling = None
        self._incoming = b""

    def _begin_anew(self, now_s: float) -> None:
        self._forget()
        self._wishes.expire(now_s)
        self._untold = dict.fromkeys(self._wishes)
        self._poll_s = self._free_s = now_s

    def _forget(self) -> None:
        self._settle()
        self._outgoing = b""
        self._inputs.clear()
