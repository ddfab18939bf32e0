"""The cards that lie on the virtual readers, served by one thread."""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from firmware_sim.cards.card import Heard, VirtualCard

TAP_S = 1.2
"""A tap that nobody reads: three of pcscd's looks for a card, 400 ms apart."""
TAP_AFTER_READING_S = 0.3
"""A hand leaves the card a moment longer than the reader needs."""
OBEYED_S = 5.0


@dataclass(slots=True)
class Lying:
    """A card on a reader; `until_s` where a hand will lift it, `torn` is told when it was pulled away."""

    card: VirtualCard
    until_s: float | None
    torn: Callable[[], None]


class CardTable:
    """At most one card on each reader. Every method may be called from any thread."""

    def __init__(self) -> None:
        self._lying: dict[str, Lying] = {}
        self._orders: list[tuple[Callable[[], None], threading.Event]] = []
        self._turn = threading.Lock()
        self._wakeup = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="cards", daemon=True)
        self._thread.start()

    def lay(self, reader: str, card: VirtualCard, torn: Callable[[], None] = lambda: None) -> None:
        """Leave a card on a reader instead of the one that lies there."""
        self._obey(lambda: self._put(reader, Lying(card, None, torn)))

    def tap(self, reader: str, card: VirtualCard) -> None:
        """Hold a card there until a moment after it was read, or for `TAP_S`. Returns at once."""
        self._obey(lambda: self._put(reader, Lying(card, time.monotonic() + TAP_S, lambda: None)))

    def lift(self, reader: str) -> None:
        """Take away what lies on a reader, if anything."""
        self._obey(lambda: self._take(reader))

    def lift_all(self) -> None:
        """Take away everything."""
        self._obey(self._take_all)

    def stop(self) -> None:
        """Take everything away and end."""
        self._obey(self._take_all)
        self._stopping = True
        os.eventfd_write(self._wakeup, 1)
        self._thread.join()
        os.close(self._wakeup)

    def _obey(self, order: Callable[[], None]) -> None:
        done = threading.Event()
        with self._turn:
            self._orders.append((order, done))
        os.eventfd_write(self._wakeup, 1)
        if not done.wait(OBEYED_S):
            raise TimeoutError("the cards' thread does not answer")

    def _run(self) -> None:
        while not self._stopping:
            cards = {one.card.fileno(): one.card for one in self._lying.values()}
            readable, _, _ = select.select([self._wakeup, *cards], [], [], self._wait_s())
            spoke = {id(cards[number]) for number in readable if number in cards}
            if self._wakeup in readable:
                self._do_orders()
            now_s = time.monotonic()
            for reader, one in list(self._lying.items()):
                heard = one.card.hear(now_s) if id(one.card) in spoke else one.card.tick(now_s)
                self._after(reader, one, heard)

    def _wait_s(self) -> float | None:
        times = [
            time_s for one in self._lying.values() for time_s in (one.until_s, one.card.due_s()) if time_s is not None
        ]
        return max(0.0, min(times) - time.monotonic()) if times else None

    def _do_orders(self) -> None:
        os.eventfd_read(self._wakeup)
        with self._turn:
            orders, self._orders = self._orders, []
        for order, done in orders:
            order()
            done.set()

    def _after(self, reader: str, one: Lying, heard: Heard) -> None:
        now_s = time.monotonic()
        match heard:
            case Heard.TORN | Heard.GONE:
                self._take(reader)
                if heard is Heard.TORN:
                    one.torn()
                return
            case Heard.UID_TOLD if one.until_s is not None:
                one.until_s = min(one.until_s, now_s + TAP_AFTER_READING_S)
            case Heard.UID_TOLD | Heard.NOTHING:
                pass
        if one.until_s is not None and one.until_s <= now_s:
            self._take(reader)

    def _put(self, reader: str, one: Lying) -> None:
        self._take(reader)
        self._lying[reader] = one

    def _take(self, reader: str) -> None:
        one = self._lying.pop(reader, None)
        if one is not None:
            one.card.lift()

    def _take_all(self) -> None:
        for reader in list(self._lying):
            self._take(reader)
