"""Plays a scenario as a patron, a technician and the world would: touches, cards, books and switches alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from kiosk.demo.bench_client import BenchRefused, Laid
from kiosk.demo.children import NotReady
from kiosk.demo.due import dated
from kiosk.demo.hands import Clock, Eyes, HouseHands, RoomHands
from kiosk.demo.mirror_client import MirrorGone, MirrorRefused, View
from kiosk.demo.scenario import DELAY_S, DiskTrouble, Part, RoadState, Scenario, ScreenExpected, Step, Verb
from kiosk.demo.watching import dark, items_shown, missing

LOOK_S = 0.5
"""How long one look at the screen waits for a change before it looks whether the kiosk still lives."""
DYING_S = 2.0
"""A process that kills itself is gone within this time of its socket's end."""
LIFT_S = 1.0
"""Lifting books off takes a person about this long; nobody taps a card in the same instant."""
SETTLE_S = 0.25
"""Without an expectation, what the screen says after a step is what it says when it has been still this long."""
CUT_S = 30.0
"""An armed power cut comes within this time."""
OUTPUT_LINES = 20


@dataclass(frozen=True, slots=True)
class Played:
    """One step as it went."""

    number: int
    do: str
    seconds: float
    screen: str
    says: tuple[str, ...]
    items: dict[str, str]
    failure: str = ""

    @property
    def ok(self) -> bool:
        return not self.failure


@dataclass(frozen=True, slots=True)
class Ran:
    """A command line of the staff that has ended."""

    code: int
    output: str


Run = Callable[[tuple[str, ...]], Ran]


