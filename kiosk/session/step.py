"""The one place where the kiosk's state changes: `step(state, event, moment) -> (state, effects)`.

Pure: no clock, no I/O, no randomness. For each event first what surrounds every screen is noted, then doubts about
items are settled as far as the event allows, and then the scene decides. Journal rows come first among the effects;
all rows of one step commit together. When they cannot, the step has not happened: the caller keeps the old state and
calls `step` again with `StorageFailed`, after which no row is ordered until `StorageRecovered`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import assert_never

from kiosk.model.circulation import Item
from kiosk.model.ids import IdSource, ItemId
from kiosk.model.journal import Doubt, LeftByStaff, LentAlone
from kiosk.model.questions import ItemKnown
from kiosk.rules.offline import OfflineCopy
from kiosk.session import (
    account,
    attract,
    borrow_list,
    borrowing,
    calling,
    closing,
    filling,
    finding,
    home,
    identifying,
    idle,
    news,
    ordering,
    out_of_service,
    paying,
    returning,
    settling,
    staff,
    staff_pin,
    surroundings,
    visits,
)
from kiosk.session.effects import Cue, Effect, Play
from kiosk.session.events import (
    Answered,
    CardLifted,
    CardPresented,
    Event,
    LanguageChosen,
    Moment,
    Printed,
    PrintFailed,
    TimePassed,
    Touch,
    Touched,
)
from kiosk.session.hearing import heard
from kiosk.session.idle import Attended, Patience
from kiosk.session.orders import Ordered
from kiosk.session.rows import COMMITTED, in_stage
from kiosk.session.state import (
    KNOWN_ITEMS,
    Account,
    Attract,
    Borrowing,
    Closing,
    Filling,
    Finding,
    Home,
    Identifying,
    Kiosk,
    OutCause,
    OutOfService,
    Panel,
    Policy,
    Returning,
    Scene,
    Staff,
    StaffPin,
    Surroundings,
)
from kiosk.session.turn import Turn

NOTHING_LEFT = LeftByStaff()


def begin(
    policy: Policy,
    ids: IdSource,
    moment: Moment,
    doubts: Iterable[Doubt],
    titles: Mapping[ItemId, Item],
    copy: OfflineCopy | None = None,
    alone: Sequence[LentAlone] = (),
    left: LeftByStaff = NOTHING_LEFT,
) -> Kiosk:
    """The state of a kiosk that has just started: out of service until the pad reports that it is well.

    `doubts` are the journal's open intents, oldest first; `titles` what is remembered of items, oldest first; `alone`
    what was lent by `copy` since it was made.
    """
    around = Surroundings(
        policy=policy,
        ids=ids,
        language=policy.languages[0],
        now_s=moment.mono_s,
        utc=moment.utc,
        doubts={doubt.intent: doubt for doubt in doubts},
        known=dict(tuple(titles.items())[-KNOWN_ITEMS:]),
        copy=copy,
        alone=tuple(alone),
        closed=left.closed,
        in_bin=left.in_bin,
        wrong_pins=left.wrong_pins % staff_pin.MOST_WRONG,
        shut_until_s=_shut_until_s(policy, moment, left),
    )
    return Kiosk(around, OutOfService((OutCause.STARTING,)))


def _shut_until_s(policy: Policy, moment: Moment, left: LeftByStaff) -> float | None:
    """Pulling the plug gives nobody more tries at a PIN."""
    if left.wrong_at is None or left.wrong_pins < staff_pin.MOST_WRONG:
        return None
    passed_s = max(0.0, (moment.utc - left.wrong_at).total_seconds())
    return moment.mono_s + max(0.0, policy.timeouts.staff_shut_s - passed_s)


def step(state: Kiosk, event: Event | Ordered, moment: Moment) -> tuple[Kiosk, tuple[Effect, ...]]:
    """The state after `event`, and what has to be done: journal rows first, then the other effects in their order."""
    if isinstance(event, Ordered):
        return _ordered(state, event, moment)
    event = heard(event)
    turn = Turn(surroundings.noticed(state.around, event, moment))
    if isinstance(event, Printed | PrintFailed):
        ordering.printed(turn, event)
    settling.attend(turn, event)
    scene = out_of_service.must_be(turn, state.scene)
    if type(scene) is type(state.scene) and not _is_repeated_card(state, event):
        scene = out_of_service.must_be(turn, _decided(turn, scene, event))
    if type(scene) is not type(state.scene):
        turn.around = surroundings.opened(turn.around, None)
    if isinstance(scene, Attract):
        news.asked(turn)
    return _attended(turn, scene)


def _ordered(state: Kiosk, event: Ordered, moment: Moment) -> tuple[Kiosk, tuple[Effect, ...]]:
    turn = Turn(surroundings.noticed(state.around, TimePassed(), moment))
    ordering.ordered(turn, state.scene, event.order)
    return _attended(turn, state.scene)


def _attended(turn: Turn, scene: Scene) -> tuple[Kiosk, tuple[Effect, ...]]:
    """Orders of the fleet come last: the scene that has become of the event says whether they may be carried out."""
    if turn.around.orders or turn.around.message is not None:
        ordering.attend(turn, scene)
        scene = out_of_service.must_be(turn, scene)
    return Kiosk(turn.around, scene), turn.effects()


def due_s(state: Kiosk) -> float | None:
    """The next monotonic instant at which `TimePassed` changes something; None while nothing is waited for."""
    return min(_deadlines(state), default=None)


def _is_repeated_card(state: Kiosk, event: Event) -> bool:
    """A card that lies on the reader is one card, however often it is reported."""
    return isinstance(event, CardPresented) and event.token == state.around.card


def _decided(turn: Turn, scene: Scene, event: Event) -> Scene:
    scene, over = _everywhere(turn, scene, event)
    if over:
        return scene
    event = _as_meant(turn, scene, event)
    asked = staff_pin.shown(turn, scene, event)
    if asked is not None:
        return asked
    match scene:
        case Attract():
            return attract.on(turn, scene, event)
        case Identifying():
            return identifying.on(turn, scene, event)
        case Filling():
            return filling.on(turn, scene, event)
        case Home():
            return home.on(turn, scene, event)
        case Borrowing():
            return borrowing.on(turn, scene, event)
        case Returning():
            return returning.on(turn, scene, event)
        case Account():
            return account.on(turn, scene, event)
        case Finding():
            return finding.on(turn, scene, event)
        case Closing():
            return closing.on(turn, scene, event)
        case OutOfService():
            return out_of_service.on(turn, scene, event)
        case StaffPin():
            return staff_pin.on(turn, scene, event)
        case Staff() if isinstance(event, Touched) and event.what in (Touch.BACK, Touch.DONE):
            return staff_pin.end(turn, staff.leave(turn, scene))
        case Staff():
            return staff.on(turn, scene, event)
        case _:
            assert_never(scene)


def _as_meant(turn: Turn, scene: Scene, event: Event) -> Event:
    """Whoever takes a card that lay there is done (the account sees to it by itself)."""
    if isinstance(event, CardLifted) and isinstance(scene, Home | Borrowing | Returning | Filling):
        taken = bool(scene.token) and scene.token == turn.around.lifted
        return Touched(Touch.DONE) if taken else event
    return event


def _everywhere(turn: Turn, scene: Scene, event: Event) -> tuple[Scene, bool]:
    """What holds on every screen; and whether that was all that the event meant."""
    if isinstance(event, Answered) and isinstance(event.answer, ItemKnown) and event.answer.item is not None:
        turn.remember(event.answer.item)
    if isinstance(scene, Attract | OutOfService):
        scene = _unattended(turn, scene, event)
    if isinstance(scene, Attended):
        if isinstance(event, TimePassed):
            return _patience(turn, scene)
        if idle.is_activity(event):
            warned = scene.idle.warned_s is not None
            scene = replace(scene, idle=idle.stirred(scene.idle, turn.now_s))
            if isinstance(event, Touched) and (warned or event.what is Touch.STILL_HERE):
                return scene, True
    match event:
        case LanguageChosen():
            turn.around = surroundings.spoken(turn.around, event.language)
            return scene, False
        case Touched(what=Touch.NEXT_LANGUAGE):
            turn.around = surroundings.spoken(turn.around, None)
            return scene, False
        case Touched(what=Touch.LANGUAGES):
            turn.around = surroundings.opened(turn.around, Panel.LANGUAGES)
            return replace(scene, help=False), False
        case Touched(what=Touch.ACCESS):
            turn.around = surroundings.opened(turn.around, Panel.ACCESS)
            return replace(scene, help=False), False
        case Touched(what=Touch.SET_ACCESS, target=name):
            turn.around = surroundings.eased(turn.around, name)
            return scene, False
        case Touched(what=Touch.CLOSE_PANEL):
            turn.around = surroundings.opened(turn.around, None)
            return scene, False
        case Touched(what=Touch.HELP):
            turn.around = surroundings.opened(turn.around, None)
            return replace(scene, help=True), False
        case Touched(what=Touch.CALL_STAFF):
            return calling.call(turn, scene), True
        case Touched(what=Touch.CLOSE_HELP):
            return replace(scene, help=False), False
        case Touched(what=Touch.BACK) if scene.help:
            return replace(scene, help=False), True
        case _:
            return scene, False


def _unattended(turn: Turn, scene: Attract | OutOfService, event: Event) -> Attract | OutOfService:
    """Whoever opened the help or chose a language here may have left again: the next one finds the screen as it was."""
    quiet_s = turn.around.quiet_s
    match event:
        case Touched() | LanguageChosen():
            turn.around = surroundings.touched(turn.around)
            return scene
        case TimePassed() if quiet_s is not None and turn.now_s >= quiet_s:
            turn.around = surroundings.at_rest(turn.around)
            return replace(scene, help=False)
        case _:
            return scene


def _patience(turn: Turn, scene: Attended) -> tuple[Scene, bool]:
    """Nobody did anything: warn, and after the warning end the visit."""
    match idle.patience(scene, turn.around.timeouts, turn.now_s):
        case Patience.LASTS:
            return scene, False
        case Patience.WARNS:
            turn.order(Play(Cue.LOOK))
            return replace(scene, idle=idle.warned(scene.idle, turn.now_s)), False
        case Patience.ENDS:
            return _left(turn, scene), True


def _left(turn: Turn, scene: Attended) -> Scene:
    match scene:
        case Identifying():
            return visits.end(turn, None)
        case Home():
            return visits.end(turn, scene.session)
        case Borrowing() | Returning():
            return visits.leave(turn, scene)
        case Account():
            return account.leave(turn, scene)
        case StaffPin():
            return staff_pin.end(turn, scene.left)
        case Staff():
            return staff_pin.end(turn, staff.leave(turn, scene))
        case Finding() | Filling():
            return visits.end(turn, scene.session)
        case _:
            assert_never(scene)


def _deadlines(state: Kiosk) -> Iterable[float]:
    around, scene = state.around, state.scene
    timeouts = around.timeouts
    if around.tell_s is not None and around.storage_ok and any(not doubt.told for doubt in around.doubts.values()):
        yield around.tell_s
    if (order_s := ordering.due_s(around)) is not None:
        yield order_s
    match scene:
        case Attract():
            if (due := news.due_s(around)) is not None:
                yield due
            if scene.notice is not None:
                yield scene.notice_until_s
            if around.quiet_s is not None:
                yield around.quiet_s
        case Identifying() | Filling() | StaffPin() | Staff():
            yield idle.due_s(scene, timeouts)
        case Home() | Account() | Finding():
            yield idle.due_s(scene, timeouts)
            if isinstance(scene, Account) and scene.paying and (look := paying.due_s(scene.paying)) is not None:
                yield look
            if scene.notice is not None:
                yield scene.notice_until_s
        case Borrowing() | Returning():
            yield idle.due_s(scene, timeouts)
            if scene.notice is not None:
                yield scene.notice_until_s
            yield from (row.since_s + timeouts.put_back_s for row in in_stage(scene.rows, COMMITTED) if not row.mending)
            if isinstance(scene, Borrowing) and (due := borrow_list.stack_due_s(around, scene.rows)) is not None:
                yield due
            if scene.finishing_s is not None:
                yield scene.finishing_s + timeouts.put_back_s
        case Closing():
            yield scene.until_s
        case OutOfService():
            if around.lying_until_s > around.now_s:
                yield around.lying_until_s
            if around.quiet_s is not None:
                yield around.quiet_s
        case _:
            assert_never(scene)
