"""A client of the tests' own in front of a simulated LLRP reader, in virtual time. It makes its bytes itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from firmware_sim.devices.device_clock import DeviceClock
from firmware_sim.devices.llrp import LlrpReader
from firmware_sim.devices.llrp_gate import LlrpGate
from firmware_sim.devices.uhf_field import PadField
from firmware_sim.room.room import Book, Room
from firmware_sim.room.uhf_tag import UhfTag

READER_CLOCK = DeviceClock(datetime(2026, 11, 24, 9, 3, 11), 0.0)
EPC_96 = bytes.fromhex("3005FB63AC1F3841EC880467")
TID = bytes.fromhex("E28011052000000000000001")
ISO_UII = bytes.fromhex("141CFB2102DDDF7C4E00")
"""`CH-12312345678` in the coding of ISO/TS 28560-4."""
IN_STOCK, LENT = 0x2D07, 0x2DC2
"""PC: 5 words, UMI, ISO, AFI."""
TV_LENGTHS = {1: 2, 2: 8, 4: 8, 6: 1, 7: 2, 8: 2, 9: 4, 10: 2, 11: 2, 12: 2, 13: 12, 14: 2, 16: 4}


def u16(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(2, "big") for number in numbers)


def u32(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(4, "big") for number in numbers)


def message(kind: int, body: bytes = b"", number: int = 7, version: int = 1) -> bytes:
    return u16(version << 10 | kind) + u32(10 + len(body), number) + body


def tlv(kind: int, *content: bytes) -> bytes:
    body = b"".join(content)
    return u16(kind, 4 + len(body)) + body


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the reader."""

    kind: int
    number: int
    body: bytes

    @property
    def code(self) -> int:
        """The status code of an answer."""
        assert self.body[:2] == u16(287), self.body.hex()
        return int.from_bytes(self.body[4:6], "big")

    def parameters(self, begin: int = 0) -> list[tuple[int, bytes]]:
        return parameters_of(self.body[begin:])

    def tags(self) -> list[dict[int, bytes]]:
        """TagReportData, each as what it holds by type."""
        assert self.kind == 61
        return [dict(parameters_of(body)) for kind, body in self.parameters() if kind == 240]

    def event(self) -> tuple[int, bytes]:
        """The event of a notification, after its time."""
        assert self.kind == 63
        ((kind, inside),) = self.parameters()
        assert kind == 246
        (time, _), event = parameters_of(inside)
        assert time == 128
        return event


def parameters_of(data: bytes) -> list[tuple[int, bytes]]:
    found = []
    while data:
        if data[0] & 0x80:
            kind, begin, end = data[0] & 0x7F, 1, 1 + TV_LENGTHS[data[0] & 0x7F]
        else:
            kind, begin, end = int.from_bytes(data[:2], "big"), 4, int.from_bytes(data[2:4], "big")
        assert begin <= end <= len(data), data.hex()
        found.append((kind, data[begin:end]))
        data = data[end:]
    return found


def messages_of(data: bytes) -> list[Said]:
    found = []
    while data:
        head, length = int.from_bytes(data[:2], "big"), int.from_bytes(data[2:6], "big")
        assert head >> 10 == 1
        assert 10 <= length <= len(data)
        found.append(Said(head & 0x3FF, int.from_bytes(data[6:10], "big"), data[10:length]))
        data = data[length:]
    return found


