"""The pad or the disk is gone: nothing is lent or taken back, and nothing is forgotten until they are back."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from kiosk.session import account, settling, surroundings, visits
from kiosk.session.attract import show_mended
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
    Health,
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
    Touched,
)
from kiosk.session.state import (
    Account,
    Attract,
    Borrowing,
    Closing,
    Filling,
    Finding,
    Home,
    Identifying,
    OutCause,
    OutOfService,
    Returning,
    Scene,
    Staff,
    StaffPin,
)
from kiosk.session.turn import Turn


def must_be(turn: Turn, scene: Scene) -> Scene:
    """The scene, or out of service where pad or disk demand that; and back again when both are well."""
    causes = _causes(turn, scene)
    match scene:
        case OutOfService():
            if not causes:
                return _back(turn, scene)
            return scene if causes == scene.causes else replace(scene, causes=causes)
        case Closing() if OutCause.STORAGE not in causes:
            return scene
        case StaffPin() | Staff():
            return scene
        case Attract() | Identifying():
            return _wiped(turn, causes, scene) if causes else scene
        case Finding(session=None) | Filling(session=None):
            return _wiped(turn, causes, scene) if causes else scene
        case Home() | Borrowing() | Returning() | Account() | Finding() | Filling() | Closing():
            return _interrupted(turn, causes, scene) if causes else scene
        case _:
            assert_never(scene)


def on(turn: Turn, scene: OutOfService, event: Event) -> OutOfService:
    """Nobody is served; only doubts go on being settled."""
    match event:
        case TagRead() | TagWritten() | TagNotWritten():
            show_mended(turn, event.uid)
            return scene
        case (
            Touched()
            | LanguageChosen()
            | CardPresented()
            | CardNotRead()
            | CardLifted()
            | CodeScanned()
            | CodeNotRead()
            | TagSeen()
            | TagGone()
            | Answered()
            | AskExpired()
            | LinkChanged()
            | DeviceChanged()
            | PaperChanged()
            | Printed()
            | PrintFailed()
            | StaffAnswered()
            | StorageFailed()
            | StorageRecovered()
            | CopyChanged()
            | TimePassed()
        ):
            return scene
        case _:
            assert_never(event)


def _causes(turn: Turn, scene: Scene) -> tuple[OutCause, ...]:
    causes: list[OutCause] = []
    match turn.around.devices.get(Device.PAD, Health.UNKNOWN):
        case Health.GONE:
            causes.append(OutCause.PAD)
        case Health.UNKNOWN:
            causes.append(OutCause.STARTING)
        case Health.OK | Health.DEGRADED if isinstance(scene, OutOfService) and not _is_pad_back(turn):
            causes += [cause for cause in scene.causes if cause in (OutCause.PAD, OutCause.STARTING)]
        case Health.OK | Health.DEGRADED:
            pass
    if not turn.around.storage_ok:
        causes.append(OutCause.STORAGE)
    if turn.around.closed:
        causes.append(OutCause.CLOSED)
    return tuple(causes)


def _is_pad_back(turn: Turn) -> bool:
    """The pad is well again, and what lay there before has been reported."""
    return turn.around.pad_up and turn.now_s >= turn.around.lying_until_s


def _interrupted(
    turn: Turn,
    causes: tuple[OutCause, ...],
    scene: Home | Borrowing | Returning | Account | Finding | Filling | Closing,
) -> OutOfService:
    """A visit was on: its open items go to the doubt list, and it ends when rows can be journalled."""
    if isinstance(scene, Borrowing | Returning):
        visits.hand_over(turn, scene)
    elif isinstance(scene, Account):
        account.hand_over(turn, scene)
    session = scene.session
    if turn.around.storage_ok and session is not None:
        visits.journal_end(turn, session)
    return _wiped(turn, causes, OutOfService(causes, None if turn.around.storage_ok else session))


def _wiped(turn: Turn, causes: tuple[OutCause, ...], scene: Scene) -> OutOfService:
    turn.around = replace(surroundings.at_rest(turn.around), settled=())
    return scene if isinstance(scene, OutOfService) else OutOfService(causes)


def _back(turn: Turn, scene: OutOfService) -> Attract:
    """Both are well again. What lies on the pad is read once more, so that doubts are settled; it starts nothing."""
    settled = turn.around.settled
    turn.around = replace(turn.around, mending={})
    settling.look_again(turn)
    attract = visits.end(turn, scene.session)
    turn.around = replace(turn.around, settled=settled)
    return attract
