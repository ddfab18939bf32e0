"""The key of a MIFARE sector: six bytes that no log, event or error may show."""

from __future__ import annotations

import string
from dataclasses import dataclass, field
from pathlib import Path

from drivers.cards.secret_file import read_secret
from drivers.errors import BadSetting

KEY_BYTES = 6


@dataclass(frozen=True, slots=True)
class SectorKey:
    """A key; its repr hides it. Raises `BadSetting` where it has not six bytes."""

    six_bytes: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.six_bytes) != KEY_BYTES:
            raise BadSetting(f"a MIFARE key has {KEY_BYTES} bytes, not {len(self.six_bytes)}")


def read_sector_key(path: Path) -> SectorKey:
    """The key in a secret file: twelve hex digits, blanks and colons between them allowed. Raises `BadSetting`."""
    digits = read_secret(path).translate({ord(each): None for each in string.whitespace + ":"})
    if len(digits) != 2 * KEY_BYTES or not set(digits) <= set(string.hexdigits):
        raise BadSetting(f"the key file {path} must hold one MIFARE key: 12 hex digits and nothing else")
    return SectorKey(bytes.fromhex(digits))
