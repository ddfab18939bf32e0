"""A FEIG gate on a socket: it is read from its buffer, or calls the host and notifies it by itself.

Source: FEIG ID ISC.ANT.U500/270-DM H71011-0e, 12; ID ISC.MR200 H40801-5e, 1.4 and 6.1; H9391-45e-ID-B, 5.4; the class
library as in github UC3MSocialRobots/maggie_drivers, `FEDM_ISCReaderModule.cpp`. What they do not show is decided in
`docs/adr/0131-what-simulated-gates-do-beyond-sources.md`.
"""

from __future__ import annotations

import random
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from enum import Enum, IntEnum, auto

from firmware_sim.devices.device_clock import DeviceClock
from firmware_sim.devices.feig_frames import Request, RequestReader, answer_frame
from firmware_sim.devices.feig_status import Answer, Status
from firmware_sim.devices.feig_table import USUALLY_TOLD, Record, RecordTable, Told
from firmware_sim.devices.gate import IN
from firmware_sim.devices.work import Work
from firmware_sim.faults.words import GateFault
from firmware_sim.room.room import Book

ANY_ADDRESS = 255
OWN_ADDRESS = 0
VERSION = bytes.fromhex("010700D04B0008")
"""SW-REV, D-REV, HW-TYPE, SW-TYPE 75 = ID ISC.MR200, TR-TYPE: ISO 15693 (H20800-16e-ID-B, 6.4 and annex B)."""
BUFFERS = bytes.fromhex("01000100")
PROCESSING_S = 0.005
TABLE_SIZE = 256
KEPT_WHEN_FULL = 2
"""With the fault `overflow`."""
SPACE, ADVANCED_SPACE = 249, 4096
"""Bytes after STATUS in a frame of the short form, and as many as the gate puts into one of the advanced form."""
MOST_SETS = 0xFFFF
ACKNOWLEDGE_S = 5.0
"""H71011-0e, 12.2."""
ECHO_S = 0.5
COUNTERS = 4
BUS_ADDRESS = 1
COUNTER_WRAP = 0x1_0000_0000


class Command(IntEnum):
    """Those that the gate knows; 0x6E and 0x77 it only says."""

    READ_BUFFER = 0x22
    TABLE_INFORMATION = 0x31
    CLEAR = 0x32
    INITIALISE = 0x33
    BAUD_RATE_DETECTION = 0x52
    SOFTWARE_VERSION = 0x65
    READER_INFO = 0x66
    DIAGNOSTIC = 0x6E
    GET_COUNTER = 0x77
    ISO_HOST = 0xB0


class Acknowledge(Enum):
    """Whether the host must clear what it was notified of, or the gate forgets it as soon as it is sent."""

    WANTED = auto()
    NOT_WANTED = auto()


class AfterNews(Enum):
    """What the gate does with a connection when all is said."""

    KEEP = auto()
    CLOSE = auto()


@dataclass(frozen=True, slots=True)
class Notifying:
    """How a gate notifies. `keep_alive_s` 0: no keep-alive notifications.

    `echoed_share`: after this share of acknowledges the same notification comes once more, although the acknowledge
    was answered.
    """

    acknowledge: Acknowledge = Acknowledge.WANTED
    after_news: AfterNews = AfterNews.KEEP
    keep_alive_s: float = 10.0
    echoed_share: float = 0.0


