"""The gates' copy of the ledger as a file: which items, and which tags, are lent and which are in stock.

    8 bytes   magic "LKLENT1\\n"
    8 bytes   length of the header, little-endian
    header    JSON, padded with blanks to a multiple of 8
    keys      8 bytes each, little-endian, ascending

A key is the first 63 bits of SHA-256 over the name, and in the lowest bit whether it is lent. So a look-up is one
bisection, whatever file or memory the keys lie in; two names share a key once in 10^18 pairs. Pure: no file is touched
here. What is not in it, central does not know.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from kiosk.model.ids import Epoch, ItemId, Uid
from kiosk.wire.envelope import json_text, parse
from kiosk.wire.fields import Json, MessageRefused, as_fields, instant_text

MAGIC = b"LKLENT1\n"
HEAD = struct.Struct("<8sQ")
KEY_BYTES = 8
LARGEST_HEADER = 16 * 1024 * 1024
LENT_BIT = 1
FORMAT = "lk-lent/1"


@dataclass(frozen=True, slots=True)
class LentHeader:
    """What is said of the keys."""

    version: int
    """Of the ledger; changes above it are told by messages."""
    as_of: datetime
    """By central's clock, aware."""
    keys: int
    taken: Mapping[tuple[str, Epoch], int]
    """Facts that are in it: the last seq of each station's epoch."""


def item_key(item: ItemId) -> int:
    """The key of an item's number, not lent."""
    return _key(b"item:", item)


def uid_key(uid: Uid) -> int:
    """The key of a tag, not lent."""
    return _key(b"uid:", uid)


def _key(kind: bytes, name: str) -> int:
    digest = hashlib.sha256(kind + name.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:KEY_BYTES], "big") & ~LENT_BIT


def encode_head(header: LentHeader) -> bytes:
    """Everything before the keys."""
    stations: dict[str, dict[str, Json]] = {}
    for (station, epoch), seq in header.taken.items():
        stations.setdefault(station, {})[epoch] = seq
    said: dict[str, Json] = {
        "format": FORMAT,
        "version": header.version,
        "as_of": instant_text(header.as_of),
        "keys": header.keys,
        "taken": stations,
    }
    text = json_text(said).encode("utf-8", "replace")
    text += b" " * (-len(text) % KEY_BYTES)
    return HEAD.pack(MAGIC, len(text)) + text


def decode_head(start: bytes, whole_bytes: int) -> tuple[LentHeader, int]:
    """The header, and where the keys begin. `start` holds at least the head; `whole_bytes` is the file's length.

    Raises `MessageRefused` for what is no such file, or not all of it.
    """
    if len(start) < HEAD.size:
        raise MessageRefused("file", "a copy of the ledger", f"{len(start)} bytes")
    magic, length = HEAD.unpack_from(start)
    if magic != MAGIC:
        raise MessageRefused("file", "a copy of the ledger of this format", "another file")
    begin = HEAD.size + length
    if length > LARGEST_HEADER or length % KEY_BYTES or len(start) < begin:
        raise MessageRefused("file.header", f"at most {LARGEST_HEADER} bytes, all there", f"{length}")
    fields = as_fields(parse(start[HEAD.size : begin], LARGEST_HEADER), "header")
    if fields.text("format") != FORMAT:
        raise MessageRefused("header.format", FORMAT, "another")
    keys = fields.whole("keys")
    if whole_bytes != begin + keys * KEY_BYTES:
        raise MessageRefused("file", f"{begin + keys * KEY_BYTES} bytes", f"{whole_bytes}")
    taken: dict[tuple[str, Epoch], int] = {}
    stations = fields.inner("taken")
    for station in stations.members:
        epochs = stations.inner(station)
        taken |= {(station, Epoch(epoch)): epochs.whole(epoch) for epoch in epochs.members}
    return LentHeader(fields.whole("version"), fields.instant("as_of"), keys, taken), begin
