"""Somebody calls for staff from the help of any screen."""

from __future__ import annotations

from dataclasses import replace

from kiosk.model.ids import AskId
from kiosk.model.questions import AskHelp
from kiosk.session.call_parts import Call, CallStage
from kiosk.session.effects import Ask, Cue, Play
from kiosk.session.state import Scene
from kiosk.session.turn import Turn


def call(turn: Turn, scene: Scene) -> Scene:
    """Ask central to tell staff; once is enough until the visit is over, unless nobody heard it."""
    before = turn.around.call
    if not may_call(turn.around.online, before):
        return scene
    ask = AskId(turn.new_id())
    turn.order(Ask(ask, AskHelp(type(scene).__name__.lower())))
    turn.order(Play(Cue.TICK))
    turn.around = replace(turn.around, call=Call(ask))
    return scene


def may_call(online: bool, before: Call | None) -> bool:
    """Whether a call can be made now."""
    return online and (before is None or before.stage is CallStage.UNHEARD)
