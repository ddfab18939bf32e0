"""A library's own look, its hours and what it tells: read, refused with the figure, and shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from kiosk.model.circulation import Language
from kiosk.model.opening import Announcement, Opening, Week
from kiosk.screens.frame import Size
from kiosk.screens.ops import Picture, Rect, Text
from kiosk.screens.paint import Fonts
from kiosk.screens.palette import contrast
from kiosk.screens.render import render
from kiosk.screens.samples import NOW_S, SETTINGS, UTC_NOW, in_language, samples
from kiosk.screens.screen import Screen
from kiosk.screens.settings import ScreenSettings
from kiosk.screens.theme import load_theme
from kiosk.screens.window import Mode
from kiosk.settings import SettingsRefused
from tests.screens.test_every_screen import texts, with_grounds

WINE = '[colours]\naccent = "#7A1F3D"\naccent_dark = "#5A142B"\ntint = "#F3E1E7"\n'
WEEK = Week(mon="09:00-17:00", tue="09:00-21:00", thu="13:00-24:00")


def theme_in(folder: Path, text: str) -> Path:
    (folder / "theme.toml").write_text(text, encoding="utf-8")
    return folder


def faults(folder: Path) -> list[str]:
    with pytest.raises(SettingsRefused) as refused:
        load_theme(folder)
    return [str(fault) for fault in refused.value.faults]


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_a_theme_colours_the_main_action_and_stays_readable(tmp_path: Path, measure: Fonts) -> None:
    theme, missing = load_theme(theme_in(tmp_path, WINE))
    assert missing == []
    settings = replace(SETTINGS, theme=theme)
    for name in ("attract", "borrow-mixed", "account", "receipt", "home-timeout"):
        frame = render(samples()[name], Size(1080, 1920), settings, measure)
        fills = {op.fill for op in frame.draw_list if isinstance(op, Rect)}
        assert "#0B5F5B" not in fills, name
        for op, ground in with_grounds(frame):
            assert contrast(op.colour, ground) >= (4.5 if isinstance(op, Text) else 3), (name, op, ground)


def test_colours_that_cannot_be_read_are_refused_with_the_figure(tmp_path: Path) -> None:
    told = faults(theme_in(tmp_path, '[colours]\naccent = "#FFB000"\nmuted = "#AAAAAA"\n'))
    assert any(
        "colours.accent" in one and "at least 4.5 for white letters on it" in one and "1.8" in one for one in told
    )
    assert any("colours.muted" in one and "`bar`" in one for one in told)


def test_what_is_no_colour_and_no_picture_is_refused(tmp_path: Path) -> None:
    assert any("colours.ink" in one for one in faults(theme_in(tmp_path, '[colours]\nink = "black"\n')))
    assert any("pictures.lobby" in one for one in faults(theme_in(tmp_path, '[pictures]\nlobby = "lobby.svg"\n')))
    assert any("logo" in one for one in faults(theme_in(tmp_path, 'logo = "logo.gif"\n')))


def test_a_logo_is_shown_and_a_missing_picture_is_named_and_ours_takes_its_place(
    tmp_path: Path, fonts_folder: Path
) -> None:
    Image.new("RGBA", (40, 20), "#FF00FF").save(tmp_path / "logo.png")
    text = 'logo = "logo.png"\n[pictures]\nshelf = "absent.svg"\n'
    theme, missing = load_theme(theme_in(tmp_path, text))
    assert len(missing) == 1
    assert "absent.svg" in missing[0]
    screen = Screen(Size(1080, 1920), Mode.HEADLESS, replace(SETTINGS, theme=theme), fonts_folder)
    screen.show(samples()["attract"], NOW_S)
    (logo,) = [op.box for op in screen.frame.draw_list if isinstance(op, Picture) and op.name == "logo"]
    assert screen._window.surface.get_at((logo.x + logo.w // 2, logo.y + logo.h // 2))[:3] == (255, 0, 255)
    screen.close()


def told(measure: Fonts, settings: ScreenSettings, late: timedelta, language: Language = Language.EN) -> list[str]:
    state = in_language(samples()["attract"], language)
    state = replace(state, around=replace(state.around, utc=UTC_NOW + late))
    frame = render(state, Size(1080, 1920), settings, measure)
    return [node.name for node in frame.tree.walk() if node.id.startswith(("attract.hours", "attract.announcement"))]


def test_the_hours_are_told_as_they_are_now(measure: Fonts) -> None:
    """Tuesday 24 November, 10:42 in Shanghai."""
    settings = replace(SETTINGS, opening=Opening(WEEK, ("2026-11-26",)))
    assert told(measure, settings, timedelta(0)) == ["Open today until 21:00"]
    assert told(measure, settings, -timedelta(hours=3)) == ["Opens today at 09:00"]
    assert told(measure, settings, timedelta(hours=11)) == ["Closed now. Opens on 30 November at 09:00"]
    assert told(measure, SETTINGS, timedelta(0)) == []


def test_an_announcement_is_told_in_the_patrons_language_until_its_day(measure: Fonts) -> None:
    one = Announcement(zh="周日闭馆", en="Closed on Sunday", until="2026-11-29")
    settings = replace(SETTINGS, announcements=(one,))
    assert told(measure, settings, timedelta(0), Language.ZH) == ["周日闭馆"]
    assert told(measure, settings, timedelta(0), Language.DE) == ["Closed on Sunday"]
    assert told(measure, settings, timedelta(days=6)) == []


def test_open_until_midnight_is_open_before_it() -> None:
    opening = Opening(WEEK)
    assert opening.open_now(datetime(2026, 11, 26, 23, 59, tzinfo=UTC))
    assert not opening.open_now(datetime(2026, 11, 27, 0, 0, tzinfo=UTC))


def test_titles_may_be_smaller_or_larger_and_nothing_else(measure: Fonts) -> None:
    def sizes(percent: int) -> tuple[int, int]:
        frame = render(samples()["borrow-all-done"], Size(1080, 1920), replace(SETTINGS, title_size=percent), measure)
        title = next(op.size for op in texts(frame) if op.text == "三体")
        return title, next(op.size for op in texts(frame) if op.text == "借书")

    assert sizes(80)[0] < sizes(100)[0] < sizes(130)[0]
    assert sizes(80)[1] == sizes(130)[1]
