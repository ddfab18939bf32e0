"""The card reader against a real pcscd: cards come and go, tear, flicker; service and reader go away and come back."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

import pytest

from drivers.cards.apdu import KeyType
from drivers.cards.events import CardEvent, CardPresented, CardRemoved, CardUnreadable
from drivers.cards.exchange import Unreadable
from drivers.cards.pcsc import CardReader, CardSettings
from drivers.cards.sector_key import SectorKey
from drivers.cards.sources import Authentication, FromBlocks, FromFile, FromPatronTag, FromSector, KeyMemory
from drivers.cards.token_form import TokenForm
from drivers.health import FaultCode, Faulted, Recovered
from tests.cards.chips import (
    A_PATRONS_TAG,
    KEY_A,
    KEY_B,
    NUMBER,
    OLD_READER,
    READER_KEEPS_KEYS,
    MifareChip,
    VicinityChip,
)

MIFARE_1K_ATR = bytes.fromhex("3B8F8001804F0CA000000306030001000000006A")
ICODE_ATR = bytes.fromhex("3B8F8001804F0CA0000003060B00140000000077")
CHIP_CARD_ATR = bytes.fromhex("3B8180018080")
READER = "card reader"
GET_UID = bytes.fromhex("FFCA000000")
WEI, MARIE = bytes.fromhex("04A23B9C"), bytes.fromhex("04112233445566")
WEIS_CARD = CardPresented("04A23B9C", "mifare-1k")
IN_SECTOR_4 = FromSector(SectorKey(KEY_A), sector=4, block=1, offset=2, length=6)


class Card(Protocol):
    """A card on the virtual reader (see conftest)."""

    commands: list[bytes]

    def lift(self) -> None: ...
    def tear_away_at(self, command: bytes) -> None: ...


class Service(Protocol):
    """A real pcscd (see conftest)."""

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def card(self, uid: bytes, atr: bytes = ..., answers: dict[bytes, bytes] | None = None) -> Card: ...
    def chip(self, atr: bytes, transmit: Callable[[bytes], bytes]) -> Card: ...


class Heard:
    """What the reader told, in order."""

    def __init__(self) -> None:
        self._events: queue.Queue[CardEvent] = queue.Queue()

    def put(self, event: CardEvent) -> None:
        self._events.put(event)

    def next(self, limit_s: float = 10.0) -> CardEvent:
        return self._events.get(timeout=limit_s)

    def nothing_for(self, seconds: float) -> bool:
        try:
            self._events.get(timeout=seconds)
        except queue.Empty:
            return True
        return False


@contextmanager
def watching(settings: CardSettings | None = None) -> Iterator[Heard]:
    heard = Heard()
    reader = CardReader(settings or CardSettings(READER), heard.put)
    reader.start()
    try:
        yield heard
    finally:
        ours = [thread for thread in threading.enumerate() if thread.name.startswith("card")]
        reader.stop()
        assert not [thread for thread in ours if thread.is_alive()]


def test_a_card_is_presented_once_and_removed_once(card_service: Service) -> None:
    with watching() as heard:
        card = card_service.card(WEI)
        assert heard.next() == WEIS_CARD
        assert heard.nothing_for(1.0), "a card left on the reader is one card"
        card.lift()
        assert heard.next() == CardRemoved()


def test_a_card_that_lay_there_before_is_presented_at_the_start(card_service: Service) -> None:
    card_service.card(WEI)
    with watching() as heard:
        assert heard.next() == WEIS_CARD


def test_an_iso_15693_card_shows_its_uid_with_e0_first(card_service: Service) -> None:
    card_service.card(bytes.fromhex("2E985C8A000104E0"), ICODE_ATR)
    with watching() as heard:
        assert heard.next() == CardPresented("E00401008A5C982E", "icode-sli")


def test_one_card_after_another(card_service: Service) -> None:
    with watching() as heard:
        card_service.card(WEI).lift()
        second = card_service.card(MARIE, CHIP_CARD_ATR)
        told = [heard.next()]
        while told[-1] != CardPresented("04112233445566", "chip-card"):
            told.append(heard.next())
        assert told in (
            [CardPresented("04112233445566", "chip-card")],
            [WEIS_CARD, CardRemoved(), CardPresented("04112233445566", "chip-card")],
            [CardUnreadable(Unreadable.PULLED_AWAY, told[0].detail), CardRemoved(), told[-1]]
            if isinstance(told[0], CardUnreadable)
            else [],
        )
        second.lift()
        assert heard.next() == CardRemoved()


def test_a_card_torn_away_in_its_answer_is_unreadable_and_then_removed(card_service: Service) -> None:
    with watching() as heard:
        card_service.card(WEI).tear_away_at(GET_UID)
        event = heard.next()
        assert isinstance(event, CardUnreadable)
        assert event.why is Unreadable.PULLED_AWAY
        assert heard.next() == CardRemoved()
        card_service.card(WEI)
        assert heard.next() == WEIS_CARD


@pytest.mark.parametrize(
    ("sw", "why"),
    [
        ("6401", Unreadable.PULLED_AWAY),
        ("6300", Unreadable.PULLED_AWAY),
        ("6700", Unreadable.PULLED_AWAY),
        ("6A82", Unreadable.NOT_KNOWN),
        ("6A81", Unreadable.NOT_KNOWN),
    ],
)
def test_a_status_that_is_not_ok_makes_the_card_unreadable_once(
    card_service: Service, sw: str, why: Unreadable
) -> None:
    with watching() as heard:
        card_service.card(WEI, answers={GET_UID: bytes.fromhex(sw)})
        event = heard.next()
        assert isinstance(event, CardUnreadable)
        assert event.why is why
        assert sw in event.detail
        assert heard.nothing_for(0.6)


def test_the_token_can_be_in_a_file(card_service: Service) -> None:
    source = FromFile(bytes.fromhex("D2760000850101"), 0xE104, length=8)
    card_service.card(
        WEI,
        CHIP_CARD_ATR,
        {
            bytes.fromhex("00A4040007D276000085010100"): bytes.fromhex("9000"),
            bytes.fromhex("00A4020C02E104"): bytes.fromhex("9000"),
            bytes.fromhex("00B0000008"): b"P0042\x00\x00\x00\x90\x00",
        },
    )
    with watching(CardSettings(READER, source)) as heard:
        assert heard.next() == CardPresented("P0042", "chip-card")


def test_the_token_can_be_in_pages_that_anybody_may_read(card_service: Service) -> None:
    pages = {bytes.fromhex("FFB0000410"): b"P0042" + bytes(11) + b"\x90\x00"}
    card = card_service.card(WEI, MIFARE_1K_ATR, pages)
    with watching(CardSettings(READER, FromBlocks(4, block_size=16))) as heard:
        assert heard.next() == CardPresented("P0042", "mifare-1k")
    assert GET_UID not in card.commands


@pytest.mark.parametrize("chip", [MifareChip(), MifareChip(knows=OLD_READER)], ids=["new reader", "old reader"])
def test_the_token_can_be_in_a_sector_behind_a_key(card_service: Service, chip: MifareChip) -> None:
    chip.write(4, 1, b"..P0042 ")
    card = card_service.chip(MIFARE_1K_ATR, chip.transmit)
    with watching(CardSettings(READER, IN_SECTOR_4)) as heard:
        assert heard.next() == CardPresented("P0042", "mifare-1k")
        card.lift()
        assert heard.next() == CardRemoved()


def test_a_number_in_bcd_behind_key_b_kept_by_the_reader_reaches_over_two_blocks(card_service: Service) -> None:
    chip = MifareChip(knows=READER_KEEPS_KEYS)
    chip.write(33, 0, bytes(14) + bytes.fromhex("3555500001234567FFFF"))
    source = FromSector(
        SectorKey(KEY_B),
        sector=33,
        offset=14,
        length=10,
        form=TokenForm.BCD,
        key_type=KeyType.B,
        key_memory=KeyMemory.READER,
        authentication=Authentication.NEW,
    )
    with watching(CardSettings(READER, source)) as heard:
        for _ in range(2):
            card = card_service.chip(MIFARE_1K_ATR, chip.transmit)
            assert heard.next() == CardPresented("3555500001234567", "mifare-1k")
            card.lift()
            assert heard.next() == CardRemoved()
    assert chip.keys_written == 1, "the reader's permanent memory is written once"


def test_another_librarys_key_is_said_in_words_that_hold_no_key(card_service: Service) -> None:
    with watching(CardSettings(READER, IN_SECTOR_4)) as heard:
        card_service.chip(MIFARE_1K_ATR, MifareChip(key_a=bytes(6)).transmit)
        event = heard.next()
        assert isinstance(event, CardUnreadable)
        assert event.why is Unreadable.NOT_KNOWN
        assert "does not open sector 4" in event.detail
        assert KEY_A.hex() not in event.detail.replace(" ", "").casefold()


def test_a_reader_that_does_not_take_the_key_is_a_fault_until_a_card_is_read(card_service: Service) -> None:
    good = MifareChip()
    good.write(4, 1, b"..P0042 ")
    with watching(CardSettings(READER, IN_SECTOR_4)) as heard:
        card = card_service.chip(MIFARE_1K_ATR, MifareChip(knows=READER_KEEPS_KEYS).transmit)
        fault, unreadable = heard.next(), heard.next()
        assert isinstance(fault, Faulted)
        assert fault.code is FaultCode.DEVICE_ERROR
        assert 'try key_memory = "reader"' in fault.detail
        assert unreadable == CardUnreadable(Unreadable.READER, fault.detail)
        card.lift()
        assert heard.next() == CardRemoved()
        card_service.chip(MIFARE_1K_ATR, good.transmit)
        assert isinstance(heard.next(), Recovered)
        assert heard.next() == CardPresented("P0042", "mifare-1k")


def test_a_card_torn_away_while_its_sector_is_read_is_unreadable_then_removed(card_service: Service) -> None:
    chip = MifareChip()
    chip.write(4, 1, b"..P0042 ")
    with watching(CardSettings(READER, IN_SECTOR_4)) as heard:
        card_service.chip(MIFARE_1K_ATR, chip.transmit).tear_away_at(bytes.fromhex("FFB0001110"))
        event = heard.next()
        assert isinstance(event, CardUnreadable)
        assert event.why is Unreadable.PULLED_AWAY
        assert heard.next() == CardRemoved()


def test_an_iso_15693_patron_card_shows_the_number_on_it(card_service: Service) -> None:
    chip = VicinityChip(A_PATRONS_TAG)
    with watching(CardSettings(READER, FromPatronTag())) as heard:
        card_service.chip(ICODE_ATR, chip.transmit)
        assert heard.next() == CardPresented(NUMBER, "icode-sli")


def test_an_iso_15693_card_without_library_data_shows_its_uid(card_service: Service) -> None:
    with watching(CardSettings(READER, FromPatronTag())) as heard:
        card_service.chip(ICODE_ATR, VicinityChip(bytes(112)).transmit)
        assert heard.next() == CardPresented("E00401008A5C982E", "icode-sli")


def test_a_card_with_a_random_uid_says_that_it_cannot_be_used(card_service: Service) -> None:
    with watching() as heard:
        card_service.card(bytes.fromhex("08112233"), CHIP_CARD_ATR)
        event = heard.next()
        assert isinstance(event, CardUnreadable)
        assert event.why is Unreadable.RANDOM_UID
        assert "another random UID each time" in event.detail


def test_the_service_stops_and_starts_and_cards_are_read_again(card_service: Service) -> None:
    with watching() as heard:
        card = card_service.card(WEI)
        assert heard.next() == WEIS_CARD
        card_service.stop()
        lost = heard.next()
        assert isinstance(lost, Faulted)
        assert lost.code is FaultCode.SERVICE_GONE
        assert "pcscd" in lost.detail
        card.lift()
        card_service.start()
        assert isinstance(heard.next(), Recovered)
        card_service.card(MARIE)
        assert heard.next() == CardRemoved()
        assert heard.next() == CardPresented("04112233445566", "mifare-1k")


def test_a_service_that_never_ran_is_a_fault_told_once_and_stopping_is_prompt(card_service: Service) -> None:
    card_service.stop()
    with watching() as heard:
        lost = heard.next()
        assert isinstance(lost, Faulted)
        assert lost.code is FaultCode.SERVICE_GONE
        assert heard.nothing_for(1.5)


def test_a_reader_that_is_not_there_is_a_fault_of_its_own(card_service: Service) -> None:
    with watching(CardSettings("Another maker")) as heard:
        assert heard.next() == Faulted(
            FaultCode.PORT_GONE, "the PC/SC service knows no reader named like 'Another maker'"
        )
        assert heard.nothing_for(1.5)
