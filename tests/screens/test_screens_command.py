"""`kiosk screens` and the preparation of the fonts."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from kiosk.commands import screens
from kiosk.hardware.printers import ARABIC_FONT
from kiosk.model.circulation import Language
from kiosk.screens import fonts
from kiosk.screens.ops import Weight
from kiosk.screens.paint import Fonts
from kiosk.screens.runs import runs


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
    assert "12 pictures" in capsys.readouterr().out
    for language in ("zh", "zh-Hant", "en", "ar", "de", "ja"):
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


def test_missing_fonts_are_named_with_what_takes_their_place_and_what_to_do(
    tmp_path: Path, fonts_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / fonts.REGULAR).symlink_to(fonts_folder / fonts.REGULAR)
    where = ("--out", str(tmp_path), "--fonts", str(tmp_path), "--size", "1280x800", "--language", "en")
    assert kiosk_screens("attract", *where) == 0
    told = capsys.readouterr().err
    assert f"{fonts.BOLD}: not there; {tmp_path / fonts.REGULAR} takes its place" in told
    assert "make setup" in told
    assert (tmp_path / "1280x800" / "en" / "attract.png").is_file()


def test_pictures_are_made_in_the_ways_that_make_things_easier(tmp_path: Path, fonts_folder: Path) -> None:
    where = ("--out", str(tmp_path), "--fonts", str(fonts_folder), "--size", "1080x1920", "--language", "ar")
    assert kiosk_screens("home", *where, "--every-way", "--with", "large,contrast") == 0
    made = {path.parent.parent.name: path.read_bytes() for path in tmp_path.rglob("home.png")}
    assert sorted(made) == [f"1080x1920{way}" for way in ("", "-contrast", "-contrast-large", "-large", "-low")]
    assert len(set(made.values())) == len(made)


def test_a_way_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        kiosk_screens("home", "--out", str(tmp_path), "--with", "pretty")
    assert ended.value.code == 2


@pytest.mark.parametrize(
    ("face", "family"),
    [
        (fonts.Face.SC, "Noto Sans CJK SC"),
        (fonts.Face.TC, "Noto Sans CJK TC"),
        (fonts.Face.JP, "Noto Sans CJK JP"),
        (fonts.Face.ARABIC, "Noto Sans Arabic"),
    ],
)
def test_every_face_has_the_forms_of_its_script(fonts_folder: Path, face: fonts.Face, family: str) -> None:
    for name in (fonts.regular(face), fonts.bold(face)):
        with TTFont(fonts_folder / name, lazy=True) as opened:
            assert opened["name"].getDebugName(fonts.FAMILY_NAME_ID) == family


@pytest.mark.parametrize("face", [fonts.Face.SC, fonts.Face.ARABIC])
def test_both_weights_draw_the_same_characters(fonts_folder: Path, face: fonts.Face) -> None:
    with TTFont(fonts_folder / fonts.bold(face), lazy=True) as opened:
        assert fonts.coverage(fonts_folder, face) == frozenset(opened.getBestCmap())


def test_ideographs_are_as_wide_in_every_language(measure: Fonts) -> None:
    """Texts are measured once, whatever forms their ideographs will have."""
    for text in ("图书馆自助借还", "圖書館自助借還書", "貸出と返却、「完了」"):
        run = runs(text, False)[0]
        wide = {measure.of_run(run, 36, Weight.BOLD, language).size(text)[0] for language in Language}
        assert len(wide) == 1


def test_receipts_find_the_arabic_font_where_the_set_up_put_it(fonts_folder: Path) -> None:
    assert (fonts_folder / ARABIC_FONT).is_file()


def test_a_face_that_is_not_there_is_named_and_another_takes_its_place(tmp_path: Path, fonts_folder: Path) -> None:
    for name in (fonts.REGULAR, fonts.BOLD):
        (tmp_path / name).symlink_to(fonts_folder / name)
    assert fonts.regular(fonts.Face.ARABIC) in fonts.lacking(tmp_path)
    assert fonts.lacking(fonts_folder) == []
    poor = Fonts(fonts.folder(tmp_path))
    assert not poor.has_glyph("\u0645")
    assert poor.width("\u0645\u0631", 30, Weight.REGULAR) > 0


def test_preparing_twice_has_nothing_to_do(fonts_folder: Path) -> None:
    assert fonts.prepare(fonts_folder) == []


def test_a_missing_collection_is_named(tmp_path: Path) -> None:
    with pytest.raises(fonts.FontsMissing, match="fonts-noto-cjk"):
        fonts.prepare(tmp_path, {fonts.REGULAR: fonts.Source(tmp_path / "absent.ttc", "Noto Sans CJK SC")})
