"""A Linux input device (`/dev/input/event*`), or anything else that gives input records: a FIFO, a pseudo-terminal.

The device is grabbed, so that what a scanner types reaches neither the screen nor a console. Where there is nothing to
grab, that is no fault.
Source: Linux `input.h` (EVIOCGRAB).
"""

from __future__ import annotations

import errno
import fcntl
import os
import termios
import tty

from drivers.errors import Misuse, PortGone
from drivers.ports.descriptor import read_now

READ_BYTES = 64 * 24
"""So many records at most are taken at once."""
EVIOCGRAB = 0x40044590
"""`_IOW('E', 0x90, int)`."""
NOTHING_TO_GRAB = frozenset({errno.ENOTTY, errno.EINVAL})


class EvdevPort:
    """One input device by its path; `/dev/input/by-id/…-event-kbd` names the same scanner after each start."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._descriptor: int | None = None

    def open(self) -> None:
        try:
            self._descriptor = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
            self._grab(self._descriptor)
            if os.isatty(self._descriptor):
                # A terminal would answer with what it hears, and take some bytes for orders.
                tty.setraw(self._descriptor)
        except (OSError, termios.error) as trouble:
            self.close()
            raise PortGone(f"{self._path} cannot be opened: {_reason(trouble)}") from None

    @staticmethod
    def _grab(descriptor: int) -> None:
        try:
            fcntl.ioctl(descriptor, EVIOCGRAB, 1)
        except OSError as trouble:
            if trouble.errno not in NOTHING_TO_GRAB:
                raise

    def fileno(self) -> int:
        return self._opened()

    def read(self) -> bytes:
        data = read_now(self._opened(), self._path, READ_BYTES)
        if data is None:
            return b""
        if not data:
            raise PortGone(f"{self._path} went away: end of the records")
        return data

    def write(self, data: bytes) -> int:
        raise Misuse(f"{self._path} is an input device: it is only read")

    def close(self) -> None:
        """Closing gives the grabbed device back."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _opened(self) -> int:
        if self._descriptor is None:
            raise PortGone(f"{self._path} is not open")
        return self._descriptor


def _reason(trouble: OSError | termios.error) -> str:
    if isinstance(trouble, OSError) and trouble.errno == errno.EBUSY:
        return "another program has grabbed it"
    return str(trouble)
