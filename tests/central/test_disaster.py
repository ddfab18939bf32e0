"""The fire: central and one of two kiosks are gone, and what is left is last night's backup and the other kiosk.

docs/disaster.md says what to do; this is it, step by step, with the real store, the real backup and real ledgers."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from kiosk.central.backup import backup, restore
from kiosk.central.store import open_store, upgrade
from kiosk.ledger import Ledger, verify
from kiosk.model.ids import ItemId
from kiosk.model.journal import JournalRow, RowKind
from kiosk.session.effects import Journal
from kiosk.session.events import Moment
from kiosk.wire import Station
from tests.central.library import MONDAY, Central, Kiosk, fill, returned


def test_a_library_comes_back_from_last_nights_backup_on_new_machines(tmp_path: Path) -> None:
    old = f"sqlite:///{tmp_path / 'old.sqlite'}"
    engine = open_store(old)
    upgrade(engine)
    fill(engine)
    central, entrance, annex = Central(engine), Kiosk("entrance"), Kiosk("annex")
    entrance.lends("wei", "snow", "i1")
    annex.lends("amy", "zahir", "i2")
    assert (central.hears(entrance), central.hears(annex)) == (2, 2)
    backup(old, tmp_path / "last-night")

    entrance.does(returned("snow"), 600)
    annex.does(returned("zahir"), 610)
    assert (central.hears(entrance), central.hears(annex)) == (3, 3)
    annex.lends("wei", "zahir", "i3", 620)  # the fire: central never hears of this
    engine.dispose()

    # A new server: the backup, and central over it.
    new = f"sqlite:///{tmp_path / 'new.sqlite'}"
    restore(new, tmp_path / "last-night", force=False)
    engine = open_store(new)
    central = Central(engine, MONDAY + timedelta(days=2))
    assert central.on_loan() == {"snow": "wei", "zahir": "amy"}, "as it was last night"

    # The kiosk that is left says what it knows, and central asks for all that it lacks.
    assert central.hears(annex, annex.hello()) == 2
    assert central.hears(annex, annex.message(3)) == 5
    assert central.on_loan() == {"snow": "wei", "zahir": "wei"}

    # The other one is a new machine under the old name, with an empty ledger: staff are told that a journal has ended.
    replaced = Kiosk("entrance", epoch="e2")
    replaced.does(returned("snow"), 3_000)
    assert central.hears(replaced) == 1
    assert [why for why, _ in central.noted()].count("new-epoch") == 1
    assert central.on_loan() == {"zahir": "wei"}, "what burnt with it is mended by the book on the pad"
    engine.dispose()


def test_a_new_kiosk_begins_a_journal_of_its_own_and_one_from_a_rescued_disk_goes_on(tmp_path: Path) -> None:
    rescued, fresh = tmp_path / "rescued.sqlite", tmp_path / "fresh.sqlite"
    station = Station("main", "entrance")
    first = Ledger.open(rescued, station)
    first.commit([Journal(JournalRow(RowKind.RETURN_INTENDED, item=ItemId("snow")))], Moment(1.0, MONDAY))
    epoch, rows = first.outbox().epoch, first.last_row
    first.close()

    again = Ledger.open(rescued, station)
    assert (again.outbox().epoch, again.last_row >= rows) == (epoch, True)
    again.close()
    new = Ledger.open(fresh, station)
    assert new.outbox().epoch != epoch
    new.close()
    assert verify(rescued) == verify(fresh) == []
