"""What a technician does on the bench, as a scenario file for `kiosk demo --scenario` and `pytest`.

Orders become steps, with the pauses between them; what the screen showed before the next order becomes what each step
expects. The file's form is documented in the kiosk's `docs/scenarios.md`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

PAUSE_S = 0.5
"""Shorter pauses are the hand's way from one thing to the next."""
USUAL_WITHIN_S = 15.0
"""How long a step waits for its screen where it does not say."""
MARGIN_S = 5.0
ENDED = frozenset({"done", "refused", "undone", "doubtful", "unreadable", "put-back"})
"""States of an item that stay until somebody does something."""
DIRECTIONS = {1: "in", 2: "out"}
CARDS = {"tap": "tap-card", "insert": "insert-card", "tear": "tear-card"}

Order = Mapping[str, object]
Step = dict[str, object]


@dataclass(frozen=True, slots=True)
class Sight:
    """What the kiosk's screen shows: its name, and its items that have come to an end (number → state)."""

    screen: str
    items: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, answer: Order) -> Sight | None:
        """From the mirror's answer to `tree`; None where it is none."""
        screen = answer.get("screen")
        if not isinstance(screen, str) or not screen:
            return None
        return cls(screen, dict(_items(answer.get("tree"))))


@dataclass(frozen=True, slots=True)
class Standing:
    """How the room stands: books on the pad, paper, and the AFI byte of each book by number."""

    on_pad: tuple[str, ...]
    paper: str
    pad: str
    afi: Mapping[str, int]


@dataclass(slots=True)
class Recording:
    """Steps as they come; pure but for being filled."""

    name: str
    begins: Standing
    lent: tuple[str, ...] = ()
    """Books that the kiosk had lent before."""
    steps: list[Step] = field(default_factory=list)
    loans: dict[str, str] = field(default_factory=dict)
    """Item → card, of the loans that were made since and stand."""
    ends: Standing | None = None
    _card: str | None = None
    _last_s: float | None = None

    def seen(self, sight: Sight | None, rows: list[object], now_s: float) -> None:
        """What the screen shows, and what the journal has grown by, since the last order."""
        for row in rows:
            if isinstance(row, dict):
                self._booked(row)
        if sight is None or not self.steps or "expect" in self.steps[-1]:
            return
        expect: dict[str, object] = {"screen": sight.screen}
        if sight.items:
            expect["items"] = [{"book": book, "state": state} for book, state in sight.items.items()]
        waited_s = now_s - (self._last_s or now_s)
        if waited_s > USUAL_WITHIN_S - MARGIN_S:
            expect["within_s"] = round(waited_s + MARGIN_S, 1)
        self.steps[-1]["expect"] = expect

    def ordered(self, path: str, body: Order, answer: Order, now_s: float) -> None:
        """An order that was carried out."""
        for step in steps_of(path, body, answer):
            if self._last_s is not None and (pause_s := round(now_s - self._last_s, 1)) >= PAUSE_S:
                step["after_s"] = pause_s
            self._last_s = now_s
            self.steps.append(step)
            card = step.get("card")
            if isinstance(card, str):
                self._card = card

    def as_toml(self) -> str:
        """The scenario file."""
        lines = [f"name = {_value(self.name)}", 'story = "Recorded on the technician\'s bench."', "", "[setting]"]
        lines += [f"on_pad = {_value(list(self.begins.on_pad))}", f"paper = {_value(self.begins.paper)}"]
        lines.append(f"pad = {_value(self.begins.pad)}")
        if self.lent:
            lines.append(f"# Lent before: {', '.join(self.lent)}. The bench does not know to whom; say it:")
            lines.append('# lent = [{ patron = "a card", book = "a number" }]')
        for step in self.steps:
            lines += ["", "[[step]]", *(f"{key} = {_value(value)}" for key, value in _in_order(step))]
        lines += ["", *self._expected()]
        return "\n".join(lines) + "\n"

    def _expected(self) -> Iterator[str]:
        if self.ends is None:
            return
        yield "[expect]"
        if not self.lent:
            loans = [{"patron": card, "book": book} for book, card in self.loans.items()]
            yield f"loans = {_value(loans)}"
        moved = {book for step in self.steps for book in _books(step)}
        held = {book: self.ends.afi[book] for book in sorted(moved) if book in self.ends.afi}
        afi = ", ".join(f"{{ book = {_value(book)}, afi = 0x{byte:02X} }}" for book, byte in held.items())
        yield f"afi = [{afi}]"
        yield f"on_pad = {_value(list(self.ends.on_pad))}"

    def _booked(self, row: Mapping[str, object]) -> None:
        item = row.get("item")
        if not isinstance(item, str):
            return
        match row.get("kind"):
            case "loan.made" if self._card is not None:
                self.loans[item] = self._card
            case "loan.undone" | "return.done":
                self.loans.pop(item, None)
            case _:
                pass


