"""`kiosk bench`: what it measures is real, what it tells can be read by programs, and what it cannot do it says."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from kiosk.bench import a_day, pictures
from kiosk.bench.figure import Figure, share
from kiosk.commands import main
from kiosk.screens.samples import NOW_S, SETTINGS
from kiosk.screens.screen import Screen
from kiosk.screens.window import Mode

ROWS_A_VISIT = 27
"""Three books lent and brought back: see docs/journal.md."""


def test_a_few_visits_leave_their_journal_and_nothing_else(tmp_path: Path) -> None:
    """A real loop, ledger and window: neither files nor threads are left over from a visit."""
    day = a_day.lived(tmp_path, visits=4, minutes=30)
    assert day.rows == 4 * ROWS_A_VISIT
    assert (day.evening.files, day.evening.threads) == (day.warm.files, day.warm.threads)


def test_only_what_moves_is_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "VISIT", ("borrow-empty", "borrow-reading", "borrow-mixed"))
    screen = Screen(pictures.SIZE, Mode.WINDOW, SETTINGS)
    times = pictures.visit(screen, NOW_S)
    screen.close()
    assert len(times.moving_ms) >= 10, "rows come in over about a dozen pictures"
    assert max(times.moving_share) < 0.5


@pytest.mark.parametrize(("took_ms", "seen"), [(0.0, 1), (16.0, 2), (17.0, 3), (100.0, 7)])
def test_a_picture_is_seen_at_the_display_s_next_one(took_ms: float, seen: int) -> None:
    assert pictures.frames(took_ms) == seen


def test_a_figure_says_whether_it_is_reached() -> None:
    slow = Figure("start_s", "start", 7.25, "s", 5)
    assert slow.line() == "| start | 7.25 s | ≤ 5 s, not reached |"
    assert slow.told()["reached"] is False
    assert Figure("rows", "rows", 3, "rows").told()["reached"] is None
    assert share([3.0, 1.0, 2.0], 0.5) == 2.0
    assert share([1.0], 0.99) == 1.0


def test_what_is_found_is_told_as_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(pictures, "VISIT", ("attract", "home"))
    monkeypatch.setattr(pictures, "BEGINNINGS", ("home",))
    monkeypatch.setattr(pictures, "MOST_TOUCHES", 5)
    assert main(["bench", "--part", "pictures", "--json"]) == 0
    found = {one["key"]: one for one in json.loads(capsys.readouterr().out)["figures"]}
    assert found["touched_frames_most"]["unit"] == "frames"
    assert all(math.isfinite(one["found"]) and one["found"] >= 0 for one in found.values())


@pytest.mark.parametrize("words", [("--part", "network"), ("--visits", "3"), ("--visits", "many")])
def test_what_it_does_not_know_is_a_wrong_use(words: tuple[str, str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["bench", *words])
    assert ended.value.code == 2
