"""Any bytes in any chunks: the printer never falls over, and answers when the noise is over."""

from __future__ import annotations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from firmware_sim.devices.printer_commands import Ignored, Text
from firmware_sim.devices.printer_parser import Parsed, Parser
from tests.firmware_sim_printer.conftest import CUT, Desk, a_raster

PATIENCE_BYTES = 100_000
"""Noise can begin a raster or a GS 8 of 4 GB. Such an example is dropped; were nothing ever heard, all would be."""

PIECES = st.one_of(
    st.binary(max_size=40),
    st.sampled_from([b"\x1b@", b"\x1c&", b"\x1c.", b"\x1dv0", b"\x1d(k", b"\x1dk", b"\x10\x04", b"\x1b*", b"\x1dV"]),
    st.sampled_from([a_raster(3, b"\xaa\x55"), CUT, b"\x1d!\x77", "书\n".encode("gb18030"), b"\x1d(k\x04\x001P0x"]),
)
NOISE = st.lists(PIECES, max_size=20)


@settings(deadline=None)
@given(NOISE)
def test_no_bytes_raise_and_status_is_answered_afterwards(pieces: list[bytes]) -> None:
    desk = Desk(paper="near-end")
    for piece in pieces:
        desk.sends(piece)
        desk.pass_time(0.05)
    sent, answer = 0, b""
    while not answer.endswith(b"\x1e") and sent < PATIENCE_BYTES:
        sent += 1 + sent // 4
        desk.sends(b"\n" * (1 + sent // 4))
        answer = desk.sends(b"\x10\x04\x04")
        desk.pass_time(1000)
    assume(sent < PATIENCE_BYTES)
    assert answer.endswith(b"\x1e")
    assert desk.printer.due_s() is None
    for strip in desk.printer.strips:
        assert strip.height * 72 == len(strip.rows)


@given(NOISE, st.integers(1, 7))
def test_commands_are_the_same_in_any_chunks(pieces: list[bytes], size: int) -> None:
    data = b"".join(pieces)
    at_once = Parser().take(data)
    ear = Parser()
    in_chunks = [parsed for at in range(0, len(data), size) for parsed in ear.take(data[at : at + size])]
    assert sum(parsed.size for parsed in at_once) == sum(parsed.size for parsed in in_chunks)
    assert text_of(at_once) == text_of(in_chunks)
    assert whole_ones(at_once) == whole_ones(in_chunks)


def text_of(heard: list[Parsed]) -> bytes:
    return b"".join(parsed.command.data for parsed in heard if isinstance(parsed.command, Text))


def whole_ones(heard: list[Parsed]) -> list[Parsed]:
    """All but text, which comes as it comes, and long commands that are dropped as they come."""
    return [parsed for parsed in heard if not isinstance(parsed.command, Text | Ignored)]
