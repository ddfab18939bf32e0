"""A TAGSYS LSP2 pedestal on a socket: it notes who set it off, counts people, and is asked about both.

Source: github GallusMax/libdanrfid, `org/tagsys/LSP2/LSP2.java` and `DBRecord.java`. What they do not show is decided
in `docs/adr/0131-what-simulated-gates-do-beyond-sources.md`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Sequence

from firmware_sim.devices.device_clock import DeviceClock
from firmware_sim.devices.lsp2_frames import (
    ARGUMENTS,
    Command,
    Request,
    RequestReader,
    answer_frame,
    reversed_blocks,
    time_bytes,
)
from firmware_sim.devices.work import Work
from firmware_sim.faults.words import GateFault
from firmware_sim.room.room import Book

SECURED_AFI = 0x07
"""What sets the alarm off (github GallusMax/libdanrfid, `DDMTag.java`)."""
TAG_TYPE = bytes.fromhex("0001")
"""The two bytes after a record's time; what they mean is not known."""
AFTER_COUNT = b"\0"
"""The third byte of the number of records; what it means is not known."""
RECORDS_KEPT = 512
KEPT_WHEN_FULL = 2
"""With the fault `overflow`."""
PEOPLE_WRAP = 0x10000
PROCESSING_S = 0.005
MOST_WAITING = 1024
"""Bytes of requests that wait while one is answered."""


class Lsp2Gate:
    """One pedestal. Times in seconds of any monotonic clock; its own clock has no zone and drifts."""

    def __init__(
        self,
        clock: DeviceClock,
        *,
        alarm_afi: int = SECURED_AFI,
        first_record: int = 0,
        records_kept: int = RECORDS_KEPT,
    ) -> None:
        """`first_record`: the number of the oldest record, 0 or 1: no source says which."""
        self._clock = clock
        self._alarm_afi = alarm_afi
        self._first_record = first_record
        self._records: deque[bytes] = deque(maxlen=records_kept)
        self._people = 0
        self._requests = RequestReader()
        self._work: Work[bytes] = Work()
        self._outgoing = b""
        self._fault = GateFault.NONE

    def set_fault(self, fault: GateFault) -> None:
        """Have this fault from now on, instead of any other."""
        self._fault = fault
        if fault is GateFault.COUNTER_RESET:
            self.reset_people()

    def carry_through(self, books: Sequence[Book], direction: int, now_s: float) -> None:
        """Count one person; note each tag that is not free to leave. It cannot tell directions."""
        self._people = (self._people + 1) % PEOPLE_WRAP
        noted = time_bytes(self._clock.shows(now_s)) + TAG_TYPE
        for tag in (tag for book in books for tag in book.tags if tag.afi == self._alarm_afi):
            if self._fault is GateFault.OVERFLOW:
                while len(self._records) >= KEPT_WHEN_FULL:
                    self._records.popleft()
            self._records.append(noted + reversed_blocks(bytes(tag.memory)))

    def clear_records(self) -> None:
        """Somebody empties the ring, by a way that is not public: the count falls."""
        self._records.clear()

    def reset_people(self) -> None:
        """The counter starts again at zero, as after its power was gone."""
        self._people = 0

    def restart(self, now_s: float) -> None:
        """It loses its power for a moment: the people are forgotten, the records are not."""
        self.reset_people()
        self.connected(now_s)

    def connected(self, now_s: float) -> None:
        """A host has connected: nothing of the last one is left."""
        self._requests.reset()
        self._work = Work()

    def receive(self, data: bytes, now_s: float) -> None:
        """Take bytes; requests are answered one after the other."""
        self._requests.hear(data, MOST_WAITING)
        self.tick(now_s)

    def tick(self, now_s: float) -> None:
        """Answer what is due, and begin with what waits."""
        while True:
            answer = self._work.advance(now_s)
            if answer is not None:
                self._outgoing += answer
            request = self._requests.take() if not self._work.busy else None
            if request is None:
                return
            self._work.begin(self._answered(request), now_s)

    def due_s(self) -> float | None:
        """When the next answer is due."""
        return self._work.due_s()

    def take_outgoing(self) -> bytes:
        """The answers, once."""
        outgoing, self._outgoing = self._outgoing, b""
        return outgoing

    def _answered(self, request: Request) -> Generator[float, None, bytes]:
        yield PROCESSING_S
        content = self._content(request, self._work.step_s)
        if content is None or self._fault is GateFault.SILENT:
            return b""
        return answer_frame(request.command, content)

    def _content(self, request: Request, now_s: float) -> bytes | None:
        """What the answer holds; None where the gate gives none."""
        try:
            command = Command(request.command)
        except ValueError:
            return None
        if len(request.arguments) != ARGUMENTS[command]:
            return None
        match command:
            case Command.CLOCK:
                return time_bytes(self._clock.shows(now_s))
            case Command.RECORD_COUNT:
                return len(self._records).to_bytes(2, "big") + AFTER_COUNT
            case Command.RECORD:
                return self._record(int.from_bytes(request.arguments, "big") - self._first_record)
            case Command.PEOPLE:
                return self._people.to_bytes(2, "big")

    def _record(self, place: int) -> bytes:
        """One record; nothing in the place of one that is not there."""
        return self._records[place] if 0 <= place < len(self._records) else b""
