"""The screen of the running kiosk, and what the mirror's clients see of it and do to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from kiosk.ledger import PowerCut
from kiosk.model.journal import RowKind
from kiosk.screens.frame import Frame
from kiosk.screens.guide import Key
from kiosk.screens.screen import Screen
from kiosk.session.events import Event
from kiosk.session.state import Kiosk
from kiosk.station.json_lines import Reply
from kiosk.station.mirror import ActOrder, Mirror, MirrorOrder, PowerCutOrder, RepaintOrder, TouchOrder
from kiosk.station.overheard import Overheard

Rehearse = Callable[[PowerCut], None]


class MirroredScreen:
    """A screen whose every change is published. An order is answered when the picture that it led to is shown."""

    def __init__(
        self,
        screen: Screen,
        mirror: Mirror | None,
        rehearse: Rehearse | None,
        *,
        show_private: bool,
        overheard: Overheard | None = None,
        watched: Callable[[Frame], None] = lambda frame: None,
    ) -> None:
        """`rehearse` orders a power cut; None where the settings do not allow that. `watched` is told
        what is shown, private texts included: it masks them before anything leaves."""
        self._screen = screen
        self._mirror = mirror
        self._overheard = overheard
        self._watched = watched
        self._rehearse = rehearse
        self._show_private = show_private
        self._published: Frame | None = None
        self._tree: Reply = {}
        self._picture_wanted = False
        self._answers: list[tuple[MirrorOrder, Reply]] = []

    @property
    def polls(self) -> bool:
        return self._screen.polls

    @property
    def closed(self) -> bool:
        return self._screen.closed

    def show(self, state: Kiosk, now_s: float) -> None:
        """Paint what changed, publish it, and answer what led to it."""
        self._screen.show(state, now_s)
        if self._mirror is not None:
            self._publish(self._mirror, self._screen.frame)
        self._watched(self._screen.frame)
        if self._overheard is not None:
            self._overheard.look()
        for order, reply in self._answers:
            order.reply.put_nowait(reply)
        self._answers.clear()

    def poll(self) -> list[Event]:
        return self._screen.poll()

    def key(self, key: Key) -> Event | None:
        return self._screen.key(key)

    def next_frame_s(self, now_s: float) -> float | None:
        return self._screen.next_frame_s(now_s)

    def order(self, order: MirrorOrder) -> Event | None:
        """What the order comes to, judged by the picture shown now."""
        match order.order:
            case TouchOrder() as touch:
                event, reply = self._touched(touch)
            case ActOrder(node):
                event, reply = self._acted(node)
            case PowerCutOrder() as cut:
                event, reply = None, self._power_cut(cut)
            case RepaintOrder():
                event, reply = None, {"ok": True}
                self._picture_wanted = True
            case _:
                assert_never(order.order)
        self._answers.append((order, reply))
        return event

    def _publish(self, mirror: Mirror, frame: Frame) -> None:
        if frame == self._published and not self._picture_wanted:
            return
        wanted = mirror.frames_wanted
        tree = frame.as_json(show_private=self._show_private)
        if tree != self._tree or wanted:
            picture = self._screen.pixels_jpeg(show_private=self._show_private) if wanted else None
            mirror.publish(tree, picture)
            if self._overheard is not None:
                self._overheard.shown(tree)
        self._published, self._tree, self._picture_wanted = frame, tree, False

    def _touched(self, touch: TouchOrder) -> tuple[Event | None, Reply]:
        frame = self._screen.frame
        if touch.screen is not None and touch.screen not in (frame.screen_id, frame.surface_id):
            why = f"the touch was meant for the screen {touch.screen!r}; {frame.surface_id!r} is shown"
            return None, {"ok": True, "done": False, "why": why}
        across, down = (frame.size.width, frame.size.height) if touch.of_picture else (1, 1)
        x, y = int(touch.x * across), int(touch.y * down)
        hit, event = frame.target(x, y), self._screen.touch(x, y)
        if hit is None or event is None:
            return None, {"ok": True, "done": False, "why": "nothing is there to be touched"}
        return event, {"ok": True, "done": True, "id": hit.id}

    def _acted(self, node: str) -> tuple[Event | None, Reply]:
        event = self._screen.act(node)
        if event is not None:
            return event, {"ok": True, "done": True}
        frame = self._screen.frame
        there = ", ".join(found.id for found in frame.tree.walk() if found.action is not None) or "none"
        return None, {"error": f"`id`: {node!r} does nothing on {frame.surface_id!r}; there are: {there}"}

    def _power_cut(self, cut: PowerCutOrder) -> Reply:
        if self._rehearse is None:
            return {"error": "power cuts are not rehearsed here; set `rehearse = true` under [mirror] in kiosk.toml"}
        kinds = [kind.value for kind in RowKind]
        if cut.row not in kinds:
            return {"error": f"`row`: no journal row is called {cut.row!r}; there are: {', '.join(kinds)}"}
        if cut.nth < 1:
            return {"error": f"`nth`: expected 1 or more, found {cut.nth}"}
        self._rehearse(PowerCut(RowKind(cut.row), cut.before, cut.nth))
        return {"ok": True}
