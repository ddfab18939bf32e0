"""What every simulated device is: its physics and its end of a wire, without a file descriptor, a clock or a thread.

A host (`firmware_sim.lines`) feeds it the bytes that arrived, lets time pass, and paces what it sends at the wire's own
speed. Times are seconds of any monotonic clock, chosen by the host.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable


class Device(Protocol):
    """A simulated device on a byte stream."""

    def receive(self, data: bytes, now_s: float) -> None:
        """Take bytes from the host as they came off the wire."""
        ...

    def tick(self, now_s: float) -> None:
        """Let time pass: delayed answers, unasked reports and physics happen here."""
        ...

    def due_s(self) -> float | None:
        """When `tick` wants to be called next, or None if only bytes can change anything."""
        ...

    def take_outgoing(self) -> bytes:
        """Bytes to put on the wire now; empty when there are none."""
        ...

    def connected(self, now_s: float) -> None:
        """A host has opened the line (again)."""
        ...


@runtime_checkable
class MindsConnections(Device, Protocol):
    """A device that is told when its host has gone, and that may end a connection itself."""

    def disconnected(self, now_s: float) -> None:
        """The host has gone, or the line was pulled out."""
        ...

    def hangs_up(self) -> bool:
        """It ends the connection, once what it has said is sent. True once for each time."""
        ...


@runtime_checkable
class Restarts(Device, Protocol):
    """A device that forgets something when its power fails for a moment."""

    def restart(self, now_s: float) -> None:
        """Begin anew; what it was doing is not done."""
        ...


@runtime_checkable
class TurnsAway(Protocol):
    """A device with one connection that has something to say to who comes second."""

    def turn_away(self, now_s: float) -> bytes:
        """What that one hears before it is left."""
        ...
