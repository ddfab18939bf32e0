"""The sum at the end of a message (3M SIP 2.00, error detection): two's complement of the sum of all bytes, 16 bits.

It is blind to bytes that change places, and to anything that cancels out: a good sum is no proof.
"""

from __future__ import annotations

from zlib import adler32

MASK = 0xFFFF
HEX = frozenset("0123456789abcdefABCDEF")
EXACT = 256
"""Adler-32's lower half is 1 and the sum of the bytes modulo 65521 (RFC 1950, section 9): exact for so many bytes, and
a dozen times as fast as adding them up in Python."""


def checksum(data: bytes) -> str:
    """Four upper-case hex digits for `data`, which ends with the letters `AZ`."""
    total = (adler32(data) & MASK) - 1 if len(data) <= EXACT else _long_total(data)
    return "%04X" % (-total & MASK)  # once for each message, and quicker than an f-string


def is_right(data: bytes, digits: str) -> bool:
    """Whether `digits`, in either case, is the sum of `data`. Digits that are none are wrong."""
    found = checksum(data)
    return digits == found or (digits.upper() == found and HEX.issuperset(digits))


def _long_total(data: bytes) -> int:
    return sum([(adler32(data[at : at + EXACT]) & MASK) - 1 for at in range(0, len(data), EXACT)])
