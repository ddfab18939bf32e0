"""The shell around what is decided: gates' own words, lamps by the hour, a full disk, and settings."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from drivers.gates.protocol import ClockRead, GateEvent, PeopleCounted, RecordsLost, TagPassed
from drivers.health import FaultCode, Faulted, Recovered
from kiosk.gate.effects import Occasion, Signal
from kiosk.gate.events import CountersTold, Disturbed, RecordsDropped, WatchKept, WatchLost
from kiosk.gate.hands import followers
from kiosk.gate.judging import Kind, Sighting
from kiosk.gate.policy import Hours, Weekday
from kiosk.gate.scribe import Entry, Scribe
from kiosk.gate.settings import AlarmMode, GateControllerSettings, RingSettings, SignalKind
from kiosk.gate.translate import Hearing
from kiosk.hardware.gates import GateDriver, GateSettings, Reports
from kiosk.ledger import Ledger
from kiosk.session.effects import Journal
from kiosk.settings import SettingsRefused, load
from kiosk.wire import Channel, Station
from tests.gate.building import OPENING, Walk, a_sighting
from tests.real_parts import wait_until

OWNERS = ("CN-440300-CITY",)
OUR_BOOK = bytes.fromhex("110620564B254E3A0201A003091B81E440300AC1A699650110")
"""Of the demo's room (config/demo/simulator.toml): 35555000012346, CN-440300-CITY."""
THEIR_BOOK = bytes.fromhex("1105104CEC2E20020180030621408E16BF1F")
"""Of the same room: a book of another library."""


def a_hearing(driver: GateDriver = GateDriver.FEIG_BUFFERED, **words: object) -> Hearing:
    first = 0 if driver is GateDriver.LSP2 else None
    return Hearing(GateSettings(driver, "tcp://10.0.0.8:4001", "exit", first_index=first, **words), OWNERS)  # type: ignore[arg-type]


def seen(hearing: Hearing, event: GateEvent) -> Sighting:
    told = hearing.heard(event, OPENING)
    assert isinstance(told, Sighting)
    return told


def test_a_book_of_ours_is_known_by_its_owner() -> None:
    told = seen(a_hearing(), TagPassed("E004015012345678", 0x07, 0x06, data=OUR_BOOK))
    assert (told.kind, told.item, told.afi) == (Kind.OURS, "35555000012346", 0x07)


def test_a_book_of_another_library_is_theirs() -> None:
    assert seen(a_hearing(), TagPassed("E004015099000001", 0xC2, 0x06, data=THEIR_BOOK)).kind is Kind.OTHER_LIBRARY


def test_a_gate_that_tells_a_uid_alone_says_nothing_of_the_owner() -> None:
    assert seen(a_hearing(), TagPassed("E004015012345678")).kind is Kind.ANY_LIBRARY


def test_which_gates_tell_alarms_alone_is_known() -> None:
    passed = TagPassed("E004015012345678")
    assert seen(a_hearing(GateDriver.LSP2), passed).only_alarms
    assert seen(a_hearing(reports=Reports.ALARMS), passed).only_alarms
    assert not seen(a_hearing(), passed).only_alarms


def test_the_way_out_is_a_number_of_the_gate() -> None:
    assert seen(a_hearing(outward=2), TagPassed("E0", direction=2)).outward is True
    assert seen(a_hearing(outward=2), TagPassed("E0", direction=1)).outward is False
    assert seen(a_hearing(), TagPassed("E0", direction=1)).outward is None


def test_a_gate_whose_clock_is_years_off_tells_what_is_late_all_the_same() -> None:
    hearing = a_hearing(GateDriver.LSP2)
    assert hearing.heard(ClockRead("2011-02-28T09:08:30"), OPENING) == []
    assert not seen(hearing, TagPassed(None, at="2011-02-28T09:08:29")).late
    assert seen(hearing, TagPassed(None, at="2011-02-28T08:08:30")).late
    assert not seen(hearing, TagPassed(None, at="09:08:30.000")).late


@pytest.mark.parametrize("said", ["2011-02-28T09:08:31", "2000-01-01T00:00:00", "2011-02-27T09:08:30"])
def test_a_clock_that_stops_or_is_set_meanwhile_silences_no_gate(said: str) -> None:
    hearing = a_hearing()
    hearing.heard(ClockRead("2011-02-28T09:08:30"), OPENING)
    told = hearing.heard(TagPassed("E004015012345678", 0x07, at=said), OPENING + timedelta(hours=5))
    assert isinstance(told, Sighting)
    assert not told.late


def test_noise_is_no_loss_and_a_gone_port_is() -> None:
    hearing = a_hearing()
    assert hearing.heard(Faulted(FaultCode.NOISE, "crc"), OPENING) == [Disturbed("exit")]
    assert hearing.heard(Faulted(FaultCode.PORT_GONE, "cable"), OPENING) == [WatchLost("exit", "port-gone: cable")]
    assert hearing.heard(Recovered("FEIG"), OPENING) == [WatchKept("exit")]
    assert hearing.heard(RecordsLost("overflow"), OPENING) == [RecordsDropped("exit", "overflow")]


