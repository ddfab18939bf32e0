from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

os.environ["SDL_VIDEODRIVER"] = "dummy"

from kiosk.model.circulation import Language
from kiosk.screens import fonts
from kiosk.screens.frame import Frame, Size
from kiosk.screens.paint import Fonts
from kiosk.screens.render import render
from kiosk.screens.samples import NOW_S, SETTINGS, TELLING, in_language, samples
from kiosk.screens.screen import Screen
from kiosk.screens.settings import ScreenSettings
from kiosk.screens.window import Mode
from kiosk.session.state import Kiosk

SIZES = (Size(1080, 1920), Size(1920, 1080), Size(1280, 800))
Draw = Callable[..., Frame]


@pytest.fixture(scope="session")
def fonts_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The set-up's fonts, or fonts made for this run where the set-up made none."""
    if not fonts.lacking(fonts.folder()):
        return fonts.folder()
    made = tmp_path_factory.mktemp("fonts")
    fonts.prepare(made)
    return made


@pytest.fixture(scope="session")
def measure(fonts_folder: Path) -> Fonts:
    return Fonts(fonts_folder)


@pytest.fixture(scope="session")
def draw(measure: Fonts) -> Draw:
    """Render a state; portrait where no size is given."""

    def drawn(state: Kiosk, size: Size = SIZES[0], settings: ScreenSettings = SETTINGS, **changes: object) -> Frame:
        return render(state, size, settings, measure, **changes)  # type: ignore[arg-type]  # checked by `render`

    return drawn


@pytest.fixture(scope="session")
def every_frame(draw: Draw) -> dict[str, Frame]:
    """Every sample × language × size, by a name that says which; and the first screen of a library that tells more."""
    telling = {
        f"attract-telling {language.value} {size.width}x{size.height}": draw(
            in_language(samples()["attract-offline"], language), size, settings=TELLING
        )
        for language in Language
        for size in SIZES
    }
    return telling | {
        f"{name} {language.value} {size.width}x{size.height}": draw(in_language(state, language), size)
        for name, state in samples().items()
        for language in Language
        for size in SIZES
    }


@pytest.fixture
def screen(fonts_folder: Path) -> Iterator[Screen]:
    """A kiosk's screen in memory."""
    shown = Screen(SIZES[0], Mode.HEADLESS, SETTINGS, fonts_folder)
    yield shown
    shown.close()


@pytest.fixture
def window(fonts_folder: Path) -> Iterator[Screen]:
    """A kiosk's screen in a window of SDL's dummy driver."""
    shown = Screen(SIZES[0], Mode.WINDOW, SETTINGS, fonts_folder)
    shown.show(samples()["attract"], NOW_S - 10)
    yield shown
    shown.close()
