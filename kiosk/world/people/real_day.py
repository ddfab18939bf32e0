"""Days of several kiosks on real processes, one broker and one central for all; visits follow each other at once."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import Engine, func, select

from kiosk.central.store import open_store
from kiosk.central.store.tables import exceptions, loans, set_aside
from kiosk.demo.hands import Clock
from kiosk.demo.playing import await_opening
from kiosk.demo.real import RealClock
from kiosk.ledger import StoredRow, as_object
from kiosk.ledger.reading import LedgerFile
from kiosk.model.circulation import SecurityMarks
from kiosk.settings import load
from kiosk.station.settings import KioskSettings
from kiosk.world.people.balance import AtCentral, InTheRoom, JournalSums, balance
from kiosk.world.people.branch import Branch, made_up
from kiosk.world.people.days import Calendar
from kiosk.world.people.living import COPIES_A_VISIT, Lived, Plan
from kiosk.world.people.real_front import RealFront
from kiosk.world.people.street import Standing, Street
from kiosk.world.people.visits import Visits

LEAST_VISITS = 6
"""A branch of fewer visits a day has too few books for its families."""
VISITS_A_HOUSEHOLD = 2
"""A day: whoever took books home brings them back soon enough to be seen."""
APART = 1_000_000
"""Numbers of two kiosks' copies and readers are this far apart."""
OPEN_S = 60.0
"""Until a kiosk has found its devices and its line to central."""
ARRIVED_S = 60.0
"""Until central has acknowledged what happened last."""
LOOK_S = 0.2


def live_for_real(plans: Sequence[Plan]) -> list[Lived]:
    """One kiosk each, all at once; what they write stays in `keep` of the first plan's parent, if that is given.

    Raises `NotReady` where a process does not start, and what the kiosk or the bench says where it goes away.
    """
    keep = plans[0].keep
    if keep is not None:
        return _lived(plans, keep.parent.resolve())
    with tempfile.TemporaryDirectory(prefix="kiosk-day-") as folder:
        return _lived(plans, Path(folder))


def _lived(plans: Sequence[Plan], folder: Path) -> list[Lived]:
    branches = [_branch(plan, number) for number, plan in enumerate(plans)]
    marks, clock = load(KioskSettings, plans[0].config / "kiosk.toml").marks, RealClock()
    with Street(plans[0].config, folder, branches) as street, ThreadPoolExecutor(len(plans)) as people:
        living = [
            people.submit(_live_at, standing, plan, marks, clock)
            for plan, standing in zip(plans, street.standing, strict=True)
        ]
        visits = [one.result() for one in living]
        store = open_store(f"sqlite:///{street.central_database}")
        try:
            return [
                _sheet(plan, standing, seen, store, marks, clock)
                for plan, standing, seen in zip(plans, street.standing, visits, strict=True)
            ]
        finally:
            store.dispose()


def _branch(plan: Plan, number: int) -> Branch:
    size = max(plan.visits, LEAST_VISITS)
    return made_up(plan.seed, COPIES_A_VISIT * size, size // VISITS_A_HOUSEHOLD, number * APART)


def _live_at(standing: Standing, plan: Plan, marks: SecurityMarks, clock: Clock) -> Visits:
    """Everybody who comes to one kiosk, one after the other."""
    visits = Visits(standing.branch, Calendar(standing.branch, plan.seed, plan.visits), marks.in_stock)
    front = RealFront(standing.bench, standing.mirror, visits.floor, clock)
    await_opening(standing.mirror, clock, online=True, patience_s=OPEN_S)
    for day in range(plan.days):
        for party in visits.calendar.day(day):
            visits.party(party, front)
        visits.tidy()
    _await_attract(standing, clock)
    return visits


def _sheet(plan: Plan, standing: Standing, visits: Visits, store: Engine, marks: SecurityMarks, clock: Clock) -> Lived:
    """Once central has everything; the kiosk goes on running."""
    rows, unacknowledged = _arrived(standing.ledger, clock)
    sums = JournalSums({f"card:{reader.card}": reader.ref for reader in standing.branch.readers})
    digest = hashlib.sha256()
    for stored in rows:
        sums.add(stored)
        digest.update((json.dumps(as_object(stored, patrons=True), sort_keys=True) + "\n").encode())
    visits.floor.tags_say({tag.item: tag.afi for tag in standing.bench.tags()})
    afi = {number: copy.tag.afi for number, copy in standing.branch.copies.items()}
    printed = sum(strip.cut for strip in standing.bench.paper(text=False))
    room = InTheRoom(visits.floor.place, afi, visits.ran_off, printed)
    sheet = balance(sums, _at_central(store, standing, unacknowledged), room, marks)
    return Lived(plan.seed, plan.days, dict(visits.seen), sheet, len(rows), digest.hexdigest())


def _arrived(ledger: Path, clock: Clock) -> tuple[list[StoredRow], int]:
    """The journal, and how many of its facts central has not acknowledged when it has had the time for all."""
    end_s = clock.now_s + ARRIVED_S
    with LedgerFile(ledger) as file:
        while (waiting := file.unacknowledged()) and clock.now_s < end_s:
            clock.sleep(LOOK_S)
        return file.rows(), waiting


def _at_central(store: Engine, standing: Standing, unacknowledged: int) -> AtCentral:
    """What central has of this kiosk."""
    reasons = select(exceptions.c.why, func.count()).where(exceptions.c.station == standing.name)
    with store.connect() as connection:
        made = connection.execute(select(loans).where(loans.c.station == standing.name)).all()
        noted = {row[0]: row[1] for row in connection.execute(reasons.group_by(exceptions.c.why))}
        aside = connection.scalar(select(func.count()).select_from(set_aside)) or 0
    lent = {row.item: row.patron for row in made if row.ended_at is None}
    return AtCentral(lent, len(made), unacknowledged, aside, noted)


def _await_attract(standing: Standing, clock: Clock) -> None:
    """Until the last visit is over."""
    end_s = clock.now_s + OPEN_S
    view = standing.mirror.view()
    while view.screen != "attract" and clock.now_s < end_s:
        view = standing.mirror.view(view.number, LOOK_S)
