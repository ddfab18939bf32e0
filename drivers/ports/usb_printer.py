"""A USB printer behind the kernel's usblp: `/dev/usb/lp0`.

Source: Linux drivers/usb/class/usblp.c. A read gives EAGAIN while the printer has said nothing, EINVAL from a printer
that cannot be heard at all, ENODEV once it is unplugged; EIO after an error on the wire, when it must be opened anew.
A write without waiting takes one piece at a time and counts it as taken before the printer has it. One opener only.
"""

from __future__ import annotations

import errno
import os

from drivers.errors import PortGone

FOLDER = "/dev/usb/"
"""Where usblp's devices are. A name of one's own belongs here too: udev `SYMLINK+="usb/receipt-printer"`."""
READ_BYTES = 4096
NOTHING_NOW = frozenset({errno.EAGAIN, errno.EWOULDBLOCK, errno.EINTR})
CANNOT_BE_HEARD = errno.EINVAL


class UsbPrinterPort:
    """One printer by the path of its device."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._descriptor: int | None = None

    def open(self) -> None:
        try:
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        except OSError as trouble:
            raise PortGone(f"{self._path} cannot be opened: {trouble.strerror}") from None

    def fileno(self) -> int:
        return self._opened()

    def read(self) -> bytes:
        """What the printer said; nothing is no end of the line here. A printer that cannot be heard says nothing."""
        try:
            return os.read(self._opened(), READ_BYTES)
        except OSError as trouble:
            if trouble.errno in NOTHING_NOW or trouble.errno == CANNOT_BE_HEARD:
                return b""
            raise PortGone(f"{self._path} went away: {trouble.strerror}") from None

    def write(self, data: bytes) -> int:
        try:
            return os.write(self._opened(), data)
        except OSError as trouble:
            if trouble.errno in NOTHING_NOW:
                return 0
            raise PortGone(f"{self._path} went away: {trouble.strerror}") from None

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _opened(self) -> int:
        if self._descriptor is None:
            raise PortGone(f"{self._path} is not open")
        return self._descriptor
