"""Reads the memory of one tag: its system information, then its blocks in as few requests as the frames allow."""

from __future__ import annotations

from drivers.pads.feig import requests
from drivers.pads.feig.answers import SystemInformation, read_block_data, read_system_information
from drivers.pads.feig.codes import Status, status_name
from drivers.pads.feig.frames import Answer
from drivers.pads.feig.requests import Request
from drivers.pads.feig.settings import FeigSettings
from drivers.pads.protocol import TagRead, TagUnreadable

_TRIES = 5
"""Failures in a row, of one tag."""
_AGAIN_AFTER_S = 0.05
_USUAL_BLOCK_SIZE = 4
_FEWER_BLOCKS = frozenset({Status.ISO_15693_ERROR, Status.PARAMETER_RANGE, Status.LENGTH, Status.BUFFER_OVERFLOW})
"""Refusals that may be gone when fewer blocks are asked for: the tag has fewer, or the reader gives fewer."""


class TagReading:
    """Ends with `result`; `asked` when somebody waits for it besides the pad itself."""

    def __init__(
        self, uid: str, dsfid: int | None, settings: FeigSettings, longest_answer: int, ready_s: float
    ) -> None:
        self.uid = uid
        self.ready_s = ready_s
        self.asked = False
        self.result: TagRead | TagUnreadable | None = None
        self._dsfid = dsfid
        self._settings = settings
        self._longest_answer = longest_answer
        self._information: SystemInformation | None = None
        self._knows_information = False
        self._block_size = _USUAL_BLOCK_SIZE
        self._wanted = settings.most_bytes // _USUAL_BLOCK_SIZE
        """Blocks in all."""
        self._at_once = requests.blocks_at_once(self._block_size, self._longest_answer)
        self._blocks: list[bytes] = []
        self._failures = 0

    def request(self, now_s: float) -> Request:
        if not self._knows_information:
            return requests.system_information(self.uid)
        return requests.read_blocks(self.uid, len(self._blocks), self._next_count(), self._block_size)

    def heard(self, answer: Answer, now_s: float) -> None:
        if not self._knows_information:
            self._heard_information(answer, now_s)
        else:
            self._heard_blocks(answer, now_s)

    def unheard(self, now_s: float) -> None:
        """Ask again, a number of times."""
        self._failed("no good answer from the reader", now_s)

    def _heard_information(self, answer: Answer, now_s: float) -> None:
        information = read_system_information(answer.data) if answer.status == Status.OK else None
        if information is not None:
            self._information = information
            self._size_is(information.block_size, information.blocks * information.block_size)
        elif answer.status != Status.ISO_15693_ERROR:
            self._failed(f"system information: {status_name(answer.status)}", now_s)
            return
        # A tag that does not know the command is still read; its AFI stays unknown.
        self._knows_information = True
        self._failures = 0
        self._end_when_read()

    def _heard_blocks(self, answer: Answer, now_s: float) -> None:
        count = self._next_count()
        data = None
        if answer.status == Status.OK:
            data = read_block_data(answer.data, reversed_blocks=self._settings.reversed_blocks)
        if data is not None:
            if data.block_size != self._block_size:
                self._size_is(data.block_size, self._wanted * self._block_size)
            self._blocks += data.blocks
            self._failures = 0
            self._end_when_read()
        elif answer.status in _FEWER_BLOCKS and count > 1:
            self._at_once = count // 2
        elif answer.status in _FEWER_BLOCKS and self._blocks:
            self._end()
        else:
            self._failed(f"block {len(self._blocks)}: {status_name(answer.status)}", now_s)

    def _size_is(self, block_size: int, memory_bytes: int) -> None:
        self._block_size = block_size
        self._wanted = min(memory_bytes, self._settings.most_bytes) // block_size
        self._at_once = requests.blocks_at_once(self._block_size, self._longest_answer)

    def _next_count(self) -> int:
        return max(1, min(self._at_once, self._wanted - len(self._blocks)))

    def _failed(self, detail: str, now_s: float) -> None:
        self._failures += 1
        self.ready_s = now_s + _AGAIN_AFTER_S
        if self._failures >= _TRIES:
            self.result = TagUnreadable(self.uid, detail)

    def _end_when_read(self) -> None:
        if len(self._blocks) >= self._wanted:
            self._end()

    def _end(self) -> None:
        known = self._information
        data = b"".join(self._blocks)
        self.result = (
            TagRead(self.uid, None, self._dsfid, self._block_size, data)
            if known is None
            else TagRead(self.uid, known.afi, known.dsfid, self._block_size, data)
        )
