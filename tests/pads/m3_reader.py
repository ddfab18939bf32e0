"""A 3M 210 or 810 reader of the tests' own, in virtual time, on a line of 19,200 baud 8N1.

It is written from the pages on the manual (3M RFID Reader Model 210 Protocol Specification 1.0.0) and the capture of an
810 (github dpavlin/koha-rfid-3m810-js tests/fixtures/live-capture.txt), and shares no code with the driver.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Generic

from fastcrc import crc16

from tests.pads.desk import Command, Event, ReaderDesk, Tag

BYTE_S = 10 / 19_200
NOT_KNOWN, NOBODY, NOT_THERE, LOCKED, NOT_READ, NOT_FOR_THIS_TAG, NO_MEMORY = 0x02, 0x06, 0x11, 0x12, 0x15, 0x30, 0xFE
READ, CHECK_EAS, WRITE_MANY, WRITE_ONE, WRITE_AFI, GET_AFI, SET_EAS, INFO, GET_DSFID, VERSION, START_UP, INVENTORY = (
    0x02, 0x03, 0x04, 0x05, 0x09, 0x0A, 0x0C, 0x0D, 0x0F, 0x11, 0x13, 0xFE,
)  # fmt: skip


def framed(content: bytes, start: int = 0xD6) -> bytes:
    """A frame around a command and what follows it."""
    counted = struct.pack(">H", len(content) + 2) + content
    return bytes((start,)) + counted + struct.pack(">H", crc16.genibus(counted))


def said(words: str) -> bytes:
    """A frame from hex, without length and CRC."""
    return framed(bytes.fromhex(words))


class M3Reader:
    """Knows its tags; takes request frames and gives answer frames."""

    def __init__(self, *tags: Tag) -> None:
        self.tags = {tag.uid: tag for tag in tags}
        self.alive = True
        self.byte_s = BYTE_S
        self.pause_s = 0.0
        self.asleep = False
        """An 810 that was not probed yet: it answers nothing else."""
        self.is_810 = False
        self.unknown: set[int] = set()
        """Commands that it does not know."""
        self.new_style = False
        self.tells_twice = False
        self.gets: int = 0x0F
        """Parts of tag information that it gets."""
        self.most_blocks = 255
        self.mute_above_blocks = 255
        """It says nothing at all when asked for more blocks."""
        self.lock_bytes: dict[int, int] = {}
        """Of blocks that are locked, or with the error of those that cannot be read."""
        self.writes_missed = 0
        """So many AFI writes do not reach their tag."""
        self.foreign_uids: list[bytes] = []
        self.inventory_error = 0
        self.before: Callable[[bytes], None] = lambda request: None
        """Called with each request before it is done."""
        self.requests: list[bytes] = []

    def answer(self, frame: bytes) -> bytes | None:
        assert frame == framed(frame[3:-2], frame[0]), "the driver sends sound frames"
        self.requests.append(frame)
        self.before(frame)
        if frame[0] == 0xD5:
            assert frame.hex() == "d500050400118c66"
            if not (self.alive and self.is_810):
                return None
            self.asleep = False
            return bytes.fromhex("D500090400110A0500027250")
        if not self.alive or self.asleep:
            return None
        command, data = frame[3], frame[4:-2]
        if command in self.unknown:
            return framed(bytes((command, NOT_KNOWN)))
        done = self._done(command, data)
        return None if done is None else framed(bytes((command,)) + done)

    def _done(self, command: int, data: bytes) -> bytes | None:
        match command:
            case 0x11:
                return bytes.fromhex("000A030206")
            case 0x13:
                return bytes.fromhex("000201010302020300")
            case 0xFE:
                assert data == b"\x00\x05"
                return self._inventory(data)
            case _:
                tag = self.tags.get(data[:8].hex().upper())
                return bytes((NOBODY,)) if tag is None else self._on_tag(tag, command, data[8:])

    def _inventory(self, data: bytes) -> bytes:
        if self.inventory_error:
            return bytes((self.inventory_error,))
        uids = [bytes.fromhex(uid) for uid in self.tags] * (1 + self.tells_twice) + self.foreign_uids
        return b"\0" + data + bytes((len(uids),)) + b"".join(uids)

    def _on_tag(self, tag: Tag, command: int, data: bytes) -> bytes | None:
        uid = bytes.fromhex(tag.uid)
        match command:
            case 0x0D if not tag.knows_system_information:
                return bytes((NOBODY,))
            case 0x0D:
                got = data[0] & self.gets
                parts = (bytes((tag.dsfid,)), bytes((tag.afi,)), bytes((tag.block_size - 1, tag.blocks - 1)), b"\x01")
                return b"\0" + uid + bytes((got,)) + b"".join(part for bit, part in enumerate(parts) if got >> bit & 1)
            case 0x0A if not tag.knows_system_information:
                return bytes((NOBODY,))
            case 0x0A:
                return b"\0" + uid + bytes((tag.afi,))
            case 0x0F:
                return b"\0" + uid + bytes((tag.dsfid,))
            case 0x09 if tag.afi_locked:
                return bytes((LOCKED,)) + uid
            case 0x09 if self.writes_missed:
                self.writes_missed -= 1
                return bytes((NOBODY,))
            case 0x09:
                tag.writes += 1
                tag.afi = data[0]
                return b"\0" + uid
            case 0x0C if tag.eas_locked:
                return bytes((NOT_FOR_THIS_TAG,)) + uid
            case 0x0C:
                tag.eas = bool(data[0])
                return b"\0" + uid + data[:1]
            case 0x03:
                return b"\0" + uid + b"\x01" if tag.eas else bytes((NOBODY,))
            case 0x02:
                return self._read(tag, uid, *data)
            case 0x04:
                first, count, zero = data[:3]
                assert (zero, len(data)) == (0, 3 + 4 * count)
                return self._write(tag, uid, first, data[3:])
            case 0x05:
                return self._write(tag, uid, data[0], data[1:])
            case _:
                raise AssertionError(f"the driver never sends {command:02X}")

    def _read(self, tag: Tag, uid: bytes, first: int, count: int) -> bytes | None:
        if count > self.mute_above_blocks:
            return None
        if count > self.most_blocks:
            return bytes((NO_MEMORY,)) + uid
        blocks = []
        for number in range(first, first + count):
            lock = self.lock_bytes.get(number, NOT_THERE if number >= tag.blocks else 0)
            data = bytes(4) if lock > 3 else bytes(tag.memory[4 * number : 4 * number + 4])
            blocks.append((b"" if self.new_style else bytes((number,))) + bytes((lock,)) + data)
        head = bytes((first, count)) if self.new_style else bytes((count,))
        return b"\0" + uid + head + b"".join(blocks)

    def _write(self, tag: Tag, uid: bytes, first: int, data: bytes) -> bytes:
        tag.writes += 1
        tag.memory[4 * first : 4 * first + len(data)] = data
        return b"\0" + uid + (bytes((first + len(data) // 4,)) if len(data) > 4 else b"")

    def air_s(self, request: bytes) -> float:
        """Time between request and answer; the manual has none, these are ISO 15693's at 26 kbit/s."""
        command = request[3]
        if request[0] == 0xD5 or command in (0x11, 0x13):
            return 0.002
        if command == INVENTORY:
            return 0.012 + 0.008 * len(self.tags)
        return {INFO: 0.006, GET_AFI: 0.006, READ: 0.004 + 0.0012 * request[-3], WRITE_AFI: 0.02}.get(command, 0.05)


class Desk(ReaderDesk[Event, Command, M3Reader], Generic[Event, Command]):
    """A core at a 3M reader."""
