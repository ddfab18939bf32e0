"""A relay board on a pseudo-terminal: what a user of the pump sees is what a user of the broker sees."""

from __future__ import annotations

import os
import queue
import tty

from drivers.health import Recovered
from drivers.ports.pump import Pump
from drivers.ports.serial import LineSettings, SerialPort
from drivers.signals.outputs import Output
from drivers.signals.protocol import SignalCommand, SignalEvent, Switch, Switched
from drivers.signals.serial_relay import RelaySettings, SerialRelay

WAIT_S = 10.0


def test_a_lamp_goes_on_and_off_by_itself() -> None:
    board, line = os.openpty()
    tty.setraw(line)
    told: queue.Queue[SignalEvent] = queue.Queue()
    core = SerialRelay(RelaySettings((Output("return-lamp", 1),)))
    pump: Pump[SignalEvent, SignalCommand] = Pump(core, SerialPort(os.ttyname(line), LineSettings(9_600)), told.put)
    pump.start()
    assert isinstance(told.get(timeout=WAIT_S), Recovered)
    assert told.get(timeout=WAIT_S) == Switched("return-lamp", False, confirmed=False)
    pump.submit(Switch("return-lamp", True, for_s=0.1))
    assert told.get(timeout=WAIT_S) == Switched("return-lamp", True, confirmed=False)
    assert told.get(timeout=WAIT_S) == Switched("return-lamp", False, confirmed=False)
    heard = b""
    while len(heard) < 12:
        heard += os.read(board, 100)
    pump.stop()
    os.close(board)
    os.close(line)
    assert heard.hex(" ", 4) == "a00100a1 a00101a2 a00100a1"
