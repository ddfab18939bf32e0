"""A start of a kiosk looks at what may still be open, not at the months before it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.ledger import Ledger, LedgerFile
from kiosk.ledger.doubts import doubts_of
from kiosk.model.journal import RowKind
from kiosk.wire import Station
from tests.ledger.conftest import Reopen, Steps, Story

MONTHS = 150
INTENTS = "abc"
Tell = Callable[[Ledger], Story]


def test_a_start_costs_the_same_after_months(reopen: Reopen, tell: Tell, steps: Steps) -> None:
    costs = []
    for number in range(MONTHS):
        story = tell(reopen())
        before = steps.taken
        story.ledger.doubts()
        costs.append(steps.taken - before)
        story.borrows(f"intent {number}")
    assert costs[-1] <= costs[1] * 1.5, f"the second took {costs[1]} steps, the last {costs[-1]}"


def test_a_doubt_of_long_ago_is_told_at_every_start_until_it_is_settled(reopen: Reopen, tell: Tell) -> None:
    tell(reopen()).intends("lost")
    for number in range(3):
        story = tell(reopen())
        story.borrows(f"intent {number}")
        assert [doubt.intent for doubt in story.ledger.doubts()] == ["lost"]
    tell(reopen()).only(RowKind.BORROW_ABANDONED, "lost")
    assert not reopen().doubts()


def test_a_ledger_of_the_first_version_goes_on(reopen: Reopen, tell: Tell, path: Path) -> None:
    story = tell(reopen())
    story.borrows("a")
    story.intends("b")
    story.ledger.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ALTER TABLE meta DROP COLUMN settled")
        connection.execute("PRAGMA user_version = 1")
    with LedgerFile(path) as before:
        assert len(before.rows()) == 6
    assert [doubt.intent for doubt in reopen().doubts()] == ["b"]
    assert reopen().opened.kind == "kept"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.just("start again"),
            st.tuples(st.sampled_from(INTENTS), st.sampled_from(["intends", "lends", "opens", "abandons", "returns"])),
        ),
        max_size=25,
    )
)
def test_starts_between_the_steps_forget_no_doubt(steps: list[str | tuple[str, str]]) -> None:
    """Whatever was journalled, and whenever the kiosk was switched off: the doubts are those of the whole journal."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.sqlite"
        ledger = Ledger.open(path, Station("main", "kiosk-1"))
        for step in steps:
            if isinstance(step, str):
                ledger.close()
                ledger = Ledger.open(path, Station("main", "kiosk-1"))
            else:
                _journal(Story(ledger), *step)
            assert ledger.doubts() == doubts_of(ledger.rows())
        ledger.close()


def _journal(story: Story, intent: str, step: str) -> None:
    acts: dict[str, Callable[[str], object]] = {
        "intends": story.intends,
        "lends": story.lends,
        "opens": story.opens,
        "abandons": lambda name: story.only(RowKind.BORROW_ABANDONED, name),
        "returns": story.returns,
    }
    acts[step](intent)


def test_a_mark_is_kept_only_where_it_grew(reopen: Reopen, tell: Tell, path: Path) -> None:
    tell(reopen()).borrows("a")
    reopen()
    assert _mark(path) == 5
    tell(reopen()).intends("b")
    reopen().close()
    assert _mark(path) == 5


def _mark(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        (mark,) = connection.execute("SELECT settled FROM meta").fetchone()
        assert isinstance(mark, int)
        return mark
