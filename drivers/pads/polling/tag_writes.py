"""The writes that a pad is ordered to do, as jobs: an AFI and perhaps the EAS bit, or blocks of memory."""

from __future__ import annotations

from typing import Generic

from drivers.pads.polling.dialect import Change, Dialect
from drivers.pads.polling.errand import Answer, Request
from drivers.pads.polling.settings import PollingSettings
from drivers.pads.polling.writing import WriteAndLook
from drivers.pads.programming import DataNotWritten, DataWritten, WriteData
from drivers.pads.protocol import WriteAfi, WriteDone, WriteFailed, WriteFailure


class AfiWrite(Generic[Request, Answer]):
    """One `WriteAfi`: the AFI is written and read back, then the EAS bit where one is ordered. Ends with `result`."""

    def __init__(
        self,
        command: WriteAfi,
        afi: Change[Request, Answer, int],
        eas: Change[Request, Answer, bool] | None,
        settings: PollingSettings,
        ready_s: float,
    ) -> None:
        self.uid = command.uid
        self.result: WriteDone | WriteFailed | None = None
        self._command = command
        self._settings = settings
        self._eas_change = eas
        self._afi = WriteAndLook(afi, settings, ready_s)
        self._eas: WriteAndLook[Request, Answer, bool] | None = None
        """The AFI was read back as written; now it is the bit's turn."""

    @property
    def ready_s(self) -> float:
        return self._part.ready_s

    @property
    def holds(self) -> bool:
        return self._part.holds

    @property
    def _part(self) -> WriteAndLook[Request, Answer, int] | WriteAndLook[Request, Answer, bool]:
        return self._afi if self._eas is None else self._eas

    def request(self, now_s: float) -> Request:
        return self._part.request(now_s)

    def heard(self, answer: Answer, now_s: float) -> None:
        self._part.heard(answer, now_s)
        self._conclude(now_s)

    def unheard(self, now_s: float) -> None:
        self._part.unheard(now_s)
        self._conclude(now_s)

    def give_up(self) -> None:
        """The reader went away."""
        self._part.give_up()
        if self.result is None:
            self.result = self._failed(WriteFailure.READER)

    def _conclude(self, now_s: float) -> None:
        end = self._part.end
        if end is None:
            return
        if end.why is not None:
            self.result = self._failed(end.why)
        elif self._eas is None and self._eas_change is not None:
            self._eas = WriteAndLook(self._eas_change, self._settings, now_s)
        else:
            self.result = WriteDone(self.uid, self._command.afi, self._command.eas)

    def _failed(self, why: WriteFailure) -> WriteFailed:
        """An AFI that was read back as written stays known, whatever becomes of the bit."""
        return WriteFailed(self.uid, why, None if self._afi.end is None else self._afi.end.held)


class DataWrite(Generic[Request, Answer]):
    """One `WriteData`: as much as one write carries, read back, then the next. Ends with `result`."""

    def __init__(
        self, command: WriteData, dialect: Dialect[Request, Answer], settings: PollingSettings, ready_s: float
    ) -> None:
        """`dialect.blocks_at_once` of the command's block size is not 0."""
        self.uid = command.uid
        self.result: DataWritten | DataNotWritten | None = None
        self._command = command
        self._dialect = dialect
        self._settings = settings
        self._step_bytes = dialect.blocks_at_once(command.block_size) * command.block_size
        self._done_bytes = 0
        self._write = self._next_write(ready_s)

    @property
    def ready_s(self) -> float:
        return self._write.ready_s

    @property
    def holds(self) -> bool:
        return self._write.holds

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

    def _next_write(self, ready_s: float) -> WriteAndLook[Request, Answer, bytes]:
        size = self._command.block_size
        wanted = self._command.data[self._done_bytes : self._done_bytes + self._step_bytes]
        first = self._command.first_block + self._done_bytes // size
        return WriteAndLook(self._dialect.memory(self.uid, first, wanted, size), self._settings, ready_s)

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
