"""A host talks to the simulated RL866 as public programs do; captured frames hold byte for byte."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.devices.rl866 import RECORDS_AN_ANSWER, Rl866Reader
from firmware_sim.devices.rl866_frames import RequestReader
from firmware_sim.faults.words import PadFault
from firmware_sim.room.tag import Tag
from tests.firmware_sim.feig_host import crc
from tests.firmware_sim.pad_host import PadHost, a_room, books_with

VECTORS = tomllib.loads(Path("tests/vectors/rl866.toml").read_text(encoding="utf-8"))["exchange"]
BY_NAME = {vector["name"]: bytes.fromhex(vector["hex"]) for vector in VECTORS}
LONGEST_FRAME = 256
BYTE_S = 11 / 38_400
LE_ZAHIR = bytes.fromhex("E004015012345678")
CAPTURED = [bytes.fromhex(uid) for uid in ("E00401003F3827A7", "E00401003F382624", "E00401003F3825A4")]
TI = bytes.fromhex("E007000001234567")
OK = "0000"


def request(inf: str, sequence: int = 0, address: int = 0xFF, pcb: int = 0) -> bytes:
    data = bytes.fromhex(inf)
    counted = bytes((len(data) + 5, address, pcb | sequence << 6)) + data
    return b"\xfa" + counted + crc(counted)


RESYNC = request("", pcb=0xC0)


def a_tag(uid: bytes = LE_ZAHIR, memory: bytes = b"", blocks: int = 28, block_size: int = 4) -> Tag:
    return Tag(uid, 0x07, 0x00, block_size, blocks, bytearray(memory.ljust(block_size * blocks, b"\0")))


class Host(PadHost):
    """Flips the sequence bit with each request, as hosts do."""

    def __init__(self, *tags: Tag, records_an_answer: int = RECORDS_AN_ANSWER) -> None:
        room = a_room(*books_with(*tags))
        self.rl866 = Rl866Reader(room, byte_s=BYTE_S, records_an_answer=records_an_answer)
        super().__init__(room, self.rl866, BYTE_S)
        self.sequence = 0

    def told(self, inf: str) -> str:
        """What follows the command in a well-formed answer, which repeats sequence and command."""
        answer = self.ask(request(inf, self.sequence))
        assert answer, "no answer"
        assert answer[0] == 0xFA
        assert answer[1] == len(answer) - 1
        assert answer[2:4] == bytes((0x01, self.sequence << 6))
        assert answer[-2:] == crc(answer[1:-2])
        assert answer[4:5].hex() == inf[:2]
        self.sequence ^= 1
        return answer[5:-2].hex()

    def resync(self) -> None:
        assert self.ask(RESYNC) == BY_NAME["resync answered"]
        self.sequence = 0

    def connect(self, uid: bytes, mode: int = 1) -> str:
        return self.told(f"3200010109{mode:02x}" + uid[::-1].hex())

    def access(self, *operations: str, handle: int = 1) -> str:
        """The answer to operations, each code and data as hex."""
        lengths = (len(bytes.fromhex(operation)) for operation in operations)
        told = "".join(f"{length:02x}{operation}" for length, operation in zip(lengths, operations, strict=True))
        return self.told(f"34{handle:02x}" + told)

    def found(self) -> list[str]:
        """UIDs of an inventory, in the order told, in as many pieces as they come."""
        uids: list[str] = []
        flags = 0
        while True:
            answer = bytes.fromhex(self.told(f"31{flags:02x}"))
            assert answer[:2] == b"\0\0"
            for place in range(answer[5]):
                record = answer[6 + 13 * place : 19 + 13 * place]
                assert (record[:2], record[3], record[12]) == (b"\x0e\x01", 9, 0)
                uids.append(record[11:3:-1].hex())
            if not answer[2]:
                return uids
            flags = 8


def connected(*tags: Tag) -> Host:
    """A host that has connected the first of its tags, with handle 1."""
    host = Host(*tags)
    assert host.connect(tags[0].uid) == OK + "01"
    return host


@pytest.mark.parametrize("name", [vector["name"] for vector in VECTORS if vector["direction"] == "host-to-device"])
def test_every_request_of_the_vectors_gets_one_good_answer(name: str) -> None:
    host = Host(a_tag(CAPTURED[0]))
    if BY_NAME[name][3] & 0x40:
        host.told("3300")
    answer = host.ask(BY_NAME[name])
    assert answer[1] == len(answer) - 1
    assert answer[-2:] == crc(answer[1:-2])


def test_resync_and_configuration_are_answered_as_captured() -> None:
    host = Host()
    assert host.ask(BY_NAME["resync"]) == BY_NAME["resync answered"]
    assert host.ask(BY_NAME["read configuration block 1 from RAM"]) == BY_NAME["configuration block 1"]
    whole = host.ask(BY_NAME["read 15 configuration blocks from ROM"])
    assert (len(whole), whole[-2:].hex(), whole[7]) == (108, "30b0", 7)


def test_an_inventory_of_three_tags_is_the_captured_one() -> None:
    tags = [a_tag(uid) for uid in CAPTURED]
    answer = Host(*tags).ask(request("3100"))
    records = sorted(answer[11 + 13 * place : 24 + 13 * place] for place in range(3))
    captured = BY_NAME["three tags"]
    assert answer[:11] == captured[:11]
    assert records == sorted(captured[11 + 13 * place : 24 + 13 * place] for place in range(3))


def test_one_tag_is_written_and_read_back_as_in_the_worked_conversation() -> None:
    """devices.md 18."""
    host = Host(a_tag())
    conversation = [
        ("fa05ffc04239", "fa0501e058fe"),
        ("fa07ff003100fc6a", "fa190100310000000100010e01010978563412500104e000127e"),
        ("fa13ff4032000101090178563412500104e0e48d", "fa09014032000001b293"),
        ("fa0bff003401030600c2cedf", "fa0c0100340000030600016e53"),
        ("fa0aff403401020a00997b", "fa1a0140340000110a00010f78563412500104e000c21b0301f561"),
        ("fa07ff003301c548", "fa080100330000a64b"),
    ]
    assert [(asked, host.ask(bytes.fromhex(asked)).hex()) for asked, _ in conversation] == conversation


def test_system_information_is_the_captured_one() -> None:
    tag = a_tag(CAPTURED[0])
    tag.afi = 0
    host = Host(tag)
    host.told("3300")
    assert host.ask(BY_NAME["connect, addressed"]) == BY_NAME["connected, handle 1"]
    host.sequence = 0
    host.told("0101" + "01")
    assert host.ask(BY_NAME["get system information"]) == BY_NAME["system information"]


def test_block_12_is_written_and_read_as_captured() -> None:
    host = Host(a_tag(CAPTURED[0]))
    host.connect(CAPTURED[0])
    assert host.ask(BY_NAME["write block 12"])[5:-2].hex() == OK + "03040001"
    answer = host.ask(request("3401" + "07" + "0300" + "00" + "0c00" + "0100", 0))
    assert answer == BY_NAME["block 12"]


def test_failures_of_an_afi_are_the_vectors() -> None:
    tag = a_tag(CAPTURED[0])
    host = Host(tag)
    host.connect(CAPTURED[0])
    assert host.ask(BY_NAME["write AFI C2"])[4:-2] == BY_NAME["AFI written"][4:-2]
    host.room.take_off_pad(["B0"])
    host.sequence = 0
    host.told("010101")
    assert host.ask(BY_NAME["write AFI C2"]) == BY_NAME["AFI not written: tag not found"]
    tag.lock_afi()
    host.room.put_on_pad(["B0"])
    host.sequence = 0
    assert host.access("060007") == OK + "050600001b04"
    assert tag.afi == 0xC2


def test_a_wrong_sequence_is_refused_until_the_line_is_resynchronised() -> None:
    tag = a_tag()
    host = connected(tag)
    order = "3401030600c2"
    assert host.ask(request(order, host.sequence ^ 1))[4:-2].hex() == "340401"
    assert tag.afi == 0x07
    assert host.access("0600c2") == OK + "03060001"
    assert host.ask(request("3100", host.sequence ^ 1))[4:-2].hex() == "310401"
    host.resync()
    assert host.found() == []
    assert tag.afi == 0xC2


def test_an_inventory_comes_in_pieces() -> None:
    tags = [a_tag(LE_ZAHIR[:-1] + bytes((number,))) for number in range(5)]
    host = Host(*tags, records_an_answer=2)
    assert [host.told(f"31{flags}")[4:12] for flags in ("00", "08", "08", "08")] == [
        "01050002",
        "01050002",
        "00050001",
        "00000000",
    ]
    assert host.found() == [tag.uid.hex() for tag in tags]


def test_what_was_not_fetched_is_forgotten_by_the_next_inventory_and_by_a_resync() -> None:
    tags = [a_tag(LE_ZAHIR[:-1] + bytes((number,))) for number in range(10)]
    host = Host(*tags)
    host.told("3100")
    assert len(host.found()) == 10
    host.told("3100")
    host.resync()
    assert host.told("3108") == OK + "00000000"


def test_a_connected_tag_is_left_out_until_it_is_disconnected_and_even_when_it_was_lifted() -> None:
    other = LE_ZAHIR[:-1] + b"\0"
    host = connected(a_tag(), a_tag(other))
    assert host.found() == [other.hex()]
    host.room.take_off_pad(["B0"])
    host.room.put_on_pad(["B0"])
    host.resync()
    assert host.found() == [other.hex()]
    assert host.told("3301") == OK
    assert sorted(host.found()) == sorted([other.hex(), LE_ZAHIR.hex()])


def test_handles_are_the_lowest_free_ones_and_run_out() -> None:
    host = Host(a_tag())
    assert [host.connect(LE_ZAHIR) for _ in range(9)] == [OK + f"{handle:02x}" for handle in range(1, 9)] + ["0500"]
    assert host.told("3303") == OK
    assert host.told("3303") == "1504"
    assert host.connect(LE_ZAHIR) == OK + "03"
    assert host.told("3300") == OK
    assert host.found() == [LE_ZAHIR.hex()]
    assert host.access("0a00") == "1504"


def test_only_a_connection_that_selects_needs_the_tag() -> None:
    host = Host()
    assert host.connect(LE_ZAHIR, mode=2) == "2004"
    assert host.connect(LE_ZAHIR, mode=0) == "1a04"
    assert host.connect(LE_ZAHIR, mode=1) == OK + "01"
    assert host.access("0a00") == OK + "050a00002004"
    assert host.told("32000201" + "0901" + LE_ZAHIR[::-1].hex()) == "2201"


def test_blocks_are_read_with_and_without_their_security() -> None:
    tag = a_tag(memory=b"abcdefgh")
    tag.lock_block(1)
    host = connected(tag)
    first, second = b"abcd".hex(), b"efgh".hex()
    assert host.access("03000000000200") == OK + "0d0300010200" + first + second
    assert host.access("03000100000200") == OK + "0f0300010200" + f"00{first}01{second}"
    assert host.access("4f00000100") == OK + "074f0001" + second


def test_who_asks_for_more_blocks_than_there_are_gets_those_that_there_are() -> None:
    host = connected(a_tag(memory=b"\xff" * 112))
    assert host.access("03000000000001") == OK + "750300011c00" + "ff" * 112
    assert host.access("0300001c000100") == OK + "050300001b04"


def test_a_result_that_is_too_long_is_refused() -> None:
    host = connected(a_tag(blocks=40))
    assert host.access("03000000001e00").startswith(OK + "7d0300011e00")
    assert host.access("03000000001f00") == OK + "050300000700"


def test_several_operations_are_done_in_turn_up_to_the_first_that_fails() -> None:
    tag = a_tag()
    tag.lock_block(1)
    host = connected(tag)
    operations = ("5000000011223344", "0600c2", "5000010055667788", "060007")
    assert host.access(*operations) == OK + "03500001" + "03060001" + "055000001b04"
    assert (tag.memory[:8].hex(), tag.afi) == ("1122334400000000", 0xC2)


def test_a_block_that_is_a_byte_short_is_refused() -> None:
    """devices.md 13: block size and count come less one, and a program that takes 3 for the size must add a zero."""
    tag = a_tag()
    host = connected(tag)
    assert host.access("04000c000100363738") == OK + "050400000b00"
    assert host.access("04000c00010036373800") == OK + "03040001"
    assert tag.block(12).hex() == "36373800"


def test_eas_is_nxps() -> None:
    tag = a_tag()
    host = connected(tag)
    assert [(host.access(code), tag.eas) for code in ("0c00", "0d00")] == [
        (OK + "030c0001", True),
        (OK + "030d0001", False),
    ]
    assert connected(a_tag(TI)).access("0c00") == OK + "050c00000104"


def test_a_book_pulled_away_while_it_is_written_keeps_what_it_had() -> None:
    tag = a_tag()
    host = connected(tag)
    host.send(request("3401030600c2", 1))
    host.room.take_off_pad(["B0"])
    assert host.hear()[5:-2].hex() == OK + "050600000104"
    assert tag.afi == 0x07


def test_a_book_pulled_away_while_blocks_are_written_is_half_written() -> None:
    tag = a_tag()
    host = connected(tag)
    host.send(request("340116040000000400" + "11" * 16, 1))
    host.hear(until_s=host.now_s + 0.030)
    host.room.take_off_pad(["B0"])
    assert host.hear()[5:-2].hex() == OK + "050400000104"
    assert tag.memory[:16].hex() == "11" * 8 + "00" * 8


def test_two_tags_with_one_uid_look_like_one_until_they_say_different_things() -> None:
    host = Host(a_tag(memory=b"abcd"), a_tag(memory=b"abcX"))
    assert host.found() == [LE_ZAHIR.hex()]
    host.connect(LE_ZAHIR)
    assert host.access("03000000000100") == OK + "050300000404"


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("77", "0301"),
        ("31", "0201"),
        ("3101", "0300"),
        ("32", "0201"),
        ("32000101080178563412500104e0", "0201"),
        ("320001010401785634", "0201"),
        ("33", "0201"),
        ("34", "0201"),
        ("3401", "0201"),
        ("34010106", "0201"),
        ("3401050600c2", "0201"),
        ("3400020a00", "1504"),
        ("0101", "0201"),
        ("010001", "2101"),
        ("010901", "2101"),
        ("3401020f00", OK + "050f00000300"),
        ("3401030a0000", OK + "050a00000b00"),
        ("34010703000200000100", OK + "050300000501"),
    ],
)
def test_what_cannot_be_meant_is_told(asked: str, status: str) -> None:
    assert connected(a_tag()).told(asked) == status


def test_a_wrong_checksum_is_told_and_does_not_count() -> None:
    host = Host()
    asked = request("3100")
    assert host.ask(asked[:-1] + b"\0")[4:-2].hex() == "310101"
    assert host.told("3100") == OK + "00000000"


def test_chained_blocks_are_refused_and_other_blocks_are_not_answered() -> None:
    host = Host()
    assert host.ask(request("3100", pcb=0x20))[4:-2].hex() == "310601"
    assert host.ask(request("", pcb=0xE0)) == host.ask(request("3100", pcb=0x80)) == b""
    assert host.ask(request(""))[4:-2].hex() == "0201"


@pytest.mark.parametrize(
    "bad",
    [RESYNC[:-1] + b"\0", RESYNC[:-1], b"\x00\xff", b"\xfa\x04", b"\xfa\xff" + bytes(50), request("3100", address=7)],
    ids=["crc", "short", "noise", "length", "long", "other-address"],
)
def test_a_bad_frame_gets_no_answer_and_the_next_good_one_does(bad: bytes) -> None:
    host = Host()
    assert host.ask(bad) == b""
    host.resync()


def test_noise_before_a_request_does_no_harm() -> None:
    assert Host().ask(b"\x00\xfa\x01" + RESYNC) == BY_NAME["resync answered"]


def test_a_request_while_the_reader_works_or_answers_is_not_heard() -> None:
    host = Host(a_tag())
    host.send(request("3100"))
    host.rl866.receive(RESYNC, host.now_s + 0.002)
    assert host.hear()[4:8].hex() == "31000000"
    host.rl866.receive(RESYNC, host.now_s - 0.001)
    assert host.hear() == b""
    host.resync()


def test_silent_says_nothing_and_does_nothing() -> None:
    tag = a_tag()
    host = connected(tag)
    host.rl866.trouble.begin(PadFault.SILENT)
    assert host.ask(request("3401030600c2", 1)) == b""
    assert tag.afi == 0x07
    host.rl866.trouble.begin(PadFault.NONE)
    assert host.access("0600c2") == OK + "03060001"


def test_writes_happen_while_their_answers_are_lost_and_everything_else_is_answered() -> None:
    tag = a_tag()
    host = connected(tag)
    host.rl866.trouble.begin(PadFault.LOSE_WRITE_ANSWER)
    assert host.ask(request("3401030600c2", 1)) == b""
    assert tag.afi == 0xC2
    host.resync()
    assert host.told("3301") == OK
    assert host.found() == [LE_ZAHIR.hex()]


def test_bad_crc_spoils_every_answer() -> None:
    host = Host(a_tag())
    good = BY_NAME["resync answered"]
    host.rl866.trouble.begin(PadFault.BAD_CRC)
    spoilt = [host.ask(RESYNC) for _ in range(20)]
    assert all(len(answer) == len(good) and answer[-2:] != crc(answer[1:-2]) for answer in spoilt)


@given(st.lists(st.binary(max_size=300), max_size=5), st.sampled_from(list(PadFault)))
def test_whatever_bytes_come_a_resync_is_answered_afterwards(pieces: list[bytes], fault: PadFault) -> None:
    host = Host(a_tag())
    host.rl866.trouble.begin(fault)
    for piece in pieces:
        host.send(piece)
        host.hear()
    host.rl866.trouble.begin(PadFault.NONE)
    host.now_s += 1
    host.resync()


OPERATIONS = st.lists(
    st.tuples(st.sampled_from([1, 2, 3, 4, 6, 10, 12, 13, 15, 0x4F, 0x50]), st.binary(max_size=20)), max_size=12
)


@given(OPERATIONS)
def test_whatever_operations_are_asked_for_there_is_one_good_answer(operations: list[tuple[int, bytes]]) -> None:
    tag = a_tag()
    host = connected(tag)
    asked = "3401" + "".join(f"{len(data) + 2:02x}{code:02x}00{data.hex()}" for code, data in operations)
    host.told(asked[:480])
    assert len(tag.memory) == 112


@given(st.binary(min_size=1, max_size=60))
def test_whatever_a_request_says_there_is_one_good_answer(inf: bytes) -> None:
    host = connected(a_tag())
    host.told(inf.hex())


@given(st.data())
def test_a_request_may_come_in_any_pieces(data: st.DataObject) -> None:
    host = Host(a_tag())
    frame = request("3100")
    cuts = sorted(data.draw(st.sets(st.integers(1, len(frame) - 1))))
    host.now_s = 1.0
    for begin, end in zip([0, *cuts], [*cuts, len(frame)], strict=True):
        host.now_s += (end - begin) * BYTE_S
        host.rl866.receive(frame[begin:end], host.now_s)
    assert host.hear()[4:7].hex() == "31" + OK


@given(st.lists(st.sampled_from([b"\xfa\xff", b"\xfa\x05", b"\xfa", b"\0"]) | st.binary(max_size=5000), max_size=20))
def test_however_much_comes_without_a_pause_little_is_kept(pieces: list[bytes]) -> None:
    reader = RequestReader()
    for number, piece in enumerate(pieces):
        reader.take(piece, number * 0.01, number * 0.01)
        assert reader.kept <= LONGEST_FRAME
