"""What any line does to any device, in bytes on its wire."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sim.catalogue import DeviceName
from firmware_sim.devices.gate import OUT
from firmware_sim.devices.relay_board import RelayBoard
from firmware_sim.faults.line_trouble import LineTrouble
from firmware_sim.faults.orders import FaultOrder
from firmware_sim.faults.words import LineFault
from firmware_sim.lines.virtual import VirtualLines
from firmware_sim.lines.virtual_end import NotThere
from firmware_sim.lines.wire_log import WireLog
from kiosk.world.agenda import Agenda
from tests.faults_sim.bench_host import VERSION, WHO, BenchHost, feig, is_whole

SPOILING = (LineFault.NOISE, LineFault.TRUNCATE, LineFault.HALF_FRAME, LineFault.DOUBLED, LineFault.SLOW)
MANY = 400


def passed(fault: LineFault, rate: float, seed: str, count: int) -> list[bytes]:
    """What becomes of so many messages, each alone."""
    trouble = LineTrouble(seed)
    trouble.begin(FaultOrder(fault, rate, 0.5 if fault is LineFault.SLOW else None), 0.0)
    said = []
    for number in range(count):
        trouble.say(b"message %4d" % number, float(number))
        said.append(b"".join(trouble.take(float(number))))
    return said


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(SPOILING), st.floats(0, 1), st.integers(0, 1000))
def test_about_the_ordered_share_of_the_messages_is_spoilt_and_the_same_ones_each_time(
    fault: LineFault, rate: float, seed: int
) -> None:
    said = passed(fault, rate, str(seed), MANY)
    spoilt = sum(one != b"message %4d" % number for number, one in enumerate(said))
    if fault is not LineFault.SLOW:
        # Five standard deviations: once in a million examples by chance.
        assert abs(spoilt - rate * MANY) <= 5 * (rate * (1 - rate) * MANY) ** 0.5 + 1e-6
    assert said == passed(fault, rate, str(seed), MANY)


@given(st.sampled_from(LineFault), st.binary(max_size=20), st.integers(0, 100))
def test_with_rate_0_nothing_is_spoilt(fault: LineFault, message: bytes, seed: int) -> None:
    if fault in (LineFault.RESET, LineFault.WRONG_BAUD):
        return
    trouble = LineTrouble(str(seed), both_ways=True)
    trouble.begin(FaultOrder(fault, 0.0, 0.5 if fault is LineFault.SLOW else None), 0.0)
    trouble.say(message, 0.0)
    assert b"".join(trouble.take(0.0)) == message
    assert trouble.heard(message) == message


@given(
    st.lists(st.tuples(st.sampled_from(LineFault), st.binary(min_size=1, max_size=9), st.floats(0, 1)), max_size=20),
    st.integers(0, 100),
)
def test_no_message_overtakes_another_and_after_the_trouble_all_are_whole(
    said: list[tuple[LineFault, bytes, float]], seed: int
) -> None:
    trouble = LineTrouble(str(seed))
    now_s = 0.0
    for fault, message, rate in said:
        trouble.begin(FaultOrder(fault, rate, 0.3), now_s)
        trouble.say(message, now_s)
        due_s = trouble.due_s()
        assert due_s is None or due_s >= now_s or trouble.take(now_s)
        now_s += 0.1
    trouble.begin(FaultOrder(LineFault.NONE), now_s)
    trouble.take(now_s)
    trouble.say(b"whole", now_s)
    assert trouble.take(now_s) == [b"whole"]
    assert (trouble.due_s(), trouble.holds_back) == (None, False)


def test_noise_flips_a_bit_or_puts_bytes_in_front() -> None:
    host = BenchHost.at("pad")
    host.fault("noise", rate=1)
    heard = [host.ask(WHO) for _ in range(40)]
    assert VERSION not in heard
    assert any(len(one) == len(VERSION) for one in heard)
    assert any(len(one) > len(VERSION) and one.endswith(VERSION) for one in heard)
    host.fault("none")
    assert host.ask(WHO) == VERSION


def test_half_a_frame_ends_in_its_middle_and_the_line_goes_on() -> None:
    host = BenchHost.at("pad")
    host.fault("half-frame")
    assert host.ask(WHO) == VERSION[:6]
    host.fault("half-frame", rate=0.5)
    heard = [host.ask(WHO) for _ in range(40)]
    assert set(heard) == {VERSION, VERSION[:6]}


def test_slow_answers_come_by_the_ordered_seconds_later_and_a_host_that_asks_meanwhile_hears_both_in_order() -> None:
    host = BenchHost.at("pad")
    host.fault("slow", seconds=2)
    assert host.ask(WHO, 1.95) == b""
    assert host.wait(0.15) == VERSION
    host.ask(WHO, 0.3)
    host.ask(feig(0x69), 0.1)
    assert host.wait(3) == VERSION + bytes.fromhex("06006900F6FA")


def test_doubled_answers_come_twice() -> None:
    host = BenchHost.at("pad")
    host.fault("doubled")
    assert host.ask(WHO) == VERSION + VERSION


def test_a_late_answer_comes_before_the_next_one() -> None:
    host = BenchHost.at("pad")
    host.fault("late", rate=1)
    assert host.ask(WHO) == b""
    assert host.ask(feig(0x69)) == VERSION
    host.fault("none")
    assert host.wait(0.1) == bytes.fromhex("06006900F6FA")


def test_a_stuck_pad_does_nothing_and_does_what_it_was_asked_when_it_comes_to_itself() -> None:
    host = BenchHost.at("pad", on_pad=("B0",))
    tag = host.bench.room.books[0].tags[0]
    host.fault("stuck")
    assert host.ask(feig(0xB0, "2701E004015012345678C2"), 5) == b""
    assert (tag.afi, host.connected) == (0x07, True)
    host.fault("none")
    assert is_whole(host.wait(0.5))
    assert tag.afi == 0xC2


def test_stuck_and_unplugged_end_by_themselves_where_seconds_are_ordered() -> None:
    host = BenchHost.at("pad")
    host.fault("stuck", seconds=3)
    assert host.ask(WHO, 2.5) == b""
    assert host.fault_now == "stuck"
    assert host.wait(1) == VERSION
    assert host.fault_now == "none"
    host.fault("unplug", seconds=10)
    assert not host.connected
    with pytest.raises(NotThere):
        host.open()
    host.wait(10)
    host.open()
    assert (host.ask(WHO), host.fault_now) == (VERSION, "none")


def test_a_reader_that_begins_anew_is_deaf_then_says_something_and_has_forgotten_quiet_tags() -> None:
    host = BenchHost.at("pad", on_pad=("B0",))
    host.ask(feig(0xB0, "0201E004015012345678"))
    assert host.ask(feig(0xB0, "0100")).hex()[6:8] == "01"
    host.fault("reset", seconds=2)
    assert host.ask(WHO, 1.5) == b""
    banner = host.wait(1)
    assert banner
    assert not is_whole(banner)
    assert host.fault_now == "none"
    assert bytes.fromhex("E004015012345678") in host.ask(feig(0xB0, "0100"))


def test_at_a_wrong_speed_nobody_understands_anybody() -> None:
    host = BenchHost.at("pad", on_pad=("B0",))
    host.fault("wrong-baud")
    assert not [one for one in (host.ask(feig(0xB0, "2701E004015012345678C2")) for _ in range(10)) if is_whole(one)]
    assert host.bench.room.books[0].tags[0].afi == 0x07
    host.bench.set_fault("scanner", "wrong-baud")
    scanner = BenchHost.at("scanner")
    scanner.fault("wrong-baud")
    scanner.bench.fire("35555000012345", "")
    heard = scanner.wait(1)
    assert len(heard) == 15
    assert b"3555" not in heard


@pytest.mark.parametrize(
    ("fault", "heard"),
    [
        ("doubled", b"35555\r35555\r"),
        ("half-frame", b"355"),
        ("stuck", b""),
        ("late", b""),
    ],
)
def test_scanners_have_the_faults_of_lines(fault: str, heard: bytes) -> None:
    host = BenchHost.at("scanner")
    host.fault(fault, rate=1 if fault == "late" else None)
    host.bench.fire("35555", "")
    assert host.wait(1) == heard
    host.fault("none")
    host.wait(1)
    host.bench.fire("77", "")
    assert host.wait(1) == b"77\r"


def test_a_keyboard_loses_keys_by_the_rate_and_its_records_stay_whole() -> None:
    host = BenchHost.at("scanner", scanner={"driver": "evdev"})
    host.fault("noise", rate=0)
    host.bench.fire("35555000012345", "")
    whole = host.wait(5)
    host.fault("noise", rate=0.3)
    host.bench.fire("35555000012345", "")
    spoilt = host.wait(5)
    assert len(spoilt) % 24 == 0
    assert len(whole) / 2 < len(spoilt) < len(whole)


def test_a_printer_hears_noise_too_and_half_its_status_may_be_missing() -> None:
    host = BenchHost.at("printer")
    host.fault("noise", rate=1)
    assert host.ask(b"\x10\x04\x01") != b"\x12"
    host.fault("none")
    host.ask(b"\n")
    assert host.ask(b"\x10\x04\x01") == b"\x12"


def test_a_printer_that_begins_anew_never_prints_what_it_had_not_printed() -> None:
    host = BenchHost.at("printer")
    host.ask(b"one\n" * 50 + b"\x1d\x56\x00", 0.05)
    host.fault("reset", seconds=1)
    host.wait(30)
    host.ask(b"two\n\x1d\x56\x42\x00", 5)
    (strip,) = host.bench.strips()
    assert strip.cut
    assert 0 < strip.text.count("one") < 10
    assert strip.text[-1] == "two"


def test_a_gate_whose_link_is_lost_for_a_while_notes_and_a_stuck_one_does_not() -> None:
    count = bytes.fromhex("1E2D00")
    host = BenchHost.at("exit")
    right = host.ask(count)
    host.fault("unplug", seconds=10)
    host.bench.carry_through("exit", ["B0"], OUT)
    host.wait(10.1)
    host.open()
    noted = host.ask(count)
    assert noted != right
    host.fault("stuck", seconds=1)
    host.bench.carry_through("exit", ["B0"], OUT)
    host.wait(2)
    assert host.ask(count) == noted


@pytest.mark.parametrize("device", ["pad", "scanner", "exit"])
def test_a_seed_spoils_the_same_messages_with_the_same_bytes_and_another_one_others(device: str) -> None:
    def heard(seed: int) -> list[bytes]:
        host = BenchHost.at(device, seed=seed)
        host.fault("noise")
        said = []
        for _ in range(20):
            if device == "scanner":
                host.bench.fire("35555000012345", "")
                said.append(host.wait(0.4))
            else:
                said.append(host.ask(WHO if device == "pad" else bytes.fromhex("1E2D00")))
        return said

    assert heard(1) == heard(1)
    assert heard(1) != heard(2)


def test_a_relay_board_that_only_listens_hears_noise_and_does_not_obey_it() -> None:
    agenda = Agenda(datetime(2026, 3, 2, tzinfo=UTC))
    lines, board = VirtualLines(agenda), RelayBoard(4)
    end = lines.serial("lamp", 9600)
    trouble = LineTrouble("lamp", both_ways=True)
    line = lines.line("lamp", board, threading.Lock(), end, 0.001, WireLog(lines.clock.now_s), trouble)
    line.start()
    lines.ends["lamp"].open(lambda: None)
    agenda.run_until(1.0)
    line.set_fault(FaultOrder(LineFault.NOISE, 0.5))
    for turn in range(40):
        lines.ends["lamp"].give(bytes.fromhex("A00101A2"))
        agenda.run_until(2.0 + turn)
    assert 10 < board.switched < 40
    line.set_fault(FaultOrder(LineFault.NONE))
    lines.ends["lamp"].give(bytes.fromhex("A00201A3"))
    agenda.run_until(60.0)
    assert board.relays == (True, True, False, False)


def test_power_that_comes_back_does_not_plug_in_what_a_fault_keeps_out() -> None:
    host = BenchHost.at("pad")
    host.fault("unplug")
    host.bench.lines[DeviceName.PAD].lose_power()
    host.bench.lines[DeviceName.PAD].plug_in()
    with pytest.raises(NotThere):
        host.open()
    host.fault("none")
    host.open()
    assert host.ask(WHO) == VERSION


def test_what_was_on_its_way_when_the_line_was_pulled_out_never_comes() -> None:
    host = BenchHost.at("pad")
    host.fault("slow", seconds=5)
    assert host.ask(WHO, 1) == b""
    host.fault("unplug")
    host.fault("none")
    host.open()
    assert host.wait(10) == b""
    assert host.ask(WHO) == VERSION
