"""A person in virtual time: does what a script says at a kiosk and on the floor, and tells it what the screen shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import assert_never

from kiosk.screens.rows import stage_name
from kiosk.screens.scenes.whole import screen_id_of, view_of
from kiosk.screens.settings import ScreenSettings
from kiosk.screens.tree import Action, PageTurned
from kiosk.screens.view import AttractBody, Button, Choice, HomeBody, ReceiptBody
from kiosk.screens.whole_view import AccessOverlay, HelpOverlay, LanguagesOverlay, TimeoutOverlay, View
from kiosk.session.events import CardLifted, CardPresented
from kiosk.session.state import Borrowing, Kiosk, Returning, Scene
from kiosk.world.agenda import Agenda
from kiosk.world.direct import DirectPad
from kiosk.world.people.acts import Act, LayDown, Pause, PutAway, Script, Sight, TakeUp, Tap, Touch, Watch, perform
from kiosk.world.people.floor import Floor
from kiosk.world.station import WorldStation

HAND_S = 0.4
"""A hand moves."""
A_BOOK_S = 0.15
"""Each book of a pile."""
TAP_S = 0.5
"""A card is held on the reader."""


@dataclass(slots=True)
class Visitor:
    """Somebody in front of the kiosk; `card` names whose hands they are."""

    agenda: Agenda
    station: WorldStation
    pad: DirectPad
    floor: Floor
    screen: ScreenSettings
    card: str

    def perform(self, script: Script) -> None:
        """Carry out the whole script; time goes on meanwhile."""
        perform(script, self._do)

    def _do(self, act: Act) -> Sight:
        match act:
            case LayDown(books, badly):
                self.floor.lay_down(books, badly)
                self.pad.look()
                self._time_passes(HAND_S + A_BOOK_S * len(books))
            case TakeUp(books):
                self.floor.take_up(books, self.card)
                self.pad.look()
                self._time_passes(HAND_S + A_BOOK_S * len(books))
            case PutAway(books, to):
                self.floor.put_away(books, self.card, to)
                self._time_passes(HAND_S)
            case Tap(card):
                self.station.happened(CardPresented(card))
                self._time_passes(TAP_S)
                self.station.happened(CardLifted())
            case Touch(node):
                return self._touch(node)
            case Pause(seconds):
                self._time_passes(seconds)
            case Watch(until, most_s):
                return self._watch(until, most_s)
            case _:
                assert_never(act)
        return self._sight()

    def _touch(self, node: str) -> Sight:
        self._time_passes(HAND_S)
        view = view_of(self.station.state, self.screen, self.agenda.now_s)
        action = dict(offered(view)).get(node)
        if action is None or isinstance(action, PageTurned):
            return replace(self._sight(), held=False)
        self.station.happened(action)
        return self._sight()

    def _watch(self, until: Callable[[Sight], bool], most_s: float) -> Sight:
        end_s = self.agenda.now_s + most_s
        seen, state = self._sight(), self.station.state
        while not until(seen):
            if not self.agenda.run_next(end_s):
                return replace(self._sight(), held=until(self._sight()))
            if self.station.state is not state:
                seen, state = self._sight(), self.station.state
        return seen

    def _time_passes(self, seconds: float) -> None:
        self.agenda.run_until(self.agenda.now_s + seconds)

    def _sight(self) -> Sight:
        return sight_of(self.station.state)


def sight_of(state: Kiosk) -> Sight:
    """What a person takes in of the screen: which one it is, and how the items are."""
    return Sight(screen_id_of(state.scene), dict(_items(state.scene)))


def offered(view: View) -> Iterator[tuple[str, Action | None]]:
    """Every button that can be touched, by its id: what lies over a screen keeps fingers off it."""
    match view.overlay:
        case TimeoutOverlay(stay=only) | HelpOverlay(close=only):
            yield only.id, only.action
            return
        case LanguagesOverlay(close=close) | AccessOverlay(close=close):
            yield close.id, close.action
            return
        case None:
            pass
        case _:
            assert_never(view.overlay)
    buttons: list[Button | Choice] = list(view.bar)
    match view.body:
        case AttractBody(choices=choices) | HomeBody(choices=choices):
            buttons += choices
        case ReceiptBody(choices=choices, none=none):
            buttons += choices
            buttons += [none] if none is not None else []
        case _:
            pass
    for button in buttons:
        yield button.id, button.action


def _items(scene: Scene) -> Iterator[tuple[str, str]]:
    if isinstance(scene, Borrowing | Returning):
        for row in scene.rows:
            if row.item is not None:
                yield row.item.id, stage_name(row.stage)
