"""Plots: bars stand inside the drawing, are as long as what they say, and scales are round figures."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kiosk.web.plot import LABELS, MOST_ROWS, Bar, Named, Plot, columns, rows, ticks

FIGURES = st.lists(
    st.tuples(st.text(max_size=40), st.lists(st.integers(0, 10**9), min_size=1, max_size=3)), max_size=92
)


@given(st.integers(0, 10**12))
def test_a_scale_begins_at_nothing_and_ends_at_a_round_figure_not_far_above(most: int) -> None:
    found = ticks(most)
    every = found[1]
    assert found[0] == 0
    assert found[-1] >= most
    assert found[-1] - every < max(most, 1)
    assert str(every).rstrip("0") in {"1", "2", "5"}
    assert 2 <= len(found) <= 5


@given(FIGURES)
def test_bars_are_as_long_as_their_figures_stand_on_each_other_and_stay_inside(named: Named) -> None:
    for plot in (columns(named), rows(named)):
        most = max((sum(entry.values) for entry in plot.entries), default=0)
        whole = max((sum(_length(plot, bar) for bar in entry.bars) for entry in plot.entries), default=0.0)
        for entry in plot.entries:
            assert all(_inside(plot, bar) for bar in entry.bars)
            for value, bar in zip(entry.values, entry.bars, strict=True):
                if most:
                    assert abs(_length(plot, bar) - whole * value / most) < 1e-6
            for one, other in pairwise(entry.bars):
                ends, begins = (other.y + other.height, one.y) if plot.upwards else (one.x + one.width, other.x)
                assert abs(ends - begins) < 1e-6


def _length(plot: Plot, bar: Bar) -> float:
    return bar.height if plot.upwards else bar.width


def _inside(plot: Plot, bar: Bar) -> bool:
    return bar.x >= 0 and bar.y >= -1e-6 and bar.x + bar.width <= plot.width and bar.y + bar.height <= plot.height


def test_every_figure_has_its_bar_and_long_lists_are_left_to_the_table() -> None:
    month = [(f"11-{day:02}", [day]) for day in range(1, 31)]
    drawn = columns(month)
    assert [(entry.name, list(entry.values)) for entry in drawn.entries] == month
    assert len({entry.bars[0].x for entry in drawn.entries}) == len(month)
    assert len(drawn.names) <= LABELS
    assert len(rows([(str(at), [at]) for at in range(100)]).entries) == MOST_ROWS
    assert columns([]).entries == rows([]).entries == ()
