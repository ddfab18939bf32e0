"""A receipt printer as a conversation: jobs go out piece by piece, each followed by the four status questions.

A job is `Printed` only when the printer answered "all well" twice after the time that printing takes: an answer does
not name its question, and a stray one shifts a whole round of them. A job that met paper end, an open cover or a jammed
cutter, or in which the printer was not heard for a moment, is `PrintFailed`, and what the printer still holds of it is
cleared before the next one, and what hangs out of it is cut off, so that no patron gets the end or the beginning of
another's receipt. Times in seconds of any monotonic clock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from drivers.health import FaultCode, Faulted, Recovered
from drivers.printers.back_channel import AutomaticStatus, BackChannel, Flow, RealTimeAnswer
from drivers.printers.condition import FAULTS, Condition
from drivers.printers.escpos import CLEAR_AND_RECOVER, INITIALISE, QUESTIONS, ask_status, automatic_status
from drivers.printers.events import (
    Print,
    Printed,
    PrinterCommand,
    PrinterEvent,
    PrinterStatus,
    PrintFailed,
    PrintFailure,
)
from drivers.printers.models import Quirk
from drivers.printers.outgoing import Outgoing
from drivers.printers.status import read_real_time
from drivers.printers.typesetting import Piece, Typesetting

_QUEUE_LIMIT = 8
_TRIES = 3
_QUIET_S = 0.2
_OFFLINE_ASK_AGAIN_S = 0.5
_RECOVER_EVERY_S = 30.0
_KNIFE_S = 1.0
"""From the last row to the cut: 360 rows at 100 mm/s up to the knife and beyond it, and the knife's own way."""


class Answering(StrEnum):
    """Whether the printer can be heard."""

    ANSWERS = "answers"
    SILENT = "silent"
    """Write-only USB, a TCP 9100 proxy: status stays unknown, and `Printed` comes unverified."""


@dataclass(frozen=True, slots=True)
class PrinterSettings:
    """How the printer was set up at installation."""

    typesetting: Typesetting
    answering: Answering = Answering.ANSWERS
    speed_baud: int = 115_200
    """Bytes go out no faster than this; on TCP and USB a large number."""
    rows_per_s: int = 800
    """Raster rows printed a second; 100 mm/s at 8 dots a millimetre."""
    poll_s: float = 5.0
    answer_timeout_s: float = 1.0
    not_taking_s: float = 20.0
    """XOFF, or off line without a reason, for this long in a job ends the job."""


