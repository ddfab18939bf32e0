"""A FEIG OBID reader of the CPR family with what lies on its pad.

Source: FEIG OBID H20800-16e-ID-B: frames 3.1, configuration 4 and 5, control commands 6, host commands 7.
"""

from __future__ import annotations

from enum import IntEnum
from functools import partial

from firmware_sim.devices.feig_frames import Request, RequestReader, answer_frame
from firmware_sim.devices.feig_iso import WRITING, IsoHost
from firmware_sim.devices.feig_status import Answer, Exchange, Status
from firmware_sim.devices.radio import Field
from firmware_sim.devices.work import Work
from firmware_sim.faults.pad_trouble import PadTrouble
from firmware_sim.quirks import USUAL, Quirks

ANY_ADDRESS = 255
OWN_ADDRESS = 0
PSST_S = 0.005
"""A request that begins sooner after the end of an answer on a serial line is not heard (3.1)."""
VERSION = bytes.fromhex("010700D0500018")
"""SW-REV 1.7, D-REV 0, HW-TYPE D0, SW-TYPE 80 = CPR.M02, TR-TYPE: ISO 15693 and ISO 14443 A (6.4, annex B)."""
BUFFERS = bytes.fromhex("01000100")
"""RX-BUF and TX-BUF: 256 bytes each (6.5)."""
PROCESSING_S = 0.001
RF_RESET_S = 0.010
CPU_RESET_S = 0.1

CONFIGURATION_LENGTH = 14
LAST_CONFIGURATION_BLOCK = 15
CONFIGURATION_MEMORY_BIT = 0x80
"""Which memory to read, RAM or EEPROM: both hold the same here (6.8)."""
ANTICOLLISION_BLOCK = 5
ONT_BYTE = 11
ACOLL_ON_ONT_OFF = 0x04
"""Anticollision on; ONT off: a tag is reported by every inventory, not only by its first (4.6)."""


class Command(IntEnum):
    """Commands that this reader knows (6, 7)."""

    BAUD_RATE_DETECTION = 0x52
    CPU_RESET = 0x63
    SOFTWARE_VERSION = 0x65
    READER_INFO = 0x66
    RF_RESET = 0x69
    RF_OUTPUT = 0x6A
    SET_OUTPUT = 0x71
    READ_CONFIGURATION = 0x80
    ISO_HOST = 0xB0


class FeigReader:
    """One reader on a serial line or a socket. Times in seconds of any monotonic clock."""

    def __init__(
        self, field: Field, *, byte_s: float, turnaround_s: float, seed: int = 0, quirks: Quirks = USUAL
    ) -> None:
        """`byte_s`: what a byte takes on the wire; `turnaround_s`: `PSST_S` on a serial line, 0 on a socket."""
        self._radio = IsoHost(field, quirks)
        self._byte_s = byte_s
        self._turnaround_s = turnaround_s
        self._requests = RequestReader()
        self._listens_from_s = float("-inf")
        self._request: Request | None = None
        self._work: Work[Answer] = Work()
        self._outgoing = b""
        self.trouble = PadTrouble(seed)

    def restart(self, now_s: float) -> None:
        """It loses its power for a moment: what it was doing is forgotten, and by the tags, too."""
        self._requests.reset()
        self._work = Work()
        self._outgoing = b""
        self._radio.switch_rf(on=True)

    def connected(self, now_s: float) -> None:
        """A host has opened the line: a reader does not notice, but a frame cut off in the middle is over."""
        self._requests.reset()

    def receive(self, data: bytes, now_s: float) -> None:
        """Take bytes whose last one ended at `now_s`."""
        self.tick(now_s)
        if self._work.busy:
            return
        began_s = now_s - len(data) * self._byte_s
        if self._requests.between_frames and began_s < self._listens_from_s:
            self._requests.miss(now_s)
            return
        request = self._requests.take(data, began_s, now_s)
        if request is None or request.address not in (ANY_ADDRESS, OWN_ADDRESS) or self.trouble.silent:
            return
        self._request = request
        self._work.begin(self._done(request), now_s)
        self.tick(now_s)

    def tick(self, now_s: float) -> None:
        """Do the steps whose time has come."""
        answer = self._work.advance(now_s)
        if answer is not None:
            self._answer(answer)

    def due_s(self) -> float | None:
        """When the next step is due."""
        return self._work.due_s()

    def take_outgoing(self) -> bytes:
        """The answer, once."""
        outgoing, self._outgoing = self._outgoing, b""
        return outgoing

    def _done(self, request: Request) -> Exchange:
        data = request.data
        try:
            command = Command(request.command)
        except ValueError:
            yield PROCESSING_S
            return Answer(Status.UNKNOWN_COMMAND)
        if command is Command.ISO_HOST:
            return (yield from self._radio.exchange(data))
        yield RF_RESET_S if command is Command.RF_RESET else PROCESSING_S
        match command, len(data):
            case Command.BAUD_RATE_DETECTION, 1:
                return Answer(Status.OK)
            case Command.SOFTWARE_VERSION, 0:
                return Answer(Status.OK, VERSION)
            case Command.READER_INFO, 1:
                return Answer(Status.OK, VERSION + BUFFERS)
            case Command.RF_RESET | Command.CPU_RESET, 0:
                self._radio.switch_rf(on=True)
                return Answer(Status.OK)
            case Command.RF_OUTPUT, 1:
                self._radio.switch_rf(on=data[0] != 0)
                return Answer(Status.OK)
            case Command.READ_CONFIGURATION, 1:
                return _configuration(data[0] & ~CONFIGURATION_MEMORY_BIT)
            case Command.SET_OUTPUT, _:
                return Answer(Status.OK)
            case _:
                return Answer(Status.LENGTH)

    def _answer(self, answer: Answer) -> None:
        request = self._request
        assert request is not None
        self._requests.reset()
        wrote = request.command == Command.ISO_HOST and bool(request.data[:1]) and request.data[0] in WRITING
        framed = partial(answer_frame, OWN_ADDRESS, request.command, advanced=request.advanced)
        frame = self.trouble.answer(answer.content, framed, wrote=wrote, uids=self._radio.uids())
        self._outgoing += frame
        self._listens_from_s = self._work.step_s + len(frame) * self._byte_s + self._turnaround_s
        if request.command == Command.CPU_RESET:
            self._listens_from_s += CPU_RESET_S


def _configuration(block: int) -> Answer:
    """One block of the reader's configuration (6.8, 4)."""
    if block > LAST_CONFIGURATION_BLOCK:
        return Answer(Status.PARAMETER_RANGE)
    content = bytearray(CONFIGURATION_LENGTH)
    if block == ANTICOLLISION_BLOCK:
        content[ONT_BYTE] = ACOLL_ON_ONT_OFF
    return Answer(Status.OK, bytes(content))
