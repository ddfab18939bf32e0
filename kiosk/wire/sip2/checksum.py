"""The sum at the end of a message (3M SIP 2.00, error detection): two's complement of the sum of all bytes, 16 bits.

It is blind to bytes that change places, and to anything that cancels out: a good sum is no proof.
"""

from __future__ import annotations

MASK = 0xFFFF


def checksum(data: bytes) -> str:
    """Four upper-case hex digits for `data`, which ends with the letters `AZ`."""
    return f"{-sum(data) & MASK:04X}"


def is_right(data: bytes, digits: str) -> bool:
    """Whether `digits`, in either case, is the sum of `data`. Digits that are none are wrong."""
    try:
        return (sum(data) + int(digits, 16)) & MASK == 0
    except ValueError:
        return False
