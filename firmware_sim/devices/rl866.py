"""An RL866 or M201 reader with what lies on its pad.

Source: github Hypernova-Oy/lainuri, `programs/lainuri-serve/lainuri/RL866/`, and the frames captured in its tests.
"""

from __future__ import annotations

from collections.abc import Generator
from functools import partial

from firmware_sim.devices.radio import Field, Radio
from firmware_sim.devices.rl866_access import WRITING, operations_of
from firmware_sim.devices.rl866_frames import (
    CHAINED,
    RESYNC,
    RESYNC_ANSWER,
    SEQUENCE_BIT,
    Request,
    RequestReader,
    answer_frame,
)
from firmware_sim.devices.rl866_status import Answer, Command, Exchange, Refused, Status
from firmware_sim.devices.rl866_tags import PROCESSING_S, TagCommands
from firmware_sim.devices.work import Work
from firmware_sim.faults.pad_trouble import PadTrouble

ANY_ADDRESS = 0xFF
OWN_ADDRESS = 0x01
ROM_BIT = 0x80
"""Which memory to read: both hold the same here."""
CONFIGURATION = (
    bytes.fromhex("0102020003016400000000000000"),
    bytes.fromhex("000900FF00100713010E08090B00"),
    bytes.fromhex("000000E803000000004383000000"),
    bytes.fromhex("0000000000000000000000000000"),
    bytes.fromhex("0000000000000000000000000000"),
    bytes.fromhex("0100030000010000000100010000"),
    bytes.fromhex("0000000006000000000000000000"),
)
"""Blocks 1 to 7, as captured; who asks for fifteen gets these."""
RECORDS_AN_ANSWER = 8
"""So that a stack of ten comes in two pieces; 18 would fit into a frame."""

Said = tuple[int, bytes]
"""PCB and INF of an answer."""


class Rl866Reader:
    """One reader on a serial line. Times in seconds of any monotonic clock."""

    def __init__(
        self, field: Field, *, byte_s: float, records_an_answer: int = RECORDS_AN_ANSWER, seed: int = 0
    ) -> None:
        """`byte_s`: what a byte takes on the wire."""
        self._radio = Radio(field)
        self._records_an_answer = records_an_answer
        self._tags = TagCommands(self._radio, records_an_answer)
        self._byte_s = byte_s
        self._requests = RequestReader()
        self._listens_from_s = float("-inf")
        self._sequence = 0
        """What the next request must have."""
        self._request: Request | None = None
        self._work: Work[Said] = Work()
        self._outgoing = b""
        self.trouble = PadTrouble(seed)

    def restart(self, now_s: float) -> None:
        """It loses its power for a moment: handles, sequence and what it was doing are forgotten."""
        self._requests.reset()
        self._sequence = 0
        self._work = Work()
        self._outgoing = b""
        self._tags = TagCommands(self._radio, self._records_an_answer)
        self._radio.lose_power()

    def connected(self, now_s: float) -> None:
        """A host has opened the line: a reader does not notice, but a frame cut off in the middle is over."""
        self._requests.reset()

    def receive(self, data: bytes, now_s: float) -> None:
        """Take bytes whose last one ended at `now_s`. While it works and answers, the reader hears nothing."""
        self.tick(now_s)
        began_s = now_s - len(data) * self._byte_s
        if self._work.busy or began_s < self._listens_from_s:
            return
        request = self._requests.take(data, began_s, now_s)
        if request is None or request.address not in (ANY_ADDRESS, OWN_ADDRESS) or self.trouble.silent:
            return
        if request.is_i_block or (request.pcb == RESYNC and request.intact):
            self._request = request
            self._work.begin(self._begun(request), now_s)
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

    def _begun(self, request: Request) -> Generator[float, None, Said]:
        if request.pcb == RESYNC:
            yield PROCESSING_S
            self._sequence = 0
            self._tags.forget_inventory()
            return RESYNC_ANSWER, b""
        answer = yield from self._done(request)
        return request.sequence, request.inf[:1] + answer.content

    def _done(self, request: Request) -> Exchange:
        wrong = self._wrong_with(request)
        if wrong is not None:
            yield PROCESSING_S
            return Answer(wrong)
        self._sequence ^= SEQUENCE_BIT
        data = request.inf[1:]
        try:
            command = Command(request.inf[0])
        except ValueError:
            yield PROCESSING_S
            return Answer(Status.COMMAND)
        if command is Command.READ_CONFIGURATION:
            yield PROCESSING_S
            return _configuration(data)
        return (yield from self._tags.exchange(command, data))

    def _wrong_with(self, request: Request) -> Status | None:
        """What keeps the reader from looking at the command at all."""
        if not request.intact:
            return Status.CHECKSUM
        if request.pcb & CHAINED:
            return Status.BLOCK_TYPE
        if request.sequence != self._sequence:
            return Status.SEQUENCE
        return None if request.inf else Status.LENGTH

    def _answer(self, said: Said) -> None:
        pcb, inf = said
        request = self._request
        assert request is not None
        self._requests.reset()
        framed = partial(answer_frame, OWN_ADDRESS, pcb)
        uids = [uid[::-1] for uid in self._radio.uids()]
        frame = self.trouble.answer(inf, framed, wrote=_writes(request), uids=uids)
        self._outgoing += frame
        self._listens_from_s = self._work.step_s + len(frame) * self._byte_s


def _writes(request: Request) -> bool:
    if not request.is_i_block or request.inf[:1] != bytes((Command.TAG_ACCESS,)):
        return False
    try:
        operations = operations_of(request.inf[2:])
    except Refused:
        return False
    return any(operation.code in WRITING for operation in operations)


def _configuration(data: bytes) -> Answer:
    """How many blocks there are of those that were asked for, and the blocks."""
    if len(data) != 2:
        return Answer(Status.LENGTH)
    first = data[0] & ~ROM_BIT
    blocks = CONFIGURATION[first - 1 : first - 1 + data[1]] if first else ()
    if not blocks:
        return Answer(Status.CONFIGURATION_BLOCK)
    return Answer(Status.OK, bytes((len(blocks),)) + b"".join(blocks))
