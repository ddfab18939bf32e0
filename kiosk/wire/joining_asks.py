"""Questions of whoever wants a card, another PIN or another address, in JSON."""

from __future__ import annotations

from kiosk.model.circulation import Language
from kiosk.model.ids import PatronRef
from kiosk.model.joining import AskChange, AskJoin
from kiosk.wire.fields import Fields, Json

LONGEST_NAME = 128
LONGEST_PIN = 12
LONGEST_EMAIL = 254
LONGEST_CARD = 128


def join_object(asked: AskJoin) -> dict[str, Json]:
    return {
        "family_name": asked.family_name,
        "given_name": asked.given_name,
        "born": asked.born.isoformat(),
        "language": asked.language,
        "pin": asked.pin,
        "email": asked.email,
        "guardian": asked.guardian,
    }


def read_join(data: Fields) -> AskJoin:
    return AskJoin(
        family_name=data.text("family_name", LONGEST_NAME),
        given_name=data.text("given_name", LONGEST_NAME),
        born=data.day("born"),
        language=data.word("language", Language),
        pin=data.digits("pin", LONGEST_PIN),
        email=data.text_or_none("email", LONGEST_EMAIL) or "",
        guardian=data.text_or_none("guardian", LONGEST_CARD),
    )


def change_object(asked: AskChange) -> dict[str, Json]:
    return {"patron": asked.patron, "pin": asked.pin, "new_pin": asked.new_pin, "email": asked.email}


def read_change(data: Fields) -> AskChange:
    return AskChange(
        patron=PatronRef(data.text("patron")),
        pin=data.digits("pin", LONGEST_PIN),
        new_pin=data.digits("new_pin", LONGEST_PIN) if data.has("new_pin") else None,
        email=data.text_or_none("email", LONGEST_EMAIL),
    )


def read_pin_or_none(data: Fields) -> str | None:
    """Of a card."""
    return data.digits("pin", LONGEST_PIN) if data.has("pin") else None
