"""Paying by phone: the code, and in plain words how it stands."""

from __future__ import annotations

import math
from typing import assert_never

from kiosk.screens import qr
from kiosk.screens.money import money
from kiosk.screens.scenes.sight import Sight
from kiosk.screens.tokens import OK, PLAIN, WARN, WORK, Tone
from kiosk.screens.tree import Role
from kiosk.screens.view import Banner, Button, PayBody
from kiosk.session.events import Touch, Touched
from kiosk.session.pay_stage import Paying, PayStage
from kiosk.session.paying import owes_less
from kiosk.session.state import Account
from kiosk.words.reasons import reason_sentence

MINUTE_S = 60
LOOKS: dict[PayStage, tuple[str, Tone]] = {
    PayStage.ORDERING: ("loader", WORK),
    PayStage.REFUSED: ("circle-alert", WARN),
    PayStage.SHOWN: ("qr-code", WORK),
    PayStage.PAID: ("check", OK),
    PayStage.OVER: ("hourglass", PLAIN),
    PayStage.UNSURE: ("wifi-off", WARN),
    PayStage.WITH_STAFF: ("user-round", WARN),
}


def pay(sight: Sight, scene: Account, paying: Paying) -> PayBody:
    """One order, wherever it is on its way."""
    say, stage = sight.words.say, paying.stage
    icon, tone = LOOKS[stage]
    return PayBody(
        title=say(f"pay.{stage}-title"),
        sentence=_sentence(sight, paying),
        label=say("pay.amount-paid" if stage is PayStage.PAID else "pay.amount"),
        amount=money(_cents(scene, paying), paying.currency or _currency(scene), sight.words),
        icon=icon,
        tone=tone,
        spins=stage is PayStage.ORDERING,
        code=qr.modules(paying.code) if stage is PayStage.SHOWN else (),
        note=_note(sight, paying),
        button=_button(sight, paying),
    )


def leave(sight: Sight) -> Button:
    return Button("pay.back", sight.words.say("button.back"), "arrow-left", Touched(Touch.BACK))


def _cents(scene: Account, paying: Paying) -> int:
    if paying.stage is PayStage.REFUSED and owes_less(paying):
        return 0
    owes = 0 if scene.told is None else scene.told.owes_cents
    return paying.cents or owes


def _currency(scene: Account) -> str:
    return "CNY" if scene.told is None else scene.told.currency


def _sentence(sight: Sight, paying: Paying) -> str:
    if paying.stage is not PayStage.REFUSED:
        return sight.words.say(f"pay.{paying.stage}-sentence")
    said = (reason_sentence(reason, sight.words, sight.utc, sight.zone, "pay") for reason in paying.reasons)
    return sight.words.say("list.ended").join(dict.fromkeys(said))


def _note(sight: Sight, paying: Paying) -> Banner | None:
    """What is going on while the code stands."""
    say = sight.words.say
    match paying.stage:
        case PayStage.SHOWN if paying.silent > 1 or not sight.state.around.online:
            return Banner("pay.note", say("pay.silent"), "wifi-off", WARN, Role.ALERT)
        case PayStage.SHOWN if sight.now_s >= paying.until_s:
            return Banner("pay.note", say("pay.last-look"), "hourglass", WORK)
        case PayStage.SHOWN:
            minutes = max(1, math.ceil((paying.until_s - sight.now_s) / MINUTE_S))
            return Banner("pay.note", sight.words.count("pay.waiting", minutes), "hourglass", WORK)
        case (
            PayStage.ORDERING | PayStage.REFUSED | PayStage.PAID | PayStage.OVER | PayStage.UNSURE | PayStage.WITH_STAFF
        ):
            return None
        case _:
            assert_never(paying.stage)


def _button(sight: Sight, paying: Paying) -> Button | None:
    say = sight.words.say
    again = Touched(Touch.PAY)
    if owes_less(paying):
        return Button("pay.done", say("button.done"), "check", Touched(Touch.BACK), main=True)
    match paying.stage:
        case PayStage.UNSURE if paying.ask is not None:
            return Button("pay.look", say("pay.looking"), "hourglass", None, busy=True)
        case PayStage.UNSURE:
            return Button("pay.look", say("pay.look"), "rotate-cw", again, main=True)
        case PayStage.REFUSED | PayStage.OVER if sight.state.around.online:
            return Button("pay.again", say("pay.again"), "rotate-cw", again, main=True)
        case PayStage.REFUSED | PayStage.OVER:
            return Button("pay.again", say("pay.again"), "rotate-cw", None, why=say("account.needs-line"))
        case PayStage.ORDERING | PayStage.SHOWN | PayStage.PAID | PayStage.WITH_STAFF:
            return None
        case _:
            assert_never(paying.stage)
