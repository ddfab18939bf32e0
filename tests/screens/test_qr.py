"""The receipt for a phone: read by a reader that is not ours, from the picture of the whole screen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from kiosk.model.circulation import Language
from kiosk.screens.frame import Size
from kiosk.screens.masking import masked
from kiosk.screens.ops import Modules
from kiosk.screens.qr import MOST_BYTES
from kiosk.screens.samples import NOW_S, SETTINGS, in_language, samples
from kiosk.screens.screen import Screen
from kiosk.screens.window import Mode
from kiosk.session.state import Access


@pytest.mark.parametrize("size", [Size(1080, 1920), Size(1280, 800)])
@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("sample", ["receipt-phone", "receipt-phone-many"])
def test_a_phone_reads_the_receipt(
    sample: str, language: Language, size: Size, fonts_folder: Path, tmp_path: Path
) -> None:
    screen = Screen(size, Mode.HEADLESS, SETTINGS, fonts_folder)
    screen.show(in_language(samples()[sample], language), NOW_S)
    screen.pixels_png(tmp_path / "receipt.png")
    (read,) = zxingcpp.read_barcodes(Image.open(tmp_path / "receipt.png"))
    code = screen.frame.tree.find("receipt.code")
    assert code is not None
    assert " ".join(read.text.split()).startswith(code.name.removesuffix("…"))
    assert "三体" in read.text
    assert len(read.text.encode()) <= MOST_BYTES
    assert code.private


@pytest.mark.parametrize("sample", ["item", "item-long"])
@pytest.mark.parametrize("access", [frozenset(), frozenset({Access.CONTRAST})])
def test_a_phone_reads_where_a_title_stands(
    sample: str, access: frozenset[Access], fonts_folder: Path, tmp_path: Path
) -> None:
    screen = Screen(Size(1280, 800), Mode.HEADLESS, SETTINGS, fonts_folder)
    state = samples()[sample]
    screen.show(replace(state, around=replace(state.around, access=access)), NOW_S)
    screen.pixels_png(tmp_path / "item.png")
    (read,) = zxingcpp.read_barcodes(Image.open(tmp_path / "item.png"))
    number = screen.frame.tree.find("item.call-number")
    assert number is not None
    assert read.text.startswith(number.name)


@pytest.mark.parametrize("sample", ["receipt-phone", "item", "form-joined"])
def test_a_mirror_shows_no_code(sample: str, screen: Screen) -> None:
    screen.show(samples()[sample], NOW_S)
    drawn = screen.frame.draw_list
    assert any(isinstance(op, Modules) for op in drawn)
    assert not any(isinstance(op, Modules) for op in masked(drawn))
