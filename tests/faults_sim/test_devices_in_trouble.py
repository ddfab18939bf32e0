"""What goes wrong with a device itself: wrong answers, torn writes, tags that leave, paper, cards."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sim.faults.orders import KnobRefused, knobs_of, ordered
from firmware_sim.faults.pad_trouble import PadTrouble
from firmware_sim.faults.words import PadFault
from firmware_sim.room.room import Place, UnknownName
from firmware_sim.room.tag import Tear, Written
from tests.faults_sim.bench_host import UIDS, VERSION, WHO, BenchHost, feig, is_whole

WRITE_AFI = feig(0xB0, f"2701{UIDS[0]}C2")
WRITE_BLOCKS = feig(0xB0, f"2401{UIDS[0]}000404" + "11111111222222223333333344444444")
NO_TAG, DONE, WRITE_ERROR = 0x01, 0x00, 0x03
MANY = 300


def status(answer: bytes) -> int:
    """Of one whole answer."""
    assert is_whole(answer), answer.hex()
    return answer[3]


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from([PadFault.BAD_CRC, PadFault.LOSE_WRITE_ANSWER, PadFault.WRONG_ANSWER]),
    st.floats(0, 1),
    st.integers(0, 99),
)
def test_about_the_ordered_share_of_answers_is_spoilt_the_same_ones_each_time(
    fault: PadFault, rate: float, seed: int
) -> None:
    def said() -> list[bytes]:
        trouble = PadTrouble(seed)
        trouble.answer(b"before", lambda content: content + b".", wrote=False)
        trouble.begin(fault, rate)
        return [trouble.answer(b"%4d" % number, lambda content: content + b".", wrote=True) for number in range(MANY)]

    spoilt = sum(one != b"%4d." % number for number, one in enumerate(said()))
    assert abs(spoilt - rate * MANY) <= 5 * (rate * (1 - rate) * MANY) ** 0.5 + 1e-6
    assert said() == said()


@given(st.sampled_from(PadFault), st.binary(min_size=1, max_size=20), st.booleans())
def test_with_rate_0_every_answer_is_right(fault: PadFault, content: bytes, wrote: bool) -> None:
    trouble = PadTrouble()
    trouble.begin(fault, 0.0)
    assert trouble.answer(content, lambda one: one + b".", wrote=wrote, uids=[content]) == content + b"."


def test_a_wrong_answer_is_a_whole_frame_with_another_tags_uid_or_what_was_answered_before() -> None:
    host = BenchHost.at("pad", on_pad=("B0",))
    host.ask(WHO)
    inventory = feig(0xB0, "0100")
    right = host.ask(inventory)
    host.fault("wrong-answer", rate=1)
    heard = [host.ask(inventory) for _ in range(30)]
    assert right not in heard
    assert all(is_whole(one) for one in heard)
    others = {one for one in heard if one != VERSION}
    assert VERSION in heard
    assert others
    assert all(one[:7] == right[:7] and one[7:11] == bytes.fromhex(UIDS[0])[:4] for one in others)
    host.fault("none")
    assert host.ask(inventory) == right


def test_a_torn_afi_write_is_done_or_not_and_told_as_no_tag_while_the_book_stays() -> None:
    host = BenchHost.at("pad", on_pad=("B0",))
    book = host.bench.room.books[0]
    host.fault("torn-write")
    outcomes = set()
    for _ in range(20):
        book.tags[0].afi = 0x07
        assert status(host.ask(WRITE_AFI)) == NO_TAG
        outcomes.add(book.tags[0].afi)
    assert outcomes == {0x07, 0xC2}
    assert book.place is Place.PAD
    host.fault("none")
    assert status(host.ask(WRITE_AFI)) == DONE


def test_a_torn_block_write_leaves_some_first_blocks_done() -> None:
    host = BenchHost.at("pad", on_pad=("B0",))
    tag = host.bench.room.books[0].tags[0]
    host.fault("torn-write")
    written = [b"\x11" * 4, b"\x22" * 4, b"\x33" * 4, b"\x44" * 4]
    counts = set()
    for _ in range(40):
        tag.memory[:16] = bytes(16)
        answer = host.ask(WRITE_BLOCKS)
        done = [bytes(tag.memory[place : place + 4]) for place in range(0, 16, 4)]
        count = sum(block != bytes(4) for block in done)
        assert done == written[:count] + [bytes(4)] * (4 - count)
        assert (status(answer) == DONE) <= (count == 4)
        assert status(answer) in (DONE, NO_TAG, WRITE_ERROR)
        counts.add(count)
    assert len(counts) >= 3


def test_a_tag_that_leaves_during_its_write_lies_on_the_shelf_and_the_others_stay() -> None:
    host = BenchHost.at("pad", on_pad=("B0", "B1"))
    book, other = host.bench.room.books[:2]
    host.fault("tag-leaves")
    outcomes = set()
    for _ in range(20):
        book.tags[0].afi = 0x07
        host.bench.put_on_pad(["B0"])
        assert status(host.ask(WRITE_AFI)) == NO_TAG
        assert (book.place, other.place) == (Place.SHELF, Place.PAD)
        outcomes.add(book.tags[0].afi)
    assert outcomes == {0x07, 0xC2}


def test_a_share_of_writes_is_torn() -> None:
    host = BenchHost.at("pad", on_pad=("B0",))
    host.fault("torn-write", rate=0.3)
    torn = sum(status(host.ask(WRITE_AFI, 0.2)) == NO_TAG for _ in range(100))
    assert 10 < torn < 55
    host.fault("torn-write", rate=0)
    assert {status(host.ask(WRITE_AFI, 0.2)) for _ in range(20)} == {DONE}


def test_a_uhf_write_that_is_torn_leaves_some_first_words() -> None:
    uhf = [{"uii": "141CFB2102DDDF7C4E00", "pc": 0x2D07, "user": "0601"}]
    host = BenchHost.at("pad", pad={"driver": "llrp"}, item=[{"number": "B0", "uhf": uhf}])
    tag = host.bench.room.books[0].uhf[0]
    host.fault("torn-write", rate=1)
    assert tag.tearing is not None
    assert {tag.tearing(Written.BLOCK) for _ in range(40)} == set(Tear)


@pytest.mark.parametrize(
    ("fault", "part", "state", "well"),
    [
        ("paper-out", "paper", "out", "ok"),
        ("cover-open", "cover", "open", "closed"),
        ("cutter-jam", "cutter", "jam", "ok"),
    ],
)
def test_what_is_wrong_with_the_printers_parts_is_a_fault_too(fault: str, part: str, state: str, well: str) -> None:
    host = BenchHost.at("printer")
    before = host.ask(b"\x10\x04\x02")
    host.fault(fault)
    assert host.bench.printer_state[part] == state
    assert (host.ask(b"\x10\x04\x02") != before) == (fault != "cutter-jam")
    host.fault("silent")
    assert host.bench.printer_state[part] == well
    host.fault("none")
    assert host.ask(b"\x10\x04\x02") == before


def test_paper_that_a_technician_took_out_stays_out_when_a_fault_ends() -> None:
    host = BenchHost.at("printer")
    host.bench.set_printer("paper", "out")
    host.fault("cover-open")
    host.fault("none")
    assert host.bench.printer_state == {"paper": "out", "cover": "closed", "cutter": "ok"}


def test_a_gates_counter_begins_again_at_zero_once() -> None:
    people = bytes.fromhex("1E3200")
    host = BenchHost.at("exit")
    zero = host.ask(people)
    host.bench.carry_through("exit", [], 1)
    assert host.ask(people) != zero
    host.fault("counter-reset")
    assert host.ask(people) == zero
    host.bench.carry_through("exit", [], 1)
    assert host.ask(people) != zero


@pytest.mark.parametrize(
    ("fault", "rate", "seconds", "said"),
    [
        ("silent", 0.5, None, r"rate: the pad fault 'silent' takes none; noise, .*torn-write.* may have one"),
        ("noise", None, 3.0, r"seconds: the pad fault 'noise' takes none; slow, stuck, reset, unplug may have one"),
        ("noise", 1.5, None, r"rate: expected a number from 0 to 1, found 1.5"),
        ("slow", None, -1.0, r"seconds: expected a number from 0 to 86400, found -1"),
        ("none", 0.5, None, r"rate: the pad fault 'none' takes none"),
    ],
)
def test_what_a_fault_does_not_take_is_refused_with_those_that_do_and_changes_nothing(
    fault: str, rate: float | None, seconds: float | None, said: str
) -> None:
    host = BenchHost.at("pad")
    host.fault("doubled")
    with pytest.raises(KnobRefused, match=said):
        host.fault(fault, rate, seconds)
    assert host.fault_now == "doubled"


def test_a_word_that_no_fault_has_is_refused_with_the_nearest() -> None:
    host = BenchHost.at("pad")
    with pytest.raises(UnknownName, match=r"fault: there is no pad fault 'torn-wirte'; try torn-write"):
        host.fault("torn-wirte")
    with pytest.raises(UnknownName, match=r"there is no gate fault 'torn-write'"):
        host.bench.set_fault("exit", "torn-write")


def test_every_knob_of_every_fault_has_a_usual_value_or_no_end() -> None:
    host = BenchHost.at("pad")
    for switch in (*host.bench.switches.values(), *(gate.faults for gate in host.bench.gates)):
        for fault in switch.faults:
            order = ordered("device", switch.faults, fault.value)
            assert (order.rate is not None) == ("rate" in knobs_of(fault))
            assert order.seconds is None or "seconds" in knobs_of(fault)
