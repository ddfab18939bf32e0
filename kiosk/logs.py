"""Where the log goes: to systemd's journal with fields of its own, or as lines to standard error.

A line may carry what it is about in `extra`: `about(intents=…)` names loans, returns and payments by the id that kiosk,
broker's messages and central share (`intent`), so that `journalctl KIOSK_INTENT=…` follows one through all of them.
Levels: ERROR wants somebody now, WARNING wants somebody today, INFO tells what happened, DEBUG is for whoever programs.
A log never names a patron: an intent is a random number.
Source: systemd, "Native Journal Protocol" (docs/JOURNAL_NATIVE_PROTOCOL.md); syslog(3) for priorities.
"""

from __future__ import annotations

import logging
import os
import socket
import struct
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

JOURNAL = Path("/run/systemd/journal/socket")
FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
PRIORITIES = {logging.CRITICAL: 2, logging.ERROR: 3, logging.WARNING: 4, logging.INFO: 6, logging.DEBUG: 7}
MOST_INTENTS = 64
"""A batch of facts may hold more; the first of them are named."""
LONGEST_MESSAGE = 16_000
"""Bytes: a datagram that is larger does not go through a socket's buffer."""
_INTENTS = "kiosk_intents"


def about(intents: Iterable[str]) -> Mapping[str, object]:
    """The `extra` of a line about these intents."""
    return {_INTENTS: tuple(intents)[:MOST_INTENTS]}


def begin(level: int = logging.INFO) -> None:
    """For the whole process, once: to the journal where systemd started us, else to standard error."""
    if logging.getLogger().handlers:
        return
    handler: logging.Handler
    if _stderr_is_the_journal() and JOURNAL.is_socket():
        handler = ToJournal(JOURNAL)
    else:
        handler = logging.StreamHandler()
        handler.setFormatter(WithIntents(FORMAT))
    logging.basicConfig(level=level, handlers=[handler])


class WithIntents(logging.Formatter):
    """A line as people read it, its intents behind it."""

    def format(self, record: logging.LogRecord) -> str:
        intents = _intents(record)
        line = super().format(record)
        return f"{line} [{' '.join(intents)}]" if intents else line


class ToJournal(logging.Handler):
    """One datagram a line. Where the journal does not take it, the line goes to standard error, which it reads too."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = str(path)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._socket.sendto(datagram(record), self._path)
        except OSError:
            sys.stderr.write(f"{record.levelname} {record.name}: {record.getMessage()}\n")

    def close(self) -> None:
        self._socket.close()
        super().close()


def datagram(record: logging.LogRecord) -> bytes:
    """The fields of a line as the journal takes them."""
    message = record.getMessage()
    if record.exc_info:
        message += "\n" + logging.Formatter().formatException(record.exc_info)
    fields = [
        ("MESSAGE", message.encode("utf-8", "backslashreplace")[:LONGEST_MESSAGE]),
        ("PRIORITY", str(PRIORITIES.get(record.levelno, 6)).encode()),
        ("SYSLOG_IDENTIFIER", b"kiosk"),
        ("LOGGER", record.name.encode()),
        ("CODE_FILE", record.pathname.encode("utf-8", "backslashreplace")),
        ("CODE_LINE", str(record.lineno).encode()),
        *(("KIOSK_INTENT", intent.encode("utf-8", "backslashreplace")) for intent in _intents(record)),
    ]
    return b"".join(_field(name, value) for name, value in fields)


def _field(name: str, value: bytes) -> bytes:
    """`NAME=value`, or with a length before it where the value has lines of its own."""
    if b"\n" not in value:
        return name.encode() + b"=" + value + b"\n"
    return name.encode() + b"\n" + struct.pack("<Q", len(value)) + value + b"\n"


def _intents(record: logging.LogRecord) -> tuple[str, ...]:
    found = getattr(record, _INTENTS, ())
    return tuple(map(str, found)) if isinstance(found, tuple) else ()


def _stderr_is_the_journal() -> bool:
    """systemd tells device and inode of the stream (systemd.exec(5), `$JOURNAL_STREAM`)."""
    device, _, inode = os.environ.get("JOURNAL_STREAM", "").partition(":")
    try:
        told = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError):
        return False
    return (device, inode) == (str(told.st_dev), str(told.st_ino))
