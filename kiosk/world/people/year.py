"""One branch with one kiosk, day after day in virtual time."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from drivers.pads.protocol import PadEvent
from drivers.printers.events import PrinterEvent
from kiosk.central.settings import CentralSettings, RuleSettings, SeedSettings
from kiosk.central.store.tables import exceptions, loans
from kiosk.ledger import Outbox, as_object
from kiosk.rules.loans import LoanRule
from kiosk.screens.settings import ScreenSettings
from kiosk.station.devices import Devices
from kiosk.station.settings import KioskSettings, LedgerSettings
from kiosk.station.translate import pad_event, printer_event
from kiosk.world.agenda import Agenda
from kiosk.world.central import WorldCentral
from kiosk.world.direct import DirectPad, DirectPrinter
from kiosk.world.network import Network
from kiosk.world.people.balance import AtCentral, Balance, InTheRoom, JournalSums, balance
from kiosk.world.people.branch import Age, Branch, Shelf, made_up
from kiosk.world.people.days import CLOSES_S, OPENS_S, Calendar, Party, errands
from kiosk.world.people.floor import SHELF, Floor
from kiosk.world.people.scripts import cleared_by_staff, stopped_at_the_gate, visit
from kiosk.world.people.visitor import Visitor
from kiosk.world.station import Deliver, Seed, WorldStation

DAY_S = 86_400.0
BEGINS = datetime(2026, 1, 5, tzinfo=UTC)
WARM_UP_S = 120.0
"""The kiosk is switched on so long before the doors open, and off as long after they close."""
STAFF = "staff"
RULES = RuleSettings(
    (
        LoanRule(loan_days=28, max_loans=30),
        LoanRule(category=Age.CHILD.value, max_loans=12),
        LoanRule(loan_class=Shelf.SHORT.value, loan_days=7),
    )
)
OUTAGE_SHARE, OUTAGE_S = 0.05, 3_600.0
"""Of the days: the line is down for an hour."""
KEEPS_SHARE = 0.2
"""Of what a household has at home when it brings something back: it is not read yet."""
CLEARED_AFTER_S = 90.0
"""Staff look after what was left on the pad once the screen has been wiped."""
HONEST_SHARE = 0.8
"""Of those whom the gate stops: they come back to the kiosk. The others run."""


@dataclass(slots=True)
class Counted:
    """What was seen of the people and of the printer."""

    people: Counter[str] = field(default_factory=Counter)
    ran_off: set[str] = field(default_factory=set)
    """Books with which somebody ran past the ringing gate."""
    printed: int = 0


class BranchLife:
    """A made-up branch that lives in `folder`. The same seed gives the same journal, byte for byte."""

    def __init__(
        self, settings: KioskSettings, folder: Path, seed: int, *, copies: int, households: int, visits: int
    ) -> None:
        """`settings` are a kiosk's, as the demo's; `visits` people come to the kiosk a day."""
        self.branch: Branch = made_up(seed, copies, households)
        self.floor = Floor(self.branch)
        self.agenda = Agenda(BEGINS)
        self.counted = Counted()
        self.sums = JournalSums({f"card:{reader.card}": reader.ref for reader in self.branch.readers})
        self.journal = folder / "journal.jsonl"
        self._digest = hashlib.sha256()
        self._seed = seed
        self._calendar = Calendar(self.branch, seed, visits)
        self._settings = replace(settings, ledger=LedgerSettings(folder / "ledger.sqlite"))
        self._network = Network(self.agenda)
        items, patrons = self.branch.write_seed(folder)
        central = CentralSettings(settings.site, settings.time_zone, seed=SeedSettings((), items, patrons), rules=RULES)
        self.central = WorldCentral(self.agenda, self._network, central, folder / "central.sqlite")
        self.central.start()
        self._screen = ScreenSettings(settings.library.name_zh, settings.library.name_en, motion=False)
        self._shelves = {
            shelf: [copy.number for copy in self.branch.copies.values() if copy.shelf is shelf] for shelf in Shelf
        }
        self._homes: dict[int, list[str]] = {}
        """What each household has at home."""
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
        if self._calendar.chance(OUTAGE_SHARE):
            self._outage(kiosk.station, midnight_s)
        self.agenda.run_until(midnight_s + OPENS_S)
        for party in self._calendar.day(number):
            self.agenda.run_until(max(self.agenda.now_s, midnight_s + party.arrives_s))
            self._party(party, kiosk)
        self.agenda.run_until(max(self.agenda.now_s, midnight_s + CLOSES_S) + WARM_UP_S)
        self._keep(kiosk)
        kiosk.station.stop()
        for book in self.floor.tidy():
            self._shelves[self.branch.copies[book].shelf].append(book)

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
        room = InTheRoom(self.floor.place, afi, self.counted.ran_off, self.counted.printed)
        central = AtCentral(lent, made, unacknowledged, self.central.set_aside, noted)
        return balance(self.sums, central, room, self._settings.marks)

    def _outage(self, station: WorldStation, midnight_s: float) -> None:
        begins_s = midnight_s + OPENS_S + (CLOSES_S - OPENS_S - OUTAGE_S) * self._calendar.share()

        def down() -> None:
            self._network.up = False
            station.line_lost("the line is down")

        def up() -> None:
            self._network.up = True

        self.agenda.at(begins_s, down)
        self.agenda.at(begins_s + OUTAGE_S, up)
        self.counted.people["outages"] += 1

    def _party(self, party: Party, kiosk: _Open) -> None:
        self.counted.people["parties"] += 1
        home = self._homes.setdefault(party.household, [])
        brings: tuple[str, ...] = ()
        if party.brings:
            brings = tuple(book for book in home if not self._calendar.chance(KEEPS_SHARE))
        takes = {reader.card: self._choose(reader.age, count, reader.card) for reader, count, _, _ in party.borrows}
        for book in brings:
            home.remove(book)
        for errand in errands(party, brings, takes):
            self.counted.people["errands"] += 1
            self.counted.people[f"manner {errand.manner.value}"] += bool(errand.takes)
            self.floor.hand_over(errand.brings, errand.card)
            self.counted.ran_off.difference_update(errand.brings)
            visitor = kiosk.visitor(errand.card)
            visitor.perform(visit(errand))
            self._leaves(visitor, errand.takes, errand.brings, home)
        if self.floor.on_pad:
            self.counted.people["left on the pad"] += len(self.floor.on_pad)
            self.agenda.run_until(self.agenda.now_s + CLEARED_AFTER_S)
            kiosk.visitor(STAFF).perform(cleared_by_staff(self.floor.on_pad))

    def _choose(self, age: Age, count: int, card: str) -> tuple[str, ...]:
        """Off the shelves into the hands."""
        wanted = Shelf.PICTURE_BOOK if age is Age.CHILD else self._calendar.shelf()
        books = tuple(self._calendar.pick(self._shelves[wanted], count))
        self.floor.take_from_shelf(books, card)
        return books

    def _leaves(self, visitor: Visitor, takes: tuple[str, ...], brings: tuple[str, ...], home: list[str]) -> None:
        """Through the gate, with what is in the hands."""
        mine = [book for book in (*takes, *brings) if self.floor.place[book] == visitor.card]
        ringing = tuple(book for book in mine if self.floor.rings(book, self._settings.marks.in_stock))
        if ringing:
            self.counted.people["stopped at the gate"] += 1
            if self._calendar.chance(HONEST_SHARE):
                visitor.perform(stopped_at_the_gate(ringing))
                back = tuple(book for book in ringing if self.floor.rings(book, self._settings.marks.in_stock))
                self.floor.put_away(back, visitor.card, SHELF)
            else:
                self.counted.people["ran off"] += 1
                self.counted.ran_off.update(ringing)
        for book in (*takes, *brings):
            place = self.floor.place[book]
            if place == visitor.card:
                home.append(book)
            elif place == SHELF:
                self._shelves[self.branch.copies[book].shelf].append(book)

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
        self.counted.printed += len(kiosk.printer.printed)


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

            self.pad = DirectPad(agenda, life.floor, on_pad)
            self.printer = DirectPrinter(agenda, on_printer)
            return Devices(self.pad, None, self.printer)

        self.station = WorldStation(agenda, life._network, life._settings, seed, plugged)

    def visitor(self, card: str) -> Visitor:
        life = self._life
        return Visitor(life.agenda, self.station, self.pad, life.floor, life._screen, card)
