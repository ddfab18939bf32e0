"""A receipt printer as a conversation: jobs go out band by band, each followed by the four status questions.

A job is `Printed` only when the printer answered "all well" after the time that printing takes. A job that met paper
end, an open cover or a jammed cutter is `PrintFailed` and what the printer still holds of it is cleared before the next
one, so that no patron gets the end of another's receipt. Times in seconds of any monotonic clock.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum

from drivers.health import FaultCode, Faulted, Recovered
from drivers.printers.back_channel import AutomaticStatus, BackChannel, Flow, RealTimeAnswer
from drivers.printers.condition import FAULTS, Condition, Quirk
from drivers.printers.escpos import (
    AUTOMATIC_STATUS_ALL,
    CLEAR_AND_RECOVER,
    INITIALISE,
    QUESTIONS,
    Cut,
    ask_status,
    cut,
    raster_bands,
)
from drivers.printers.events import (
    Print,
    Printed,
    PrinterCommand,
    PrinterEvent,
    PrinterStatus,
    PrintFailed,
    PrintFailure,
)
from drivers.printers.raster import ReceiptDrawing
from drivers.printers.status import read_real_time

_QUEUE_LIMIT = 8
_CHUNK_BYTES = 512
_TRIES = 3
_QUIET_S = 0.2
_BITS_A_BYTE = 10
_OFFLINE_ASK_AGAIN_S = 0.5
_RECOVER_EVERY_S = 30.0
_FRESH_START = CLEAR_AND_RECOVER + INITIALISE + AUTOMATIC_STATUS_ALL


class Answering(StrEnum):
    """Whether the printer can be heard."""

    ANSWERS = "answers"
    SILENT = "silent"
    """Write-only USB, a TCP 9100 proxy: status stays unknown, and `Printed` comes unverified."""


@dataclass(frozen=True, slots=True)
class PrinterSettings:
    """How the printer was set up at installation."""

    drawing: ReceiptDrawing
    answering: Answering = Answering.ANSWERS
    cut: Cut = Cut.PARTIAL
    feed_lines: int = 6
    speed_baud: int = 115_200
    """Bytes go out no faster than this; on TCP and USB a large number."""
    rows_per_s: int = 800
    """Raster rows printed a second; 100 mm/s at 8 dots a millimetre."""
    poll_s: float = 5.0
    answer_timeout_s: float = 1.0
    not_taking_s: float = 20.0
    """XOFF, or off line without a reason, for this long in a job ends the job."""
    quirks: frozenset[Quirk] = frozenset()


@dataclass(slots=True)
class _Job:
    job_id: str
    parts: deque[bytes]
    rows: int
    printed_by_s: float = 0.0
    moved_s: float = 0.0


@dataclass(slots=True)
class _Round:
    """The four questions under way: one is asked at a time, as an answer does not name its question."""

    left: deque[int] = field(default_factory=lambda: deque(QUESTIONS))
    asked: int | None = None
    deadline_s: float = 0.0
    tries: int = 0
    quiet_until_s: float = 0.0


class PrinterCore:
    """One ESC/POS printer. Raises `BadSetting` at once when the receipt font cannot be read."""

    def __init__(self, settings: PrinterSettings) -> None:
        settings.drawing.load_fonts()
        self._settings = settings
        self._queue: deque[_Job] = deque()
        self._pending: list[PrinterEvent] = []
        self._now_s = 0.0
        self._open = False
        self._fault: FaultCode | None = None
        self._told: PrinterStatus | None = None
        self._condition = Condition()
        self._leftovers = False
        """The printer may hold a part of a job that failed."""
        self._forget_wire()

    def _forget_wire(self) -> None:
        self._outgoing = bytearray()
        self._released = 0
        """Bytes of `_outgoing` that may go now: no faster than the line takes them, so that XOFF is heard in time."""
        self._next_chunk_s = self._now_s
        self._heard = BackChannel()
        self._stopped_since_s: float | None = None
        self._job: _Job | None = None
        self._round: _Round | None = None
        self._next_round_s = self._now_s
        self._known = False
        self._recover_after_s = self._now_s

    def port_opened(self, now_s: float) -> list[PrinterEvent]:
        """Initialise, switch automatic status on, ask how the printer is."""
        self._now_s = now_s
        self._open = True
        self._forget_wire()
        self._outgoing += INITIALISE
        events = self._take_pending()
        if self._settings.answering is Answering.SILENT:
            events += self._fault_is(None) + self._tell(known=False)
        else:
            self._outgoing += AUTOMATIC_STATUS_ALL
            events += self._fault_is(None) if self._fault is FaultCode.PORT_GONE else []
        return events + self._advance(now_s)

    def port_lost(self, reason: str, now_s: float) -> list[PrinterEvent]:
        """Every job fails; what was printed of the one under way is unknown."""
        self._now_s = now_s
        self._open = False
        events = self._take_pending() + self._fail_jobs(PrintFailure.PORT_GONE)
        self._forget_wire()
        return events + self._fault_is(FaultCode.PORT_GONE, reason) + self._tell(known=False)

    def submit(self, command: PrinterCommand, now_s: float) -> None:
        """Queue a document, at most eight; what cannot be queued fails with the next `tick`."""
        if not self._open:
            self._pending.append(PrintFailed(command.job_id, PrintFailure.PORT_GONE))
        elif len(self._queue) >= _QUEUE_LIMIT:
            self._pending.append(PrintFailed(command.job_id, PrintFailure.QUEUE_FULL))
        else:
            self._queue.append(self._job_of(command))
            self._next_round_s = min(self._next_round_s, now_s)

    def _job_of(self, command: Print) -> _Job:
        if isinstance(command.document, bytes):
            return _Job(command.job_id, deque([command.document]), rows=0)
        picture = self._settings.drawing.draw(command.document)
        parts = deque(raster_bands(picture))
        parts.append(cut(self._settings.cut, self._settings.feed_lines))
        return _Job(command.job_id, parts, rows=picture.height)

    def receive(self, data: bytes, now_s: float) -> list[PrinterEvent]:
        """Take the printer's bytes; bytes without a meaning are dropped."""
        self._now_s = now_s
        events = self._take_pending()
        for heard in self._heard.receive(data, now_s):
            match heard:
                case Flow(stopped):
                    self._flow(stopped, now_s)
                case AutomaticStatus(bits):
                    self._condition = self._condition.after_automatic(bits)
                    events += self._judge()
                case RealTimeAnswer(value):
                    events += self._answered(value, now_s)
        return events + self._advance(now_s)

    def tick(self, now_s: float) -> list[PrinterEvent]:
        """Ask, time out, go on with the job."""
        self._now_s = now_s
        return self._take_pending() + (self._advance(now_s) if self._open else [])

    def due_s(self) -> float | None:
        """At once while there is something to send, else the next deadline."""
        if self._pending:
            return self._now_s
        if not self._open:
            return None
        if self._stopped_since_s is not None:
            return self._stopped_since_s + self._settings.not_taking_s if self._has_jobs() else None
        if self._outgoing:
            return self._next_chunk_s
        if self._round is None:
            silent_and_idle = self._settings.answering is Answering.SILENT and not self._has_jobs()
            return None if silent_and_idle else self._next_round_s
        return self._round.quiet_until_s if self._round.asked is None else self._round.deadline_s

    def take_outgoing(self) -> bytes:
        """As much as the line takes until the next `due_s`; nothing while XOFF holds."""
        if self._stopped_since_s is not None:
            return b""
        chunk = bytes(self._outgoing[: self._released])
        del self._outgoing[: self._released]
        self._released = 0
        return chunk

    def _release(self, now_s: float) -> None:
        if not self._outgoing or now_s < self._next_chunk_s:
            return
        self._released = _CHUNK_BYTES
        chunk_s = self._wire_s(min(_CHUNK_BYTES, len(self._outgoing)))
        self._next_chunk_s = max(self._next_chunk_s, now_s - chunk_s) + chunk_s

    def _has_jobs(self) -> bool:
        return self._job is not None or bool(self._queue)

    def _take_pending(self) -> list[PrinterEvent]:
        pending, self._pending = self._pending, []
        return pending

    def _flow(self, stopped: bool, now_s: float) -> None:
        if stopped and self._stopped_since_s is None:
            self._stopped_since_s = now_s
        elif not stopped and self._stopped_since_s is not None:
            self._stopped_since_s = None
            if self._round is not None:
                self._round.deadline_s = now_s + self._wire_s(len(self._outgoing)) + self._settings.answer_timeout_s

    def _wire_s(self, size: int) -> float:
        return size * _BITS_A_BYTE / self._settings.speed_baud

    def _advance(self, now_s: float) -> list[PrinterEvent]:
        events = self._step(now_s)
        self._release(now_s)
        return events

    def _step(self, now_s: float) -> list[PrinterEvent]:
        if self._stopped_since_s is not None:
            return self._wait_for_xon(now_s)
        if self._settings.answering is Answering.SILENT:
            return self._advance_unheard(now_s)
        if self._round is None:
            if now_s < self._next_round_s:
                return []
            self._round = _Round()
        current = self._round
        if current.asked is not None and now_s >= current.deadline_s:
            return self._not_answered(current, now_s)
        if current.asked is None and now_s >= current.quiet_until_s:
            self._ask(current, now_s)
        return []

    def _ask(self, current: _Round, now_s: float) -> None:
        current.asked = current.left[0]
        self._outgoing += ask_status(current.asked)
        current.deadline_s = now_s + self._wire_s(len(self._outgoing)) + self._settings.answer_timeout_s

    def _wait_for_xon(self, now_s: float) -> list[PrinterEvent]:
        if self._stopped_since_s is None or now_s < self._stopped_since_s + self._settings.not_taking_s:
            return []
        if not self._has_jobs():
            return []
        stopped = Faulted(FaultCode.NO_ANSWER, f"XOFF for {self._settings.not_taking_s:g} s")
        return [*self._fail_jobs(PrintFailure.NOT_TAKING), *self._fault_is(stopped.code, stopped.detail)]

    def _not_answered(self, current: _Round, now_s: float) -> list[PrinterEvent]:
        """Ask again after a silence, so that a late answer is not taken for the next question's."""
        question, current.asked = current.asked, None
        current.tries += 1
        current.quiet_until_s = now_s + _QUIET_S
        if current.tries < _TRIES:
            return []
        self._round = None
        self._next_round_s = now_s + self._settings.poll_s
        events = self._fail_jobs(PrintFailure.NO_ANSWER)
        events += self._fault_is(FaultCode.NO_ANSWER, f"no answer to DLE EOT {question}")
        return events + self._tell(known=False)

    def _answered(self, value: int, now_s: float) -> list[PrinterEvent]:
        current = self._round
        if current is None or current.asked is None:
            return []
        bits = read_real_time(current.asked, value)
        if bits is None:
            return []
        self._condition = self._condition.after_answer(current.asked, value, bits, self._settings.quirks)
        current.left.popleft()
        current.asked = None
        current.tries = 0
        if current.left:
            return []
        self._round = None
        self._known = True
        self._next_round_s = now_s + self._settings.poll_s
        return self._judge() + self._go_on(now_s)

    def _judge(self) -> list[PrinterEvent]:
        """Tell what changed; end the jobs that a printer in this condition cannot print."""
        if not self._known:
            return []
        trouble = self._condition.trouble()
        events = self._tell(known=True)
        if trouble is None:
            return events + self._fault_is(None)
        if trouble is PrintFailure.OFFLINE:
            return events
        return events + self._fault_is(FAULTS[trouble], f"printer says {trouble.value}") + self._fail_jobs(trouble)

    def _go_on(self, now_s: float) -> list[PrinterEvent]:
        """After a whole round: the next band, the next job, or help out of an error."""
        trouble = self._condition.trouble()
        if trouble is PrintFailure.OFFLINE and self._job is not None:
            return self._wait_for_line(self._job, now_s)
        if trouble is not None:
            self._help_out(now_s)
            return self._fail_jobs(trouble)
        if self._leftovers:
            self._leftovers = False
            self._outgoing += _FRESH_START
        events = self._end_job(now_s)
        if self._job is None and self._queue:
            self._begin(self._queue.popleft(), now_s)
        if self._job is not None and self._job.parts:
            self._send_part(self._job, now_s)
        return events

    def _end_job(self, now_s: float) -> list[PrinterEvent]:
        if self._job is None or self._job.parts:
            return []
        if now_s < self._job.printed_by_s:
            self._next_round_s = self._job.printed_by_s
            return []
        job, self._job = self._job, None
        return [Printed(job.job_id)]

    def _begin(self, job: _Job, now_s: float) -> None:
        job.printed_by_s = now_s + job.rows / self._settings.rows_per_s
        self._job = job

    def _send_part(self, job: _Job, now_s: float) -> None:
        self._outgoing += job.parts.popleft()
        job.moved_s = now_s
        self._next_round_s = now_s if job.parts else max(now_s, job.printed_by_s)

    def _wait_for_line(self, job: _Job, now_s: float) -> list[PrinterEvent]:
        """Some models say off line while their buffer is full."""
        if now_s - job.moved_s >= self._settings.not_taking_s:
            return self._fail_jobs(PrintFailure.OFFLINE)
        self._next_round_s = now_s + _OFFLINE_ASK_AGAIN_S
        return []

    def _help_out(self, now_s: float) -> None:
        """An error that waits for recovery stays until DLE ENQ 2: tried now and then, once the way is free."""
        condition = self._condition
        blocked = condition.cover_open or condition.paper_end or condition.unrecoverable
        if blocked or now_s < self._recover_after_s:
            return
        if condition.cutter or condition.error or condition.waits_for_recovery:
            self._recover_after_s = now_s + _RECOVER_EVERY_S
            self._outgoing += _FRESH_START

    def _advance_unheard(self, now_s: float) -> list[PrinterEvent]:
        """Without a back channel: send, wait as long as printing takes, say that nothing is verified."""
        events: list[PrinterEvent] = []
        if self._job is not None and now_s >= self._job.printed_by_s:
            events.append(Printed(self._job.job_id, verified=False))
            self._job = None
        if self._job is None and self._queue:
            job = self._queue.popleft()
            self._begin(job, now_s)
            self._outgoing += b"".join(job.parts)
            job.printed_by_s = max(job.printed_by_s, now_s + self._wire_s(len(self._outgoing)))
            self._next_round_s = job.printed_by_s
        return events

    def _fail_jobs(self, why: PrintFailure) -> list[PrinterEvent]:
        """End every job. The rest of the band on its way must still go out: the printer counts its bytes."""
        under_way = [self._job] if self._job is not None else []
        self._leftovers = self._leftovers or bool(under_way)
        failed: list[PrinterEvent] = [PrintFailed(job.job_id, why) for job in (*under_way, *self._queue)]
        self._job = None
        self._queue.clear()
        return failed

    def _fault_is(self, code: FaultCode | None, detail: str = "") -> list[PrinterEvent]:
        if code is self._fault:
            return []
        self._fault = code
        return [Recovered("printer")] if code is None else [Faulted(code, detail)]

    def _tell(self, known: bool) -> list[PrinterEvent]:
        self._known = known
        status = self._condition.status(known)
        if status == self._told:
            return []
        self._told = status
        return [status]
