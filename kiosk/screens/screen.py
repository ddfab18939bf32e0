"""The screen of a running kiosk: shows states, gives touches back as events."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from kiosk.model.circulation import Language
from kiosk.screens import fonts, paint
from kiosk.screens.frame import Frame, Size
from kiosk.screens.guide import PACES, Guide, Key
from kiosk.screens.masking import masked
from kiosk.screens.motion import FRAMES_A_SECOND, STILL, Motion, begun, moved
from kiosk.screens.ops import Box, Rect, Ring
from kiosk.screens.paint import Fonts, Painter
from kiosk.screens.palette import BLACK
from kiosk.screens.render import render
from kiosk.screens.scenes.whole import SPIN_STEPS_A_SECOND, moves, working_rows
from kiosk.screens.settings import ScreenSettings
from kiosk.screens.touch import TouchTracker
from kiosk.screens.tree import Action, PageTurned
from kiosk.screens.window import Mode, PointerKind, Window
from kiosk.session.events import Event, Touch, Touched
from kiosk.session.idle import Attended
from kiosk.session.pay_stage import PayStage
from kiosk.session.receipt_parts import ReceiptStage
from kiosk.session.state import Access, Account, Attract, Borrowing, Closing, Filling, Finding, Kiosk, Returning, Staff

SECONDS_A_MINUTE = 60


class Speaks(Protocol):
    """Who reads aloud. Neither call waits."""

    @property
    def for_one(self) -> bool:
        """Whether one person alone hears it."""
        ...

    def say(self, texts: Iterable[str], language: Language, pace: int) -> None:
        """`pace`: percent of the usual speed."""
        ...

    def hush(self) -> None:
        """Break off what is being said."""
        ...


class Screen:
    """A display with one kiosk on it. Owned by one thread.

    `fonts_folder` holds the prepared fonts (None: the set-up's own place).
    """

    def __init__(
        self,
        size: Size,
        mode: Mode,
        settings: ScreenSettings,
        fonts_folder: Path | None = None,
        voice: Speaks | None = None,
    ) -> None:
        """`voice` reads to headphones; None where there is none."""
        self._size = size
        self._settings = settings
        self._measure = Fonts(fonts.folder(fonts_folder))
        self._window = Window(size, mode)
        self._painter = Painter(self._window.surface, self._measure, settings.theme.pictures)
        self._tracker = TouchTracker()
        self._state: Kiosk | None = None
        self._frame: Frame | None = None
        self._page: int | None = None
        self._drawn_of: _DrawnOf | None = None
        self._until_s = 0.0
        """When the picture of `_drawn_of` changes by itself."""
        self._motion: Motion = STILL
        self.painted: list[Box] = []
        """What the last `show` painted."""
        self._now_s = 0.0
        self._voice = voice
        self._guide = Guide(private=voice is not None and voice.for_one)

    @property
    def frame(self) -> Frame:
        """What is shown now. Asking before the first `show` is a programming error."""
        assert self._frame is not None, "nothing was shown yet"
        return self._frame

    @property
    def polls(self) -> bool:
        """Whether a window has to be asked for touches."""
        return self._window.mode is not Mode.HEADLESS

    @property
    def closed(self) -> bool:
        """Whether somebody closed the window."""
        return self._window.closed

    def show(self, state: Kiosk, now_s: float) -> bool:
        """Paint what changed since the last time; returns whether anything did. `now_s` is monotonic."""
        if self._stands(state, now_s):
            self._now_s = now_s
            self._paint(now_s)
            return False
        if _list_of(state) != _list_of(self._state) or _rows(state) < _rows(self._state):
            self._page = None
        before, self._state, self._now_s = self._state, state, now_s
        self._drawn_of = self._drawing(state)
        moving = moves(state, self._settings)
        self._until_s = next_frame_s(state, now_s, motion=moving)
        frame = render(
            state,
            self._size,
            self._settings,
            self._measure,
            now_s=now_s,
            page=self._page,
            pressed=self._tracker.pressed,
            focus=self._guide.focus,
        )
        frame = self._behind_curtain(self._told(frame, before, state))
        self._tracker.shown(frame, now_s)
        changed = frame != self._frame
        # Nobody stands before a screen in memory: its mirror sees each picture as it will stand.
        self._motion = begun(self._motion, self._frame, frame, now_s) if moving and self.polls else STILL
        self._frame = frame
        self._paint(now_s)
        return changed

    def _stands(self, state: Kiosk, now_s: float) -> bool:
        """Whether the frame that was made last is still what this state looks like: a loop that looks for touches
        shows the same state many times a second."""
        return self._drawn_of is not None and now_s < self._until_s and self._drawing(state).same_as(self._drawn_of)

    def _drawing(self, state: Kiosk) -> _DrawnOf:
        return _DrawnOf(state, self._page, self._tracker.pressed, self._guide.focus, self._guide.curtain)

    def _paint(self, now_s: float) -> None:
        """Bring what is seen to where things are at `now_s`."""
        self._motion = STILL if all(one.over(now_s) for one in self._motion) else self._motion
        self.painted = self._painter.paint(moved(self.frame, self._motion, now_s))
        self._window.update(self.painted)

    def poll(self, now_s: float | None = None) -> list[Event]:
        """What fingers did since the last call. A headless screen has none."""
        at_s = self._now_s if now_s is None else now_s
        events: list[Event] = []
        pointers = self._window.pointers()
        if self._window.take_exposed() and self._frame is not None:
            self._tracker.lost()
            self._motion = STILL
            self._painter.repaint(self._frame.draw_list)
            self._window.update([Box(0, 0, self._size.width, self._size.height)])
        for pointer in pointers:
            if self._frame is None:
                continue
            if pointer.kind is PointerKind.DOWN and self._lifts_curtain():
                events.append(Touched(Touch.STILL_HERE))
                self._again(at_s)
                continue
            if pointer.kind is PointerKind.DOWN:
                self._tracker.down(self._frame, pointer.x, pointer.y, at_s, pointer.finger)
                self._again(at_s)
                continue
            node = self._tracker.up(self._frame, pointer.x, pointer.y, at_s, pointer.finger)
            if node is not None and node.action is not None:
                events.append(self._event(node.action))
            else:
                self._again(at_s)  # what the event leads to is shown next, and needs no picture of before
        keys, self._window.keys = self._window.keys, []
        events += [event for key in keys if self._frame is not None and (event := self.key(key)) is not None]
        return events

    def key(self, key: Key) -> Event | None:
        """A key of the keypad, on the picture now shown."""
        if self._state is None:
            return None
        pressed = self._guide.pressed(key, self.frame, self._state.around.access)
        self._guide = pressed.guide
        if self._voice is not None:
            if pressed.hushes:
                self._voice.hush()
            self._voice.say(pressed.says, self.frame.language, self._guide.pace)
        self._again(self._now_s)
        return None if pressed.action is None else self._event(pressed.action)

    def _told(self, frame: Frame, before: Kiosk | None, state: Kiosk) -> Frame:
        """The frame, after whoever listens was told of it; the focus goes where it still can be."""
        speaks, spoke = (Access.SPEECH in one.around.access for one in (state, before or state))
        focus = self._guide.focus
        self._guide, says = self._guide.shown(frame, self._frame, began=speaks and not spoke)
        left = isinstance(state.scene, Attract) and before is not None and not isinstance(before.scene, Attract)
        if left or not speaks:
            self._guide = replace(self._guide, pace=PACES[0], curtain=False)
        if left:
            self._guide = replace(self._guide, focus="")
        if self._voice is not None and speaks:
            self._voice.say(says, frame.language, self._guide.pace)
        elif self._voice is not None and spoke:
            self._voice.hush()
        if self._guide.focus == focus:
            return frame
        return replace(frame, draw_list=tuple(op for op in frame.draw_list if not isinstance(op, Ring)))

    def _behind_curtain(self, frame: Frame) -> Frame:
        """Black while the curtain is drawn: the tree is as it was, and keys walk it."""
        if not self._guide.curtain:
            return frame
        return replace(frame, draw_list=(Rect(Box(0, 0, frame.size.width, frame.size.height), BLACK),))

    def _lifts_curtain(self) -> bool:
        """A touch on the dark screen only shows it: nobody presses what they do not see."""
        was, self._guide = self._guide.curtain, replace(self._guide, curtain=False)
        return was

    def touch(self, x: int, y: int) -> Event | None:
        """A whole touch at this pixel of the picture now shown; None where nothing is."""
        if self._lifts_curtain():
            return Touched(Touch.STILL_HERE)
        node = self.frame.target(x, y)
        return self._event(node.action) if node is not None and node.action is not None else None

    def act(self, node_id: str) -> Event | None:
        """A touch on the node of this id; None where there is none or it does nothing now."""
        node = self.frame.tree.find(node_id)
        return self._event(node.action) if node is not None and node.action is not None else None

    def next_frame_s(self, now_s: float) -> float | None:
        """When the picture changes by itself (monotonic seconds), None while nothing is shown."""
        if self._state is None:
            return None
        by_itself_s = next_frame_s(self._state, now_s, motion=moves(self._state, self._settings))
        return min(by_itself_s, now_s + 1 / FRAMES_A_SECOND) if self._motion else by_itself_s

    def pixels_jpeg(self, quality: int = 75, scale: float = 0.5, *, show_private: bool = True) -> bytes:
        """The picture for the mirror; with bars in place of names and titles unless `show_private`."""
        if show_private and not self._motion:
            return paint.jpeg(self._window.surface, quality, scale)
        covered = Window(self._size, Mode.HEADLESS)
        Painter(covered.surface, self._measure, self._settings.theme.pictures).paint(
            self.frame.draw_list if show_private else masked(self.frame.draw_list)
        )
        return paint.jpeg(covered.surface, quality, scale)

    def pixels_png(self, path: Path) -> None:
        """Write the picture."""
        path.write_bytes(paint.png(self._window.surface))

    def close(self) -> None:
        self._window.close()

    def _again(self, now_s: float) -> None:
        if self._state is not None:
            self.show(self._state, now_s)

    def _event(self, action: Action) -> Event:
        if isinstance(action, PageTurned):
            self._page = action.page
            return Touched(Touch.STILL_HERE)
        return action


@dataclass(frozen=True, slots=True)
class _DrawnOf:
    """What a frame was made of, beside the moment."""

    state: Kiosk
    page: int | None
    pressed: str
    focus: str
    curtain: bool

    def same_as(self, other: _DrawnOf) -> bool:
        """States are compared by being one and the same: comparing all that they hold takes longer than it saves."""
        mine = (self.page, self.pressed, self.focus, self.curtain)
        return self.state is other.state and mine == (other.page, other.pressed, other.focus, other.curtain)


def _list_of(state: Kiosk | None) -> tuple[object, ...]:
    """What is shown on pages: another list, question or answer begins at its own first."""
    scene = state.scene if state else None
    match scene:
        case Account(part=part, paying=paying):
            return (Account, part, paying and paying.stage)
        case Filling(at=at, problem=problem):
            return (Filling, at, problem)
        case Closing(receipt=receipt):
            return (Closing, receipt)
        case Staff(part=staff_part):
            return (Staff, staff_part)
        case Finding(found_of=found_of, opened=opened):
            return (Finding, found_of, opened is None)
        case _:
            return (type(scene),)


def _rows(state: Kiosk | None) -> int:
    scene = state.scene if state else None
    return len(scene.rows) if isinstance(scene, Borrowing | Returning) else 0


def next_frame_s(state: Kiosk, now_s: float, *, motion: bool = True) -> float:
    """When the picture of an unchanged state changes by itself: the clock's minute, a countdown, a turning icon."""
    around = state.around
    seconds = (around.utc.timestamp() + now_s - around.now_s) % SECONDS_A_MINUTE
    times = [now_s + SECONDS_A_MINUTE - seconds]
    if motion and working_rows(state):
        times.append((math.floor(now_s * SPIN_STEPS_A_SECOND) + 1) / SPIN_STEPS_A_SECOND)
    scene = state.scene
    if isinstance(scene, Attended) and scene.idle.warned_s is not None:
        times.append(_next_second(scene.idle.warned_s + around.timeouts.warning_s, now_s))
    match scene:
        case Closing(receipt=ReceiptStage.OFFERED | ReceiptStage.SHOWN, until_s=until_s):
            times.append(_next_second(until_s, now_s))
        case Account(paying=paying) if paying is not None and paying.stage is PayStage.SHOWN:
            times.append(_next_minute(paying.until_s, now_s))
        case Attract(notice=notice, notice_until_s=until_s) if notice is not None and until_s > now_s:
            times.append(until_s)
        case _:
            pass
    return min(time for time in times if time > now_s)


def _next_minute(end_s: float, now_s: float) -> float:
    """The same of minutes, whose last one ends at `end_s` itself."""
    left_s = end_s - now_s
    return end_s - SECONDS_A_MINUTE * max(0, math.ceil(left_s / SECONDS_A_MINUTE) - 1) if left_s > 0 else math.inf


def _next_second(end_s: float, now_s: float) -> float:
    """When the seconds left until `end_s`, rounded up, next become one less; a long way off once it is over."""
    left_s = end_s - now_s
    if left_s <= 0:
        return now_s + SECONDS_A_MINUTE
    return end_s - (math.ceil(left_s) - 1) + 0.001
