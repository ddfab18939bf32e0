"""Takes apart what a printer sends: real-time answers, automatic status, XON and XOFF; anything else is dropped.

The HS-K33 answers bytes of unknown meaning after a raster, so bytes without a meaning are no fault.
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.printers.status import (
    AUTOMATIC_SIZE,
    XOFF,
    XON,
    StatusBits,
    begins_automatic,
    is_real_time,
    read_automatic,
)

_PIECE_TIMEOUT_S = 0.2


@dataclass(frozen=True, slots=True)
class RealTimeAnswer:
    """The answer to whichever DLE EOT was asked last."""

    value: int


@dataclass(frozen=True, slots=True)
class AutomaticStatus:
    """Four bytes that came unasked."""

    bits: StatusBits


@dataclass(frozen=True, slots=True)
class Flow:
    """XON (`stopped` false) or XOFF (true)."""

    stopped: bool


Heard = RealTimeAnswer | AutomaticStatus | Flow


class BackChannel:
    """The stream from one printer."""

    def __init__(self) -> None:
        self._automatic = bytearray()
        self._begun_s = 0.0
        self._strange_bytes = 0

    def take_strange(self) -> int:
        """How many bytes had no meaning since this was asked last."""
        strange_bytes, self._strange_bytes = self._strange_bytes, 0
        return strange_bytes

    def receive(self, data: bytes, now_s: float) -> list[Heard]:
        """What the bytes mean. Half an automatic status is forgotten when the rest does not follow at once.

        Its later bytes have bit 4 clear, so one that looks like an answer is one: noise that looks like the beginning
        of a status does not eat the answers behind it.
        """
        if self._automatic and now_s - self._begun_s > _PIECE_TIMEOUT_S:
            self._strange_bytes += len(self._automatic)
            self._automatic.clear()
        heard: list[Heard] = []
        for value in data:
            if value in (XON, XOFF):
                heard.append(Flow(stopped=value == XOFF))
            elif self._automatic and not is_real_time(value):
                self._automatic.append(value)
                self._end_automatic(heard)
            elif begins_automatic(value):
                self._automatic.append(value)
                self._begun_s = now_s
            elif is_real_time(value):
                heard.append(RealTimeAnswer(value))
            else:
                self._strange_bytes += 1
        return heard

    def _end_automatic(self, heard: list[Heard]) -> None:
        if len(self._automatic) < AUTOMATIC_SIZE:
            return
        bits = read_automatic(bytes(self._automatic))
        self._automatic.clear()
        if bits is not None:
            heard.append(AutomaticStatus(bits))