@dataclass(slots=True)
class _Job:
    job_id: str
    pieces: deque[Piece]
    printed_by_s: float = 0.0
    moved_s: float = 0.0
    well_once: bool = False
    """One whole round behind the paper said that all is well."""
    begun: bool = False
    """Something of it may be on paper."""
    was_away: bool = False
    """A question in it stayed without an answer: the printer may have begun anew, and lost what it held."""


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
        settings.typesetting.drawing.load_fonts()
        self._settings = settings
        self._model = settings.typesetting.model
        self._queue: deque[_Job] = deque()
        self._pending: list[PrinterEvent] = []
        self._now_s = 0.0
        self._open = False
        self._fault: FaultCode | None = None
        self._told: PrinterStatus | None = None
        self._condition = Condition()
        self._leftovers = False
        """The printer may hold a part of a job that failed, or waits to be told that there is paper again."""
        self._hangs = False
        """A part of a job that failed hangs out of the printer, with the words of whoever it was for."""
        self._ever_heard = False
        self._forget_wire()

    def _forget_wire(self) -> None:
        self._outgoing = Outgoing(self._settings.speed_baud, self._now_s)
        self._heard = BackChannel()
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
        self._outgoing.put(INITIALISE)
        events = self._take_pending()
        if self._settings.answering is Answering.SILENT:
            events += self._fault_is(None) + self._tell(known=False)
        else:
            self._outgoing.put(automatic_status(self._model.automatic_mask))
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
            return _Job(command.job_id, deque([Piece(command.document, rows=0)]))
        return _Job(command.job_id, deque(self._settings.typesetting.pieces(command.document)))

    def receive(self, data: bytes, now_s: float) -> list[PrinterEvent]:
        """Take the printer's bytes; bytes without a meaning are dropped."""
        self._now_s = now_s
        events = self._take_pending()
        for heard in self._heard.receive(data, now_s):
            match heard:
                case Flow(stopped):
                    self._flow(stopped, now_s)
                case AutomaticStatus(bits):
                    self._is(self._condition.after_automatic(bits))
                    events += self._judge()
                case RealTimeAnswer(value):
                    events += self._answered(value, now_s)
        return events + self._advance(now_s)

    def tick(self, now_s: float) -> list[PrinterEvent]:
        """Ask, time out, go on with the job."""
        self._now_s = now_s
        return self._take_pending() + (self._advance(now_s) if self._open else [])

    def due_s(self) -> float | None:
        """The nearest of what is waited for: the line, an answer, the next question, XON."""
        if self._pending:
            return self._now_s
        return min(self._dues(), default=None) if self._open else None

    def _dues(self) -> Iterator[float]:
        chunk_s = self._outgoing.due_s()
        if chunk_s is not None:
            yield chunk_s
        stopped_since_s = self._outgoing.stopped_since_s
        if stopped_since_s is not None and self._has_jobs():
            yield stopped_since_s + self._settings.not_taking_s
        if self._settings.answering is Answering.SILENT:
            if stopped_since_s is None and self._has_jobs():
                yield self._next_round_s
        elif self._may_ask():
            if self._round is None:
                yield self._next_round_s
            else:
                yield self._round.quiet_until_s if self._round.asked is None else self._round.deadline_s

    def take_outgoing(self) -> bytes:
        """As much as the line takes until the next `due_s`; of a job nothing while XOFF holds."""
        return self._outgoing.take()

    def _has_jobs(self) -> bool:
        return self._job is not None or bool(self._queue)

    def _take_pending(self) -> list[PrinterEvent]:
        pending, self._pending = self._pending, []
        return pending

    def _flow(self, stopped: bool, now_s: float) -> None:
        if stopped:
            self._outgoing.stop(now_s)
        elif self._outgoing.stopped_since_s is not None:
            self._outgoing.go_on()
            if self._round is not None:
                self._round.deadline_s = now_s + self._outgoing.wire_s() + self._settings.answer_timeout_s

    def _advance(self, now_s: float) -> list[PrinterEvent]:
        events = self._step(now_s)
        self._outgoing.release(now_s)
        return events

    def _step(self, now_s: float) -> list[PrinterEvent]:
        events = self._mind_xoff(now_s)
        if self._settings.answering is Answering.SILENT:
            return events if self._outgoing.stopped_since_s is not None else events + self._advance_unheard(now_s)
        if not self._may_ask():
            return events
        if self._round is None:
            if now_s < self._next_round_s:
                return events
            self._round = _Round()
        current = self._round
        if current.asked is not None and now_s >= current.deadline_s:
            return events + self._not_answered(current, now_s)
        if current.asked is None and now_s >= current.quiet_until_s:
            self._ask(current, now_s)
        return events

    def _may_ask(self) -> bool:
        """Not while XOFF holds up the rest of a band: the question's bytes would be taken for dots."""
        return self._outgoing.stopped_since_s is None or self._job is None or not self._outgoing.has_more()

    def _ask(self, current: _Round, now_s: float) -> None:
        current.asked = current.left[0]
        question = ask_status(current.asked)
        if self._outgoing.stopped_since_s is None:
            self._outgoing.put(question)
        else:
            self._outgoing.put_first(question)
        current.deadline_s = now_s + self._outgoing.wire_s() + self._settings.answer_timeout_s

    def _mind_xoff(self, now_s: float) -> list[PrinterEvent]:
        """A printer that is not taking has the time that a full buffer needs, and no more."""
        stopped_since_s = self._outgoing.stopped_since_s
        if stopped_since_s is None or now_s < stopped_since_s + self._settings.not_taking_s or not self._has_jobs():
            return []
        if self._settings.answering is Answering.SILENT:
            self._outgoing.go_on()  # one that cannot be heard has sent noise
        events = self._fail_jobs(PrintFailure.NOT_TAKING)
        return events + self._fault_is(FaultCode.NO_ANSWER, f"XOFF for {self._settings.not_taking_s:g} s")

    def _not_answered(self, current: _Round, now_s: float) -> list[PrinterEvent]:
        """Ask again after a silence, so that a late answer is not taken for the next question's."""
        current.asked = None
        current.tries += 1
        if self._job is not None:
            self._job.was_away = True
        current.quiet_until_s = now_s + _QUIET_S
        if current.tries < _TRIES:
            return []
        self._round = None
        self._next_round_s = now_s + self._settings.poll_s
        events = self._fail_jobs(PrintFailure.NO_ANSWER) + self._unheard(current.left[0])
        return events + self._tell(known=False)

    def _unheard(self, question: int) -> list[PrinterEvent]:
        noise_bytes = self._heard.take_strange()
        if noise_bytes and not self._ever_heard:
            return self._fault_is(
                FaultCode.WRONG_DEVICE, "bytes come, but no status byte: wrong baud rate or other device"
            )
        behind = f", and {noise_bytes} bytes without a meaning" if noise_bytes else ""
        return self._fault_is(FaultCode.NO_ANSWER, f"no answer to DLE EOT {question}{behind}")

    def _answered(self, value: int, now_s: float) -> list[PrinterEvent]:
        current = self._round
        if current is None or current.asked is None:
            return []
        bits = read_real_time(current.asked, value)
        assert bits is not None, "the back channel lets only such bytes through"
        self._is(self._condition.after_answer(current.asked, value, bits, self._model.quirks))
        current.left.popleft()
        current.asked = None
        current.tries = 0
        if current.left:
            return []
        self._round = None
        self._known = self._ever_heard = True
        self._heard.take_strange()
        self._next_round_s = now_s + self._settings.poll_s
        events = self._judge()
        if self._job is not None and self._job.was_away:
            events += self._fail_jobs(PrintFailure.NO_ANSWER)
        return events + self._go_on(now_s)

    def _is(self, condition: Condition) -> None:
        self._condition = condition
        if condition.has_no_paper():
            self._hangs = False  # whoever puts in another roll tears it off
        if condition.has_no_paper() and Quirk.RECOVERS_WHEN_TOLD in self._model.quirks:
            self._leftovers = True

    def _judge(self) -> list[PrinterEvent]:
        """Tell what changed; end the jobs that a printer in this condition cannot print."""
        if not self._known:
            return []
        trouble = self._condition.trouble()
        events = self._tell(known=True)
        if trouble is None and self._condition.paper_low:
            return events + self._fault_is(FaultCode.PAPER_LOW, "paper is near its end; receipts are printed")
        if trouble is None:
            return events + self._fault_is(None)
        if trouble is PrintFailure.OFFLINE:
            return events
        said = self._condition.error_in_words() if trouble is PrintFailure.ERROR else trouble.value
        return events + self._fault_is(FAULTS[trouble], f"printer says {said}") + self._fail_jobs(trouble)

    def _go_on(self, now_s: float) -> list[PrinterEvent]:
        """After a whole round: the next band, the next job, or help out of an error."""
        trouble = self._condition.trouble()
        if trouble is PrintFailure.OFFLINE and self._job is not None:
            return self._wait_for_line(self._job, now_s)
        if trouble is not None:
            self._help_out(now_s)
            return self._fail_jobs(trouble)
        stopped_since_s = self._outgoing.stopped_since_s
        if stopped_since_s is not None and self._job is None and now_s >= stopped_since_s + self._settings.poll_s:
            self._outgoing.go_on()  # it is on line and has nothing to do: XON was lost, or XOFF was noise
        if self._leftovers:
            self._leftovers = False
            self._start_afresh()
        events = self._end_job(now_s)
        if self._job is None and self._queue and self._outgoing.stopped_since_s is None:
            self._begin(self._queue.popleft(), now_s)
        if self._job is not None and self._job.pieces:
            self._send_piece(self._job, now_s)
        return events

    def _start_afresh(self) -> None:
        self._outgoing.put(CLEAR_AND_RECOVER + INITIALISE + automatic_status(self._model.automatic_mask))

    def _end_job(self, now_s: float) -> list[PrinterEvent]:
        if self._job is None or self._job.pieces:
            return []
        if now_s < self._job.printed_by_s or self._outgoing.stopped_since_s is not None:
            self._next_round_s = max(self._job.printed_by_s, now_s + _QUIET_S)
            return []
        if not self._job.well_once:
            self._job.well_once = True
            self._next_round_s = now_s + _QUIET_S
            return []
        job, self._job = self._job, None
        return [Printed(job.job_id)]

    def _begin(self, job: _Job, now_s: float) -> None:
        job.printed_by_s = now_s
        if self._hangs:
            self._hangs = False
            job.pieces.appendleft(self._settings.typesetting.cut())
        self._job = job

    def _send_piece(self, job: _Job, now_s: float) -> None:
        piece = self._put_piece(job, now_s)
        job.moved_s = now_s
        self._next_round_s = now_s if job.pieces else max(now_s, job.printed_by_s)
        if piece.raster and Quirk.BYTES_AFTER_RASTER in self._model.quirks:
            self._next_round_s = max(self._next_round_s, now_s + self._outgoing.wire_s() + _QUIET_S)

    def _put_piece(self, job: _Job, now_s: float) -> Piece:
        """Printing begins when the wire has brought the piece; an error of the knife comes last of all."""
        piece = job.pieces.popleft()
        job.begun = True
        self._outgoing.put(piece.data)
        begun_s = max(job.printed_by_s, now_s + self._outgoing.wire_s())
        job.printed_by_s = begun_s + piece.rows / self._settings.rows_per_s
        if not job.pieces:
            job.printed_by_s += _KNIFE_S
        return piece

    def _wait_for_line(self, job: _Job, now_s: float) -> list[PrinterEvent]:
        """Some models say off line while their buffer is full."""
        if now_s - job.moved_s >= self._settings.not_taking_s:
            return self._fail_jobs(PrintFailure.OFFLINE)
        self._next_round_s = now_s + _OFFLINE_ASK_AGAIN_S
        return []

    def _help_out(self, now_s: float) -> None:
        """An error that waits for recovery stays until DLE ENQ 2: tried now and then, once the way is free."""
        condition = self._condition
        blocked = condition.cover_open or condition.has_no_paper() or condition.unrecoverable
        if blocked or now_s < self._recover_after_s:
            return
        waits = condition.waits_for_recovery or (self._leftovers and Quirk.RECOVERS_WHEN_TOLD in self._model.quirks)
        if condition.cutter or condition.in_error() or waits:
            self._recover_after_s = now_s + _RECOVER_EVERY_S
            if self._outgoing.stopped_since_s is None:
                self._start_afresh()
            else:
                self._outgoing.put_first(CLEAR_AND_RECOVER)

    def _advance_unheard(self, now_s: float) -> list[PrinterEvent]:
        """Without a back channel: send, wait as long as printing takes, say that nothing is verified."""
        events: list[PrinterEvent] = []
        if self._outgoing.has_more():
            self._next_round_s = now_s + self._outgoing.wire_s()
            return events
        if self._job is not None and not self._job.pieces and now_s >= self._job.printed_by_s:
            events.append(Printed(self._job.job_id, verified=False))
            self._job = None
        if self._job is None and self._queue:
            self._begin(self._queue.popleft(), now_s)
        if self._job is None:
            return events
        if self._job.pieces:
            self._put_piece(self._job, now_s)
        earliest_s = now_s if self._job.pieces else self._job.printed_by_s
        self._next_round_s = max(earliest_s, now_s + self._outgoing.wire_s())
        return events

    def _fail_jobs(self, why: PrintFailure) -> list[PrinterEvent]:
        """End every job. The rest of the band on its way must still go out: the printer counts its bytes."""
        under_way = [self._job] if self._job is not None else []
        self._leftovers = self._leftovers or bool(under_way)
        if any(job.begun for job in under_way) and not self._condition.has_no_paper():
            self._hangs = True
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
