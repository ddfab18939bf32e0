"""Names that must not be mixed, and the ids that are made and journalled before their first use."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import NewType
from uuid import UUID

ItemId = NewType("ItemId", str)
"""The primary item identifier: what the catalogue, the barcode and the tag call the item."""
PatronRef = NewType("PatronRef", str)
"""A patron as central knows them; off line `card:` and the token, which central resolves when the fact arrives."""
Uid = NewType("Uid", str)
"""A tag's UID: 16 upper-case hex digits, `E0` first (ISO/IEC 15693-3, 4.1)."""
SessionId = NewType("SessionId", str)
IntentId = NewType("IntentId", str)
"""One patron's wish for one item. The question to central, the loan and its facts all carry it."""
AskId = NewType("AskId", str)
Epoch = NewType("Epoch", str)
"""A random id made when a journal file is made; `(station, epoch, seq)` names a fact for ever."""


@dataclass(frozen=True, slots=True)
class IdSource:
    """Makes UUIDv7 ids (RFC 9562, 5.7) without a random source of its own: the same seed gives the same ids."""

    seed: bytes
    """At least 16 random bytes, drawn once by the process that owns the state."""
    made: int = 0

    def next(self, at: datetime) -> tuple[str, IdSource]:
        """One new id for the instant `at` (aware), and the source that makes the one after it."""
        tail = hashlib.blake2b(self.made.to_bytes(8, "big"), key=self.seed[:64], digest_size=10).digest()
        milliseconds = int(at.timestamp() * 1000) & ((1 << 48) - 1)
        value = (milliseconds << 80) | int.from_bytes(tail, "big")
        value = (value & ~(0xF << 76)) | (0x7 << 76)  # version 7
        value = (value & ~(0x3 << 62)) | (0x2 << 62)  # variant 10
        return str(UUID(int=value)), IdSource(self.seed, self.made + 1)
