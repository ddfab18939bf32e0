"""Plots: bars stand inside the drawing, are as long as what they say, and scales are round figures."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kiosk.web.plot import MOST_ROWS, Plot, columns, rows, ticks

FIGURES = st.lists(st.tuples(st.text(max_size=40), st.integers(0, 10**9)), max_size=92)


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
def test_bars_are_as_long_as_their_figures_and_stay_inside(figures: list[tuple[str, int]]) -> None:
    for plot in (columns(figures), rows(figures)):
        lengths = [bar.height if plot.upwards else bar.width for bar in plot.bars]
        longest = max((bar.value for bar in plot.bars), default=0)
        for bar, length in zip(plot.bars, lengths, strict=True):
            assert _inside(plot, bar.x, bar.y)
            assert _inside(plot, bar.x + bar.width, bar.y + bar.height)
            if longest:
                assert abs(length - max(lengths) * bar.value / longest) < 1e-6


def _inside(plot: Plot, x: float, y: float) -> bool:
    return -1e-6 <= x <= plot.width + 1e-6 and -1e-6 <= y <= plot.height + 1e-6


def test_every_figure_has_its_bar_and_long_lists_are_left_to_the_table() -> None:
    week = [(f"2026-11-{day:02}", day) for day in range(1, 31)]
    assert [(bar.name, bar.value) for bar in columns(week).bars] == week
    assert [bar.x for bar in columns(week).bars] == sorted({bar.x for bar in columns(week).bars})
    assert len(columns(week).names) <= 8
    assert len(rows([(str(at), at) for at in range(100)]).bars) == MOST_ROWS
    assert columns([]).bars == rows([]).bars == ()
