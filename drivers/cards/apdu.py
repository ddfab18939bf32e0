"""Command and answer APDUs as bytes, and what the status words mean.

Sources: ISO/IEC 7816-4 (cases 1 to 4, short and extended lengths, status words); PC/SC part 3, 3.2.2 (storage card
commands); ACR122U API 2.04; SCM SCL3711 reference manual, 6.2.3 (what readers say of a key).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

_HEADER_SIZE = 4
_LOAD_KEY = (0xFF, 0x82)
SW_OK = 0x9000


class Apart(StrEnum):
    """Why bytes are not one command."""

    TRUNCATED = "frame-truncated"
    LENGTH = "length-invalid"
    """More bytes than the lengths inside announce."""


@dataclass(frozen=True, slots=True, repr=False)
class Command:
    """A command APDU. `le` is the answer length asked for, None where none is; 0 means as much as there is.

    Its repr hides a key.
    """

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = b""
    le: int | None = None

    def __repr__(self) -> str:
        data = "hidden" if (self.cla, self.ins) == _LOAD_KEY else self.data.hex().upper()
        return f"Command({self.cla:02X} {self.ins:02X} {self.p1:02X} {self.p2:02X}, data={data!r}, le={self.le})"

    def encode(self) -> bytes:
        """As bytes, short lengths (data up to 255 bytes)."""
        body = bytes((self.cla, self.ins, self.p1, self.p2))
        if self.data:
            body += bytes((len(self.data),)) + self.data
        return body if self.le is None else body + bytes((self.le,))


@dataclass(frozen=True, slots=True)
class ParsedCommand:
    """A command and whether bytes were left over behind it."""

    command: Command
    trailing: bool = False


def parse_command(data: bytes) -> ParsedCommand | Apart:
    """Read a command APDU; `TRUNCATED` when Lc announces more than there is."""
    if len(data) < _HEADER_SIZE:
        return Apart.TRUNCATED
    cla, ins, p1, p2 = data[:_HEADER_SIZE]
    body = data[_HEADER_SIZE:]
    if not body:
        return ParsedCommand(Command(cla, ins, p1, p2))
    if len(body) == 1:
        return ParsedCommand(Command(cla, ins, p1, p2, le=body[0]))
    extended = body[0] == 0 and len(body) >= 3
    size_of_length = 3 if extended else 1
    count = int.from_bytes(body[:size_of_length])
    if extended and len(body) == size_of_length:
        return ParsedCommand(Command(cla, ins, p1, p2, le=count))
    if len(body) < size_of_length + count:
        return Apart.TRUNCATED
    content, rest = body[size_of_length : size_of_length + count], body[size_of_length + count :]
    le = int.from_bytes(rest) if rest else None
    if len(rest) > (2 if extended else 1):
        return ParsedCommand(Command(cla, ins, p1, p2, content, rest[0]), trailing=True)
    return ParsedCommand(Command(cla, ins, p1, p2, content, le))


GET_UID = Command(0xFF, 0xCA, 0x00, 0x00, le=0)
GET_ATS = Command(0xFF, 0xCA, 0x01, 0x00, le=0)


class KeyType(StrEnum):
    """Which MIFARE key a sector is opened with."""

    A = "A"
    B = "B"


KEY_TYPE_BYTES = {0x60: KeyType.A, 0x61: KeyType.B}


def load_key(key: bytes, slot: int = 0, structure: int = 0) -> Command:
    """Put a six-byte MIFARE key into a slot of the reader; some readers want `structure` 0x20."""
    return Command(0xFF, 0x82, structure, slot, key)


def authenticate(block: int, key_type: KeyType, slot: int = 0) -> Command:
    """Open the sector of a MIFARE block with the key in a slot."""
    return Command(0xFF, 0x86, 0x00, 0x00, bytes((0x01, block >> 8, block & 0xFF, _code_of(key_type), slot)))


def authenticate_old(block: int, key_type: KeyType, slot: int = 0) -> bytes:
    """The same as older readers want it: block, key type and slot stand where P2, Lc and data would."""
    return bytes((0xFF, 0x88, 0x00, block, _code_of(key_type), slot))


def _code_of(key_type: KeyType) -> int:
    return next(code for code, name in KEY_TYPE_BYTES.items() if name is key_type)


def read_binary(address: int, le: int) -> Command:
    """Read `le` bytes at a block or page of a storage card."""
    return Command(0xFF, 0xB0, address >> 8, address & 0xFF, le=le)


def select_application(aid: bytes) -> Command:
    """ISO/IEC 7816-4, 11.2.2: SELECT by application identifier."""
    return Command(0x00, 0xA4, 0x04, 0x00, aid, le=0)


def select_file(file_id: int) -> Command:
    """ISO/IEC 7816-4, 11.2.2: SELECT an elementary file under the current one, no answer data wanted."""
    return Command(0x00, 0xA4, 0x02, 0x0C, file_id.to_bytes(2))


def read_file(offset: int, le: int) -> Command:
    """ISO/IEC 7816-4, 11.3.3: READ BINARY of the selected file, `offset` up to 0x7FFF."""
    return Command(0x00, 0xB0, offset >> 8, offset & 0xFF, le=le)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer APDU: data and status word."""

    data: bytes
    sw: int

    @property
    def ok(self) -> bool:
        """Whether the card did what it was asked."""
        return self.sw == SW_OK


def parse_answer(data: bytes) -> Answer | None:
    """Data and status word; None for fewer than two bytes."""
    if len(data) < 2:
        return None
    return Answer(data[:-2], int.from_bytes(data[-2:]))


_EXACT_LENGTH = 0x6C
_MEANINGS = {
    0x9000: "ok",
    0x6281: "part of the data may be damaged",
    0x6282: "the data end before",
    0x6300: "failed, or no card",
    0x6401: "time-out, or the card has gone",
    0x6581: "memory failure",
    0x6700: "wrong length",
    0x6800: "class not supported",
    0x6981: "command not for this card",
    0x6982: "security condition not met",
    0x6983: "authentication failed",
    0x6984: "key or data not usable",
    0x6985: "conditions of use not met",
    0x6986: "not allowed",
    0x6987: "no permanent memory for keys",
    0x6988: "no such place for a key",
    0x6989: "wrong length of the key",
    0x6A81: "not supported",
    0x6A82: "not found",
    0x6B00: "wrong parameter",
    0x6D00: "instruction not known",
    0x6E00: "class not known",
}


def is_known_status(sw: int) -> bool:
    """Whether this is one of the status words that readers and cards are known to answer."""
    return sw in _MEANINGS or sw >> 8 == _EXACT_LENGTH


def meaning_of(sw: int) -> str:
    """A status word in words, its four digits first."""
    if sw >> 8 == _EXACT_LENGTH:
        return f"{sw:04X} exact length is {sw & 0xFF}"
    return f"{sw:04X} {_MEANINGS.get(sw, 'unknown status')}"
