"""The wire to one reader: one request at a time, pauses, time-outs, and which answer belongs to which request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic

from drivers.pads.polling.dialect import Dialect
from drivers.pads.polling.errand import Answer, Request


@dataclass(frozen=True, slots=True)
class Heard(Generic[Answer]):
    """The answer to the request under way."""

    answer: Answer
    noisy: bool
    """Bytes that belong to no frame came with it."""


@dataclass(frozen=True, slots=True)
class Unheard:
    """No good answer came in time."""

    noisy: bool
    """Bytes came, but no frame that answers."""


@dataclass(frozen=True, slots=True)
class _UnderWay(Generic[Request]):
    request: Request
    deadline_s: float


class Link(Generic[Request, Answer]):
    """Times in seconds of the caller's clock."""

    def __init__(self, dialect: Dialect[Request, Answer]) -> None:
        self._dialect = dialect
        self._line = dialect.line
        self.start(0.0)

    def start(self, now_s: float) -> None:
        """Forget everything: the line was just opened."""
        self._dialect.start()
        self._stream = self._dialect.stream()
        self._outgoing = b""
        self._under_way: _UnderWay[Request] | None = None
        self._noise_bytes = 0
        self._free_s = now_s + self._line.quiet_s
        self._last_byte_s = now_s

    def send(self, request: Request, now_s: float) -> None:
        """Put a request on the wire. Only when `free_s` has come."""
        frame = self._dialect.frame(request)
        self._stream.clear()
        self._stream.take_dropped()
        self._noise_bytes = 0
        self._outgoing = frame
        on_line_s = (len(frame) + request.answer_bytes) * self._line.byte_s
        self._under_way = _UnderWay(request, now_s + on_line_s + request.patience_s)

    def take_outgoing(self) -> bytes:
        """Bytes for the wire."""
        outgoing, self._outgoing = self._outgoing, b""
        return outgoing

    def receive(self, data: bytes, now_s: float) -> Heard[Answer] | None:
        """Take bytes; return the answer to the request under way when it is complete. Other answers are dropped."""
        self._last_byte_s = now_s
        return self._match(self._stream.feed(data), now_s)

    def tick(self, now_s: float) -> Heard[Answer] | Unheard | None:
        """End frames by silence and requests by time."""
        if len(self._stream) and now_s >= self._last_byte_s + self._line.silence_s:
            heard = self._match(self._stream.silence(), now_s)
            if heard is not None:
                return heard
        under_way = self._under_way
        if under_way is None or now_s < self._lost_s(under_way):
            return None
        self._under_way = None
        self._stream.clear()
        self._note_noise()
        self._free_s = now_s + self._line.quiet_s
        return Unheard(noisy=self._noise_bytes > 0)

    def free_s(self) -> float | None:
        """When the next request may go out; None while one is under way."""
        if self._under_way is not None:
            return None
        still_coming_s = self._last_byte_s + (self._line.silence_s if len(self._stream) else self._line.pause_s)
        return max(self._free_s, min(still_coming_s, self._free_s + self._line.patience_with_noise_s))

    def due_s(self) -> float | None:
        """When `tick` can change anything."""
        silent_s = self._last_byte_s + self._line.silence_s if len(self._stream) else None
        if self._under_way is None:
            return silent_s
        lost_s = self._lost_s(self._under_way)
        return lost_s if silent_s is None else min(lost_s, silent_s)

    def _lost_s(self, under_way: _UnderWay[Request]) -> float:
        """A damaged answer is given up when the line is silent behind it; one on its way is waited for a little."""
        if len(self._stream):
            still_coming_s = self._last_byte_s + self._line.silence_s
            latest_s = under_way.deadline_s + self._line.patience_with_noise_s
            return max(under_way.deadline_s, min(still_coming_s, latest_s))
        if self._noise_bytes >= self._line.shortest_answer:
            return min(under_way.deadline_s, self._last_byte_s + self._line.silence_s)
        return under_way.deadline_s

    def _match(self, answers: list[Answer], now_s: float) -> Heard[Answer] | None:
        self._note_noise()
        heard: Heard[Answer] | None = None
        for answer in answers:
            if self._under_way is None or not self._dialect.takes(answer, self._under_way.request):
                continue
            heard = Heard(answer, noisy=self._noise_bytes > 0)
            self._free_s = now_s + max(self._line.pause_s, self._under_way.request.rest_s)
            self._under_way = None
        return heard

    def _note_noise(self) -> None:
        self._noise_bytes += self._stream.take_dropped()
