"""What every paper's page does with a refused step: it says who was there before, and keeps what was typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from kiosk.central import documents
from kiosk.central.console.asked import Asked
from kiosk.library.documents import Action, Kind, Paper, Refused, State, Why


@dataclass(frozen=True, slots=True)
class Told:
    """A paper on a page: what may be done to it now, by whoever looks, and what has been done."""

    row: Row[tuple[object, ...]]
    actions: Sequence[str]
    history: Sequence[Row[tuple[object, ...]]]


def told(asked: Asked, kind: Kind[State, Action], row: Row[tuple[object, ...]]) -> Told:
    """For its page."""
    actions = kind.open_to(documents.paper(kind, row), asked.who, asked.may)
    return Told(row, [action.value for action in actions], documents.history(asked.connection, kind.name, row.number))


def sentence(
    asked: Asked, kind: Kind[State, Action], paper: Paper[State], refused: Refused[Action], states: str = "state"
) -> str:
    """Why the step was not taken, and what could be done instead. `states`: the group of its states' words."""
    match refused.why:
        case Why.STALE:
            last = documents.last_step(asked.connection, kind.name, paper.number)
            zone = ZoneInfo(asked.console.time_zone)
            at = asked.now if last is None else last.at
            who = asked.say("patron.somebody") if last is None else str(last.who)
            return asked.say("paper.stale", who=who, at=at.astimezone(zone).strftime("%H:%M"))
        case Why.NOT_IN_THIS_STATE:
            possible = ", ".join(asked.say(f"paper.{kind.name}-{action}") for action in refused.possible)
            state = asked.word(states, paper.state)
            return asked.say("paper.not-in-this-state", state=state, possible=possible or "–")
        case Why.OWN:
            return asked.say("paper.own")
        case Why.NO_REASON:
            return asked.say("wrong.reason")
        case Why.PERMISSION:
            return asked.say("problem.permission")
