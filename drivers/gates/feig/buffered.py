"""A FEIG gate in buffered read mode as a conversation: its table of records is read, stored, and only then cleared.

0x22 gives the oldest records, and the same again until 0x32 clears those that it gave. Between the two stands the
`Stored` of whoever keeps the alarms: a power cut in between costs nothing. While that is awaited the table is not read
on, since 0x32 clears what was given last.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import assert_never

from drivers.gates.feig.buffer_requests import buffer_info, clear_buffer, read_buffer
from drivers.gates.feig.passages import Passages
from drivers.gates.feig.settings import BufferedSettings
from drivers.gates.protocol import GateCommand, GateEvent
from drivers.health import FaultCode
from drivers.pads.feig.buffer_records import read_records
from drivers.pads.feig.codes import WITH_RECORDS, Command, Status, status_name
from drivers.pads.feig.dialect import FeigDialect
from drivers.pads.feig.frames import Answer
from drivers.pads.feig.greeting import Greeting
from drivers.pads.feig.requests import Request, knock
from drivers.pads.feig.settings import FeigSettings
from drivers.pads.polling.condition import Condition
from drivers.pads.polling.link import Heard, Link, Unheard

NOTHING_THERE = frozenset({Status.NO_DATA_YET, Status.NO_VALID_DATA})
WARNINGS = frozenset({Status.RF_WARNING, Status.ANTENNA, Status.HARDWARE_WARNING})
"""Records are good, but the gate sees less than it should."""


class _Step(Enum):
    READ = auto()
    WAIT = auto()
    """For `Stored`."""
    CLEAR = auto()


class FeigBufferedGate:
    """`Conversation[GateEvent, GateCommand]`."""

    def __init__(self, settings: BufferedSettings) -> None:
        self._settings = settings
        self._dialect = FeigDialect(FeigSettings(address=settings.address, speed_baud=settings.speed_baud))
        self._link: Link[Request, Answer] = Link(self._dialect)
        self._condition = Condition(self._dialect.line)
        self._passages = Passages(settings.block_order)
        self._stored = 0
        self._open = False
        self._unheard_in_row = 0
        self._start(0.0)

    def _start(self, ready_s: float) -> None:
        """Nothing is known of who is there; what was told stays known."""
        self._link.start(ready_s)
        self._greeting: Greeting | None = self._dialect.greeting()
        self._name = ""
        self._knocks = False
        self._ready_s = ready_s
        self._step = _Step.READ
        self._through = 0
        """Number of the last tag that the reader gave, and has not been told to forget."""
        self._asked: Request | None = None

    def port_opened(self, now_s: float) -> list[GateEvent]:
        """Greet the reader."""
        self._open = True
        self._condition.port_opened()
        self._condition.forget_name()
        self._start(now_s)
        return []

    def port_lost(self, reason: str, now_s: float) -> list[GateEvent]:
        """What was read and not cleared comes again, and is known then."""
        self._open = False
        self._start(now_s)
        return [*self._condition.is_(FaultCode.PORT_GONE, reason)]

    def submit(self, command: GateCommand, now_s: float) -> None:
        """`Stored`: the reader may forget."""
        through = self._passages.told if command.through is None else command.through
        self._stored = max(self._stored, min(through, self._passages.told))
        if self._step is _Step.WAIT and self._stored >= self._through:
            self._step = _Step.CLEAR
            self._ready_s = now_s

    def receive(self, data: bytes, now_s: float) -> list[GateEvent]:
        """Take bytes as they came. Noise and frames that answer nothing are dropped."""
        heard = self._link.receive(data, now_s) if self._open and data else None
        return [] if heard is None else self._heard(heard, now_s)

    def tick(self, now_s: float) -> list[GateEvent]:
        """Give up what was not answered, send what is due."""
        if not self._open:
            return []
        events: list[GateEvent] = []
        match self._link.tick(now_s):
            case Heard() as heard:
                events += self._heard(heard, now_s)
            case Unheard() as unheard:
                events += self._unheard(unheard, now_s)
            case None:
                pass
        free_s = self._link.free_s()
        if free_s is not None and now_s >= max(free_s, self._ready_s):
            self._asked = self._next_request()
            self._link.send(self._asked, now_s)
        return events

    def due_s(self) -> float | None:
        """The next time-out or the next request."""
        if not self._open:
            return None
        free_s = self._link.free_s()
        sends_s = None if free_s is None else max(free_s, self._ready_s)
        return min((due_s for due_s in (self._link.due_s(), sends_s) if due_s is not None), default=None)

    def take_outgoing(self) -> bytes:
        """The request that is due, once."""
        return self._link.take_outgoing()

    def _next_request(self) -> Request:
        if self._knocks:
            return knock()
        if self._greeting is not None:
            return self._greeting.request()
        match self._step:
            case _Step.READ:
                return read_buffer(self._settings.most_sets)
            case _Step.WAIT:
                return buffer_info()
            case _Step.CLEAR:
                return clear_buffer()
            case _:
                assert_never(self._step)

    def _heard(self, heard: Heard[Answer], now_s: float) -> list[GateEvent]:
        self._condition.heard(noisy=heard.noisy)
        self._unheard_in_row = 0
        asked, self._asked = self._asked, None
        events: list[GateEvent] = []
        if asked is not None:
            match asked.command:
                case Command.BAUD_RATE_DETECTION:
                    self._knocks = False
                case Command.READ_BUFFER:
                    events = self._records_heard(heard.answer, now_s)
                case Command.CLEAR_BUFFER:
                    self._clear_heard(heard.answer, now_s)
                case Command.BUFFER_INFO:
                    self._ready_s = now_s + self._settings.alive_s if self._step is _Step.WAIT else now_s
                case _:
                    self._greeted(None if self._greeting is None else self._greeting.heard(heard.answer))
        return [*events, *self._condition.judge_noise(self._name)]

    def _unheard(self, unheard: Unheard, now_s: float) -> list[GateEvent]:
        self._condition.unheard(noisy=unheard.noisy)
        self._unheard_in_row += 1
        if self._asked is not None and self._greeting is not None and not self._knocks:
            self._greeted(self._greeting.unheard())
        if self._step is _Step.CLEAR:
            self._step = _Step.READ  # cleared or not: what comes next tells
        self._asked = None
        if self._unheard_in_row >= self._settings.silent_tries:
            self._start(now_s + self._settings.beat_s)
            self._condition.forget_name()
            return [*self._condition.away()]
        self._knocks = self._greeting is None
        return [*self._condition.judge_noise(self._name)]

    def _greeted(self, name: str | None) -> None:
        if name is not None:
            self._greeting, self._name = None, name

    def _records_heard(self, answer: Answer, now_s: float) -> list[GateEvent]:
        status = answer.status
        table = read_records(answer.data) if status in WITH_RECORDS and answer.data else None
        self._ready_s = now_s + self._settings.poll_s
        if table is None and status not in WITH_RECORDS | NOTHING_THERE:
            return [*self._condition.is_(FaultCode.DEVICE_ERROR, _why_not(status))]
        if status in WARNINGS:
            health = self._condition.is_(FaultCode.DEVICE_ERROR, f"the gate sees less: {status_name(status)}")
            events: list[GateEvent] = [*health]
        else:
            events = [] if self._condition.fault is FaultCode.NOISE else [*self._condition.well(self._name)]
        if table is None or not table.sets:
            return events
        taken = self._passages.take(table, status, now_s)
        self._through = taken.through
        self._step = _Step.CLEAR if self._stored >= self._through else _Step.WAIT
        self._ready_s = now_s if self._step is _Step.CLEAR else now_s + self._settings.alive_s
        return [*events, *taken.events]

    def _clear_heard(self, answer: Answer, now_s: float) -> None:
        if answer.status == Status.OK:
            self._passages.acknowledged(now_s)
        self._step = _Step.READ
        self._ready_s = now_s if answer.status == Status.OK else now_s + self._settings.poll_s


def _why_not(status: int) -> str:
    if status in (Status.UNKNOWN_COMMAND, Status.NOT_AVAILABLE):
        return f"{status_name(status)}: the reader is not in buffered read mode; that is one of its own settings"
    return f"records refused: {status_name(status)}"
