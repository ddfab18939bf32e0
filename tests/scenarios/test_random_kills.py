"""kill -9 at instants that nobody chose: what the screen has confirmed is at central once, and nothing is forgotten."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.scenarios.conftest import played

BOOKS = ("35555000012346", "35555000012353", "35555000012361", "35555000012379", "35555000012387")
SEEDS = range(1)
KILLS = 4
LATEST_S = 2.5


def story(seed: int) -> str:
    """Visits that are each cut short by a kill at some moment after the card, and one that comes to its end."""
    chance = random.Random(seed)
    steps = []
    for _ in range(KILLS):
        books = chance.sample(BOOKS, chance.randint(1, len(BOOKS)))
        listed = ", ".join(f'"{book}"' for book in books)
        after_s = chance.uniform(0.0, LATEST_S)
        steps.append('[[step]]\ndo = "tap-card"\ncard = "wei"\nexpect = { screen = "home" }')
        steps.append(f'[[step]]\ndo = "lay-down"\nbooks = [{listed}]\nexpect = {{ within_s = 0.01 }}')
        steps.append(f'[[step]]\ndo = "kill-kiosk"\nafter_s = {after_s:.3f}')
        steps.append('[[step]]\ndo = "look"\nexpect = { screen = "attract", within_s = 20 }')
        steps.append(f'[[step]]\ndo = "take-away"\nbooks = [{listed}]')
    return f'name = "Seed {seed}"\n' + "\n".join(steps) + "\n[expect]\nwithin_s = 20\n"


@pytest.mark.parametrize("seed", SEEDS)
def test_kills_at_random_instants_lose_and_invent_nothing(seed: int, tmp_path: Path) -> None:
    scenario = tmp_path / "kills.toml"
    scenario.write_text(story(seed))
    told = played(scenario, tmp_path / "kept")
    assert told.failures() == []
