"""How long people and machines are waited for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from kiosk.model.limits import within

PATIENCE = 4
"""How many times longer somebody is waited for who asked for more time."""
Seconds = Annotated[float, within(0, 3_600)]


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds without a touch, card or tag until the warning; the warning itself; and the waits of the work."""

    identify_s: Seconds = 40
    home_s: Seconds = 60
    borrow_s: Seconds = 60
    return_s: Seconds = 45
    account_s: Seconds = 60
    find_s: Seconds = 60
    form_s: Seconds = 90
    pay_s: Seconds = 120
    receipt_s: Seconds = 10
    warning_s: Seconds = 20
    put_back_s: Seconds = 20
    ask_s: Seconds = 2
    staff_s: Seconds = 180
    staff_shut_s: Seconds = 900
    """How long no staff PIN is looked at after too many wrong ones."""
    farewell_s: Seconds = 3
    notice_s: Seconds = 6
    tap_s: Seconds = 3
    """A card that lies longer is meant to stay while its owner is here; a shorter touch of the reader is a tap."""

    def patient(self) -> Timeouts:
        """What people are waited for takes longer; what machines are waited for does not."""
        return replace(
            self,
            identify_s=self.identify_s * PATIENCE,
            home_s=self.home_s * PATIENCE,
            borrow_s=self.borrow_s * PATIENCE,
            return_s=self.return_s * PATIENCE,
            account_s=self.account_s * PATIENCE,
            find_s=self.find_s * PATIENCE,
            form_s=self.form_s * PATIENCE,
            pay_s=self.pay_s * PATIENCE,
            receipt_s=self.receipt_s * PATIENCE,
            warning_s=self.warning_s * PATIENCE,
            notice_s=self.notice_s * PATIENCE,
        )
