"""Paying by phone in every state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kiosk.model.ids import AskId, IntentId
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.session.pay_stage import Paying, PayStage
from kiosk.session.state import Account, Idle

INTENT = IntentId("01930000-0000-7000-8000-000000000009")
CODE = "weixin://wxpay/bizpayurl/up?pr=NwY5Mz9&groupid=00"
"""As the provider writes one."""


def by_phone(charges: Account) -> Account:
    """The same account in a library that takes money by phone."""
    assert charges.told is not None, "charges are told"
    return replace(charges, told=replace(charges.told, by_phone=True))


def scenes(charges: Account, warned: Idle) -> Iterator[tuple[str, Account, bool]]:
    """Name, scene, and whether central can be reached."""
    account, active_s = by_phone(charges), charges.idle.active_s
    assert account.told is not None, "charges are told"
    asked = Paying(INTENT, ask=AskId(INTENT))
    shown = replace(
        asked,
        stage=PayStage.SHOWN,
        ask=None,
        order="0" * 32,
        code=CODE,
        cents=account.told.owes_cents,
        currency="CNY",
        until_s=active_s + 840,
    )
    ended = replace(shown, until_s=active_s - 30)
    no_answer = (Reason(ReasonCode.NO_ANSWER),)
    stages: dict[str, tuple[Paying, bool]] = {
        "pay": (shown, True),
        "pay-ordering": (asked, True),
        "pay-silent": (replace(shown, silent=2), False),
        "pay-last-look": (replace(shown, until_s=active_s - 1), True),
        "pay-paid": (replace(shown, stage=PayStage.PAID, code=""), True),
        "pay-over": (replace(ended, stage=PayStage.OVER), True),
        "pay-unsure": (replace(ended, stage=PayStage.UNSURE, silent=2), False),
        "pay-unsure-looking": (replace(ended, stage=PayStage.UNSURE, silent=2, ask=AskId("a")), True),
        "pay-with-staff": (replace(shown, stage=PayStage.WITH_STAFF), True),
        "pay-no-answer": (replace(asked, stage=PayStage.REFUSED, ask=None, reasons=no_answer), False),
        "pay-nothing-owed": (
            replace(asked, stage=PayStage.REFUSED, ask=None, reasons=(Reason(ReasonCode.NOTHING_OWED),)),
            True,
        ),
    }
    for name, (paying, online) in stages.items():
        yield name, replace(account, paying=paying), online
    yield "pay-timeout", replace(account, paying=shown, idle=warned), True
    yield "pay-help", replace(account, paying=shown, help=True), True
