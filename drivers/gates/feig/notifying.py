"""A FEIG gate in notification mode as a conversation: it connects to us and tells records unasked, as answers of 0x22.

What is told is acknowledged by 0x32 within 5 s, but only after `Stored`; a notification whose time is over is left to
be repeated, as a late 0x32 could clear records that came meanwhile. A repetition is known by UID and time. The
keep-alive (0x6E) and every other good frame is a sign of life.

Source: FEIG H71011-0e, 12.2 (acknowledge, keep-alive); FEISC, H9391-45e-ID-B, 5.4; ISC.SDK.Linux 4.06.10,
FEDM_ISCReaderModule.cpp, cbNewNotify and cbNewNotifyFromPeopleCounter.
"""

from __future__ import annotations

from drivers.condition import Condition
from drivers.gates.feig.buffered import WARNINGS
from drivers.gates.feig.passages import Passages
from drivers.gates.feig.settings import Acknowledge, NotifyingSettings
from drivers.gates.protocol import GateCommand, GateEvent, PeopleCounted
from drivers.health import FaultCode
from drivers.pads.feig import frames
from drivers.pads.feig.buffer_records import read_records
from drivers.pads.feig.codes import ANY_READER, WITH_RECORDS, Command, Status, status_name
from drivers.pads.feig.frames import Answer, AnswerStream

ACKNOWLEDGE_S = 4.0
"""The reader waits 5,000 ms from when it sent; the rest is for both ways."""
MISSED_PERIODS = 3
SILENCE_S = 1.0
"""A frame that has not ended after this much silence will not: TCP itself sends a lost segment again sooner."""
NOISE_BYTES = 32
"""So many bytes without a frame, and whoever calls is no FEIG reader."""
_COUNTERS, _COUNTER_BYTES = 4, 4
_NAME = "FEIG gate, notification mode"


