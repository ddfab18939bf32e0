"""What a device is asked for as soon as a technician holds it."""

from __future__ import annotations

import os
import select

from drivers.scanners.triggers import Dialect
from kiosk.hardware.scanners import ScannerSettings
from kiosk.technician.holding import held
from tests.real_parts import PATIENCE_S


def test_a_scan_engine_is_told_to_read() -> None:
    engine, line = os.openpty()
    settings = ScannerSettings(os.ttyname(line), trigger=Dialect.BYTES, trigger_on="16540D")
    try:
        with held(settings):
            ready, _, _ = select.select([engine], [], [], PATIENCE_S)
            assert ready
            assert os.read(engine, 16) == bytes.fromhex("16540D")
    finally:
        os.close(engine)
        os.close(line)
