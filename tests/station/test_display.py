"""The mirror's orders on the picture that is shown: what they touch, what they are told, what they are not shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kiosk.ledger import PowerCut
from kiosk.model.journal import RowKind
from kiosk.screens.frame import Size
from kiosk.screens.samples import NOW_S, SETTINGS, samples
from kiosk.screens.screen import Screen
from kiosk.screens.tree import MASK
from kiosk.screens.window import Mode
from kiosk.session.events import Event, Touch, Touched
from kiosk.station.display import MirroredScreen
from kiosk.station.json_lines import Reply
from kiosk.station.mirror import ActOrder, Mirror, MirrorOrder, PowerCutOrder, RepaintOrder, TouchOrder

JPEG_START = b"\xff\xd8"


@dataclass(slots=True)
class Watched:
    """A screen in memory that shows one sample after the other."""

    screen: Screen
    mirror: Mirror
    cuts: list[PowerCut] = field(default_factory=list)

    def display(self, *, show_private: bool = True, rehearse: bool = False) -> MirroredScreen:
        cut = self.cuts.append if rehearse else None
        return MirroredScreen(self.screen, self.mirror, cut, show_private=show_private)

    def tree(self) -> Reply:
        return self.mirror.answer(b'{"op": "tree"}')


@pytest.fixture
def watched(fonts_folder: Path) -> Iterator[Watched]:
    screen = Screen(Size(1080, 1920), Mode.HEADLESS, SETTINGS, fonts_folder)
    mirror = Mirror(0, lambda order: None)
    yield Watched(screen, mirror)
    mirror.close()
    screen.close()


def ordered(display: MirroredScreen, order: TouchOrder | ActOrder | PowerCutOrder) -> tuple[Event | None, Reply]:
    message = MirrorOrder(order)
    event = display.order(message)
    display.show(samples()["attract"], NOW_S)
    return event, message.reply.get_nowait()


def attract(watched: Watched, *, rehearse: bool = False) -> MirroredScreen:
    display = watched.display(rehearse=rehearse)
    display.show(samples()["attract"], NOW_S)
    return display


def test_acting_on_a_button_is_a_touch_on_it(watched: Watched) -> None:
    event, reply = ordered(attract(watched), ActOrder("attract.return"))
    assert (event, reply) == (Touched(Touch.RETURN), {"ok": True, "done": True})


def test_an_unknown_button_is_answered_with_those_that_there_are(watched: Watched) -> None:
    event, reply = ordered(attract(watched), ActOrder("attract.retrun"))
    assert event is None
    assert "attract.return" in str(reply["error"])


def test_a_touch_hits_what_lies_under_it(watched: Watched) -> None:
    display = attract(watched)
    button = watched.screen.frame.tree.find("attract.borrow")
    assert button is not None
    event, reply = ordered(display, TouchOrder(button.bounds.x + 5, button.bounds.y + 5, "attract"))
    assert (event, reply["done"]) == (Touched(Touch.BORROW), True)


def test_a_touch_that_was_meant_for_another_screen_does_nothing_and_is_told_so(watched: Watched) -> None:
    event, reply = ordered(attract(watched), TouchOrder(540, 960, "receipt"))
    assert (event, reply["done"]) == (None, False)
    assert "'receipt'" in str(reply["why"])


def test_a_touch_beside_everything_does_nothing(watched: Watched) -> None:
    event, reply = ordered(attract(watched), TouchOrder(1, 1, None))
    assert (event, reply["ok"], reply["done"]) == (None, True, False)


def test_only_a_change_is_published(watched: Watched) -> None:
    display = attract(watched)
    first = watched.tree()["number"]
    display.show(samples()["attract"], NOW_S)
    assert watched.tree()["number"] == first
    display.show(samples()["home"], NOW_S)
    assert watched.tree()["number"] != first


def test_a_picture_is_made_for_who_watches_and_for_nobody_else(watched: Watched) -> None:
    display = attract(watched)
    watched.mirror.answer(b'{"op": "frame"}')
    display.order(MirrorOrder(RepaintOrder()))
    display.show(samples()["attract"], NOW_S)
    frame = watched.mirror.answer(b'{"op": "frame"}')
    assert frame["jpeg"]
    assert frame["screen"] == "attract"


def test_i6_names_and_titles_are_masked_unless_the_settings_say_otherwise(watched: Watched) -> None:
    display = watched.display(show_private=False)
    display.show(samples()["home"], NOW_S)
    told = str(watched.tree())
    assert MASK in told
    assert "伟" not in told


def test_a_power_cut_is_rehearsed_only_where_the_settings_allow_it(watched: Watched) -> None:
    _, reply = ordered(attract(watched), PowerCutOrder("loan.made", True, 1))
    assert "rehearse = true" in str(reply["error"])
    assert watched.cuts == []


def test_a_power_cut_is_ordered_at_a_row_of_the_journal(watched: Watched) -> None:
    display = attract(watched, rehearse=True)
    _, reply = ordered(display, PowerCutOrder("loan.made", True, 2))
    assert reply == {"ok": True}
    assert watched.cuts == [PowerCut(RowKind.LOAN_MADE, before=True, occurrence=2)]


@pytest.mark.parametrize(
    ("cut", "word"), [(PowerCutOrder("loan", True, 1), "loan.made"), (PowerCutOrder("loan.made", True, 0), "nth")]
)
def test_a_power_cut_at_no_row_is_refused_with_what_there_is(watched: Watched, cut: PowerCutOrder, word: str) -> None:
    _, reply = ordered(attract(watched, rehearse=True), cut)
    assert word in str(reply["error"])
    assert watched.cuts == []
