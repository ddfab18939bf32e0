"""Lines of the log: with fields of their own in systemd's journal, with their intents behind them elsewhere."""

from __future__ import annotations

import logging
import socket
import struct
from pathlib import Path

from kiosk.logs import FORMAT, ToJournal, WithIntents, about


def record(message: str, *intents: str, level: int = logging.INFO) -> logging.LogRecord:
    made = logging.LogRecord("kiosk.station.deciding", level, "deciding.py", 12, message, (), None)
    made.__dict__.update(about(intents) if intents else {})
    return made


def read_back(datagram: bytes) -> list[tuple[str, bytes]]:
    """As journald reads it (JOURNAL_NATIVE_PROTOCOL.md)."""
    fields: list[tuple[str, bytes]] = []
    while datagram:
        head, _, rest = datagram.partition(b"\n")
        if b"=" in head:
            name, _, value = head.partition(b"=")
        else:
            name, length = head, struct.unpack("<Q", rest[:8])[0]
            value, rest = rest[8 : 8 + length], rest[8 + length + 1 :]
        fields.append((name.decode(), value))
        datagram = rest
    return fields


def test_a_loan_can_be_followed_through_the_journal_by_its_intent(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journald:
        journald.bind(str(tmp_path / "socket"))
        handler = ToJournal(tmp_path / "socket")
        handler.handle(record("kept for central: loan.made", "i-1", "i-2"))
        fields = read_back(journald.recv(65_536))
        handler.close()
    assert [value for name, value in fields if name == "KIOSK_INTENT"] == [b"i-1", b"i-2"]
    assert dict(fields) | {"KIOSK_INTENT": b""} == {
        "MESSAGE": b"kept for central: loan.made",
        "PRIORITY": b"6",
        "SYSLOG_IDENTIFIER": b"kiosk",
        "LOGGER": b"kiosk.station.deciding",
        "CODE_FILE": b"deciding.py",
        "CODE_LINE": b"12",
        "KIOSK_INTENT": b"",
    }


def test_a_message_of_several_lines_stays_one(tmp_path: Path) -> None:
    """What a device says must not be able to write a field of its own."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journald:
        journald.bind(str(tmp_path / "socket"))
        handler = ToJournal(tmp_path / "socket")
        handler.handle(record("pad: a\nPRIORITY=0\nb", level=logging.WARNING))
        fields = read_back(journald.recv(65_536))
        handler.close()
    assert fields[:2] == [("MESSAGE", b"pad: a\nPRIORITY=0\nb"), ("PRIORITY", b"4")]


def test_elsewhere_a_line_has_its_intents_behind_it(tmp_path: Path) -> None:
    line = WithIntents(FORMAT).format(record("took in facts", "i-1"))
    assert line.endswith("INFO kiosk.station.deciding: took in facts [i-1]")
    assert WithIntents(FORMAT).format(record("ready")).endswith(": ready")
