"""What the fleet orders of a kiosk. An order that would send patrons away waits until nobody is here.

An order is judged before it comes here (signature, time, repetition) and is told of by `OrderTold`. Whoever keeps
orders puts those again that were not finished before a power cut.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from kiosk.model.journal import JournalRow, RowKind
from kiosk.session import settling
from kiosk.session.effects import Ending, EndStation, OrderTold, PrintTest, ReadTag, Told
from kiosk.session.events import Printed, PrintFailed
from kiosk.session.orders import CloseOrder, FleetOrder, MessageOrder, PrintOrder, RescanOrder, RestartOrder, Waiting
from kiosk.session.state import Attract, OutOfService, Scene, Surroundings
from kiosk.session.turn import Turn

IN_A_VISIT = "waits for the end of the patron's visit"
TOO_LATE = "a patron was here until its time was over; nothing was done"
NO_PRINTER = "there is no printer that could print now"
NO_DISK = "the disk takes no rows; nothing was done"


def ordered(turn: Turn, scene: Scene, order: FleetOrder) -> None:
    """Note the order; one that was put before is not noted twice."""
    if any(waiting.order.id == order.id for waiting in turn.around.orders):
        return
    turn.around = replace(turn.around, orders=(*turn.around.orders, Waiting(order)))
    if not isinstance(order, MessageOrder) and not _nobody_is_here(turn, scene):
        turn.order(OrderTold(order.id, Told.WAITS, IN_A_VISIT))


def printed(turn: Turn, event: Printed | PrintFailed) -> None:
    """A test page that was ordered is out, or cannot be."""
    for waiting in turn.around.orders:
        if waiting.begun and waiting.order.id == event.job:
            well = isinstance(event, Printed)
            _ends(turn, waiting.order, Told.DONE if well else Told.FAILED, "" if well else "the printer did not print")


def attend(turn: Turn, scene: Scene) -> None:
    """Carry out what nothing speaks against now."""
    if turn.around.message is not None and turn.around.utc >= turn.around.message.until:
        turn.around = replace(turn.around, message=None)
    for waiting in turn.around.orders:
        if waiting.begun:
            continue
        order = waiting.order
        if isinstance(order, MessageOrder) or _nobody_is_here(turn, scene):
            _carry_out(turn, order)
        elif turn.now_s >= order.until_s:
            _ends(turn, order, Told.EXPIRED, TOO_LATE)


def due_s(around: Surroundings) -> float | None:
    """When the first of those that wait is too late, or the message has stood long enough."""
    dues = [waiting.order.until_s for waiting in around.orders if not waiting.begun]
    if around.message is not None:
        dues.append(around.now_s + (around.message.until - around.utc).total_seconds())
    return min(dues, default=None)


def _nobody_is_here(turn: Turn, scene: Scene) -> bool:
    """No visit, no staff at the screen, and no tag in the middle of being written."""
    return isinstance(scene, Attract | OutOfService) and not turn.around.mending


def _carry_out(turn: Turn, order: FleetOrder) -> None:
    match order:
        case MessageOrder():
            turn.around = replace(turn.around, message=order if order.texts else None)
            _ends(turn, order, Told.DONE)
        case CloseOrder():
            _close(turn, order)
        case RestartOrder():
            turn.order(OrderTold(order.id, Told.BEGUN))
            if turn.around.storage_ok:
                turn.journal(JournalRow(RowKind.STATION_ENDED, note=f"fleet {order.id}"))
            _begins(turn, order)
            turn.order(EndStation(Ending.RESTART))
        case PrintOrder():
            _print(turn, order)
        case RescanOrder():
            for uid in turn.around.pad:
                turn.order(ReadTag(uid))
            settling.look_again(turn)
            _ends(turn, order, Told.DONE, f"{len(turn.around.pad)} tags are read anew")
        case _:
            assert_never(order)


def _close(turn: Turn, order: CloseOrder) -> None:
    if turn.around.closed is order.closed:
        _ends(turn, order, Told.DONE, "it was so already")
    elif not turn.around.storage_ok:
        _ends(turn, order, Told.FAILED, NO_DISK)
    else:
        kind = RowKind.STATION_CLOSED if order.closed else RowKind.STATION_OPENED
        turn.journal(JournalRow(kind, note=f"fleet {order.id}"))
        turn.around = replace(turn.around, closed=order.closed)
        _ends(turn, order, Told.DONE)


def _print(turn: Turn, order: PrintOrder) -> None:
    if not turn.around.prints:
        _ends(turn, order, Told.FAILED, NO_PRINTER)
        return
    turn.order(OrderTold(order.id, Told.BEGUN))
    turn.order(PrintTest(order.id, turn.around.policy.languages[0]))
    _begins(turn, order)


def _begins(turn: Turn, order: FleetOrder) -> None:
    others = tuple(waiting for waiting in turn.around.orders if waiting.order.id != order.id)
    turn.around = replace(turn.around, orders=(*others, Waiting(order, begun=True)))


def _ends(turn: Turn, order: FleetOrder, told: Told, why: str = "") -> None:
    turn.around = replace(
        turn.around, orders=tuple(waiting for waiting in turn.around.orders if waiting.order.id != order.id)
    )
    turn.order(OrderTold(order.id, told, why))