def test_counters_come_in_pairs_of_an_aisle() -> None:
    hearing = a_hearing()
    told = hearing.heard(PeopleCounted((12, 9, 3, 1), 2), OPENING)
    assert told == [CountersTold("exit-2", 12, 9, 32), CountersTold("exit-2-aisle-2", 3, 1, 32)]
    assert a_hearing(GateDriver.LSP2).heard(PeopleCounted((513,)), OPENING) == [CountersTold("exit", 513, 0, 16)]


NOON, NIGHT = datetime(2026, 11, 24, 12, 0), datetime(2026, 11, 24, 22, 0)
LAMP = RingSettings("lamp")
LOUD = RingSettings("loud", kind=SignalKind.BUZZER, hours=Hours(begins="08:00", ends="20:00"))
SOFT = RingSettings("soft", kind=SignalKind.BUZZER, hours=Hours(begins="20:00"))
GONE = RingSettings("gone", on=Occasion.UNWATCHED)
SIDE = RingSettings("side", gates=("side",))
RINGS = (LAMP, LOUD, SOFT, GONE, SIDE)


@pytest.mark.parametrize(
    ("signal", "mode", "at", "lit"),
    [
        (Signal(Occasion.ALARM, "exit"), AlarmMode.RING, NOON, [LAMP, LOUD]),
        (Signal(Occasion.ALARM, "exit"), AlarmMode.RING, NIGHT, [LAMP, SOFT]),
        (Signal(Occasion.ALARM, "exit"), AlarmMode.SILENT, NOON, [LAMP]),
        (Signal(Occasion.ALARM, "side"), AlarmMode.SILENT, NOON, [LAMP, SIDE]),
        (Signal(Occasion.UNWATCHED, "exit"), AlarmMode.RING, NOON, [GONE]),
    ],
)
def test_what_lights_and_sounds(signal: Signal, mode: AlarmMode, at: datetime, lit: list[RingSettings]) -> None:
    assert list(followers(RINGS, signal, mode, at)) == lit


def test_hours_are_those_of_the_days() -> None:
    weekend = Hours((Weekday.SAT, Weekday.SUN), "10:00", "16:00")
    assert not weekend.hold(NOON)
    assert weekend.hold(NOON + timedelta(days=4))
    with pytest.raises(ValueError, match="past midnight"):
        Hours(begins="20:00", ends="08:00")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger.open(tmp_path / "gate.sqlite", Station("main", "gate-1"))
    yield opened
    opened.close()


def an_alarm() -> Entry:
    walk = Walk()
    rows = [effect for effect in walk.seen(a_sighting()) if isinstance(effect, Journal)]
    return Entry(walk.now, rows, {"exit": 7}, [(Channel.ALARM, b"{}")])


def test_nothing_is_told_before_it_is_on_the_disk_and_all_of_it_after(ledger: Ledger) -> None:
    seen: list[tuple[int, Entry]] = []
    scribe = Scribe(ledger, lambda entry: seen.append((ledger.last_row, entry)))
    scribe.start()
    entry = an_alarm()
    scribe.write(entry)
    scribe.stop()
    assert seen == [(1, entry)]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 512 kB."""
    if os.geteuid() != 0:
        pytest.fail("a small file system has to be mounted, which only root can do: run as root")
    folder = tmp_path / "small"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", folder], check=True)
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_is_said_and_nothing_of_what_rang_is_lost(small_disk: Path) -> None:
    ledger = Ledger.open(small_disk / "gate.sqlite", Station("main", "gate-1"))
    filling = small_disk / "filling"
    with filling.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4_096))
    scribe = Scribe(ledger, lambda _: None)
    scribe.start()
    for _ in range(5):
        scribe.write(an_alarm())
    wait_until(lambda: scribe.trouble == "disk-full", "nobody says that the disk is full")
    filling.unlink()
    wait_until(lambda: scribe.trouble == "", "it does not go on by itself")
    scribe.stop()
    assert scribe.trouble == ""
    assert ledger.last_row == 5
    ledger.close()


GATE_TOML = """
site = "main"
station = "gate-1"
[[gates]]
name = "exit"
driver = "lsp2"
port = "tcp://10.0.0.8:4001"
first_index = 0
"""


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ('[[rings]]\noutput = "lamp"\n', "rings.N.output to be an output of signals"),
        (
            '[[gates]]\nname = "exit"\ndriver = "llrp"\nport = "tcp://10.0.0.9:5084"\n',
            "each gate under a name of its own",
        ),
        ('[page]\nhost = "0.0.0.0"\n', "token_file where host is not a loopback address"),
        ('[central]\nurl = "central"\n', "an address such as https://central.library.example"),
        ('[[open]]\nbegins = "18:00"\nends = "09:00"\n', "ends after begins"),
        ("[times]\nmany = 0\n", "a number from 2 to 1000"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(tmp_path: Path, more: str, expected: str) -> None:
    (tmp_path / "gate.toml").write_text(GATE_TOML + more)
    with pytest.raises(SettingsRefused, match=expected):
        load(GateControllerSettings, tmp_path / "gate.toml")
