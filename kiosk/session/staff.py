"""Staff look after the machine: try its devices, empty the bin, read the journal, close it, switch it off.

Nothing is lent or taken back here, and nothing of a patron is shown: what lies on the pad is only told.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from kiosk.model.ids import SessionId
from kiosk.model.journal import JournalRow, RowKind
from kiosk.session.effects import Cue, Ending, EndStation, LightLamps, Play, PrintTest, ReadJournal
from kiosk.session.events import (
    Answered,
    AskExpired,
    CardLifted,
    CardNotRead,
    CardPresented,
    CodeNotRead,
    CodeScanned,
    CopyChanged,
    Device,
    DeviceChanged,
    Event,
    JournalTold,
    LanguageChosen,
    LinkChanged,
    PaperChanged,
    Printed,
    PrintFailed,
    StaffAnswered,
    StorageFailed,
    StorageRecovered,
    TagGone,
    TagNotWritten,
    TagRead,
    TagSeen,
    TagWritten,
    TimePassed,
    Touch,
    Touched,
)
from kiosk.session.staff_parts import Deed, StaffPart, Trial, Tried
from kiosk.session.state import Idle, Staff, Surroundings
from kiosk.session.turn import Turn

LAMPS = "lamps"
"""What `Touch.TEST` calls the lamps; devices go by their own names."""
ASKED_TWICE = frozenset({Deed.RESTART, Deed.SWITCH_OFF})


def begin(turn: Turn, name: str, left: SessionId | None) -> Staff:
    """The staff mode, for the owner of the card `name`."""
    session = SessionId(turn.new_id())
    _journal(turn, JournalRow(RowKind.STAFF_ENTERED, session, note=name))
    return Staff(Idle(turn.now_s), session, name, left=left)


def leave(turn: Turn, scene: Staff) -> SessionId | None:
    """Write down that staff have gone; the session that waits for its own end in the journal."""
    _journal(turn, JournalRow(RowKind.STAFF_LEFT, scene.session))
    return scene.left


def on(turn: Turn, scene: Staff, event: Event) -> Staff:
    """Every event but those that lead away (`step` sees to them)."""
    match event:
        case Touched():
            return _touched(turn, scene, event)
        case CardPresented():
            return _tried(turn, scene, Device.CARDS, Trial.WORKED, len(event.token))
        case CardNotRead():
            return _tried(turn, scene, Device.CARDS, Trial.FAILED)
        case CodeScanned():
            return _tried(turn, scene, Device.SCANNER, Trial.WORKED, len(event.code))
        case CodeNotRead():
            return _tried(turn, scene, Device.SCANNER, Trial.FAILED)
        case Printed() | PrintFailed():
            if event.job != scene.job:
                return scene
            trial = Trial.WORKED if isinstance(event, Printed) else Trial.FAILED
            return replace(_tried(turn, scene, Device.PRINTER, trial), job=None)
        case StaffAnswered():
            return replace(scene, lines=event.answer.lines) if isinstance(event.answer, JournalTold) else scene
        case TagSeen():
            turn.order(Play(Cue.TICK))
            return scene
        case (
            LanguageChosen()
            | CardLifted()
            | TagRead()
            | TagGone()
            | TagWritten()
            | TagNotWritten()
            | Answered()
            | AskExpired()
            | LinkChanged()
            | DeviceChanged()
            | PaperChanged()
            | StorageFailed()
            | StorageRecovered()
            | CopyChanged()
            | TimePassed()
        ):
            return scene
        case _:
            assert_never(event)


def may(around: Surroundings, deed: Deed) -> bool:
    """Whether the deed makes sense now, and can be written down."""
    match deed:
        case Deed.CLOSE:
            return around.storage_ok and not around.closed
        case Deed.OPEN:
            return around.storage_ok and around.closed
        case Deed.EMPTY_BIN:
            return around.storage_ok
        case Deed.RESTART | Deed.SWITCH_OFF:
            return True
        case _:
            assert_never(deed)


def _touched(turn: Turn, scene: Staff, event: Touched) -> Staff:
    asked, scene = scene.asked, replace(scene, asked=None)
    match event.what:
        case Touch.SHOW if event.target in set(StaffPart):
            part = StaffPart(event.target)
            if part is StaffPart.JOURNAL:
                turn.order(ReadJournal())
            return replace(scene, part=part)
        case Touch.TEST:
            return _try_out(turn, scene, event.target)
        case Touch.DO if event.target in set(Deed):
            deed = Deed(event.target)
            if not may(turn.around, deed):
                return scene
            if deed in ASKED_TWICE and asked is not deed:
                return replace(scene, asked=deed)
            return _done(turn, scene, deed)
        case _:
            return scene


def _done(turn: Turn, scene: Staff, deed: Deed) -> Staff:
    session = scene.session
    match deed:
        case Deed.EMPTY_BIN:
            turn.journal(JournalRow(RowKind.BIN_EMPTIED, session, note=str(turn.around.in_bin)))
            turn.around = replace(turn.around, in_bin=0)
        case Deed.CLOSE:
            turn.journal(JournalRow(RowKind.STATION_CLOSED, session))
            turn.around = replace(turn.around, closed=True)
        case Deed.OPEN:
            turn.journal(JournalRow(RowKind.STATION_OPENED, session))
            turn.around = replace(turn.around, closed=False)
        case Deed.RESTART | Deed.SWITCH_OFF:
            _journal(turn, JournalRow(RowKind.STATION_ENDED, session, note=deed.value))
            turn.order(EndStation(Ending.RESTART if deed is Deed.RESTART else Ending.SWITCH_OFF))
            return scene
        case _:
            assert_never(deed)
    turn.order(Play(Cue.DONE))
    return scene


def _try_out(turn: Turn, scene: Staff, what: str) -> Staff:
    if what == LAMPS and turn.around.policy.lamps:
        turn.order(LightLamps())
        return replace(scene, lamps=Tried(Trial.WORKED, turn.around.utc))
    if what == Device.PRINTER and scene.job is None and turn.around.prints:
        job = turn.new_id()
        turn.order(PrintTest(job, turn.around.language))
        return replace(_noted(turn, scene, Device.PRINTER, Trial.WAITING), job=job)
    return scene


def _tried(turn: Turn, scene: Staff, device: Device, trial: Trial, characters: int = 0) -> Staff:
    turn.order(Play(Cue.TICK if trial is Trial.WORKED else Cue.LOOK))
    return _noted(turn, scene, device, trial, characters)


def _noted(turn: Turn, scene: Staff, device: Device, trial: Trial, characters: int = 0) -> Staff:
    return replace(scene, tried={**scene.tried, device: Tried(trial, turn.around.utc, characters)})


def _journal(turn: Turn, row: JournalRow) -> None:
    """Staff come most of all when the disk has gone: they are let in without a row."""
    if turn.around.storage_ok:
        turn.journal(row)
