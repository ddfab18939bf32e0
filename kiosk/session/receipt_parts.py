"""How far a receipt is."""

from __future__ import annotations

from enum import StrEnum


class MailTrouble(StrEnum):
    """Why a receipt does not go by e-mail."""

    NO_ADDRESS = "no-address"
    NO_ANSWER = "no-answer"


class ReceiptStage(StrEnum):
    OFFERED = "offered"
    PRINTING = "printing"
    PRINTED = "printed"
    FAILED = "failed"
    DECLINED = "declined"
    SHOWN = "shown"
    """As a code, for a phone."""
    MAILING = "mailing"
    MAILED = "mailed"
