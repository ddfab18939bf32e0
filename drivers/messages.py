"""What a driver core is that speaks in messages with topics (MQTT), and not in bytes.

As `drivers.conversation`: no connection, clock or thread. Times are seconds of any monotonic clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeVar

Event = TypeVar("Event")
Command_contra = TypeVar("Command_contra", contravariant=True)


@dataclass(frozen=True, slots=True)
class Message:
    """One publication."""

    topic: str
    payload: bytes
    retained: bool = False
    """The broker kept it from earlier: it says what was, not what is."""


class MessageConversation(Protocol[Event, Command_contra]):
    """A sans-I/O driver core behind a broker."""

    @property
    def subscriptions(self) -> tuple[str, ...]:
        """Topics that the core listens to."""
        ...

    def receive(self, message: Message, now_s: float) -> list[Event]:
        """Take a message; return what it means. What makes no sense is passed over, never an exception."""
        ...

    def submit(self, command: Command_contra, now_s: float) -> None:
        """Take an order."""
        ...

    def tick(self, now_s: float) -> list[Event]:
        """Let time pass: time-outs and retries happen here."""
        ...

    def due_s(self) -> float | None:
        """When `tick` wants to be called next, or None if only messages or commands can change anything."""
        ...

    def take_outgoing(self) -> list[Message]:
        """Messages to publish now, in this order."""
        ...

    def line_opened(self, now_s: float) -> list[Event]:
        """Connected to the broker, and subscribed."""
        ...

    def line_lost(self, reason: str, now_s: float) -> list[Event]:
        """The broker is away, or could not be reached."""
        ...
