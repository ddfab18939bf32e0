"""Commands that the state machine of a kiosk carries out, when no patron is here."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from kiosk.session.effects import OrderTold, Told
from kiosk.session.events import Moment
from kiosk.session.orders import (
    CloseOrder,
    FleetOrder,
    MessageOrder,
    Ordered,
    PrintOrder,
    RescanOrder,
    RestartOrder,
)
from kiosk.station.orders.book import Kept
from kiosk.station.orders.desk import CUT_OFF, STARTED_ANEW, Outcome
from kiosk.wire import CommandKind, CommandState

LONGEST_MESSAGE = 200
MOST_LANGUAGES = 12
LEAST_S, MOST_S = 10, 31 * 86_400
"""How long a message may stand."""

AGAIN = "anew-for-"
"""How the id of an order begins that belongs to a command which has an id of its own."""

STATES = {
    Told.WAITS: CommandState.ACCEPTED,
    Told.BEGUN: CommandState.RUNNING,
    Told.DONE: CommandState.DONE,
    Told.FAILED: CommandState.FAILED,
    Told.EXPIRED: CommandState.EXPIRED,
}
KINDS = (
    CommandKind.RESTART,
    CommandKind.CLOSE,
    CommandKind.OPEN,
    CommandKind.MESSAGE,
    CommandKind.TEST_PRINT,
    CommandKind.RESCAN,
)


def outcome_of(told: OrderTold) -> Outcome:
    """What the state machine tells, as the desk keeps it."""
    return Outcome(STATES[told.told], told.why)


class AtTheScreen:
    """`put` hands an order to the thread that owns the state."""

    def __init__(self, put: Callable[[Ordered], None], now: Callable[[], Moment]) -> None:
        self._put = put
        self._now = now

    def begin(self, kept: Kept, running: Callable[[str], None]) -> Outcome | None:
        self._put(Ordered(order_of(kept, self._now())))
        return None

    def at_start(self, kept: Kept) -> Outcome | None:
        if kept.kind is CommandKind.RESTART:
            return Outcome(CommandState.DONE, STARTED_ANEW)
        if kept.kind is CommandKind.TEST_PRINT and kept.state is CommandState.RUNNING:
            return Outcome(CommandState.FAILED, CUT_OFF)
        return None  # closing, a message and reading anew come to the same when they are done twice

    def say_again(self, messages: Sequence[Kept]) -> None:
        """Of the last messages (the newest first) the one that stood when the process ended."""
        standing = next((one for one in messages if one.state is CommandState.DONE), None)
        if standing is None:
            return
        message = message_of(standing, math.inf)
        if message.texts and message.until > self._now().utc:
            self._put(Ordered(replace(message, id=f"{AGAIN}{message.id}")))


def order_of(kept: Kept, moment: Moment) -> FleetOrder:
    """Raises `MessageRefused` for arguments that make no sense."""
    until_s = moment.mono_s + (kept.expires - moment.utc).total_seconds()
    match kept.kind:
        case CommandKind.RESTART:
            return RestartOrder(kept.id, until_s)
        case CommandKind.CLOSE | CommandKind.OPEN:
            return CloseOrder(kept.id, until_s, closed=kept.kind is CommandKind.CLOSE)
        case CommandKind.MESSAGE:
            return message_of(kept, until_s)
        case CommandKind.TEST_PRINT:
            return PrintOrder(kept.id, until_s)
        case CommandKind.RESCAN:
            return RescanOrder(kept.id, until_s)
        case other:
            raise AssertionError(f"{other} is carried out elsewhere")


def message_of(kept: Kept, until_s: float) -> MessageOrder:
    """`texts`: language and text; `for_s`: how long they stand. Raises `MessageRefused`."""
    fields = kept.fields()
    texts = tuple(
        (language, fields.inner("texts").text(language, longest=LONGEST_MESSAGE))
        for language, _ in fields.pairs("texts", MOST_LANGUAGES)
    )
    until = kept.issued + timedelta(seconds=fields.whole("for_s", LEAST_S, MOST_S) if texts else 0)
    return MessageOrder(kept.id, until_s, tuple((language, " ".join(text.split())) for language, text in texts), until)
