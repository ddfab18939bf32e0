"""A conversation with one reader, up to where it reports tags; gates and pads build on it.

Order of work: the reader greets; who is it; forget what was there before; say that you are alive and tell of trouble;
add, enable and start our ROSpec; reports. One request at a time; every KEEPALIVE is answered. A reader that refuses or
has trouble is set up again after a while; one that is silent, or whose stream is out of step, is left by closing it.

Source: EPCglobal LLRP 1.1, chapters 5, 10 and 14; `docs/devices.md`, section 12.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum, auto
from typing import assert_never

from drivers.health import FaultCode, Faulted, Recovered
from drivers.llrp import requests
from drivers.llrp.codes import Connection, MessageKind
from drivers.llrp.condition import Condition
from drivers.llrp.messages import Message, MessageStream, pack
from drivers.llrp.notices import (
    AntennaTold,
    ConnectionTold,
    Notice,
    ReaderException,
    ReportsLost,
    RospecEnded,
    Status,
    read_antennas,
    read_identity,
    read_notices,
    read_status,
    refusal,
)
from drivers.llrp.reports import TagReport, read_reports
from drivers.llrp.requests import Request
from drivers.llrp.settings import ALL_ANTENNAS, LlrpSettings

_MISSED_KEEPALIVES = 3
_LONGEST_AGAIN_S = 60.0
_OUTGOING_LIMIT = 16 * 1024
"""Bytes that wait for a line that takes none; beyond them keepalives are not answered."""
_NAMELESS = "LLRP reader"
_LAST_ID = 0xFFFFFFFF
_STATUSLESS = Status(0xFFFF, "the answer has no status")
_MAY_FAIL = (MessageKind.DELETE_ROSPEC, MessageKind.DELETE_ACCESSSPEC, MessageKind.ADD_ACCESSSPEC)
"""There may be nothing to delete; and a reader that reads no memory still sees tags."""


@dataclass(frozen=True, slots=True)
class ClockTold:
    """The reader's clock at this moment, microseconds since 1970."""

    clock_us: int


@dataclass(frozen=True, slots=True)
class Started:
    """The reader looks for tags from now on."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """The reader does not look for tags; it is set up again by and by."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to a request of the owner's."""

    request: Request
    status: Status


Told = ClockTold | Started | Stopped | Answered | TagReport | ReportsLost | Faulted | Recovered


class _State(Enum):
    CLOSED = auto()
    GREETING = auto()
    """Connected; the reader has not said yet whether it takes us."""
    SETTING_UP = auto()
    RUNNING = auto()
    RESTING = auto()
    """To be set up again when it is time."""
    BROKEN = auto()
    """Nothing more can come of this connection."""


