"""What a step orders is begun only when its journal rows can be read by somebody else: they are on the disk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kiosk.ledger import Ledger
from kiosk.ledger.reading import LedgerFile
from kiosk.logs import WithIntents
from kiosk.model.circulation import Item, Patron
from kiosk.model.ids import IdSource, ItemId, PatronRef, Uid
from kiosk.model.journal import RowKind
from kiosk.model.questions import AskBorrow, AskIdentify, Identified, MayBorrow
from kiosk.session.effects import Ask, WriteAfi
from kiosk.session.events import (
    Answered,
    CardPresented,
    Device,
    DeviceChanged,
    Event,
    Health,
    LinkChanged,
    Moment,
    TagKind,
    TagRead,
    TagSeen,
    Touch,
    Touched,
)
from kiosk.session.state import Kiosk, Policy
from kiosk.session.step import begin
from kiosk.station.deciding import Decider
from kiosk.station.effects import Order
from kiosk.wire import Station

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
BOOK = Item(ItemId("35555000012346"), "Snow")
UID = Uid("E004010000000001")
IN_STOCK, ON_LOAN = 0x07, 0xC2
BETWEEN_S = 5.0
TURNS = 3
"""Of the loop, until everything is done that one event leads to: an answer comes up in the turn after its question."""


@dataclass(slots=True)
class WatchfulHands:
    """Looks into the journal through another connection whenever something is ordered."""

    ledger: Path
    written: list[tuple[int, list[RowKind]]] = field(default_factory=list)
    """AFI, and the rows that were on the disk when it was ordered."""
    asked: list[Ask] = field(default_factory=list)

    def carry_out(self, order: Order) -> tuple[Event, ...]:
        match order:
            case WriteAfi(_, afi):
                with LedgerFile(self.ledger) as file:
                    self.written.append((afi, [stored.row.kind for stored in file.rows()]))
            case Ask(ask, AskIdentify()):
                return (Answered(ask, Identified(Patron(PatronRef("P1"), "Wei", 5))),)
            case Ask(ask, AskBorrow()):
                return (Answered(ask, MayBorrow(BOOK, AT, 5)),)
            case _:
                pass
        return ()

    def facts_stored(self) -> None:
        pass

    def state_is(self, state: Kiosk) -> None:
        pass


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger.open(tmp_path / "ledger.sqlite", Station("main", "kiosk-1"))
    yield opened
    opened.close()


def played(ledger: Ledger, *events: Event) -> WatchfulHands:
    """What the hands have seen after these events and all that followed from them."""
    hands = WatchfulHands(ledger.path)
    state = begin(Policy(), IdSource(b"deciding" * 4), Moment(0.0, AT), ledger.doubts(), {})
    now_s = [0.0]
    decider = Decider(state, ledger, hands, lambda: Moment(now_s[0], AT))
    for event in (DeviceChanged(Device.PAD, Health.OK), LinkChanged(True), *events):
        now_s[0] += BETWEEN_S
        decider.happened(event)
        for _ in range(TURNS):
            decider.take_up()
            decider.turned()
    return hands


def laid_down(afi: int) -> tuple[Event, ...]:
    return TagSeen(UID), TagRead(UID, TagKind.LIBRARY, BOOK.id, BOOK.title, afi)


def test_i4_a_tag_is_opened_only_after_its_loan_is_on_the_disk(ledger: Ledger) -> None:
    hands = played(ledger, CardPresented("20230001"), *laid_down(IN_STOCK))
    ((afi, rows),) = hands.written
    assert afi == ON_LOAN
    assert rows[-3:] == [RowKind.BORROW_DECIDED, RowKind.LOAN_MADE, RowKind.BORROW_OPENING]


def test_i1_a_tag_is_secured_only_after_the_return_is_meant_on_the_disk(ledger: Ledger) -> None:
    hands = played(ledger, Touched(Touch.RETURN), *laid_down(ON_LOAN))
    ((afi, rows),) = hands.written
    assert (afi, rows[-1]) == (IN_STOCK, RowKind.RETURN_INTENDED)


def test_a_loan_is_named_in_the_log_as_its_fact_names_it_and_its_patron_is_not(
    ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    played(ledger, CardPresented("20230001"), *laid_down(IN_STOCK))
    with LedgerFile(ledger.path) as file:
        (intent,) = {stored.row.intent for stored in file.rows() if stored.row.kind is RowKind.LOAN_MADE}
    lines = [WithIntents().format(record) for record in caplog.records]
    assert any(line.startswith("kept for central: ") and line.endswith(f"[{intent}]") for line in lines)
    assert not any("20230001" in line or "P1" in line for line in lines)
