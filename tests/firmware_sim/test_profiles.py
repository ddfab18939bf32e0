"""Profiles of makers' devices: each changes what goes over the wire, and the drivers cope with all of them."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import serial

from firmware_sim.faults.line_trouble import LineTrouble
from firmware_sim.profiles import OURS, PROFILED, known
from firmware_sim.settings import BadSettings, Settings, load
from kiosk.demo.house import DEMO_CONFIG
from kiosk.demo.scenario import read_scenario
from kiosk.world.playing import play_virtually
from tests.firmware_sim.conftest import Serve
from tests.firmware_sim.feig_host import request
from tests.firmware_sim.served import ROOM, Served, asked
from tests.real_parts import PATIENCE_S

INVENTORY, MORE = request(0xB0, "0100"), request(0xB0, "0180")
RF_RESET = request(0x69, "")
BOOKS = ["35555000012345", "35555000012352", "copy-1", "copy-2"]
ITEMS = ROOM.read_text(encoding="utf-8")


def room(folder: Path, head: str) -> Path:
    """The tests' room with other devices."""
    items = ITEMS[ITEMS.index("[[item]]") :] if "[[item]]" in ITEMS else ITEMS
    file = folder / "profiled.toml"
    file.write_text(f"{head}\n{items}", encoding="utf-8")
    return file


def every_profile() -> list[tuple[str, str]]:
    return [(device, name) for device in PROFILED for name in known(device, (OURS,))]


def settings_with(folder: Path, device: str, body: str) -> Settings:
    head = f"[[{device}]]\nname = 'one'\n" if device in ("gate", "signal") else f"[{device}]\n"
    file = folder / "room.toml"
    file.write_text(head + body, encoding="utf-8")
    return load(file)


@pytest.mark.parametrize(("device", "name"), every_profile())
def test_every_profile_is_one_of_its_device(tmp_path: Path, device: str, name: str) -> None:
    extra = "host = '127.0.0.1'\nport = 4001\n" if name == "feig-gate-notifying" else ""
    settings = settings_with(tmp_path, device, f"profile = '{name}'\n{extra}")
    table = getattr(settings, f"{device}s" if device in ("gate", "signal") else device)
    assert (table[0] if isinstance(table, tuple) else table).profile == name


def test_all_files_are_profiles_of_something() -> None:
    assert sorted(file.stem for file in OURS.glob("*.toml")) == sorted(name for _, name in every_profile())


def test_what_a_table_says_itself_stands_above_its_profile(tmp_path: Path) -> None:
    pad = settings_with(tmp_path, "pad", "profile = 'feig-cpr'\nbaud = 9600\ntags_an_answer = 2").pad
    assert (pad.baud, pad.quirks.tags_an_answer, pad.quirks.reversed_blocks) == (9600, 2, True)


def test_a_profile_beside_the_configuration_is_found_first(tmp_path: Path) -> None:
    (tmp_path / "devices").mkdir()
    (tmp_path / "devices" / "ours.toml").write_text('device = "scanner"\nsuffix = "0A"\n', encoding="utf-8")
    assert settings_with(tmp_path, "scanner", "profile = 'ours'").scanner.quirks.suffix == b"\n"


@pytest.mark.parametrize(
    ("device", "body", "said"),
    [
        ("pad", "profile = 'feig-crp'", "pad.profile: expected a profile of a pad (did you mean 'feig-cpr'?)"),
        ("pad", "profile = 'lsp2'", "pad.profile: expected a profile of a pad"),
        ("gate", "profile = 'lps2'", "gate[0].profile: expected a profile of a gate (did you mean 'lsp2'?)"),
        ("pad", "tags_an_answer = 0", "tags_an_answer: expected a whole number from 1 to 24"),
        ("pad", "driver = 'm3_210'\ntags_an_answer = 4", "tags_an_answer"),
        ("scanner", "suffix = '0'", "suffix: expected"),
        ("printer", "answers = 1", "answers: expected true or false"),
        ("pad", "latency_sm = 3", "latency_sm"),
    ],
)
def test_what_no_device_has_is_refused(tmp_path: Path, device: str, body: str, said: str) -> None:
    with pytest.raises(BadSettings) as refused:
        settings_with(tmp_path, device, body)
    assert said in "\n".join(refused.value.faults)


def inventories(port: serial.Serial) -> list[int]:
    """Tags in each answer until all are told; the status of the last is not "more data"."""
    counts, question = [], INVENTORY
    while True:
        answer = asked(port, question)
        counts.append(answer[4] if answer[3] in (0x00, 0x94) else 0)
        if answer[3] != 0x94:
            return counts
        question = MORE


def laid(serve: Serve, folder: Path, head: str) -> Served:
    served = serve(config=room(folder, head))
    served.post("/api/pad", put=BOOKS)
    return served


