"""The wire to one reader: one request at a time, pauses, time-outs, and which answer belongs to which request."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.pads.feig import frames
from drivers.pads.feig.codes import ANY_READER
from drivers.pads.feig.requests import Request
from drivers.pads.feig.settings import FeigSettings

PAUSE_S = 0.005
"""PSST: least time between the end of an answer and the next request (FEIG H20800-16e-ID-B, 3.1)."""
SILENCE_S = 0.03
"""Silence that ends a frame: 12 ms within a frame (3.1), and 16 ms in which a USB adapter may hold bytes back."""
QUIET_S = 0.05
"""After a time-out, and after the line was opened, it is left alone this long, and longer while bytes still come."""
PATIENCE_WITH_NOISE_S = 0.5
"""A line that is never silent holds a request or a time-out up no longer than this."""


@dataclass(frozen=True, slots=True)
class Heard:
    """The answer to the request under way."""

    answer: frames.Answer
    noisy: bool
    """Bytes that belong to no frame came with it."""


@dataclass(frozen=True, slots=True)
class Unheard:
    """No good answer came in time."""

    noisy: bool
    """Bytes came, but no frame that answers."""


@dataclass(slots=True)
class _UnderWay:
    request: Request
    deadline_s: float


class Link:
    """Times in seconds of the caller's clock."""

    def __init__(self, settings: FeigSettings) -> None:
        self._settings = settings
        self.start(0.0)

    def start(self, now_s: float) -> None:
        """Forget everything: the line was just opened."""
        self.advanced = False
        """Requests go out in the advanced form: the reader did not know the short one."""
        self._reader_address: int | None = None
        self._stream = frames.AnswerStream()
        self._outgoing = b""
        self._under_way: _UnderWay | None = None
        self._noise_bytes = 0
        self._free_s = now_s + QUIET_S
        self._last_byte_s = now_s

    def send(self, request: Request, now_s: float) -> None:
        """Put a request on the wire. Only when `free_s` has come."""
        frame = frames.request(request.command, request.data, address=self._settings.address, advanced=self.advanced)
        self._stream.clear()
        self._stream.take_dropped()
        self._noise_bytes = 0
        self._outgoing = frame
        on_line_s = (len(frame) + request.answer_bytes) * self._settings.byte_s
        self._under_way = _UnderWay(request, now_s + on_line_s + request.patience_s)

    def take_outgoing(self) -> bytes:
        """Bytes for the wire."""
        outgoing, self._outgoing = self._outgoing, b""
        return outgoing

    def receive(self, data: bytes, now_s: float) -> Heard | None:
        """Take bytes; return the answer to the request under way when it is complete. Other answers are dropped."""
        self._last_byte_s = now_s
        return self._match(self._stream.feed(data), now_s)

    def tick(self, now_s: float) -> Heard | Unheard | None:
        """End frames by silence and requests by time."""
        if len(self._stream) and now_s >= self._last_byte_s + SILENCE_S:
            heard = self._match(self._stream.silence(), now_s)
            if heard is not None:
                return heard
        under_way = self._under_way
        if under_way is None or now_s < self._lost_s(under_way):
            return None
        self._under_way = None
        self._stream.clear()
        self._note_noise()
        self._free_s = now_s + QUIET_S
        return Unheard(noisy=self._noise_bytes > 0)

    def free_s(self) -> float | None:
        """When the next request may go out; None while one is under way."""
        if self._under_way is not None:
            return None
        still_coming_s = self._last_byte_s + (SILENCE_S if len(self._stream) else PAUSE_S)
        return max(self._free_s, min(still_coming_s, self._free_s + PATIENCE_WITH_NOISE_S))

    def due_s(self) -> float | None:
        """When `tick` can change anything."""
        silent_s = self._last_byte_s + SILENCE_S if len(self._stream) else None
        if self._under_way is None:
            return silent_s
        lost_s = self._lost_s(self._under_way)
        return lost_s if silent_s is None else min(lost_s, silent_s)

    def _lost_s(self, under_way: _UnderWay) -> float:
        """A damaged answer is given up when the line is silent behind it; one on its way is waited for a little."""
        if len(self._stream):
            still_coming_s = self._last_byte_s + SILENCE_S
            return max(under_way.deadline_s, min(still_coming_s, under_way.deadline_s + PATIENCE_WITH_NOISE_S))
        if self._noise_bytes >= frames.SHORTEST_ANSWER:
            return min(under_way.deadline_s, self._last_byte_s + SILENCE_S)
        return under_way.deadline_s

    def _match(self, answers: list[frames.Answer], now_s: float) -> Heard | None:
        self._note_noise()
        heard: Heard | None = None
        for answer in answers:
            if self._under_way is None or not self._is_awaited(answer, self._under_way.request):
                continue
            heard = Heard(answer, noisy=self._noise_bytes > 0)
            self._reader_address = answer.address
            self._under_way = None
            self._free_s = now_s + PAUSE_S
        return heard

    def _note_noise(self) -> None:
        self._noise_bytes += self._stream.take_dropped()

    def _is_awaited(self, answer: frames.Answer, request: Request) -> bool:
        asked = self._settings.address
        known = self._reader_address if asked == ANY_READER else asked
        return answer.command == request.command and known in (None, answer.address) and request.fits(answer)
