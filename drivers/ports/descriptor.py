"""Reading and writing a file descriptor that never waits, as every port on a device file does it."""

from __future__ import annotations

import errno
import os

from drivers.errors import PortGone

NOTHING_NOW = frozenset({errno.EAGAIN, errno.EWOULDBLOCK, errno.EINTR})
"""Errors that mean: nothing to read, or no room to write, at the moment."""


def read_now(descriptor: int, path: str, most_bytes: int, quiet: frozenset[int] = NOTHING_NOW) -> bytes | None:
    """What is there now, empty at the end of the file; None where there is nothing (an error of `quiet`).

    Raises `PortGone` with `path` for any other error.
    """
    try:
        return os.read(descriptor, most_bytes)
    except OSError as trouble:
        if trouble.errno in quiet:
            return None
        raise PortGone(f"{path} went away: {trouble.strerror}") from None


def write_now(descriptor: int, path: str, data: bytes) -> int:
    """How many bytes were taken; 0 where there is no room. Raises `PortGone` with `path`."""
    try:
        return os.write(descriptor, data)
    except OSError as trouble:
        if trouble.errno in NOTHING_NOW:
            return 0
        raise PortGone(f"{path} went away: {trouble.strerror}") from None