class FeigNotifyingGate:
    """`Conversation[GateEvent, GateCommand]` and `ClosesPort`, behind a port that listens."""

    def __init__(self, settings: NotifyingSettings) -> None:
        self._settings = settings
        self._condition = Condition()
        self._passages = Passages(settings.block_order)
        self._stream = AnswerStream()
        self._outgoing = b""
        self._stored = 0
        self._awaits: tuple[int, float] | None = None
        """The last notification: number of its last tag, and until when it may be acknowledged."""
        self._advanced = False
        self._ever_heard = False
        self._noise_bytes = 0
        self._open = False
        self._last_byte_s = 0.0
        self._since_s = 0.0
        """When the frame under way began to come: damaged bytes before a good frame can hold it back."""
        self._sign_s: float | None = None
        """When the last sign of life came, or when we began to listen."""
        self._lost = False
        self._close: str | None = None

    def port_opened(self, now_s: float) -> list[GateEvent]:
        """We listen; nobody has called yet."""
        self._open = True
        self._close = None
        self._forget_line()
        if self._sign_s is None:
            self._sign_s = now_s
        return []

    def port_lost(self, reason: str, now_s: float) -> list[GateEvent]:
        """We cannot listen, or hang up ourselves; what was told and not acknowledged comes again."""
        self._open = False
        hung_up, self._close = self._close is not None, None
        self._forget_line()
        return [] if hung_up else [*self._condition.is_(FaultCode.PORT_GONE, reason)]

    def close_wanted(self) -> str | None:
        """A connection on which the keep-alive stays out may be half open: the reader is to call anew."""
        return self._close

    def submit(self, command: GateCommand, now_s: float) -> None:
        """`Stored`: acknowledge the last notification, where all of it is kept and there is time."""
        through = self._passages.told if command.through is None else command.through
        self._stored = max(self._stored, min(through, self._passages.told))
        self._acknowledge(now_s)

    def receive(self, data: bytes, now_s: float) -> list[GateEvent]:
        """Take bytes as they came."""
        if not self._open or not data:
            return []
        self._last_byte_s = now_s
        if not len(self._stream):
            self._since_s = now_s
        events = self._heard(self._stream.feed(data), now_s)
        if len(self._stream) <= len(data):
            self._since_s = now_s
        return events

    def tick(self, now_s: float) -> list[GateEvent]:
        """End what will not be finished, and miss signs of life."""
        if not self._open:
            return []
        events: list[GateEvent] = []
        if len(self._stream) and now_s >= self._last_byte_s + SILENCE_S:
            events += self._heard(self._stream.silence(), now_s)
        lost_s = self._lost_s()
        if lost_s is not None and now_s >= lost_s:
            self._lost = True
            self._close = f"no sign of life for {MISSED_PERIODS} periods of {self._settings.keep_alive_s:g} s"
            events += self._condition.is_(FaultCode.NO_ANSWER, self._close)
        return events

    def due_s(self) -> float | None:
        """The end of an unfinished frame, or of the patience with a gate that gives no sign."""
        if not self._open:
            return None
        silent_s = self._last_byte_s + SILENCE_S if len(self._stream) else None
        return min((due_s for due_s in (silent_s, self._lost_s()) if due_s is not None), default=None)

    def take_outgoing(self) -> bytes:
        """Acknowledges."""
        outgoing, self._outgoing = self._outgoing, b""
        return outgoing

    def _lost_s(self) -> float | None:
        if self._settings.keep_alive_s is None or self._sign_s is None or self._lost:
            return None
        return self._sign_s + MISSED_PERIODS * self._settings.keep_alive_s

    def _forget_line(self) -> None:
        self._stream.clear()
        self._stream.take_dropped()
        self._outgoing = b""
        self._awaits = None
        self._advanced = False

    def _heard(self, answers: list[Answer], now_s: float) -> list[GateEvent]:
        events = self._noise_heard(self._stream.take_dropped())
        for answer in answers:
            if self._settings.address not in (ANY_READER, answer.address):
                continue
            self._ever_heard, self._lost = True, False
            self._noise_bytes = 0
            self._sign_s = now_s
            events += self._answer_heard(answer, now_s)
        return events

    def _noise_heard(self, dropped: int) -> list[GateEvent]:
        if not dropped:
            return []
        if self._ever_heard:
            detail = f"{dropped} bytes that are no FEIG frame; records in them come again if they are acknowledged"
            return [*self._condition.is_(FaultCode.NOISE, detail)]
        self._noise_bytes += dropped
        if self._noise_bytes < NOISE_BYTES:
            return []
        detail = "bytes come, but no FEIG frame: wrong baud rate or other device"
        return [*self._condition.is_(FaultCode.WRONG_DEVICE, detail)]

    def _answer_heard(self, answer: Answer, now_s: float) -> list[GateEvent]:
        match answer.command:
            case Command.READ_BUFFER:
                return self._notified(answer, now_s)
            case Command.CLEAR_BUFFER:
                self._clear_heard(answer, now_s)
                return [*self._condition.well(_NAME)]
            case Command.GET_COUNTER:
                return [*self._condition.well(_NAME), *_people(answer)]
            case _:
                return [*self._condition.well(_NAME)]

    def _notified(self, answer: Answer, now_s: float) -> list[GateEvent]:
        table = read_records(answer.data) if answer.status in WITH_RECORDS and answer.data else None
        if answer.status in WARNINGS:
            detail = f"the gate sees less: {status_name(answer.status)}"
            events: list[GateEvent] = [*self._condition.is_(FaultCode.DEVICE_ERROR, detail)]
        else:
            events = [*self._condition.well(_NAME)]
        if table is None or not table.sets:
            return events
        taken = self._passages.take(table, answer.status, now_s)
        if self._settings.acknowledge is Acknowledge.NONE:
            self._passages.acknowledged(now_s)
        else:
            self._awaits = taken.through, self._since_s + ACKNOWLEDGE_S
            self._acknowledge(now_s)
        return [*events, *taken.events]

    def _acknowledge(self, now_s: float) -> None:
        if self._awaits is None or not self._open:
            return
        through, until_s = self._awaits
        if now_s > until_s:
            self._awaits = None
        elif self._stored >= through:
            self._awaits = None
            self._send_clear()

    def _send_clear(self) -> None:
        self._outgoing = frames.request(Command.CLEAR_BUFFER, address=self._settings.address, advanced=self._advanced)

    def _clear_heard(self, answer: Answer, now_s: float) -> None:
        if answer.status == Status.OK:
            self._passages.acknowledged(now_s)
        elif answer.status == Status.UNKNOWN_COMMAND and not self._advanced:
            self._advanced = True
            self._send_clear()


def _people(answer: Answer) -> list[PeopleCounted]:
    """Four counters, high byte first, and the counting unit's bus address."""
    counted = _COUNTERS * _COUNTER_BYTES
    if answer.status != Status.OK or len(answer.data) < counted:
        return []
    starts = range(0, counted, _COUNTER_BYTES)
    counters = tuple(int.from_bytes(answer.data[at : at + _COUNTER_BYTES]) for at in starts)
    return [PeopleCounted(counters, answer.data[counted] if len(answer.data) > counted else None)]
