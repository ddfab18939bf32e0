"""What was heard since the copy was made: changes from central, and facts straight from the kiosks. Pure.

Of two states of one item the later one counts, whoever told it; central orders an item's story by the same times. What
a new copy holds already is dropped: changes up to its version, and facts up to the seqs that it names. So a fact that
is told again, by a kiosk or by a thief, changes nothing (docs/adr/0151). One of a station whose clock is ahead has no
time of its own that counts: it is believed once, when it is new (docs/adr/0210).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kiosk.model.facts import Fact, ItemReturned, LoanMade, LoanUndone, StationSettled
from kiosk.model.ids import Epoch
from kiosk.wire.facts_codec import FactBatch
from kiosk.wire.fields import SetAside
from kiosk.wire.lent_changes import LentChange, LentChanges
from kiosk.wire.lent_file import LentHeader, item_key, uid_key

MOST_ENTRIES = 200_000
"""Twice as many loans as a large library makes between two copies; of more, the oldest are let go."""
AHEAD = timedelta(minutes=5)
"""A station's clock may be this far ahead; beyond it, its fact is dated by its arrival, as central does."""
MOST_EPOCHS = 1_000
"""Of stations that were heard; a site has a few dozen. Of more, those heard first are let go."""
ENDED = frozenset({"returned", "undone"})
"""Outcomes of a settled doubt after which the item is not lent."""


@dataclass(frozen=True, slots=True)
class Entry:
    """The state of one key since `at`."""

    lent: bool
    at: datetime
    station: str = ""
    """Of a fact: who told it; empty for a change from central."""
    epoch: Epoch | None = None
    seq: int = 0
    """Of a fact its number in the epoch, of a change its version."""


@dataclass(slots=True)
class Overlay:
    """Entries by key (`item_key`, `uid_key`). One thread changes it."""

    entries: dict[int, Entry] = field(default_factory=dict)
    taken: Mapping[tuple[str, Epoch], int] = field(default_factory=dict)
    """Facts that the copy below holds."""
    heard: dict[tuple[str, Epoch], int] = field(default_factory=dict)
    """Up to which seq each station's epoch was heard."""
    version: int = 0
    """Everything central told up to here is in it, or in the copy."""

    def facts(self, station: str, batch: FactBatch, now: datetime) -> list[tuple[int, Entry]]:
        """Take facts of a kiosk; the entries that are new."""
        key = station, batch.epoch
        floor, heard = self.taken.get(key, 0), self.heard.get(key, 0)
        fresh: list[tuple[int, Entry]] = []
        for told in batch.facts:
            undated = told.told_at is None or told.told_at > now + AHEAD
            if told.seq <= floor or (undated and told.seq <= heard):
                continue
            at = now if told.told_at is None or undated else told.told_at
            lent = becomes_lent(told.fact)
            if lent is not None:
                entry = Entry(lent, at, station, batch.epoch, told.seq)
                fresh += self._put(keys_of(told.fact), entry)
        if batch.facts:
            self.heard[key] = max(heard, batch.facts[-1].seq)
        while len(self.heard) > MOST_EPOCHS:
            del self.heard[next(iter(self.heard))]
        return fresh

    def changes(self, told: LentChanges) -> tuple[list[tuple[int, Entry]], bool]:
        """Take changes of central; the entries that are new, and whether some before them were missed."""
        missed = told.after > self.version or told.version < self.version  # the latter: central is an older one
        fresh: list[tuple[int, Entry]] = []
        for change in told.changes:
            fresh += self._put(_change_keys(change), Entry(change.lent, change.at, seq=told.version))
        if not missed or told.version < self.version:
            self.version = told.version
        return fresh, missed

    def over(self, header: LentHeader) -> list[int]:
        """Lie over a new copy from now on; the keys of what it holds already."""
        old = [key for key, entry in self.entries.items() if _is_in(entry, header)]
        for key in old:
            del self.entries[key]
        self.taken = header.taken
        self.version = header.version if not self.version else max(self.version, header.version)
        return old

    def _put(self, keys: Iterator[int], entry: Entry) -> Iterator[tuple[int, Entry]]:
        for key in keys:
            known = self.entries.get(key)
            if known is None or known.at <= entry.at:
                self.entries[key] = entry
                yield key, entry

    def let_go(self) -> list[int]:
        """Keep within bounds where no new copy comes for a long time; the keys that went."""
        excess = len(self.entries) - MOST_ENTRIES
        if excess <= 0:
            return []
        oldest = sorted(self.entries, key=lambda key: self.entries[key].at)[: excess + MOST_ENTRIES // 10]
        for key in oldest:
            del self.entries[key]
        return oldest


def becomes_lent(fact: Fact | SetAside) -> bool | None:
    """Whether its item is lent after this fact; None where the fact says nothing of that."""
    match fact:
        case LoanMade():
            return True
        case ItemReturned() | LoanUndone():
            return False
        case StationSettled() if fact.outcome in ENDED:
            return False
        case _:
            return None


def keys_of(fact: Fact | SetAside) -> Iterator[int]:
    """Under what the item of such a fact is looked up."""
    match fact:
        case LoanMade() | ItemReturned():
            yield item_key(fact.item)
            if fact.uid:
                yield uid_key(fact.uid)
        case LoanUndone() | StationSettled():
            yield item_key(fact.item)
        case _:
            pass


def _change_keys(change: LentChange) -> Iterator[int]:
    yield item_key(change.item)
    yield from map(uid_key, change.uids)


def _is_in(entry: Entry, header: LentHeader) -> bool:
    if entry.epoch is not None:
        return entry.seq <= header.taken.get((entry.station, entry.epoch), 0)
    return entry.seq <= header.version
