"""A USB printer behind the kernel's usblp: `/dev/usb/lp0`.

Source: Linux drivers/usb/class/usblp.c. A read gives EAGAIN while the printer has said nothing, EINVAL from a printer
that cannot be heard at all, ENODEV once it is unplugged; EIO after an error on the wire, when it must be opened anew.
A write without waiting takes one piece at a time and counts it as taken before the printer has it. One opener only.
"""

from __future__ import annotations

import errno
import os

from drivers.errors import PortGone
from drivers.ports.descriptor import NOTHING_NOW, read_now, write_now

FOLDER = "/dev/usb/"
"""Where usblp's devices are. A name of one's own belongs here too: udev `SYMLINK+="usb/receipt-printer"`."""
READ_BYTES = 4096
SAYS_NOTHING = NOTHING_NOW | {errno.EINVAL}
"""EINVAL comes from a printer that cannot be heard at all."""


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
        return read_now(self._opened(), self._path, READ_BYTES, SAYS_NOTHING) or b""

    def write(self, data: bytes) -> int:
        return write_now(self._opened(), self._path, data)

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _opened(self) -> int:
        if self._descriptor is None:
            raise PortGone(f"{self._path} is not open")
        return self._descriptor
