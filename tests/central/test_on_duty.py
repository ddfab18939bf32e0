"""Several processes on one database: what only one of them may do at a time, on both databases."""

from __future__ import annotations

import subprocess
from pathlib import Path

from sqlalchemy import Engine

from kiosk.central.store.running import Duty, InUse, on_duty
from tests.central.running import CentralProcess, central_command
from tests.real_parts import PATIENCE_S, wait_until

PROFILE = Path(__file__).parents[2] / "config" / "ils" / "standard.toml"


def is_free(store: Engine, duty: Duty, *, alone: bool) -> bool:
    try:
        with on_duty(store, duty, alone=alone):
            return True
    except InUse:
        return False


def test_one_at_a_time_has_a_duty_and_the_next_one_takes_it_over(store: Engine) -> None:
    with on_duty(store, Duty.TELLING) as still:
        still()
        assert not is_free(store, Duty.TELLING, alone=True)
        assert is_free(store, Duty.ASKING, alone=True)
    wait_until(lambda: is_free(store, Duty.TELLING, alone=True), "the duty was not given up")


def test_those_who_share_a_duty_keep_out_who_wants_it_alone(store: Engine) -> None:
    with on_duty(store, Duty.ASKING, alone=False):
        assert is_free(store, Duty.ASKING, alone=False)
        assert not is_free(store, Duty.ASKING, alone=True)


def test_a_second_central_with_a_library_system_needs_a_share_of_the_messages(tmp_path: Path) -> None:
    first = CentralProcess(central_command(f"sqlite:///{tmp_path / 'central.sqlite'}"), tmp_path / "log")
    first.settings |= {"ils.profile": str(PROFILE), "ils.port": "9"}
    first.start()
    words = [word for key, value in first.settings.items() for word in ("--set", f"{key}={value}")]
    second = subprocess.run([*first.command, *words], capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    first.kill()
    assert second.returncode == 1
    assert "another central with ils works on this database" in second.stderr
    assert "broker.share_group" in second.stderr
