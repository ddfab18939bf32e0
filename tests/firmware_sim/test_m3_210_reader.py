"""A host talks to the simulated 3M 210 as the specification says; its frames hold byte for byte."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.devices.m3_210 import M3Reader
from firmware_sim.devices.m3_210_frames import RequestReader
from firmware_sim.devices.m3_210_tags import STEADY, Moods
from firmware_sim.faults.words import PadFault
from firmware_sim.room.tag import Tag
from tests.firmware_sim.pad_host import PadHost, a_room, books_with

VECTORS = tomllib.loads(Path("tests/vectors/m3_210.toml").read_text(encoding="utf-8"))["exchange"]
BY_NAME = {vector["name"]: bytes.fromhex(vector["hex"]) for vector in VECTORS}
POLYNOMIAL = 0x1021
LONGEST_FRAME = 3 + 12 + 4 * 255 + 2
BYTE_S = 10 / 19_200
TI = bytes.fromhex("E007000001234567")
NXP = bytes.fromhex("E004010012345678")
U = TI.hex()
N = NXP.hex()
WHO = BY_NAME["version"]
VERSION = "11000a050002"
GONE = "06"


def crc(data: bytes) -> bytes:
    """Specification, 4: start FFFF, most significant bit first, inverted at the end; high byte first."""
    register = 0xFFFF
    for byte in data:
        register ^= byte << 8
        for _ in range(8):
            register = ((register << 1) ^ POLYNOMIAL if register & 0x8000 else register << 1) & 0xFFFF
    return (register ^ 0xFFFF).to_bytes(2, "big")


def request(body: str, start: int = 0xD6) -> bytes:
    data = bytes.fromhex(body)
    counted = (len(data) + 2).to_bytes(2, "big") + data
    return bytes((start,)) + counted + crc(counted)


def a_tag(uid: bytes = TI, afi: int = 0xDA, memory: bytes = b"", blocks: int = 8, block_size: int = 4) -> Tag:
    return Tag(uid, afi, 0x3E, block_size, blocks, bytearray(memory.ljust(block_size * blocks, b"\0")))


class Host(PadHost):
    def __init__(self, *tags: Tag, moods: Moods = STEADY, firmware: bytes = b"\5\0\2", seed: int = 0) -> None:
        room = a_room(*books_with(*tags))
        self.m3 = M3Reader(room, byte_s=BYTE_S, moods=moods, firmware=firmware, seed=seed)
        super().__init__(room, self.m3, BYTE_S)

    def body(self, asked: str) -> str:
        """What stands between length and CRC of a well-formed answer, as hex."""
        answer = self.ask(request(asked))
        assert answer, "no answer"
        assert answer[0] == 0xD6
        assert int.from_bytes(answer[1:3], "big") == len(answer) - 3
        assert answer[-2:] == crc(answer[1:-2])
        return answer[3:-2].hex()

    def told(self, asked: str) -> str:
        """Error code and data of the answer, which repeats the command."""
        body = self.body(asked)
        assert body[:2] == asked[:2].lower()
        return body[2:]


@pytest.mark.parametrize("name", [vector["name"] for vector in VECTORS if vector["direction"] == "host-to-device"])
def test_every_request_of_the_vectors_gets_one_good_answer(name: str) -> None:
    asked = BY_NAME[name]
    answer = Host(a_tag()).ask(asked)
    assert answer[0] == asked[0]
    assert answer[3] == asked[3]
    assert answer[1:] == answer[1:-2] + crc(answer[1:-2])


def test_probe_and_start_up_are_answered_as_captured() -> None:
    host = Host()
    assert host.ask(BY_NAME["probe of an 810, captured"]) == BY_NAME["probe answered, captured"]
    assert host.ask(BY_NAME["start-up, captured"]) == BY_NAME["start-up answered, captured payload"]


def test_the_version_is_the_vectors() -> None:
    assert Host(firmware=b"\3\2\6").ask(WHO) == BY_NAME["version 03.02.06"]


def test_inventories_are_the_vectors() -> None:
    assert Host().ask(BY_NAME["inventory"]) == BY_NAME["inventory, nobody"]
    assert Host(a_tag()).ask(BY_NAME["inventory"]) == BY_NAME["inventory of one"]
    other, tag_it = a_tag(bytes.fromhex("E0070000006000AE")), a_tag(bytes.fromhex("0000000000AD6302"))
    assert Host(other, tag_it).ask(BY_NAME["inventory"]) == BY_NAME["inventory, two tags"]


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("get AFI", "AFI DA"),
        ("write AFI D7", "AFI written"),
        ("write two blocks", "written"),
    ],
)
def test_an_answer_is_the_vectors_byte_for_byte(asked: str, answered: str) -> None:
    assert Host(a_tag()).ask(BY_NAME[asked]) == BY_NAME[answered]


def test_two_blocks_are_read_the_second_locked() -> None:
    tag = a_tag(memory=bytes.fromhex("0011223300112233"))
    tag.lock_block(1)
    assert Host(tag).ask(BY_NAME["read two blocks"]) == BY_NAME["two blocks, the second locked"]


def test_tag_information_is_the_vectors_and_size_and_count_come_less_one() -> None:
    tag = a_tag(bytes.fromhex("E007C10001234567"), blocks=64)
    assert Host(tag).ask(request("0d" + tag.uid.hex() + "02")) == BY_NAME["only the AFI"]
    assert Host(tag).told("0d" + tag.uid.hex() + "07") == "00" + tag.uid.hex() + "07" + "3e" + "da" + "033f"


def test_a_locked_afi_is_the_vectors() -> None:
    tag = a_tag()
    host = Host(tag)
    host.ask(BY_NAME["lock AFI"])
    assert host.ask(BY_NAME["write AFI D7"]) == BY_NAME["AFI locked"]
    assert tag.afi == 0xDA


def test_eas_is_off_as_in_the_vector_and_on_after_it_was_set() -> None:
    tag = a_tag(NXP)
    host = Host(tag)
    assert host.told(f"03{N}") == f"00{N}00"
    assert host.told(f"0c{N}01") == f"00{N}"
    assert tag.eas
    assert host.told(f"03{N}") == f"00{N}01"
    assert host.told(f"0c{N}02") == "32"


def test_only_nxp_has_an_eas_bit() -> None:
    host = Host(a_tag())
    assert host.told(f"03{U}") == host.told(f"0c{U}01") == f"30{U}"


def test_an_unknown_command_is_the_vectors() -> None:
    assert Host().ask(request("cc")) == BY_NAME["not implemented"]


def test_one_book_returned_as_in_the_worked_conversation() -> None:
    """devices.md 18: the UID twice, 06 for the first order to write, and not written."""
    tag = a_tag(memory=bytes.fromhex("0411000032303039"))
    host = Host(tag, moods=Moods(uid_twice=1, afi_fails=1, afi_written_anyway=0, eas_off_is_an_error=0))
    assert host.ask(BY_NAME["inventory"]).hex() == ("d60017fe00000502e007000001234567e007000001234567b594")
    assert host.ask(BY_NAME["read two blocks"]).hex() == ("d600190200e00700000123456702000004110000010032303039dfb6")
    assert host.ask(BY_NAME["write AFI D7"]) == BY_NAME["no transponder"]
    assert host.ask(BY_NAME["get AFI"]).hex() == "d6000d0a00e007000001234567da485c"


def test_moods_come_now_and_then_and_the_same_way_for_a_seed() -> None:
    def a_day(seed: int) -> tuple[list[int], list[bool], list[bool]]:
        tag = a_tag()
        host = Host(tag, moods=Moods(), seed=seed)
        counts, failed, written = [], [], []
        for number in range(60):
            counts.append(int(host.told("fe0005")[6:8], 16))
            failed.append(host.told(f"09{U}{number:02x}") == GONE)
            written.append(tag.afi == number)
        return counts, failed, written

    counts, failed, written = a_day(3)
    assert a_day(3) == (counts, failed, written) != a_day(4)
    assert set(counts) == {1, 2}
    assert 4 < sum(failed) < 30
    assert any(fails and is_there for fails, is_there in zip(failed, written, strict=True))
    assert all(fails or is_there for fails, is_there in zip(failed, written, strict=True))


def test_an_eas_bit_that_is_off_looks_like_a_tag_that_is_gone_now_and_then() -> None:
    host = Host(a_tag(NXP), moods=Moods())
    assert {host.told(f"03{N}") for _ in range(20)} == {GONE, f"00{N}00"}


def test_one_poll_tells_no_uid_twice_and_takes_half_the_time() -> None:
    host = Host(a_tag(), moods=Moods(uid_twice=1))
    assert host.told("fe0005")[6:8] == "02"
    both_s = host.took_s
    assert host.told("fe0025") == f"00002501{U}"
    assert host.took_s == pytest.approx(both_s / 2)


def test_a_record_holds_what_the_options_ask_for() -> None:
    host = Host(a_tag())
    assert host.told("fe0007") == f"000007013e{U}"
    assert host.told("fe0002") == "000002013e"
    assert host.told("fe004501") == f"00004501{U}"
    assert host.told("fe0045") == "32"


def test_an_afi_in_an_inventory_means_the_tags_that_have_it() -> None:
    host = Host(a_tag(afi=0xD7), a_tag(NXP, afi=0xDA))
    assert host.told("feda05") == f"00da0501{N}"
    assert host.told("fe0005")[6:8] == "02"


def test_blocks_come_in_the_style_that_was_asked_for() -> None:
    tag = a_tag(memory=b"abcdefgh")
    tag.lock_block(1)
    host = Host(tag)
    first, second = b"abcd".hex(), b"efgh".hex()
    assert host.told(f"02{U}0002") == f"00{U}020000{first}0101{second}"
    assert host.told(f"02{U}000204") == f"00{U}000200{first}01{second}"
    assert host.told(f"02{U}00020c") == f"00{U}0002{first}{second}"
    assert host.told(f"02{U}000208") == f"00{U}0200{first}01{second}"


def test_a_block_that_is_not_there_has_its_error_in_the_lock_byte() -> None:
    host = Host(a_tag(memory=b"\xff" * 32))
    assert host.told(f"02{U}0702") == f"00{U}020700ffffffff081100000000"


def test_a_book_pulled_away_while_it_is_read_leaves_blocks_that_could_not_be_read() -> None:
    host = Host(a_tag(memory=b"\xff" * 64, blocks=16))
    host.send(request(f"02{U}0010"))
    host.hear(until_s=host.now_s + 0.030)
    host.room.take_off_pad(["B0"])
    answer = host.hear()[13:-2].hex()
    assert answer == "10" + "".join(f"{block:02x}00ffffffff" for block in range(8)) + "".join(
        f"{block:02x}1500000000" for block in range(8, 16)
    )


def test_a_book_that_is_gone_is_answered_06_with_its_uid_only_for_a_read() -> None:
    host = Host()
    assert host.ask(BY_NAME["read 8 blocks, as the driver does"]) == BY_NAME["tag gone while reading"]
    assert host.ask(BY_NAME["write AFI D7"]) == BY_NAME["no transponder"]
    assert host.told(f"0d{U}07") == host.told(f"04{U}00010011223344") == host.told(f"08{U}00") == GONE


def test_blocks_are_written_locked_and_read_back() -> None:
    tag = a_tag()
    host = Host(tag)
    assert host.told(f"04{U}0102001122334455667788") == f"00{U}"
    assert host.told(f"05{U}03deadbeef") == f"00{U}"
    assert host.told(f"07{U}04cafe0000") == f"00{U}"
    assert tag.memory.hex() == "000000001122334455667788deadbeefcafe0000" + "00" * 12
    assert host.told(f"08{U}05") == f"00{U}"
    assert tag.locked_blocks == {4, 5}
    assert host.told(f"08{U}05") == host.told(f"05{U}0411111111") == f"12{U}"
    assert host.told(f"04{U}030300" + "11" * 4 + "22" * 4 + "33" * 4) == f"12{U}04"
    assert tag.memory[12:20].hex() == "11111111cafe0000"
    assert host.told(f"05{U}0811111111") == f"11{U}"


def test_a_book_pulled_away_while_blocks_are_written_is_half_written_and_the_reader_says_where() -> None:
    tag = a_tag()
    host = Host(tag)
    host.send(request(f"04{U}000400" + "11" * 16))
    host.hear(until_s=host.now_s + 0.030)
    host.room.take_off_pad(["B0"])
    assert host.hear()[4:-2].hex() == f"16{U}02"
    assert tag.memory[:16].hex() == "11" * 8 + "00" * 8


def test_a_book_pulled_away_while_its_afi_is_written_keeps_the_old_one() -> None:
    tag = a_tag()
    host = Host(tag)
    host.send(BY_NAME["write AFI D7"])
    host.room.take_off_pad(["B0"])
    assert host.hear() == BY_NAME["no transponder"]
    assert tag.afi == 0xDA


def test_dsfid_is_told_written_and_locked() -> None:
    tag = a_tag()
    host = Host(tag)
    assert host.told(f"0f{U}") == f"00{U}3e"
    assert host.told(f"0b{U}06") == host.told(f"0e{U}") == f"00{U}"
    assert host.told(f"0b{U}3e") == host.told(f"0e{U}") == f"12{U}"
    assert tag.dsfid == 0x06


def test_a_quiet_tag_answers_when_it_is_named_and_again_after_it_was_lifted() -> None:
    host = Host(a_tag())
    assert host.told(f"01{U}") == f"00{U}"
    assert host.told("fe0005")[6:8] == "00"
    assert host.told(f"0a{U}") == f"00{U}da"
    host.room.take_off_pad(["B0"])
    host.room.put_on_pad(["B0"])
    assert host.told("fe0005")[6:8] == "01"


def test_a_tag_of_another_block_size_is_not_for_this_reader() -> None:
    host = Host(a_tag(block_size=8))
    for asked in (f"02{U}0001", f"04{U}00010011111111", f"05{U}0011111111"):
        assert host.told(asked) == f"30{U}"
    assert host.told(f"0d{U}04") == f"00{U}040707"


def test_two_tags_with_one_uid_look_like_one_until_they_say_different_things() -> None:
    host = Host(a_tag(memory=b"abcd"), a_tag(memory=b"abcX"))
    assert host.told("fe0005") == f"00000501{U}"
    assert host.told(f"0a{U}") == f"00{U}da"
    assert host.told(f"02{U}0001") == f"0f{U}"


@pytest.mark.parametrize(
    "asked",
    ["fe", "fe00", "fe000500", "1100", "1304", f"02{U}00", f"02{U}0000", f"02{U}ff02", f"04{U}0001", f"04{U}00010011"]
    + [f"04{U}00010111223344", f"09{U}", f"0a{U}00", f"0a{U[:-2]}", f"08{U}", f"07{U}0011", f"0d{U}"],
)
def test_what_cannot_be_meant_is_answered_with_a_wrong_parameter(asked: str) -> None:
    assert Host(a_tag()).told(asked) == "32"


def test_raw_iso_15693_is_not_simulated() -> None:
    assert Host(a_tag()).told("140002000a0000022b") == "02"


@pytest.mark.parametrize(
    "bad",
    [WHO[:-1] + b"\0", WHO[:-1], b"\x00\xff", b"\xd6\x00\x02\x11", b"\xd6\xff\xff" + bytes(50), request("0411", 0xD5)],
    ids=["crc", "short", "noise", "length", "long", "unknown-probe"],
)
def test_a_bad_frame_gets_no_answer_and_the_next_good_one_does(bad: bytes) -> None:
    host = Host()
    assert host.ask(bad) == b""
    assert host.body("11") == VERSION


def test_noise_before_a_request_does_no_harm() -> None:
    assert Host().ask(b"\x00\xd6\xff" + WHO)[3:-2].hex() == VERSION


def test_a_request_while_the_reader_works_or_answers_is_not_heard() -> None:
    host = Host(a_tag())
    host.send(BY_NAME["inventory"])
    host.m3.receive(WHO, host.now_s + 0.002)
    sent = host.hear()
    assert sent == BY_NAME["inventory of one"]
    host.m3.receive(WHO, host.now_s - 0.001)
    assert host.hear() == b""
    assert host.body("11") == VERSION


def test_silent_says_nothing_and_does_nothing() -> None:
    tag = a_tag()
    host = Host(tag)
    host.m3.trouble.begin(PadFault.SILENT)
    assert host.ask(BY_NAME["write AFI D7"]) == b""
    assert tag.afi == 0xDA
    host.m3.trouble.begin(PadFault.NONE)
    assert host.body("11") == VERSION


def test_writes_happen_while_their_answers_are_lost_and_everything_else_is_answered() -> None:
    tag = a_tag(NXP)
    host = Host(tag)
    host.m3.trouble.begin(PadFault.LOSE_WRITE_ANSWER)
    assert [
        host.ask(request(asked + N + rest)) for asked, rest in (("09", "d7"), ("05", "0011223344"), ("0c", "01"))
    ] == [b""] * 3
    assert (tag.afi, tag.memory[:4].hex(), tag.eas) == (0xD7, "11223344", True)
    assert host.told(f"0a{N}") == f"00{N}d7"


def test_bad_crc_spoils_every_answer() -> None:
    host = Host(a_tag())
    good = host.ask(WHO)
    host.m3.trouble.begin(PadFault.BAD_CRC)
    spoilt = [host.ask(WHO) for _ in range(20)]
    assert all(len(answer) == len(good) and answer[-2:] != crc(answer[1:-2]) for answer in spoilt)


@given(st.lists(st.binary(max_size=300), max_size=5), st.sampled_from(list(PadFault)))
def test_whatever_bytes_come_a_good_request_is_answered_afterwards(pieces: list[bytes], fault: PadFault) -> None:
    host = Host(a_tag())
    host.m3.trouble.begin(fault)
    for piece in pieces:
        host.send(piece)
        host.hear()
    host.m3.trouble.begin(PadFault.NONE)
    host.now_s += 1
    assert host.body("11") == VERSION


@given(st.binary(min_size=1, max_size=40))
def test_whatever_a_request_says_there_is_one_good_answer(body: bytes) -> None:
    tag = a_tag()
    host = Host(tag)
    assert host.body(body.hex())[:2] == f"{body[0]:02x}"
    assert len(tag.memory) == 32


@given(st.data())
def test_a_request_may_come_in_any_pieces(data: st.DataObject) -> None:
    host = Host(a_tag())
    frame = BY_NAME["read two blocks"]
    cuts = sorted(data.draw(st.sets(st.integers(1, len(frame) - 1))))
    host.now_s = 1.0
    for begin, end in zip([0, *cuts], [*cuts, len(frame)], strict=True):
        host.now_s += (end - begin) * BYTE_S
        host.m3.receive(frame[begin:end], host.now_s)
    assert host.hear()[3:5].hex() == "0200"


@given(
    st.lists(
        st.sampled_from([b"\xd6\x04\x00", b"\xd6\xff\xff", b"\xd6", b"\0"]) | st.binary(max_size=5000), max_size=20
    )
)
def test_however_much_comes_without_a_pause_little_is_kept(pieces: list[bytes]) -> None:
    reader = RequestReader()
    for number, piece in enumerate(pieces):
        reader.take(piece, number * 0.01, number * 0.01)
        assert reader.kept <= LONGEST_FRAME
