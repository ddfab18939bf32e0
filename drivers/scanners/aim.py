"""AIM symbology identifiers: `]`, a letter for the symbology, a digit or letter for its options.

Source: ISO/IEC 15424.
"""

from __future__ import annotations

import re

_IDENTIFIER = re.compile(rb"\][A-Za-z][0-9A-Za-z]")
_EXACT = {
    b"]C0": "code-128",
    b"]C1": "gs1-128",
    b"]E0": "ean-13",
    b"]E4": "ean-8",
    b"]d1": "data-matrix",
    b"]d2": "gs1-data-matrix",
}
# The second character of these only tells of check digits and modes; the symbology is the letter's.
_BY_LETTER = {b"A": "code-39", b"F": "codabar", b"I": "interleaved-2-of-5", b"Q": "qr", b"z": "aztec"}


def take_identifier(code: bytes) -> tuple[bytes | None, bytes]:
    """Split an AIM identifier off the front: (identifier or None, the rest)."""
    if _IDENTIFIER.match(code):
        return code[:3], code[3:]
    return None, code


def symbology_of(identifier: bytes) -> str | None:
    """The symbology's name, as in `kiosk wire decode`; None for an identifier that this product does not know."""
    return _EXACT.get(identifier) or _BY_LETTER.get(identifier[1:2])
