"""Writes blocks of one tag. Source: 3M RFID Reader Model 210 Protocol Specification 1.0.0, 7.6 and chapter 7."""

from __future__ import annotations

from drivers.pads.m3_210 import requests
from drivers.pads.m3_210.codes import BLOCK_BYTES, Error
from drivers.pads.m3_210.frames import Answer
from drivers.pads.m3_210.learned import Learned
from drivers.pads.m3_210.requests import Request
from drivers.pads.polling.dialect import WriteReply

NEVER = frozenset({Error.NOT_THERE, Error.LOCKED, Error.TAG_NOT_SUPPORTED, Error.NOT_FOR_THIS_TAG})
"""Refusals that no second try changes."""


def write_reply(answer: Answer) -> WriteReply:
    """06 and 16 mean "perhaps written", and so does 00 until it was looked at."""
    return WriteReply.NEVER if answer.error in NEVER else WriteReply.PERHAPS


class BlocksWrite:
    """Several blocks with one request (04) where the reader knows it, one after the other (05) where it does not."""

    holds = False

    def __init__(self, uid: str, first: int, data: bytes, learned: Learned) -> None:
        self._uid = uid
        self._first = first
        self._data = data
        self._learned = learned
        self._done = 0
        """Blocks that the reader took one by one."""

    def request(self) -> Request:
        """All of them, or the next one."""
        if self._all_at_once():
            return requests.write_blocks(self._uid, self._first, self._data)
        start = self._done * BLOCK_BYTES
        return requests.write_block(self._uid, self._first + self._done, self._data[start : start + BLOCK_BYTES])

    def heard(self, answer: Answer) -> WriteReply | None:
        """What the reader says of it; a look must follow."""
        if self._all_at_once():
            if answer.error != Error.NOT_IMPLEMENTED:
                return write_reply(answer)
            self._learned.writes_many = False
            return None
        self._done += 1
        is_last = self._done * BLOCK_BYTES >= len(self._data)
        return write_reply(answer) if is_last or answer.error != Error.NONE else None

    def _all_at_once(self) -> bool:
        return self._learned.writes_many and len(self._data) > BLOCK_BYTES
