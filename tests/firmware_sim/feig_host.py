"""A host of the tests' own in front of a simulated FEIG reader, in virtual time: no clock, no wire, no driver.

The CRC is computed bit by bit from the manual's polynomial, so that it depends on no package.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from firmware_sim.devices.feig import FeigReader
from firmware_sim.room.room import Book, Room
from firmware_sim.room.tag import Tag

POLYNOMIAL = 0x8408
BYTE_S = 11 / 38_400
QUIET_S = 0.02
"""More than the 12 ms that end a frame, and than the 5 ms that a host must leave."""
LE_ZAHIR = bytes.fromhex("E004010012345678")
SECOND = bytes.fromhex("E0040100AABBCCDD")


def crc(data: bytes) -> bytes:
    """FEIG OBID H20800-16e-ID-B, 3.2: start FFFF, reflected, least significant byte first."""
    register = 0xFFFF
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = (register >> 1) ^ POLYNOMIAL if register & 1 else register >> 1
    return register.to_bytes(2, "little")


def request(command: int, data: str = "", address: int = 255) -> bytes:
    body = bytes((address, command)) + bytes.fromhex(data)
    framed = bytes((len(body) + 3,)) + body
    return framed + crc(framed)


def advanced_request(command: int, data: str = "") -> bytes:
    body = bytes((255, command)) + bytes.fromhex(data)
    framed = b"\x02" + (len(body) + 5).to_bytes(2, "big") + body
    return framed + crc(framed)


def a_tag(uid: bytes = LE_ZAHIR, afi: int = 0x07, block_size: int = 4, blocks: int = 28, memory: bytes = b"") -> Tag:
    return Tag(uid, afi, 0x06, block_size, blocks, bytearray(memory.ljust(block_size * blocks, b"\0")))


def a_book(name: str, *tags: Tag) -> Book:
    return Book(name, name, f"Title of {name}", tags)


@dataclass
class Host:
    """Asks, and waits in virtual time."""

    room: Room
    reader: FeigReader = field(init=False)
    now_s: float = 0.0
    took_s: float = 0.0

    def __post_init__(self) -> None:
        self.reader = FeigReader(self.room, byte_s=BYTE_S, turnaround_s=0.005)
        self.room.put_on_pad([book.name for book in self.room.books])

    @classmethod
    def with_books(cls, *books: Book) -> Host:
        return cls(Room(books, []))

    @classmethod
    def with_tags(cls, *tags: Tag) -> Host:
        return cls.with_books(*(a_book(f"B{place}", tag) for place, tag in enumerate(tags)))

    def send(self, frame: bytes) -> None:
        """Let the wire be quiet, then send a frame; returns when its last byte has arrived."""
        self.now_s += QUIET_S + len(frame) * BYTE_S
        self.reader.receive(frame, self.now_s)

    def hear(self, until_s: float = float("inf")) -> bytes:
        """Let time pass while something is due; return what the reader has begun to send."""
        began_s = self.now_s
        while (due_s := self.reader.due_s()) is not None and due_s <= until_s:
            self.now_s = due_s
            self.reader.tick(due_s)
        self.took_s = self.now_s - began_s
        answer = self.reader.take_outgoing()
        self.now_s += len(answer) * BYTE_S
        return answer

    def ask(self, frame: bytes) -> bytes:
        self.send(frame)
        return self.hear()

    def iso(self, data: str) -> str:
        """Send an ISO host command; return STATUS and data of a well-formed answer, as hex."""
        answer = self.ask(request(0xB0, data))
        assert answer, "no answer"
        assert answer[0] == len(answer)
        assert answer[1:3] == b"\x00\xb0"
        assert answer[-2:] == crc(answer[:-2])
        return answer[3:-2].hex()

    def found(self) -> list[str]:
        """UIDs of an inventory, in the order told."""
        status_and_data = bytes.fromhex(self.iso("0100"))
        uids: list[str] = []
        while True:
            for place in range(status_and_data[1] if len(status_and_data) > 1 else 0):
                record = status_and_data[2 + 10 * place : 12 + 10 * place]
                assert record[0] == 0x03
                uids.append(record[2:].hex().upper())
            if status_and_data[0] != 0x94:
                return uids
            status_and_data = bytes.fromhex(self.iso("0180"))
