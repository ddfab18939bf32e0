"""The state diagram, drawn from the reducer itself: every scene is walked to, and what leads on from it is noted.

Two books and one card are enough to reach every scene. States that look alike (scene, stages of the rows, flags) are
walked through once.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from kiosk.model.circulation import Item, Patron
from kiosk.model.ids import IdSource, ItemId, PatronRef, Uid
from kiosk.model.questions import Identified, MayBorrow, MayNotBorrow, NotIdentified
from kiosk.session.events import (
    Answered,
    AskExpired,
    CardLifted,
    CardPresented,
    CodeScanned,
    Device,
    DeviceChanged,
    Event,
    Health,
    Moment,
    PinChecked,
    StaffAnswered,
    StorageFailed,
    StorageRecovered,
    TagGone,
    TagKind,
    TagNotWritten,
    TagRead,
    TagWritten,
    TimePassed,
    Touch,
    Touched,
    WriteTrouble,
)
from kiosk.session.rows import COMMITTED, in_stage
from kiosk.session.staff_parts import Deed
from kiosk.session.state import (
    Account,
    Borrowing,
    Closing,
    Finding,
    Home,
    Identifying,
    Kiosk,
    Policy,
    Returning,
    Staff,
    StaffPin,
    Stage,
)
from kiosk.session.step import begin, due_s, step

START = datetime(2026, 1, 1, tzinfo=UTC)
CARD = "00000000"
BOOKS = (
    TagRead(Uid("E004010000000001"), TagKind.LIBRARY, ItemId("1"), "", 0x07),
    TagRead(Uid("E004010000000002"), TagKind.LIBRARY, ItemId("2"), "", 0xC2),
)
STAFF_CARD = "99999999"
STAYING = frozenset(
    {
        Touch.HELP,
        Touch.CLOSE_HELP,
        Touch.NEXT_LANGUAGE,
        Touch.LANGUAGES,
        Touch.ACCESS,
        Touch.SET_ACCESS,
        Touch.CLOSE_PANEL,
        Touch.STILL_HERE,
        Touch.REMOVE,
        Touch.PRINT,
        Touch.DIGIT,
        Touch.ERASE,
        Touch.ENTER,
        Touch.TEST,
        Touch.DO,
        Touch.TO_PHONE,
        Touch.TO_MAIL,
        Touch.CALL_STAFF,
        Touch.TYPE,
        Touch.CLEAR,
        Touch.KEYS,
        Touch.OPEN,
        Touch.HOLD,
    }
)
"""Touches that change something on a screen and never the screen."""
ALWAYS: tuple[Event, ...] = (
    *(Touched(touch) for touch in Touch if touch not in STAYING),
    *BOOKS,
    *(TagGone(book.uid) for book in BOOKS),
    CardPresented(CARD),
    CardLifted(),
    CodeScanned(CARD),
    CodeScanned(STAFF_CARD),
    DeviceChanged(Device.PAD, Health.OK),
    DeviceChanged(Device.PAD, Health.GONE),
    StorageFailed(""),
    StorageRecovered(),
)
Edge = tuple[str, str, str]
A_MOMENT_S = 0.001
"""Between two events, so short that no deadline passes by itself."""


def edges() -> frozenset[Edge]:
    """(scene, what happened, next scene) for every change of scene that can happen."""
    first = begin(Policy(staff={STAFF_CARD: "desk"}), IdSource(b"diagram" * 3), Moment(10.0, START), (), {})
    found: set[Edge] = set()
    walked = {_shape(first)}
    ahead = [first]
    while ahead:
        state = ahead.pop()
        for event, wait_s in _possible(state):
            now_s = state.around.now_s + wait_s
            after, _ = step(state, event, Moment(now_s, START + timedelta(seconds=now_s)))
            if type(after.scene) is not type(state.scene):
                found.add((_name(state), _label(event), _name(after)))
            if _shape(after) not in walked:
                walked.add(_shape(after))
                ahead.append(after)
    return frozenset(found)


def page() -> str:
    """`docs/states.md`: the diagram and its table, in Markdown."""
    by_pair: dict[tuple[str, str], list[str]] = {}
    for here, event, there in sorted(edges()):
        by_pair.setdefault((here, there), []).append(event)
    drawn = [f"    {here} --> {there}" for here, there in sorted(by_pair)]
    lines = [
        "# The scenes of a kiosk",
        "",
        "Drawn from the reducer by `kiosk/session/diagram.py` (`make docs`); a test holds it current.",
        "",
        "```mermaid",
        "stateDiagram-v2",
        "    [*] --> OutOfService",
        *drawn,
        "```",
        "",
        "| from | to | when |",
        "|---|---|---|",
        *(f"| {here} | {there} | {', '.join(events)} |" for (here, there), events in sorted(by_pair.items())),
    ]
    return "\n".join(lines) + "\n"


def _possible(state: Kiosk) -> Iterator[tuple[Event, float]]:
    """Events that the outer world can send in this state, each with the seconds until it comes."""
    yield from ((event, A_MOMENT_S) for event in ALWAYS)
    due = due_s(state)
    if due is not None:
        yield TimePassed(), max(0.0, due - state.around.now_s)
    scene = state.scene
    match scene:
        case Identifying() if scene.ask is not None:
            yield Answered(scene.ask, Identified(Patron(PatronRef("p"), "", None))), A_MOMENT_S
            yield Answered(scene.ask, NotIdentified(())), A_MOMENT_S
            yield AskExpired(scene.ask), A_MOMENT_S
        case Borrowing() | Returning():
            for row in in_stage(scene.rows, {Stage.ASKING}):
                assert row.ask is not None
                yield Answered(row.ask, MayBorrow(Item(ItemId("1"), ""), START, None)), A_MOMENT_S
                yield Answered(row.ask, MayNotBorrow(())), A_MOMENT_S
            wanted = 0xC2 if isinstance(scene, Borrowing) else 0x07
            for row in in_stage(scene.rows, COMMITTED):
                yield TagWritten(row.uid, wanted), A_MOMENT_S
                yield TagNotWritten(row.uid, WriteTrouble.LOCKED, None), A_MOMENT_S
        case StaffPin(check=None):
            yield Touched(Touch.DIGIT, "1"), A_MOMENT_S
            yield Touched(Touch.ENTER), A_MOMENT_S
        case StaffPin(check=str() as check):
            yield StaffAnswered(PinChecked(check, True)), A_MOMENT_S
            yield StaffAnswered(PinChecked(check, False)), A_MOMENT_S
        case Staff():
            yield Touched(Touch.DO, Deed.CLOSE), A_MOMENT_S
            yield Touched(Touch.DO, Deed.OPEN), A_MOMENT_S
        case Finding() if scene.card_ask is not None:
            yield Answered(scene.card_ask, Identified(Patron(PatronRef("p"), "", None))), A_MOMENT_S
        case Account() if scene.lies_s is not None:
            yield CardLifted(), state.around.policy.timeouts.tap_s
        case _:
            pass


def _shape(state: Kiosk) -> tuple[object, ...]:
    """What tells states apart for the walk."""
    around, scene = state.around, state.scene
    details: tuple[object, ...] = ()
    match scene:
        case Identifying():
            details = (scene.purpose, scene.ask is None, scene.idle.warned_s is None)
        case Home():
            details = (scene.idle.warned_s is None,)
        case Finding():
            details = (scene.idle.warned_s is None, scene.patron is None, scene.card_ask is None)
        case Account():
            details = (scene.idle.warned_s is None, scene.lies_s is None)
        case Borrowing() | Returning():
            stages = tuple(sorted((row.uid, row.stage, row.present) for row in scene.rows))
            details = (stages, scene.patron is None, scene.finishing_s is None, scene.idle.warned_s is None)
        case Closing():
            details = (scene.receipt,)
        case StaffPin():
            details = (scene.digits != "", scene.check is None, scene.idle.warned_s is None)
        case Staff():
            details = (scene.idle.warned_s is None,)
        case _:
            pass
    looking = around.lying_until_s > around.now_s
    pad = (around.devices.get(Device.PAD), looking, tuple(sorted(around.pad)), tuple(sorted(around.resting)))
    return (_name(state), around.storage_ok, pad, around.card is None, len(around.doubts) > 0, around.closed, *details)


def _name(state: Kiosk) -> str:
    return type(state.scene).__name__


def _label(event: Event) -> str:
    match event:
        case Touched():
            return f"touch {event.what.value}"
        case DeviceChanged():
            return f"{event.device.value} {event.health.value}"
        case Answered():
            return type(event.answer).__name__
        case CodeScanned(code=code) if code == STAFF_CARD:
            return "CodeScanned (staff)"
        case TagRead():
            return "TagRead (on loan)" if event.afi == 0xC2 else "TagRead (in stock)"
        case _:
            return type(event).__name__
