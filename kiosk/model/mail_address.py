"""What an e-mail address may be: one that every server takes, and no header breaks on (RFC 5321, without quoting)."""

from __future__ import annotations

import re

_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"
)
LONGEST, LONGEST_LOCAL = 254, 64
"""Characters (RFC 5321, 4.5.3.1)."""


def is_address(text: str) -> bool:
    """Whether mail can go there."""
    local = text.partition("@")[0]
    return len(text) <= LONGEST and len(local) <= LONGEST_LOCAL and _ADDRESS.fullmatch(text) is not None
