"""An order to an SSI engine: sent, and sent again twice where it is not acknowledged.

Source: Zebra DS4308 reference guide, 7-5 (serial response time-out, retries).
"""

from __future__ import annotations

from drivers.scanners import ssi

TRIES = 3


class SsiOrder:
    """The one order under way. Times in seconds of any monotonic clock."""

    def __init__(self, answer_s: float) -> None:
        self._answer_s = answer_s
        self.forget()

    def forget(self) -> None:
        """Nothing is wanted of the engine."""
        self._opcode: int | None = None
        self._tries = 0
        self._unsent = False
        self.due_s: float | None = None
        """When the acknowledgement is missing."""

    def give(self, opcode: int, now_s: float) -> None:
        """Order something; it takes the place of what was ordered before."""
        self.forget()
        self._opcode = opcode
        self._send(now_s)

    def _send(self, now_s: float) -> None:
        self._tries += 1
        self._unsent = True
        self.due_s = now_s + self._answer_s

    def taken(self) -> None:
        """The engine acknowledged."""
        self.forget()

    def again_now(self, now_s: float) -> None:
        """The engine asks for the order again; not for ever."""
        if self._opcode is not None and self._tries < TRIES:
            self._send(now_s)

    def is_given_up(self, now_s: float) -> bool:
        """Let time pass: the order is sent again, or given up after the last try (true once)."""
        if self.due_s is None or now_s < self.due_s:
            return False
        if self._tries < TRIES:
            self._send(now_s)
            return False
        self.forget()
        return True

    def take_outgoing(self) -> bytes:
        """The order's packet where it has to go out now; a repeated one is marked as such."""
        if self._opcode is None or not self._unsent:
            return b""
        self._unsent = False
        return ssi.encode_packet(self._opcode, status=ssi.RETRANSMITTED if self._tries > 1 else 0)