def a_uhf_tag(uii: bytes = EPC_96, pc: int | None = None, user: bytes = b"") -> UhfTag:
    return UhfTag(len(uii) // 2 << 11 if pc is None else pc, uii, bytearray(user.ljust(16, b"\0")), TID)


def a_uhf_book(name: str, *tags: UhfTag) -> Book:
    return Book(name, name, f"Title of {name}", (), uhf=tags)


def iso_book(name: str = "B1", pc: int = IN_STOCK, user: bytes = b"\x06\x01\x02\x03") -> Book:
    return a_uhf_book(name, a_uhf_tag(ISO_UII, pc, user))


def report_spec(trigger: int = 1, after_tags: int = 1, content: int = 0x1780, pc: int = 0x00) -> bytes:
    selector = tlv(238, u16(content), tlv(348, bytes((pc,))))
    return tlv(237, bytes((trigger,)), u16(after_tags), selector)


def rospec(
    number: int = 1,
    *,
    start: bytes = b"\0",
    stop_ms: int | None = None,
    ai_stop: bytes | None = None,
    antennas: tuple[int, ...] = (0,),
    report: bytes = b"",
) -> bytes:
    """ADD_ROSPEC's parameter: `start` after ROSpecStartTrigger's head; `ai_stop` after AISpecStopTrigger's."""
    ends = b"\0" + u32(0) if stop_ms is None else b"\1" + u32(stop_ms)
    boundary = tlv(178, tlv(179, start), tlv(182, ends))
    ai_ends = b"\0" + u32(0) if ai_stop is None else ai_stop
    inventory = tlv(183, u16(len(antennas), *antennas), tlv(184, ai_ends), tlv(186, u16(1), b"\1"))
    return tlv(177, u32(number), b"\0\0", boundary, inventory, report)


def after_ms(duration_ms: int) -> bytes:
    return b"\1" + u32(duration_ms)


def observing(kind: int, tags: int = 0, attempts: int = 0, quiet_ms: int = 0, timeout_ms: int = 0) -> bytes:
    return b"\3" + u32(0) + tlv(185, bytes((kind, 0)), u16(tags, attempts, quiet_ms), u32(timeout_ms))


def read(number: int, bank: int, first: int, count: int) -> bytes:
    return tlv(341, u16(number), u32(0), bytes((bank << 6,)), u16(first, count))


def write(number: int, bank: int, first: int, data: bytes, kind: int = 342) -> bytes:
    return tlv(kind, u16(number), u32(0), bytes((bank << 6,)), u16(first, len(data) // 2), data)


def target(bank: int = 1, pointer: int = 0, data: bytes = b"", match: int = 0x20) -> bytes:
    bits = 8 * len(data)
    return tlv(339, bytes((bank << 6 | match,)), u16(pointer, bits), b"\xff" * len(data), u16(bits), data)


def accessspec(*operations: bytes, number: int = 1, times: int = 0, meant: bytes = b"", report: int = 0) -> bytes:
    stop = tlv(208, bytes((times > 0,)), u16(times))
    command = tlv(209, tlv(338, meant or target()), *operations)
    return tlv(207, u32(number), u16(0), b"\1\0", u32(0), stop, command, tlv(239, bytes((report,))))


@dataclass
class Client:
    """Asks, and lets virtual time pass. Whatever was said is in `heard` until it is taken."""

    reader: LlrpReader | LlrpGate
    now_s: float = 0.0
    heard: list[Said] = field(default_factory=list)

    @classmethod
    def of_pad(cls, *books: Book) -> Client:
        room = Room(books, [])
        room.put_on_pad([book.name for book in books])
        return cls(LlrpReader(PadField(room), READER_CLOCK)).connect()

    @classmethod
    def of_gate(cls) -> Client:
        return cls(LlrpGate(READER_CLOCK)).connect()

    def connect(self) -> Client:
        self.reader.connected(self.now_s)
        said, *others = self.wait(0.01)
        assert said.event() == (256, b"\0\0")
        self.heard += others
        return self

    def raw(self, for_s: float) -> bytes:
        """Let seconds pass; what the reader said meanwhile, as bytes."""
        until_s = self.now_s + for_s
        said = self.reader.take_outgoing()
        while (due_s := self.reader.due_s()) is not None and due_s <= until_s:
            self.now_s = max(self.now_s, due_s)
            self.reader.tick(self.now_s)
            said += self.reader.take_outgoing()
        self.now_s = until_s
        self.reader.tick(until_s)
        return said + self.reader.take_outgoing()

    def wait(self, for_s: float) -> list[Said]:
        return messages_of(self.raw(for_s))

    def send(self, frame: bytes) -> None:
        self.reader.receive(frame, self.now_s)

    def ask(self, kind: int, body: bytes = b"") -> Said:
        """Send a request; return its answer. What else was said is kept in `heard`."""
        self.send(message(kind, body))
        said = self.wait(0.01)
        (answer,) = [one for one in said if one.kind not in (61, 62, 63)]
        self.heard += [one for one in said if one is not answer]
        return answer

    def does(self, kind: int, body: bytes = b"") -> None:
        answer = self.ask(kind, body)
        assert (answer.kind, answer.number, answer.code) == (kind + 10, 7, 0), answer

    def tags(self, for_s: float) -> list[dict[int, bytes]]:
        """Let seconds pass; the tags that were reported meanwhile."""
        heard, self.heard = self.heard + self.wait(for_s), []
        return [tag for said in heard if said.kind == 61 for tag in said.tags()]

    def inventories(self, spec: bytes | None = None) -> None:
        """Add, enable and start ROSpec 1."""
        self.does(20, spec or rospec())
        self.does(24, u32(1))
        self.does(22, u32(1))

    def with_access(self, *operations: bytes, times: int = 1, meant: bytes = b"", for_s: float = 1.0) -> list[bytes]:
        """Let AccessSpec 1 be carried out; the results of its operations, in their order, of the first tag."""
        self.does(40, accessspec(*operations, times=times, meant=meant))
        self.does(42, u32(1))
        self.inventories(rospec(report=report_spec(content=0x0040)))
        heard = self.heard + self.wait(for_s)
        results = [
            [body for kind, body in parameters_of(tag) if kind in (349, 350, 354)]
            for said in heard
            if said.kind == 61
            for _, tag in said.parameters()
        ]
        return next((one for one in results if one), [])
