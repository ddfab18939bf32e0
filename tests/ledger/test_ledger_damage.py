"""D14-D16: full disks, write errors, damaged files, and power cuts beside a commit."""

from __future__ import annotations

import itertools
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import pytest

from kiosk.ledger import Ledger, OpenedKind, StorageFailure, verify
from kiosk.wire import Station

Reopen = Callable[[], Ledger]


class Story(Protocol):
    ledger: Ledger

    def intends(self, intent: str) -> None: ...
    def borrows(self, intent: str) -> None: ...
    def returns(self, intent: str) -> tuple[int, ...]: ...


Tell = Callable[[Ledger], Story]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 512 kB. Only root may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.fail("a small disk is mounted here, which only root may do: run as root")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", folder], check=True)
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))


def return_for_ever(story: Story) -> None:
    for n in itertools.count():
        story.returns(f"r{n}")


def test_a_full_disk_stops_the_commit_and_nothing_of_it_is_kept(small_disk: Path, station: Station, tell: Tell) -> None:
    ledger = Ledger.open(small_disk / "ledger.sqlite", station)
    story = tell(ledger)
    story.borrows("a")
    ballast = small_disk / "ballast"
    fill(ballast)
    with pytest.raises(StorageFailure) as failure:
        return_for_ever(story)
    assert failure.value.disk_full
    rows = ledger.rows()
    with pytest.raises(StorageFailure):
        story.returns("again")
    assert ledger.rows() == rows
    with pytest.raises(StorageFailure):
        ledger.probe()  # it empties the log, which gives a little room, and asks for more than that

    ballast.unlink()
    ledger.probe()
    story.borrows("b")
    assert verify(ledger.path) == []
    ledger.close()


FILE_TOO_LARGE = """
import resource, sys
from pathlib import Path
from datetime import UTC, datetime
from kiosk.ledger import Ledger, StorageFailure
from kiosk.model.journal import JournalRow, RowKind
from kiosk.session.effects import Journal
from kiosk.session.events import Moment
from kiosk.wire import Station

ledger = Ledger.open(Path(sys.argv[1]), Station("main", "kiosk-1"))
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
kept = 0
try:
    for n in range(10_000):
        ledger.commit([Journal(JournalRow(RowKind.SESSION_STARTED, note="x" * 500))], Moment(n, datetime.now(UTC)))
        kept += 1
except StorageFailure as failure:
    print(kept, failure.disk_full)
"""


def test_a_write_error_is_told_apart_from_a_full_disk(path: Path, reopen: Reopen) -> None:
    told = subprocess.run([sys.executable, "-c", FILE_TOO_LARGE, path], capture_output=True, text=True, check=True)
    kept, disk_full = told.stdout.split()
    assert disk_full == "False"
    assert 0 < int(kept) < 10_000
    assert len(reopen().rows()) == int(kept)


def test_a_broken_file_is_kept_aside_and_a_new_epoch_begins(story: Story, reopen: Reopen, path: Path) -> None:
    story.borrows("a")
    epoch = story.ledger.epoch
    story.ledger.close()
    path.write_bytes(b"This was a database once." * 400)
    ledger = reopen_after_close(path)
    try:
        assert ledger.opened.kind is OpenedKind.DAMAGED
        assert ledger.epoch != epoch
        (aside,) = [file for file in path.parent.iterdir() if ".damaged-" in file.name]
        assert aside.name in ledger.opened.detail
        assert aside.read_bytes().startswith(b"This was")
        assert ledger.last_seq == 0
    finally:
        ledger.close()


def reopen_after_close(path: Path) -> Ledger:
    return Ledger.open(path, Station("main", "kiosk-1"))


@pytest.mark.parametrize("seed", range(40))
def test_flipped_bytes_never_stop_the_start_nor_break_the_rules(
    path: Path, station: Station, tell: Tell, seed: int
) -> None:
    ledger = Ledger.open(path, station)
    story = tell(ledger)
    for n in range(30):
        story.borrows(f"intent-{n}")
    ledger.close()
    chance = random.Random(seed)
    damaged = bytearray(path.read_bytes())
    for _ in range(chance.choice((1, 40, 400))):
        damaged[chance.randrange(len(damaged))] = chance.randrange(256)
    path.write_bytes(damaged)

    again = Ledger.open(path, station)
    assert again.opened.kind in (OpenedKind.KEPT, OpenedKind.DAMAGED)
    again.doubts()
    tell(again).returns("after")
    again.close()


POWER_CUT = """
import sys
from pathlib import Path
from datetime import UTC, datetime
from kiosk.ledger import Ledger, PowerCut
from kiosk.model.journal import JournalRow, RowKind
from kiosk.session.effects import Journal
from kiosk.session.events import Moment
from kiosk.wire import Station

ledger = Ledger.open(Path(sys.argv[1]), Station("main", "kiosk-1"))
ledger.rehearse(PowerCut(RowKind.SESSION_ENDED, before=sys.argv[2] == "before", occurrence=3))
for n in range(10):
    for kind in (RowKind.SESSION_STARTED, RowKind.SESSION_ENDED):
        ledger.commit([Journal(JournalRow(kind))], Moment(n, datetime.now(UTC)))
"""


@pytest.mark.parametrize(("when", "kept"), [("before", 5), ("after", 6)])
def test_a_power_cut_comes_where_it_was_ordered(path: Path, reopen: Reopen, when: str, kept: int) -> None:
    cut = subprocess.run([sys.executable, "-c", POWER_CUT, path, when], check=False)
    assert cut.returncode == -signal.SIGKILL
    assert len(reopen().rows()) == kept
