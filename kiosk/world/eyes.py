"""Eyes and a finger at the screen of a kiosk in virtual time: the tree of what it shows, painted only when asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from kiosk.demo.mirror_client import MirrorGone, MirrorRefused, View, node_of
from kiosk.ledger import PowerCut
from kiosk.model.journal import RowKind
from kiosk.screens.frame import Frame, Size
from kiosk.screens.paint import Fonts, Painter, png
from kiosk.screens.render import render
from kiosk.screens.screen import next_frame_s
from kiosk.screens.settings import ScreenSettings
from kiosk.screens.tree import Action, PageTurned
from kiosk.screens.window import Mode, Window
from kiosk.session.events import Event, Touch, Touched
from kiosk.session.state import Kiosk
from kiosk.world.plug import pull_the_plug
from kiosk.world.station import WorldStation


class Seen(Protocol):
    """The world around the eyes."""

    @property
    def now_s(self) -> float: ...

    @property
    def station(self) -> WorldStation | None:
        """None while the kiosk does not run."""
        ...

    def run_next(self, until_s: float) -> bool:
        """Let the next thing happen; False, at `until_s`, where nothing was due by then."""
        ...

    def guarded(self, do: Callable[[], None]) -> None:
        """Do it; the kiosk may die of it."""
        ...


class WorldEyes:
    """As `MirrorClient`, in the same process."""

    def __init__(self, world: Seen, size: Size, settings: ScreenSettings, letters: Fonts) -> None:
        self._world = world
        self._size = size
        self._settings = settings
        self._fonts = letters
        self._number = 0
        self._shown: dict[str, object] = {}
        self._view: View | None = None
        self._frame: Frame | None = None
        self._state: Kiosk | None = None
        self._again_s = 0.0
        """When the picture of the same state is another."""
        self._page: int | None = None

    def close(self) -> None:
        """The kiosk was ended: the next one begins with a picture of its own."""
        self._state, self._page = None, None

    def view(self, after: int = -1, wait_s: float = 0.0) -> View:
        """What is shown, as soon as its number is above `after` or `wait_s` is over. Raises `MirrorGone`."""
        until_s = self._world.now_s + wait_s
        while (view := self._look()).number <= after:
            next_s = min(until_s, self._again_s)
            if not self._world.run_next(next_s) and next_s >= until_s:
                return self._look()
        return view

    def act(self, node: str) -> None:
        """Touch the node of this id. Raises `MirrorRefused`."""
        self._look()
        assert self._frame is not None
        found = self._frame.tree.find(node)
        if found is None or found.action is None:
            there = ", ".join(one.id for one in self._frame.tree.walk() if one.action is not None) or "none"
            raise MirrorRefused(f"`id`: {node!r} does nothing on {self._frame.surface_id!r}; there are: {there}")
        self._do(found.action)

    def touch(self, x: int, y: int) -> None:
        """Touch this point of the picture; nothing may be there."""
        self._look()
        assert self._frame is not None
        found = self._frame.target(x, y)
        if found is not None and found.action is not None:
            self._do(found.action)

    def picture(self) -> tuple[str, bytes]:
        """The screen as a picture: the suffix of its file, and the file. It is painted only here."""
        self._look()
        assert self._frame is not None
        window = Window(self._size, Mode.HEADLESS)
        Painter(window.surface, self._fonts).paint(self._frame.draw_list)
        return ".png", png(window.surface)

    def arm_power_cut(self, row: str, *, before: bool, nth: int) -> None:
        """From now on, the kiosk is ended at the nth journal row of this kind."""
        self._station().ledger.rehearse(PowerCut(RowKind(row), before, nth), pull_the_plug)

    def _do(self, action: Action) -> None:
        station = self._station()
        if isinstance(action, PageTurned):
            self._page, self._state = action.page, None
            event: Event = Touched(Touch.STILL_HERE)
        else:
            event = action
        self._world.guarded(lambda: station.happened(event))

    def _station(self) -> WorldStation:
        station = self._world.station
        if station is None:
            raise MirrorGone("the kiosk does not run")
        return station

    def _look(self) -> View:
        station, now_s = self._station(), self._world.now_s
        if self._view is not None and station.state is self._state and now_s < self._again_s:
            return self._view
        state = self._state = station.state
        self._again_s = next_frame_s(state, now_s, motion=False)
        self._frame = render(state, self._size, self._settings, self._fonts, now_s=now_s, page=self._page)
        shown = self._frame.as_json(show_private=True)
        if self._view is None or shown != self._shown:
            self._number += 1
            self._shown = shown
            self._view = View(self._number, self._frame.screen_id, self._frame.language.value, node_of(shown["tree"]))
        return self._view
