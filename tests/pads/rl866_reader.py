"""An RL866 of the tests' own: sequence numbers, a connected tag that its inventory leaves out, messages of a few tags.

Written from the page (devices.md, 13) and its sources; it shares no code with the driver.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

from fastcrc import crc16

from tests.pads.desk import Tag

OK, TIME_OUT, COMMAND, SEQUENCE, NO_ANSWER, HANDLE, LOCKED, NO_TAG = 0, 0x004, 0x103, 0x104, 0x401, 0x415, 0x41B, 0x420
READ, WRITE, WRITE_AFI, SYSTEM, EAS_ON, EAS_OFF, EAS_ALARM = 0x03, 0x04, 0x06, 0x0A, 0x0C, 0x0D, 0x0F
INVENTORY, CONNECT, DISCONNECT, ACCESS, REPORTS = 0x31, 0x32, 0x33, 0x34, 0x35
CONTINUE = 0x08
SLI, FUJITSU = 1, 4
TAGS_A_MESSAGE = 5
A_HANDLE = 7


def framed(content: bytes, control: int = 0, address: int = 1) -> bytes:
    """A frame around INF."""
    counted = bytes((len(content) + 5, address, control)) + content
    return b"\xfa" + counted + struct.pack("<H", crc16.mcrf4xx(counted))


class Rl866Reader:
    """Knows its tags; takes request frames and gives answer frames."""

    byte_s = 11 / 38_400
    pause_s = 0.0

    def __init__(self, *tags: Tag) -> None:
        self.tags = {tag.uid: tag for tag in tags}
        self.types: dict[str, int] = {}
        """By UID; ICODE SLI where none stands here."""
        self.alive = True
        self.refuses_looks_with = OK
        self.refuses_connects_with = OK
        self.keeps_reports = False
        """More records than a message holds are kept for a fetch, not for a further inventory."""
        self.passes_alarms = True
        self.goes_on_behind_failures = True
        """Operations behind one that failed are done, too: which of both readers do is not public."""
        self.silent_codes: set[int] = set()
        """Operations that no tag answers for now."""
        self.tearing: Callable[[int], None] = lambda code: None
        """Called with the code of each operation before it is done."""
        self.requests: list[bytes] = []
        self.connected: str | None = None
        self._expected = 0
        self._left: list[bytes] = []

    def answer(self, frame: bytes) -> bytes | None:
        assert frame == framed(frame[4:-2], frame[3], frame[2]), "the driver sends sound frames"
        self.requests.append(frame)
        if not self.alive or frame[2] not in (0xFF, 0x01):
            return None
        if frame[3] == 0xC0:
            self._expected = 0
            return framed(b"", 0xE0)
        sequence = frame[3] >> 6 & 1
        command, data = frame[4], frame[5:-2]
        if sequence != self._expected:
            return framed(bytes((command,)) + struct.pack("<H", SEQUENCE), frame[3])
        self._expected ^= 1
        status, said = self._done(command, data)
        return framed(bytes((command,)) + struct.pack("<H", status) + said, frame[3])

    def reset(self) -> None:
        """The reader starts anew: nothing is connected, and it awaits sequence number 0."""
        self.connected, self._expected = None, 0

    def _done(self, command: int, data: bytes) -> tuple[int, bytes]:
        match command:
            case 0x31 if self.refuses_looks_with:
                return self.refuses_looks_with, b""
            case 0x31:
                return self._inventory(goes_on=bool(data[0] & CONTINUE))
            case 0x35 if self.keeps_reports:
                now, self._left = self._left[:TAGS_A_MESSAGE], self._left[TAGS_A_MESSAGE:]
                return OK, struct.pack("<HB", len(self._left), len(now)) + b"".join(now)
            case 0x32 if self.refuses_connects_with:
                return self.refuses_connects_with, b""
            case 0x32:
                assert (data[0], data[1], data[3], data[4]) == (0, 1, 9, 1)
                assert self.connected is None, "the driver lets go of a tag before it takes up another"
                self.connected = data[5:13][::-1].hex().upper()
                assert data[2] == self.types.get(self.connected, SLI) or self.connected not in self.tags
                return OK, bytes((A_HANDLE,))
            case 0x33:
                assert data[0] in (0, A_HANDLE)
                self.connected = None
                return OK, b""
            case 0x34 if self.connected is None or data[0] != A_HANDLE:
                return HANDLE, b""
            case 0x34:
                said = self._access(data[1:])
                assert len(said) <= 247, "the driver asks for what one frame holds"
                return OK, said
            case _:
                return COMMAND, b""

    def _inventory(self, *, goes_on: bool) -> tuple[int, bytes]:
        """A connected tag does not answer."""
        if not goes_on:
            shown = [uid for uid in self.tags if uid != self.connected]
            self._left = [
                bytes((0x0E, 1, self.types.get(uid, SLI), 9)) + bytes.fromhex(uid)[::-1] + b"\0" for uid in shown
            ]
        total = len(self._left)
        now, self._left = self._left[:TAGS_A_MESSAGE], self._left[TAGS_A_MESSAGE:]
        stop = bool(self._left) and not self.keeps_reports
        return OK, struct.pack("<BHB", stop, total, len(now)) + b"".join(now)

    def _access(self, operations: bytes) -> bytes:
        said = b""
        for code, parameters in _operations(operations):
            result = self._operation(code, parameters)
            said += result
            if not result[3] and not self.goes_on_behind_failures:
                break
        return said

    def _operation(self, code: int, parameters: bytes) -> bytes:
        self.tearing(code)
        tag = self.tags.get(self.connected or "")
        if tag is None or code in self.silent_codes:
            return _result(code, NO_ANSWER, b"")
        error, said = self._on_tag(tag, code, parameters)
        return _result(code, error, said)

    def _on_tag(self, tag: Tag, code: int, parameters: bytes) -> tuple[int, bytes]:
        match code:
            case 0x0A if not tag.knows_system_information:
                return 0x422, b""
            case 0x0A:
                uid = bytes.fromhex(tag.uid)[::-1]
                return OK, b"\x0f" + uid + bytes((tag.dsfid, tag.afi, (tag.blocks - 1) & 0xFF, tag.block_size - 1, 1))
            case 0x03:
                security, first, count = struct.unpack("<BHH", parameters)
                assert security == 0
                if first + count > tag.blocks:
                    return LOCKED, b""
                return OK, struct.pack("<H", count) + bytes(
                    tag.memory[first * tag.block_size : (first + count) * tag.block_size]
                )
            case 0x04:
                first, count = struct.unpack_from("<HH", parameters)
                assert len(parameters) == 4 + count * tag.block_size
                if first + count > tag.blocks:
                    return LOCKED, b""
                tag.writes += 1
                tag.memory[first * tag.block_size : (first + count) * tag.block_size] = parameters[4:]
                return OK, b""
            case 0x06 if tag.afi_locked:
                return LOCKED, b""
            case 0x06:
                tag.writes += 1
                (tag.afi,) = parameters
                return OK, b""
            case 0x0C | 0x0D if tag.eas_locked:
                return LOCKED, b""
            case 0x0C | 0x0D:
                tag.eas = code == EAS_ON
                return OK, b""
            case 0x0F if tag.eas and self.passes_alarms:
                return OK, bytes(32)
            case 0x0F:
                return NO_ANSWER, b""
            case _:
                raise AssertionError(f"operation {code:04X}")

    def air_s(self, request: bytes) -> float:
        """As a FEIG reader's, so that times can be compared."""
        command, data = request[4] if len(request) > 6 else 0, request[5:-2]
        if command == INVENTORY:
            return 0.012 + 0.008 * min(len(self.tags), TAGS_A_MESSAGE)
        if command != ACCESS:
            return 0.001
        times_s = {SYSTEM: 0.006, WRITE_AFI: 0.02, WRITE: 0.05, EAS_ON: 0.02, EAS_OFF: 0.02, EAS_ALARM: 0.006}
        return sum(
            0.004 + 0.0012 * int.from_bytes(parameters[3:5], "little") if code == READ else times_s[code]
            for code, parameters in _operations(data[1:])
        )


def _operations(data: bytes) -> list[tuple[int, bytes]]:
    found: list[tuple[int, bytes]] = []
    while data:
        length = data[0]
        assert 2 <= length < 0x80, "a length of one byte"
        assert len(data) > length
        found.append((int.from_bytes(data[1:3], "little"), data[3 : 1 + length]))
        data = data[1 + length :]
    return found


def _result(code: int, error: int, said: bytes) -> bytes:
    record = struct.pack("<HB", code, error == OK) + (said if error == OK else struct.pack("<H", error))
    assert len(record) < 0x80, "the driver asks for what a length of one byte can count"
    return bytes((len(record),)) + record
