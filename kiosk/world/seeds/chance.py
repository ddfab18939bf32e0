"""What happens next, by chance: a patron's act, or a fault of a kind that was asked for. One seed, one story."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from random import Random

from kiosk.demo.mirror_client import View
from kiosk.demo.names import Names
from kiosk.demo.people import People
from kiosk.demo.scenario import DiskTrouble, LoanBefore, PadMake, Part, RoadEnd, RoadState, Setting, Step, Verb
from kiosk.model.journal import RowKind


class Kind(StrEnum):
    """Families of faults, after the tables of `docs/faults.md` of this product's design."""

    PAD = "pad"
    CARDS = "cards"
    PRINTER = "printer"
    POWER = "power"
    CLOCK = "clock"
    NETWORK = "network"
    CENTRAL = "central"
    SCANNER = "scanner"
    DISK = "disk"


PADS = (PadMake.FEIG, PadMake.M3_210, PadMake.RL866)
PAD_FAULTS = {
    "unplug": None,
    "wrong-baud": None,
    "silent": None,
    "stuck": None,
    "bad-crc": 0.2,
    "truncate": 0.1,
    "reset": None,
    "noise": 0.1,
    "half-frame": 0.1,
    "doubled": 0.2,
    "late": 0.2,
    "slow": None,
    "wrong-answer": 0.1,
    "torn-write": 0.5,
    "lose-write-answer": 0.5,
    "tag-leaves": 0.2,
}
"""And the share of what they spoil."""
SCANNER_FAULTS = ("noise", "half-frame", "doubled", "late", "wrong-baud", "truncate")
"""But for `unplug`: nobody can scan with a scanner that is not there."""
PRINTER_FAULTS = ("unplug", "stall", "silent", "noise", "reset")
WRONG_CODES = ("0", "35555000012347", "20230001", "99990009", "9" * 200, "A" * 64)
MOST_WRITES = 12
"""Until the power goes in the middle of one; a step's commit is about three."""
CUTS = (
    RowKind.BORROW_INTENDED,
    RowKind.BORROW_DECIDED,
    RowKind.LOAN_MADE,
    RowKind.BORROW_DONE,
    RowKind.RETURN_INTENDED,
    RowKind.RETURN_DONE,
    RowKind.STATION_SETTLED,
    RowKind.SESSION_ENDED,
)
LONGEST_JUMP_S = 3 * 365 * 86_400.0
PATRONS_SHARE = 0.72
"""Of all acts; the rest are faults."""
DEALT = 5
"""So many faults are dealt to each seed before chance takes over, so that few seeds in a row have had every fault."""
QUIET_S = 45.0
"""Longer than the kiosk's time-outs but the last warning."""


@dataclass(frozen=True, slots=True)
class Cast:
    """The books and cards of a room. Two books with one number are not among them: a kiosk cannot tell them apart."""

    books: frozenset[str]
    ours: frozenset[str]
    """Those that central knows."""
    cards: frozenset[str]
    patrons: frozenset[str]
    """Cards of somebody whom central knows."""

    @classmethod
    def of(cls, config: Path) -> Cast:
        """Of a folder like `config/demo`. Raises OSError, `tomllib.TOMLDecodeError`."""
        names, people = Names.of(config), People.read(config)
        known = tomllib.loads((config / "items.toml").read_text(encoding="utf-8"))["item"]
        room = tomllib.loads((config / "simulator.toml").read_text(encoding="utf-8"))["item"]
        numbers = Counter(str(item.get("number")) for item in room)
        doubled = [item for item in room if numbers[str(item.get("number"))] > 1]
        twins = {str(item.get(key)) for item in doubled for key in ("name", "number")}
        books = names.books - twins
        ours = frozenset(str(item["id"]) for item in known)
        return cls(books, books & ours, names.cards, names.cards & frozenset(people.ids))