class Session:
    """Times in seconds of the caller's clock."""

    def __init__(self, settings: LlrpSettings, before: tuple[Request, ...] = ()) -> None:
        """`before` is asked before tags are looked for, on top of what every reader is asked."""
        self._settings = settings
        self._before = before
        self._state = _State.CLOSED
        self._condition = Condition()
        self._last_id = 0
        self._ever_started = False
        self._again_s = settings.again_s
        self._connect(0.0)

    def _connect(self, now_s: float) -> None:
        self._stream = MessageStream()
        self._outgoing = bytearray()
        self._steps: deque[Request] = deque()
        self._asked: Request | None = None
        self._asked_id = 0
        self._since_s = now_s
        """When the state, or the request under way, began."""
        self._heard_s = now_s
        self._started_s = now_s
        self._heard_any = False
        self._rests_until_s = now_s
        self._close_reason: str | None = None
        self._name = _NAMELESS
        self._antennas_off: set[int] = set()

    @property
    def running(self) -> bool:
        """The reader looks for tags."""
        return self._state is _State.RUNNING

    @property
    def free(self) -> bool:
        """A request of the owner's can go out."""
        return self.running and self._asked is None

    def port_opened(self, now_s: float) -> list[Told]:
        """Wait for the reader's greeting."""
        events = self._stop()
        self._connect(now_s)
        self._state = _State.GREETING
        return events

    def port_lost(self, reason: str, now_s: float) -> list[Told]:
        """Nothing is under way any more."""
        was_open = self._state is not _State.CLOSED
        events = self._stop()
        self._state = _State.CLOSED
        self._connect(now_s)
        told = self._condition.closed(reason) if was_open else self._condition.is_(FaultCode.PORT_GONE, reason)
        return [*events, *told]

    def close_wanted(self) -> str | None:
        """Why this connection is of no use any more."""
        return self._close_reason

    def take_outgoing(self) -> bytes:
        """Bytes for the wire."""
        outgoing, self._outgoing = bytes(self._outgoing), bytearray()
        return outgoing

    def settled(self) -> list[Faulted | Recovered]:
        """The reader works, and its owner knows what it wanted to know first; an antenna may still be off."""
        if not self.running:
            return []
        if self._antennas_off:
            numbers = ", ".join(str(antenna) for antenna in sorted(self._antennas_off))
            return [*self._condition.is_(FaultCode.DEVICE_ERROR, f"antenna {numbers} is off: check its cable")]
        return [*self._condition.well(self._name)]

    def ask(self, request: Request, now_s: float) -> None:
        """Send a request. Only when `free`; ends in `Answered`, or in `Stopped`."""
        self._asked, self._since_s = request, now_s
        self._asked_id = self._send(request.kind, request.body)

    def _send(self, kind: MessageKind, body: bytes = b"") -> int:
        self._last_id = self._last_id % _LAST_ID + 1
        self._outgoing += pack(kind, self._last_id, body)
        return self._last_id

    def receive(self, data: bytes, now_s: float) -> list[Told]:
        """Take bytes as they came."""
        if self._state in (_State.CLOSED, _State.BROKEN):
            return []
        events: list[Told] = []
        for message in self._stream.feed(data):
            self._heard_s, self._heard_any = now_s, True
            events += self._take(message, now_s)
            if self._close_reason is not None:
                return events
        if self._stream.broken is not None:
            events += self._out_of_step(self._stream.broken)
        return events

    def tick(self, now_s: float) -> list[Told]:
        """Give up what was not answered; set up again when it is time."""
        due_s = self.due_s()
        if due_s is None or now_s < due_s:
            return []
        if self._asked is not None and now_s >= self._since_s + self._settings.request_s:
            return self._unanswered(self._asked, now_s)
        match self._state:
            case _State.GREETING:
                return self._not_greeted()
            case _State.RESTING:
                return self._set_up(now_s)
            case _:
                lost_after_s = _MISSED_KEEPALIVES * self._settings.keepalive_s
                return self._leave(FaultCode.NO_ANSWER, f"silent for {lost_after_s:g} s: no keepalive from the reader")

    def due_s(self) -> float | None:
        """When `tick` can change anything."""
        lost_s = self._heard_s + _MISSED_KEEPALIVES * self._settings.keepalive_s
        asked_s = None if self._asked is None else self._since_s + self._settings.request_s
        match self._state:
            case _State.CLOSED | _State.BROKEN:
                return None
            case _State.GREETING:
                return self._since_s + self._settings.greet_s
            case _State.SETTING_UP:
                return asked_s
            case _State.RESTING:
                return self._rests_until_s
            case _State.RUNNING:
                return lost_s if asked_s is None else min(lost_s, asked_s)
            case _:
                assert_never(self._state)

    def _take(self, message: Message, now_s: float) -> list[Told]:
        match message.kind:
            case MessageKind.KEEPALIVE:
                if len(self._outgoing) < _OUTGOING_LIMIT:
                    self._outgoing += pack(MessageKind.KEEPALIVE_ACK, message.id)
                return []
            case MessageKind.READER_EVENT_NOTIFICATION:
                return self._noticed(read_notices(message.body), now_s)
            case MessageKind.RO_ACCESS_REPORT:
                return [*read_reports(message.body)]
            case _ if self._asked is not None and message.id == self._asked_id:
                return self._answered(self._asked, message, now_s)
            case _:
                return []

    def _noticed(self, notices: list[Notice], now_s: float) -> list[Told]:
        events: list[Told] = []
        for notice in notices:
            match notice:
                case ConnectionTold():
                    events += self._connection_told(notice, now_s)
                case AntennaTold():
                    events += self._antennas_told({notice.antenna: notice.connected})
                case ReaderException():
                    events += self._condition.is_(FaultCode.DEVICE_ERROR, f"the reader reports: {notice.text}")
                    events += self._rest(now_s) if self.running else []
                case RospecEnded() if self.running and notice.rospec_id == requests.ROSPEC_ID:
                    events += self._condition.is_(FaultCode.DEVICE_ERROR, "the reader stopped to look for tags")
                    events += self._rest(now_s)
                case RospecEnded():
                    pass
                case ReportsLost():
                    events.append(notice)
                case _:
                    assert_never(notice)
        return events

    def _connection_told(self, told: ConnectionTold, now_s: float) -> list[Told]:
        if self._state is not _State.GREETING:
            return []
        if told.outcome != Connection.SUCCESS:
            return self._leave(FaultCode.PORT_GONE, refusal(told.outcome))
        if self._ever_started:
            # A reader that was set so holds back what happened while nobody listened, until it is asked for it.
            self._send(MessageKind.ENABLE_EVENTS_AND_REPORTS)
        clock = [] if told.clock_us is None else [ClockTold(told.clock_us)]
        return [*clock, *self._set_up(now_s)]

    def _set_up(self, now_s: float) -> list[Told]:
        self._state = _State.SETTING_UP
        self._steps = deque(
            (
                requests.capabilities(),
                requests.delete_all_rospecs(),
                requests.configuration(self._settings),
                requests.add_rospec(self._settings),
                *self._before,
                requests.enable_rospec(),
                requests.start_rospec(),
            )
        )
        return self._next_step(now_s)

    def _next_step(self, now_s: float) -> list[Told]:
        if self._steps:
            self.ask(self._steps.popleft(), now_s)
            return []
        self._state = _State.RUNNING
        self._ever_started = True
        self._started_s = self._heard_s = now_s
        self.ask(requests.antenna_properties(), now_s)
        return [Started()]

    def _answered(self, request: Request, message: Message, now_s: float) -> list[Told]:
        if message.kind not in (request.answer_kind, MessageKind.ERROR_MESSAGE):
            return []
        self._asked = None
        status = read_status(message.body) or _STATUSLESS
        if request.kind is MessageKind.GET_READER_CONFIG:
            return self._antennas_told(self._of_interest(read_antennas(message.body)))
        if self.running:
            return [Answered(request, status)]
        if request.kind is MessageKind.GET_READER_CAPABILITIES:
            self._name = read_identity(message.body) or _NAMELESS
        elif not status.succeeded and request.kind not in _MAY_FAIL:
            detail = f"the reader refused {request.kind.name}: {status}"
            return [*self._condition.is_(FaultCode.DEVICE_ERROR, detail), *self._rest(now_s)]
        return self._next_step(now_s)

    def _unanswered(self, request: Request, now_s: float) -> list[Told]:
        self._asked = None
        if request.kind is MessageKind.GET_READER_CONFIG:
            return []
        if request.kind is MessageKind.GET_READER_CAPABILITIES:
            return self._next_step(now_s)
        return self._leave(
            FaultCode.NO_ANSWER, f"no answer to {request.kind.name} in {self._settings.request_s:g} s: closed"
        )

    def _of_interest(self, antennas: dict[int, bool]) -> dict[int, bool]:
        """Where all antennas are used, nobody knows which sockets ought to have one."""
        if self._settings.antennas == (ALL_ANTENNAS,):
            return {}
        return {antenna: antennas[antenna] for antenna in self._settings.antennas if antenna in antennas}

    def _antennas_told(self, antennas: dict[int, bool]) -> list[Told]:
        off_before = bool(self._antennas_off)
        used = self._settings.antennas
        for antenna, connected in antennas.items():
            if connected or (used != (ALL_ANTENNAS,) and antenna not in used):
                self._antennas_off.discard(antenna)
            else:
                self._antennas_off.add(antenna)
        return [*self.settled()] if self._antennas_off or off_before else []

    def _rest(self, now_s: float) -> list[Told]:
        """Leave the reader alone for a while, then set it up from the beginning."""
        if self.running and now_s - self._started_s > _LONGEST_AGAIN_S:
            self._again_s = self._settings.again_s
        events = self._stop()
        self._state = _State.RESTING
        self._rests_until_s = now_s + self._again_s
        self._again_s = min(2 * self._again_s, _LONGEST_AGAIN_S)
        return events

    def _stop(self) -> list[Told]:
        was_running = self.running
        self._asked = None
        self._steps.clear()
        return [Stopped()] if was_running else []

    def _not_greeted(self) -> list[Told]:
        if len(self._stream):
            return self._out_of_step("bytes come, but no message")
        detail = f"connected, but no LLRP reader greets in {self._settings.greet_s:g} s"
        return self._leave(FaultCode.NO_ANSWER, detail)

    def _out_of_step(self, why: str) -> list[Told]:
        if self._heard_any:
            return self._leave(FaultCode.NOISE, f"the stream is out of step: {why}")
        return self._leave(FaultCode.WRONG_DEVICE, f"no LLRP reader: {why}: wrong baud rate or other device")

    def _leave(self, code: FaultCode, detail: str) -> list[Told]:
        events = self._stop()
        self._state = _State.BROKEN
        self._close_reason = detail
        return [*events, *self._condition.is_(code, detail)]
