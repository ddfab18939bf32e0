"""A font that is there, and how receipts are set for a generic printer of 80 mm."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.printers.core import PrinterSettings
from drivers.printers.models import MODELS, ModelName
from drivers.printers.raster import ReceiptDrawing
from drivers.printers.typesetting import Typesetting
from tests.printers.desk import Desk, at_a_desk

FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
SIMPLIFIED_CHINESE_FACE = 2


@pytest.fixture(scope="session")
def drawing() -> ReceiptDrawing:
    return ReceiptDrawing(FONT, SIMPLIFIED_CHINESE_FACE)


@pytest.fixture(scope="session")
def typesetting(drawing: ReceiptDrawing) -> Typesetting:
    return Typesetting(drawing, MODELS[ModelName.GENERIC_80])


@pytest.fixture
def desk(typesetting: Typesetting) -> Desk:
    ready = at_a_desk(PrinterSettings(typesetting))
    ready.run(0.1)
    return ready
