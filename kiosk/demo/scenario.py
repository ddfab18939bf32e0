"""A scenario file as dataclasses: the setting, the steps of patron, technician and world, and what is expected.

The format is documented for users in `docs/scenarios.md`; this is the one place that defines it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from kiosk.model.journal import RowKind
from kiosk.model.limits import within
from kiosk.settings import load

LONGEST_JUMP_S = 3_700 * 86_400
"""Ten years, either way."""
SMALLEST_DISK_KB, LARGEST_DISK_KB = 256, 65_536
"""A kiosk must be able to start on it, and a ballast file to fill it."""
DELAY_S = 5.0
"""Of a slow line, where the step does not say."""


class Verb(StrEnum):
    """What a step does."""

    TOUCH = "touch"
    TAP_CARD = "tap-card"
    INSERT_CARD = "insert-card"
    REMOVE_CARD = "remove-card"
    TEAR_CARD = "tear-card"
    LAY_DOWN = "lay-down"
    TAKE_AWAY = "take-away"
    SLOT = "slot"
    EMPTY_BIN = "empty-bin"
    SCAN = "scan"
    PAPER = "paper"
    COVER = "cover"
    CUTTER = "cutter"
    FAULT = "fault"
    ARM_POWER_CUT = "arm-power-cut"
    KILL_KIOSK = "kill-kiosk"
    KILL = "kill"
    FORGET = "forget"
    POWER_CUT = "power-cut"
    NETWORK = "network"
    CLOCK_JUMP = "clock-jump"
    WALK_THROUGH = "walk-through"
    WAIT = "wait"
    COMMAND = "command"
    AWAIT_KIOSK = "await-kiosk"
    STOP = "stop"
    START = "start"
    FILL_DISK = "fill-disk"
    FREE_DISK = "free-disk"
    DISK = "disk"
    LOOK = "look"


NEEDS: dict[Verb, tuple[str, ...]] = {
    Verb.TOUCH: (),
    Verb.TAP_CARD: ("card",),
    Verb.INSERT_CARD: ("card",),
    Verb.REMOVE_CARD: (),
    Verb.TEAR_CARD: ("card",),
    Verb.LAY_DOWN: ("books",),
    Verb.TAKE_AWAY: ("books",),
    Verb.SLOT: ("books",),
    Verb.EMPTY_BIN: (),
    Verb.SCAN: (),
    Verb.PAPER: ("state",),
    Verb.COVER: ("state",),
    Verb.CUTTER: ("state",),
    Verb.FAULT: ("device", "fault"),
    Verb.ARM_POWER_CUT: ("row",),
    Verb.KILL_KIOSK: (),
    Verb.KILL: ("part",),
    Verb.FORGET: (),
    Verb.POWER_CUT: (),
    Verb.NETWORK: ("state",),
    Verb.CLOCK_JUMP: ("seconds",),
    Verb.WALK_THROUGH: ("gate",),
    Verb.WAIT: ("seconds",),
    Verb.COMMAND: ("words",),
    Verb.AWAIT_KIOSK: (),
    Verb.STOP: ("part",),
    Verb.START: ("part",),
    Verb.FILL_DISK: (),
    Verb.FREE_DISK: (),
    Verb.DISK: ("state",),
    Verb.LOOK: (),
}
"""Keys that a verb cannot do without."""


class Part(StrEnum):
    """Processes that a step can stop and start."""

    BROKER = "broker"
    CENTRAL = "central"
    KIOSK = "kiosk"


class RoadEnd(StrEnum):
    """Whose line to the broker."""

    KIOSK = "kiosk"
    CENTRAL = "central"


class RoadState(StrEnum):
    """How a line to the broker is."""

    OK = "ok"
    CUT = "cut"
    """Both sides are told at once."""
    HALF_OPEN = "half-open"
    """Nothing passes, and nobody is told."""
    SLOW = "slow"
    UNRULY = "unruly"
    """Messages are lost, come twice, late (by an hour, even) and in another order. In virtual time."""


class DiskTrouble(StrEnum):
    """What the kiosk's disk can have in virtual time."""

    OK = "ok"
    FULL = "full"
    """No file grows."""
    WRITE_ERROR = "write-error"
    SYNC_ERROR = "sync-error"
    TORN = "torn"
    """The power goes in the middle of the step's `nth` write from now on."""


