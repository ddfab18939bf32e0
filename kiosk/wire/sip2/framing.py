"""Cutting a stream into messages: they end with CR by the standard, and in the field with CR, LF or CRLF.

Source: 3M SIP 2.00, message format; Koha and Evergreen can be set to send CRLF, Windows clients do.
"""

from __future__ import annotations

import re

LARGEST_MESSAGE = 64 * 1024
"""A longer one is dropped up to the next end."""
_END = re.compile(rb"[\r\n]")
_AROUND = b" \t\0"


class Framer:
    """Takes bytes as they come, in any pieces; gives whole messages without their ends."""

    def __init__(self) -> None:
        self.dropped = 0
        """Messages that were too long."""
        self._kept = b""
        self._dropping = False

    def feed(self, data: bytes) -> list[bytes]:
        """Every message that `data` completes. Empty ones are no messages."""
        *whole, self._kept = _END.split(self._kept + data)
        if whole and self._dropping:
            whole, self._dropping = whole[1:], False
        messages = [found for piece in whole if (found := piece.strip(_AROUND))]
        self.dropped += sum(1 for one in messages if len(one) > LARGEST_MESSAGE)
        if len(self._kept) > LARGEST_MESSAGE:
            self._kept = b""
            self.dropped += not self._dropping
            self._dropping = True
        return [one for one in messages if len(one) <= LARGEST_MESSAGE]

    def rest(self) -> bytes:
        """What came without an end: of a file, the last message. The tail of one that was too long is none."""
        kept = b"" if self._dropping else self._kept.strip(_AROUND)
        self._kept, self._dropping = b"", False
        return kept
