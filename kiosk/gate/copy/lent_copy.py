"""The gate's copy of the ledger: a table, and over it what was heard since. Every question is a look-up.

Files in its folder: `lent-VERSION.bin`, the newest sound one is used; `heard.sqlite`, the overlay.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kiosk.gate.copy.kept import KeptOverlay
from kiosk.gate.copy.overlay import Entry, Overlay
from kiosk.gate.copy.table import CopyRefused, LentTable
from kiosk.gate.judging import Sighting, Standing
from kiosk.wire.facts_codec import FactBatch
from kiosk.wire.fields import MessageRefused
from kiosk.wire.lent_changes import LentChanges
from kiosk.wire.lent_file import item_key, uid_key

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Known:
    """An answer, and how much it is worth."""

    standing: Standing
    version: int | None
    age_s: int | None


@dataclass(frozen=True, slots=True)
class CopyState:
    """How the copy is, for people."""

    version: int | None
    as_of: datetime | None
    keys: int
    heard: int
    """Entries over it."""
    age_s: int | None
    """Seconds since it was last known to be current."""
    usable: bool
    trouble: str
    """Why the newest one was kept out; empty when all is well."""


class Replayed(MessageRefused):
    """A message that central sent long ago; or its clock was set back."""


class LentCopy:
    """Belongs to the loop's thread. No judgement waits for the disk."""

    def __init__(self, folder: Path, max_age_s: float) -> None:
        """Raises `StorageFailure` where the folder cannot be used at all."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.trouble = ""
        self._told_at: datetime | None = None
        """When central said what was heard of it last."""
        self._max_age_s = max_age_s
        self._kept = KeptOverlay(folder / "heard.sqlite")
        entries, version, self._current_at = self._kept.read()
        self._overlay = Overlay(entries, version=version, heard=self._kept.read_told())
        self._table = self._newest()
        if self._table is not None:
            self._overlay.over(self._table.header)
            if self._current_at is None:
                self._current_at = self._table.header.as_of

    def close(self) -> None:
        self._note(self._overlay.version)
        self._kept.close()
        if self._table is not None:
            self._table.close()

    @property
    def as_of(self) -> datetime | None:
        """When the table was made; None where there is none."""
        return None if self._table is None else self._table.header.as_of

    @property
    def version(self) -> int:
        """Up to which version of the ledger everything is known."""
        return self._overlay.version

    def known(self, sighting: Sighting, now: datetime) -> Known:
        """What the ledger says of a tag. What was heard from a kiosk counts even over a copy that is too old."""
        keys = [] if sighting.item is None else [item_key(sighting.item)]
        if sighting.uid is not None:
            keys.append(uid_key(sighting.uid))
        age_s = self._age_s(now)
        usable = self._usable(age_s)
        version = None if self._table is None else self._overlay.version
        heard = [entry for key in keys if (entry := self._overlay.entries.get(key)) is not None]
        if heard:
            newest = max(heard, key=lambda entry: entry.at)
            if usable or self._is_fresh(newest, now):
                return Known(Standing.LENT if newest.lent else Standing.IN_STOCK, version, age_s)
        if not usable or self._table is None:
            return Known(Standing.NOT_ASKED, version, age_s)
        for key in keys:
            lent = self._table.lent(key)
            if lent is not None:
                return Known(Standing.LENT if lent else Standing.IN_STOCK, version, age_s)
        return Known(Standing.UNKNOWN, version, age_s)

    def facts(self, station: str, batch: FactBatch, now: datetime) -> None:
        """What a kiosk has just told central."""
        fresh = self._overlay.facts(station, batch, now)
        self._keep(fresh)
        if fresh:
            self._kept.told_up_to(station, batch.epoch, self._overlay.heard[station, batch.epoch])

    def changes(self, told: LentChanges, now: datetime) -> bool:
        """What central tells; whether everything before it is known, too. If not, a newer copy is wanted.

        Raises `Replayed` for a message that is not later than the last one, or than the copy: it changes nothing.
        """
        if told.told_at is not None:
            last_at = max(filter(None, (self._told_at, self.as_of)), default=None)
            if last_at is not None and told.told_at <= last_at:
                raise Replayed("message.time", "later than the last message's", "an old one, told again")
            self._told_at = told.told_at
        fresh, missed = self._overlay.changes(told)
        self._keep(fresh)
        if not missed and self._table is not None:
            self._current_at = now
            if fresh:
                self._note(told.version)
        return not missed

    def take(self, table: LentTable, path: Path) -> None:
        """Use a new copy from now on; the files of the others go."""
        old, self._table = self._table, table
        gone = self._overlay.over(table.header)
        if self._current_at is None or table.header.as_of > self._current_at:
            self._current_at = table.header.as_of
        self.trouble = ""
        self._kept.drop(gone)
        self._note(self._overlay.version)
        if old is not None:
            old.close()
        for other in self.folder.glob("lent-*.bin"):
            if other != path:
                other.unlink(missing_ok=True)

    def state(self, now: datetime) -> CopyState:
        header = None if self._table is None else self._table.header
        age_s = self._age_s(now)
        return CopyState(
            None if header is None else self._overlay.version,
            None if header is None else header.as_of,
            0 if header is None else header.keys,
            len(self._overlay.entries),
            age_s,
            self._usable(age_s),
            self.trouble,
        )

    def _usable(self, age_s: int | None) -> bool:
        return age_s is not None and age_s <= self._max_age_s

    def _is_fresh(self, entry: Entry, now: datetime) -> bool:
        return abs((now - entry.at).total_seconds()) <= self._max_age_s

    def _age_s(self, now: datetime) -> int | None:
        """A clock that was set back makes nothing younger than new."""
        if self._table is None or self._current_at is None:
            return None
        return max(0, int((now - self._current_at).total_seconds()))

    def _newest(self) -> LentTable | None:
        """The newest file that is sound; a broken one is kept out, and said."""
        for path in sorted(self.folder.glob("lent-*.bin"), key=lambda one: one.stat().st_mtime, reverse=True):
            try:
                return LentTable(path)
            except CopyRefused as refused:
                self.trouble = str(refused)
                log.error("a copy of the ledger is kept out: %s", refused)
        return None

    def _keep(self, fresh: list[tuple[int, Entry]]) -> None:
        self._kept.put(fresh)
        self._kept.drop(self._overlay.let_go())

    def _note(self, version: int) -> None:
        self._kept.stands_at(version, self._current_at)
