"""A day at one kiosk in a few minutes: what is left of it in memory.

The loop, the ledger and the screen are those of a running kiosk, the window is one of SDL's dummy driver; pad and
central answer at once. People come one after the other, each with books whose titles nobody had before, so that
whatever is kept by text or by book would grow. The minutes between them, in which nobody comes, are shown as well.
"""

from __future__ import annotations

import gc
import os
import queue
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from kiosk.bench.figure import Figure
from kiosk.bench.process import open_files, resident_mb, threads
from kiosk.ledger import Ledger
from kiosk.model.circulation import Item, Patron
from kiosk.model.ids import IdSource, ItemId, PatronRef, Uid
from kiosk.model.questions import AskBorrow, AskIdentify, AskItem, Identified, ItemKnown, MayBorrow
from kiosk.screens.frame import Frame, Size
from kiosk.screens.samples import SETTINGS
from kiosk.screens.screen import Screen
from kiosk.screens.tree import Role
from kiosk.screens.window import Mode
from kiosk.session.effects import Ask, ReadTag, WriteAfi
from kiosk.session.events import (
    Answered,
    AskExpired,
    CardLifted,
    CardPresented,
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
from kiosk.station.mirror import ActOrder, MirrorOrder
from kiosk.wire import Station

SIZE = Size(1080, 1920)
BOOKS = 3
MINUTES = 24 * 60
IN_STOCK, ON_LOAN = 0x07, 0xC2
PATIENCE_S = 60.0
HURRIED = Policy(timeouts=replace(Policy().timeouts, farewell_s=0.05))
"""Nobody reads the farewell for four seconds."""
WARM = 4
"""The first of so many parts of the day fills what is kept within bounds: growth is counted from there."""
MOST_GROWTH_PERCENT = 3.0


@dataclass(frozen=True, slots=True)
class Taken:
    """What the process has of the machine."""

    resident_mb: float
    files: int
    threads: int

    @classmethod
    def now(cls) -> Taken:
        gc.collect()
        pid = os.getpid()
        return cls(resident_mb(pid), open_files(pid), threads(pid))


@dataclass(frozen=True, slots=True)
class Day:
    """After the first part, and after all of it, with the kiosk still running."""

    warm: Taken
    evening: Taken
    rows: int
    """Of the journal."""


def figures(visits: int) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="kiosk-day-") as folder:
        day = lived(Path(folder), visits)
    grown = 100 * (day.evening.resident_mb / day.warm.resident_mb - 1)
    yield Figure("day_visits", "a day: visits, each with three books lent and brought back", visits, "visits")
    yield Figure("day_rows", "rows of the journal that they left", day.rows, "rows")
    yield Figure(
        "day_resident_mb", "resident memory in the evening, bench included", day.evening.resident_mb, "MB", 250
    )
    yield Figure("day_growth_percent", "memory that the last three quarters added", grown, "%", MOST_GROWTH_PERCENT)
    yield Figure("day_files", "open files more than after the first quarter", day.evening.files - day.warm.files, "", 0)
    yield Figure("day_threads", "threads more", day.evening.threads - day.warm.threads, "", 0)


def lived(folder: Path, visits: int, minutes: int = MINUTES) -> Day:
    """Run the kiosk on this thread and the people on another. `folder` takes the ledger."""
    ledger = Ledger.open(folder / "ledger.sqlite", Station("main", "kiosk-1"))
    inbox: Inbox[Message] = Inbox()
    screen = Screen(SIZE, Mode.WINDOW, SETTINGS)
    people = People(inbox, visits)
    display = MirroredScreen(screen, None, None, show_private=False, watched=people.see)
    state = begin(HURRIED, IdSource(b"a day at a kiosk" * 2), now(), ledger.doubts(), {})
    minutes_go_by(screen, state, minutes)
    thread = threading.Thread(target=people.live, name="people")
    thread.start()
    try:
        Loop(Decider(state, ledger, QuickHands(), now), display, inbox, people.alive).run()
    finally:
        people.over.set()
        inbox.close()
        thread.join()
        rows = len(ledger.rows())
        ledger.close()
        screen.close()
    if people.trouble is not None:
        raise people.trouble
    assert people.warm is not None, "a part of the day is over"
    assert people.evening is not None, "the day is over"
    return Day(people.warm, people.evening, rows)


def minutes_go_by(screen: Screen, state: Kiosk, minutes: int) -> None:
    """The clock of a kiosk to which nobody comes."""
    for minute in range(1, minutes + 1):
        screen.show(state, state.around.now_s + 60 * minute)


