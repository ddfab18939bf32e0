"""A disk that is as unkind as real ones: a power cut takes what was not synced, tears what was being written, and
writes and syncs may be refused.

What SQLite writes goes to a real file at once, so that every reader sees it, as from a kernel's cache. Beside it the
disk keeps what has certainly reached the medium. At a power cut the file becomes that, and of each later write all,
none or some sectors. A sync that was refused makes nothing certain, and neither does a later one: the kernel gives the
pages up (Rebello et al.: Can Applications Recover from fsync Failures?, USENIX ATC 2020). Names of files are kept:
SQLite syncs a folder itself, and its journal is made once. Decision record 0194.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path

from kiosk.demo.scenario import DiskTrouble
from kiosk.world.dice import Dice
from kiosk.world.sqlite_files import FULL, IOERR_FSYNC, IOERR_WRITE, OK, SqliteFiles

PAGE = 4_096
"""What a kernel keeps together: where one byte of it is written, all of it goes to the disk."""
SECTOR = 512
"""What a disk writes whole or not at all."""
SIDE_FILE_OF_MEMORY = "-shm"
"""SQLite's index into its log: shared memory, made anew after a power cut."""


@dataclass(frozen=True, slots=True)
class Change:
    """What was written and is not certain: bytes at a place, or (None) the file's new size."""

    at: int
    data: bytes | None


@dataclass(slots=True)
class OnMedium:
    """One file: what has certainly reached the medium, and what came after it in order."""

    certain: bytearray
    pending: list[Change] = field(default_factory=list)
    given_up: list[Change] = field(default_factory=list)
    """Of syncs that failed, page by page: perhaps there; a later sync takes only pages that were written to again."""
    size: int = 0
    """As the readers see it."""


@dataclass(slots=True)
class SimulatedDisk:
    """The disk beneath one folder."""

    folder: Path
    dice: Dice
    trouble: DiskTrouble = DiskTrouble.OK
    cut_at_write: int | None = None
    """At the so-manieth change from now on the power goes."""
    off: bool = False
    """The power has gone: nothing is written any more until `power_returns`."""
    syncs: int = 0
    _files: dict[str, OnMedium] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder = self.folder.resolve()

    def plug_in(self) -> None:
        """From now on SQLite's files beneath the folder lie on this disk, as far as this process opens them."""
        _files_of_this_process().attach(self)

    def unplug(self) -> None:
        """They lie on this machine's disk again."""
        _files_of_this_process().detach(self)

    def holds(self, path: str) -> bool:
        """A file of the folder, but for what is memory and not disk."""
        return path.startswith(f"{self.folder}/") and not path.endswith(SIDE_FILE_OF_MEMORY)

    def opened(self, path: str) -> None:
        if path not in self._files:
            there = bytearray(Path(path).read_bytes())
            self._files[path] = OnMedium(there, size=len(there))

    def write(self, path: str, data: bytes, at: int) -> int:
        """Refuse it, or note what is not certain."""
        grows = at + len(data) > self._files[path].size
        refused = self._refused(grows=grows)
        if refused == OK:
            self._note(path, Change(at, data), max(self._files[path].size, at + len(data)))
        elif self.off:
            self._files[path].pending.append(Change(at, data))  # the write during which the power went
        return refused

    def truncate(self, path: str, size: int) -> int:
        refused = self._refused(grows=False)
        if refused == OK:
            self._note(path, Change(size, None), size)
        return refused

    def sync(self, path: str) -> int:
        """Everything that is pending is certain from now on, unless it is refused."""
        if self.off:
            return IOERR_FSYNC
        kept = self._files[path]
        if self.trouble is DiskTrouble.SYNC_ERROR:
            kept.given_up += [piece for change in kept.pending for piece in _pages_of(change)]
            kept.pending.clear()
            return IOERR_FSYNC
        self.syncs += 1
        for change in kept.pending:
            _apply(kept.certain, change)
        kept.pending.clear()
        return OK

    def deleted(self, path: str) -> None:
        self._files.pop(path, None)

    def power_goes(self) -> None:
        """From now on nothing is written. The files are let go of by their owner before `power_returns`."""
        self.off = True

    def power_returns(self) -> None:
        """Make each file what the medium held, and of what was uncertain as much as chance wants."""
        for path, kept in self._files.items():
            content = bytearray(kept.certain)
            for change in (*kept.given_up, *kept.pending):
                self._perhaps(content, change)
            Path(path).write_bytes(content)
            Path(path + SIDE_FILE_OF_MEMORY).unlink(missing_ok=True)
        self._files.clear()
        self.off, self.cut_at_write = False, None

    def _refused(self, *, grows: bool) -> int:
        if self.cut_at_write is not None:
            self.cut_at_write -= 1
            self.off = self.off or self.cut_at_write <= 0
        if self.off or self.trouble is DiskTrouble.WRITE_ERROR:
            return IOERR_WRITE
        return FULL if grows and self.trouble is DiskTrouble.FULL else OK

    def _note(self, path: str, change: Change, size: int) -> None:
        kept = self._files[path]
        touched = {piece.at // PAGE for piece in _pages_of(change)}
        kept.pending += [piece for piece in kept.given_up if piece.at // PAGE in touched]
        kept.given_up = [piece for piece in kept.given_up if piece.at // PAGE not in touched]
        kept.pending.append(change)
        kept.size = size

    def _perhaps(self, content: bytearray, change: Change) -> None:
        """All of it, nothing, or some of its sectors."""
        match self.dice.one_of(("all", "none", "some")):
            case "all":
                _apply(content, change)
            case "some" if change.data is not None:
                for begin in range(0, len(change.data), SECTOR):
                    if self.dice.happens(0.5):
                        _apply(content, Change(change.at + begin, change.data[begin : begin + SECTOR]))


def _pages_of(change: Change) -> list[Change]:
    """The same, cut where pages end."""
    if change.data is None:
        return [change]
    end = change.at + len(change.data)
    cuts = [change.at, *range(change.at - change.at % PAGE + PAGE, end, PAGE), end]
    return [Change(a, change.data[a - change.at : b - change.at]) for a, b in pairwise(cuts)]


def _apply(content: bytearray, change: Change) -> None:
    if change.data is None:
        del content[change.at :]
        content.extend(bytes(change.at - len(content)))
        return
    if len(content) < change.at:
        content.extend(bytes(change.at - len(content)))
    content[change.at : change.at + len(change.data)] = change.data


@cache
def _files_of_this_process() -> SqliteFiles:
    return SqliteFiles()
