"""People at several kiosks on real processes: the same people as in virtual time, and a sheet that is balanced."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def test_two_kiosks_live_their_visits_at_once_and_are_balanced(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kiosk", "day", "--time", "real", "--kiosks", "2", "--visits", "6", "--seed", "5"]
    ran = subprocess.run([*command, "--keep", str(tmp_path), "--json"], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    told = json.loads(ran.stdout)
    assert told["balanced"] is True
    assert [one["people"]["parties"] > 0 for one in told["kiosks"]] == [True, True]
    assert sum(one["loans"]["made"] for one in told["kiosks"]) > 0
    for one, name in zip(told["kiosks"], ("kiosk-1", "kiosk-2"), strict=True):
        assert one["loans"]["standing at the kiosk"] == one["loans"]["standing at central"]
        assert (tmp_path / name / "ledger.sqlite").exists()
