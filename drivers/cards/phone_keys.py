"""Keys of the codes that phones show: the library's, by their ids, and the one of each patron's phone (ADR 0125)."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from drivers.cards.secret_file import read_secret
from drivers.errors import BadSetting, Misuse

SECRET_BYTES = 32
KEY_ID = re.compile(r"[0-9A-Z]{1,8}")
LONGEST_CARD = 64
"""Bytes of a card number in UTF-8."""
_PURPOSE = b"library-kiosk phone key 1\x00"
"""Goes into each derived key, so that the library's key may serve for other things as well."""
_SECRET = re.compile(r"[0-9A-Fa-f]{64}")


@dataclass(frozen=True, slots=True)
class PhoneKey:
    """What one patron's phone holds: it makes codes of this card and of no other. Its repr hides the secret."""

    key_id: str
    card: str = field(repr=False)
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class LibraryKey:
    """A key of the library. Its repr hides the secret. Raises `BadSetting`."""

    key_id: str
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not KEY_ID.fullmatch(self.key_id):
            raise BadSetting(f"key id {self.key_id!r}: give 1 to 8 digits and capital letters")
        if len(self.secret) != SECRET_BYTES:
            raise BadSetting(f"key {self.key_id} for phone codes has {len(self.secret)} bytes: give {SECRET_BYTES}")

    def for_card(self, card: str) -> PhoneKey:
        """The key for the phone of the patron with this card. Raises `Misuse` for what is no card number."""
        if not is_card(card):
            raise Misuse("a card number has 1 to 64 bytes of printable text")
        return PhoneKey(self.key_id, card, hmac.digest(self.secret, _PURPOSE + card.encode(), hashlib.sha256))


def is_card(card: str) -> bool:
    """Whether a text can be a card number in a code."""
    return card.isprintable() and 1 <= len(card.encode(errors="replace")) <= LONGEST_CARD


def read_phone_keys(path: Path) -> Mapping[str, LibraryKey]:
    """The keys in a secret file by their ids: one a line, `id secret`, the secret as 64 hex digits; `#` for remarks.

    A new key is added, phones are given theirs, and the old line is taken out. Raises `BadSetting`, which names lines
    by their numbers only.
    """
    keys: dict[str, LibraryKey] = {}
    for number, line in enumerate(read_secret(path).splitlines(), start=1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        if len(words) != 2 or not KEY_ID.fullmatch(words[0]) or not _SECRET.fullmatch(words[1]):
            raise BadSetting(f"the key file {path}, line {number}: write an id (digits, capitals) and 64 hex digits")
        if words[0] in keys:
            raise BadSetting(f"the key file {path}, line {number}: key {words[0]} is there twice")
        keys[words[0]] = LibraryKey(words[0], bytes.fromhex(words[1]))
    if not keys:
        raise BadSetting(f"the key file {path} holds no key")
    return keys
