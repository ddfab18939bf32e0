"""Making a copy's file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.rules.policy import RulesFile
from kiosk.settings import as_table
from kiosk.wire.envelope import json_text
from kiosk.wire.fields import Json, instant_text
from kiosk.wire.offline_copy.records import Words

MAGIC = b"LKC1"
SECTIONS = ("patrons", "items", "kept")


@dataclass(frozen=True, slots=True)
class CopyHead:
    """What a copy says besides its records."""

    site: str
    version: str
    issued: datetime
    """Aware."""
    salt: bytes
    time_zone: str
    """IANA name, where the rules' calendar names none."""
    rules: RulesFile
    branches: Mapping[str, str]
    """Station → branch."""
    words: Words


@dataclass(slots=True)
class Sections:
    """Records in any order: name and what stands behind it."""

    patrons: list[bytes] = field(default_factory=list)
    items: list[bytes] = field(default_factory=list)
    kept: list[bytes] = field(default_factory=list)

    def sorted(self) -> list[bytes]:
        """Each section's bytes, in the order of `SECTIONS`. Sorts in place: there may be millions."""
        for records in (self.patrons, self.items, self.kept):
            records.sort()
        return [b"".join(records) for records in (self.patrons, self.items, self.kept)]


def write_copy(file: BinaryIO, head: CopyHead, sections: Sections, key: Ed25519PrivateKey) -> None:
    """Raises `OSError`."""
    counts = [len(records) for records in (sections.patrons, sections.items, sections.kept)]
    bodies = sections.sorted()
    listed: list[Json] = [
        {"name": name, "records": count, "sha256": hashlib.sha256(body).hexdigest()}
        for name, count, body in zip(SECTIONS, counts, bodies, strict=True)
    ]
    told = json_text(_head_table(head) | {"sections": listed}).encode()
    signed = MAGIC + len(told).to_bytes(4, "big") + told
    for part in (signed, key.sign(signed), *bodies):
        file.write(part)


def _head_table(head: CopyHead) -> dict[str, Json]:
    words: dict[str, Sequence[str]] = {
        "categories": list(head.words.categories),
        "classes": list(head.words.classes),
        "marks": list(head.words.marks),
    }
    return {
        "site": head.site,
        "version": head.version,
        "issued": instant_text(head.issued),
        "salt": head.salt.hex(),
        "time_zone": head.time_zone,
        "rules": as_table(head.rules),
        "branches": dict(head.branches),
        **words,
    }
