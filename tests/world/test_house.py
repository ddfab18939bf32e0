"""A whole kiosk with its room in virtual time: patrons, power cuts, broken lines; and always the same again."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.demo.bench_client import BenchRefused
from kiosk.demo.house import DEMO_CONFIG
from kiosk.demo.mirror_client import MirrorGone, MirrorRefused
from kiosk.demo.scenario import PadMake, Part, RoadEnd, RoadState, Setting
from kiosk.ledger.reading import LedgerFile
from kiosk.ledger.rows import StoredRow
from kiosk.ledger.verify import verify
from kiosk.model.journal import RowKind
from kiosk.world.house import BEGINS, NeedsRealTime
from kiosk.world.opening import World, opened_world
from tests.real_parts import PATIENCE_S

BOOK, OTHER = "35555000012346", "35555000012361"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with opened_world(DEMO_CONFIG, tmp_path, Setting(), seed=1) as opened:
        yield opened


def until(world: World, screen: str, *words: str) -> None:
    """Look until the screen is this one and says these words."""
    end_s = world.house.now_s + PATIENCE_S
    view = world.eyes.view()
    while view.screen != screen or not all(word in " ".join(view.tree.texts()) for word in words):
        left_s = end_s - world.house.now_s
        assert left_s > 0, (screen, words, view.screen, view.tree.texts())
        view = world.eyes.view(view.number, left_s)


def until_done(world: World, *books: str) -> None:
    """Look until the rows of these books are done."""
    end_s = world.house.now_s + PATIENCE_S
    while True:
        view = world.eyes.view()
        done = {node.value for node in view.tree.walk() if node.role == "item" and node.state == "done"}
        if done >= set(books):
            return
        assert world.house.run_next(end_s), (done, view.tree.texts())


def borrow(world: World, *books: str) -> None:
    """Wei borrows."""
    until(world, "attract")
    world.room.card("tap", "wei")
    until(world, "home")
    world.eyes.act("home.borrow")
    until(world, "borrow")
    world.room.put_on_pad(books)


def rows(world: World) -> list[StoredRow]:
    with LedgerFile(world.house.ledger) as ledger:
        return list(ledger.rows())


def kinds(world: World) -> list[RowKind]:
    return [one.row.kind for one in rows(world)]


def afi_of(world: World, book: str) -> list[int]:
    return [tag.afi for tag in world.room.tags() if tag.item == book]


def test_two_books_are_borrowed_over_real_drivers_and_every_fact_reaches_central(world: World) -> None:
    borrow(world, BOOK, OTHER)
    until_done(world, BOOK, OTHER)
    world.house.sleep(5.0)
    assert afi_of(world, BOOK) == afi_of(world, OTHER) == [0xC2]
    assert kinds(world).count(RowKind.LOAN_MADE) == 2
    with LedgerFile(world.house.ledger) as ledger:
        assert ledger.unacknowledged() == 0
    assert not list(verify(world.house.ledger))
    assert any(" pad " in line for line in world.room.wire(50))


@pytest.mark.parametrize("before", [True, False])
def test_a_power_cut_beside_a_commit_keeps_what_was_committed_and_nothing_else(world: World, before: bool) -> None:
    until(world, "attract")
    world.eyes.arm_power_cut(RowKind.LOAN_MADE.value, before=before, nth=1)
    borrow(world, BOOK)
    world.house.sleep(PATIENCE_S)
    assert not world.house.running(Part.KIOSK)
    with pytest.raises(MirrorGone):
        world.eyes.view()
    assert (RowKind.LOAN_MADE in kinds(world)) is not before
    world.eyes.close()
    world.house.start(Part.KIOSK)
    world.house.sleep(PATIENCE_S)
    assert not list(verify(world.house.ledger))
    assert (afi_of(world, BOOK) == [0xC2]) is (RowKind.LOAN_MADE in kinds(world))


def test_a_line_that_hangs_half_open_is_noticed_late_and_nothing_is_lost(world: World) -> None:
    until(world, "attract")
    world.house.set_road(RoadEnd.KIOSK, RoadState.HALF_OPEN, 0.0)
    world.house.sleep(5.0)
    assert not world.eyes.view().has("offline")
    world.house.sleep(15.0)
    assert world.eyes.view().has("offline")
    borrow(world, BOOK)
    until_done(world, BOOK)
    world.house.set_road(RoadEnd.KIOSK, RoadState.OK, 0.0)
    world.house.sleep(30.0)
    with LedgerFile(world.house.ledger) as ledger:
        assert ledger.unacknowledged() == 0


def test_everything_loses_its_power_at_once_and_comes_back(world: World) -> None:
    borrow(world, BOOK)
    until_done(world, BOOK)
    world.house.power_cut()
    world.eyes.close()
    assert world.house.is_whole()
    until(world, "attract")
    world.house.sleep(10.0)
    with LedgerFile(world.house.ledger) as ledger:
        assert ledger.unacknowledged() == 0


def test_a_clock_that_jumps_dates_the_rows_after_it(world: World) -> None:
    until(world, "attract")
    world.house.jump(86_400.0)
    borrow(world, BOOK)
    until_done(world, BOOK)
    last = rows(world)[-1]
    assert last.mono_ms < 60_000
    assert (last.at - BEGINS).total_seconds() == pytest.approx(86_400 + last.mono_ms / 1_000, abs=0.002)


def test_a_card_that_is_torn_away_is_told_and_the_next_one_is_read(world: World) -> None:
    until(world, "attract")
    world.room.card("tear", "wei")
    until(world, "attract", "证拿开得太快")
    world.room.card("tap", "wei")
    until(world, "home")


def test_a_book_or_a_button_that_is_not_there_is_refused_in_words(world: World) -> None:
    with pytest.raises(BenchRefused, match="Narnia"):
        world.room.put_on_pad(("Narnia",))
    with pytest.raises(MirrorRefused, match="there are: "):
        world.eyes.act("narnia")


@pytest.mark.parametrize("setting", [Setting(disk_kb=2_000), Setting(pad=PadMake.PCSC)])
def test_what_needs_this_machine_is_refused_before_anything_starts(setting: Setting, tmp_path: Path) -> None:
    with pytest.raises(NeedsRealTime, match='time = "real"'), opened_world(DEMO_CONFIG, tmp_path, setting, seed=1):
        pass


def journal_of_a_troubled_morning(folder: Path, seed: int) -> str:
    """Digest of every row, with its time and its ids."""
    with opened_world(DEMO_CONFIG, folder, Setting(), seed) as world:
        until(world, "attract")
        world.room.fault("pad", "noise")
        world.eyes.arm_power_cut(RowKind.LOAN_MADE.value, before=False, nth=2)
        borrow(world, BOOK, OTHER)
        world.house.sleep(60.0)
        world.house.start(Part.KIOSK)
        world.house.sleep(30.0)
        said = repr([(one.id, one.tx, one.at, one.mono_ms, one.boot, one.row) for one in rows(world)])
    return hashlib.sha256(said.encode()).hexdigest()


def test_the_same_seed_gives_the_same_journal_under_any_hash_seed(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from tests.world.test_house import journal_of_a_troubled_morning as told"
        "; print(told(Path(sys.argv[1]), 5))"
    )
    told = []
    for hash_seed in ("0", "4711"):
        folder = tmp_path / hash_seed
        folder.mkdir()
        ran = subprocess.run(
            [sys.executable, "-c", program, str(folder)],
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        )
        told.append(ran.stdout.strip())
    assert told[0] == told[1]
    other = tmp_path / "other"
    other.mkdir()
    assert journal_of_a_troubled_morning(other, 6) != told[0]
