"""One story in a world of its own: played step by step, and judged after every one."""

from __future__ import annotations

import hashlib
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from kiosk.demo.evidence import judge
from kiosk.demo.gathering import Witness
from kiosk.demo.mirror_client import View
from kiosk.demo.people import People
from kiosk.demo.player import Player
from kiosk.demo.real import runner
from kiosk.demo.scenario import Part, Scenario, Setting, Step, Verb
from kiosk.world.opening import World, opened_world

SETTLED_S = 120.0
"""Longer than any pause of the uplink: by then every fact has arrived."""
LOOK_AGAIN_S = 5.0
AT_THE_END = ("I1", "I5 every fact")
"""Beginnings of the names of what need not be true while somebody is at the kiosk or a line is cut."""
FRAMES = 3
"""Of a crash: the innermost places."""


class Teller(Protocol):
    """Where steps come from."""

    setting: Setting

    def next(self, view: View | None) -> Step: ...

    def ending(self) -> list[Step]: ...


@dataclass(frozen=True, slots=True)
class Trial:
    """What was done, and what was not true then."""

    setting: Setting
    steps: tuple[Step, ...]
    """Without the ending."""
    ending: tuple[Step, ...]
    failure: str = ""
    journal: str = ""
    """SHA-256 of the kiosk's journal: the same for the same steps."""

    def scenario(self, name: str) -> Scenario:
        """What can be played again from a file."""
        return Scenario(name, (*self.steps, *self.ending), setting=self.setting)


def tried(teller: Teller, length: int, config: Path) -> Trial:
    """Play `length` steps that `teller` tells while it sees what the screen shows."""
    steps: list[Step] = []
    failure = ""
    with _stage(config, teller.setting) as stage:
        while not failure and len(steps) < length:
            step = teller.next(stage.seen())
            failure = stage.does(step)
            steps.append(step)
        ending = tuple(teller.ending())
        return Trial(teller.setting, tuple(steps), ending, failure or stage.ends(ending), stage.journal())


def again(trial: Trial, steps: Sequence[Step], config: Path) -> Trial:
    """Some of the steps of a trial in a new world, and its ending."""
    with _stage(config, trial.setting) as stage:
        failure = ""
        for step in steps:
            failure = failure or stage.does(step)
        return replace(trial, steps=tuple(steps), failure=failure or stage.ends(trial.ending), journal=stage.journal())


@dataclass(slots=True)
class _Stage:
    """A world with somebody who plays and somebody who looks on."""

    world: World
    player: Player
    witness: Witness

    def seen(self) -> View | None:
        return self.world.eyes.view() if self.world.house.running(Part.KIOSK) else None

    def does(self, step: Step) -> str:
        """Play a step; what is wrong then, or nothing. Whoever touches what is not there touches nothing."""
        if step.do is Verb.TOUCH and not self._is_there(step):
            step = Step(Verb.LOOK)
        if not self.world.house.running(Part.KIOSK) and step.do is Verb.ARM_POWER_CUT:
            step = Step(Verb.LOOK)
        try:
            (played,) = self.player.play(Scenario("one step", (step,)))
        except Exception as crash:  # noqa: BLE001 - whatever ends the kiosk's code is what a seed is to find
            return f"{step.do.value}: {_where(crash)}"
        return f"{step.do.value}: {played.failure}" if played.failure else self._wrong(always=True)

    def ends(self, ending: Sequence[Step]) -> str:
        """Everything is mended and everybody has left; what is wrong in the end, or nothing."""
        for step in ending:
            if failure := self.does(step):
                return failure
        until_s = self.world.house.now_s + SETTLED_S
        while (wrong := self._wrong(always=False)) and self.world.house.now_s < until_s:
            self.world.house.sleep(LOOK_AGAIN_S)
        return wrong

    def journal(self) -> str:
        _, rows = self.witness.look(frozenset())
        return hashlib.sha256("\n".join(map(repr, rows)).encode()).hexdigest()

    def _is_there(self, step: Step) -> bool:
        view = self.seen()
        return view is not None and any(node.id == step.id and node.state == "enabled" for node in view.tree.walk())

    def _wrong(self, *, always: bool) -> str:
        evidence, _ = self.witness.look(frozenset(self.player.confirmed))
        if always:
            evidence = replace(evidence, central_reached=False)  # facts may be on their way
        judged = judge(evidence)
        wrong = [one for one in judged if not one.holds and not (always and one.name.startswith(AT_THE_END))]
        return "; ".join(f"{one.name}: {one.detail}" for one in wrong)


@contextmanager
def _stage(config: Path, setting: Setting) -> Iterator[_Stage]:
    with (
        tempfile.TemporaryDirectory(prefix="kiosk-seed-") as folder,
        opened_world(config, Path(folder), setting, setting.seed) as world,
    ):
        house, settings = world.house, world.house.settings
        run = runner(house.ledger, config)
        player = Player(house, world.room, world.eyes, house, run, settings.time_zone)
        before = tuple(world.room.tags())
        witness = Witness(house, world.room, People.read(config), settings.marks.on_loan, before)
        try:
            yield _Stage(world, player, witness)
        finally:
            witness.close()


def _where(crash: Exception) -> str:
    frames = traceback.extract_tb(crash.__traceback__)[-FRAMES:]
    places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames))
    return f"{type(crash).__name__}: {crash} ({places})"
