"""A client talks LLRP to the simulated reader; its requests are the vectors', or put together by hand."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sim.devices.gate import IN, OUT
from firmware_sim.devices.llrp import MOST_HELD, LlrpReader
from firmware_sim.devices.llrp_gate import LlrpGate
from firmware_sim.devices.uhf_field import PadField
from firmware_sim.faults.words import GateFault, PadFault
from firmware_sim.room.room import Room
from tests.firmware_sim.llrp_host import (
    IN_STOCK,
    ISO_UII,
    READER_CLOCK,
    Client,
    a_uhf_book,
    a_uhf_tag,
    accessspec,
    after_ms,
    iso_book,
    message,
    messages_of,
    observing,
    read,
    report_spec,
    rospec,
    target,
    tlv,
    u16,
    u32,
    write,
)

VECTORS = tomllib.loads(Path("tests/vectors/llrp.toml").read_text(encoding="utf-8"))["exchange"]
BY_NAME = {vector["name"]: bytes.fromhex(vector["hex"]) for vector in VECTORS}
ANTENNA, FIRST, LAST, RSSI, COUNT, PC, EPC = 1, 2, 4, 6, 8, 12, 13
KEEPALIVE_EACH_SECOND = b"\0" + tlv(220, b"\1", u32(1000))


@pytest.fixture
def client() -> Client:
    return Client.of_pad(a_uhf_book("B1", a_uhf_tag()))


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("add ROSpec 1", "add ROSpec answered"),
        ("enable ROSpec 1", "enable ROSpec answered"),
        ("start ROSpec 1", "start ROSpec answered"),
    ],
)
def test_a_ro_spec_goes_the_vectors_way(client: Client, asked: str, answered: str) -> None:
    for name in ("add ROSpec 1", "enable ROSpec 1", "start ROSpec 1"):
        client.send(BY_NAME[name])
        said = client.raw(0.01)
        if name == asked:
            assert said[: len(BY_NAME[answered])] == BY_NAME[answered]


def test_connected_is_the_vectors_notification_but_for_its_time_and_number() -> None:
    reader = LlrpReader(PadField(Room([], [])), READER_CLOCK)
    reader.connected(0.0)
    reader.tick(0.1)
    said = reader.take_outgoing()
    expected = BY_NAME["connected, captured"]
    assert (said[:6], said[10:18], said[26:]) == (expected[:6], expected[10:18], expected[26:])
    connected_s = datetime(2026, 11, 24, 9, 3, 11, tzinfo=UTC).timestamp()
    assert int.from_bytes(said[18:26], "big") == connected_s * 1_000_000


def test_a_tag_is_reported_as_in_the_capture(client: Client) -> None:
    client.inventories(rospec(report=report_spec(content=0x1680)))
    tag = client.tags(0.1)[0]
    expected = dict(messages_of(BY_NAME["tag report, captured"])[0].tags()[0])
    assert list(tag) == list(expected) == [EPC, ANTENNA, RSSI, FIRST, COUNT]
    assert (tag[EPC], tag[ANTENNA], tag[COUNT]) == (expected[EPC], expected[ANTENNA], expected[COUNT])
    assert tag[RSSI] == (-38).to_bytes(1, "big", signed=True)


def test_an_epc_that_is_not_96_bits_long_comes_with_its_length_and_the_pc_if_it_is_wanted() -> None:
    client = Client.of_pad(iso_book())
    client.inventories(rospec(report=report_spec(content=0, pc=0xC0)))
    tag = client.tags(0.1)[0]
    assert tag[241] == u16(80) + ISO_UII
    assert tag[PC] == u16(IN_STOCK)
    assert set(tag) == {241, 11, PC}


def test_what_is_seen_until_the_end_of_an_ai_spec_is_told_once_with_its_count(client: Client) -> None:
    report = report_spec(after_tags=0, content=0x1780)
    client.inventories(rospec(ai_stop=after_ms(500), report=report))
    (tag,) = client.tags(0.6)
    assert 10 < int.from_bytes(tag[COUNT], "big") < 20
    assert 400_000 < int.from_bytes(tag[LAST], "big") - int.from_bytes(tag[FIRST], "big") < 500_000
    assert client.tags(5) == []


def test_n_tags_make_a_report() -> None:
    client = Client.of_pad(*(a_uhf_book(f"B{place}", a_uhf_tag(bytes(11) + bytes((place,)))) for place in range(7)))
    client.inventories(rospec(report=report_spec(after_tags=3), ai_stop=after_ms(40)))
    reports = [len(said.tags()) for said in client.heard + client.wait(1) if said.kind == 61]
    assert reports == [3, 3, 1]


def test_tags_that_are_told_at_the_end_of_the_ro_spec_or_when_asked() -> None:
    client = Client.of_pad(a_uhf_book("B1", a_uhf_tag()))
    client.inventories(rospec(report=report_spec(trigger=2, after_tags=0)))
    assert client.tags(2) == []
    client.does(23, u32(1))
    assert len(client.tags(0.1)) == 1
    client.does(21, u32(0))
    client.inventories(rospec(report=report_spec(trigger=0, after_tags=1)))
    assert client.tags(2) == []
    client.send(message(60))
    assert len(client.tags(0.1)) == 1


def test_a_ro_spec_ends_after_its_duration_and_begins_again_at_its_period(client: Client) -> None:
    events = b"\0" + tlv(244, tlv(245, u16(2), b"\x80"))
    client.does(3, events)
    client.does(20, rospec(start=b"\2" + tlv(180, u32(100, 1000)), stop_ms=200, report=report_spec(after_tags=0)))
    client.does(24, u32(1))
    said = client.heard + client.wait(3.0)
    told = [one.event() for one in said if one.kind == 63]
    assert [kind for kind, _ in told] == [249] * len(told)
    assert [content[0] for _, content in told] == [0, 1, 0, 1, 0, 1]
    assert sum(one.kind == 61 for one in said) == 3


def test_a_ro_spec_that_starts_at_once_goes_on_until_it_is_disabled(client: Client) -> None:
    client.does(20, rospec(start=b"\1", ai_stop=after_ms(100), report=report_spec(after_tags=0)))
    client.does(24, u32(1))
    assert len(client.tags(1.0)) in (8, 9)
    client.does(25, u32(1))
    client.tags(0)
    assert client.tags(1.0) == []


@pytest.mark.parametrize(
    ("stop", "least_s", "most_s"),
    [
        (observing(0, tags=1), 0.0, 0.1),
        (observing(0, tags=9, timeout_ms=500), 0.5, 0.6),
        (observing(1, quiet_ms=300), 0.3, 0.45),
        (observing(2, attempts=4), 0.12, 0.18),
    ],
)
def test_an_ai_spec_ends_by_what_is_seen(client: Client, stop: bytes, least_s: float, most_s: float) -> None:
    client.does(3, b"\0" + tlv(244, tlv(245, u16(6), b"\x80")))
    began_s = client.now_s
    client.inventories(rospec(ai_stop=stop))
    while not any(said.kind == 63 for said in client.heard):
        client.heard += client.wait(0.01)
    assert least_s <= client.now_s - began_s <= most_s


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        (20, b"", 103),
        (20, rospec(0), 101),
        (20, rospec(antennas=(2,)), 100),
        (20, rospec(start=b"\7"), 100),
        (20, tlv(177, u32(1), b"\0\0"), 100),
        (20, b"\x00\xb1\xff\xff", 100),
        (20, rospec()[:-3], 100),
        (20, rospec(report=tlv(187, bytes(10))), 100),
        (20, rospec().replace(tlv(186, u16(1), b"\1"), tlv(186, u16(0), b"\1")), 100),
        (20, rospec().replace(u16(1, 0) + tlv(184, bytes(5)), u16(999, 0) + tlv(184, bytes(5))), 100),
        (22, u32(1), 101),
        (22, u32(0), 101),
        (23, u32(9), 101),
        (24, u32(9), 101),
        (21, u32(9), 101),
        (40, b"", 103),
        (40, accessspec(), 100),
        (40, accessspec(read(1, 3, 0, 1), meant=target()[:-2] + b"\0\1"), 100),
        (40, accessspec(tlv(343, bytes(6))), 100),
        (40, accessspec(write(1, 3, 0, b"")), 100),
        (40, accessspec(read(1, 3, 0, 1), number=0), 101),
        (40, accessspec(read(1, 3, 0, 1), meant=tlv(339, b"\x60", u16(0, 96))), 100),
        (42, u32(3), 101),
        (1, b"", 100),
    ],
)
def test_what_cannot_be_is_refused_by_its_status(client: Client, kind: int, body: bytes, code: int) -> None:
    answer = client.ask(kind, body)
    assert (answer.kind, answer.code) == (kind + 10, code)


def test_what_exists_is_not_added_again_and_what_is_not_enabled_not_started(client: Client) -> None:
    client.does(20, rospec())
    assert client.ask(20, rospec()).code == 101
    assert client.ask(22, u32(1)).code == 101
    client.does(24, u32(1))
    client.does(22, u32(1))
    assert client.ask(22, u32(1)).code == 101
    client.does(21, u32(0))
    client.does(21, u32(0))
    client.does(20, rospec())


def test_specs_are_told_with_their_states(client: Client) -> None:
    client.does(40, accessspec(read(1, 3, 0, 1)))
    client.inventories()
    client.does(42, u32(1))
    ((_, _), (kind, body)) = client.ask(26).parameters()
    assert (kind, body[:6]) == (177, u32(1) + b"\0\2")
    ((_, _), (kind, body)) = client.ask(44).parameters()
    assert (kind, body[:8]) == (207, u32(1) + u16(0) + b"\1\x80")


def test_messages_that_nobody_knows_or_of_another_version_are_answered_as_errors(client: Client) -> None:
    for frame, code in ((message(300), 109), (message(61), 109), (message(30), 109), (message(26, version=2), 110)):
        client.send(frame)
        (said,) = client.wait(0.01)
        assert (said.kind, said.number, said.code) == (100, 7, code)


def test_capabilities_and_configuration_have_their_parts(client: Client) -> None:
    assert [kind for kind, _ in client.ask(1, b"\0").parameters()] == [287, 137, 142, 143, 327]
    assert [kind for kind, _ in client.ask(1, b"\3").parameters()] == [287, 143]
    whole = client.ask(2, u16(0) + b"\0" + u16(0, 0)).parameters()
    assert [kind for kind, _ in whole] == [287, 218, 221, 237, 244, 239, 217, 220, 226]
    assert dict(client.ask(2, u16(0) + b"\x02" + u16(0, 0)).parameters())[221] == b"\x80" + u16(1, 600)


def test_the_configuration_is_kept_and_reset(client: Client) -> None:
    client.does(3, KEEPALIVE_EACH_SECOND)
    assert dict(client.ask(2, u16(0) + b"\x08" + u16(0, 0)).parameters())[220] == b"\1" + u32(1000)
    client.send(BY_NAME["configuration reset"])
    assert client.wait(0.01)[0].code == 0
    assert dict(client.ask(2, u16(0) + b"\x08" + u16(0, 0)).parameters())[220] == bytes(5)


def test_keepalives_come_each_period_while_a_client_is_there(client: Client) -> None:
    client.does(3, KEEPALIVE_EACH_SECOND)
    said = client.wait(5.5)
    assert [one.kind for one in said] == [62] * 5
    client.send(BY_NAME["keepalive answered"])
    client.reader.disconnected(client.now_s)
    assert client.wait(3) == []
    client.connect()
    assert [one.kind for one in client.wait(2.5)] == [62, 62]


def test_a_second_client_is_turned_away_and_the_first_is_told(client: Client) -> None:
    (refusal,) = messages_of(client.reader.turn_away(client.now_s))
    assert refusal.event() == (256, u16(2))
    assert [said.event() for said in client.wait(0.1)] == [(256, u16(4))]


def test_a_closed_connection_is_answered_and_then_ended_by_the_reader(client: Client) -> None:
    client.send(BY_NAME["close connection"])
    assert not client.reader.hangs_up()
    (said,) = client.wait(0.1)
    assert (said.kind, said.code) == (4, 0)
    assert client.reader.hangs_up()
    assert not client.reader.hangs_up()


@pytest.mark.parametrize("broken", [BY_NAME["length below the header"], b"\x04\x14\x7f\xff\xff\xff\0\0\0\1"])
def test_a_stream_that_is_out_of_step_ends_the_connection(client: Client, broken: bytes) -> None:
    client.send(broken + message(26))
    assert client.wait(0.1) == []
    assert client.reader.hangs_up()
    client.reader.disconnected(client.now_s)
    client.connect().does(21, u32(0))


def test_reports_are_kept_for_who_asked_for_it_and_told_when_wanted(client: Client) -> None:
    client.does(3, b"\0" + tlv(226, b"\x80"))
    client.inventories()
    client.reader.disconnected(client.now_s)
    client.raw(1.0)
    client.connect()
    assert client.tags(1.0) == []
    client.send(message(64))
    assert len(client.tags(0.01)) > 40


def test_reports_are_lost_with_the_client_who_did_not_ask_to_keep_them(client: Client) -> None:
    client.inventories()
    client.reader.disconnected(client.now_s)
    client.raw(1.0)
    client.connect()
    assert 1 <= len(client.tags(0.2)) <= 10


def test_more_than_the_reader_can_keep_is_told_as_lost(client: Client) -> None:
    client.does(3, b"\0" + tlv(226, b"\x80"))
    client.inventories()
    client.reader.disconnected(client.now_s)
    client.raw(60.0)
    client.connect()
    client.send(message(64))
    said = client.wait(0.003)
    assert sum(one.kind == 61 for one in said) == MOST_HELD
    assert [one.event() for one in said if one.kind == 63] == [(251, b"")]


def test_a_book_is_carried_past_one_antenna_and_then_the_other() -> None:
    client = Client.of_gate()
    client.inventories(rospec(report=report_spec(content=0x1000)))
    assert isinstance(client.reader, LlrpGate)
    assert client.tags(0.5) == []
    client.reader.carry_through([iso_book()], IN, client.now_s)
    antennas = [tag[ANTENNA][1] for tag in client.tags(3.0)]
    assert antennas == sorted(antennas)
    assert set(antennas) == {1, 2}
    client.reader.carry_through([iso_book()], OUT, client.now_s)
    antennas = [tag[ANTENNA][1] for tag in client.tags(3.0)]
    assert antennas == sorted(antennas, reverse=True)
    assert set(antennas) == {1, 2}


def test_an_antenna_that_came_off_hears_nothing_and_both_are_told() -> None:
    client = Client.of_gate()
    gate = client.reader
    assert isinstance(gate, LlrpGate)
    client.does(3, b"\0" + tlv(244, tlv(245, u16(8), b"\x80")))
    client.inventories(rospec(report=report_spec(content=0x1000)))
    gate.reader.lose_antenna(1, client.now_s)
    gate.carry_through([iso_book()], IN, client.now_s)
    said = client.wait(2.0)
    assert [one.event() for one in said if one.kind == 63] == [(255, b"\0" + u16(1))]
    assert {tag[ANTENNA] for one in said if one.kind == 61 for tag in one.tags()} == {u16(2)}
    gate.reader.regain_antenna(1, client.now_s)
    assert client.wait(0.01)[0].event() == (255, b"\1" + u16(1))


def test_a_portal_whose_memory_is_full_loses_reports_and_says_so() -> None:
    client = Client.of_gate()
    assert isinstance(client.reader, LlrpGate)
    client.inventories()
    client.reader.set_fault(GateFault.OVERFLOW)
    client.reader.carry_through([iso_book()], IN, client.now_s)
    said = client.wait(2.0)
    assert said
    assert {one.kind for one in said} == {63}
    assert {one.event() for one in said} == {(251, b"")}


def test_a_silent_reader_says_nothing_but_does_what_it_is_asked(client: Client) -> None:
    assert isinstance(client.reader, LlrpReader)
    client.reader.trouble.begin(PadFault.SILENT)
    client.send(message(20, rospec()))
    assert client.wait(5) == []
    client.reader.trouble.begin(PadFault.NONE)
    assert client.ask(20, rospec()).code == 101


def test_with_bad_crc_answers_have_other_bytes(client: Client) -> None:
    right = client.ask(1, b"\0").body
    assert isinstance(client.reader, LlrpReader)
    client.reader.trouble.begin(PadFault.BAD_CRC)
    for _ in range(10):
        client.send(message(1, b"\0"))
    assert client.raw(1).count(right) < 10


ORDERS = (message(20, rospec()), message(24, u32(1)), message(22, u32(1)), message(21, u32(0)), message(26))
REQUESTS = st.sampled_from((*ORDERS, message(1, b"\0")))


@settings(max_examples=60)
@given(st.lists(REQUESTS | st.binary(max_size=30), max_size=8), st.data())
def test_any_bytes_split_anywhere_are_answered_alike_and_the_next_client_is_served(
    pieces: list[bytes], data: st.DataObject
) -> None:
    stream = b"".join(pieces)
    whole, split = Client.of_pad(iso_book()), Client.of_pad(iso_book())
    whole.send(stream)
    while stream:
        length = data.draw(st.integers(1, len(stream)))
        split.send(stream[:length])
        stream = stream[length:]
    assert split.raw(0.5) == whole.raw(0.5)
    assert split.reader.hangs_up() == whole.reader.hangs_up()
    whole.reader.disconnected(whole.now_s)
    whole.connect().does(21, u32(0))


@given(st.binary(max_size=60), st.sampled_from([1, 2, 3, 20, 40]))
def test_whatever_a_request_holds_it_is_answered(body: bytes, kind: int) -> None:
    client = Client.of_pad()
    assert client.ask(kind, body).kind == kind + 10
