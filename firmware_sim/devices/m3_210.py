"""A 3M / Bibliotheca 210 reader with what lies on its pad; it answers the older 810's probe, too.

Source: 3M RFID Reader Model 210, Protocol Specification 1.0.0; probe and start-up as captured by github
dpavlin/Biblio-RFID, `lib/Biblio/RFID/Reader/3M810.pm`.
"""

from __future__ import annotations

from collections.abc import Generator
from functools import partial

from firmware_sim.devices.m3_210_answers import WRITING, Answer, Command, Error, Exchange
from firmware_sim.devices.m3_210_frames import PROBE_START, Request, RequestReader, answer_frame
from firmware_sim.devices.m3_210_tags import Moods, TagCommands
from firmware_sim.devices.radio import Field, Radio
from firmware_sim.devices.work import Work
from firmware_sim.faults.pad_trouble import PadTrouble

MAKER = 0x0A
FIRMWARE = bytes((5, 0, 2))
"""Major, minor and build of the reader that the probe was captured from."""
PROBE = bytes.fromhex("040011")
START_UP = bytes.fromhex("040100020003000400")
STARTED_UP = bytes.fromhex("0201010302020300")
"""Captured after `START_UP`; what both mean is not documented."""
PROCESSING_S = 0.001


class M3Reader:
    """One reader on a serial line. Times in seconds of any monotonic clock."""

    def __init__(
        self, field: Field, *, byte_s: float, moods: Moods | None = None, firmware: bytes = FIRMWARE, seed: int = 0
    ) -> None:
        """`byte_s`: what a byte takes on the wire; `moods`: the usual ones where none are given."""
        self._radio = Radio(field)
        self._tags = TagCommands(self._radio, moods or Moods(), seed)
        self._byte_s = byte_s
        self._version = bytes((MAKER,)) + firmware
        self._requests = RequestReader()
        self._listens_from_s = float("-inf")
        self._request: Request | None = None
        self._work: Work[bytes] = Work()
        self._outgoing = b""
        self.trouble = PadTrouble(seed)

    def restart(self, now_s: float) -> None:
        """It loses its power for a moment: what it was doing is forgotten, and by the tags, too."""
        self._requests.reset()
        self._work = Work()
        self._outgoing = b""
        self._radio.lose_power()

    def connected(self, now_s: float) -> None:
        """A host has opened the line: a reader does not notice, but a frame cut off in the middle is over."""
        self._requests.reset()

    def receive(self, data: bytes, now_s: float) -> None:
        """Take bytes whose last one ended at `now_s`. While it works and answers, the reader hears nothing (1.1)."""
        self.tick(now_s)
        began_s = now_s - len(data) * self._byte_s
        if self._work.busy or began_s < self._listens_from_s:
            return
        request = self._requests.take(data, began_s, now_s)
        if request is None or self.trouble.silent:
            return
        self._request = request
        self._work.begin(self._done(request), now_s)
        self.tick(now_s)

    def tick(self, now_s: float) -> None:
        """Do the steps whose time has come."""
        body = self._work.advance(now_s)
        if body is not None:
            self._answer(body)

    def due_s(self) -> float | None:
        """When the next step is due."""
        return self._work.due_s()

    def take_outgoing(self) -> bytes:
        """The answer, once."""
        outgoing, self._outgoing = self._outgoing, b""
        return outgoing

    def _done(self, request: Request) -> Generator[float, None, bytes]:
        """The answer's body; empty where there is none."""
        if request.start == PROBE_START:
            yield PROCESSING_S
            asked = bytes((request.command,)) + request.data
            return asked + self._version if asked == PROBE else b""
        answer = yield from self._carried_out(request)
        return bytes((request.command,)) + answer.content

    def _carried_out(self, request: Request) -> Exchange:
        try:
            command = Command(request.command)
        except ValueError:
            yield PROCESSING_S
            return Answer(Error.NOT_IMPLEMENTED)
        match command:
            case Command.VERSION:
                yield PROCESSING_S
                return Answer(Error.PARAMETER) if request.data else Answer(Error.NONE, self._version)
            case Command.START_UP:
                yield PROCESSING_S
                return Answer(Error.NONE, STARTED_UP) if request.data == START_UP else Answer(Error.PARAMETER)
            case _:
                return (yield from self._tags.exchange(command, request.data))

    def _answer(self, body: bytes) -> None:
        request = self._request
        assert request is not None
        self._requests.reset()
        framed = partial(answer_frame, request.start)
        wrote = request.command in WRITING
        frame = self.trouble.answer(body, framed, wrote=wrote, uids=self._radio.uids()) if body else b""
        self._outgoing += frame
        self._listens_from_s = self._work.step_s + len(frame) * self._byte_s