@dataclass(slots=True)
class Player:
    """Plays the steps one after another; a failed expectation ends the play."""

    house: HouseHands
    bench: RoomHands
    mirror: Eyes
    clock: Clock
    run: Run
    """Runs a command line of `kiosk` on this house."""
    zone: str
    """IANA name of the library's time zone, in which books are due."""
    confirmed: set[str] = field(default_factory=set)
    """Items that the screen showed as lent in a borrow list at some moment."""
    _view: View | None = None
    _armed: bool = False
    """A power cut has been ordered and not been awaited yet."""

    def play(self, scenario: Scenario) -> list[Played]:
        """Play every step; the last one of the list is the one that failed, if one did."""
        played: list[Played] = []
        for number, step in enumerate(scenario.step, 1):
            played.append(self._play(number, step))
            if not played[-1].ok:
                break
        return played

    def _play(self, number: int, step: Step) -> Played:
        began = self.clock.now_s
        try:
            self._hesitate(step.after_s)
            self._do(step)
            settle_s = LIFT_S if step.do is Verb.TAKE_AWAY else SETTLE_S
            failure = self._await(step.expect or ScreenExpected(within_s=settle_s), still=step.expect is None)
        except (BenchRefused, MirrorRefused, NotReady) as refused:
            failure = str(refused)
        except MirrorGone as gone:
            failure = "" if self._cut_was_armed() else self._gone(gone)
        view = self._view
        return Played(
            number=number,
            do=step.do.value,
            seconds=round(self.clock.now_s - began, 3),
            screen=view.screen if view else "",
            says=tuple(view.tree.texts()) if view else (),
            items={node.value: node.state for node in items_shown(view)} if view else {},
            failure=failure,
        )

    def _hesitate(self, wait_s: float) -> None:
        """Look at the screen for so long: what it confirms meanwhile counts. A kiosk that is off shows nothing."""
        if not self.house.running(Part.KIOSK):
            self.clock.sleep(wait_s)
            return
        end_s = self.clock.now_s + wait_s
        while (left_s := end_s - self.clock.now_s) > 0:
            self._look(self._view.number if self._view else -1, min(LOOK_S, left_s))

    def _cut_was_armed(self) -> bool:
        """Whether the kiosk is away because a power cut that a step armed has come."""
        return self._armed and self.house.died_within(Part.KIOSK, DYING_S)

    def _gone(self, gone: MirrorGone) -> str:
        return f"the kiosk is not there: {gone}; last words:\n{self.house.last_words(Part.KIOSK)}"

    def _do(self, step: Step) -> None:
        match step.do:
            case Verb.TOUCH:
                self._touch(step)
            case Verb.TAP_CARD | Verb.INSERT_CARD | Verb.TEAR_CARD:
                self.bench.card(step.do.value.removesuffix("-card"), step.card)
            case Verb.REMOVE_CARD:
                self.bench.card("remove", None)
            case Verb.LAY_DOWN:
                self.bench.put_on_pad(step.books, Laid(step.at, step.angle, step.foil))
            case Verb.TAKE_AWAY:
                self.bench.take_off_pad(step.books)
            case Verb.SLOT:
                self.bench.slot(step.books)
            case Verb.EMPTY_BIN:
                self.bench.empty_bin()
            case Verb.SCAN:
                self.bench.scan(step.code, step.hex)
            case Verb.PAPER | Verb.COVER | Verb.CUTTER:
                self.bench.printer(step.do.value, step.state or "")
            case Verb.FAULT:
                self.bench.fault(step.device or "", step.fault or "", step.rate, step.seconds)
            case Verb.WALK_THROUGH:
                self.bench.walk_through(step.gate or "", step.books, step.direction.value)
            case Verb.WAIT:
                self._hesitate(step.seconds or 0.0)
            case Verb.COMMAND:
                self._command(step)
            case _:
                self._do_to_processes(step)

    def _do_to_processes(self, step: Step) -> None:
        house, part = self.house, step.part or Part.KIOSK
        match step.do:
            case Verb.ARM_POWER_CUT:
                self.mirror.arm_power_cut(step.row.value if step.row else "", before=step.before, nth=step.nth)
                self._armed = True
            case Verb.KILL_KIOSK:
                self._restart_kiosk()
            case Verb.AWAIT_KIOSK:
                self._await_death()
                self._armed = False
                self._restart_kiosk()
            case Verb.STOP:
                house.stop(part)
            case Verb.START:
                house.start(part)
            case Verb.KILL:
                house.kill(part)
            case _:
                self._do_to_world(step)

    def _do_to_world(self, step: Step) -> None:
        house = self.house
        match step.do:
            case Verb.FORGET:
                house.forget()
            case Verb.POWER_CUT:
                self.mirror.close()
                house.power_cut()
                self._view = None
            case Verb.NETWORK:
                delay_s = DELAY_S if step.seconds is None else step.seconds
                house.set_road(step.between, RoadState(step.state or ""), delay_s)
            case Verb.CLOCK_JUMP:
                house.jump(step.seconds or 0.0)
            case Verb.FILL_DISK:
                house.fill_disk()
            case Verb.FREE_DISK:
                house.free_disk()
            case Verb.DISK:
                house.trouble_disk(DiskTrouble(step.state or ""), step.nth)
                self._armed = self._armed or step.state == DiskTrouble.TORN
            case _:
                assert step.do is Verb.LOOK, step.do

    def _command(self, step: Step) -> None:
        ran = self.run(step.words)
        lacking = [words for words in step.expect_output if words not in ran.output]
        if ran.code != step.expect_code or lacking:
            told = "\n".join(ran.output.splitlines()[-OUTPUT_LINES:])
            raise NotReady(
                f"kiosk {' '.join(step.words)}: expected code {step.expect_code} and the words {step.expect_output}, "
                f"it ended with {ran.code} and said:\n{told}"
            )

    def _touch(self, step: Step) -> None:
        if step.id is not None:
            self.mirror.act(step.id)
        elif step.name is not None:
            named = [
                node for node in self._look(-1, 0.0).tree.walk() if node.role == "button" and node.name == step.name
            ]
            if not named:
                raise MirrorRefused(f"touch: no button on the screen is named {step.name!r}")
            self.mirror.act(named[0].id)
        else:
            self.mirror.touch(step.x or 0, step.y or 0)

    def _await_death(self) -> None:
        """Wait for the kiosk that an armed power cut ends."""
        deadline = self.clock.now_s + CUT_S
        while not self.house.died_within(Part.KIOSK, 0.0):
            if self.clock.now_s > deadline:
                raise NotReady(f"the armed power cut did not happen within {CUT_S:.0f} s: no such journal row came")
            try:
                self._look(self._view.number if self._view else -1, LOOK_S)
            except MirrorGone:
                self.house.died_within(Part.KIOSK, CUT_S)

    def _restart_kiosk(self) -> None:
        self.mirror.close()
        self.house.kill(Part.KIOSK)
        self.house.start(Part.KIOSK)
        self._view = None

    def _await(self, expected: ScreenExpected, *, still: bool) -> str:
        """Look until the screen shows what is expected; return what is missing when the time is over."""
        if not self.house.running(Part.KIOSK):
            return ""
        deadline = self.clock.now_s + expected.within_s
        view = self._look(-1, 0.0)
        while (lacking := self._lacking(view, expected)) or still:
            left_s = deadline - self.clock.now_s
            if left_s <= 0:
                break
            view = self._look(view.number, min(LOOK_S, left_s))
        return f"within {expected.within_s:g} s, expected " + "; ".join(lacking) if lacking else ""

    def _lacking(self, view: View, expected: ScreenExpected) -> list[str]:
        lacking = missing(view, dated(expected, view.language, self.clock.utc, self.zone))
        return lacking + (dark(self.bench.lamps(), expected.lamps) if expected.lamps else [])

    def _look(self, after: int, wait_s: float) -> View:
        view = self.mirror.view(after, wait_s)
        if view.screen == "borrow":
            self.confirmed |= {node.value for node in items_shown(view) if node.state == "done" and node.value}
        self._view = view
        return view
