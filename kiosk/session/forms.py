"""How a form is opened, and which keys a question has."""

from __future__ import annotations

from dataclasses import replace

from kiosk.model.circulation import Language, Patron, Purpose
from kiosk.model.ids import SessionId
from kiosk.session.form_parts import FIELDS, NAMES, Answering, Field, Form, how
from kiosk.session.opened import Keys
from kiosk.session.state import Filling, Idle
from kiosk.session.turn import Turn

PINYIN = frozenset({Language.ZH, Language.ZH_HANT})
"""Whose names are written in characters that are typed by their sound."""


def begin(
    turn: Turn,
    form: Form,
    *,
    purpose: Purpose | None = None,
    session: SessionId | None = None,
    patron: Patron | None = None,
    token: str = "",
) -> Filling:
    """Its first question."""
    first = FIELDS[form][0]
    scene = Filling(Idle(turn.now_s), form, first, purpose=purpose, session=session, patron=patron, token=token)
    return at(turn, scene, first)


def at(turn: Turn, scene: Filling, field: Field) -> Filling:
    """Show this question, with what was said to it before; a secret is typed anew."""
    typed = "" if how(field) is Answering.SECRET else scene.said.get(field, "")
    keys = Keys.PINYIN if field in NAMES and turn.around.language in PINYIN else Keys.LETTERS
    return replace(scene, at=field, typed=typed, letters="", row=0, keys=keys, problem=None)
