"""Codes that a patron's phone shows instead of a card: another one every 30 s, each good once at a kiosk (ADR 0125).

    LKP1.K7.GEZDGNBV.59471234.RITSEI4YTTTWXSDAOGHTSO2YC4
    |    |  |        |        HMAC-SHA-256 of all before, by the phone's key, first 16 bytes, base 32
    |    |  |        number of the 30 s since 1970
    |    |  card number, base 32
    |    which of the library's keys
    prefix and version

Pure: the time is a value. All characters are of the QR code's alphanumeric set.
Sources: RFC 2104 (HMAC), RFC 4648 (base 32, here without padding), RFC 6238 (time steps, one use each).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from drivers.cards.phone_keys import LibraryKey, PhoneKey, is_card

STEP_S = 30
SKEW_STEPS = 1
"""Phone and kiosk may be so many steps apart."""
MAC_BYTES = 16
REMEMBERED = 4096
"""Used codes at most; each is forgotten when it has expired anyway."""
_VERSION = "LKP1"
_ANY_VERSION = re.compile(r"LKP[0-9]+\.")
_CODE = re.compile(
    r"(?P<head>LKP1\.(?P<key>[0-9A-Z]{1,8})\.(?P<card>[A-Z2-7]{2,104})\.(?P<step>0|[1-9][0-9]{0,11}))"
    r"\.(?P<mac>[A-Z2-7]{26})"
)


class Refusal(StrEnum):
    """Why a code is not taken."""

    MALFORMED = "malformed"
    """It has the prefix and is no code, or one of a later version."""
    UNKNOWN_KEY = "unknown-key"
    """Of another library, or of a key that was retired: the phone has to sign in again."""
    FORGED = "forged"
    EXPIRED = "expired"
    """A picture of an old code, or a clock that is slow: the phone's, or the kiosk's fast."""
    FROM_THE_FUTURE = "from-the-future"
    """A clock that is fast: the phone's, or the kiosk's slow."""
    USED_BEFORE = "used-before"
    """Here, just now: the next code comes within half a minute."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The patron's card number. It is a patron's data: never for a log."""

    card: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The patron is asked to use something else, or to wait."""

    why: Refusal


def is_phone_code(code: str) -> bool:
    """Whether what a scanner read wants to be a phone's code, and is therefore no barcode."""
    return _ANY_VERSION.match(code) is not None


def make(key: PhoneKey, now_s: float) -> str:
    """The code to show at this time (seconds since 1970)."""
    head = f"{_VERSION}.{key.key_id}.{_base32(key.card.encode())}.{_step_of(now_s)}"
    return f"{head}.{_base32(_mac(key, head))}"


class PhoneCodes:
    """One kiosk's judgement over codes; it remembers which were used here."""

    def __init__(self, keys: Mapping[str, LibraryKey]) -> None:
        self._keys = keys
        self._used: dict[bytes, int] = {}

    def judge(self, code: str, now_s: float) -> Accepted | Refused:
        """What a code that a scanner read is worth at this time (seconds since 1970)."""
        parts = _CODE.fullmatch(code)
        card = None if parts is None else _card_of(parts["card"])
        mac = None if parts is None else _unbase32(parts["mac"])
        if parts is None or card is None or mac is None:
            return Refused(Refusal.MALFORMED)
        key = self._keys.get(parts["key"])
        if key is None:
            return Refused(Refusal.UNKNOWN_KEY)
        if not hmac.compare_digest(_mac(key.for_card(card), parts["head"]), mac):
            return Refused(Refusal.FORGED)
        why = self._untimely(int(parts["step"]), mac, _step_of(now_s))
        return Accepted(card) if why is None else Refused(why)

    def _untimely(self, step: int, mac: bytes, now_step: int) -> Refusal | None:
        if step < now_step - SKEW_STEPS:
            return Refusal.EXPIRED
        if step > now_step + SKEW_STEPS:
            return Refusal.FROM_THE_FUTURE
        if mac in self._used:
            return Refusal.USED_BEFORE
        self._used = {used: when for used, when in self._used.items() if when >= now_step - SKEW_STEPS}
        if len(self._used) >= REMEMBERED:
            del self._used[next(iter(self._used))]
        self._used[mac] = step
        return None


def _step_of(now_s: float) -> int:
    return int(now_s // STEP_S)


def _mac(key: PhoneKey, head: str) -> bytes:
    return hmac.digest(key.secret, head.encode(), hashlib.sha256)[:MAC_BYTES]


def _card_of(text: str) -> str | None:
    content = _unbase32(text)
    if content is None:
        return None
    try:
        card = content.decode()
    except UnicodeDecodeError:
        return None
    return card if is_card(card) else None


def _base32(content: bytes) -> str:
    return base64.b32encode(content).decode().rstrip("=")


def _unbase32(text: str) -> bytes | None:
    """None for text that is not the one way to write these bytes, or a code could be shown in several disguises."""
    try:
        content = base64.b32decode(text + "=" * (-len(text) % 8))
    except binascii.Error:
        return None
    return content if _base32(content) == text else None
