"""One TAGSYS LSP2 pedestal as a conversation: it is polled over TCP port 4001, and keeps a memory of its alarms.

Nothing on this wire has a checksum. Counts and counters are believed when they are said twice; a record when its memory
reads as a library's without a doubt, or when a second reading agrees. A stream out of step is closed. There is no
acknowledge: nothing is ever deleted in the gate, so `Stored` changes nothing.
"""

from __future__ import annotations

from typing import assert_never

from drivers.condition import Condition
from drivers.gates.lsp2.layout import ANSWER_BYTES, BLOCK_BYTES, Question, read_count, read_record, read_time
from drivers.gates.lsp2.link import Answered, Link, OutOfStep
from drivers.gates.lsp2.memory import GateMemory
from drivers.gates.lsp2.reading import Believed, RecordReading, Twice
from drivers.gates.lsp2.settings import Lsp2Settings
from drivers.gates.protocol import ClockRead, GateCommand, GateEvent, PeopleCounted, RecordsLost, TagPassed
from drivers.health import FaultCode

_FAILURES_TOLD = 2
"""One connection that had to be closed is mended without a word."""
_NAME = "TAGSYS LSP2 gate"


class Lsp2Gate:
    """`Conversation[GateEvent, GateCommand]` and `ClosesPort`."""

    def __init__(self, settings: Lsp2Settings) -> None:
        self._settings = settings
        self._link = Link()
        self._condition = Condition()
        self._memory = GateMemory(settings.catch_up_records)
        self._people: Twice[int] = Twice()
        self._open = False
        self._ever_heard = False
        self._failures = 0
        self._garbled = False
        self._close: str | None = None
        self._start(0.0)

    def _start(self, now_s: float) -> None:
        self._link.start()
        self._reading: RecordReading | None = None
        self._check: RecordReading | None = None
        self._refused_place: int | None = None
        self._asked_s = now_s
        self._clock_s = self._count_s = self._people_s = self._check_s = now_s

    def port_opened(self, now_s: float) -> list[GateEvent]:
        """Read the clock, then whether the memory is still the one that is known."""
        self._open = True
        self._close = None
        self._start(now_s)
        return []

    def port_lost(self, reason: str, now_s: float) -> list[GateEvent]:
        """What was known of the memory stays known."""
        self._open = False
        self._link.start()
        closed, self._close = self._close, None
        if closed is None:
            return [*self._condition.is_(FaultCode.PORT_GONE, reason)]
        if self._failures < _FAILURES_TOLD:
            return []
        if not self._garbled:
            return [*self._condition.is_(FaultCode.NO_ANSWER, closed)]
        if not self._ever_heard:
            detail = "bytes come, but no LSP2 answer: wrong baud rate or other device"
            return [*self._condition.is_(FaultCode.WRONG_DEVICE, detail)]
        return [*self._condition.is_(FaultCode.NOISE, f"connection after connection goes out of step: {closed}")]

    def close_wanted(self) -> str | None:
        """The stream is out of step, or an answer is overdue."""
        return self._close

    def submit(self, command: GateCommand, now_s: float) -> None:
        """`Stored`: nothing to do, the gate is never told to forget."""

    def receive(self, data: bytes, now_s: float) -> list[GateEvent]:
        """Take bytes as they came."""
        if not self._open or self._close is not None:
            return []
        match self._link.receive(data):
            case Answered() as answered:
                return self._answered(answered, now_s)
            case OutOfStep(detail):
                self._give_up(detail, garbled=True)
            case None:
                pass
        return []

    def tick(self, now_s: float) -> list[GateEvent]:
        """Give up what was not answered, ask what is due."""
        if not self._open or self._close is not None:
            return []
        if not self._link:
            self._ask_next(now_s)
        elif now_s >= self._asked_s + self._settings.answer_s:
            self._give_up(f"no answer within {self._settings.answer_s:g} s", garbled=self._link.heard_any)
        return []

    def due_s(self) -> float | None:
        """The next question, or the end of patience with the last."""
        if not self._open or self._close is not None:
            return None
        if self._link:
            return self._asked_s + self._settings.answer_s
        if self._memory.next_place is not None:
            return self._asked_s
        return min(self._clock_s, self._count_s, self._people_s, self._check_due_s())

    def take_outgoing(self) -> bytes:
        """The question that is due, once."""
        return self._link.take_outgoing()

    def _check_due_s(self) -> float:
        return float("inf") if self._memory.last() is None else self._check_s

    def _give_up(self, detail: str, *, garbled: bool) -> None:
        """`garbled`: something came, which was no answer."""
        self._close = detail
        self._failures += 1
        self._garbled = garbled

    def _ask_next(self, now_s: float) -> None:
        """The clock first; then how many records there are; what is left of the time goes to reading them."""
        question, index = self._choose(now_s)
        if question is None:
            return
        self._link.ask(question, index)
        self._asked_s = now_s

    def _choose(self, now_s: float) -> tuple[Question | None, int | None]:
        if now_s >= self._clock_s:
            return Question.CLOCK, None
        if now_s >= self._count_s:
            return Question.RECORD_COUNT, None
        last = self._memory.last()
        if last is not None and now_s >= self._check_s:
            self._check = self._check or RecordReading(*last)
            return Question.RECORD, self._check.place + self._settings.first_index
        place = self._memory.next_place
        if place is not None and now_s < self._people_s:
            self._check = None
            if self._reading is None or self._reading.place != place:
                self._reading = RecordReading(place)
            return Question.RECORD, place + self._settings.first_index
        return (Question.PEOPLE, None) if now_s >= self._people_s else (None, None)

    def _answered(self, answered: Answered, now_s: float) -> list[GateEvent]:
        if answered.question is not Question.RECORD and not answered.is_known:
            self._give_up(f"an answer of {len(answered.content)} bytes, which is no known one", garbled=True)
            return []
        match answered.question:
            case Question.CLOCK:
                self._clock_s = now_s + self._settings.clock_s
                time = read_time(answered.content)
                return [] if time is None else [ClockRead(time.isoformat())]
            case Question.RECORD_COUNT:
                return self._counted(read_count(answered.content), now_s)
            case Question.RECORD:
                return self._record_heard(answered.content, now_s)
            case Question.PEOPLE:
                return self._people_heard(read_count(answered.content), now_s)
            case _:
                assert_never(answered.question)

    def _counted(self, count: int, now_s: float) -> list[GateEvent]:
        lost = self._memory.counted(count)
        if lost is None:
            return []  # asked again at once: it is still due
        self._count_s = now_s + self._settings.poll_s
        self._ever_heard = True
        self._failures = 0
        return [*self._condition.well(_NAME), *lost]

    def _people_heard(self, count: int, now_s: float) -> list[GateEvent]:
        before = self._people.believed
        if not self._people.hear(count):
            return []
        self._people_s = now_s + self._settings.people_s
        return [] if count == before else [PeopleCounted((count,))]

    def _record_heard(self, content: bytes, now_s: float) -> list[GateEvent]:
        if self._check is not None:
            return self._checked(self._check, content, now_s)
        reading = self._reading
        if reading is None or reading.place != self._memory.next_place:
            return []
        believed = reading.hear(content)
        if believed is None:
            return []
        self._reading = None
        if not _is_record(believed.content) and self._refused_place != reading.place:
            self._refused_place = reading.place
            self._count_s = now_s  # perhaps the memory was cleared a moment ago
            return []
        self._check_s = now_s + self._settings.check_s
        return [_told(believed)] if self._memory.read(believed.content) else []

    def _checked(self, check: RecordReading, content: bytes, now_s: float) -> list[GateEvent]:
        last = self._memory.last()
        believed = check.hear(content)
        if believed is None:
            return []
        self._check = None
        self._check_s = now_s + self._settings.check_s
        if last is None or not _is_record(believed.content) or not believed.certain or believed.content == last[1]:
            return []
        return [*self._memory.changed()]


def _is_record(content: bytes) -> bool:
    return len(content) == ANSWER_BYTES[Question.RECORD]


def _told(believed: Believed) -> TagPassed | RecordsLost:
    if not _is_record(believed.content):
        return RecordsLost("the gate counts a record that it does not give: is first_index right?")
    record = read_record(believed.content)
    return TagPassed(
        uid=None,
        data=record.memory,
        block_size=BLOCK_BYTES,
        at=None if record.time is None else record.time.isoformat(),
        certain=believed.certain,
        tag_type=record.tag_type,
    )
