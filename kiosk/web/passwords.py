"""Passwords of staff: argon2id (RFC 9106, second recommended option: 64 MiB, 3 passes, 4 lanes)."""

from __future__ import annotations

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 10, 256
"""Characters. Length is what counts (NIST SP 800-63B, 5.1.1); the upper bound keeps a form from being a load."""
AT_ONCE = 2
"""64 MiB each: more at once would be a way to fill the machine's memory."""

_hasher = PasswordHasher()
_turns = threading.BoundedSemaphore(AT_ONCE)
_UNKNOWN = "$argon2id$v=19$m=65536,t=3,p=4$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
"""Of no password: an unknown account takes as long as a wrong password, so that nobody can ask who works here."""


class BadPassword(ValueError):
    """A password that cannot be set; the text says what was expected."""


def hashed(password: str) -> str:
    """The hash to keep. Raises `BadPassword` for one that is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadPassword(f"expected {SHORTEST} to {LONGEST} characters, found {len(password)}")
    with _turns:
        return _hasher.hash(password)


def matches(kept: str | None, offered: str) -> bool:
    """Whether `offered` is the password; None where there is no such account."""
    if len(offered) > LONGEST:
        return False
    try:
        with _turns:
            _hasher.verify(_UNKNOWN if kept is None else kept, offered)
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None
