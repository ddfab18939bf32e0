"""Real drivers at simulated pads of every maker, in virtual time: they hear books by how these lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drivers.pads.protocol import PadCommand, PadEvent, TagGone, TagSeen, WriteAfi, WriteDone, WriteFailed
from firmware_sim.lines.virtual import VirtualLines
from firmware_sim.room.field import Lying, Shape
from firmware_sim.room.room import SLOT_S, Place
from firmware_sim.settings import (
    USUAL_TID,
    ItemSettings,
    PadDriver,
    Settings,
    TagSettings,
    UhfSettings,
    parse,
    with_pad,
)
from firmware_sim.workbench import Beginning, Workbench
from kiosk.hardware import pads
from kiosk.hardware.pads import PadSettings, pad_core
from kiosk.model.circulation import SecurityMarks
from kiosk.world.agenda import Agenda
from kiosk.world.wires import Wire

ON_LOAN, IN_STOCK = 0xC2, 0x07
STACK = [f"B{number}" for number in range(15)]
LINES = (PadDriver.FEIG, PadDriver.M3_210, PadDriver.RL866, PadDriver.LLRP)
BESIDE_EACH_OTHER = [(-75.0, -105.0), (80.0, -105.0), (-75.0, 110.0), (80.0, 110.0)]
ON_IT, BESIDE_IT = Lying((0.0, 0.0)), Lying((400.0, 0.0))
POLLED_S, GONE_S = 5.0, 10.0


def a_room(driver: PadDriver) -> Settings:
    """Fifteen books, each with a tag for HF readers and one for UHF readers."""
    items = tuple(
        ItemSettings(
            name,
            name,
            "",
            (TagSettings(bytes.fromhex(f"E0040150000000{place:02X}"), IN_STOCK, 0, 4, 28, bytes(112), False, False),),
            (UhfSettings(0x2D07, bytes.fromhex(f"141CFB2102DDDF7C4E{place:02X}"), b"", USUAL_TID),),
            Shape(),
        )
        for place, name in enumerate(STACK)
    )
    return with_pad(replace(parse({}, "room"), items=items), driver)


@dataclass(slots=True)
class Desk:
    """A pad, its driver, and what the driver tells."""

    agenda: Agenda
    bench: Workbench
    wire: Wire[PadEvent, PadCommand]
    told: list[PadEvent] = field(default_factory=list)

    @classmethod
    def of(cls, driver: PadDriver, seed: int = 1) -> Desk:
        agenda, told = Agenda(datetime(2026, 3, 2, tzinfo=UTC)), []  # type: tuple[Agenda, list[PadEvent]]
        lines = VirtualLines(agenda)
        bench = Workbench(a_room(driver), Path("/nowhere"), Beginning(seed=seed), lines)
        bench.plug_in()
        address = "tcp://127.0.0.1:5084" if driver is PadDriver.LLRP else "/dev/pad"
        core = pad_core(PadSettings(address, pads.PadDriver(driver.value)), SecurityMarks())
        wire: Wire[PadEvent, PadCommand] = Wire(agenda, core, lines.ends["pad"], told.append)
        wire.start()
        desk = cls(agenda, bench, wire, told)
        desk.wait(POLLED_S)
        return desk

    def wait(self, seconds: float) -> None:
        self.agenda.run_until(self.agenda.now_s + seconds)

    def lay(self, books: Sequence[str], lying: Lying | None) -> None:
        self.bench.put_on_pad(list(books), lying)
        self.wait(GONE_S)

    @property
    def seen(self) -> set[str]:
        """The tags that the driver says are there."""
        there: set[str] = set()
        for event in self.told:
            if isinstance(event, TagSeen):
                there.add(event.uid)
            elif isinstance(event, TagGone):
                there.discard(event.uid)
        return there


@pytest.fixture(params=LINES, ids=str)
def desk(request: pytest.FixtureRequest) -> Desk:
    return Desk.of(request.param)


def test_a_stack_of_fifteen_hides_some_and_books_laid_apart_are_all_heard(desk: Desk) -> None:
    desk.lay(STACK, ON_IT)
    assert 0 < len(desk.seen) < len(STACK)
    desk.bench.take_off_pad(STACK)
    desk.lay(STACK, None)
    assert len(desk.seen) == len(STACK)


def test_four_books_of_a_stack_are_all_heard_when_they_are_spread_out(desk: Desk) -> None:
    for name, at in zip(STACK, BESIDE_EACH_OTHER, strict=False):
        desk.lay([name], Lying(at))
    assert len(desk.seen) == len(BESIDE_EACH_OTHER)


@pytest.mark.parametrize("hidden", [BESIDE_IT, Lying(angle_deg=90.0), Lying(foil=True)], ids=["beside", "up", "foil"])
def test_what_is_not_coupled_is_gone_for_the_driver_and_cannot_be_written(desk: Desk, hidden: Lying) -> None:
    desk.lay(["B0"], ON_IT)
    (uid,) = desk.seen
    desk.lay(["B0"], hidden)
    assert desk.seen == set()
    desk.wire.submit(WriteAfi(uid, ON_LOAN))
    desk.wait(GONE_S)
    assert not any(isinstance(event, WriteDone) for event in desk.told)
    assert any(isinstance(event, WriteFailed) for event in desk.told)
    assert desk.bench.room.books[0].tags[0].afi == IN_STOCK
    desk.lay(["B0"], ON_IT)
    assert desk.seen == {uid}


def test_what_is_pushed_into_the_slot_can_be_written_there_and_is_gone_in_the_bin(desk: Desk) -> None:
    desk.bench.push_into_slot(["B0"])
    desk.wait(SLOT_S / 2)
    (uid,) = desk.seen
    desk.wire.submit(WriteAfi(uid, ON_LOAN))
    desk.wait(SLOT_S / 2 - 1.0)
    assert WriteDone(uid, ON_LOAN) in desk.told
    desk.wait(GONE_S)
    assert desk.seen == set()
    assert desk.bench.room.books[0].place is Place.BIN


def test_the_same_seed_repeats_what_flickers() -> None:
    def heard(seed: int) -> list[PadEvent]:
        desk = Desk.of(PadDriver.FEIG, seed)
        desk.lay(STACK, Lying((191.0, 0.0)))
        desk.lay(["B0"], Lying((192.0, 0.0)))
        desk.wait(60.0)
        return desk.told

    assert heard(3) == heard(3)
    assert heard(3) != heard(4)