class Direction(StrEnum):
    """Through a gate, seen from the library."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class ItemExpected:
    """One row of the live list."""

    book: str
    """The item's number."""
    state: str
    """`reading`, `working`, `done`, `refused`, `put-back`, `unreadable`, `undone` or `doubtful`."""
    says: str | None = None
    """Words that the row shows (in its reason, for example)."""


@dataclass(frozen=True, slots=True)
class LampExpected:
    """An output of a board of lamps."""

    signal: str
    """The board's name."""
    channel: Annotated[int, within(1, 255)]
    on: bool


@dataclass(frozen=True, slots=True)
class ScreenExpected:
    """What the screen must show within `within_s` seconds after the step."""

    screen: str | None = None
    says: tuple[str, ...] = ()
    silent_about: tuple[str, ...] = ()
    """Words that must not be on the screen once everything else holds."""
    items: tuple[ItemExpected, ...] = ()
    offers: tuple[str, ...] = ()
    """Ids of nodes that must be there and enabled."""
    lamps: tuple[LampExpected, ...] = ()
    """Beside the screen; they go off again by themselves."""
    within_s: float = 15.0
    """Longer than the kiosk's own pauses: an offered receipt and the farewell take 13 s."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that somebody does, and what the screen then says. Which keys a verb needs: `NEEDS`."""

    do: Verb
    note: str = ""
    after_s: float = 0.0
    """Nothing is done for so long before it: a patron who hesitates, a current that fails a moment later."""
    id: str | None = None
    name: str | None = None
    x: int | None = None
    y: int | None = None
    card: str | None = None
    books: tuple[str, ...] = ()
    at: tuple[float, ...] | None = None
    """Millimetres from the pad's middle, across and down."""
    angle: float | None = None
    """Degrees: 0 flat, 90 upright."""
    foil: bool | None = None
    code: str | None = None
    hex: str | None = None
    state: str | None = None
    device: str | None = None
    fault: str | None = None
    row: RowKind | None = None
    before: bool = False
    nth: int = 1
    part: Part | None = None
    between: RoadEnd = RoadEnd.KIOSK
    rate: Annotated[float, within(0, 1)] | None = None
    """Of a fault: the share of messages, answers or writes that it spoils."""
    seconds: Annotated[float, within(-LONGEST_JUMP_S, LONGEST_JUMP_S)] | None = None
    gate: str | None = None
    direction: Direction = Direction.OUT
    words: tuple[str, ...] = ()
    """A command line of `kiosk`; `{ledger}` and `{config}` stand for this house's."""
    expect_output: tuple[str, ...] = ()
    """Words that the command prints."""
    expect_code: int = 0
    expect: ScreenExpected | None = None

    def __post_init__(self) -> None:
        for key in NEEDS[self.do]:
            if getattr(self, key) in (None, ()):
                raise ValueError(f"expected `{key}`, which `{self.do.value}` needs")
        if self.do is Verb.TOUCH and self.id is None and self.name is None and (self.x is None or self.y is None):
            raise ValueError("expected `id`, `name`, or `x` and `y`, one of which `touch` needs")
        if self.at is not None and len(self.at) != len(("across", "down")):
            raise ValueError("expected `at` to be two numbers of millimetres from the pad's middle")
        if self.do is Verb.SCAN and (self.code is None) == (self.hex is None):
            raise ValueError("expected either `code` or `hex` for `scan`")
        if self.do is Verb.NETWORK and self.state not in set(RoadState):
            raise ValueError(f"expected `state` of a network: {', '.join(RoadState)}")
        if self.do is Verb.DISK and self.state not in set(DiskTrouble):
            raise ValueError(f"expected `state` of a disk: {', '.join(DiskTrouble)}")
        if self.rate is not None and self.do is not Verb.FAULT:
            raise ValueError("expected no `rate`: only `fault` may have one")
        if self.do is Verb.FAULT and self.seconds is not None and self.seconds < 0:
            raise ValueError("expected `seconds` of 0 or more for `fault`")
        if self.do is Verb.WAIT and (self.seconds is None or self.seconds < 0):
            raise ValueError("expected `seconds` of 0 or more for `wait`")


@dataclass(frozen=True, slots=True)
class HoldBefore:
    """Somebody waits for this book from the beginning; it is ready where the demo's files keep it for them."""

    patron: str
    book: str


