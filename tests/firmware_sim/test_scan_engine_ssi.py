"""A Zebra engine in packets: what it says is acknowledged, or said again with its bit set; damage is refused."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.devices.scan_engine import PLAIN, Wording
from firmware_sim.devices.scan_engine_aim import AIM_S, READ_S
from firmware_sim.devices.scan_engine_ssi import ACK_S, LONGEST_CODE, MOST_TEXT, DecodeFormat, SsiEngine
from firmware_sim.devices.scan_engine_ssi_frames import GAP_S, LONGEST_PACKET
from firmware_sim.devices.scan_engine_symbology import SSI_CODE_TYPE, Symbology
from firmware_sim.faults.words import SsiFault
from tests.firmware_sim.scan_engine_time import pass_time

VECTORS = tomllib.loads(Path("tests/vectors/scan_engine.toml").read_text(encoding="utf-8"))["exchange"]
BY_NAME = {vector["name"]: bytes.fromhex(vector["hex"]) for vector in VECTORS}
START, STOP, HOST_ACK = BY_NAME["SSI start session"], BY_NAME["SSI stop session"], BY_NAME["SSI host ACK"]
ACK, NAK = BY_NAME["SSI scanner ACK"], BY_NAME["SSI scanner NAK, bad checksum"]
CODE = BY_NAME["SSI decode data, Code 128"]
BYTE_S = 10 / 9600


def an_engine(decode_format: DecodeFormat = DecodeFormat.PACKETS, wording: Wording = PLAIN) -> SsiEngine:
    return SsiEngine(decode_format, byte_s=BYTE_S, wording=wording)


def framed(opcode: int, data: bytes = b"", source: int = 4) -> bytes:
    counted = bytes((4 + len(data), opcode, source, 0)) + data
    return counted + (0x10000 - sum(counted)).to_bytes(2, "big")


def said_again(packet: bytes) -> bytes:
    counted = packet[:3] + bytes((packet[3] | 1,)) + packet[4:-2]
    return counted + (0x10000 - sum(counted)).to_bytes(2, "big")


def texts_of(said: bytes) -> list[tuple[int, int, bytes]]:
    """Status, code type and text of decode data, one after the other, each checked."""
    found = []
    while said:
        packet, said = said[: said[0] + 2], said[said[0] + 2 :]
        assert int.from_bytes(packet[-2:], "big") == (0x10000 - sum(packet[:-2])) & 0xFFFF
        assert packet[1:3] == b"\xf3\x00"
        found.append((packet[3], packet[4], packet[5:-2]))
    return found


def a_read_code(engine: SsiEngine, code: str = "BK-0012345", now_s: float = 0.0) -> bytes:
    """Pull the trigger with a code there; return its first packet."""
    engine.show(code, Symbology.CODE_128)
    engine.receive(START, now_s)
    assert engine.take_outgoing() == ACK
    return pass_time(engine, now_s + READ_S)


def test_a_session_is_acknowledged_and_its_code_is_the_vectors() -> None:
    engine = an_engine()
    assert a_read_code(engine) == CODE
    engine.receive(HOST_ACK, 0.2)
    assert pass_time(engine, 60.0) == b""
    engine.receive(STOP, 60.0)
    assert pass_time(engine, 61.0) == ACK


def test_without_an_ack_it_says_the_code_again_twice_with_the_bit_and_then_gives_up() -> None:
    engine = an_engine()
    assert a_read_code(engine) == CODE
    sent_s = READ_S + len(ACK + CODE) * BYTE_S
    assert pass_time(engine, sent_s + ACK_S - 0.01) == b""
    assert pass_time(engine, sent_s + ACK_S + 0.01) == said_again(CODE)
    assert pass_time(engine, 2 * (sent_s + ACK_S)) == said_again(CODE)
    assert pass_time(engine, 60.0) == b""
    assert a_read_code(engine, now_s=60.0) == CODE
    assert pass_time(engine, 90.0) == 2 * said_again(CODE)


def test_an_ack_that_comes_after_a_repetition_ends_it() -> None:
    engine = an_engine()
    a_read_code(engine)
    assert pass_time(engine, 3.0) == said_again(CODE)
    engine.receive(HOST_ACK, 3.1)
    assert pass_time(engine, 60.0) == b""


def test_a_host_that_got_a_damaged_packet_has_it_again_at_once_and_one_that_does_not_want_it_does_not() -> None:
    engine = an_engine()
    a_read_code(engine)
    engine.receive(framed(0xD1, b"\x01"), 0.2)
    assert engine.take_outgoing() == said_again(CODE)
    engine.receive(framed(0xD1, b"\x02"), 0.3)
    assert pass_time(engine, 60.0) == b""


def test_the_time_for_an_ack_begins_when_the_last_byte_is_on_the_wire() -> None:
    engine = an_engine()
    a_read_code(engine)
    engine.receive(framed(0xD1, b"\x01"), READ_S + BYTE_S)
    assert engine.due_s() == pytest.approx(READ_S + 2 * len(CODE) * BYTE_S + ACK_S)


def test_what_was_read_before_a_command_came_is_said_before_its_answer() -> None:
    engine = an_engine()
    engine.show("BK-0012345", Symbology.CODE_128)
    engine.tick(0.0)
    engine.receive(START, 0.0)
    engine.receive(STOP, 1.0)
    assert engine.take_outgoing() == ACK + CODE + ACK


def test_a_new_host_does_not_finish_the_last_ones_packet() -> None:
    engine = an_engine()
    engine.receive(START[:5], 0.0)
    engine.connected(0.01)
    engine.receive(START, 0.02)
    assert (engine.light, engine.take_outgoing()) == (True, ACK)


def test_an_empty_code_is_a_packet_with_a_type_and_no_text() -> None:
    engine = an_engine()
    assert texts_of(a_read_code(engine, "")) == [(0, 3, b"")]


def test_an_ack_that_is_not_heard_costs_repetitions() -> None:
    engine = an_engine()
    engine.set_fault(SsiFault.NO_ACK_HEARD)
    a_read_code(engine)
    engine.receive(HOST_ACK, 0.2)
    assert pass_time(engine, 3.0) == said_again(CODE)
    engine.set_fault(SsiFault.NONE)
    engine.receive(HOST_ACK, 3.1)
    assert pass_time(engine, 60.0) == b""


def test_a_long_code_comes_in_packets_each_when_the_last_was_acknowledged() -> None:
    engine = an_engine()
    code = "".join(chr(ord("A") + place % 26) for place in range(2 * MOST_TEXT + 1))
    got = [a_read_code(engine, code)]
    for turn in (1, 2):
        assert pass_time(engine, turn + 0.5) == b""
        engine.receive(HOST_ACK, turn + 0.6)
        got.append(engine.take_outgoing())
    assert [len(packet) for packet in got] == [LONGEST_PACKET, LONGEST_PACKET, 8]
    assert texts_of(b"".join(got)) == [
        (2, 3, code[:MOST_TEXT].encode()),
        (2, 3, code[MOST_TEXT : 2 * MOST_TEXT].encode()),
        (0, 3, code[2 * MOST_TEXT :].encode()),
    ]
    engine.receive(HOST_ACK, 3.0)
    assert pass_time(engine, 60.0) == b""


def test_a_repeated_piece_of_a_long_code_has_both_bits() -> None:
    engine = an_engine()
    first = a_read_code(engine, "7" * 300)
    assert first[3] == 2
    assert pass_time(engine, 3.0) == said_again(first)


def test_each_piece_of_a_long_code_has_its_own_repetitions() -> None:
    engine = an_engine()
    first = a_read_code(engine, "7" * 300)
    assert pass_time(engine, 5.0) == 2 * said_again(first)
    engine.receive(HOST_ACK, 5.0)
    second = engine.take_outgoing()
    assert pass_time(engine, 9.5) == 2 * said_again(second)
    engine.receive(HOST_ACK, 9.6)
    assert pass_time(engine, 60.0) == b""


def test_a_code_is_read_only_when_the_last_one_was_taken() -> None:
    engine = an_engine()
    a_read_code(engine)
    engine.show("P002", Symbology.QR)
    engine.receive(START, 0.5)
    assert pass_time(engine, 1.5) == ACK
    engine.receive(HOST_ACK, 1.5)
    assert texts_of(pass_time(engine, 1.6)) == [(0, SSI_CODE_TYPE[Symbology.QR], b"P002")]


@pytest.mark.parametrize("symbology", list(Symbology))
def test_each_symbology_has_its_code_type(symbology: Symbology) -> None:
    engine = an_engine()
    engine.show("35555000012345", symbology)
    engine.receive(START, 0.0)
    assert texts_of(pass_time(engine, 1.0)[len(ACK) :]) == [(0, SSI_CODE_TYPE[symbology], b"35555000012345")]


def test_the_light_goes_off_by_itself_and_by_the_host() -> None:
    engine = an_engine()
    engine.receive(START, 0.0)
    lit = [engine.light]
    pass_time(engine, AIM_S)
    lit.append(engine.light)
    engine.receive(START, 10.0)
    lit.append(engine.light)
    engine.receive(STOP, 11.0)
    lit.append(engine.light)
    assert lit == [True, False, True, False]
    assert engine.take_outgoing() == ACK + ACK
    engine.show("P001")
    assert pass_time(engine, 60.0) == b""


def test_damaged_unknown_and_foreign_packets() -> None:
    engine = an_engine()
    engine.receive(START[:-1] + b"\x15", 0.0)
    assert (engine.light, engine.take_outgoing()) == (False, NAK)
    engine.receive(BY_NAME["SSI parameter sent, captured"], 1.0)
    assert engine.take_outgoing() == ACK
    engine.receive(framed(0xE7), 2.0)
    assert engine.take_outgoing() == framed(0xD1, b"\x02", source=0)
    engine.receive(BY_NAME["WGC settings, save and leave"] + framed(0xE4, source=0) + HOST_ACK, 3.0)
    assert (engine.light, pass_time(engine, 4.0)) == (False, b"")


def test_a_packet_cut_short_is_forgotten_when_the_line_is_quiet_and_zeros_wake_the_engine() -> None:
    engine = an_engine()
    engine.receive(START[:4], 0.0)
    assert engine.kept == 4
    engine.receive(b"\0\0\0", 1.0)
    assert engine.kept == 0
    engine.receive(START, 1.0 + GAP_S / 2)
    assert (engine.light, engine.take_outgoing()) == (True, ACK)


def test_codes_can_come_as_text_after_the_trigger_was_acknowledged() -> None:
    engine = an_engine(DecodeFormat.TEXT, Wording(sends_aim=True))
    engine.fire("P001", "]C0")
    engine.receive(START, 0.0)
    assert pass_time(engine, 1.0) == ACK + b"]C0P001\r"
    assert pass_time(engine, 60.0) == b""


def test_a_code_longer_than_any_symbol_is_refused() -> None:
    engine = an_engine()
    with pytest.raises(ValueError, match="at most 4096 bytes"):
        engine.fire("1" * (LONGEST_CODE + 1))


@given(
    st.lists(st.one_of(st.binary(max_size=40), st.sampled_from([START, STOP, HOST_ACK, NAK])), max_size=8),
    st.lists(st.tuples(st.integers(1, 9), st.sampled_from([0.0, 0.05, 3.0])), min_size=1, max_size=5),
    st.sampled_from(SsiFault),
)
def test_any_bytes_cut_anywhere_at_any_time_are_borne_and_the_next_session_is_obeyed(
    sent: list[bytes], cuts: list[tuple[int, float]], fault: SsiFault
) -> None:
    engine = an_engine()
    engine.set_fault(fault)
    engine.show("7" * 600)
    data, place, now_s = b"".join(sent), 0, 0.0
    for turn in range(len(data)):
        size, pause_s = cuts[turn % len(cuts)]
        now_s += pause_s
        engine.receive(data[place : place + size], now_s)
        place += size
        assert engine.kept < LONGEST_PACKET
    engine.set_fault(SsiFault.NONE)
    pass_time(engine, now_s + 100.0)
    engine.receive(START, now_s + 100.0)
    assert engine.take_outgoing() == ACK
    assert texts_of(pass_time(engine, now_s + 101.0)) == [(2, 3, b"7" * MOST_TEXT)]
