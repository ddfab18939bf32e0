"""What a driver looks like to whoever runs it, whether bytes, APDUs or messages lie below."""

from __future__ import annotations

from typing import Protocol, TypeVar

Command_contra = TypeVar("Command_contra", contravariant=True)


class Started(Protocol):
    """A driver on its port. Its events go to the `deliver` it was made with, on a thread of its own."""

    def start(self) -> None:
        """Begin; a device that is not there says so by an event, and comes when it can."""
        ...

    def stop(self) -> None:
        """End the thread and close the port."""
        ...


class Running(Started, Protocol[Command_contra]):
    """One that takes orders."""

    def submit(self, command: Command_contra) -> None:
        """Queue an order; waits while too many are queued."""
        ...

    def offer(self, command: Command_contra) -> bool:
        """Queue an order without waiting; whether it was taken."""
        ...
