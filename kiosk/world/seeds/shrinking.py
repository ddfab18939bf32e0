"""From a story that fails to the shortest one found that fails in the same way."""

from __future__ import annotations

from pathlib import Path

from kiosk.demo.scenario import Step
from kiosk.world.seeds.trial import Trial, again

MOST_TRIES = 60


def shrunk(trial: Trial, config: Path) -> Trial:
    """Leave out runs of steps, first long ones and then single ones, as long as the story still fails alike.

    Delta debugging without its complements (Zeller, Hildebrandt: Simplifying and isolating failure-inducing input,
    2002).
    """
    best, tries = trial, 0
    run = max(1, len(trial.steps) // 2)
    while run:
        at = 0
        while at < len(best.steps) and tries < MOST_TRIES:
            fewer: tuple[Step, ...] = (*best.steps[:at], *best.steps[at + run :])
            one = again(best, fewer, config)
            tries += 1
            if one.failure and _kind(one) == _kind(trial):
                best = one
            else:
                at += run
        run //= 2
    return best


def _kind(trial: Trial) -> str:
    """What failed, without which item or loan."""
    return trial.failure.split(":")[0]
