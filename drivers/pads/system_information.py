"""What an ISO 15693 tag says of itself, where a reader passes on the tag's own bytes.

Flags, UID (least significant byte first), and the fields that the flags announce. Source: ISO/IEC 15693-3, 10.4.12.
"""

from __future__ import annotations

from dataclasses import dataclass

UID_BYTES = 8
UID_FIRST_BYTE = 0xE0
"""First byte of every UID (ISO/IEC 15693-3, 4.1)."""
_HAS_DSFID, _HAS_AFI, _HAS_SIZE, _HAS_IC = 0x01, 0x02, 0x04, 0x08
_FIELDS = ((_HAS_DSFID, 1), (_HAS_AFI, 1), (_HAS_SIZE, 2), (_HAS_IC, 1))
_BLOCK_SIZE_BITS = 0x1F


@dataclass(frozen=True, slots=True)
class SystemInformation:
    """On the air are size minus one and count minus one: here one is added to both. None where the tag tells none."""

    uid: str
    """16 upper-case hex digits, `E0` first."""
    dsfid: int | None
    afi: int | None
    block_size: int | None
    """Bytes."""
    blocks: int | None


def parse_system_information(data: bytes) -> SystemInformation | None:
    """Behind the answer's flags; None where the data is none."""
    if len(data) < 1 + UID_BYTES:
        return None
    flags, uid, left = data[0], data[1 : 1 + UID_BYTES][::-1], data[1 + UID_BYTES :]
    fields: dict[int, bytes] = {}
    for flag, size in _FIELDS:
        if flags & flag:
            fields[flag], left = left[:size], left[size:]
            if len(fields[flag]) < size:
                return None
    if left or uid[0] != UID_FIRST_BYTE:
        return None
    memory = fields.get(_HAS_SIZE)
    return SystemInformation(
        uid.hex().upper(),
        fields[_HAS_DSFID][0] if _HAS_DSFID in fields else None,
        fields[_HAS_AFI][0] if _HAS_AFI in fields else None,
        None if memory is None else (memory[1] & _BLOCK_SIZE_BITS) + 1,
        None if memory is None else memory[0] + 1,
    )
