"""The staff mode in every state, for pictures and for tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from kiosk.model.circulation import Item, Purpose
from kiosk.model.ids import AskId, IntentId, ItemId, SessionId, Uid
from kiosk.model.journal import Doubt, JournalLine, RowKind
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.session.events import Device, Health, Paper, TagKind
from kiosk.session.staff_parts import Deed, StaffPart, Trial, Tried
from kiosk.session.state import Idle, Kiosk, OnPad, OutCause, OutOfService, Policy, Staff, StaffPin

NOW = datetime(2026, 11, 24, 2, 42, tzinfo=UTC)
SESSION = SessionId("01930000-0000-7000-8000-000000000009")
WELL = MappingProxyType(dict.fromkeys((Device.PAD, Device.CARDS, Device.SCANNER, Device.PRINTER), Health.OK))
TROUBLED = MappingProxyType({**WELL, Device.CARDS: Health.DEGRADED, Device.SCANNER: Health.GONE})
FAULTS = MappingProxyType({Device.CARDS: "wrong-answer", Device.SCANNER: "port-gone"})
POLICY = Policy(staff=MappingProxyType({"04A1B2C3D4": "desk"}), lamps=True)
TRIED = MappingProxyType(
    {
        Device.CARDS: Tried(Trial.WORKED, NOW, 14),
        Device.SCANNER: Tried(Trial.FAILED, NOW),
        Device.PRINTER: Tried(Trial.WORKED, NOW),
    }
)
KINDS = (
    RowKind.STAFF_ENTERED,
    RowKind.SESSION_ENDED,
    RowKind.RECEIPT_PRINTED,
    RowKind.BORROW_DONE,
    RowKind.LOAN_MADE,
    RowKind.BORROW_REFUSED,
    RowKind.SESSION_STARTED,
)


def staff_samples(shown: Callable[..., Kiosk], idle: Idle, warned: Idle) -> Mapping[str, Kiosk]:
    """Name → state; `shown` puts a scene into its surroundings."""
    pin = StaffPin(idle, "04A1B2C3D4")
    wrong = replace(pin, problem=Reason(ReasonCode.PIN_WRONG))
    staff = Staff(idle, SESSION, "desk")
    machine, doubts = replace(staff, part=StaffPart.MACHINE), replace(staff, part=StaffPart.DOUBTS)
    journal = replace(staff, part=StaffPart.JOURNAL)
    lines = tuple(
        JournalLine(
            NOW - timedelta(minutes=number),
            KINDS[number % len(KINDS)],
            ItemId(f"3555500001{number:04d}")
            if KINDS[number % len(KINDS)].value.startswith(("borrow", "loan"))
            else None,
        )
        for number in range(40)
    )
    well = {"policy": POLICY, "devices": WELL}
    troubled = {"policy": POLICY, "devices": TROUBLED, "faults": FAULTS}
    return {
        "staff-pin": shown(pin, policy=POLICY),
        "staff-pin-typing": shown(replace(pin, digits="1234"), policy=POLICY),
        "staff-pin-checking": shown(replace(pin, check=AskId("a")), policy=POLICY),
        "staff-pin-wrong": shown(wrong, policy=POLICY, online=False),
        "staff-pin-locked": shown(replace(pin, problem=Reason(ReasonCode.PIN_LOCKED)), policy=POLICY),
        "staff-pin-long": shown(replace(pin, digits="1" * 12), policy=POLICY),
        "staff-pin-timeout": shown(replace(pin, idle=warned), policy=POLICY),
        "staff-pin-help": shown(replace(pin, help=True), policy=POLICY),
        "staff": shown(staff, **well, pad=_pad()),
        "staff-tried": shown(replace(staff, tried=TRIED, lamps=Tried(Trial.WORKED, NOW)), **well, pad={}),
        "staff-printing": shown(
            replace(staff, job="j", tried={Device.PRINTER: Tried(Trial.WAITING, NOW)}), **well, paper=Paper.LOW
        ),
        "staff-troubled": shown(staff, **troubled, paper=Paper.NONE, online=False),
        "staff-bare": shown(staff, devices={Device.PAD: Health.OK}, paper=Paper.NONE),
        "staff-machine": shown(machine, **well, in_bin=23),
        "staff-closed": shown(machine, **well, closed=True),
        "staff-no-disk": shown(machine, **well, storage_ok=False, online=False),
        "staff-really-restart": shown(replace(machine, asked=Deed.RESTART), **well),
        "staff-really-off": shown(replace(machine, asked=Deed.SWITCH_OFF), **well, in_bin=1),
        "staff-doubts": shown(doubts, **well, doubts=_doubts(), known=_known()),
        "staff-no-doubts": shown(doubts, **well),
        "staff-journal": shown(replace(journal, lines=lines), **well),
        "staff-timeout": shown(replace(staff, idle=warned), **well),
        "staff-help": shown(replace(staff, help=True), **well),
        "out-closed": shown(OutOfService((OutCause.CLOSED,)), closed=True),
    }


def _item_of(kind: RowKind, number: int) -> ItemId | None:
    return ItemId(f"3555500001{number:04d}") if kind.value.startswith(("borrow", "loan")) else None


def _pad() -> Mapping[Uid, OnPad]:
    tags = (
        OnPad(Uid("E004010000000001"), TagKind.LIBRARY, ItemId("35555000010001"), "三体", 0x07),
        OnPad(Uid("E004010000000002"), TagKind.LIBRARY, ItemId("35555000010002"), "", 0xC2),
        OnPad(Uid("E004010000000003"), TagKind.NOT_LIBRARY, None, "", None),
        OnPad(Uid("E004010000000004")),
    )
    return MappingProxyType({tag.uid: tag for tag in tags})


def _known() -> Mapping[ItemId, Item]:
    return MappingProxyType({ItemId("35555000010001"): Item(ItemId("35555000010001"), "三体")})


def _doubts() -> Mapping[IntentId, Doubt]:
    def doubt(number: int, purpose: Purpose, *, told: bool) -> Doubt:
        intent, item = IntentId(f"i{number}"), ItemId(f"3555500001{number:04d}")
        uid, since = Uid(f"E00401000000{number:04X}"), NOW - timedelta(hours=number)
        return Doubt(intent, SESSION, purpose, item, uid, None, True, None, since, told=told)

    found = (
        doubt(1, Purpose.BORROW, told=True),
        doubt(2, Purpose.RETURN, told=False),
        doubt(3, Purpose.ACCOUNT, told=False),
    )
    return MappingProxyType({one.intent: one for one in found})
