"""How cards name their patrons."""

from __future__ import annotations

import re

from kiosk.model.ids import PatronRef

CARD = "card:"
"""A patron reference that a station made without central: this and what its reader or scanner read."""
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")


def card_token(text: str) -> str:
    """How a card's token is kept and compared: hex without regard to case, everything else as it is."""
    token = text.strip()
    return token.upper() if _HEX.fullmatch(token) else token


def by_card(token: str) -> PatronRef:
    """Whoever has this card."""
    return PatronRef(CARD + token)
