"""One polled reader as a conversation: what is most urgent goes over the wire next, one request at a time.

Order of urgency: who is there; a knock after a time-out; what holds the reader (an inventory that has begun, a tag that
is connected); writes; reads of new tags; the next inventory. A job that waits for its tag lets the others go on.

When the reader goes away (port gone, or silent), tags are forgotten without `TagGone`: nobody took them off, and the
kiosk empties its pad with the fault itself. When it comes back, what lies there is told anew, and then `Recovered`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Generic, assert_never

from drivers.errors import Misuse
from drivers.health import FaultCode
from drivers.pads.polling.condition import Condition
from drivers.pads.polling.dialect import Dialect
from drivers.pads.polling.errand import Answer, Request
from drivers.pads.polling.greeting import Greeting, Knock
from drivers.pads.polling.inventory_round import InventoryRound
from drivers.pads.polling.link import Heard, Link, Unheard
from drivers.pads.polling.presence import Presence
from drivers.pads.polling.settings import PollingSettings
from drivers.pads.polling.tag_reading import TagReading
from drivers.pads.polling.tag_writes import AfiWrite, DataWrite
from drivers.pads.programming import DataNotWritten, NotWritable, WriteData
from drivers.pads.protocol import (
    ForgetTags,
    PadCommand,
    PadEvent,
    ReadAgain,
    TagGone,
    TagRead,
    TagSeen,
    TagUnreadable,
    WriteAfi,
    WriteFailed,
    WriteFailure,
)

_ACTIVE_AFTER_MOVE_S = 3.0
"""So long after a tag came or went the pad is looked at as often as with tags on it."""
_REFUSED_ROUNDS = 3
_ORDERS_LIMIT = 256
"""Writes, and reads, that wait at once; what a pump can hold."""
_UID = re.compile(r"E0[0-9A-F]{14}")

_Job = (
    Greeting[Request, Answer]
    | Knock[Request, Answer]
    | InventoryRound[Request, Answer]
    | TagReading[Request, Answer]
    | AfiWrite[Request, Answer]
    | DataWrite[Request, Answer]
)


class PolledPad(Generic[Request, Answer]):
    """`Conversation[PadEvent, PadCommand]` in a maker's dialect."""

    def __init__(self, dialect: Dialect[Request, Answer], settings: PollingSettings) -> None:
        self._dialect = dialect
        self._settings = settings
        self._link = Link(dialect)
        self._condition = Condition(dialect.line)
        self._presence = Presence(settings.gone_after_s)
        self._pending: list[PadEvent] = []
        self._open = False
        self._now_s = 0.0
        self._start(0.0)

    def _start(self, ready_s: float) -> None:
        """Nothing is known of the reader and of what lies on it."""
        self._link.start(self._now_s)
        self._condition.forget_name()
        self._presence.clear()
        self._name = ""
        self._greeting: Greeting[Request, Answer] | None = Greeting(self._dialect.greeting(), ready_s)
        self._knock: Knock[Request, Answer] | None = None
        self._round = InventoryRound(self._dialect.fresh_inventory(), ready_s)
        self._writes: list[AfiWrite[Request, Answer] | DataWrite[Request, Answer]] = []
        self._reads: dict[str, TagReading[Request, Answer]] = {}
        self._job: _Job[Request, Answer] | None = None
        self._away = False
        self._arrive_by_s: float | None = None
        self._looked_once = False
        self._refused_in_row = 0
        self._moved_s = ready_s
        self.tags_of_other_kinds = 0
        """Tags in the last inventory that are not ISO 15693, or not by their UID; they are passed over."""

    def port_opened(self, now_s: float) -> list[PadEvent]:
        """Greet the reader; tags that lie there are told before it is."""
        self._now_s = now_s
        self._open = True
        events = self._take_pending() + self._end_orders()
        self._condition.port_opened()
        self._start(now_s)
        return events

    def port_lost(self, reason: str, now_s: float) -> list[PadEvent]:
        """Every order ends; tags are forgotten without `TagGone`."""
        return self._lost(FaultCode.PORT_GONE, reason, now_s)

    def service_lost(self, reason: str, now_s: float) -> list[PadEvent]:
        """The same, for a reader behind a service (`drivers.conversation.BehindService`)."""
        return self._lost(FaultCode.SERVICE_GONE, reason, now_s)

    def _lost(self, code: FaultCode, reason: str, now_s: float) -> list[PadEvent]:
        self._now_s = now_s
        self._open = False
        events = self._take_pending() + self._end_orders()
        self._start(now_s)
        return [*events, *self._condition.is_(code, reason)]

    def submit(self, command: PadCommand, now_s: float) -> None:
        """Queue an order; what cannot be done ends with the next `tick`.

        Raises `Misuse` for an AFI that is no byte, and for EAS on a pad that cannot write it.
        """
        self._now_s = now_s
        match command:
            case WriteAfi():
                self._submit_write(command)
            case ReadAgain():
                self._submit_read(command.uid)
            case ForgetTags():
                self._forget_tags()
            case _:
                assert_never(command)

    def write_data(self, command: WriteData, now_s: float) -> DataWrite[Request, Answer] | DataNotWritten:
        """Queue a write of memory. How it ended stands in the job's `result` after some `tick` or `receive`."""
        self._now_s = now_s
        if not self._dialect.blocks_at_once(command.block_size):
            return DataNotWritten(command.uid, command.first_block, NotWritable.BLOCK_SIZE, 0)
        if not self._takes_orders(command.uid):
            why = WriteFailure.READER if _UID.fullmatch(command.uid) else WriteFailure.TAG_AWAY
            return DataNotWritten(command.uid, command.first_block, why, 0)
        write = DataWrite(command, self._dialect, self._settings, now_s)
        self._writes.append(write)
        return write

    def receive(self, data: bytes, now_s: float) -> list[PadEvent]:
        """Take bytes as they came. Noise and frames that answer nothing are dropped."""
        self._now_s = now_s
        events = self._take_pending()
        heard = self._link.receive(data, now_s) if self._open and data else None
        return events if heard is None else events + self._heard(heard)

    def tick(self, now_s: float) -> list[PadEvent]:
        """Give up what was not answered, send what is due."""
        self._now_s = now_s
        events = self._take_pending()
        if not self._open:
            return events
        match self._link.tick(now_s):
            case Heard() as heard:
                events += self._heard(heard)
            case Unheard() as unheard:
                events += self._unheard(unheard)
            case None:
                pass
        events += self._arrive()
        self._send_next()
        return events

    def due_s(self) -> float | None:
        """At once when an order could not be taken; else the next time-out or the next request."""
        if self._pending:
            return self._now_s
        if not self._open:
            return None
        free_s = self._link.free_s()
        sends_s = None if free_s is None else max(free_s, min(job.ready_s for job in self._jobs()))
        arrives_s = None if self._refused_in_row else self._arrive_by_s
        return min(due_s for due_s in (self._link.due_s(), sends_s, arrives_s) if due_s is not None)

    def take_outgoing(self) -> bytes:
        """The request that is due, once."""
        return self._link.take_outgoing()

    def _take_pending(self) -> list[PadEvent]:
        pending, self._pending = self._pending, []
        return pending

    def _submit_write(self, command: WriteAfi) -> None:
        if not 0 <= command.afi <= 0xFF:
            raise Misuse(f"an AFI is one byte, not {command.afi}")
        if not _UID.fullmatch(command.uid):
            self._pending.append(WriteFailed(command.uid, WriteFailure.TAG_AWAY, None))
        elif self._takes_orders(command.uid):
            self._writes.append(self._afi_write(command))
        else:
            self._pending.append(WriteFailed(command.uid, WriteFailure.READER, None))

    def _afi_write(self, command: WriteAfi) -> AfiWrite[Request, Answer]:
        afi = self._dialect.afi(command.uid, command.afi)
        eas = None if command.eas is None else self._dialect.eas(command.uid, command.eas)
        if command.eas is not None and eas is None:
            raise Misuse("this pad cannot write EAS and read it back: set the gates and the pad to AFI")
        return AfiWrite(command, afi, eas, self._settings, self._now_s)

    def _submit_read(self, uid: str) -> None:
        if self._takes_orders(uid):
            self._read(uid).asked = True
        elif uid in self._presence:
            self._pending.append(TagUnreadable(uid, "too many orders wait"))
        else:
            self._pending.append(TagGone(uid))

    def _takes_orders(self, uid: str) -> bool:
        room = len(self._writes) < _ORDERS_LIMIT and len(self._reads) < _ORDERS_LIMIT
        return self._open and not self._away and room and _UID.fullmatch(uid) is not None

    def _read(self, uid: str) -> TagReading[Request, Answer]:
        """The reading of a tag that is under way, or a new one."""
        if uid not in self._reads:
            reading = self._dialect.reading(uid, self._presence.dsfid(uid))
            self._reads[uid] = TagReading(uid, reading, self._now_s)
        return self._reads[uid]

    def _forget_tags(self) -> None:
        """A reading that holds the reader goes on: what it holds must be let go."""
        self._presence.forget()
        self._reads = {uid: reading for uid, reading in self._reads.items() if reading.asked or reading.holds}
        if isinstance(self._job, InventoryRound | TagReading) and self._job not in self._reads.values():
            self._job = None
        self._round = InventoryRound(self._dialect.fresh_inventory(), self._now_s)

    def _jobs(self) -> list[_Job[Request, Answer]]:
        """What may be sent next, the most urgent first; never empty."""
        exclusive = self._greeting or self._knock
        if exclusive is not None:
            return [exclusive]
        if self._round.begun_s is not None:
            return [self._round]
        orders: list[_Job[Request, Answer]] = [*self._writes_in_turn(), *self._reads.values()]
        holder = next((job for job in orders if job.holds), None)
        return [*orders, self._round] if holder is None else [holder]

    def _writes_in_turn(self) -> Iterator[AfiWrite[Request, Answer] | DataWrite[Request, Answer]]:
        """The oldest write of each tag: a second one waits for the first."""
        uids: set[str] = set()
        for write in self._writes:
            if write.uid not in uids:
                uids.add(write.uid)
                yield write

    def _send_next(self) -> None:
        free_s = self._link.free_s()
        if free_s is None or self._now_s < free_s:
            return
        job = next((job for job in self._jobs() if job.ready_s <= self._now_s), None)
        if job is not None:
            self._job = job
            self._link.send(job.request(self._now_s), self._now_s)

    def _heard(self, heard: Heard[Answer]) -> list[PadEvent]:
        self._condition.heard(noisy=heard.noisy)
        job, self._job = self._job, None
        if job is not None:
            job.heard(heard.answer, self._now_s)
        return self._conclude(job)

    def _unheard(self, unheard: Unheard) -> list[PadEvent]:
        self._condition.unheard(noisy=unheard.noisy)
        job, self._job = self._job, None
        if job is not None:
            job.unheard(self._now_s)
        events = self._conclude(job)
        if self._condition.is_given_up(self._settings.silent_tries):
            return events + self._reader_away()
        if self._greeting is None and self._knock is None:
            self._knock = Knock(self._dialect, self._now_s)
        return events

    def _conclude(self, job: _Job[Request, Answer] | None) -> list[PadEvent]:
        """What follows from one exchange of a job."""
        events: list[PadEvent] = []
        match job:
            case Greeting() if job.name is not None:
                self._greeted(job.name)
            case Knock() if job.ended:
                self._knock = None
            case InventoryRound():
                events += self._looked(job)
            case TagReading() if job.result is not None:
                events += self._read_done(job, job.result)
            case AfiWrite() | DataWrite() if job.result is not None:
                self._writes.remove(job)
                if isinstance(job, AfiWrite) and job.result is not None:
                    events.append(job.result)
            case _:
                pass
        return [*events, *self._condition.judge_noise(self._name)]

    def _greeted(self, name: str) -> None:
        self._greeting = None
        self._away = False
        self._name = name
        self._arrive_by_s = self._now_s + self._settings.arrive_s

    def _looked(self, round_: InventoryRound[Request, Answer]) -> list[PadEvent]:
        """Tags that one answer showed, and at the end of a round tags that are gone."""
        new = self._presence.note_shown(round_, round_.take_shown(), self._now_s)
        events: list[PadEvent] = [TagSeen(uid) for uid in new]
        for uid in new:
            self._read(uid)
        gone: list[str] = []
        if round_.ended:
            gone = self._presence.judge(round_, self._now_s)
            events += [TagGone(uid) for uid in gone]
            for uid in gone:
                self._reads.pop(uid, None)
        if new or gone:
            self._moved_s = self._now_s
        return events + self._after_round(round_) if round_.ended else events

    def _after_round(self, round_: InventoryRound[Request, Answer]) -> list[PadEvent]:
        self.tags_of_other_kinds = round_.others
        doubts = self._presence.doubts(self._now_s)
        freshly = doubts or self._presence.freshly_each_round or (round_.lost and round_.fresh)
        pause_s = 0.0 if doubts or round_.lost else self._poll_pause_s()
        inventory = self._dialect.fresh_inventory() if freshly else self._dialect.inventory()
        self._round = InventoryRound(inventory, self._now_s + pause_s)
        if round_.lost:
            return []
        if round_.refused is None:
            self._looked_once = True
            self._refused_in_row = 0
            is_mended = self._condition.fault is FaultCode.DEVICE_ERROR and self._arrive_by_s is None
            return [*self._condition.well(self._name)] if is_mended else []
        self._refused_in_row += 1
        if self._refused_in_row < _REFUSED_ROUNDS:
            return []
        return [*self._condition.is_(FaultCode.DEVICE_ERROR, f"inventory refused: {round_.refused.detail}")]

    def _poll_pause_s(self) -> float:
        moved = self._now_s - self._moved_s < _ACTIVE_AFTER_MOVE_S
        busy = moved or self._presence or self._writes or self._reads
        return self._settings.active_poll_s if busy else self._settings.idle_poll_s

    def _read_done(self, reading: TagReading[Request, Answer], result: PadEvent) -> list[PadEvent]:
        """A tag that answers is there; one that does not may have gone before anybody saw it."""
        del self._reads[reading.uid]
        if isinstance(result, TagRead):
            is_new = self._presence.note(reading.uid, result.dsfid, self._now_s)
            return [TagSeen(reading.uid), result] if is_new else [result]
        return [result] if reading.uid in self._presence else [TagGone(reading.uid)]

    def _arrive(self) -> list[PadEvent]:
        """The reader is told as well when what lies on it was told, or when that takes too long."""
        if self._arrive_by_s is None or self._refused_in_row:
            return []
        told_all = self._looked_once and not self._reads
        if not told_all and self._now_s < self._arrive_by_s:
            return []
        self._arrive_by_s = None
        return [*self._condition.well(self._name)]

    def _reader_away(self) -> list[PadEvent]:
        events = self._end_orders()
        self._start(self._now_s + self._settings.beat_s)
        self._away = True
        return [*events, *self._condition.away()]

    def _end_orders(self) -> list[PadEvent]:
        """Every order ends: whether a write reached its tag, nobody knows."""
        for write in self._writes:
            write.give_up()
        failed = [write.result for write in self._writes if isinstance(write, AfiWrite) and write.result is not None]
        away = [TagGone(reading.uid) for reading in self._reads.values() if reading.asked]
        self._writes, self._reads = [], {}
        return [*failed, *away]
