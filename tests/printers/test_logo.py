"""The picture at the top: fitted to the paper, dithered, and refused in words that say what to do."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

import pytest
from PIL import Image

from drivers.errors import BadSetting
from drivers.printers.logo import LARGEST_BYTES, LARGEST_ROWS, load_logo

RED = (200, 30, 30, 255)
CLEAR = (0, 0, 0, 0)


def saved(folder: Path, picture: Image.Image, form: str = "PNG") -> Path:
    path = folder / f"logo.{form.lower()}"
    picture.save(path, form)
    return path


def black_share(picture: Image.Image) -> float:
    return 1 - sum(picture.convert("L").histogram()[128:]) / (picture.width * picture.height)


def test_a_wide_picture_is_made_as_wide_as_the_paper(tmp_path: Path) -> None:
    logo = load_logo(saved(tmp_path, Image.new("RGBA", (1152, 200), RED)), 576)
    assert (logo.mode, logo.size) == ("1", (576, 100))


def test_a_narrow_picture_stands_in_the_middle_as_it_is(tmp_path: Path) -> None:
    logo = load_logo(saved(tmp_path, Image.new("L", (100, 40), 0)), 576)
    box = logo.convert("L").point(lambda shade: 255 - shade).getbbox()
    assert box == (238, 0, 338, 40)


def test_shades_become_dots_as_dense_as_they_are_dark(tmp_path: Path) -> None:
    assert 0.4 < black_share(load_logo(saved(tmp_path, Image.new("L", (576, 80), 128)), 576)) < 0.6


def test_what_is_transparent_is_the_white_of_the_paper(tmp_path: Path) -> None:
    assert black_share(load_logo(saved(tmp_path, Image.new("RGBA", (576, 80), CLEAR)), 576)) == 0


def test_a_tower_is_not_metres_of_paper(tmp_path: Path) -> None:
    logo = load_logo(saved(tmp_path, Image.new("L", (300, 3000), 0)), 576)
    assert logo.size == (576, LARGEST_ROWS)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"receipt logo .*/nowhere\.png: it cannot be read: No such file"):
        load_logo(tmp_path / "nowhere.png", 576)


def test_a_folder_is_no_picture(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="it cannot be read: Is a directory"):
        load_logo(tmp_path, 576)


@pytest.mark.parametrize("form", ["JPEG", "BMP"])
def test_another_kind_of_picture_is_to_be_saved_as_png(tmp_path: Path, form: str) -> None:
    with pytest.raises(BadSetting, match="it is no PNG picture; save it as PNG"):
        load_logo(saved(tmp_path, Image.new("L", (50, 50), 0), form), 576)


def test_too_many_dots_are_refused_before_they_are_unpacked(tmp_path: Path) -> None:
    path = saved(tmp_path, Image.new("1", (4097, 10), 0))
    with pytest.raises(BadSetting, match=re.escape("4097 × 10 dots are too many; save it with at most 4096 a side")):
        load_logo(path, 576)


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "logo.png"
    path.write_bytes(bytes(LARGEST_BYTES + 1))
    with pytest.raises(BadSetting, match="more than 4 MB; save it smaller"):
        load_logo(path, 576)


def test_a_broken_picture_is_refused_wherever_it_is_cut_or_spoiled(tmp_path: Path) -> None:
    whole = saved(tmp_path, Image.effect_noise((64, 64), 60)).read_bytes()
    path = tmp_path / "broken.png"
    refused = 0
    for at in range(0, len(whole), 61):
        for data in (whole[:at], whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :]):
            path.write_bytes(data)
            try:
                load_logo(path, 576)
            except BadSetting:
                refused += 1
    assert refused > len(whole) / 61


def test_dots_that_are_said_to_be_there_and_are_not(tmp_path: Path) -> None:
    path = saved(tmp_path, Image.new("L", (64, 64), 0))
    data = path.read_bytes()
    start = data.index(b"IDAT")
    short = zlib.compress(b"\x00" * 10)
    piece = b"IDAT" + short
    path.write_bytes(
        data[: start - 4] + len(short).to_bytes(4, "big") + piece + zlib.crc32(piece).to_bytes(4, "big") + data[-12:]
    )
    with pytest.raises(BadSetting):
        load_logo(path, 576)
