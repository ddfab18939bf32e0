"""What people do at a book-drop or at lockers, as the bodies of the JSON interface say it."""

from __future__ import annotations

from firmware_sim.bench.orders import BadOrder, choice, text, texts
from firmware_sim.furniture_settings import MOST_BOXES
from firmware_sim.workbench import Workbench

KEYS = ("door", "do", "books", "number", "card")
"""`number`: of a door of lockers, or of a bin of a drop, from 1. `card`: a card's name, or the code on it."""
AT_DROP = ("hold", "push", "take-back", "pull-out", "push-in")
AT_LOCKER = ("scan", "pull", "force", "lay", "take", "shut")


def do(bench: Workbench, body: dict[str, object]) -> None:
    """One deed. Raises `BadOrder`, `UnknownName`, `OutOfReach` and `CannotDo`."""
    name, deed, books = text(body, "door"), text(body, "do"), texts(body, "books")
    number = choice(body, "number", range(1, MOST_BOXES + 1), 1)
    if deed in AT_DROP:
        _at_drop(bench, name, deed, books, number)
    elif deed in AT_LOCKER:
        if deed == "scan":
            code = text(body, "card")
            known = [card.number for card in bench.room.cards if card.name == code]
            bench.doors.locker(name).scan(known[0] if known else code)
        else:
            _at_locker(bench, name, deed, books, number)
    else:
        raise BadOrder(f"do: expected one of {', '.join((*AT_DROP, *AT_LOCKER))}")


def _at_drop(bench: Workbench, name: str, deed: str, books: list[str], number: int) -> None:
    drop = bench.doors.drop(name)
    match deed:
        case "hold":
            drop.hold(bench.take_from_room(books))
        case "push":
            drop.push(bench.books(books))
        case "take-back":
            drop.take(bench.books(books))
        case "pull-out":
            drop.pull_out(number)
        case _:
            drop.push_in(number)


def _at_locker(bench: Workbench, name: str, deed: str, books: list[str], number: int) -> None:
    locker = bench.doors.locker(name)
    match deed:
        case "pull":
            locker.pull(number)
        case "force":
            locker.pull(number, by_force=True)
        case "lay":
            locker.must_be_open(number)
            locker.lay(number, bench.take_from_room(books))
        case "take":
            locker.take(number, bench.books(books))
        case _:
            locker.shut(number)
