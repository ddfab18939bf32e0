"""What virtual time can and cannot do. The scenario files themselves are collected and played by `pytest`."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.demo.house import DEMO_CONFIG
from kiosk.demo.scenario import Time, read_scenario
from kiosk.world.house import NeedsRealTime
from kiosk.world.playing import play_virtually

SCENARIOS = Path(__file__).parents[1] / "scenarios"
FILES = sorted(SCENARIOS.rglob("*.scenario.toml"))


def name_of(path: Path) -> str:
    return path.name.removesuffix(".scenario.toml")


def needs_real_parts(path: Path) -> bool:
    """A disk that is full is this machine's own; others say it themselves."""
    setting = read_scenario(path).setting
    return setting.time is Time.REAL or setting.disk_kb is not None


@pytest.mark.parametrize("path", [path for path in FILES if needs_real_parts(path)], ids=name_of)
def test_what_needs_real_parts_says_so(path: Path) -> None:
    with pytest.raises(NeedsRealTime, match='time = "real"'):
        play_virtually(read_scenario(path), DEMO_CONFIG)


def test_a_power_cut_of_everything_loses_nothing(tmp_path: Path) -> None:
    scenario = tmp_path / "cut.scenario.toml"
    scenario.write_text(
        'name = "Power cut"\n[[step]]\ndo = "lay-down"\nbooks = ["35555000012346"]\n[[step]]\ndo = "tap-card"\n'
        'card = "wei"\nexpect = { items = [{ book = "35555000012346", state = "done" }] }\n[[step]]\ndo = "power-cut"\n'
        'expect = { screen = "attract" }\n[expect]\nloans = [{ patron = "wei", book = "35555000012346" }]\n'
        'outbox = 0\non_pad = ["35555000012346"]\nafi = [{ book = "35555000012346", afi = 0xC2 }]\n'
    )
    assert play_virtually(read_scenario(scenario), DEMO_CONFIG).failures == ()


@pytest.mark.parametrize("state", ["cut", "half-open"])
def test_a_line_that_is_down_is_lent_over_and_told_of_later(state: str, tmp_path: Path) -> None:
    scenario = tmp_path / "line.scenario.toml"
    scenario.write_text(
        f'name = "Line"\n[[step]]\ndo = "network"\nstate = "{state}"\n[[step]]\ndo = "wait"\nseconds = 40\n'
        '[[step]]\ndo = "lay-down"\nbooks = ["35555000012346"]\n[[step]]\ndo = "tap-card"\n'
        'card = "wei"\nexpect = { items = [{ book = "35555000012346", state = "done" }], within_s = 20 }\n'
        '[[step]]\ndo = "network"\nstate = "ok"\n'
        '[expect]\nloans = [{ patron = "wei", book = "35555000012346" }]\noutbox = 0\nwithin_s = 120\n'
    )
    assert play_virtually(read_scenario(scenario), DEMO_CONFIG).failures == ()
