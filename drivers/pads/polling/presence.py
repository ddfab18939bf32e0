"""Which tags lie on the pad: told by inventories, with a grace that hides a missed one."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.pads.polling.dialect import ShownTag
from drivers.pads.polling.errand import Answer, Request
from drivers.pads.polling.inventory_round import InventoryRound

_MISSED_ROUNDS = 2
_BLIND_GRACE = 4
"""While inventories are not whole, the grace is this many times as long."""
_TAGS_LIMIT = 256
"""More tags than a pad has room for are not kept."""


@dataclass(slots=True)
class _Tag:
    dsfid: int | None
    seen_s: float
    missed: int = 0
    """Whole inventories in a row without it."""
    unsure: int = 0
    """The same of inventories that told that records are missing."""
    told: bool = True


class Presence:
    """UIDs in the order in which they came."""

    def __init__(self, gone_after_s: float) -> None:
        self._gone_after_s = gone_after_s
        self._tags: dict[str, _Tag] = {}
        self.freshly_each_round = False
        """This reader tells a tag once: only a fresh look shows it again."""

    def __contains__(self, uid: str) -> bool:
        tag = self._tags.get(uid)
        return tag is not None and tag.told

    def __len__(self) -> int:
        return len(self._tags)

    def dsfid(self, uid: str) -> int | None:
        """As the inventory told it; None for a tag that it did not show."""
        tag = self._tags.get(uid)
        return None if tag is None else tag.dsfid

    def clear(self) -> None:
        """Nothing is known of any tag."""
        self._tags.clear()

    def forget(self) -> None:
        """Tell every tag anew when it shows; one that does not show is still told as gone."""
        for tag in self._tags.values():
            tag.told = False

    def note(self, uid: str, dsfid: int | None, now_s: float) -> bool:
        """A tag showed; true when that is news."""
        tag = self._tags.get(uid)
        if tag is None and len(self._tags) >= _TAGS_LIMIT:
            return False
        if tag is None:
            self._tags[uid] = _Tag(dsfid, now_s)
            return True
        news, tag.told = not tag.told, True
        tag.seen_s, tag.missed, tag.unsure = now_s, 0, 0
        return news

    def note_shown(self, round_: InventoryRound[Request, Answer], shown: list[ShownTag], now_s: float) -> list[str]:
        """The tags of one answer; returns those that are news."""
        came_back = any(self._is_missed(tag.uid) for tag in shown)
        if round_.fresh and came_back:
            self.freshly_each_round = True
        return [tag.uid for tag in shown if self.note(tag.uid, tag.dsfid, now_s)]

    def judge(self, round_: InventoryRound[Request, Answer], now_s: float) -> list[str]:
        """After a round: tags that are gone. Those that seem so are only believed after a fresh look."""
        if round_.lost or round_.refused is not None or round_.begun_s is None:
            return []
        for tag in self._tags.values():
            if tag.seen_s < round_.begun_s:
                tag.missed += round_.whole
                tag.unsure += not round_.whole
        if not round_.fresh:
            return []
        gone = [uid for uid in self._tags if self._seems_gone(uid, now_s)]
        for uid in gone:
            del self._tags[uid]
        return gone

    def doubts(self, now_s: float) -> bool:
        """Whether a tag seems gone, so that the next look must be a fresh one."""
        return any(self._seems_gone(uid, now_s) for uid in self._tags)

    def _is_missed(self, uid: str) -> bool:
        return uid in self._tags and self._tags[uid].missed >= _MISSED_ROUNDS

    def _seems_gone(self, uid: str, now_s: float) -> bool:
        tag = self._tags[uid]
        away_s = now_s - tag.seen_s
        missed = self._is_missed(uid) and away_s >= self._gone_after_s
        unsure = tag.missed + tag.unsure >= _MISSED_ROUNDS * _BLIND_GRACE
        return missed or (unsure and away_s >= self._gone_after_s * _BLIND_GRACE)
