"""Lamps: the drivers of both boards against simulated ones, on a real line and behind a real broker."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.signals.protocol import SignalEvent, Switch, Switched
from firmware_sim.devices.relay_board import RelayBoard
from firmware_sim.devices.tasmota_client import TasmotaBoard
from firmware_sim.lines.pace import Frame
from kiosk.hardware.signals import OutputSettings, SignalBroker, SignalDriver, SignalSettings, opened_signals
from tests.hardware.lines import Heard, Noisy, on_a_pty
from tests.real_parts import PATIENCE_S, free_port

LAMP, BUZZER = "return-lamp", "buzzer"
OUTPUTS = (OutputSettings(LAMP, 1), OutputSettings(BUZZER, 2))


class Watched(RelayBoard):
    """A board at whose relays somebody looks."""

    def __init__(self) -> None:
        super().__init__(2)
        self.moved = threading.Condition()
        self.seen: list[tuple[bool, ...]] = [self.relays]

    def receive(self, data: bytes, now_s: float) -> None:
        super().receive(data, now_s)
        with self.moved:
            if self.relays != self.seen[-1]:
                self.seen.append(self.relays)
            self.moved.notify_all()

    def await_(self, seen: list[tuple[bool, ...]]) -> None:
        with self.moved:
            assert self.moved.wait_for(lambda: self.seen == seen, PATIENCE_S), self.seen


def test_a_relay_board_lights_and_goes_out_by_itself(tmp_path: Path) -> None:
    board, lock = Watched(), threading.Lock()
    with on_a_pty(Noisy(board, 0.0, seed=1), tmp_path / "relays", 9_600, Frame.EIGHT_NONE_ONE, lock):
        heard: Heard[SignalEvent] = Heard()
        settings = SignalSettings(SignalDriver.SERIAL_RELAY, OUTPUTS, port=str(tmp_path / "relays"))
        signals = opened_signals(settings, heard.deliver)
        signals.start()
        try:
            signals.submit(Switch(LAMP, True, 0.3))
            board.await_([(False, False), (True, False), (False, False)])
            signals.submit(Switch(BUZZER, True))
            board.await_([(False, False), (True, False), (False, False), (False, True)])
        finally:
            signals.stop()
    confirmed = {each.confirmed for each in heard.events if isinstance(each, Switched)}
    assert confirmed == {False}, "such a board answers nothing"


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[int]:
    port = free_port()
    (tmp_path / "mosquitto.conf").write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
    process = subprocess.Popen(["mosquitto", "-c", str(tmp_path / "mosquitto.conf")], stderr=subprocess.DEVNULL)
    yield port
    process.kill()
    process.wait()


@pytest.fixture
def tasmota(broker: int) -> Iterator[TasmotaBoard]:
    board = TasmotaBoard("127.0.0.1", broker, "desk", relays=2)
    board.start()
    assert board.wait_online(PATIENCE_S)
    yield board
    board.stop()


def is_(output: str, on: bool) -> Callable[[list[SignalEvent]], bool]:
    return lambda told: Switched(output, on, confirmed=True) in told


def test_a_tasmota_board_says_itself_what_it_did(broker: int, tasmota: TasmotaBoard) -> None:
    heard: Heard[SignalEvent] = Heard()
    settings = SignalSettings(SignalDriver.TASMOTA, OUTPUTS, topic="desk", broker=SignalBroker("127.0.0.1", broker))
    signals = opened_signals(settings, heard.deliver)
    signals.start()
    try:
        heard.await_(lambda told: is_(LAMP, False)(told) and is_(BUZZER, False)(told))
        signals.submit(Switch(LAMP, True))
        heard.await_(is_(LAMP, True))
        assert tasmota.relays == (True, False)
        heard.forget()
        signals.submit(Switch(BUZZER, True, 0.5))
        heard.await_(is_(BUZZER, True))
        heard.await_(is_(BUZZER, False))
        assert tasmota.relays == (True, False)
    finally:
        signals.stop()