def test_so_many_tags_are_in_an_answer(serve: Serve, tmp_path: Path) -> None:
    served = laid(serve, tmp_path, "[pad]\ntags_an_answer = 3")
    with served.pad() as port:
        assert inventories(port) == [3, 1]


def test_a_tag_is_told_once_until_the_field_was_off(serve: Serve, tmp_path: Path) -> None:
    served = laid(serve, tmp_path, "[pad]\nprofile = 'feig-cpr-once'")
    with served.pad() as port:
        assert inventories(port) == [4]
        assert inventories(port) == [0]
        asked(port, RF_RESET)
        assert inventories(port) == [4]


@pytest.mark.parametrize(("turned", "expected"), [("true", "56200611"), ("false", "11062056")])
def test_blocks_come_reversed_or_not(serve: Serve, tmp_path: Path, turned: str, expected: str) -> None:
    served = laid(serve, tmp_path, f"[pad]\nreversed_blocks = {turned}")
    with served.pad() as port:
        answer = asked(port, request(0xB0, "2301e0040150123456780001"))
    assert answer[7:11].hex() == expected


def test_a_reader_says_its_banner_to_the_first_host_and_when_it_has_power_again(serve: Serve, tmp_path: Path) -> None:
    served = laid(serve, tmp_path, "[pad]\nprofile = 'm201'")
    for _ in range(2):
        with served.pad() as port:
            assert port.read(6) == b"M201\r\n"
        served.post("/api/faults", device="pad", fault="unplug")
        served.post("/api/faults", device="pad", fault="none")


def test_a_scanner_says_what_stands_around_its_codes(serve: Serve, tmp_path: Path) -> None:
    served = laid(serve, tmp_path, "[scanner]\nprofile = 'serial-scanner-crlf'")
    with serial.Serial(str(served.folder / "scanner"), 115_200, timeout=PATIENCE_S) as port:
        served.post("/api/scanner", fire="978")
        assert port.read(6) == b"\x02978\r\n"


def test_a_printer_without_a_back_channel_prints_and_says_nothing(serve: Serve, tmp_path: Path) -> None:
    served = laid(serve, tmp_path, "[printer]\nprofile = 'printer-58mm'")
    with serial.Serial(str(served.folder / "printer"), 9_600, timeout=PATIENCE_S) as port:
        port.write(b"\x10\x04\x04\x1b@A book\n\n\n\x1dV\x41\x00")
        while not any(strip["cut"] for strip in served.http.get("/api/paper").json()["strips"]):
            pass
        assert port.in_waiting == 0


def test_an_answer_takes_its_latency_longer_with_or_without_trouble() -> None:
    line = LineTrouble("1 pad", latency_s=0.25)
    line.say(b"answer", 10.0)
    assert (line.take(10.2), line.due_s(), line.take(10.25)) == ([], 10.25, [b"answer"])


LENDING = """\
name = "Five books with {profile}"
[setting]
pad = "{driver}"
[[step]]
do = "lay-down"
books = ["35555000012346", "35555000012353", "35555000012361", "35555000012395", "35555000012445"]
[[step]]
do = "tap-card"
card = "wei"
expect = {{ items = [{items}], within_s = 30 }}
[[step]]
do = "take-away"
books = ["35555000012346", "35555000012353", "35555000012361", "35555000012395", "35555000012445"]
[[step]]
do = "touch"
id = "borrow.done"
expect = {{ screen = "receipt" }}
[expect]
afi = [{tags}]
"""
FIVE = ("35555000012346", "35555000012353", "35555000012361", "35555000012395", "35555000012445")


@pytest.mark.parametrize("profile", [name for name in known("pad", (OURS,)) if name not in ("acr1552u", "uhf-pad")])
def test_the_real_driver_lends_five_books_on_every_pad(profile: str, tmp_path: Path) -> None:
    config = tmp_path / "config"
    shutil.copytree(DEMO_CONFIG, config)
    file = config / "simulator.toml"
    text = re.sub(r"\[pad\].*?\n\n", f"[pad]\nprofile = '{profile}'\n\n", file.read_text(encoding="utf-8"), flags=re.S)
    file.write_text(text, encoding="utf-8")
    story = tmp_path / "story.scenario.toml"
    items = ", ".join(f'{{ book = "{book}", state = "done" }}' for book in FIVE)
    tags = ", ".join(f'{{ book = "{book}", afi = 0xC2 }}' for book in FIVE)
    driver = load(file).pad.driver.value
    story.write_text(LENDING.format(profile=profile, driver=driver, items=items, tags=tags), encoding="utf-8")
    assert play_virtually(read_scenario(story), config).failures == ()
