"""What happens to a printer: paper ends, the cover opens, the knife jams, the host sends too much."""

from __future__ import annotations

import pytest

from firmware_sim.paper.strip import HEAD_TO_KNIFE
from tests.firmware_sim_printer.conftest import CUT, INITIALISE, ROW, WIDTH, Desk, a_raster

ALL_CHANGES = b"\x1da\xff"
ALL_WELL = bytes.fromhex("10000000")
XOFF, XON = b"\x13", b"\x11"
GO_ON, CLEAR = b"\x10\x05\x01", b"\x10\x05\x02"
ROWS_A_SECOND = 800


def test_it_prints_a_hundred_millimetres_a_second(desk: Desk) -> None:
    desk.sends(a_raster(400))
    desk.pass_time(0.25)
    (half,) = desk.printer.strips
    assert half.ink == pytest.approx(200 * WIDTH, abs=20 * WIDTH)
    desk.pass_time(0.3)
    assert desk.printer.strips[0].ink == 400 * WIDTH
    assert desk.printer.due_s() is None


def test_the_paper_ends_in_the_middle_of_a_receipt_and_the_rest_comes_on_new_paper(desk: Desk) -> None:
    desk.sends(INITIALISE + a_raster(400) + CUT)
    desk.pass_time(0.2)
    desk.printer.set_paper("out")
    (half,) = desk.printer.strips
    assert desk.pass_time(10) == b""
    assert desk.printer.strips == [half]
    assert (desk.status(1), desk.status(2), desk.status(3), desk.status(4)) == (0x1A, 0x32, 0x12, 0x7E)
    desk.printer.set_paper("ok")
    desk.pass_time(10)
    torn, rest = desk.printer.strips
    assert torn == half
    assert not torn.cut
    assert rest.cut
    assert torn.ink + rest.ink == 400 * WIDTH
    assert (desk.status(1), desk.status(4)) == (0x12, 0x12)


def test_a_host_may_drop_the_rest_of_a_receipt_after_new_paper(desk: Desk) -> None:
    desk.sends(a_raster(30) + b"\x1bJ\xff" * 8 + a_raster(30) + CUT)
    desk.pass_time(0.2)
    desk.printer.set_paper("out")
    desk.pass_time(1)
    assert desk.sends(CLEAR) == XON
    desk.printer.set_paper("ok")
    (torn, fresh) = desk.prints(a_raster(7) + CUT)
    assert torn.ink == 30 * WIDTH
    assert fresh.ink == 7 * WIDTH


def test_recovery_is_ignored_where_nothing_has_stopped_the_printer(desk: Desk) -> None:
    desk.sends(a_raster(80))
    desk.pass_time(0.02)
    desk.sends(CLEAR)
    assert desk.prints(CUT)[0].ink == 80 * WIDTH


def test_near_end_is_a_warning(desk: Desk) -> None:
    desk.printer.set_paper("near-end")
    assert (desk.status(1), desk.status(2), desk.status(4)) == (0x12, 0x12, 0x1E)
    assert len(desk.prints(a_raster(8) + CUT)) == 1


def test_an_open_cover_stops_it_and_nothing_is_caught_up_when_it_is_closed(desk: Desk) -> None:
    desk.sends(a_raster(400))
    desk.pass_time(0.1)
    desk.printer.set_cover("open")
    before = desk.printer.strips[0].ink
    assert (desk.status(1), desk.status(2), desk.status(4)) == (0x1A, 0x16, 0x12)
    desk.pass_time(60)
    desk.printer.set_cover("closed")
    desk.pass_time(0.1)
    assert desk.printer.strips[0].ink == pytest.approx(before + 80 * WIDTH, abs=20 * WIDTH)
    desk.pass_time(1)
    assert desk.printer.strips[0].ink == 400 * WIDTH


def test_the_knife_jams_at_the_cut_until_it_is_free_and_the_host_recovers(desk: Desk) -> None:
    desk.printer.set_cutter("jam")
    assert desk.status(3) == 0x12
    (hanging,) = desk.prints(a_raster(8) + CUT + a_raster(8))
    assert not hanging.cut
    assert (desk.status(1), desk.status(2), desk.status(3)) == (0x1A, 0x52, 0x1A)
    desk.sends(GO_ON)
    desk.pass_time(1)
    assert desk.status(3) == 0x1A
    desk.printer.set_cutter("ok")
    assert (desk.status(1), desk.status(3)) == (0x3A, 0x1A)
    assert desk.sends(GO_ON) == b""
    desk.pass_time(2)
    cut, after = desk.printer.strips
    assert cut.cut
    assert (cut.ink, after.ink) == (8 * WIDTH, 8 * WIDTH)
    assert (desk.status(1), desk.status(3)) == (0x12, 0x12)


def test_a_jam_can_be_recovered_by_dropping_what_waits(desk: Desk) -> None:
    desk.printer.set_cutter("jam")
    desk.prints(a_raster(8) + CUT + a_raster(8))
    desk.printer.set_cutter("ok")
    desk.sends(CLEAR)
    (strip,) = desk.prints(b"")
    assert strip.ink == 8 * WIDTH
    assert not strip.cut


