"""What a port is: bytes in and out of a device, and `PortGone` when the device has gone."""

from __future__ import annotations

from typing import Protocol


class Port(Protocol):
    """A byte stream to a device. Only the pump that owns it may call it."""

    def open(self) -> None:
        """Open it; raises `PortGone` where the device is not there."""
        ...

    def fileno(self) -> int:
        """The file descriptor to wait on; only while open."""
        ...

    def read(self) -> bytes:
        """Bytes that are there now, empty when there are none. Raises `PortGone`."""
        ...

    def write(self, data: bytes) -> int:
        """Put bytes on the line without waiting; returns how many were taken. Raises `PortGone`."""
        ...

    def close(self) -> None:
        """Close it; closing a closed port does nothing."""
        ...
