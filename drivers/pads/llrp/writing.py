"""Secures or opens one tag: look, write one word, look in the same breath; done is only what was read back.

The look before the write gives the bits of the word that stay as they are. After silence, or a write whose look is
missing, it was perhaps written: only a look that shows another value allows the next write.
"""

from __future__ import annotations

from drivers.llrp import access
from drivers.llrp.access import Target, target_of
from drivers.llrp.codes import Bank, WriteResult
from drivers.llrp.notices import Status
from drivers.llrp.reports import OperationResult
from drivers.pads.llrp.marks import Marking, WordToWrite, afi_of, marking_of, word_for
from drivers.pads.llrp.presence import Tag
from drivers.pads.llrp.settings import LlrpPadSettings
from drivers.pads.protocol import WriteAfi, WriteDone, WriteFailed, WriteFailure

_LOOK_AGAIN_AFTER_S = 0.05
_WRITE_AGAIN_AFTER_S = 0.2
"""A tag's memory wears out."""
_LOOK_WORDS = 2
"""PC and the UII's first word: whatever mark a tag has stands there."""
_LOOK_BYTES = 2 * _LOOK_WORDS
_REFUSES_FOR_GOOD = frozenset({WriteResult.MEMORY_OVERRUN, WriteResult.LOCKED})


class AfiWrite:
    """One `WriteAfi`. Ends with `result`."""

    def __init__(self, command: WriteAfi, tag: Tag, settings: LlrpPadSettings, ready_s: float) -> None:
        self.uid = command.uid
        self.ready_s = ready_s
        self.result: WriteDone | WriteFailed | None = None
        self.target: Target = target_of(tag.uii, skipped_bits=1 if tag.marking is Marking.BIT else 0)
        """The tag, whether its security bit is set or not."""
        self._afi = command.afi
        self._uii = tag.uii
        self._settings = settings
        self._word: WordToWrite | None = None
        """What the next exchange writes; None where it only looks."""
        self._refused_for_good = False
        self._begun_s: float | None = None
        self._answered_s = ready_s

    def operations(self, first_id: int, now_s: float) -> tuple[bytes, ...]:
        """What the reader is to do with the tag now; two numbers are used at most."""
        if self._begun_s is None:
            self._begun_s = self._answered_s = now_s
        if self._word is None:
            return (access.read(first_id, Bank.UII, access.PC_WORD, _LOOK_WORDS),)
        return (
            access.write(first_id, Bank.UII, self._word.word, self._word.value),
            access.read(first_id + 1, Bank.UII, access.PC_WORD, _LOOK_WORDS),
        )

    def done(self, results: tuple[OperationResult, ...], now_s: float) -> None:
        """The exchange is over; results that are missing are unknown."""
        wrote = self._word is not None
        self._word = None
        if wrote and results:
            self._refused_for_good = results[0].result in _REFUSES_FOR_GOOD
        looked = next((each.data for each in results if each.succeeded and each.data), b"")
        if len(looked) != _LOOK_BYTES:
            self._not_seen(now_s)
            return
        self._answered_s = now_s
        self._judge(int.from_bytes(looked[:2]), looked[2:] + self._uii[2:], now_s)
        if wrote:
            self.ready_s = now_s + _WRITE_AGAIN_AFTER_S

    def refused(self, status: Status) -> None:
        """The reader does not do such things."""
        self._end(WriteFailure.READER, None)

    def give_up(self) -> None:
        """The reader went away."""
        self._end(WriteFailure.READER, None)

    def _judge(self, pc: int, uii: bytes, now_s: float) -> None:
        marking = marking_of(pc, uii)
        held = afi_of(pc, uii, marking, self._settings)
        word = word_for(self._afi, pc, uii, marking, self._settings)
        if held == self._afi:
            self.result = WriteDone(self.uid, self._afi)
        elif word is None or self._refused_for_good:
            self._end(WriteFailure.LOCKED, held)
        elif self._is_older_than(self._settings.write_s, now_s):
            self._end(WriteFailure.NOT_TAKEN, held)
        else:
            self._word = word

    def _not_seen(self, now_s: float) -> None:
        self.ready_s = now_s + _LOOK_AGAIN_AFTER_S
        away = now_s - self._answered_s >= self._settings.away_s
        if away or self._is_older_than(self._settings.write_s, now_s):
            self._end(WriteFailure.TAG_AWAY, None)

    def _end(self, why: WriteFailure, held: int | None) -> None:
        if self.result is None:
            self.result = WriteFailed(self.uid, why, held)

    def _is_older_than(self, limit_s: float, now_s: float) -> bool:
        return self._begun_s is not None and now_s - self._begun_s >= limit_s
