"""I6: a whole day of a branch, with everybody who comes, leaves no name, card or number of a patron in any log."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from kiosk.demo.house import DEMO_CONFIG
from kiosk.world.people.living import Plan, live

SEED, VISITS, FEW = 3, 40, 10
OURS = ("kiosk", "drivers", "firmware_sim")


def test_i6_a_whole_day_leaves_no_patron_in_a_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for name in OURS:
        caplog.set_level(logging.DEBUG, logger=name)
    plan = Plan(DEMO_CONFIG, SEED, days=1, visits=VISITS, keep=tmp_path)
    lived = live(plan)
    assert lived.balance.loans["made"] > 0
    rows = [json.loads(line) for line in (tmp_path / "journal.jsonl").read_text(encoding="utf-8").splitlines()]
    patrons = {str(row["patron"]) for row in rows if row.get("patron")}
    assert len(patrons) > FEW, "they were there to be named"
    numbers = patrons | {patron.removeprefix("card:") for patron in patrons}
    assert [number for number in sorted(numbers) if number in caplog.text] == []
