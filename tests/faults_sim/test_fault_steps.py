"""The step `fault` of a scenario: its rate and seconds reach the device, and what is wrong is told with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware_sim.catalogue import DeviceName
from kiosk.demo.house import DEMO_CONFIG
from kiosk.demo.scenario import Setting, read_scenario
from kiosk.settings import SettingsRefused
from kiosk.world.opening import opened_world
from kiosk.world.playing import play_virtually


def a_scenario(folder: Path, *steps: str) -> Path:
    path = folder / "steps.scenario.toml"
    path.write_text('name = "Steps"\n' + "".join(f"[[step]]\n{step}\n" for step in steps))
    return path


@pytest.mark.parametrize(
    ("step", "place", "said"),
    [
        ('do = "fault"\ndevice = "pad"\nfault = "noise"\nrate = 1.5', "step.1.rate", "1"),
        ('do = "fault"\ndevice = "pad"\nfault = "slow"\nseconds = -1', "step.1", "`seconds` of 0 or more for `fault`"),
        ('do = "look"\nrate = 0.5', "step.1", "no `rate`: only `fault` may have one"),
        ('do = "fault"\ndevice = "pad"\nfault = "noise"\nrates = 0.5', "step.1.rates", "rate"),
    ],
)
def test_a_file_with_a_wrong_rate_or_time_is_refused_with_its_place(
    step: str, place: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(SettingsRefused) as refused:
        read_scenario(a_scenario(tmp_path, step))
    assert place in str(refused.value)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ('device = "pad"\nfault = "torn-wirte"', "there is no pad fault 'torn-wirte'; try torn-write"),
        ('device = "pda"\nfault = "noise"', "there is no device 'pda'; try pad"),
        ('device = "pad"\nfault = "silent"\nrate = 0.5', "the pad fault 'silent' takes none; noise"),
        ('device = "cards"\nfault = "unplug"\nseconds = 2', "the cards fault 'unplug' takes none"),
    ],
)
def test_a_step_that_no_device_can_do_fails_with_the_nearest_word(keys: str, said: str, tmp_path: Path) -> None:
    result = play_virtually(read_scenario(a_scenario(tmp_path, f'do = "fault"\n{keys}')), DEMO_CONFIG)
    assert said in result.steps[0].failure


def test_rate_and_seconds_reach_the_line(tmp_path: Path) -> None:
    with opened_world(DEMO_CONFIG, tmp_path, Setting(), 1) as world:
        world.room.fault("pad", "slow", 0.25, 2.0)
        order = world.house.bench.switches[DeviceName.PAD].now
        assert (order.fault.value, order.rate, order.seconds) == ("slow", 0.25, 2.0)
        world.room.fault("pad", "unplug", seconds=3.0)
        world.house.sleep(4.0)
        assert world.house.bench.switches[DeviceName.PAD].now.fault.value == "none"


def test_a_card_slips_by_the_rate_and_is_read_in_between(tmp_path: Path) -> None:
    with opened_world(DEMO_CONFIG, tmp_path, Setting(), 1) as world:
        world.house.sleep(3.0)
        world.room.fault("cards", "tear", rate=0.5)
        read = 0
        for _ in range(20):
            world.room.card("tap", "wei")
            world.house.sleep(2.0)
            read += world.eyes.view().screen == "home"
            world.house.sleep(90.0)
        assert 4 < read < 16
        world.room.fault("cards", "none")
        world.room.card("tap", "wei")
        world.house.sleep(2.0)
        assert world.eyes.view().screen == "home"
