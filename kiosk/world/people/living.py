"""So many days of a branch, told as a balance sheet. Each kiosk has a floor, shelves and readers, and a process, of its
own, so that a year takes as long as its busiest floor."""

from __future__ import annotations

import gc
import logging
import multiprocessing
import tempfile
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from kiosk.settings import load
from kiosk.station.settings import KioskSettings
from kiosk.world.people.balance import Balance
from kiosk.world.people.year import BranchLife

COPIES_A_VISIT, HOUSEHOLDS_A_VISIT = 27, 6
"""Of visits a day: so many that everybody finds something, and comes about once a week."""
GARBAGE_AFTER = 50_000
"""New objects. Python's own measure, 700, has it look through a branch that stays again and again."""
MEMORY = Path("/dev/shm")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be lived. `config` holds a `kiosk.toml`; what is written stays in `keep`, if that is given."""

    config: Path
    seed: int
    days: int
    visits: int
    """People at one kiosk a day."""
    keep: Path | None = None


@dataclass(frozen=True, slots=True)
class Lived:
    """One kiosk's days."""

    seed: int
    days: int
    people: Mapping[str, int]
    balance: Balance
    journal_rows: int
    journal_sha256: str
    """Of all rows, as `kiosk journal show --json --patrons` prints them, one a line, keys sorted."""

    def told(self) -> dict[str, object]:
        """For `--json`."""
        return {
            "seed": self.seed,
            "days": self.days,
            "people": dict(sorted(self.people.items())),
            "journal": {"rows": self.journal_rows, "sha256": self.journal_sha256},
            "balanced": self.balance.balanced,
            **asdict(self.balance),
        }


def live(plan: Plan) -> Lived:
    """Live all days of one kiosk."""
    gc.set_threshold(GARBAGE_AFTER)
    if plan.keep is not None:
        plan.keep.mkdir(parents=True, exist_ok=True)
        return _lived(plan, plan.keep)
    with tempfile.TemporaryDirectory(prefix="kiosk-day-", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        return _lived(plan, Path(folder))


def live_all(plans: list[Plan]) -> list[Lived]:
    """Each plan in a process of its own where there are several. A line that is down is no news there, either."""
    if len(plans) == 1:
        return [live(plans[0])]
    spawning = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(len(plans), spawning, logging.disable, (logging.WARNING,)) as processes:
        return list(processes.map(live, plans))


def lines(lived: list[Lived]) -> list[str]:
    """The sheet for people: sums over all kiosks, then what differs."""
    found: list[str] = []
    for name in ("items", "loans", "receipts", "exceptions"):
        sums: Counter[str] = Counter()
        for one in lived:
            sums.update(getattr(one.balance, name))
        found.append(name)
        found += [f"  {count:>9}  {what}" for what, count in sums.items()]
    for one in lived:
        found.append(f"journal of seed {one.seed}: {one.journal_rows} rows, sha256 {one.journal_sha256}")
    found += [f"DIFFERS  seed {one.seed}: {what}" for one in lived for what in one.balance.differences]
    found.append("balanced" if all(one.balance.balanced for one in lived) else "NOT BALANCED")
    return found


def _lived(plan: Plan, folder: Path) -> Lived:
    life = BranchLife(
        load(KioskSettings, plan.config / "kiosk.toml"),
        folder,
        plan.seed,
        copies=COPIES_A_VISIT * plan.visits,
        households=HOUSEHOLDS_A_VISIT * plan.visits,
        visits=plan.visits,
    )
    try:
        for number in range(plan.days):
            life.day(number)
        return Lived(
            plan.seed,
            plan.days,
            dict(life.visits.seen),
            life.balance(),
            sum(life.sums.rows.values()),
            life.digest,
        )
    finally:
        life.close()
