"""The keypad for who does not look: its records become keys, and its keys move a running kiosk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.health import FaultCode, Faulted
from drivers.keypads.evdev import KeypadCore
from drivers.keypads.events import KeypadEvent, KeypadKey, KeyPressed
from firmware_sim.devices import keypad as simulated
from firmware_sim.devices.keypad import Keypad
from kiosk.hardware.keypads import KeypadSettings
from kiosk.ledger import Ledger
from kiosk.screens import fonts
from kiosk.session.events import Device, DeviceChanged, Health
from kiosk.session.state import Access
from kiosk.station.keypad import keypad
from kiosk.wire import Station
from tests.real_parts import wait_until
from tests.scanners.keyboard import DROPPED, record
from tests.station.kiosk_room import Room

EVERY = {
    simulated.KeypadKey.DOWN: KeypadKey.ON,
    simulated.KeypadKey.UP: KeypadKey.BACK,
    simulated.KeypadKey.OK: KeypadKey.OK,
    simulated.KeypadKey.RAISED: KeypadKey.RAISED,
    simulated.KeypadKey.PACE: KeypadKey.PACE,
    simulated.KeypadKey.CURTAIN: KeypadKey.CURTAIN,
    simulated.KeypadKey.STOP: KeypadKey.STOP,
    simulated.KeypadKey.PLUGGED: KeypadKey.PLUGGED,
    simulated.KeypadKey.UNPLUGGED: KeypadKey.UNPLUGGED,
}


def typed(*keys: simulated.KeypadKey) -> bytes:
    pad, now_s = Keypad(), 0.0
    pad.presses(*keys)
    while (due_s := pad.due_s()) is not None:
        now_s = max(now_s, due_s)
        pad.tick(now_s)
    return pad.take_outgoing()


def heard(core: KeypadCore, *pieces: bytes) -> list[KeypadEvent]:
    return [event for piece in pieces for event in core.receive(piece, 0.0)]


@given(st.lists(st.sampled_from(list(EVERY)), max_size=12), st.integers(1, 100))
def test_every_key_is_told_once_however_its_records_come(keys: list[simulated.KeypadKey], length: int) -> None:
    data = typed(*keys)
    pieces = [data[at : at + length] for at in range(0, len(data), length)]
    assert heard(KeypadCore(), *pieces) == [KeyPressed(EVERY[key]) for key in keys]


def test_a_socket_that_is_a_switch_tells_of_headphones_too() -> None:
    said = heard(KeypadCore(), record(5, 2, 1), record(5, 2, 0))
    assert said == [KeyPressed(KeypadKey.PLUGGED), KeyPressed(KeypadKey.UNPLUGGED)]


def test_what_the_kernel_dropped_moves_nobody_to_a_wrong_place() -> None:
    after = typed(simulated.KeypadKey.OK)
    assert heard(KeypadCore(), DROPPED + record(1, 108, 1), record(0, 0, 0), after) == [KeyPressed(KeypadKey.OK)]


@given(st.binary(max_size=400))
def test_noise_is_no_key_and_is_told_once_at_most(noise: bytes) -> None:
    core = KeypadCore()
    faults = [event for event in heard(core, noise, noise) if isinstance(event, Faulted)]
    assert len(faults) <= 1


def test_another_device_is_named_and_a_keypad_that_is_pulled_out_ends_speech() -> None:
    core = KeypadCore()
    (told,) = heard(core, b"\xff" * 24)
    assert isinstance(told, Faulted)
    assert told.code is FaultCode.WRONG_DEVICE
    assert KeyPressed(KeypadKey.UNPLUGGED) in core.port_lost("pulled out", 1.0)
    core.port_opened(2.0)
    assert heard(core, typed(simulated.KeypadKey.OK)) == [KeyPressed(KeypadKey.OK)]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    ledger = Ledger.open(tmp_path / "ledger.sqlite", Station("main", "kiosk-1"))
    made = Room(ledger, fonts.folder())
    yield made
    made.close()
    ledger.close()


def test_keys_of_an_input_device_move_a_running_kiosk(room: Room, tmp_path: Path) -> None:
    device = tmp_path / "event0"
    os.mkfifo(device)
    room.happens(DeviceChanged(Device.PAD, Health.OK))
    pad = keypad(KeypadSettings(str(device)), room.inbox.put)
    pad.start()
    with device.open("wb", buffering=0) as keys:
        keys.write(typed(simulated.KeypadKey.PLUGGED))
        wait_until(lambda: any(Access.SPEECH in state.around.access for state in room.hands.states[-1:]))
        keys.write(typed(simulated.KeypadKey.UNPLUGGED))
        wait_until(lambda: Access.SPEECH not in room.hands.states[-1].around.access)
    pad.stop()


def test_a_device_without_a_path_is_refused() -> None:
    with pytest.raises(ValueError, match="/dev/input"):
        KeypadSettings("COM3")