class FeigGate:
    """One gate. Times in seconds of any monotonic clock; its own clock has no zone."""

    def __init__(
        self, clock: DeviceClock, notifying: Notifying | None = None, *, told: Told = USUALLY_TOLD, seed: int = 0
    ) -> None:
        """Without `notifying` it waits to be read. `told`: what its records hold."""
        self._clock = clock
        self._notifying = notifying
        self._table = RecordTable(TABLE_SIZE, told)
        self._counters = [0] * COUNTERS
        self._counted = False
        self._requests = RequestReader()
        self._request: Request | None = None
        self._work: Work[Answer] = Work()
        self._connected = False
        self._notify_s = float("-inf")
        """When the next notification may go, if there is something to tell."""
        self._unacknowledged: Answer | None = None
        self._echo: Answer | None = None
        self._keep_alive_s: float | None = None
        self._alive_wanted = False
        self._hang_up = False
        self._outgoing = b""
        self._fault = GateFault.NONE
        self._luck = random.Random(seed)

    def set_fault(self, fault: GateFault) -> None:
        """Have this fault from now on, instead of any other."""
        self._fault = fault
        if fault is GateFault.COUNTER_RESET:
            self.reset_people()
        self._table.room = KEPT_WHEN_FULL if fault is GateFault.OVERFLOW else self._table.size

    def carry_through(self, books: Sequence[Book], direction: int, now_s: float) -> None:
        """Count one person by the first aisle's in or out counter; note every tag."""
        counter = 0 if direction == IN else 1
        self._counters[counter] = (self._counters[counter] + 1) % COUNTER_WRAP
        self._counted = True
        for tag in (tag for book in books for tag in book.tags):
            self._table.add(Record.of(tag, self._clock.shows(now_s), direction))
        self.tick(now_s)

    def reset_people(self) -> None:
        """The counters begin again at zero: they can be set in the unit."""
        self._counters = [0] * COUNTERS

    def restart(self, now_s: float) -> None:
        """It loses its power for a moment: the people are forgotten, the records are not."""
        self.reset_people()
        self._requests.reset()
        self._work = Work()
        self._outgoing = b""

    def wants_line(self) -> bool:
        """A gate that notifies calls the host: always, or when it has something to say."""
        if self._notifying is None:
            return False
        return self._notifying.after_news is AfterNews.KEEP or self._has_news

    def connected(self, now_s: float) -> None:
        """A host is there. What it has not acknowledged on its last connection is told again at once."""
        self._requests.reset()
        self._work = Work()
        self._connected = True
        self._hang_up = False
        self._notify_s = now_s
        if self._keep_alive_s is None and self._notifying is not None and self._notifying.keep_alive_s:
            self._keep_alive_s = now_s + self._notifying.keep_alive_s
        self.tick(now_s)

    def disconnected(self, now_s: float) -> None:
        """The host has gone."""
        self._connected = False
        self._hang_up = False
        if self._notifying is not None and self._notifying.after_news is AfterNews.KEEP:
            self._keep_alive_s = None

    def hangs_up(self) -> bool:
        """All is said, and the gate is set to close then."""
        hang_up, self._hang_up = self._hang_up, False
        if hang_up:
            self._connected = False
        return hang_up

    def receive(self, data: bytes, now_s: float) -> None:
        """Take bytes that came at once; while it works on a request, it hears nothing."""
        self.tick(now_s)
        if self._work.busy:
            return
        request = self._requests.take(data, now_s, now_s)
        if request is None or request.address not in (ANY_ADDRESS, OWN_ADDRESS) or self._fault is GateFault.SILENT:
            return
        self._request = request
        self._work.begin(self._answered(request), now_s)

    def tick(self, now_s: float) -> None:
        """Answer what is due, and notify."""
        answer = self._work.advance(now_s)
        if answer is not None and self._request is not None:
            self._requests.reset()
            self._say(self._request.command, answer, advanced=self._request.advanced)
        if self._notifying is not None:
            self._notify(self._notifying, now_s)

    def due_s(self) -> float | None:
        """When the next answer or notification is due."""
        tells = self._notifying is not None and self._connected and (len(self._table) or self._echo is not None)
        notify_s = self._notify_s if tells else None
        times = [self._work.due_s(), self._keep_alive_s, notify_s]
        return min((time_s for time_s in times if time_s is not None), default=None)

    def take_outgoing(self) -> bytes:
        """What it says, once."""
        outgoing, self._outgoing = self._outgoing, b""
        return outgoing

    @property
    def _has_news(self) -> bool:
        return bool(len(self._table) or self._counted or self._alive_wanted or self._echo is not None)

    def _notify(self, notifying: Notifying, now_s: float) -> None:
        if self._keep_alive_s is not None and self._keep_alive_s <= now_s:
            self._keep_alive_s += notifying.keep_alive_s
            self._alive_wanted = True
        if not self._connected:
            return
        if self._alive_wanted:
            self._alive_wanted = False
            self._say(Command.DIAGNOSTIC, Answer(Status.OK))
        if self._counted:
            self._counted = False
            counters = b"".join(count.to_bytes(4, "big") for count in self._counters)
            self._say(Command.GET_COUNTER, Answer(Status.OK, counters + bytes((BUS_ADDRESS,))))
        if self._echo is not None and self._notify_s <= now_s:
            self._notify_s = now_s + ACKNOWLEDGE_S
            self._say(Command.READ_BUFFER, self._echo)
            self._echo = None
        elif len(self._table) and self._notify_s <= now_s:
            self._notify_s = now_s + ACKNOWLEDGE_S
            if self._unacknowledged is None:
                self._unacknowledged = self._sets(MOST_SETS, SPACE)
            self._say(Command.READ_BUFFER, self._unacknowledged)
            if notifying.acknowledge is Acknowledge.NOT_WANTED:
                self._cleared(now_s)
        self._hang_up = notifying.after_news is AfterNews.CLOSE and not self._has_news

    def _cleared(self, now_s: float) -> None:
        """The host has what it was told: the next notification may go."""
        self._table.clear_sent()
        told, self._unacknowledged = self._unacknowledged, None
        self._notify_s = now_s
        if self._notifying is not None and told is not None and self._luck.random() < self._notifying.echoed_share:
            self._echo = told
            self._notify_s = now_s + ECHO_S

    def _answered(self, request: Request) -> Generator[float, None, Answer]:
        yield PROCESSING_S
        try:
            command = Command(request.command)
        except ValueError:
            return Answer(Status.UNKNOWN_COMMAND)
        space = ADVANCED_SPACE if request.advanced else SPACE
        match command, len(request.data):
            case Command.READ_BUFFER, 2:
                return self._sets(int.from_bytes(request.data, "big"), space)
            case Command.TABLE_INFORMATION, 0:
                status = Status.OVERFLOW if self._table.lost else Status.OK
                numbers = (self._table.size, self._table.start, len(self._table))
                return Answer(status, b"".join(number.to_bytes(2, "big") for number in numbers))
            case Command.CLEAR, 0:
                self._cleared(self._work.step_s)
                return Answer(Status.OK)
            case Command.INITIALISE, 0:
                self._table.clear()
                self._cleared(self._work.step_s)
                return Answer(Status.OK)
            case Command.BAUD_RATE_DETECTION, 1:
                return Answer(Status.OK)
            case Command.SOFTWARE_VERSION, 0:
                return Answer(Status.OK, VERSION)
            case Command.READER_INFO, 1:
                return Answer(Status.OK, VERSION + BUFFERS)
            case Command.ISO_HOST, _:
                return Answer(Status.NOT_AVAILABLE)
            case Command.DIAGNOSTIC | Command.GET_COUNTER, _:
                return Answer(Status.UNKNOWN_COMMAND)
            case _:
                return Answer(Status.LENGTH)

    def _sets(self, most: int, space: int) -> Answer:
        """The oldest records, and what is said of those that are missing from them."""
        if most == 0:
            return Answer(Status.PARAMETER_RANGE)
        sets = self._table.first(most, space)
        if self._table.lost:
            self._table.lost = False
            return Answer(Status.OVERFLOW, sets.data)
        if sets.count == 0:
            return Answer(Status.NO_VALID_DATA)
        return Answer(Status.MORE_DATA if sets.more else Status.OK, sets.data)

    def _say(self, command: int, answer: Answer, *, advanced: bool = False) -> None:
        frame = answer_frame(OWN_ADDRESS, command, answer.content, advanced=advanced)
        if self._fault is not GateFault.SILENT:
            self._outgoing += frame
