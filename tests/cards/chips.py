"""Storage cards on a contactless reader, as far as a patron's card needs: made apart from the driver.

Each answers as reader and card together do (PC/SC part 3, 3.2.2; ACR122U API 2.04, section 5).
"""

from __future__ import annotations

from enum import Flag, auto

OK, FAILED, GONE = bytes.fromhex("9000"), bytes.fromhex("6300"), bytes.fromhex("6401")
NO_INSTRUCTION, NOT_SUPPORTED, NOT_ALLOWED = bytes.fromhex("6D00"), bytes.fromhex("6A81"), bytes.fromhex("6982")
GET_UID = bytes.fromhex("FFCA000000")
KEY_A, KEY_B = bytes.fromhex("A1B2C3D4E5F6"), bytes.fromhex("0102030405B6")
BLOCK = 16


class Knows(Flag):
    """What a reader understands."""

    VOLATILE = auto()
    PERMANENT = auto()
    NEW_FORM = auto()
    OLD_FORM = auto()


NEW_READER = Knows.VOLATILE | Knows.NEW_FORM
OLD_READER = Knows.VOLATILE | Knows.OLD_FORM
READER_KEEPS_KEYS = Knows.PERMANENT | Knows.NEW_FORM


class MifareChip:
    """A MIFARE Classic 4K card whose sectors have all the same keys."""

    def __init__(
        self, key_a: bytes = KEY_A, key_b: bytes = KEY_B, knows: Knows = NEW_READER, wrong_key: bytes = FAILED
    ) -> None:
        self.uid = bytes.fromhex("04A23B9C")
        self.keys_written = 0
        self.commands: list[bytes] = []
        self._keys = {0x60: key_a, 0x61: key_b}
        self._knows = knows
        self._wrong_key = wrong_key
        self._slots: dict[int, bytes] = {}
        self._blocks: dict[int, bytes] = {}
        self._open_sector: int | None = None

    def write(self, sector: int, block: int, content: bytes) -> None:
        """Put bytes from the beginning of a block on, as far as they reach."""
        first = sector * 4 if sector < 32 else 128 + (sector - 32) * 16
        padded = content + bytes(-len(content) % BLOCK)
        for at in range(0, len(padded), BLOCK):
            self._blocks[first + block + at // BLOCK] = padded[at : at + BLOCK]

    def transmit(self, command: bytes) -> bytes:
        self.commands.append(command)
        match command[:2]:
            case b"\xff\xca":
                return self.uid + OK
            case b"\xff\x82":
                return self._load(command)
            case b"\xff\x86" if Knows.NEW_FORM in self._knows and len(command) == 10:
                return self._authenticate(command[7], command[8], command[9])
            case b"\xff\x88" if Knows.OLD_FORM in self._knows and len(command) == 6:
                return self._authenticate(command[3], command[4], command[5])
            case b"\xff\xb0":
                return self._read(command[3])
            case _:
                return NO_INSTRUCTION

    def _load(self, command: bytes) -> bytes:
        wanted = {0x00: Knows.VOLATILE, 0x20: Knows.PERMANENT}.get(command[2])
        if wanted is None or wanted not in self._knows or command[4] != 6 or len(command) != 11:
            return FAILED
        self._slots[command[3]] = command[5:]
        self.keys_written += 1
        return OK

    def _authenticate(self, block: int, key_type: int, slot: int) -> bytes:
        right = self._slots.get(slot) == self._keys.get(key_type)
        self._open_sector = self._sector_of(block) if right else None
        return OK if right else self._wrong_key

    def _read(self, block: int) -> bytes:
        if self._sector_of(block) != self._open_sector:
            return NOT_ALLOWED
        return self._blocks.get(block, bytes(BLOCK)) + OK

    @staticmethod
    def _sector_of(block: int) -> int:
        return block // 4 if block < 128 else 32 + (block - 128) // 16


class VicinityChip:
    """An ISO 15693 tag whose UID the reader tells least significant byte first."""

    def __init__(self, memory: bytes, past_the_end: bytes = FAILED, block_size: int = 4) -> None:
        self.uid = bytes.fromhex("2E985C8A000104E0")
        self.memory = memory
        self.commands: list[bytes] = []
        self.answers: dict[bytes, bytes] = {}
        """What is answered once instead, by the command."""
        self._past_the_end = past_the_end
        self._block_size = block_size

    def transmit(self, command: bytes) -> bytes:
        self.commands.append(command)
        if command in self.answers:
            return self.answers.pop(command)
        if command == GET_UID:
            return self.uid + OK
        if command[:2] != b"\xff\xb0" or len(command) != 5:
            return NO_INSTRUCTION
        if command[4] != self._block_size:
            return bytes((0x6C, self._block_size))
        at = int.from_bytes(command[2:4]) * self._block_size
        block = self.memory[at : at + self._block_size]
        return block + OK if block else self._past_the_end


def a_fixed_tag(usage: int, number: str, owner: str = "DK718500") -> bytes:
    """ISO 28560-3, the basic block of 34 bytes and an end block (tag-data.md, 3.1 and 3.2)."""
    head = bytes([0x10 | usage, 1, 1]) + number.encode().ljust(16, b"\0")
    tail = owner.encode().ljust(13, b"\0")
    crc = 0xFFFF
    for byte in head + tail:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return (head + crc.to_bytes(2, "little") + tail).ljust(112, b"\0")


NUMBER = "1000000056"
A_PATRONS_TAG = a_fixed_tag(8, NUMBER)
A_BOOKS_TAG = a_fixed_tag(1, NUMBER)
