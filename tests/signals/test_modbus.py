"""A board of relays and inputs by Modbus RTU: the driver against the simulated board on a real line, and alone."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import BadSetting
from drivers.health import FaultCode, Faulted, Recovered
from drivers.signals.modbus import ModbusBoard, ModbusSettings, sealed
from drivers.signals.outputs import Output
from drivers.signals.protocol import Sensed, SignalEvent, Switch, Switched, SwitchRefused
from firmware_sim.devices.modbus_board import ModbusBoard as SimulatedBoard
from firmware_sim.lines.pace import Frame
from kiosk.hardware.signals import InputSettings, OutputSettings, SignalDriver, SignalSettings, opened_signals
from tests.hardware.lines import Heard, Noisy, on_a_pty

OUTPUTS = (Output("flap", 1), Output("tray", 2))
INPUTS = (Output("fallen", 1), Output("full", 9))


def a_core() -> ModbusBoard:
    core = ModbusBoard(ModbusSettings(OUTPUTS, INPUTS, address=0x11))
    core.port_opened(0.0)
    return core


def asked(core: ModbusBoard, now_s: float) -> str:
    core.tick(now_s)
    return core.take_outgoing().hex()


def test_frames_are_those_of_the_standard() -> None:
    """Two questions as simplymodbus.ca quotes them, FC 05 and FC 02, with the sums of the serial line."""
    assert sealed(bytes.fromhex("110500acff00")).hex() == "110500acff004e8b"
    assert sealed(bytes.fromhex("110200c40016")).hex() == "110200c40016baa9"


def test_inputs_are_asked_for_in_whole_bytes_and_told_when_they_change() -> None:
    core = a_core()
    assert asked(core, 0.0) == sealed(bytes.fromhex("110200000010")).hex()
    told = core.receive(sealed(bytes.fromhex("1102020001")), 0.02)
    assert told == [Recovered("Modbus board 17"), Sensed("fallen", False), Sensed("full", True)]
    for now_s in (0.03, 0.048):
        echo = bytes.fromhex(asked(core, now_s))
        assert echo[1] == 5
        core.receive(echo, now_s + 0.01)
    assert asked(core, 0.3) == sealed(bytes.fromhex("110200000010")).hex()
    assert core.receive(sealed(bytes.fromhex("1102020101")), 0.32) == [Sensed("fallen", True)]


def test_a_board_that_says_nothing_is_gone_and_everything_is_told_afresh_when_it_comes_back() -> None:
    core = a_core()
    events: list[SignalEvent] = []
    now_s = 0.0
    while not events:
        now_s = max(now_s, core.due_s() or now_s)
        events += core.tick(now_s)
        core.take_outgoing()
        assert now_s < 2, "within a second or two it is known"
    (fault,) = events
    assert isinstance(fault, Faulted)
    assert fault.code is FaultCode.NO_ANSWER


def test_an_exception_of_the_board_is_told_and_does_not_stop_the_others() -> None:
    core = a_core()
    asked(core, 0.0)
    (fault,) = core.receive(sealed(bytes.fromhex("118202")), 0.02)
    assert isinstance(fault, Faulted)
    assert fault.code is FaultCode.WRONG_DEVICE
    assert asked(core, 0.1)


def test_an_output_that_is_not_there_is_refused_with_the_name_that_was_meant() -> None:
    core = a_core()
    core.submit(Switch("flip", True), 0.0)
    (refused,) = core.tick(0.0)
    assert isinstance(refused, SwitchRefused)
    assert "flap" in refused.detail


@pytest.mark.parametrize("address", [0, 248])
def test_an_address_that_no_board_has_is_refused(address: int) -> None:
    with pytest.raises(BadSetting, match="address"):
        ModbusSettings(OUTPUTS, address=address)


@given(st.lists(st.one_of(st.binary(max_size=12), st.just(sealed(bytes.fromhex("1102020001")))), max_size=20))
def test_whatever_comes_nothing_is_raised_and_a_sound_answer_is_still_understood(pieces: list[bytes]) -> None:
    core = a_core()
    now_s = 0.0
    for piece in pieces:
        now_s += 0.01
        core.receive(piece, now_s)
        core.tick(now_s)
        core.take_outgoing()
    core.port_lost("unplugged", now_s)
    core.port_opened(now_s)
    asked(core, now_s)
    assert Sensed("full", True) in core.receive(b"\x11\x02" + sealed(bytes.fromhex("1102020001")), now_s + 0.01)


@pytest.mark.parametrize("noise", [0.0, 0.01])
def test_a_board_on_a_line_switches_and_tells(tmp_path: Path, noise: float) -> None:
    board, lock = SimulatedBoard(), threading.Lock()
    with on_a_pty(Noisy(board, noise, seed=3), tmp_path / "doors", 9_600, Frame.EIGHT_NONE_ONE, lock):
        heard: Heard[SignalEvent] = Heard()
        settings = SignalSettings(
            SignalDriver.MODBUS,
            (OutputSettings("flap", 1), OutputSettings("tray", 2)),
            inputs=(InputSettings("fallen", 3),),
            port=str(tmp_path / "doors"),
        )
        signals = opened_signals(settings, heard.deliver)
        signals.start()
        try:
            heard.await_(lambda events: Sensed("fallen", False) in events)
            signals.submit(Switch("tray", True))
            heard.await_(lambda events: Switched("tray", True, confirmed=True) in events)
            assert board.relays[:2] == (False, True)
            board.sense(3, True)
            heard.await_(lambda events: Sensed("fallen", True) in events)
        finally:
            signals.stop()
