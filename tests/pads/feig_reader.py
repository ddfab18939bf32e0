"""A FEIG reader of the tests' own, in virtual time: tags on it, a line of 38,400 baud 8E1, and what goes wrong there.

It is written from the manual's page (FEIG H20800-16e-ID-B) and shares no code with the driver.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Generic

from fastcrc import crc16

from tests.pads.desk import Command, Event, ReaderDesk
from tests.pads.desk import Line as Line
from tests.pads.desk import Tag as Tag
from tests.pads.desk import a_book as a_book

BYTE_S = 11 / 38_400
PSST_S = 0.005
TAGS_AN_ANSWER = 4
NOBODY, WRITE_ERROR, UNKNOWN_COMMAND, RF_ERROR, OVERFLOW, MORE, ISO_ERROR = 0x01, 0x03, 0x80, 0x83, 0x93, 0x94, 0x95
NO_SUCH_BLOCK, LOCKED = 0x10, 0x12
INVENTORY, READ, WRITE, WRITE_AFI, SYSTEM = 0x01, 0x23, 0x24, 0x27, 0x2B
CPR_M02 = bytes.fromhex("010700D0500018")


def with_crc(content: bytes) -> bytes:
    return content + struct.pack("<H", crc16.mcrf4xx(content))


def asked(body: str) -> bytes:
    """A request to any reader, from COMMAND on."""
    content = bytes.fromhex(body)
    return with_crc(bytes((len(content) + 4, 0xFF)) + content)


def answered(body: str | bytes) -> bytes:
    """An answer of reader 0, from COMMAND on."""
    content = bytes.fromhex(body) if isinstance(body, str) else body
    if len(content) + 4 > 255:
        return with_crc(struct.pack(">BHB", 2, len(content) + 6, 0) + content)
    return with_crc(bytes((len(content) + 4, 0)) + content)


class Reader:
    """Knows its tags; takes request frames and gives answer frames."""

    def __init__(self, *tags: Tag) -> None:
        self.tags = {tag.uid: tag for tag in tags}
        self.alive = True
        self.byte_s = BYTE_S
        self.pause_s = PSST_S
        self.scan_mode = False
        self.only_advanced = False
        self.reports_once = False
        self.most_answer_bytes = 256
        self.foreign_records: list[bytes] = []
        self.missed_uids: set[str] = set()
        self.inventory_status = 0x00
        self.before: Callable[[bytes], None] = lambda request: None
        """Called with each request before it is done."""
        self.requests: list[bytes] = []
        self._left: list[bytes] = []
        self._reported: set[str] = set()

    def answer(self, frame: bytes) -> bytes | None:
        advanced = frame[:1] == b"\x02"
        content = frame[(3 if advanced else 1) : -2]
        assert frame == with_crc(frame[:-2]), "the driver sends sound frames"
        assert frame[0] == len(frame) or int.from_bytes(frame[1:3]) == len(frame)
        self.requests.append(frame)
        self.before(frame)
        if not self.alive or content[0] not in (0xFF, 0x00):
            return None
        command, data = content[1], content[2:]
        if self.only_advanced and not advanced:
            return answered(bytes((command, UNKNOWN_COMMAND)))
        return answered(bytes((command,)) + self._done(command, data))

    def _done(self, command: int, data: bytes) -> bytes:
        match command:
            case 0x52:
                return b"\0"
            case 0x65:
                return b"\0" + CPR_M02
            case 0x66:
                return b"\0" + CPR_M02 + struct.pack(">HH", 256, self.most_answer_bytes)
            case 0x69:
                self._reported.clear()
                return b"\0"
            case 0xB0 if self.scan_mode:
                return b"\x82"
            case 0xB0 if data[0] == INVENTORY:
                return self._inventory(more=bool(data[1] & 0x80))
            case 0xB0:
                tag = self.tags.get(data[2:10].hex().upper())
                return bytes((NOBODY,)) if tag is None else self._on_tag(tag, data[0], data[10:])
            case _:
                return bytes((UNKNOWN_COMMAND,))

    def _inventory(self, *, more: bool) -> bytes:
        if not more:
            shown = [uid for uid in self.tags if uid not in self.missed_uids]
            if self.reports_once:
                shown = [uid for uid in shown if uid not in self._reported]
            self._reported |= set(shown)
            records = [b"\x03" + bytes((self.tags[uid].dsfid,)) + bytes.fromhex(uid) for uid in shown]
            self._left = self.foreign_records + records
        now, self._left = self._left[:TAGS_AN_ANSWER], self._left[TAGS_AN_ANSWER:]
        if not now:
            return bytes((self.inventory_status or NOBODY,))
        status = MORE if self._left else self.inventory_status
        return bytes((status, len(now))) + b"".join(now)

    def _on_tag(self, tag: Tag, sub_command: int, data: bytes) -> bytes:
        match sub_command:
            case 0x2B if not tag.knows_system_information:
                return bytes((ISO_ERROR, 0x01))
            case 0x2B:
                sizes = bytes((tag.block_size - tag.minus_one, (tag.blocks - tag.minus_one) & 0xFF))
                return bytes((0, tag.dsfid)) + bytes.fromhex(tag.uid) + bytes((tag.afi,)) + sizes + b"\x01"
            case 0x23:
                first, count = data
                if first + count > tag.blocks or (count * (tag.block_size + 1)) + 8 > self.most_answer_bytes:
                    return bytes((ISO_ERROR, NO_SUCH_BLOCK))
                size = tag.block_size
                return bytes((0, count, size)) + b"".join(
                    b"\0" + bytes(tag.memory[block * size : block * size + size])[::-1]
                    for block in range(first, first + count)
                )
            case 0x24:
                first, count, size = data[:3]
                assert (size, len(data)) == (tag.block_size, 3 + count * size)
                tag.writes += 1
                for index in range(count):
                    block = data[3 + index * size : 3 + index * size + size][::-1]
                    tag.memory[(first + index) * size : (first + index + 1) * size] = block
                return b"\0"
            case 0x27 if tag.afi_locked:
                return bytes((ISO_ERROR, LOCKED))
            case 0x27:
                tag.writes += 1
                tag.afi = data[0]
                return b"\0"
            case _:
                return bytes((UNKNOWN_COMMAND,))

    def air_s(self, request: bytes) -> float:
        """Time between request and answer; the manual's page gives 33, 117 and 222 ms for 1, 5 and 10 tags read."""
        command, data = request[2], request[3:-2]
        if command != 0xB0:
            return 0.001
        if data[0] == INVENTORY:
            return 0.012 + 0.008 * min(len(self.tags), TAGS_AN_ANSWER)
        return {SYSTEM: 0.006, READ: 0.004 + 0.0012 * data[-1], WRITE_AFI: 0.02}.get(data[0], 0.05)


class Desk(ReaderDesk[Event, Command, Reader], Generic[Event, Command]):
    """A core at a FEIG reader."""