@dataclass(slots=True)
class Chance:
    """Tells one step after another. Books on the pad and what is broken are remembered, so that acts make sense."""

    seed: int
    cast: Cast
    kinds: frozenset[Kind]
    setting: Setting = field(init=False)
    _random: Random = field(init=False)
    _on_pad: set[str] = field(default_factory=set)
    _broken: set[str] = field(default_factory=set)
    """Devices with a fault."""
    _card_lies: bool = False
    _down: set[Part] = field(default_factory=set)
    _deals: list[Callable[[], Step]] = field(default_factory=list)
    """The faults that this seed begins with, the first one last."""

    def __post_init__(self) -> None:
        self._random = Random(self.seed)
        lent = self._random.sample(sorted(self.cast.ours), 3)
        cards = self._random.choices(sorted(self.cast.patrons), k=len(lent))
        self.setting = Setting(
            pad=self._random.choice(PADS),
            lent=tuple(LoanBefore(card, book) for card, book in zip(cards, lent, strict=True)),
            seed=self.seed,
        )
        deck = [act for kind, acts in self._deck().items() if kind in self.kinds for act in acts]
        self._deals = [deck[(self.seed * DEALT + place) % len(deck)] for place in range(DEALT)] if deck else []

    def next(self, view: View | None) -> Step:
        """What is done now that the screen shows `view` (None: the kiosk is off)."""
        if self.kinds and self._random.random() > PATRONS_SHARE:
            if self._deals:
                return self._deals.pop()()
            acts = [act for kind, acts in self._faults().items() if kind in self.kinds for act in acts]
            return self._random.choice(acts)()
        return self._patron(view)

    def ending(self) -> list[Step]:
        """Everything is mended, everybody leaves, and there is time for what was left undone."""
        steps = [Step(Verb.DISK, state=DiskTrouble.OK.value)]
        steps += [Step(Verb.FAULT, device=device, fault="none") for device in sorted(self._broken)]
        steps += [Step(Verb.NETWORK, state=RoadState.OK.value, between=end) for end in RoadEnd]
        steps += [Step(Verb.START, part=part) for part in (Part.BROKER, Part.CENTRAL, Part.KIOSK)]
        steps += [Step(Verb.REMOVE_CARD)] if self._card_lies else []
        steps.append(Step(Verb.WAIT, seconds=QUIET_S))
        if self._on_pad:
            steps.append(Step(Verb.TAKE_AWAY, books=tuple(sorted(self._on_pad))))
        return [*steps, Step(Verb.WAIT, seconds=4 * QUIET_S)]

    def _patron(self, view: View | None) -> Step:
        chance = self._random
        buttons = [] if view is None else _buttons(view)
        acts: list[tuple[float, Callable[[], Step]]] = [
            (1.0, lambda: Step(Verb.WAIT, seconds=round(chance.expovariate(0.2), 2))),
            (0.2, lambda: Step(Verb.WAIT, seconds=QUIET_S)),
            (4.0, self._lay_down),
        ]
        if self._card_lies:
            acts.append((1.0, self._remove_card))
        else:
            acts += [(3.0, lambda: Step(Verb.TAP_CARD, card=self._card())), (0.3, self._insert_card)]
        if self._on_pad:
            # A book's own barcode: who scans another one's beside a tag that cannot be read, lies to the machine.
            acts += [(2.5, self._take_away), (0.4, lambda: Step(Verb.SCAN, code=chance.choice(sorted(self._on_pad))))]
        if buttons:
            acts.append((4.0, lambda: Step(Verb.TOUCH, id=chance.choice(buttons))))
        weights = [weight for weight, _ in acts]
        step = chance.choices([act for _, act in acts], weights)[0]()
        if step.do in (Verb.WAIT, Verb.TOUCH):  # the button may be gone a moment later
            return step
        return replace(step, after_s=max(0.0, round(chance.gauss(0.0, 1.5), 3)))

    def _insert_card(self) -> Step:
        self._card_lies = True
        return Step(Verb.INSERT_CARD, card=self._card())

    def _remove_card(self) -> Step:
        self._card_lies = False
        return Step(Verb.REMOVE_CARD)

    def _card(self) -> str:
        return self._random.choice(sorted(self.cast.cards))

    def _lay_down(self) -> Step:
        free = sorted(self.cast.books - self._on_pad)
        if not free:
            return Step(Verb.LOOK)
        books = self._random.sample(free, min(len(free), self._random.choice((1, 1, 1, 2, 2, 3, 5))))
        self._on_pad.update(books)
        return Step(Verb.LAY_DOWN, books=tuple(books))

    def _take_away(self) -> Step:
        lying = sorted(self._on_pad)
        books = self._random.sample(lying, self._random.randint(1, len(lying)))
        self._on_pad.difference_update(books)
        return Step(Verb.TAKE_AWAY, books=tuple(books))

    def _faults(self) -> dict[Kind, Sequence[Callable[[], Step]]]:
        chance = self._random
        return {
            Kind.PAD: (self._pad_fault, self._pad_fault, lambda: self._mended("pad"), self._careless),
            Kind.CARDS: (lambda: Step(Verb.LOOK) if self._card_lies else Step(Verb.TEAR_CARD, card=self._card()),),
            Kind.PRINTER: (
                lambda: self._fault("printer", PRINTER_FAULTS),
                lambda: self._mended("printer"),
                lambda: Step(Verb.PAPER, state=chance.choice(("ok", "near-end", "out"))),
                lambda: Step(Verb.COVER, state=chance.choice(("closed", "open"))),
                lambda: Step(Verb.CUTTER, state=chance.choice(("ok", "jam"))),
            ),
            Kind.POWER: (
                lambda: Step(Verb.KILL_KIOSK, after_s=round(chance.uniform(0.0, 2.0), 3)),
                lambda: Step(Verb.POWER_CUT, after_s=round(chance.uniform(0.0, 2.0), 3)),
                self._armed,
                lambda: Step(Verb.START, part=Part.KIOSK),
            ),
            Kind.CLOCK: (
                lambda: Step(Verb.CLOCK_JUMP, seconds=round(chance.uniform(-LONGEST_JUMP_S, LONGEST_JUMP_S))),
                lambda: Step(Verb.CLOCK_JUMP, seconds=round(chance.uniform(-3_600, 3_600))),
            ),
            Kind.NETWORK: (self._network, self._network),
            Kind.SCANNER: (self._misread,),
            Kind.DISK: (self._disk, self._disk, lambda: Step(Verb.START, part=Part.KIOSK)),
            Kind.CENTRAL: (self._part, self._part, lambda: Step(Verb.FORGET)),
        }

    def _deck(self) -> dict[Kind, Sequence[Callable[[], Step]]]:
        """Every fault that has a name."""
        ends = [(state, end) for state in RoadState if state is not RoadState.OK for end in RoadEnd]
        return {
            Kind.PAD: [partial(self._broke, "pad", fault) for fault in PAD_FAULTS],
            Kind.SCANNER: [partial(self._broke, "scanner", fault) for fault in SCANNER_FAULTS],
            Kind.PRINTER: [partial(self._broke, "printer", fault) for fault in PRINTER_FAULTS],
            Kind.POWER: [partial(self._armed_at, row, before) for row in CUTS for before in (True, False)],
            Kind.DISK: [partial(self._disk_has, trouble) for trouble in DiskTrouble],
            Kind.NETWORK: [partial(self._line_is, state, end) for state, end in ends],
        }

    def _pad_fault(self) -> Step:
        return self._broke("pad", self._random.choice(sorted(PAD_FAULTS)))

    def _fault(self, device: str, faults: Sequence[str]) -> Step:
        return self._broke(device, self._random.choice(faults))

    def _broke(self, device: str, fault: str) -> Step:
        self._broken.add(device)
        return Step(Verb.FAULT, device=device, fault=fault, rate=PAD_FAULTS[fault] if device == "pad" else None)

    def _mended(self, device: str) -> Step:
        return Step(Verb.FAULT, device=device, fault="none")

    def _careless(self) -> Step:
        """A book half on the pad, tilted, or in foil: heard now and then, or never."""
        free = sorted(self.cast.books - self._on_pad)
        if not free:
            return Step(Verb.LOOK)
        book = self._random.choice(free)
        self._on_pad.add(book)
        at = (round(self._random.uniform(-180, 180)), round(self._random.uniform(-180, 180)))
        angle, foil = self._random.choice((0.0, 0.0, 60.0, 85.0)), self._random.random() < 0.2
        return Step(Verb.LAY_DOWN, books=(book,), at=at, angle=angle, foil=foil)

    def _misread(self) -> Step:
        """Bytes that are no code, a card's code in the place of a book's, a number with a wrong check digit."""
        chance = self._random
        noise = bytes(chance.randrange(256) for _ in range(chance.choice((1, 3, 30, 300))))
        return chance.choice(
            (
                Step(Verb.SCAN, hex=(noise + b"\r").hex().upper()),
                Step(Verb.SCAN, code=chance.choice(WRONG_CODES)),
                self._fault("scanner", SCANNER_FAULTS),
                self._mended("scanner"),
            )
        )

    def _disk(self) -> Step:
        return self._disk_has(self._random.choice((*DiskTrouble, DiskTrouble.OK, DiskTrouble.OK, DiskTrouble.TORN)))

    def _disk_has(self, trouble: DiskTrouble) -> Step:
        nth = self._random.randint(1, MOST_WRITES) if trouble is DiskTrouble.TORN else 1
        return Step(Verb.DISK, state=trouble.value, nth=nth)

    def _armed(self) -> Step:
        return self._armed_at(self._random.choice(CUTS), self._random.random() < 0.5)

    def _armed_at(self, row: RowKind, before: bool) -> Step:
        return Step(Verb.ARM_POWER_CUT, row=row, before=before, nth=self._random.choice((1, 1, 2)))

    def _network(self) -> Step:
        state = self._random.choice((RoadState.OK, *RoadState, RoadState.UNRULY))
        return self._line_is(state, self._random.choice(list(RoadEnd)))

    def _line_is(self, state: RoadState, end: RoadEnd) -> Step:
        seconds = round(self._random.uniform(0.5, 8.0), 1) if state is RoadState.SLOW else None
        return Step(Verb.NETWORK, state=state.value, between=end, seconds=seconds)

    def _part(self) -> Step:
        part = self._random.choice((Part.BROKER, Part.CENTRAL))
        verb = Verb.START if part in self._down else self._random.choice((Verb.STOP, Verb.KILL))
        self._down ^= {part}
        return Step(verb, part=part)


def _buttons(view: View) -> list[str]:
    """What can be touched now."""
    return [node.id for node in view.tree.walk() if node.role == "button" and node.state == "enabled"]
