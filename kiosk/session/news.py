"""Keeping the board: central is asked while the first screen is on, and what it told is shown until it tells anew."""

from __future__ import annotations

from dataclasses import replace

from kiosk.model.ids import AskId
from kiosk.model.news import AskNews, NewsTold
from kiosk.session.board import AGAIN_S, EVERY_S
from kiosk.session.effects import Ask
from kiosk.session.events import Answered, AskExpired, LinkChanged
from kiosk.session.state import Surroundings
from kiosk.session.turn import Turn


def noticed(around: Surroundings, event: Answered | AskExpired | LinkChanged) -> Surroundings:
    """Whatever the scene makes of it: the line is back, or the question has come to its end."""
    board = around.board
    if isinstance(event, LinkChanged):
        return replace(around, board=replace(board, due_s=around.now_s)) if event.online else around
    if board.ask is None or event.ask != board.ask:
        return around
    if isinstance(event, Answered) and isinstance(event.answer, NewsTold):
        return replace(around, board=replace(board, ask=None, told=event.answer))
    return replace(around, board=replace(board, ask=None, due_s=around.now_s + AGAIN_S))


def asked(turn: Turn) -> None:
    """Nobody is here: ask, where it is time."""
    due = due_s(turn.around)
    if due is None or turn.now_s < due:
        return
    ask = AskId(turn.new_id())
    turn.order(Ask(ask, AskNews()))
    turn.around = replace(turn.around, board=replace(turn.around.board, ask=ask, due_s=turn.now_s + EVERY_S))


def due_s(around: Surroundings) -> float | None:
    """When central is to be asked, on the first screen."""
    return around.board.due_s if around.online and around.board.ask is None else None
