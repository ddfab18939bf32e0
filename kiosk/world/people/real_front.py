"""People in front of a kiosk on real processes: hands in the bench's room, eyes at the mirror, this machine's clock."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from kiosk.demo.bench_client import BenchClient
from kiosk.demo.hands import Clock
from kiosk.demo.mirror_client import MirrorClient, MirrorRefused, View
from kiosk.demo.watching import items_shown
from kiosk.world.people.acts import (
    Act,
    LayDown,
    Pause,
    PutAway,
    Script,
    Seen,
    Sight,
    TakeUp,
    Tap,
    Touch,
    Watch,
    perform,
)
from kiosk.world.people.floor import Floor
from kiosk.world.people.visitor import A_BOOK_S, HAND_S

LOOK_S = 1.0


class RealFront:
    """One kiosk and its floor; raises `MirrorGone` and `BenchRefused` where the kiosk, or its room, is away."""

    def __init__(self, bench: BenchClient, mirror: MirrorClient, floor: Floor, clock: Clock) -> None:
        self._bench = bench
        self._mirror = mirror
        self._floor = floor
        self._clock = clock

    def perform(self, card: str, script: Script) -> None:
        perform(script, lambda act: self._do(act, card))
        self._floor.tags_say({tag.item: tag.afi for tag in self._bench.tags()})

    def sleep(self, seconds: float) -> None:
        self._clock.sleep(seconds)

    def _do(self, act: Act, card: str) -> Sight:
        match act:
            case LayDown(books, badly):
                self._floor.lay_down(books, badly)
                self._bench.put_on_pad(tuple(book for book in books if book not in badly))
                self._clock.sleep(HAND_S + A_BOOK_S * len(books))
            case TakeUp(books):
                self._floor.take_up(books, card)
                self._bench.take_off_pad(books)
                self._clock.sleep(HAND_S + A_BOOK_S * len(books))
            case PutAway(books, to):
                self._floor.put_away(books, card, to)
                self._clock.sleep(HAND_S)
            case Tap(name):
                self._bench.card("tap", name)
            case Touch(node):
                return self._touch(node)
            case Pause(seconds):
                self._clock.sleep(seconds)
            case Watch(until, most_s):
                return self._watch(until, most_s)
            case _:
                assert_never(act)
        return sight_of(self._mirror.view())

    def _touch(self, node: str) -> Sight:
        self._clock.sleep(HAND_S)
        try:
            self._mirror.act(node)
        except MirrorRefused:
            return replace(sight_of(self._mirror.view()), held=False)
        return sight_of(self._mirror.view())

    def _watch(self, until: Seen, most_s: float) -> Sight:
        end_s = self._clock.now_s + most_s
        view = self._mirror.view()
        while not until(seen := sight_of(view)):
            left_s = end_s - self._clock.now_s
            if left_s <= 0:
                return replace(seen, held=False)
            view = self._mirror.view(view.number, min(LOOK_S, left_s))
        return seen


def sight_of(view: View) -> Sight:
    """What a person takes in of the screen: which one it is, and how the items are."""
    return Sight(view.screen, {node.value: node.state for node in items_shown(view) if node.value})
