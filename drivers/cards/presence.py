"""Whether a card lies on the reader, as people see it: a flicker is one card, and a card left there is one card."""

from __future__ import annotations

from drivers.cards.events import CardEvent, CardPresented, CardRemoved, CardUnreadable

FLICKER_HOLD_S = 0.3
READER_HOLD_S = 10.0
"""A card that lay there when reader or service went away is the same card when they are back this soon."""


class Presence:
    """One place for one card. Times in seconds of any monotonic clock."""

    def __init__(self) -> None:
        self._there: CardPresented | CardUnreadable | None = None
        self._gone_at_s: float | None = None

    def card_read(self, card: CardPresented) -> list[CardEvent]:
        """A card was read now."""
        self._gone_at_s = None
        before, self._there = self._there, card
        if before == card:
            return []
        return [CardRemoved(), card] if before is not None else [card]

    def card_unreadable(self, card: CardUnreadable) -> list[CardEvent]:
        """A card could not be read. One that flickers, or was already told, stays what it was."""
        if isinstance(self._there, CardUnreadable):
            self._gone_at_s = None
        if self._there is not None:
            return []
        self._there = card
        return [card]

    def card_away(self, now_s: float, hold_s: float = FLICKER_HOLD_S) -> None:
        """No card is there, or nobody can tell; it is removed when it is not back in `hold_s`."""
        if self._there is not None and self._gone_at_s is None:
            self._gone_at_s = now_s + hold_s

    def tick(self, now_s: float) -> list[CardEvent]:
        """The card is removed when its hold is over."""
        if self._gone_at_s is None or now_s < self._gone_at_s:
            return []
        self._there = self._gone_at_s = None
        return [CardRemoved()]

    def due_s(self) -> float | None:
        """When `tick` would remove the card."""
        return self._gone_at_s