def test_every_change_is_told_to_a_host_that_asked_for_it(desk: Desk) -> None:
    assert desk.sends(ALL_CHANGES) == ALL_WELL
    desk.printer.set_cover("open")
    assert desk.pass_time(0) == bytes.fromhex("38000000")
    desk.printer.set_cover("closed")
    assert desk.pass_time(0) == ALL_WELL
    desk.printer.set_paper("near-end")
    assert desk.pass_time(0) == bytes.fromhex("10000300")
    desk.printer.set_paper("out")
    assert desk.pass_time(0) == bytes.fromhex("18000F00")
    desk.printer.set_paper("out")
    assert desk.pass_time(0) == b""
    desk.printer.set_paper("ok")
    desk.printer.set_cutter("jam")
    assert desk.pass_time(0) == ALL_WELL
    desk.sends(a_raster(8) + CUT)
    assert desk.pass_time(1) == bytes.fromhex("18080000")


def test_a_host_that_asked_for_paper_alone_is_not_told_of_the_cover(desk: Desk) -> None:
    assert desk.sends(b"\x1da\x08") == ALL_WELL
    desk.printer.set_cover("open")
    assert desk.pass_time(0) == b""
    desk.printer.set_paper("near-end")
    assert desk.pass_time(0) == bytes.fromhex("38000300")
    desk.printer.set_cover("closed")
    desk.sends(b"\x1da\x00")
    desk.printer.set_paper("ok")
    assert desk.pass_time(0) == b""


def test_status_is_answered_before_the_paper_is_through(desk: Desk) -> None:
    assert desk.sends(a_raster(20) + b"\x10\x04\x01" + a_raster(20)) == b"\x12"
    assert desk.printer.due_s() is not None


def test_a_real_time_command_among_the_dots_of_a_raster_is_dots(desk: Desk) -> None:
    row = b"\x10\x04\x01" + b"\x10\x05\x02" + b"\x1b@" + bytes(ROW - 8)
    assert desk.sends(a_raster(10, row)) == b""
    (strip,) = desk.prints(b"")
    assert strip.ink == 10 * int.from_bytes(row).bit_count()
    assert desk.status(1) == 0x12


def test_the_memory_is_full_the_host_is_stopped_and_let_on_again(desk: Desk) -> None:
    desk.printer.set_cover("open")
    assert desk.sends(a_raster(40)) == b""
    assert desk.sends(a_raster(40)) == XOFF
    assert not desk.printer.takes_bytes
    assert desk.sends(a_raster(40)) == b""
    desk.printer.set_cover("closed")
    assert desk.pass_time(5) == XON
    assert desk.printer.strips[0].ink == 120 * WIDTH
    assert desk.printer.lost_bytes == 0


def test_a_fresh_printer_takes_bytes(desk: Desk) -> None:
    assert desk.printer.takes_bytes


def test_a_host_that_never_stops_loses_bytes_and_the_memory_stays_bounded(desk: Desk) -> None:
    desk.printer.set_cover("open")
    for _ in range(80):
        desk.sends(b"\n" * 4096)
    assert desk.printer.lost_bytes == 80 * 4096 - 262_144


def test_a_stalled_printer_takes_nothing_until_it_is_well(desk: Desk) -> None:
    desk.printer.set_fault("stall")
    assert desk.pass_time(0) == XOFF
    assert desk.sends(a_raster(8) + b"\x10\x04\x01") == b""
    assert desk.pass_time(60) == b""
    assert desk.printer.strips == []
    assert not desk.printer.takes_bytes
    desk.printer.set_fault("none")
    assert desk.pass_time(5) == XON + b"\x12"
    assert desk.printer.strips[0].ink == 8 * WIDTH


def test_a_stall_in_the_middle_of_a_receipt_stops_the_paper(desk: Desk) -> None:
    desk.sends(a_raster(400))
    desk.pass_time(0.1)
    before = desk.printer.strips
    desk.printer.set_fault("stall")
    desk.pass_time(60)
    assert desk.printer.strips == before
    desk.printer.set_fault("none")
    desk.pass_time(5)
    assert desk.printer.strips[0].ink == 400 * WIDTH


def test_a_silent_printer_prints_and_says_nothing(desk: Desk) -> None:
    desk.printer.set_fault("silent")
    assert desk.sends(ALL_CHANGES + b"\x10\x04\x01" + b"\x1dIC") == b""
    assert desk.prints(a_raster(8) + CUT)[0].ink == 8 * WIDTH
    desk.printer.set_fault("none")
    assert desk.status(1) == 0x12


def test_a_printer_may_start_without_paper() -> None:
    desk = Desk(paper="out")
    assert desk.status(4) == 0x7E
    assert desk.prints(a_raster(8) + CUT) == []
    desk.printer.set_paper("ok")
    (strip,) = desk.prints(b"")
    assert strip.height == HEAD_TO_KNIFE + 8


@pytest.mark.parametrize("setter", ["set_paper", "set_cover", "set_cutter", "set_fault"])
def test_an_unknown_word_is_refused_with_the_known_ones(desk: Desk, setter: str) -> None:
    with pytest.raises(ValueError, match="must be one of"):
        getattr(desk.printer, setter)("smoke")


def test_the_rest_of_a_raster_is_still_expected_from_the_next_host(desk: Desk) -> None:
    desk.sends(a_raster(8)[: 8 + 3 * ROW])
    desk.printer.connected(desk.now_s)
    assert desk.sends(b"\x10\x04\x01") == b""
    desk.sends(bytes(5 * ROW - 3))
    assert desk.status(1) == 0x12
