"""Plays a scenario as a patron, a technician and the world would: touches, cards, books and switches alone."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from kiosk.demo.bench_client import BenchClient, BenchRefused
from kiosk.demo.children import NotReady
from kiosk.demo.disk import BallastDisk
from kiosk.demo.house import READY_S, House
from kiosk.demo.mirror_client import MirrorClient, MirrorGone, MirrorRefused, View
from kiosk.demo.scenario import Part, Scenario, ScreenExpected, Step, Verb
from kiosk.demo.watching import items_shown, missing

LOOK_S = 0.5
"""How long one look at the screen waits for a change before it looks whether the kiosk still lives."""
DYING_S = 2.0
"""A process that kills itself is gone within this time of its socket's end."""
LIFT_S = 1.0
"""Lifting books off takes a person about this long; nobody taps a card in the same instant."""
SETTLE_S = 0.25
"""Without an expectation, what the screen says after a step is what it says when it has been still this long."""


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


@dataclass(slots=True)
class Player:
    """Plays the steps one after another; a failed expectation ends the play."""

    house: House
    bench: BenchClient
    mirror: MirrorClient
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
        began = time.monotonic()
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
            seconds=round(time.monotonic() - began, 3),
            screen=view.screen if view else "",
            says=tuple(view.tree.texts()) if view else (),
            items={node.value: node.state for node in items_shown(view)} if view else {},
            failure=failure,
        )

    def _hesitate(self, wait_s: float) -> None:
        """Look at the screen for so long: what it confirms meanwhile counts."""
        end_s = time.monotonic() + wait_s
        while (left_s := end_s - time.monotonic()) > 0:
            self._look(self._view.number if self._view else -1, min(LOOK_S, left_s))

    def _cut_was_armed(self) -> bool:
        """Whether the kiosk is away because a power cut that a step armed has come."""
        kiosk = self.house.part(Part.KIOSK)
        return self._armed and kiosk.ends_within(DYING_S)

    def _gone(self, gone: MirrorGone) -> str:
        return f"the kiosk is not there: {gone}; last words:\n{self.house.part(Part.KIOSK).last_words()}"

    def _do(self, step: Step) -> None:
        match step.do:
            case Verb.TOUCH:
                self._touch(step)
            case Verb.TAP_CARD | Verb.INSERT_CARD | Verb.TEAR_CARD:
                self.bench.card(step.do.value.removesuffix("-card"), step.card)
            case Verb.REMOVE_CARD:
                self.bench.card("remove", None)
            case Verb.LAY_DOWN:
                self.bench.put_on_pad(step.books)
            case Verb.TAKE_AWAY:
                self.bench.take_off_pad(step.books)
            case Verb.SCAN:
                self.bench.scan(step.code, step.hex)
            case Verb.PAPER | Verb.COVER | Verb.CUTTER:
                self.bench.printer(step.do.value, step.state or "")
            case Verb.FAULT:
                self.bench.fault(step.device or "", step.fault or "")
            case _:
                self._do_to_processes(step)

    def _do_to_processes(self, step: Step) -> None:
        kiosk = self.house.part(Part.KIOSK)
        match step.do:
            case Verb.ARM_POWER_CUT:
                self.mirror.arm_power_cut(step.row.value if step.row else "", before=step.before, nth=step.nth)
                self._armed = True
            case Verb.KILL_KIOSK:
                kiosk.kill()
                self._restart_kiosk()
            case Verb.AWAIT_KIOSK:
                self._await_death()
                self._armed = False
                self._restart_kiosk()
            case Verb.STOP:
                self.house.part(step.part or Part.KIOSK).stop()
            case Verb.START:
                child = self.house.part(step.part or Part.KIOSK)
                child.start()
                child.wait_ready(READY_S)
            case Verb.FILL_DISK:
                BallastDisk(self.house.ledger.parent).fill()
            case Verb.FREE_DISK:
                BallastDisk(self.house.ledger.parent).free()
            case _:
                assert step.do is Verb.LOOK, step.do

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
        process = self.house.part(Part.KIOSK).process
        assert process is not None
        deadline = time.monotonic() + READY_S
        while process.poll() is None:
            if time.monotonic() > deadline:
                raise NotReady(f"the armed power cut did not happen within {READY_S:.0f} s: no such journal row came")
            try:
                self._look(self._view.number if self._view else -1, LOOK_S)
            except MirrorGone:
                process.wait(READY_S)

    def _restart_kiosk(self) -> None:
        self.mirror.close()
        kiosk = self.house.part(Part.KIOSK)
        kiosk.kill()
        kiosk.start()
        kiosk.wait_ready(READY_S)
        self._view = None

    def _await(self, expected: ScreenExpected, *, still: bool) -> str:
        """Look until the screen shows what is expected; return what is missing when the time is over."""
        if not self.house.part(Part.KIOSK).running:
            return ""
        deadline = time.monotonic() + expected.within_s
        view = self._look(-1, 0.0)
        while (lacking := missing(view, expected)) or still:
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                break
            view = self._look(view.number, min(LOOK_S, left_s))
        return f"within {expected.within_s:g} s, expected " + "; ".join(lacking) if lacking else ""

    def _look(self, after: int, wait_s: float) -> View:
        view = self.mirror.view(after, wait_s)
        if view.screen == "borrow":
            self.confirmed |= {node.value for node in items_shown(view) if node.state == "done" and node.value}
        self._view = view
        return view
