"""A gate and a pad at somebody else's reader: `llrpkit`'s emulator, over TCP."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from llrpkit.emulator import EmulatedTag
from llrpkit.protocol import messages

from drivers.gates.llrp import LlrpGate
from drivers.gates.protocol import GateCommand, GateEvent, TagPassed
from drivers.health import FaultCode, Faulted, Recovered
from drivers.llrp.settings import LlrpSettings
from drivers.pads.llrp.core import LlrpPad
from drivers.pads.llrp.settings import LlrpPadSettings
from drivers.pads.protocol import (
    PadCommand,
    PadEvent,
    TagGone,
    TagRead,
    TagSeen,
    WriteAfi,
    WriteDone,
    WriteFailed,
    WriteFailure,
)
from tests.gates.llrp_emulator import WAIT_S, Emulated, Meeting

IN_STOCK, ON_LOAN = 0x07, 0xC2
WELL = Recovered("Impinj, model 700, firmware llrpkit-emu 0.1")
UNIVERSITY = bytes.fromhex("00000001A8324911EC010000")
"""ABC0123* of the university consortium, in stock. The emulator's PC has no bit for ISO, as on such tags."""
FOREIGN = bytes.fromhex("3005FB63AC1F3841EC880467")
QUICK = LlrpSettings(keepalive_s=0.5, request_s=1.0)

GateMeeting = Meeting[GateEvent, GateCommand]
PadMeeting = Meeting[PadEvent, PadCommand]


@pytest.fixture
def emulated() -> Iterator[Emulated]:
    with Emulated(EmulatedTag(uii, (1, 2)) for uii in (UNIVERSITY, FOREIGN)) as reader:
        yield reader


def is_well(event: object) -> bool:
    return event == WELL


def meet_at_gate(emulated: Emulated) -> GateMeeting:
    return GateMeeting(LlrpGate(QUICK), emulated.port)


def test_a_gate_tells_every_tag_that_the_emulator_has(emulated: Emulated) -> None:
    with meet_at_gate(emulated) as gate:
        gate.hears(is_well)
        seen: dict[str | None, TagPassed] = {}
        while len(seen) < 2:
            event = gate.hears(lambda event: isinstance(event, TagPassed))
            assert isinstance(event, TagPassed)
            seen[event.uid] = event
        assert seen.keys() == {UNIVERSITY.hex().upper(), FOREIGN.hex().upper()}
        assert all(event.antenna in (1, 2) and event.rssi_dbm is not None and event.at for event in seen.values())


def test_the_emulator_hears_its_keepalives_answered(emulated: Emulated) -> None:
    with meet_at_gate(emulated) as gate:
        gate.hears(is_well)
        emulated.call(emulated.reader.wait_keepalive_ack(WAIT_S))
    assert emulated.reader.keepalive_acks >= 1


def test_another_client_is_in_the_way_until_it_goes(emulated: Emulated) -> None:
    with socket.create_connection(("127.0.0.1", emulated.port)) as other, meet_at_gate(emulated) as gate:
        assert other.recv(10)
        gate.hears(lambda event: isinstance(event, Faulted) and "another host is connected" in event.detail)
        other.close()
        gate.hears(is_well)


def test_a_reader_that_drops_in_the_middle_of_its_reports_is_found_again(emulated: Emulated) -> None:
    with meet_at_gate(emulated) as gate:
        gate.hears(lambda event: isinstance(event, TagPassed))
        emulated.switch_off()
        gate.hears(lambda event: isinstance(event, Faulted) and event.code is FaultCode.PORT_GONE)
        emulated.switch_on()
        gate.hears(is_well)
        gate.hears(lambda event: isinstance(event, TagPassed))


def test_an_antenna_whose_cable_is_pulled_is_told(emulated: Emulated) -> None:
    with meet_at_gate(emulated) as gate:
        gate.hears(is_well)
        emulated.call(emulated.reader.set_antenna_connected(2, connected=False))
        gate.hears(lambda event: event == Faulted(FaultCode.DEVICE_ERROR, "antenna 2 is off: check its cable"))
        emulated.call(emulated.reader.set_antenna_connected(2, connected=True))
        gate.hears(is_well)


def test_a_request_that_the_reader_swallows_costs_a_new_connection(emulated: Emulated) -> None:
    emulated.reader.drop_next(messages.ADD_ROSPEC)
    with meet_at_gate(emulated) as gate:
        gate.hears(lambda event: isinstance(event, Faulted) and event.code is FaultCode.NO_ANSWER)
        gate.hears(is_well)


def test_a_book_is_lent_and_returned_at_a_pad(emulated: Emulated) -> None:
    name = UNIVERSITY.hex().upper()
    with PadMeeting(LlrpPad(LlrpPadSettings(QUICK, gone_after_s=5.0)), emulated.port) as pad:
        pad.hears(lambda event: event == TagSeen(name))
        pad.hears(lambda event: event == TagRead(name, IN_STOCK, None, 2, bytes(64), b"\x30\x00" + UNIVERSITY))
        pad.hears(is_well)
        pad.pump.submit(WriteAfi(name, ON_LOAN))
        assert pad.hears(lambda event: isinstance(event, WriteDone | WriteFailed)) == WriteDone(name, ON_LOAN)
        assert bytes((0x80,)) + UNIVERSITY[1:] in [tag.epc for tag in emulated.reader.tags]
        pad.pump.submit(WriteAfi(name, IN_STOCK))
        assert pad.hears(lambda event: isinstance(event, WriteDone | WriteFailed)) == WriteDone(name, IN_STOCK)
        assert UNIVERSITY in [tag.epc for tag in emulated.reader.tags]


def test_a_foreign_tag_is_read_and_not_written(emulated: Emulated) -> None:
    name = FOREIGN.hex().upper()
    with PadMeeting(LlrpPad(LlrpPadSettings(QUICK, gone_after_s=5.0)), emulated.port) as pad:
        pad.hears(lambda event: event == TagRead(name, None, None, 2, bytes(64), b"\x30\x00" + FOREIGN))
        pad.pump.submit(WriteAfi(name, ON_LOAN))
        assert pad.hears(lambda event: isinstance(event, WriteDone | WriteFailed)) == WriteFailed(
            name, WriteFailure.LOCKED, None
        )
        assert FOREIGN in [tag.epc for tag in emulated.reader.tags]


def test_a_tag_that_is_taken_off_the_pad_is_gone(emulated: Emulated) -> None:
    with PadMeeting(LlrpPad(LlrpPadSettings(QUICK)), emulated.port) as pad:
        pad.hears(is_well)
        emulated.reader.tags.clear()
        gone = {pad.hears(lambda event: isinstance(event, TagGone)) for _ in range(2)}
        assert gone == {TagGone(UNIVERSITY.hex().upper()), TagGone(FOREIGN.hex().upper())}
