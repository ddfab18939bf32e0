"""Takes patrons' data out of a recorded exchange: known secrets are replaced by others of their length, and the
frames' check values made right again, so that what is left still is a true exchange.

Everything that a scanner says is secret. Of other devices a recording learns it from the driver: cards that were read,
tags that are not a library's or are a patron's. A replacement is the same wherever the secret stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from drivers.scanners.evdev import RECORD
from drivers.sealing import resealed

TYPE_KEY, TYPE_MISC = 1, 4
DIGIT_KEYS = frozenset(range(2, 12))
LETTER_KEYS = frozenset((*range(16, 26), *range(30, 39), *range(44, 51)))
KEY_7, KEY_X = 8, 45
AIM_BEGINS, AIM_BYTES = b"]", 3
"""An AIM identifier tells the symbology (ISO/IEC 15424)."""
SSI_DECODED, SSI_HEAD = b"\xf3", 5
"""Zebra SSI: the opcode of decoded data; length, opcode, source, status and symbology stand before the code."""
LOAD_KEY = bytes.fromhex("FF82")
LOAD_KEY_HEAD = 5
"""CLA, INS, P1, P2, Lc; the key follows (PC/SC part 3, 3.2.2.1.4)."""

SHORTEST_SECRET = 3
"""Bytes; a shorter piece stands everywhere by chance."""


@dataclass(frozen=True, slots=True)
class Secret:
    """Bytes as they go over the wire, and what stands there instead."""

    hidden: bytes
    shown: bytes

    def __post_init__(self) -> None:
        assert len(self.hidden) == len(self.shown), (len(self.hidden), len(self.shown))


def of_text(text: str) -> Iterator[Secret]:
    """A code or card number: digits become 7, other characters X."""
    shown = "".join("7" if character.isdigit() else "X" for character in text)
    yield from _secret(text.encode(), shown.encode() if text.isascii() else b"X" * len(text.encode()))


def of_uid(uid: str, number: int) -> Iterator[Secret]:
    """A UID in hex, in both directions; its first two bytes (standard and maker) stay, `number` tells several apart."""
    hidden = bytes.fromhex(uid)
    kept = hidden[:2] if len(hidden) > 4 else b""
    shown = kept + number.to_bytes(len(hidden) - len(kept), "big")
    yield from _secret(hidden, shown)
    yield from _secret(hidden[::-1], shown[::-1])


def of_memory(data: bytes, block_size: int) -> Iterator[Secret]:
    """A tag's memory, block by block and both ways round, as readers send it. Blocks of one byte value tell nothing."""
    for start in range(0, len(data), block_size):
        block = data[start : start + block_size]
        if len(set(block)) > 1:
            yield from _secret(block, bytes((0xAA,)) * len(block))
            yield from _secret(block[::-1], bytes((0xAA,)) * len(block))


def _secret(hidden: bytes, shown: bytes) -> Iterator[Secret]:
    if len(hidden) >= SHORTEST_SECRET and hidden != shown:
        yield Secret(hidden, shown)


def masked(protocol: str, frame: bytes, secrets: Iterable[Secret]) -> bytes:
    """The frame without the secrets, the longest first. Its check value is right, or wrong, as it was before."""
    match protocol:
        case "evdev":
            return _without_keys(frame)
        case "scanner":
            head = AIM_BYTES if frame.startswith(AIM_BEGINS) else 0
            return frame[:head] + _without_characters(frame[head:])
        case "scan_engine" if frame[1:2] == SSI_DECODED:
            shown = frame[:SSI_HEAD] + _without_characters(frame[SSI_HEAD:-2]) + frame[-2:]
            return resealed(protocol, frame, shown)
        case "pcsc" if frame.startswith(LOAD_KEY):
            return frame[:LOAD_KEY_HEAD] + bytes((0xFF,)) * len(frame[LOAD_KEY_HEAD:])
        case _:
            pass
    hidden = frame
    for secret in sorted(secrets, key=lambda secret: len(secret.hidden), reverse=True):
        hidden = hidden.replace(secret.hidden, secret.shown)
    return frame if hidden == frame else resealed(protocol, frame, hidden)


def _without_characters(code: bytes) -> bytes:
    """A code in which every digit is 7 and every letter X, read whole or not."""
    return bytes(ord("7") if chr(byte).isdigit() and byte < 0x80 else _letter(byte) for byte in code)


def _letter(byte: int) -> int:
    return ord("X") if byte >= 0x80 or chr(byte).isalpha() else byte


def _without_keys(records: bytes) -> bytes:
    """Input records in which every digit is 7 and every letter X; scan codes, which tell the key as well, are 0."""
    whole = len(records) - len(records) % RECORD.size
    shown = bytearray()
    for seconds, micros, kind, code, value in RECORD.iter_unpack(records[:whole]):
        if kind == TYPE_KEY and code in DIGIT_KEYS:
            code = KEY_7
        elif kind == TYPE_KEY and code in LETTER_KEYS:
            code = KEY_X
        elif kind == TYPE_MISC:
            value = 0
        shown += RECORD.pack(seconds, micros, kind, code, value)
    return bytes(shown) + bytes(len(records) - whole)
