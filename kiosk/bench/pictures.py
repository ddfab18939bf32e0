"""How long pictures take at 1080 × 1920: sixty a second while something moves, and one for a touch.

Processor time is counted and not the clock's, so that what else runs on the machine does not matter.
"""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pygame

from kiosk.bench.figure import Figure, share
from kiosk.screens.frame import Size
from kiosk.screens.motion import ENTER_S, FRAMES_A_SECOND
from kiosk.screens.ops import Box
from kiosk.screens.samples import NOW_S, SETTINGS, UTC_NOW, samples
from kiosk.screens.screen import Screen
from kiosk.screens.tree import Node, PageTurned
from kiosk.screens.window import Mode
from kiosk.session.events import Device, Health, Moment
from kiosk.session.state import Kiosk
from kiosk.session.step import step
from kiosk.station.loop import SCREEN_BEAT_S

SIZE = Size(1080, 1920)
BEAT_S = 1 / FRAMES_A_SECOND
BEAT_MS = 1000 * BEAT_S
MS = 1000.0
VISIT = (
    "attract",
    "identify",
    "identify-looking",
    "home",
    "borrow-empty",
    "borrow-reading",
    "borrow-mixed",
    "borrow-many",
    "borrow-finishing",
    "receipt",
    "receipt-printing",
    "attract-settled",
    "find",
    "find-few",
    "item",
    "account-many",
    "account-charges",
    "pay",
    "home-timeout",
    "attract",
)
"""A visit in which everything that can come in comes in."""
TWO_FRAMES = 2
BEGINNINGS = ("attract", "home", "account-many", "find-many", "borrow-many")
MOST_TOUCHES = 400


@dataclass(slots=True)
class Times:
    """What pictures took."""

    first_ms: list[float] = field(default_factory=list)
    """Of another state: laid out, painted, shown."""
    moving_ms: list[float] = field(default_factory=list)
    """Of the same state, a sixtieth of a second later."""
    moving_share: list[float] = field(default_factory=list)
    """Of the screen that was painted for it."""


def figures() -> Iterator[Figure]:
    """Transitions of a visit, the first of the day and the later ones; and touches on every screen."""
    screen = Screen(SIZE, Mode.WINDOW, SETTINGS)
    try:
        cold = visit(screen, NOW_S)
        warm = visit(screen, NOW_S + 600)
        gc.collect()
        gc.freeze()  # as the kiosk does when it is ready
        first = touches(screen, NOW_S + 1200)
        touched = touches(screen, NOW_S + 12_000)
    finally:
        gc.unfreeze()
        screen.close()
    moving = cold.moving_ms + warm.moving_ms
    yield Figure(
        "moving_ms_median", "a picture while something moves, processor time: median", share(moving, 0.5), "ms"
    )
    yield Figure("moving_ms_p99", "the same, 99 of 100", share(moving, 0.99), "ms", BEAT_MS)
    yield Figure("moving_area", "of the screen painted for it: median", 100 * share(cold.moving_share, 0.5), "%")
    yield Figure("first_ms_median", "the first picture of another state: median", share(warm.first_ms, 0.5), "ms")
    yield Figure("first_ms_most", "the same, slowest of a visit", max(warm.first_ms), "ms", TWO_FRAMES * BEAT_MS)
    yield Figure("first_ms_cold", "the same, slowest of the day's first visit", max(cold.first_ms), "ms")
    for key, what, values in (
        ("pressed", "finger down to the pressed button", [one.pressed_ms for one in touched]),
        ("touched", "finger up to the changed picture (P8)", [one.changed_ms for one in touched]),
        ("touched_first", "the same, each thing for the first time", [one.changed_ms for one in first]),
    ):
        within = 100 * sum(frames(one) <= TWO_FRAMES for one in values) / len(values)
        yield Figure(f"{key}_within", f"{what}: within two frames", within, "%")
        yield Figure(f"{key}_frames_p99", f"{what}, 99 of 100", frames(share(values, 0.99)), "frames", TWO_FRAMES)
        yield Figure(
            f"{key}_frames_most", f"{what}, slowest of {len(values)}", frames(max(values)), "frames", TWO_FRAMES
        )


def frames(took_ms: float) -> float:
    """Pictures of a display until it is seen: the loop's next look at the fingers, and what came of it."""
    return math.ceil((SCREEN_BEAT_S * MS + took_ms) / BEAT_MS - 1e-6)


def visit(screen: Screen, now_s: float) -> Times:
    """Show each state until nothing moves any more."""
    times = Times()
    whole = SIZE.width * SIZE.height
    for name in VISIT:
        state = samples()[name]
        times.first_ms.append(shown_ms(screen, state, now_s))
        until_s = now_s + ENTER_S + 2 * BEAT_S
        while now_s < until_s:
            now_s += BEAT_S
            took_ms = shown_ms(screen, state, now_s)
            if screen.painted:
                times.moving_ms.append(took_ms)
                times.moving_share.append(sum(box.w * box.h for box in screen.painted) / whole)
        now_s += 1
    return times


def shown_ms(screen: Screen, state: Kiosk, now_s: float) -> float:
    began = time.process_time()
    screen.show(state, now_s)
    return MS * (time.process_time() - began)


@dataclass(frozen=True, slots=True)
class Touch:
    pressed_ms: float
    changed_ms: float
    """From the lifted finger to the picture of the state that the touch led to: decided, laid out, painted."""


def touches(screen: Screen, now_s: float) -> list[Touch]:
    """Everything that can be touched on the screens that touches lead to."""
    found: list[Touch] = []
    ahead = [_well(samples()[name]) for name in BEGINNINGS]
    seen: set[Node] = set()
    while ahead and len(found) < MOST_TOUCHES:
        state = ahead.pop(0)
        screen.show(state, now_s)
        if screen.frame.tree in seen:
            continue
        seen.add(screen.frame.tree)
        for node in list(screen.frame.tree.walk()):
            if node.action is None or not node.bounds.h or isinstance(node.action, PageTurned):
                continue
            now_s += 1
            screen.show(state, now_s)
            touch, after = _touch(screen, state, node.bounds, now_s)
            found.append(touch)
            ahead.append(after)
    return found


def _touch(screen: Screen, state: Kiosk, bounds: Box, now_s: float) -> tuple[Touch, Kiosk]:
    """A finger on the middle of a button, as a window has it; and the state that it leads to."""
    x, y = bounds.x + bounds.w // 2, bounds.y + bounds.h // 2
    _finger(pygame.FINGERDOWN, x, y)
    began = time.process_time()
    screen.poll(now_s + 1)
    pressed_ms = MS * (time.process_time() - began)
    _finger(pygame.FINGERUP, x, y)
    began = time.process_time()
    after = state
    for event in screen.poll(now_s + 1 + BEAT_S):
        after, _ = step(after, event, Moment(now_s, UTC_NOW))
    screen.show(after, now_s + 1 + 2 * BEAT_S)
    return Touch(pressed_ms, MS * (time.process_time() - began)), after


def _well(state: Kiosk) -> Kiosk:
    """With a pad that works: without one, whatever was touched leads out of service."""
    return replace(state, around=replace(state.around, devices={Device.PAD: Health.OK}, pad_up=True))


def _finger(kind: int, x: int, y: int) -> None:
    across, down = (x + 0.5) / SIZE.width, (y + 0.5) / SIZE.height
    pygame.event.post(pygame.event.Event(kind, touch_id=1, finger_id=1, x=across, y=down))
