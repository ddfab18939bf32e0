"""Thirty days of a gate in virtual time: lines break, the process is stopped and killed, the disk is full, and every
interval in which nobody watched is recorded, and shown at central."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from kiosk.central.store import open_store, upgrade
from kiosk.central.store.gate_tables import gate_gaps
from kiosk.ledger import verify
from kiosk.model.gate_facts import GateWatched, PeopleCounted
from tests.central.library import Central, Kiosk, fill
from tests.gate.month import GATES, House, full

DAYS = 30
EVENTS = ("breaks", "mends", "stops", "kills", "stills", "full", "nothing")
WEIGHTS = (4, 8, 0.5, 0.5, 1, 0.1, 20)
Interval = tuple[datetime, datetime]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 6 MB."""
    if os.geteuid() != 0:
        pytest.fail("a small file system has to be mounted, which only root can do: run as root")
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", folder], check=True)
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def shown_at_central(house: House, folder: Path) -> dict[str, list[Interval]]:
    """What the console has of each gate, after everything was told."""
    store = open_store(f"sqlite:///{folder / 'central.sqlite'}")
    upgrade(store)
    fill(store)
    gate = Kiosk("gate-1")
    for fact in house.facts():
        gate.does(fact)
    central = Central(store)
    for first in range(1, len(gate.outbox) + 1, 50):
        central.hears(gate, gate.message(first, first + 49))
    shown = {name: _rows(store, name) for name in GATES}
    store.dispose()
    return shown


def _rows(store: Engine, gate: str) -> list[Interval]:
    with store.connect() as connection:
        rows = connection.execute(select(gate_gaps.c.since, gate_gaps.c.until).where(gate_gaps.c.gate == gate))
        return [(row.since, row.until or datetime.max.replace(tzinfo=UTC)) for row in rows]


def not_covered(truth: Iterable[Interval], told: Iterable[Interval]) -> timedelta:
    """How much of the truth lies in no interval that was told."""
    missing = timedelta()
    told = sorted(told)
    for begins, ends in truth:
        at = begins
        for since, until in told:
            if since <= at < until:
                at = until
        missing += max(timedelta(), ends - at)
    return missing


def length(intervals: Iterable[Interval]) -> timedelta:
    return sum((until - since for since, until in intervals), timedelta())


@pytest.mark.parametrize("seed", [2])
def test_a_month_has_no_silent_gap(disk: Path, tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.gate.scribe.AGAIN_S", 0.002)
    chance, house = random.Random(seed), House(disk)
    assert house.start()
    end = house.now.utc + timedelta(days=DAYS)
    disk_full, disk_well_at = ExitStack(), None
    allowed = timedelta()
    """How much more than the truth may be told: what was not on the disk when the plug was pulled."""
    happened = {"kills": 0, "stops": 0, "breaks": 0, "stills": 0, "full": 0}
    while house.now.utc < end:
        for _ in range(chance.randint(1, 40)):
            house.wait(60)
            house.turn()
        house.goes_through(chance.choice(GATES), chance.randint(0, 9), chance.randint(0, 9))
        house.tells_people()
        if disk_well_at is not None and house.now.utc >= disk_well_at:
            disk_full.close()
            disk_well_at = None
            house.turn()
            continue
        gate = chance.choice(GATES)
        what: str = chance.choices(EVENTS, WEIGHTS)[0]
        match what:
            case "breaks":
                house.breaks(gate)
                happened["breaks"] += 1
            case "mends":
                house.mends(gate)
            case "stills":
                house.stands_still(chance.uniform(100, 2_000))
                happened["stills"] += 1
            case "full" if disk_well_at is None:
                disk_full.enter_context(full(disk))
                disk_well_at = house.now.utc + timedelta(minutes=chance.randint(10, 300))
                happened["full"] += 1
            case "stops" | "kills" as how:
                happened[how] += 1
                allowed += timedelta(minutes=1)
                if disk_well_at is not None:
                    allowed += timedelta(minutes=301)
                if disk_well_at is None:
                    house.is_told()
                house.stop(orderly=how == "stops")
                house.wait(chance.choice((5, 600, 30_000)))
                while not house.start():  # as systemd tries again
                    house.wait(60)
                    if disk_well_at is not None and house.now.utc >= disk_well_at:
                        disk_full.close()
                        disk_well_at = None
            case _:
                pass
    disk_full.close()
    for gate in GATES:
        house.mends(gate)
    house.turn()
    house.stop(orderly=True)
    assert min(happened.values()) >= 2, happened
    shown = shown_at_central(house, tmp_path)
    for gate in GATES:
        assert not_covered(house.truth[gate], shown[gate]) <= timedelta(milliseconds=len(house.truth[gate]) * 2)
        closed = [one for one in shown[gate] if one[1] < end + timedelta(days=1)]
        assert length(closed) <= length(house.truth[gate]) + allowed + timedelta(minutes=1)
    assert verify(house.settings.ledger) == []


def test_nobody_who_went_through_while_the_controller_was_down_is_forgotten(disk: Path) -> None:
    house = House(disk)
    assert house.start()
    house.goes_through("exit", 30, 12)
    house.goes_through("yard", 1, 1)
    house.wait(600)
    house.tells_people()
    house.stop(orderly=True)
    house.goes_through("exit", 400, 390)
    house.goes_through("yard", 9, 9)
    house.wait(4 * 3_600)
    assert house.start()
    house.wait(1_000)
    house.turn()
    house.stop(orderly=True)
    counted = [fact for fact in house.facts() if isinstance(fact, PeopleCounted)]
    assert sum(fact.entered + fact.left for fact in counted) == house.people
    assert {note for fact in counted for note in fact.notes} <= {"rolled-over"}


def test_a_line_that_broke_while_the_disk_was_full_is_not_forgotten_with_the_plug(disk: Path) -> None:
    house = House(disk)
    assert house.start()
    house.wait(600)
    house.turn()
    with full(disk):
        house.breaks("exit")
        house.wait(60)
        house.mends("exit")
        house.wait(3_600)
        house.turn()
        house.stop(orderly=False)
    house.wait(60)
    assert house.start()
    house.stop(orderly=True)
    told = [(fact.since, fact.until) for fact in house.facts() if isinstance(fact, GateWatched) and fact.gate == "exit"]
    closed = [(since, until) for since, until in told if until is not None]
    assert not_covered(house.truth["exit"], closed) == timedelta()


def test_a_controller_that_stood_still_says_so(disk: Path) -> None:
    house = House(disk)
    assert house.start()
    house.wait(60)
    house.turn()
    house.stands_still(1_000)
    house.stop(orderly=True)
    told = [fact for fact in house.facts() if isinstance(fact, GateWatched) and "stood still" in fact.why]
    assert {fact.gate for fact in told} == set(GATES)
    assert all(fact.until is not None and fact.until - fact.since >= timedelta(seconds=1_000) for fact in told)
