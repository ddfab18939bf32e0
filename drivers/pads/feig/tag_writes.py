"""The writes that a pad is ordered to do, as jobs: an AFI, or blocks of memory."""

from __future__ import annotations

from drivers.pads.feig import requests
from drivers.pads.feig.answers import read_block_data, read_system_information
from drivers.pads.feig.frames import Answer
from drivers.pads.feig.requests import Request
from drivers.pads.feig.settings import FeigSettings
from drivers.pads.feig.writing import WriteAndLook, WriteEnd
from drivers.pads.programming import DataNotWritten, DataWritten, WriteData
from drivers.pads.protocol import WriteAfi, WriteDone, WriteFailed, WriteFailure


def _afi_held(answer: Answer) -> int | None:
    information = read_system_information(answer.data)
    return None if information is None else information.afi


class AfiWrite:
    """One `WriteAfi`. The AFI is read back by system information; ends with `result`."""

    def __init__(self, command: WriteAfi, settings: FeigSettings, ready_s: float) -> None:
        self.uid = command.uid
        self.result: WriteDone | WriteFailed | None = None
        self._command = command
        self._write = WriteAndLook(
            command.afi,
            requests.write_afi(command.uid, command.afi),
            requests.system_information(command.uid),
            _afi_held,
            settings,
            ready_s,
        )

    @property
    def ready_s(self) -> float:
        return self._write.ready_s

    def request(self, now_s: float) -> Request:
        return self._write.request(now_s)

    def heard(self, answer: Answer, now_s: float) -> None:
        self._write.heard(answer, now_s)
        self._conclude(self._write.end)

    def unheard(self, now_s: float) -> None:
        self._write.unheard(now_s)
        self._conclude(self._write.end)

    def give_up(self) -> None:
        """The reader went away."""
        self._write.give_up()
        self._conclude(self._write.end)

    def _conclude(self, end: WriteEnd[int] | None) -> None:
        if end is None:
            return
        if end.why is None:
            self.result = WriteDone(self.uid, self._command.afi)
        else:
            self.result = WriteFailed(self.uid, end.why, end.held)


class DataWrite:
    """One `WriteData`: up to 128 bytes written, read back, then the next. Ends with `result`."""

    def __init__(self, command: WriteData, settings: FeigSettings, longest_answer: int, ready_s: float) -> None:
        self.uid = command.uid
        self.result: DataWritten | DataNotWritten | None = None
        self._command = command
        self._settings = settings
        self._step_bytes = requests.blocks_at_once(command.block_size, longest_answer) * command.block_size
        self._done_bytes = 0
        self._write = self._next_write(ready_s)

    @property
    def ready_s(self) -> float:
        return self._write.ready_s

    def request(self, now_s: float) -> Request:
        return self._write.request(now_s)

    def heard(self, answer: Answer, now_s: float) -> None:
        self._write.heard(answer, now_s)
        self._conclude(now_s)

    def unheard(self, now_s: float) -> None:
        self._write.unheard(now_s)
        self._conclude(now_s)

    def give_up(self) -> None:
        """The reader went away."""
        self._write.give_up()
        self._fail(WriteFailure.READER)

    def _next_write(self, ready_s: float) -> WriteAndLook[bytes]:
        size = self._command.block_size
        wanted = self._command.data[self._done_bytes : self._done_bytes + self._step_bytes]
        step = -1 if self._settings.reversed_blocks else 1
        on_wire = tuple(wanted[start : start + size][::step] for start in range(0, len(wanted), size))
        first = self._command.first_block + self._done_bytes // size
        return WriteAndLook(
            wanted,
            requests.write_blocks(self.uid, first, on_wire),
            requests.read_blocks(self.uid, first, len(on_wire), size),
            self._held,
            self._settings,
            ready_s,
        )

    def _held(self, answer: Answer) -> bytes | None:
        read = read_block_data(answer.data, reversed_blocks=self._settings.reversed_blocks)
        return None if read is None else b"".join(read.blocks)

    def _conclude(self, now_s: float) -> None:
        end = self._write.end
        if end is None:
            return
        if end.why is not None:
            self._fail(end.why)
            return
        self._done_bytes += self._step_bytes
        if self._done_bytes < len(self._command.data):
            self._write = self._next_write(now_s)
        else:
            self.result = DataWritten(self.uid, self._command.first_block, self._command.data)

    def _fail(self, why: WriteFailure) -> None:
        if self.result is None:
            self.result = DataNotWritten(self.uid, self._command.first_block, why, self._done_bytes)
