"""`kiosk screens` and the preparation of the fonts."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from kiosk.commands import screens
from kiosk.screens import fonts


def kiosk_screens(*words: str) -> int:
    parser = argparse.ArgumentParser()
    screens.register(parser.add_subparsers())
    arguments = parser.parse_args(["screens", *words])
    code = arguments.run(arguments)
    assert isinstance(code, int)
    return code


def test_pictures_are_written_by_size_and_language(
    tmp_path: Path, fonts_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ("--out", str(tmp_path), "--fonts", str(fonts_folder))
    assert kiosk_screens("attract", "borrow-mixed", *where, "--size", "1080x1920") == 0
    assert "4 pictures" in capsys.readouterr().out
    for language in ("zh", "en"):
        picture = tmp_path / "1080x1920" / language / "borrow-mixed.png"
        assert picture.read_bytes().startswith(b"\x89PNG")


def test_an_unknown_state_is_refused_with_the_known_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert kiosk_screens("lobby", "--out", str(tmp_path)) == 2
    complaint = capsys.readouterr().err
    assert "lobby" in complaint
    assert "attract" in complaint


def test_nothing_asked_for_is_refused(tmp_path: Path) -> None:
    assert kiosk_screens("--out", str(tmp_path)) == 2


@pytest.mark.parametrize("size", ["1080", "axb", "10x10", "1080x-5"])
def test_a_size_that_is_none_is_refused(tmp_path: Path, size: str) -> None:
    with pytest.raises(SystemExit) as ended:
        kiosk_screens("--all", "--out", str(tmp_path), "--size", size)
    assert ended.value.code == 2


def test_missing_fonts_are_an_error_that_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert kiosk_screens("attract", "--out", str(tmp_path), "--fonts", str(tmp_path / "none")) == 1
    assert "make setup" in capsys.readouterr().err


def test_the_prepared_faces_are_the_simplified_chinese_ones(fonts_folder: Path) -> None:
    for name in (fonts.REGULAR, fonts.BOLD):
        with TTFont(fonts_folder / name, lazy=True) as face:
            assert face["name"].getDebugName(fonts.FAMILY_NAME_ID) == "Noto Sans CJK SC"


def test_both_weights_draw_the_same_characters(fonts_folder: Path) -> None:
    with TTFont(fonts_folder / fonts.BOLD, lazy=True) as bold:
        assert fonts.coverage(fonts_folder) == frozenset(bold.getBestCmap())


def test_preparing_twice_has_nothing_to_do(fonts_folder: Path) -> None:
    assert fonts.prepare(fonts_folder) == []


def test_a_missing_collection_is_named(tmp_path: Path) -> None:
    with pytest.raises(fonts.FontsMissing, match="fonts-noto-cjk"):
        fonts.prepare(tmp_path, {fonts.REGULAR: tmp_path / "absent.ttc"})
