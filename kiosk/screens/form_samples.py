"""Forms in every state, for pictures and tests: a made-up family."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kiosk.model.circulation import Patron
from kiosk.model.ids import AskId, PatronRef, SessionId
from kiosk.model.joining import Joined
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.session.form_parts import Field, Form
from kiosk.session.opened import Keys
from kiosk.session.state import Filling, Idle

SAID = {
    Field.TERMS: "",
    Field.FAMILY: "欧阳",
    Field.GIVEN: "晓雪",
    Field.BORN: "20170412",
    Field.EMAIL: "ouyang.xiaoxue@example.org",
    Field.NEW_PIN: "739204",
    Field.AGAIN: "739204",
}
NUMBER = "281604113355"


def scenes(idle: Idle, warned: Idle, session: SessionId, patron: Patron) -> Mapping[str, Filling]:
    """Name → scene."""

    def at(field: Field, form: Form = Form.JOIN, **changes: object) -> Filling:
        plain = Filling(idle, form, field, said=SAID)
        return replace(plain, **changes)  # type: ignore[arg-type]  # names are checked where `replace` runs

    joined = Joined(Patron(PatronRef(NUMBER), "晓雪", may_borrow=2), NUMBER)
    own: Mapping[str, object] = {"session": session, "patron": patron, "token": "card"}
    wrong = Reason(ReasonCode.NUMBER_OR_PIN_WRONG)
    return {
        "form-number": at(Field.NUMBER, Form.NUMBER),
        "form-number-typed": at(Field.NUMBER, Form.NUMBER, typed="2816041133"),
        "form-number-wrong": at(Field.NUMBER, Form.NUMBER, typed="281604113356", problem=wrong),
        "form-pin": at(Field.PIN, Form.NUMBER, typed="7392"),
        "form-pin-looking": at(Field.PIN, Form.CARD_PIN, ask=AskId("a")),
        "form-terms": at(Field.TERMS),
        "form-family": at(Field.FAMILY, keys=Keys.PINYIN),
        "form-family-letters": at(Field.FAMILY, letters="ouy", keys=Keys.PINYIN),
        "form-given": at(Field.GIVEN, typed="晓", letters="xue", keys=Keys.PINYIN),
        "form-given-latin": at(Field.GIVEN, typed="Amélie", keys=Keys.LETTERS),
        "form-name-missing": at(Field.FAMILY, keys=Keys.PINYIN, problem=Reason(ReasonCode.NAME_MISSING)),
        "form-born": at(Field.BORN, typed="201704"),
        "form-born-wrong": at(Field.BORN, typed="20170230", problem=Reason(ReasonCode.BORN_WRONG)),
        "form-email": at(Field.EMAIL),
        "form-email-typed": at(Field.EMAIL, typed="ouyang.xiaoxue@example.or"),
        "form-email-wrong": at(Field.EMAIL, typed="ouyang@", problem=Reason(ReasonCode.EMAIL_WRONG)),
        "form-guardian": at(Field.GUARDIAN, problem=Reason(ReasonCode.GUARDIAN_NEEDED)),
        "form-guardian-looking": at(Field.GUARDIAN, ask=AskId("a")),
        "form-new-pin": at(Field.NEW_PIN, problem=Reason(ReasonCode.PIN_WEAK)),
        "form-again": at(Field.AGAIN, typed="739"),
        "form-check": at(Field.CHECK),
        "form-sending": at(Field.CHECK, ask=AskId("a")),
        "form-no-answer": at(Field.CHECK, problem=Reason(ReasonCode.ASK_AGAIN)),
        "form-joined": at(Field.CHECK, said={}, joined=joined, done=True),
        "form-change-pin": at(Field.PIN, Form.PIN, problem=Reason(ReasonCode.PIN_WRONG), **own),
        "form-pin-changed": at(Field.AGAIN, Form.PIN, done=True, **own),
        "form-email-changed": at(Field.EMAIL, Form.EMAIL, done=True, **own),
        "form-timeout": at(Field.BORN, typed="201704", idle=warned),
        "form-help": at(Field.FAMILY, keys=Keys.PINYIN, help=True),
    }
