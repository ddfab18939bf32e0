"""A serial line or pseudo-terminal, by pyserial.

A pseudo-terminal has no modem lines and does not know every speed: what it refuses there is no fault. A device that was
unplugged shows as `SerialException` or as `OSError` EIO, whichever comes first.
"""

from __future__ import annotations

import os
import termios
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import serial

from drivers.errors import PortGone
from drivers.ports.descriptor import read_now, write_now

READ_BYTES = 4096
PSEUDO_TERMINALS = Path("/dev/pts")


class Parity(Enum):
    """Parity bit of each byte."""

    NONE = serial.PARITY_NONE
    EVEN = serial.PARITY_EVEN
    ODD = serial.PARITY_ODD


@dataclass(frozen=True, slots=True)
class LineSettings:
    """How a serial line is set: 8 data bits and 1 stop bit always."""

    speed_baud: int = 9_600
    parity: Parity = Parity.NONE


class SerialPort:
    """`/dev/…` at a speed and parity."""

    def __init__(self, path: str, line: LineSettings) -> None:
        self._path = path
        self._line = line
        self._serial: serial.Serial | None = None

    def open(self) -> None:
        try:
            self._serial = self._set_up(self._line.parity)
            os.set_blocking(self._serial.fileno(), False)
        except (serial.SerialException, OSError, ValueError, termios.error) as trouble:
            # pyserial puts the path and the number into its words once more; the system's own words are enough.
            number = trouble.errno if isinstance(trouble, OSError) else None
            words = str(trouble) if number is None else os.strerror(number)
            raise PortGone(f"{self._path} cannot be opened: {words}") from None

    def _set_up(self, parity: Parity) -> serial.Serial:
        try:
            return serial.Serial(
                self._path,
                self._line.speed_baud,
                parity=parity.value,
                timeout=0,
                write_timeout=0,
                exclusive=True,
            )
        except termios.error:
            # A pseudo-terminal has no parity, and glibc makes EINVAL of a setting of which nothing comes true: so it is
            # when one is opened again with the speed that it still has.
            if parity is Parity.NONE or PSEUDO_TERMINALS not in Path(self._path).resolve().parents:
                raise
            return self._set_up(Parity.NONE)

    def fileno(self) -> int:
        return self._opened()

    def read(self) -> bytes:
        data = read_now(self._opened(), self._path, READ_BYTES)
        if data is None:
            return b""
        if not data:
            raise PortGone(f"{self._path} went away: end of the line")
        return data

    def write(self, data: bytes) -> int:
        return write_now(self._opened(), self._path, data)

    def close(self) -> None:
        if self._serial is not None:
            self._serial.close()
            self._serial = None

    def _opened(self) -> int:
        if self._serial is None:
            raise PortGone(f"{self._path} is not open")
        descriptor = self._serial.fileno()
        assert isinstance(descriptor, int)
        return descriptor
