"""The world's disk is unkind as real ones are; the ledger on it keeps what it has confirmed all the same."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kiosk.demo.scenario import DiskTrouble
from kiosk.ledger import Ledger, OpenedKind, StorageFailure, verify
from kiosk.ledger.opening import PASSING, engine_of
from kiosk.model.journal import JournalRow, RowKind
from kiosk.session.effects import Journal
from kiosk.session.events import Moment
from kiosk.wire import Station
from kiosk.world.dice import Dice
from kiosk.world.disk import SimulatedDisk

STATION = Station("main", "kiosk-1")
MOMENT = Moment(1.0, datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
ROW = [Journal(JournalRow(RowKind.SESSION_STARTED))] * 3
SEEDS = range(40)


@contextmanager
def disk_of(folder: Path, seed: int) -> Iterator[SimulatedDisk]:
    disk = SimulatedDisk(folder, Dice(seed, "disk"))
    disk.plug_in()
    try:
        yield disk
    finally:
        disk.unplug()


def opened(folder: Path) -> Ledger:
    return Ledger.open(folder / "ledger.sqlite", STATION)


def kept(folder: Path) -> int:
    """Rows at the next start, which finds a sound file."""
    with closing(opened(folder)) as ledger:
        assert ledger.opened.kind is OpenedKind.KEPT, ledger.opened
        rows = len(ledger.rows())
    assert verify(folder / "ledger.sqlite") == []
    return rows


@pytest.mark.parametrize("seed", SEEDS)
def test_d01_a_power_cut_in_the_middle_of_a_write_keeps_every_commit_that_was_confirmed(
    tmp_path: Path, seed: int
) -> None:
    with disk_of(tmp_path, seed) as disk:
        ledger, confirmed = opened(tmp_path), 0
        disk.cut_at_write = 1 + seed
        while not disk.off:
            try:
                confirmed += len(ledger.commit(ROW, MOMENT).seqs) + len(ROW)
            except StorageFailure:
                assert disk.off
        ledger.close()
        disk.power_returns()
        assert kept(tmp_path) in (confirmed, confirmed + len(ROW))


def test_d01_what_was_not_synced_is_forgotten(tmp_path: Path) -> None:
    """The disk is no kinder than a real one: what a commit without a flush has written is gone in some worlds."""
    rows = set()
    for seed in SEEDS:
        folder = tmp_path / str(seed)
        folder.mkdir()
        with disk_of(folder, seed) as disk:
            opened(folder).close()
            engine = engine_of(folder / "ledger.sqlite", PASSING)
            with closing(engine.connect()) as connection:
                with connection.begin():
                    connection.exec_driver_sql("INSERT INTO titles VALUES ('1', 'Snow', '', '', 1)")
                disk.power_goes()
            disk.power_returns()
            with closing(opened(folder)) as ledger:
                rows.add(len(ledger.known_titles(9)))
    assert 0 in rows


@pytest.mark.parametrize("trouble", [DiskTrouble.FULL, DiskTrouble.WRITE_ERROR, DiskTrouble.SYNC_ERROR])
def test_d15_a_commit_that_the_disk_refuses_did_not_happen(tmp_path: Path, trouble: DiskTrouble) -> None:
    with disk_of(tmp_path, 1) as disk, closing(opened(tmp_path)) as ledger:
        ledger.commit(ROW, MOMENT)
        disk.trouble = trouble
        for _ in range(2):
            with pytest.raises(StorageFailure) as refused:
                ledger.commit(ROW, MOMENT)
        assert refused.value.disk_full is (trouble is DiskTrouble.FULL)
        with pytest.raises(StorageFailure):
            ledger.probe()
        disk.trouble = DiskTrouble.OK
        ledger.probe()
        assert len(ledger.rows()) == len(ROW)
        ledger.commit(ROW, MOMENT)
    with disk_of(tmp_path, 1):
        assert kept(tmp_path) == 2 * len(ROW)


@pytest.mark.parametrize("seed", SEEDS)
def test_d15_a_sync_that_failed_once_takes_nothing_that_is_confirmed_later(tmp_path: Path, seed: int) -> None:
    """The kernel gives pages up whose sync has failed: what is written behind them must not hang on them."""
    with disk_of(tmp_path, seed) as disk:
        ledger = opened(tmp_path)
        for _ in range(seed % 4):
            ledger.commit(ROW, MOMENT)
        engine = engine_of(tmp_path / "ledger.sqlite", PASSING)
        with engine.begin() as connection:
            connection.exec_driver_sql("INSERT INTO titles VALUES ('1', 'Snow', '', '', 1)")
        disk.trouble = DiskTrouble.SYNC_ERROR
        with pytest.raises(StorageFailure):
            ledger.commit(ROW, MOMENT)
        disk.trouble = DiskTrouble.OK
        ledger.probe()
        ledger.commit(ROW, MOMENT)
        disk.power_goes()
        ledger.close()
        engine.dispose()
        disk.power_returns()
        assert kept(tmp_path) == (seed % 4 + 1) * len(ROW)


@pytest.mark.parametrize("seed", SEEDS)
def test_u02_a_power_cut_while_a_ledger_is_made_or_migrated_leaves_the_old_one_or_the_new_one(
    tmp_path: Path, seed: int
) -> None:
    with disk_of(tmp_path, seed) as disk:
        with closing(opened(tmp_path)) as ledger:
            ledger.commit(ROW, MOMENT)
        with closing(sqlite3.connect(tmp_path / "ledger.sqlite", isolation_level=None)) as file:
            file.execute("ALTER TABLE meta DROP COLUMN settled")
            file.execute("PRAGMA user_version = 1")
        disk.cut_at_write = 1 + seed % 20
        try:
            opened(tmp_path).close()
        except StorageFailure:
            assert disk.off
        disk.power_goes()
        disk.power_returns()
        assert kept(tmp_path) == len(ROW)


def test_the_same_seed_tears_alike(tmp_path: Path) -> None:
    told = []
    for name in ("first", "second"):
        folder = tmp_path / name
        folder.mkdir()
        with disk_of(folder, 7) as disk:
            with closing(sqlite3.connect(folder / "some.sqlite", isolation_level=None)) as file:
                file.execute("PRAGMA synchronous = OFF")
                file.execute("CREATE TABLE t (x)")
                file.execute("INSERT INTO t VALUES (zeroblob(40000))")
                disk.power_goes()
            disk.power_returns()
            told.append((folder / "some.sqlite").read_bytes())
    assert told[0] == told[1]
