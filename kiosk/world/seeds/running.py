"""Many seeds, several at once, each in a process that has played some before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from kiosk.demo.scenario_text import scenario_text
from kiosk.world.seeds.chance import Cast, Chance, Kind
from kiosk.world.seeds.shrinking import shrunk
from kiosk.world.seeds.trial import tried

A_TURN = 4
"""Seeds that a process is given at once."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is played."""

    config: Path
    steps: int
    kinds: frozenset[Kind]


@dataclass(frozen=True, slots=True)
class Found:
    """A story that failed, cut down."""

    seed: int
    failure: str
    scenario: str
    """The file's text."""

    def told(self) -> dict[str, object]:
        """As JSON."""
        return {"seed": self.seed, "failure": self.failure, "scenario": self.scenario}


def all_of(order: Order, seeds: Sequence[int], jobs: int) -> Iterator[Found]:
    """Those that failed, in the order of the seeds."""
    if jobs == 1 or len(seeds) == 1:
        yield from (found for seed in seeds if (found := played(order, seed)) is not None)
        return
    pool = ProcessPoolExecutor(jobs)
    try:
        for found in pool.map(partial(played, order), seeds, chunksize=A_TURN):
            if found is not None:
                yield found
    finally:
        pool.shutdown(cancel_futures=True)


def played(order: Order, seed: int) -> Found | None:
    """What failed in the story of this seed."""
    trial = tried(Chance(seed, Cast.of(order.config), order.kinds), order.steps, order.config)
    if not trial.failure:
        return None
    short = shrunk(trial, order.config)
    return Found(seed, short.failure, scenario_text(short.scenario(f"Seed {seed}: {short.failure.split(':')[0]}")))
