"""What users recorded with `kiosk device dump`: each file in `tests/captures/` still reads as it did for them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from drivers.described import Direction
from drivers.protocols import describer

CAPTURES = sorted((Path(__file__).parents[1] / "captures").glob("*.toml"))


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda path: path.stem)
def test_a_capture_reads_as_it_did(capture: Path) -> None:
    recorded = tomllib.loads(capture.read_text(encoding="utf-8"))
    describe = describer(recorded["protocol"])
    for each in recorded["exchange"]:
        (told, *_) = describe(bytes.fromhex(each["hex"]), Direction(each["direction"]))
        assert (told.message, told.fields, told.findings) == (each["message"], each["fields"], each["findings"]), each


def test_there_is_a_capture() -> None:
    assert CAPTURES
