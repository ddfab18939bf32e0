"""An outbox keeps months of facts: what is done for each acknowledgement must not grow with them."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime

from tests.ledger.conftest import Steps, Story

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
MONTHS = 150


def test_an_acknowledgement_costs_the_same_after_months(story: Story, steps: Steps) -> None:
    with closing(story.ledger.outbox()) as outbox:
        costs = []
        for number in range(MONTHS):
            story.borrows(f"intent {number}")
            before = steps.taken
            outbox.release(story.ledger.last_seq, NOW)
            costs.append(steps.taken - before)
    assert costs[0] > 0
    assert costs[-1] <= costs[1] * 1.5, f"the second took {costs[1]} steps, the last {costs[-1]}"


def test_what_is_told_next_costs_the_same_after_months(story: Story, steps: Steps) -> None:
    with closing(story.ledger.outbox()) as outbox:
        costs = []
        for number in range(MONTHS):
            story.borrows(f"intent {number}")
            before = steps.taken
            assert len(outbox.facts_after(story.ledger.last_seq - 2, 50)) == 2
            assert outbox.last_seq() == story.ledger.last_seq
            assert outbox.span()[0] == 1
            costs.append(steps.taken - before)
    assert costs[-1] <= costs[1] * 1.5, f"the second took {costs[1]} steps, the last {costs[-1]}"


def test_facts_that_are_told_again_keep_the_day_of_their_first_release(story: Story) -> None:
    """Central was restored: what it acknowledges a second time is not kept ninety days more."""
    story.borrows("a")
    story.borrows("b")
    with closing(story.ledger.outbox()) as outbox:
        outbox.release(4, NOW)
        outbox.release(0, NOW)
        assert outbox.acked_seq() == 0
        outbox.release(4, NOW.replace(year=2027))
        assert outbox.acked_seq() == 4
    assert story.ledger.prune(NOW.replace(year=2027)) > 0
