"""A station's newest log lines, on `up/log`, in parts. What is logged names no patron."""

from __future__ import annotations

import base64
import binascii
import gzip
import zlib
from dataclasses import dataclass
from datetime import datetime

from kiosk.wire.envelope import payload_of, unwrap, wrapped
from kiosk.wire.fields import Json, MessageRefused, SetAside
from kiosk.wire.topics import Station

TYPE = "lk.station.log"
PART_CHARACTERS = 32_000
MOST_PARTS = 64
LARGEST_LOG = 4 << 20
"""Bytes of a whole log, unpacked."""


@dataclass(frozen=True, slots=True)
class LogPart:
    """One part of a packed log (gzip, base64)."""

    command: str
    part: int
    """From 1."""
    parts: int
    text: str


def parts_of(command: str, log: str) -> tuple[LogPart, ...]:
    """A log in parts; of one that is too long the newest end."""
    packed = base64.b64encode(gzip.compress(log.encode("utf-8", "replace")[-LARGEST_LOG:], mtime=0)).decode()
    texts = [packed[at : at + PART_CHARACTERS] for at in range(0, len(packed), PART_CHARACTERS)][:MOST_PARTS]
    return tuple(LogPart(command, number, len(texts), text) for number, text in enumerate(texts, 1))


def whole_log(parts: tuple[LogPart, ...]) -> str:
    """The log of all its parts, in any order. Raises `MessageRefused` for what is no log, or too long."""
    packed = "".join(part.text for part in sorted(parts, key=lambda part: part.part))
    try:
        opened = zlib.decompressobj(wbits=31)
        raw = opened.decompress(base64.b64decode(packed, validate=True), LARGEST_LOG)
    except (binascii.Error, ValueError, zlib.error):
        raise MessageRefused("data.text", "a log packed with gzip", f"{len(packed)} characters that are none") from None
    if not opened.eof and not opened.unconsumed_tail:
        raise MessageRefused("data.text", "a whole log", f"{len(parts)} parts of one")
    if opened.unconsumed_tail:
        raise MessageRefused("data.text", f"a log of at most {LARGEST_LOG} bytes", "more")
    return raw.decode("utf-8", "replace")


def encode_log_part(station: Station, part: LogPart, at: datetime) -> bytes:
    body: dict[str, Json] = {"command": part.command, "part": part.part, "parts": part.parts, "text": part.text}
    return payload_of(wrapped(f"{part.command}.{part.part}", station.source, TYPE, at, body))


def decode_log_part(payload: bytes) -> LogPart | SetAside:
    """Raises `MessageRefused`."""
    envelope = unwrap(payload, frozenset({TYPE}))
    if isinstance(envelope, SetAside):
        return envelope
    data = envelope.data
    parts = data.whole("parts", least=1, most=MOST_PARTS)
    return LogPart(
        data.text("command", longest=64),
        data.whole("part", least=1, most=parts),
        parts,
        data.text("text", longest=PART_CHARACTERS),
    )
