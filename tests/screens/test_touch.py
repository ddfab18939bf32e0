"""What counts as a touch, and whose it is (H07)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kiosk.screens.frame import Frame
from kiosk.screens.samples import samples
from kiosk.screens.touch import JUST_CHANGED_S, TouchTracker

Draw = Callable[..., Frame]


@pytest.fixture
def attract(draw: Draw) -> Frame:
    return draw(samples()["attract"])


@pytest.fixture
def tracker(attract: Frame) -> TouchTracker:
    """Attract has been on for ten seconds; it is 10.0 now."""
    following = TouchTracker()
    following.shown(attract, 0.0)
    return following


def middle(frame: Frame, node_id: str) -> tuple[int, int]:
    node = frame.tree.find(node_id)
    assert node is not None
    return node.bounds.x + node.bounds.w // 2, node.bounds.y + node.bounds.h // 2


def test_a_touch_counts_when_the_finger_is_lifted(tracker: TouchTracker, attract: Frame) -> None:
    at = middle(attract, "attract.borrow")
    tracker.down(attract, *at, 10.0)
    assert tracker.pressed == "attract.borrow"
    node = tracker.up(attract, *at, 10.1)
    assert node is not None
    assert node.id == "attract.borrow"
    assert tracker.pressed == ""


def test_a_finger_that_slides_to_another_button_touches_nothing(tracker: TouchTracker, attract: Frame) -> None:
    tracker.down(attract, *middle(attract, "attract.borrow"), 10.0)
    assert tracker.up(attract, *middle(attract, "attract.return"), 10.2) is None


def test_a_trembling_finger_may_leave_the_button_by_a_little(tracker: TouchTracker, attract: Frame) -> None:
    node = attract.tree.find("attract.borrow")
    assert node is not None
    tracker.down(attract, node.bounds.x + 100, node.bounds.bottom - 5, 10.0)
    assert tracker.up(attract, node.bounds.x + 100, node.bounds.bottom + 10, 10.1) is node


def test_two_taps_of_a_trembling_hand_are_one(tracker: TouchTracker, attract: Frame) -> None:
    x, y = middle(attract, "attract.borrow")
    tracker.down(attract, x, y, 10.0)
    assert tracker.up(attract, x, y, 10.05) is not None
    tracker.down(attract, x + 8, y, 10.15)
    assert tracker.up(attract, x + 8, y, 10.2) is None
    tracker.down(attract, x, y, 11.0)
    assert tracker.up(attract, x, y, 11.1) is not None


def test_a_touch_belongs_to_the_screen_it_began_on(tracker: TouchTracker, attract: Frame, draw: Draw) -> None:
    help_shown = draw(samples()["attract-help"])
    tracker.down(attract, *middle(help_shown, "help.close"), 10.0)
    tracker.shown(help_shown, 10.05)
    assert tracker.up(help_shown, *middle(help_shown, "help.close"), 10.1) is None


def test_a_finger_that_was_on_its_way_when_the_screen_changed_does_nothing(tracker: TouchTracker, draw: Draw) -> None:
    home = draw(samples()["home"])
    tracker.shown(home, 10.0)
    at = middle(home, "home.borrow")
    tracker.down(home, *at, 10.0 + JUST_CHANGED_S / 2)
    assert tracker.up(home, *at, 10.4) is None
    tracker.down(home, *at, 10.5)
    assert tracker.up(home, *at, 10.6) is not None


def test_a_touch_beside_everything_does_nothing(tracker: TouchTracker, attract: Frame) -> None:
    tracker.down(attract, 3, 3, 10.0)
    assert tracker.up(attract, 3, 3, 10.1) is None
