"""A host talks to the simulated FEIG reader as the manual says; the manual's frames hold byte for byte."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.devices.feig import FeigReader
from firmware_sim.faults.words import PadFault
from firmware_sim.room.room import Room
from tests.firmware_sim.feig_host import (
    BYTE_S,
    LE_ZAHIR,
    QUIET_S,
    SECOND,
    Host,
    a_book,
    a_tag,
    advanced_request,
    crc,
    request,
)

VECTORS = tomllib.loads(Path("tests/vectors/feig.toml").read_text(encoding="utf-8"))["exchange"]
BY_NAME = {vector["name"]: bytes.fromhex(vector["hex"]) for vector in VECTORS}
U1 = LE_ZAHIR.hex()
U2 = SECOND.hex()
NOBODY = "01"
DONE = "00"
WHO = request(0x65)


@pytest.mark.parametrize("name", [vector["name"] for vector in VECTORS if vector["direction"] == "host-to-device"])
def test_every_request_of_the_vectors_is_heard_and_answered_with_a_good_frame(name: str) -> None:
    answer = Host.with_tags(a_tag()).ask(BY_NAME[name])
    assert answer[-2:] == crc(answer[:-2])
    announced = int.from_bytes(answer[1:3], "big") if answer[0] == 0x02 else answer[0]
    assert announced == len(answer)


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("baud rate detection", "baud rate detection, answered"),
        ("software version", "software version of a CPR.M02"),
        ("reader information", "reader information of a CPR.M02"),
        ("RF reset", "RF reset done"),
        ("RF on, antenna 1", "RF output done"),
        ("AFI on loan", "done"),
        ("write 2 blocks", "done"),
        ("stay quiet", "done"),
    ],
)
def test_an_answer_is_the_vectors_byte_for_byte(asked: str, answered: str) -> None:
    assert Host.with_tags(a_tag()).ask(BY_NAME[asked]).hex() == BY_NAME[answered].hex()


def test_an_inventory_of_two_tags_is_the_manuals() -> None:
    first, second = a_tag(LE_ZAHIR), a_tag(SECOND)
    first.dsfid = second.dsfid = 0
    host = Host.with_tags(first, second)
    assert host.ask(BY_NAME["inventory"]).hex() == BY_NAME["inventory, two tags"].hex()


def test_an_empty_pad_answers_that_nobody_is_there() -> None:
    assert Host.with_tags().ask(BY_NAME["inventory"]) == BY_NAME["inventory, nobody"]


def test_system_information_of_a_lent_book_is_the_vectors() -> None:
    tag = a_tag(afi=0xC2)
    tag.dsfid = 0x3E
    expected = BY_NAME["system information of U1, on loan"]
    assert Host.with_tags(tag).ask(BY_NAME["system information"]) == expected


def test_blocks_come_reversed() -> None:
    host = Host.with_tags(a_tag(memory=bytes.fromhex("4433221188776655")))
    assert host.ask(request(0xB0, f"2301{U1}0002")) == BY_NAME["two blocks, reversed on the wire"]


def test_blocks_are_written_reversed_and_read_back_as_they_were_sent() -> None:
    tag = a_tag()
    host = Host.with_tags(tag)
    assert host.iso(f"2401{U1}0002041122334455667788") == DONE
    assert tag.memory[:8].hex() == "4433221188776655"
    assert host.iso(f"2301{U1}0002") == "00020400112233440055667788"


@pytest.mark.parametrize(("tags", "told"), [(1, 33), (5, 117), (10, 222)])
def test_finding_and_reading_tags_takes_as_long_on_the_air_as_on_a_real_pad(tags: int, told: int) -> None:
    stack = [a_tag(LE_ZAHIR[:-1] + bytes((number,))) for number in range(tags)]
    host = Host.with_tags(*stack)
    host.iso("0100")
    air_s = host.took_s
    for tag in stack:
        host.iso(f"2301{tag.uid.hex()}0009")
        air_s += host.took_s
    assert air_s * 1000 == pytest.approx(told, abs=2)


def test_an_answer_starts_only_after_the_air_time() -> None:
    host = Host.with_tags(a_tag())
    host.send(request(0xB0, "0100"))
    assert host.hear(until_s=host.now_s + 0.010) == b""
    assert host.hear() != b""


def test_more_tags_than_fit_come_four_at_a_time() -> None:
    host = Host.with_tags(*(a_tag(LE_ZAHIR[:-1] + bytes((number,))) for number in range(9)))
    statuses = [host.iso("0100")[:4], host.iso("0180")[:4], host.iso("0180")[:4], host.iso("0180")]
    assert statuses == ["9404", "9404", "0001", NOBODY]


def test_a_tag_is_reported_by_every_inventory() -> None:
    host = Host.with_tags(a_tag())
    assert host.found() == host.found() == [U1.upper()]
    assert host.ask(BY_NAME["read configuration block 5 from EEPROM"]).hex()[8:-4] == "00" * 11 + "040000"


def test_a_quiet_tag_is_heard_again_after_an_rf_reset() -> None:
    host = Host.with_tags(a_tag(LE_ZAHIR), a_tag(SECOND))
    host.iso(f"0201{U1}")
    assert host.found() == [U2.upper()]
    host.ask(BY_NAME["RF reset"])
    assert sorted(host.found()) == sorted([U1.upper(), U2.upper()])


def test_a_quiet_tag_answers_when_it_is_addressed_and_again_after_reset_to_ready() -> None:
    host = Host.with_tags(a_tag())
    host.iso(f"0201{U1}")
    assert host.found() == []
    assert host.iso(f"2b01{U1}").startswith("0006e004")
    host.iso(f"2601{U1}")
    assert host.found() == [U1.upper()]


def test_a_book_that_was_lifted_is_not_quiet_any_more() -> None:
    host = Host.with_books(a_book("Le Zahir", a_tag()))
    host.iso(f"0201{U1}")
    host.room.take_off_pad(["Le Zahir"])
    host.room.put_on_pad(["Le Zahir"])
    assert host.found() == [U1.upper()]


def test_the_selected_tag_is_read_without_its_uid_until_another_is_selected() -> None:
    host = Host.with_tags(a_tag(LE_ZAHIR, memory=b"abcd"), a_tag(SECOND, memory=b"wxyz"))
    assert host.iso("23020001") == NOBODY
    host.iso(f"2501{U1}")
    assert host.iso("23020001") == "00010400" + b"dcba".hex()
    host.iso(f"2501{U2}")
    assert host.iso("23020001") == "00010400" + b"zyxw".hex()


def test_no_field_no_tags() -> None:
    host = Host.with_tags(a_tag())
    host.ask(BY_NAME["RF off"])
    assert host.iso("0100") == NOBODY
    host.ask(BY_NAME["RF on, antenna 1"])
    assert host.found() == [U1.upper()]


def test_two_tags_with_one_uid_look_like_one_until_they_say_different_things() -> None:
    host = Host.with_tags(a_tag(memory=b"abcd"), a_tag(memory=b"abcX"))
    assert host.found() == [U1.upper()]
    assert host.iso(f"2b01{U1}")[:2] == "00"
    assert host.iso(f"2301{U1}0001") == "02"


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        (f"2301{U1}1c01", "9510"),
        (f"2301{U1}1b02", "9510"),
        (f"2401{U1}1c010411223344", "95101c"),
        (f"2301{U1}0021", "11"),
        (f"2301{U1}0000", "11"),
        (f"2401{U1}0001081122334455667788", "11"),
        (f"2401{U1}00010411", "81"),
        (f"2301{U1}00", "81"),
        (f"2701{U1}", "81"),
        (f"2b01{U1[:-2]}", "81"),
        ("0100aa", "81"),
        ("2b0104e0010012345678", "05"),
        (f"2b01{U2}", NOBODY),
        (f"2f01{U1}", "80"),
        ("01", "81"),
        (f"2304{U1}0001", "11"),
    ],
)
def test_what_cannot_be_done_is_answered_with_the_manuals_status(asked: str, answered: str) -> None:
    assert Host.with_tags(a_tag()).iso(asked) == answered


def test_what_is_locked_stays_and_is_told() -> None:
    tag = a_tag()
    host = Host.with_tags(tag)
    assert host.iso(f"2801{U1}") == DONE
    assert host.iso(f"2701{U1}c2") == "9512"
    assert host.iso(f"2801{U1}") == "9511"
    assert tag.afi == 0x07
    assert host.iso(f"2201{U1}0302") == DONE
    assert host.iso(f"2401{U1}0203041111111122222222333333 33") == "951203"
    assert tag.memory[8:16].hex() == "11111111" + "00000000"
    assert host.iso(f"2c01{U1}0204") == "000400010100"
    assert host.iso(f"2309{U1}0301") == "0001040100000000"
    assert host.iso(f"2901{U1}3e") == DONE
    assert host.iso(f"2a01{U1}") == DONE
    assert host.iso(f"2901{U1}06") == "9512"
    assert tag.dsfid == 0x3E


def test_a_book_pulled_away_while_its_afi_is_written_keeps_the_old_one() -> None:
    tag = a_tag()
    host = Host.with_books(a_book("Le Zahir", tag))
    host.send(request(0xB0, f"2701{U1}c2"))
    host.room.take_off_pad(["Le Zahir"])
    assert host.hear() == BY_NAME["inventory, nobody"]
    assert tag.afi == 0x07


def test_a_book_pulled_away_while_blocks_are_written_is_half_written_and_the_reader_says_where() -> None:
    tag = a_tag()
    host = Host.with_books(a_book("Le Zahir", tag))
    host.send(request(0xB0, f"2401{U1}000404" + "11" * 16))
    host.hear(until_s=host.now_s + 0.030)
    host.room.take_off_pad(["Le Zahir"])
    assert host.hear()[3:-2].hex() == "0302"
    assert tag.memory[:16].hex() == "11" * 8 + "00" * 8


def test_an_inventory_with_notification_waits_for_the_book() -> None:
    host = Host.with_books(a_book("Le Zahir", a_tag()))
    host.room.take_off_pad(["Le Zahir"])
    host.send(request(0xB0, "014014"))
    assert host.hear(until_s=host.now_s + 1.0) == b""
    host.room.put_on_pad(["Le Zahir"])
    assert host.hear()[3:5].hex() == "0001"
    host.room.take_off_pad(["Le Zahir"])
    host.send(request(0xB0, "014014"))
    assert host.hear()[3:-2].hex() == NOBODY
    assert host.took_s == pytest.approx(2.0, abs=0.02)


def test_an_advanced_request_gets_an_advanced_answer() -> None:
    answer = Host.with_tags().ask(advanced_request(0x65))
    assert answer.hex().startswith("02000f006500010700d0500018")
    assert answer[-2:] == crc(answer[:-2])


def test_an_answer_that_is_too_long_for_a_short_frame_comes_in_an_advanced_one() -> None:
    host = Host.with_tags(a_tag(block_size=1, blocks=200))
    answer = host.ask(request(0xB0, f"2301{U1}0080"))
    assert answer[0] == 0x02
    assert int.from_bytes(answer[1:3], "big") == len(answer) == 5 + 3 + 2 * 128 + 2


@pytest.mark.parametrize(
    "bad",
    [WHO[:-1] + b"\0", b"\x03\xff\x65", b"\x00", WHO[:-1], b"\x02\x00\x03\xff\x65", request(0x65, address=7)],
    ids=["crc", "length", "nothing", "short", "advanced-length", "other-address"],
)
def test_a_bad_frame_gets_no_answer_and_the_next_good_one_does(bad: bytes) -> None:
    host = Host.with_tags()
    assert host.ask(bad) == b""
    assert host.ask(WHO) == BY_NAME["software version of a CPR.M02"]


def test_a_frame_with_a_gap_of_more_than_12_ms_is_none() -> None:
    host = Host.with_tags()
    host.send(WHO[:2])
    host.now_s += 0.013
    host.reader.receive(WHO[2:], host.now_s + 3 * BYTE_S)
    assert host.hear() == b""
    assert host.ask(WHO) != b""


def test_bytes_that_are_handed_over_late_and_all_at_once_have_no_gap() -> None:
    host = Host.with_tags(a_tag())
    frame = request(0xB0, f"2401{U1}001004" + "00" * 64)
    host.send(frame[:1])
    host.now_s += (len(frame) - 1) * BYTE_S
    host.reader.receive(frame[1:], host.now_s)
    assert host.hear()[3] == 0


def test_a_request_sooner_than_5_ms_after_an_answer_is_not_heard() -> None:
    host = Host.with_tags()
    host.ask(WHO)
    host.reader.receive(WHO, host.now_s + 0.004 + len(WHO) * BYTE_S)
    assert host.hear() == b""
    host.now_s += QUIET_S
    answered_s = host.now_s
    host.ask(WHO)
    host.now_s += 0.0051 + len(WHO) * BYTE_S
    host.reader.receive(WHO, host.now_s)
    assert host.hear() != b""
    assert answered_s < host.now_s


def test_a_request_while_the_reader_is_busy_is_not_heard() -> None:
    host = Host.with_tags(a_tag())
    host.send(request(0xB0, "0100"))
    host.reader.receive(WHO, host.now_s + 0.002)
    assert host.hear()[3:5].hex() == "0001"
    assert host.reader.due_s() is None


def test_a_reader_that_resets_itself_is_deaf_for_a_moment() -> None:
    host = Host.with_tags(a_tag())
    assert host.ask(BY_NAME["CPU reset"])[3] == 0
    assert host.ask(WHO) == b""
    host.now_s += 0.1
    assert host.ask(WHO) != b""


def test_silent_says_nothing_and_does_nothing() -> None:
    tag = a_tag()
    host = Host.with_tags(tag)
    host.reader.trouble.begin(PadFault.SILENT)
    assert host.ask(BY_NAME["AFI on loan"]) == b""
    assert tag.afi == 0x07
    host.reader.trouble.begin(PadFault.NONE)
    assert host.ask(WHO) != b""


def test_writes_happen_while_their_answers_are_lost_and_everything_else_is_answered() -> None:
    tag = a_tag()
    host = Host.with_tags(tag)
    host.reader.trouble.begin(PadFault.LOSE_WRITE_ANSWER)
    for afi in ("c2", "07", "c2"):
        assert host.ask(request(0xB0, f"2701{U1}{afi}")) == b""
    assert tag.afi == 0xC2
    assert host.ask(request(0xB0, f"2401{U1}00010411223344")) == b""
    assert tag.memory[:4].hex() == "44332211"
    assert host.iso(f"2b01{U1}")[2 + 2 + 16 : 2 + 2 + 16 + 2] == "c2"
    host.reader.trouble.begin(PadFault.NONE)
    assert host.iso(f"2701{U1}07") == DONE


def test_bad_crc_spoils_every_answer() -> None:
    host = Host.with_tags(a_tag())
    host.reader.trouble.begin(PadFault.BAD_CRC)
    answers = [host.ask(WHO) for _ in range(20)]
    assert all(len(answer) == 13 and answer[-2:] != crc(answer[:-2]) for answer in answers)


@given(st.lists(st.binary(max_size=300), max_size=5), st.sampled_from(list(PadFault)))
def test_whatever_bytes_come_a_good_request_is_answered_afterwards(pieces: list[bytes], fault: PadFault) -> None:
    host = Host.with_tags(a_tag())
    host.reader.trouble.begin(fault)
    for piece in pieces:
        host.send(piece)
        host.hear()
    host.reader.trouble.begin(PadFault.NONE)
    host.now_s += 0.2
    assert host.ask(WHO) == BY_NAME["software version of a CPR.M02"]


@given(st.binary(max_size=40))
def test_whatever_an_iso_host_command_says_there_is_one_good_answer(data: bytes) -> None:
    tag = a_tag()
    host = Host.with_tags(tag)
    answer = host.ask(request(0xB0, data.hex()))
    assert answer[-2:] == crc(answer[:-2])
    assert len(tag.memory) == 112


def test_on_a_socket_nothing_must_be_left_between_answer_and_request() -> None:
    reader = FeigReader(Room([], []), byte_s=0, turnaround_s=0)
    reader.receive(WHO, 1.0)
    reader.tick(1.1)
    assert reader.take_outgoing() != b""
    reader.receive(WHO, 1.1)
    reader.tick(1.2)
    assert reader.take_outgoing() != b""
