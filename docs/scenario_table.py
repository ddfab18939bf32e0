"""The table of the scenarios in `docs/scenarios.md`: what each is called, its group, and how its story begins."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from kiosk.demo.scenario import Group, Scenario, read_scenario

SCENARIOS = Path(__file__).parents[1] / "tests" / "scenarios"
_SENTENCE = re.compile(r"(.+?[.!?:;])(?:\s|$)", re.DOTALL)


def scenarios() -> str:
    """One line a scenario, by group and name; files that have no group come last."""
    lines = ["| group | scenario | story | file |", "|---|---|---|---|"]
    return "\n".join([*lines, *_rows()])


def _rows() -> Iterator[str]:
    order = [group.value for group in Group]
    told = [(read_scenario(path), path) for path in SCENARIOS.glob("**/*.scenario.toml")]
    for scenario, path in sorted(told, key=lambda one: (_place(one[0], order), one[0].name, one[1])):
        group = scenario.group.value if scenario.group else "–"
        name, story = (text.replace("|", "\\|") for text in (scenario.name, first_sentence(scenario.story)))
        yield f"| {group} | {name} | {story} | `{path.relative_to(SCENARIOS).as_posix()}` |"


def _place(scenario: Scenario, order: list[str]) -> int:
    return order.index(scenario.group.value) if scenario.group else len(order)


def first_sentence(story: str) -> str:
    """Up to the first full stop, colon or semicolon, on one line; a story without one, whole."""
    plain = " ".join(story.split())
    found = _SENTENCE.match(plain)
    return plain if found is None else found[1].rstrip(":;") + ("." if found[1][-1] in ":;" else "")
