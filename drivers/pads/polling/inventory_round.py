"""One look at everything on the pad, and what it can say of tags that it did not show."""

from __future__ import annotations

from typing import Generic

from drivers.pads.polling.dialect import Inventory, Refused, RoundEnd, ShownTag
from drivers.pads.polling.errand import Answer, Request


class InventoryRound(Generic[Request, Answer]):
    """A dialect's inventory under way."""

    holds = True
    """Once begun."""

    def __init__(self, inventory: Inventory[Request, Answer], ready_s: float) -> None:
        self.ready_s = ready_s
        self.fresh = inventory.fresh
        self.begun_s: float | None = None
        self.ended = False
        self.whole = False
        """Every tag that answered is among those shown: a tag that is not was missed or is away."""
        self.lost = False
        """An answer did not come: nothing can be said of tags that were not seen."""
        self.refused: Refused | None = None
        self.others = 0
        """Tags of other kinds."""
        self._inventory = inventory
        self._shown: list[ShownTag] = []

    def request(self, now_s: float) -> Request:
        if self.begun_s is None:
            self.begun_s = now_s
        return self._inventory.request()

    def heard(self, answer: Answer, now_s: float) -> None:
        looked = self._inventory.heard(answer)
        if looked is None:
            return
        self._shown += looked.tags
        self.others += looked.others
        self.ended = looked.end is not None
        self.whole = looked.end is RoundEnd.WHOLE
        if isinstance(looked.end, Refused):
            self.refused = looked.end

    def unheard(self, now_s: float) -> None:
        """Which tags the reader still holds is unknown: look again from the beginning."""
        self.ended = self.lost = True

    def take_shown(self) -> list[ShownTag]:
        """Tags since the last call."""
        shown, self._shown = self._shown, []
        return shown
