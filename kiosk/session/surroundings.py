"""What holds on every screen: devices, paper, line, disk, the pad's tags, the card on the reader, the language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

from kiosk.model.circulation import Language
from kiosk.model.ids import ItemId, Uid
from kiosk.model.questions import StaffCalled
from kiosk.session import news
from kiosk.session.call_parts import CallStage
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
    Moment,
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
from kiosk.session.state import Access, OnPad, Panel, Surroundings

LYING_S = 0.5
"""A pad that comes up reports within this time what lay there before (or before it says that it is up)."""


def noticed(around: Surroundings, event: Event, moment: Moment) -> Surroundings:
    """The surroundings after `event`, whatever the scene makes of it."""
    if around.now_s != moment.mono_s or around.utc != moment.utc:
        around = replace(around, now_s=moment.mono_s, utc=moment.utc)
    match event:
        case TagSeen() | TagRead() | TagGone() | TagWritten() | TagNotWritten():
            return _tag(around, event)
        case CardPresented():
            again = event.token == around.card
            return replace(around, card=event.token, card_s=around.card_s if again else around.now_s, lifted=None)
        case CardLifted():
            lay_s = 0.0 if around.card_s is None else around.now_s - around.card_s
            stayed = lay_s >= around.policy.timeouts.tap_s
            return replace(around, card=None, card_s=None, lifted=around.card if stayed else None)
        case LinkChanged():
            return news.noticed(replace(around, online=event.online), event)
        case CopyChanged():
            since = tuple(lent for lent in around.alone if lent.at > event.copy.issued)
            return replace(around, copy=event.copy, alone=since)
        case Answered() | AskExpired():
            return _called(news.noticed(around, event), event)
        case DeviceChanged():
            return _device(around, event)
        case PaperChanged():
            return replace(around, paper=event.paper)
        case StorageFailed():
            return replace(around, storage_ok=False)
        case StorageRecovered():
            return replace(around, storage_ok=True)
        case (
            Touched()
            | LanguageChosen()
            | CardNotRead()
            | CodeScanned()
            | CodeNotRead()
            | Printed()
            | PrintFailed()
            | StaffAnswered()
            | TimePassed()
        ):
            return around
        case _:
            assert_never(event)


def _called(around: Surroundings, event: Answered | AskExpired) -> Surroundings:
    call = around.call
    if call is None or event.ask != call.ask:
        return around
    heard = isinstance(event, Answered) and isinstance(event.answer, StaffCalled)
    return replace(around, call=replace(call, stage=CallStage.HEARD if heard else CallStage.UNHEARD))


def touched(around: Surroundings) -> Surroundings:
    """Somebody looks at a screen that belongs to no visit; it goes back by itself when they have left."""
    return replace(around, quiet_s=around.now_s + around.timeouts.home_s)


def at_rest(around: Surroundings) -> Surroundings:
    """Nobody is here: the library's own language again."""
    language = around.policy.languages[0]
    return replace(around, language=language, quiet_s=None, panel=None, call=None, access=frozenset())


def spoken(around: Surroundings, language: Language | None) -> Surroundings:
    """The screens in `language`; None takes the next of the library's languages."""
    languages = around.policy.languages
    if language is None:
        at = languages.index(around.language) if around.language in languages else -1
        language = languages[(at + 1) % len(languages)]
    return replace(around, language=language, panel=None)


def opened(around: Surroundings, panel: Panel | None) -> Surroundings:
    """This panel over the screen, or none."""
    return around if around.panel is panel else replace(around, panel=panel)


def eased(around: Surroundings, name: str) -> Surroundings:
    """One way of making things easier switched on, or off again; a name that is none changes nothing."""
    if name not in set(Access):
        return around
    return replace(around, access=around.access ^ {Access(name)})


def _device(around: Surroundings, event: DeviceChanged) -> Surroundings:
    faults = {device: said for device, said in around.faults.items() if device is not event.device}
    if event.health is not Health.OK:
        faults[event.device] = event.detail.partition(":")[0]
    around = replace(around, devices={**around.devices, event.device: event.health}, faults=faults)
    match event.device, event.health:
        case Device.PAD, Health.GONE:
            return replace(around, pad={}, mending={}, resting=frozenset(), settled=(), pad_up=False)
        case Device.PAD, Health.OK if not around.pad_up:
            untold = any(not doubt.told for doubt in around.doubts.values())
            tell_s = around.now_s + around.policy.timeouts.put_back_s if untold else around.tell_s
            return replace(around, pad_up=True, lying_until_s=around.now_s + LYING_S, tell_s=tell_s)
        case _:
            return around


def _tag(around: Surroundings, event: TagSeen | TagRead | TagGone | TagWritten | TagNotWritten) -> Surroundings:
    uid = event.uid
    match event:
        case TagSeen():
            return _resting(replace(around, pad={**around.pad, uid: OnPad(uid)}), around.pad, uid)
        case TagRead():
            read = OnPad(uid, event.kind, event.item, event.title, event.afi)
            return _resting(replace(around, pad={**around.pad, uid: read}), around.pad, uid)
        case TagGone():
            gone = around.pad.get(uid)
            item: ItemId | None = None if gone is None else gone.item
            return replace(
                around,
                pad={lying: tag for lying, tag in around.pad.items() if lying != uid},
                resting=around.resting - {uid},
                mending={lying: since for lying, since in around.mending.items() if lying != uid},
                settled=tuple(settled for settled in around.settled if settled != item),
            )
        case TagWritten() | TagNotWritten():
            tag = around.pad.get(uid)
            return around if tag is None else replace(around, pad={**around.pad, uid: replace(tag, afi=event.afi)})
        case _:
            assert_never(event)


def _resting(around: Surroundings, before: Mapping[Uid, OnPad], uid: Uid) -> Surroundings:
    """A tag that is new so soon after the pad came up was not laid down by anybody now."""
    if uid in before or (around.pad_up and around.now_s >= around.lying_until_s):
        return around
    return replace(around, resting=around.resting | {uid})