@dataclass(frozen=True, slots=True)
class LoanBefore:
    """A loan that exists at central before the scenario begins; the book's tag says so too."""

    patron: str
    book: str
    days_ago: Annotated[int, within(0, 3_650)] = 0
    """It was made so many days before. Not looked at in an end that is expected."""


class Broker(StrEnum):
    """Which broker the scenario runs on."""

    BEST = "best"
    """mosquitto where it is installed, else the embedded one."""
    MOSQUITTO = "mosquitto"
    IOTCORE = "iotcore"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Override:
    """A key of `kiosk.toml` (dots between tables) and the TOML value that it has in this scenario."""

    key: str
    value: str


class PadMake(StrEnum):
    """Pads that the simulator has."""

    FEIG = "feig"
    M3_210 = "m3_210"
    RL866 = "rl866"
    PCSC = "pcsc"
    """A desk reader: one book at a time."""


class Time(StrEnum):
    """Which time a scenario can be played in."""

    ANY = "any"
    REAL = "real"
    """It needs real processes, or this machine's own parts."""


class Group(StrEnum):
    """What a story is about."""

    PATRON = "patron"
    STAFF = "staff"
    FAULTS = "faults"
    GATES = "gates"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class Setting:
    """How things stand when the scenario begins."""

    broker: Broker = Broker.BEST
    paper: str = "ok"
    on_pad: tuple[str, ...] = ()
    lent: tuple[LoanBefore, ...] = ()
    waits: tuple[HoldBefore, ...] = ()
    disk_kb: Annotated[int, within(SMALLEST_DISK_KB, LARGEST_DISK_KB)] | None = None
    """Size of the kiosk's disk (a tmpfs; needs root). Absent: the machine's own."""
    pad: PadMake = PadMake.FEIG
    copies: bool = False
    """Central hands out copies to lend by without it (processes only)."""
    kiosk: tuple[Override, ...] = ()
    time: Time = Time.ANY
    seed: Annotated[int, within(0, 2**32)] = 1
    """Of everything random, in virtual time."""


@dataclass(frozen=True, slots=True)
class AfiExpected:
    book: str
    afi: int


@dataclass(frozen=True, slots=True)
class GateExpected:
    """What a gate made of a book that was carried through it."""

    gate: str
    book: str
    """The item's number."""
    alarm: bool
    """Its tag did not say that it is lent."""


TO_LOOK_AT = Setting(
    lent=(
        LoanBefore("dora", "35555000012395", 33),
        LoanBefore("dora", "35555000012403", 26),
        LoanBefore("dora", "35555000012411", 2),
    ),
    waits=(HoldBefore("dora", "35555000012510"), HoldBefore("amelie", "35555000012510")),
    copies=True,
)
"""The demo without a scenario: Dora is late with a book, waits for another and owes money; Amélie's is ready."""


@dataclass(frozen=True, slots=True)
class EndExpected:
    """What must be true when the last step is done, within `within_s`."""

    loans: tuple[LoanBefore, ...] | None = None
    """Exactly these loans at central, those before the scenario included. Absent: not judged."""
    afi: tuple[AfiExpected, ...] = ()
    journal: tuple[RowKind, ...] = ()
    """These kinds of rows, in this order, others between them allowed."""
    receipts_say: tuple[str, ...] = ()
    receipts: int | None = None
    exceptions: int | None = None
    outbox: int | None = None
    """Facts that central has not acknowledged."""
    gate: tuple[GateExpected, ...] | None = None
    """Exactly these books set the gates off, those with `alarm = true`. Absent: not judged."""
    on_pad: tuple[str, ...] | None = None
    """Exactly these books lie on the pad."""
    bin: tuple[str, ...] | None = None
    """Exactly these books have fallen through the return slot."""
    lamps: tuple[LampExpected, ...] = ()
    within_s: float = 15.0


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str
    step: tuple[Step, ...]
    story: str = ""
    group: Group | None = None
    setting: Setting = field(default_factory=Setting)
    expect: EndExpected = field(default_factory=EndExpected)


def read_scenario(path: Path) -> Scenario:
    """Read a scenario, or raise `SettingsRefused` with every fault: file, key path, what was expected."""
    return load(Scenario, path)
