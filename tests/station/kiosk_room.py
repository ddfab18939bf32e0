"""A kiosk's loop with a real ledger, a real screen in memory and a real mirror; the test plays pad and central."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.demo.mirror_client import MirrorClient, View
from kiosk.ledger import Ledger
from kiosk.model.circulation import Item
from kiosk.model.ids import IdSource, ItemId, Uid
from kiosk.model.questions import AskItem, ItemKnown
from kiosk.screens.frame import Size
from kiosk.screens.samples import SETTINGS
from kiosk.screens.screen import Screen
from kiosk.screens.window import Mode
from kiosk.session.effects import Ask, ReadTag, WriteAfi
from kiosk.session.events import (
    Answered,
    AskExpired,
    Device,
    DeviceChanged,
    Event,
    Health,
    TagGone,
    TagKind,
    TagRead,
    TagSeen,
    TagWritten,
)
from kiosk.session.state import Kiosk, Policy
from kiosk.session.step import begin
from kiosk.station.deciding import Decider
from kiosk.station.display import MirroredScreen
from kiosk.station.effects import Order
from kiosk.station.inbox import Inbox
from kiosk.station.loop import Loop, Message, Stop, now
from kiosk.station.mirror import LONGEST_WAIT_S, Mirror
from tests.real_parts import PATIENCE_S

ON_LOAN, IN_STOCK = 0xC2, 0x07
SNOW = Uid("E004010000000001")
SNOW_ITEM = Item(ItemId("35555000012345"), "Snow")


@dataclass(slots=True)
class QuickHands:
    """A pad that does at once what it is told, and a central that is away."""

    orders: list[Order] = field(default_factory=list)
    written: queue.Queue[WriteAfi] = field(default_factory=queue.Queue)
    states: list[Kiosk] = field(default_factory=list)

    def carry_out(self, order: Order) -> tuple[Event, ...]:
        self.orders.append(order)
        match order:
            case WriteAfi(uid, afi):
                self.written.put(order)
                return (TagWritten(uid, afi),)
            case ReadTag(uid):
                return (read(uid, ON_LOAN),)
            case Ask(ask, AskItem()):
                return (Answered(ask, ItemKnown(SNOW_ITEM)),)
            case Ask(ask):
                return (AskExpired(ask),)
            case _:
                return ()

    def facts_stored(self) -> None:
        pass

    def state_is(self, state: Kiosk) -> None:
        self.states.append(state)


def read(uid: Uid, afi: int) -> TagRead:
    return TagRead(uid, TagKind.LIBRARY, SNOW_ITEM.id, SNOW_ITEM.title, afi)


class Room:
    """The loop on a thread of its own, and what is done to it from outside."""

    def __init__(self, ledger: Ledger, fonts_folder: Path, *, rehearse: bool = False) -> None:
        self.ledger = ledger
        self.hands = QuickHands()
        self.inbox: Inbox[Message] = Inbox()
        self._mirror = Mirror(0, self.inbox.put)
        self.client = MirrorClient(self._mirror.port)
        state = begin(Policy(), IdSource(b"room" * 8), now(), ledger.doubts(), {})
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(state, fonts_folder, rehearse), name="loop")
        self._thread.start()
        assert self._ready.wait(PATIENCE_S)

    def _run(self, state: Kiosk, fonts_folder: Path, rehearse: bool) -> None:
        screen = Screen(Size(1080, 1920), Mode.HEADLESS, SETTINGS, fonts_folder)
        cut = self.ledger.rehearse if rehearse else None
        display = MirroredScreen(screen, self._mirror, cut, show_private=True)
        loop = Loop(Decider(state, self.ledger, self.hands, now), display, self.inbox, self._ready.set)
        loop.run()
        screen.close()

    def close(self) -> None:
        self.inbox.put(Stop())
        self._thread.join(PATIENCE_S)
        self.inbox.close()
        self.client.close()
        self._mirror.close()

    def happens(self, *events: Event) -> None:
        for event in events:
            self.inbox.put(event)

    def starts(self) -> View:
        """The pad reports that it is well."""
        self.happens(DeviceChanged(Device.PAD, Health.OK))
        return self.shows("attract")

    def lays_down(self, uid: Uid, afi: int) -> None:
        self.happens(TagGone(uid), TagSeen(uid), read(uid, afi))

    def shows(self, screen: str) -> View:
        return self.sees(lambda view: view.screen == screen)

    def sees(self, wanted: Callable[[View], bool]) -> View:
        """Wait for a picture, by the mirror's own numbers."""
        view = self.client.view()
        while not wanted(view):
            later = self.client.view(view.number, LONGEST_WAIT_S)
            assert later.number > view.number, f"nothing changed on {view.screen}: {view.tree.texts()}"
            view = later
        return view
