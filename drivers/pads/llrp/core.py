"""One UHF pad as a conversation: tags are there while the reader reports them.

When the connection goes, tags are forgotten without `TagGone`: nobody took them off, and the kiosk empties its pad
with the fault itself. When it comes back, what lies there is told anew, and then `Recovered`. While the reader is only
set up again (after trouble of its own), tags are taken to lie where they lay.

Source: EPCglobal LLRP 1.1; `docs/devices.md`, sections 4 and 12; `docs/tag-data.md`, sections 4 and 5.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from drivers.errors import Misuse
from drivers.health import Faulted, Recovered
from drivers.llrp.notices import ReportsLost
from drivers.llrp.reports import TagReport
from drivers.llrp.requests import ALL_SPECS, delete_access_spec
from drivers.llrp.session import Answered, ClockTold, Session, Started, Stopped, Told
from drivers.pads.llrp.accesses import Accesses
from drivers.pads.llrp.marks import afi_of
from drivers.pads.llrp.presence import Presence, Tag
from drivers.pads.llrp.reading import Outcome, TagReading, pc_read, reading_spec
from drivers.pads.llrp.settings import LlrpPadSettings
from drivers.pads.llrp.writing import AfiWrite
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

_WORD_BYTES = 2
_WRITES_LIMIT = 256
"""Writes that wait at once; what a pump can hold."""


class LlrpPad:
    """`Conversation[PadEvent, PadCommand]` and `ClosesPort`, over TCP port 5084."""

    def __init__(self, settings: LlrpPadSettings) -> None:
        self._settings = settings
        before = (delete_access_spec(ALL_SPECS), reading_spec(settings.user_words))
        self._session = Session(settings.reader, before)
        self._presence = Presence(settings.gone_after_s)
        self._accesses = Accesses(settings.access_s)
        self._reads: dict[str, TagReading] = {}
        self._writes: list[AfiWrite] = []
        self._pending: list[PadEvent] = []
        self._settled_s: float | None = None
        """When the reader, that came up just now, may be told as well; `_arrive_by_s` when it must be."""
        self._arrive_by_s = 0.0
        self._now_s = 0.0

    def port_opened(self, now_s: float) -> list[PadEvent]:
        """Wait for the reader's greeting."""
        self._now_s = now_s
        return [*self._take_pending(), *self._told(self._session.port_opened(now_s)), *self._empty()]

    def port_lost(self, reason: str, now_s: float) -> list[PadEvent]:
        """Every order ends; tags are forgotten without `TagGone`."""
        self._now_s = now_s
        told = self._session.port_lost(reason, now_s)
        ended = self._told([each for each in told if isinstance(each, Stopped)])
        return [
            *self._take_pending(),
            *ended,
            *self._empty(),
            *self._told([each for each in told if not isinstance(each, Stopped)]),
        ]

    def submit(self, command: PadCommand, now_s: float) -> None:
        """Queue an order; what cannot be done ends with the next `tick`. Raises `Misuse` for an AFI that is no byte."""
        self._now_s = now_s
        match command:
            case WriteAfi():
                self._submit_write(command)
            case ReadAgain():
                self._submit_read(command.uid)
            case ForgetTags():
                self._presence.forget()
                self._reads = {uid: reading for uid, reading in self._reads.items() if reading.asked}
            case _:
                assert_never(command)

    def receive(self, data: bytes, now_s: float) -> list[PadEvent]:
        """Take bytes as they came."""
        self._now_s = now_s
        return [*self._take_pending(), *self._told(self._session.receive(data, now_s)), *self._work()]

    def tick(self, now_s: float) -> list[PadEvent]:
        """Give up what was not answered; tell who is gone."""
        self._now_s = now_s
        return [*self._take_pending(), *self._told(self._session.tick(now_s)), *self._work()]

    def due_s(self) -> float | None:
        """At once when something waits to be told or asked; else the next time-out."""
        if self._pending:
            return self._now_s
        dues = [self._session.due_s()]
        if self._session.running:
            dues += [self._presence.due_s(), None if self._settled_s is None else self._arrival_s(self._settled_s)]
        if self._session.free:
            writes = sorted(self._writes_in_turn(), key=lambda write: write.ready_s)
            asks_s = self._accesses.due_s(writes[0] if writes else None, reads=self._wants_reads())
            dues.append(None if asks_s is None else max(asks_s, self._now_s))
        return min((due_s for due_s in dues if due_s is not None), default=None)

    def take_outgoing(self) -> bytes:
        """Requests, and answers to keepalives."""
        return self._session.take_outgoing()

    def close_wanted(self) -> str | None:
        """Why a new connection is needed."""
        return self._session.close_wanted()

    def _take_pending(self) -> list[PadEvent]:
        pending, self._pending = self._pending, []
        return pending

    def _submit_write(self, command: WriteAfi) -> None:
        if not 0 <= command.afi <= 0xFF:
            raise Misuse(f"an AFI is one byte, not {command.afi}")
        tag = self._presence.tag(command.uid)
        if not self._session.running or len(self._writes) >= _WRITES_LIMIT:
            self._pending.append(WriteFailed(command.uid, WriteFailure.READER, None))
        elif command.eas is not None:
            self._pending.append(WriteFailed(command.uid, WriteFailure.LOCKED, None))
        elif tag is None:
            self._pending.append(WriteFailed(command.uid, WriteFailure.TAG_AWAY, None))
        else:
            self._writes.append(AfiWrite(command, tag, self._settings, self._now_s))

    def _submit_read(self, uid: str) -> None:
        if self._session.running and self._presence.tag(uid) is not None:
            self._reads[uid] = TagReading()
            self._reads[uid].asked = True
        else:
            self._pending.append(TagGone(uid))

    def _wants_reads(self) -> bool:
        return bool(self._reads) or self._presence.wants_names

    def _writes_in_turn(self) -> Iterator[AfiWrite]:
        """The oldest write of each tag: a second one waits for the first."""
        uids: set[str] = set()
        for write in self._writes:
            if write.uid not in uids:
                uids.add(write.uid)
                yield write

    def _told(self, told: list[Told]) -> list[PadEvent]:
        events: list[PadEvent] = []
        for each in told:
            match each:
                case TagReport():
                    events += self._reported(each) if self._session.running else []
                case Answered():
                    events += self._answered(each)
                case Started():
                    self._accesses.reset()
                    self._presence.refresh(self._now_s)
                    self._settled_s = self._now_s + self._settings.settle_s
                    self._arrive_by_s = self._now_s + self._settings.arrive_s
                case Stopped():
                    self._accesses.reset()
                    self._settled_s = None
                    events += self._end_writes()
                case Faulted() | Recovered():
                    events.append(each)
                case ReportsLost() | ClockTold():
                    pass
                case _:
                    assert_never(each)
        return events

    def _reported(self, report: TagReport) -> list[PadEvent]:
        self._accesses.heard(report.results)
        stored_pc = pc_read(report.results)
        tag = self._presence.note(report.uii, report.pc if stored_pc is None else stored_pc, self._now_s)
        if tag is None:
            return []
        events: list[PadEvent] = []
        if not tag.told:
            tag.told = True
            self._reads.setdefault(tag.uid, TagReading())
            events.append(TagSeen(tag.uid))
        reading = self._reads.get(tag.uid)
        if reading is None or not self._accesses.reading:
            return events
        return [*events, *self._read(tag, reading, report)]

    def _read(self, tag: Tag, reading: TagReading, report: TagReport) -> list[PadEvent]:
        outcome = reading.reported(report.results, tag.pc)
        if outcome is Outcome.WAITING:
            return []
        del self._reads[tag.uid]
        if outcome is Outcome.UNREADABLE or tag.pc is None:
            return [TagUnreadable(tag.uid, "bank 01 cannot be read, and the reader does not tell the PC")]
        afi = afi_of(tag.pc, tag.uii, tag.marking, self._settings)
        return [TagRead(tag.uid, afi, None, _WORD_BYTES, reading.data, tag.pc.to_bytes(2) + tag.uii)]

    def _answered(self, answered: Answered) -> list[PadEvent]:
        write = self._accesses.answered(answered.request, answered.status, self._now_s)
        if write is None or write.result is None:
            return []
        self._writes.remove(write)
        return [write.result]

    def _work(self) -> list[PadEvent]:
        """What follows from time: who is gone, what to ask next, and whether the reader is up."""
        if not self._session.running:
            return []
        events: list[PadEvent] = []
        for uid in self._presence.take_gone(self._now_s):
            self._reads.pop(uid, None)
            events.append(TagGone(uid))
        if self._session.free:
            ready = (write for write in self._writes_in_turn() if write.ready_s <= self._now_s)
            request = self._accesses.next_request(next(ready, None), reads=self._wants_reads(), now_s=self._now_s)
            if request is not None:
                self._session.ask(request, self._now_s)
        if self._settled_s is not None and self._now_s >= self._arrival_s(self._settled_s):
            self._settled_s = None
            events += self._session.settled()
        return events

    def _arrival_s(self, settled_s: float) -> float:
        return self._arrive_by_s if self._wants_reads() else settled_s

    def _end_writes(self) -> list[PadEvent]:
        """Whether a write reached its tag, nobody knows."""
        for write in self._writes:
            write.give_up()
        failed = [write.result for write in self._writes if write.result is not None]
        self._writes = []
        return [*failed]

    def _empty(self) -> list[PadEvent]:
        """Nothing is known of what lies on the pad."""
        away = [TagGone(uid) for uid, reading in self._reads.items() if reading.asked]
        self._reads = {}
        self._presence.clear()
        return [*self._end_writes(), *away]
