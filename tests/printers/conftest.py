"""A printer of the test's own: it understands status questions and holds the paper's state."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.printers.raster import ReceiptDrawing

FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
SIMPLIFIED_CHINESE_FACE = 2


@pytest.fixture(scope="session")
def drawing() -> ReceiptDrawing:
    return ReceiptDrawing(FONT, SIMPLIFIED_CHINESE_FACE)
