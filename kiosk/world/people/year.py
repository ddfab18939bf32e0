"""One branch with one kiosk, day after day in virtual time."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from drivers.pads.protocol import PadEvent
from drivers.printers.events import PrinterEvent
from kiosk.central.settings import CentralSettings, SeedSettings
from kiosk.central.store.tables import exceptions, loans
from kiosk.ledger import Outbox, as_object
from kiosk.rules.policy import Line, RulesFile
from kiosk.rules.terms import Period
from kiosk.screens.settings import ScreenSettings
from kiosk.station.devices import Devices
from kiosk.station.settings import KioskSettings, LedgerSettings
from kiosk.station.translate import pad_event, printer_event
from kiosk.world.agenda import Agenda
from kiosk.world.central import WorldCentral
from kiosk.world.dice import Dice
from kiosk.world.direct import DirectPad, DirectPrinter
from kiosk.world.network import Network
from kiosk.world.people.acts import Script
from kiosk.world.people.balance import AtCentral, Balance, InTheRoom, JournalSums, balance
from kiosk.world.people.branch import Age, Branch, Shelf, made_up
from kiosk.world.people.days import CLOSES_S, OPENS_S, Calendar
from kiosk.world.people.visitor import Visitor
from kiosk.world.people.visits import Visits
from kiosk.world.station import Deliver, Seed, WorldStation

DAY_S = 86_400.0
BEGINS = datetime(2026, 1, 5, tzinfo=UTC)
WARM_UP_S = 120.0
"""The kiosk is switched on so long before the doors open, and off as long after they close."""
RULES = RulesFile(
    (
        Line(loan_period=Period(28), max_loans=30, debt_limit_cents=0),
        Line(category=Age.CHILD.value, max_loans=12),
        Line(loan_class=Shelf.SHORT.value, loan_period=Period(7)),
    )
)
OUTAGE_SHARE, OUTAGE_S = 0.05, 3_600.0
"""Of the days: the line is down for an hour."""


class BranchLife:
    """A made-up branch that lives in `folder`. The same seed gives the same journal, byte for byte."""

    def __init__(
        self, settings: KioskSettings, folder: Path, seed: int, *, copies: int, households: int, visits: int
    ) -> None:
        """`settings` are a kiosk's, as the demo's; `visits` people come to the kiosk a day."""
        self.branch: Branch = made_up(seed, copies, households)
        self.visits = Visits(self.branch, Calendar(self.branch, seed, visits), settings.marks.in_stock)
        self.agenda = Agenda(BEGINS)
        self.sums = JournalSums({f"card:{reader.card}": reader.ref for reader in self.branch.readers})
        self.journal = folder / "journal.jsonl"
        self._digest = hashlib.sha256()
        self._seed = seed
        self._settings = replace(settings, ledger=LedgerSettings(folder / "ledger.sqlite"))
        self._network = Network(self.agenda, Dice(seed, "network"))
        items, patrons = self.branch.write_seed(folder)
        central = CentralSettings(settings.site, settings.time_zone, seed=SeedSettings((), items, patrons), rules=RULES)
        self.central = WorldCentral(self.agenda, self._network, central, folder / "central.sqlite")
        self.central.start()
        self._screen = ScreenSettings(settings.library.name_zh, settings.library.name_en, motion=False)
        self._printed = 0
        self._written = 0
        """The last journal row that was counted."""

    @property
    def digest(self) -> str:
        """SHA-256 of the journal so far."""
        return self._digest.hexdigest()

    def close(self) -> None:
        self.central.close()

    def day(self, number: int) -> None:
        """One day, from switching on to switching off."""
        midnight_s = number * DAY_S
        self.agenda.run_until(midnight_s + OPENS_S - WARM_UP_S)
        kiosk = _Open(self, Seed.of(self._seed, number))
        if self.visits.calendar.chance(OUTAGE_SHARE):
            self._outage(kiosk.station, midnight_s)
        self.agenda.run_until(midnight_s + OPENS_S)
        for party in self.visits.calendar.day(number):
            self.agenda.run_until(max(self.agenda.now_s, midnight_s + party.arrives_s))
            self.visits.party(party, kiosk)
        self.agenda.run_until(max(self.agenda.now_s, midnight_s + CLOSES_S) + WARM_UP_S)
        self._keep(kiosk)
        kiosk.station.stop()
        self.visits.tidy()

    def balance(self) -> Balance:
        """The sheet, while the kiosk is off: whoever is in the house has gone home."""
        outbox = Outbox(self._settings.ledger.path, Seed.of(self._seed).origin.epoch)
        unacknowledged = outbox.last_seq() - outbox.acked_seq()
        outbox.close()
        with self.central.engine.connect() as connection:
            made = connection.scalar(select(func.count()).select_from(loans)) or 0
            standing = connection.execute(select(loans.c.item, loans.c.patron).where(loans.c.ended_at.is_(None)))
            lent = {row.item: row.patron for row in standing}
            why = connection.execute(select(exceptions.c.why, func.count()).group_by(exceptions.c.why))
            noted = {row[0]: row[1] for row in why}
        afi = {number: copy.tag.afi for number, copy in self.branch.copies.items()}
        room = InTheRoom(self.visits.floor.place, afi, self.visits.ran_off, self._printed)
        central = AtCentral(lent, made, unacknowledged, self.central.set_aside, noted)
        return balance(self.sums, central, room, self._settings.marks)

    def _outage(self, station: WorldStation, midnight_s: float) -> None:
        begins_s = midnight_s + OPENS_S + (CLOSES_S - OPENS_S - OUTAGE_S) * self.visits.calendar.share()

        def down() -> None:
            self._network.up = False
            station.line_lost("the line is down")

        def up() -> None:
            self._network.up = True

        self.agenda.at(begins_s, down)
        self.agenda.at(begins_s + OUTAGE_S, up)
        self.visits.seen["outages"] += 1

    def _keep(self, kiosk: _Open) -> None:
        """Write the day's journal rows beside those of the days before: the ledger itself forgets after months."""
        lines = []
        for stored in kiosk.station.ledger.rows(self._written):
            self.sums.add(stored)
            lines.append(json.dumps(as_object(stored, patrons=True), sort_keys=True) + "\n")
            self._written = stored.id
        text = "".join(lines)
        self._digest.update(text.encode())
        with self.journal.open("a", encoding="utf-8") as file:
            file.write(text)
        self._printed += len(kiosk.printer.printed)


class _Open:
    """The kiosk of one day, switched on."""

    def __init__(self, life: BranchLife, seed: Seed) -> None:
        self._life = life
        owners = life._settings.library.owners
        agenda = life.agenda

        def plugged(deliver: Deliver) -> Devices:
            def on_pad(event: PadEvent) -> None:
                deliver(pad_event(event, owners))

            def on_printer(event: PrinterEvent) -> None:
                deliver(printer_event(event, back_channel=True))

            self.pad = DirectPad(agenda, life.visits.floor, on_pad)
            self.printer = DirectPrinter(agenda, on_printer)
            return Devices(self.pad, None, self.printer)

        self.station = WorldStation(agenda, life._network, life._settings, seed, plugged)

    def perform(self, card: str, script: Script) -> None:
        life = self._life
        Visitor(life.agenda, self.station, self.pad, life.visits.floor, life._screen, card).perform(script)

    def sleep(self, seconds: float) -> None:
        self._life.agenda.run_until(self._life.agenda.now_s + seconds)
