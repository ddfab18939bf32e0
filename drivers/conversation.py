"""What every driver core is: a conversation without a port, a clock or a thread.

A core is fed bytes and time, and gives back events and bytes. The port around it (`drivers.ports`) is the only code
that touches a file descriptor. Times are seconds of any monotonic clock, chosen by the caller.
"""

from __future__ import annotations

from typing import Protocol, TypeVar, runtime_checkable

Event = TypeVar("Event")
Command_contra = TypeVar("Command_contra", contravariant=True)


class Conversation(Protocol[Event, Command_contra]):
    """A sans-I/O driver core."""

    def receive(self, data: bytes, now_s: float) -> list[Event]:
        """Take bytes as they came; return what they mean. Noise becomes an event or a finding, never an exception."""
        ...

    def submit(self, command: Command_contra, now_s: float) -> None:
        """Queue an order. It is sent when the wire is free."""
        ...

    def tick(self, now_s: float) -> list[Event]:
        """Let time pass: time-outs, polls and retries happen here."""
        ...

    def due_s(self) -> float | None:
        """When `tick` wants to be called next, or None if only bytes or commands can change anything."""
        ...

    def take_outgoing(self) -> bytes:
        """Bytes to put on the wire now; empty when there are none."""
        ...

    def port_opened(self, now_s: float) -> list[Event]:
        """The port is there (again): start from the beginning of the conversation."""
        ...

    def port_lost(self, reason: str, now_s: float) -> list[Event]:
        """The port has gone: everything under way ends with an event that says so."""
        ...


@runtime_checkable
class ClosesPort(Protocol):
    """What a core has besides that may find its stream broken beyond repair, so that only a new connection helps."""

    def close_wanted(self) -> str | None:
        """Why the port is to be closed and opened again; None while all is well. `port_lost` hears the same words.

        Asked after bytes, commands and time. What the core still had to say is dropped: nobody there understands it.
        """
        ...


@runtime_checkable
class BehindService(Protocol[Event]):
    """What a core has besides whose device is reached by a service, as PC/SC readers by pcscd."""

    def service_lost(self, reason: str, now_s: float) -> list[Event]:
        """As `port_lost`, where it is the service that has gone."""
        ...
