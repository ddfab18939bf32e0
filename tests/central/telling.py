"""A kiosk that tells central what it does: a real ledger with a real uplink, and no screen."""

from __future__ import annotations

import queue
import time
from datetime import datetime
from pathlib import Path

from kiosk.ledger import Ledger, Outbox
from kiosk.model.journal import JournalRow, RowKind
from kiosk.session.effects import Journal
from kiosk.session.events import Moment
from kiosk.station.uplink import Uplink, UplinkSettings
from kiosk.station.uplink_events import UplinkEvent
from kiosk.station.uplink_line import Address
from kiosk.wire import Station
from tests.central.library import MONDAY, SESSION, UID, made
from tests.real_parts import PATIENCE_S, wait_until

STATION = Station("main", "kiosk-1")


class Kiosk:
    """A real ledger with a real uplink."""

    def __init__(self, folder: Path, port: int, station: Station = STATION) -> None:
        self.ledger = Ledger.open(folder / f"{station.station}.sqlite", station)
        self.outbox: Outbox = self.ledger.outbox()
        self.events: queue.Queue[UplinkEvent] = queue.Queue()
        settings = UplinkSettings(station, Address("127.0.0.1", port), "0.1.0", folder, first_delay_s=0.2)
        self.uplink = Uplink(settings, self.outbox, self.events.put)

    def lends(self, intent: str, patron: str, item: str) -> None:
        fact = made(intent, patron, item)
        row = JournalRow(RowKind.LOAN_MADE, SESSION, fact.intent, fact.item, UID, fact.patron, fact.due)
        self.does(Journal(row, fact))

    def does(self, *told: Journal, at: datetime = MONDAY) -> None:
        """Commit rows with their facts in one transaction, and let them be told."""
        self.ledger.commit(told, Moment(time.monotonic(), at))
        self.uplink.wake()

    def wait_for(self, kind: type[UplinkEvent]) -> UplinkEvent:
        while not isinstance(event := self.events.get(timeout=PATIENCE_S), kind):
            pass
        return event

    def wait_released(self) -> None:
        """Until central has acknowledged everything."""
        view = self.ledger.outbox()
        wait_until(lambda: view.acked_seq() == view.last_seq(), "central has not acknowledged everything")
        view.close()

    def close(self) -> None:
        self.uplink.stop()
        self.outbox.close()
        self.ledger.close()