def lent_by(rows: list[object]) -> tuple[str, ...]:
    """Items whose loans stand after these rows of the journal."""
    standing: dict[str, None] = {}
    for row in rows:
        item = row.get("item") if isinstance(row, dict) else None
        if not isinstance(row, dict) or not isinstance(item, str):
            continue
        if row.get("kind") == "loan.made":
            standing[item] = None
        elif row.get("kind") in ("loan.undone", "return.done"):
            standing.pop(item, None)
    return tuple(standing)


def steps_of(path: str, body: Order, answer: Order) -> Iterator[Step]:
    """The steps that an order to the bench's interface comes to; none where a scenario has no such thing."""
    match path:
        case "/api/pad":
            if body.get("take"):
                yield {"do": "take-away", "books": body["take"]}
            if body.get("put"):
                how = {key: body[key] for key in ("at", "angle", "foil") if key in body}
                yield {"do": "lay-down", "books": body["put"], **how}
        case "/api/slot" if body.get("push"):
            yield {"do": "slot", "books": body["push"]}
        case "/api/bin":
            yield {"do": "empty-bin"}
        case "/api/card":
            verb, card = next(iter(body.items()))
            yield {"do": "remove-card"} if verb == "remove" else {"do": CARDS[verb], "card": card}
        case "/api/scanner" if "fire_hex" in body:
            yield {"do": "scan", "hex": body["fire_hex"]}
        case "/api/scanner":
            yield {"do": "scan", "code": body["fire"]}
        case "/api/printer":
            part, state = next(iter(body.items()))
            yield {"do": part, "state": state}
        case "/api/gate":
            direction = DIRECTIONS[2] if body.get("direction") != 1 else DIRECTIONS[1]
            yield {"do": "walk-through", "gate": body["gate"], "books": body.get("books", []), "direction": direction}
        case "/api/faults":
            yield {"do": "fault", **{key: body[key] for key in ("device", "fault", "rate", "seconds") if key in body}}
        case "/api/touch" if answer.get("done") and isinstance(answer.get("id"), str):
            yield {"do": "touch", "id": answer["id"]}
        case "/api/world":
            yield dict(body)
        case _:
            return


def _books(step: Step) -> list[str]:
    books = step.get("books")
    return [str(book) for book in books] if isinstance(books, list) else []


def _items(node: object) -> Iterator[tuple[str, str]]:
    if not isinstance(node, Mapping):
        return
    value, state = node.get("value"), node.get("state")
    if node.get("role") == "item" and isinstance(value, str) and value and isinstance(state, str) and state in ENDED:
        yield value, state
    children = node.get("children")
    for child in children if isinstance(children, list) else []:
        yield from _items(child)


def _in_order(step: Step) -> list[tuple[str, object]]:
    """`do` first, `expect` last."""
    return sorted(step.items(), key=lambda pair: (pair[0] != "do", pair[0] == "expect"))


def _value(value: object) -> str:
    """As TOML writes it; JSON's escapes are TOML's, too."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case list():
            return f"[{', '.join(map(_value, value))}]"
        case dict():
            return "{ " + ", ".join(f"{key} = {_value(each)}" for key, each in value.items()) + " }"
        case _:
            return str(value)
