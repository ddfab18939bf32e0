"""UIDs as tokens. Sources: PC/SC part 3, 3.2.2.1.3; ISO/IEC 15693-3, 4.1; ISO/IEC 14443-3 (random identifiers)."""

from __future__ import annotations

from drivers.cards.exchange import NoToken, Unreadable

_SIZES = (4, 7, 8, 10)
_RANDOM_SIZE, _RANDOM_FIRST_BYTE = 4, 0x08
_ISO_15693_SIZE, _ISO_15693_FIRST_BYTE = 8, 0xE0


def normalised_uid(uid: bytes) -> bytes:
    """An ISO 15693 UID with E0 first, whichever way round the reader sent it; others as they are."""
    backwards = uid[0] != _ISO_15693_FIRST_BYTE and uid[-1] == _ISO_15693_FIRST_BYTE
    return uid[::-1] if len(uid) == _ISO_15693_SIZE and backwards else uid


def is_iso_15693(uid: bytes) -> bool:
    """Whether a card with this UID, either way round, is an ISO 15693 tag."""
    return len(uid) == _ISO_15693_SIZE and normalised_uid(uid)[0] == _ISO_15693_FIRST_BYTE


def token_of_uid(uid: bytes) -> str:
    """The UID as upper-case hex. Raises `NoToken` for one that identifies nobody."""
    if len(uid) not in _SIZES:
        raise NoToken(Unreadable.GARBLED, f"a UID of {len(uid)} bytes")
    if len(uid) == _RANDOM_SIZE and uid[0] == _RANDOM_FIRST_BYTE:
        raise NoToken(
            Unreadable.RANDOM_UID,
            "the card shows another random UID each time (first byte 08), so it tells nobody apart: "
            "set a file or sector to read instead",
        )
    return normalised_uid(uid).hex().upper()
