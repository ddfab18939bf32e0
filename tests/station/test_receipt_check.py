"""Files that `[printer]` names are looked at with the configuration, not when the first patron wants a receipt."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from kiosk.settings import Fault
from kiosk.station.receipt_check import receipt_faults

KIOSK = """
site = "main"
station = "k1"
[library]
name_zh = "馆"
name_en = "Library"
[pad]
port = "/dev/pad"
"""
PRINTER = '[printer]\nport = "/dev/usb/lp0"\nlogo = "logo.png"\ntemplates = "receipts"\n'


@pytest.fixture
def kiosk(tmp_path: Path) -> Path:
    (tmp_path / "receipts").mkdir()
    (tmp_path / "receipts" / "zh.toml").write_text('[[row]]\ntext = "{library}"\n', encoding="utf-8")
    Image.new("1", (8, 8)).save(tmp_path / "logo.png")
    file = tmp_path / "kiosk.toml"
    file.write_text(KIOSK + PRINTER, encoding="utf-8")
    return file


def places(faults: list[Fault]) -> list[tuple[str, str]]:
    return [(Path(fault.file).name, fault.key) for fault in faults]


def test_files_that_can_be_used_have_no_fault(kiosk: Path) -> None:
    assert receipt_faults(kiosk) == []


def test_faults_of_templates_and_logo_are_told_together(kiosk: Path) -> None:
    (kiosk.parent / "receipts" / "en.toml").write_text('[[row]]\ntext = "{titel}"\n[[row]]\nalign = 1\n')
    (kiosk.parent / "logo.png").write_bytes(b"GIF89a")
    faults = receipt_faults(kiosk)
    assert places(faults) == [("en.toml", "row.1"), ("en.toml", "row.2.align"), ("kiosk.toml", "printer.logo")]
    assert faults[-1].found.endswith("it is no PNG picture; save it as PNG")


@pytest.mark.parametrize("text", ["", KIOSK, KIOSK + '[printer]\nport = "/dev/usb/lp0"\n', KIOSK + PRINTER + "x = 1\n"])
def test_nothing_is_looked_at_without_a_sound_printer(kiosk: Path, text: str) -> None:
    kiosk.write_text(text, encoding="utf-8")
    (kiosk.parent / "logo.png").unlink()
    assert receipt_faults(kiosk) == []