class QuickHands:
    """A pad that does at once what it is told, and a central that says yes."""

    def carry_out(self, order: Order) -> tuple[Event, ...]:
        match order:
            case WriteAfi(uid, afi):
                return (TagWritten(uid, afi),)
            case ReadTag(uid):
                return (_read(uid, IN_STOCK),)
            case Ask(ask, AskIdentify(card)):
                return (Answered(ask, Identified(Patron(PatronRef(card), "伟", 20))),)
            case Ask(ask, AskItem(item)):
                return (Answered(ask, ItemKnown(Item(item, _title(item)))),)
            case Ask(ask, AskBorrow(_, item)):
                due = now().utc + timedelta(days=28)
                return (Answered(ask, MayBorrow(Item(item, _title(item)), due, 17)),)
            case Ask(ask):
                return (AskExpired(ask),)
            case _:
                return ()

    def facts_stored(self) -> None:
        pass

    def state_is(self, state: Kiosk) -> None:
        pass


def _title(item: ItemId) -> str:
    return f"第 {item} 本书：一个从来没有人借过的故事"


def _read(uid: Uid, afi: int) -> TagRead:
    item = ItemId(f"3555{int(uid[-8:], 16):010d}")
    return TagRead(uid, TagKind.LIBRARY, item, _title(item), afi)


class People:
    """Who comes to the kiosk: they see its pictures and touch its buttons."""

    def __init__(self, inbox: Inbox[Message], visits: int) -> None:
        self._inbox = inbox
        self._visits = visits
        self._seen: queue.Queue[Frame] = queue.Queue()
        self._frame: Frame | None = None
        self._last: Frame | None = None
        self.over = threading.Event()
        self.warm: Taken | None = None
        self.evening: Taken | None = None
        self.trouble: AssertionError | None = None

    def see(self, frame: Frame) -> None:
        """The loop has shown this."""
        if frame is not self._last:
            self._last = frame
            self._seen.put(frame)

    def alive(self) -> None:
        pass

    def live(self) -> None:
        try:
            self._happens(DeviceChanged(Device.PAD, Health.OK))
            self._wait(lambda frame: frame.surface_id == "attract")
            for number in range(self._visits):
                self._visit(number)
                if number == self._visits // WARM:
                    self.warm = Taken.now()
            self.evening = Taken.now()
        except AssertionError as trouble:
            self.trouble = trouble
        finally:
            self._inbox.put(Stop())

    def _visit(self, number: int) -> None:
        uids = [Uid(f"E0040100{BOOKS * number + book + 1:08X}") for book in range(BOOKS)]
        self._happens(CardPresented(f"card-{number % 500}"))
        self._wait(lambda frame: frame.screen_id == "home")
        for node in ("help.open", "help.close", "language.next", "language.next"):
            self._touch(node)
        self._touch("home.borrow")
        self._lay_down("borrow", uids, IN_STOCK)
        self._happens(CardLifted())
        self._touch("attract.return")
        self._lay_down("return", uids, ON_LOAN)

    def _lay_down(self, screen: str, uids: list[Uid], afi: int) -> None:
        self._wait(lambda frame: frame.surface_id == screen)
        for uid in uids:
            self._happens(TagSeen(uid), _read(uid, afi))
        self._wait(lambda frame: _done(frame) == len(uids))
        self._touch(f"{screen}.done")
        self._happens(*map(TagGone, uids))
        self._touch("receipt.none")
        self._wait(lambda frame: frame.surface_id == "attract")

    def _happens(self, *events: Event) -> None:
        for event in events:
            self._inbox.put(event)

    def _touch(self, node: str) -> None:
        """As soon as the button is there."""
        self._wait(lambda frame: (found := frame.tree.find(node)) is not None and found.action is not None)
        order = MirrorOrder(ActOrder(node))
        self._inbox.put(order)
        answer = order.reply.get(timeout=PATIENCE_S)
        assert "error" not in answer, answer

    def _wait(self, holds: Callable[[Frame], bool]) -> None:
        """Until a picture is shown of which that is true; the one that was seen last may be it."""
        while not self._seen.empty() or self._frame is None or not holds(self._frame):
            assert not self.over.is_set(), "the loop has ended"
            try:
                self._frame = self._seen.get(timeout=PATIENCE_S)
            except queue.Empty:
                shown = None if self._frame is None else self._frame.surface_id
                raise AssertionError(f"nothing more is shown after {shown}") from None


def _done(frame: Frame) -> int:
    return sum(node.state == "done" for node in frame.tree.walk() if node.role is Role.ITEM)
