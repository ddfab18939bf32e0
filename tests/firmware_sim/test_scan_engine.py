"""Engines with a trigger by wire: they obey what the vectors hold for a host, and say what they hold for a device."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.devices.scan_engine import TextEngine, Wording
from firmware_sim.devices.scan_engine_aim import AIM_S, PATIENCE_S, READ_S
from firmware_sim.devices.scan_engine_dialects import Dialect, FixedCommands, NewlandCommands
from firmware_sim.devices.scan_engine_symbology import AIM, SSI_CODE_TYPE, Symbology, symbology_of
from firmware_sim.devices.scanner import LONGEST_SHOT
from tests.firmware_sim.scan_engine_time import pass_time

VECTORS = tomllib.loads(Path("tests/vectors/scan_engine.toml").read_text(encoding="utf-8"))["exchange"]
BY_NAME = {vector["name"]: bytes.fromhex(vector["hex"]) for vector in VECTORS}
SCANS = {
    vector["name"]: bytes.fromhex(vector["hex"])
    for vector in tomllib.loads(Path("tests/vectors/scanner.toml").read_text(encoding="utf-8"))["exchange"]
}
ON = {
    Dialect.HONEYWELL: BY_NAME["Honeywell trigger on"],
    Dialect.NEWLAND: BY_NAME["Newland trigger on"],
    Dialect.NEWLAND_SHORT: BY_NAME["Newland trigger, short form"],
    Dialect.GM65: BY_NAME["GM65 class trigger"],
}
OFF = {
    Dialect.HONEYWELL: BY_NAME["Honeywell trigger off"],
    Dialect.NEWLAND: BY_NAME["Newland trigger on"].replace(b"SCNTRG1", b"SCNTRG0"),
    Dialect.GM65: BY_NAME["GM65 class trigger off"],
}
NEWLAND_TOOK_ON = bytes.fromhex("020130303030") + b"#SCNTRG1\x06" + bytes.fromhex("3B03")
ANSWER = {
    Dialect.HONEYWELL: b"",
    Dialect.NEWLAND: NEWLAND_TOOK_ON,
    Dialect.NEWLAND_SHORT: b"",
    Dialect.GM65: BY_NAME["GM65 class answer"],
}


@pytest.mark.parametrize("dialect", list(Dialect))
def test_a_code_is_read_once_when_the_trigger_is_pulled_and_after_its_answer(dialect: Dialect) -> None:
    engine = TextEngine(dialect)
    engine.show("35555000012345")
    assert pass_time(engine, 1.0) == b""
    engine.receive(ON[dialect], 1.0)
    assert (engine.light, engine.take_outgoing()) == (True, ANSWER[dialect])
    assert pass_time(engine, 1.0 + READ_S) == b"35555000012345\r"
    assert not engine.light
    assert pass_time(engine, 60.0) == b""
    engine.receive(ON[dialect], 60.0)
    assert pass_time(engine, 61.0) == ANSWER[dialect] + b"35555000012345\r"


@pytest.mark.parametrize("dialect", list(OFF))
def test_the_light_goes_off_when_the_trigger_is_let_go(dialect: Dialect) -> None:
    engine = TextEngine(dialect)
    engine.receive(ON[dialect], 0.0)
    engine.receive(OFF[dialect], 1.0)
    assert not engine.light
    engine.take_outgoing()
    engine.show("P001")
    assert pass_time(engine, 10.0) == b""


def test_a_code_that_comes_while_it_looks_is_read_and_one_that_comes_too_late_is_not() -> None:
    engine = TextEngine(Dialect.HONEYWELL)
    engine.receive(ON[Dialect.HONEYWELL], 0.0)
    engine.tick(4.0)
    engine.show("P001")
    engine.tick(4.0)
    assert pass_time(engine, 4.0 + READ_S) == b"P001\r"
    engine.take_away()
    engine.receive(ON[Dialect.HONEYWELL], 10.0)
    assert pass_time(engine, 10.0 + AIM_S) == b""
    assert not engine.light
    engine.show("P002")
    assert pass_time(engine, 30.0) == b""


def test_reading_takes_its_time_from_light_and_code_together() -> None:
    engine = TextEngine(Dialect.HONEYWELL)
    engine.show("P001")
    engine.tick(0.0)
    engine.receive(ON[Dialect.HONEYWELL], 1.0)
    assert pass_time(engine, 0.99 + READ_S) == b""
    assert pass_time(engine, 1.0 + READ_S) == b"P001\r"
    engine.receive(ON[Dialect.HONEYWELL], 2.0)
    engine.show("P002")
    engine.tick(3.0)
    assert pass_time(engine, 2.99 + READ_S) == b""
    assert pass_time(engine, 3.0 + READ_S) == b"P002\r"


def test_a_code_that_the_light_just_missed_is_not_read_however_late_it_is_looked_at() -> None:
    engine = TextEngine(Dialect.HONEYWELL)
    engine.receive(ON[Dialect.HONEYWELL], 0.0)
    engine.show("P001")
    engine.tick(AIM_S - READ_S / 2)
    engine.tick(60.0)
    assert (engine.light, engine.take_outgoing()) == (False, b"")


def test_what_was_read_before_a_command_came_is_said_before_its_answer() -> None:
    engine = TextEngine(Dialect.GM65)
    engine.show("P001")
    engine.tick(0.0)
    engine.receive(ON[Dialect.GM65], 0.0)
    engine.receive(OFF[Dialect.GM65], 1.0)
    assert engine.take_outgoing() == ANSWER[Dialect.GM65] + b"P001\r" + ANSWER[Dialect.GM65]


def test_a_code_held_out_by_hand_is_read_once_and_not_waited_with_for_ever() -> None:
    engine = TextEngine(Dialect.HONEYWELL)
    engine.fire("P001")
    engine.receive(ON[Dialect.HONEYWELL], 0.0)
    assert pass_time(engine, 1.0) == b"P001\r"
    engine.receive(ON[Dialect.HONEYWELL], 1.0)
    assert pass_time(engine, 9.0) == b""
    engine.fire("P002")
    pass_time(engine, 9.0)
    pass_time(engine, 9.0 + PATIENCE_S)
    engine.receive(ON[Dialect.HONEYWELL], 9.0 + PATIENCE_S)
    assert pass_time(engine, 40.0) == b""


@pytest.mark.parametrize(
    ("name", "code", "symbology"),
    [
        ("EAN-13", "9787111544937", Symbology.EAN_13),
        ("Code 39", "LIB-0042", Symbology.CODE_39),
        ("Codabar with start and stop letters", "A35555000012345B", Symbology.CODABAR),
        ("QR, UTF-8", "读者P001", Symbology.QR),
        ("Code 128", "P001", Symbology.CODE_128),
        ("plain, CR", "35555000012345", None),
    ],
)
def test_what_stands_around_a_code_is_as_it_was_set(name: str, code: str, symbology: Symbology | None) -> None:
    engine = TextEngine(Dialect.HONEYWELL, wording=Wording(sends_aim=True))
    engine.show(code, symbology)
    engine.receive(ON[Dialect.HONEYWELL], 0.0)
    assert pass_time(engine, 1.0) == SCANS[name]
    framed = TextEngine(Dialect.HONEYWELL, wording=Wording(b"\x02", b"\x03", sends_aim=True))
    framed.show(code, symbology)
    framed.receive(ON[Dialect.HONEYWELL], 0.0)
    assert pass_time(framed, 1.0) == b"\x02" + SCANS[name][:-1] + b"\x03"


def test_every_symbology_has_both_of_its_names() -> None:
    assert set(AIM) == set(SSI_CODE_TYPE) == set(Symbology)
    assert [symbology_of(identifier) for identifier in AIM.values()] == list(AIM)
    assert symbology_of("") is None
    with pytest.raises(ValueError, match=r"knows no AIM identifier ']X9'"):
        TextEngine(Dialect.GM65).fire("P001", "]X9")


def test_newland_refuses_what_it_does_not_know_and_counts_what_wears_its_memory() -> None:
    engine = TextEngine(Dialect.NEWLAND)
    on = ON[Dialect.NEWLAND]
    engine.receive(on.replace(b"#SCNTRG1", b"#NOSUCH1"), 0.0)
    assert engine.take_outgoing() == NEWLAND_TOOK_ON.replace(b"#SCNTRG1\x06", b"#NOSUCH1\x15")
    assert not engine.light
    engine.receive(on.replace(b"#SCNTRG1", b"!SCNTRG1"), 0.0)
    assert engine.take_outgoing() == NEWLAND_TOOK_ON.replace(b"#SCNTRG1\x06", b"!SCNTRG1\x15")
    commands = engine.commands
    assert isinstance(commands, NewlandCommands)
    engine.receive(on.replace(b"#SCNTRG1", b"@NOSUCH1"), 0.0)
    assert commands.written_for_ever == 0
    engine.take_outgoing()
    engine.receive(on.replace(b"#", b"@"), 0.0)
    assert (engine.light, commands.written_for_ever) == (True, 1)


def test_a_command_cut_off_by_a_new_host_is_forgotten() -> None:
    engine = TextEngine(Dialect.HONEYWELL)
    engine.receive(b"\x16\x54", 0.0)
    engine.connected(1.0)
    engine.receive(b"\r", 1.0)
    assert not engine.light


@pytest.mark.parametrize(("dialect", "most"), [(Dialect.GM65, 9), (Dialect.HONEYWELL, 3), (Dialect.NEWLAND, 256)])
def test_endless_input_is_not_kept(dialect: Dialect, most: int) -> None:
    engine = TextEngine(dialect)
    commands = engine.commands
    assert isinstance(commands, FixedCommands | NewlandCommands)
    begun = ON[dialect][:7]
    for data in (begun, b"A" * 1000, begun, ON[dialect], b"\x3b\x03", ON[dialect]):
        engine.receive(data, 0.0)
        assert commands.kept <= most
    assert engine.light


def test_another_dialects_command_does_nothing() -> None:
    for dialect in Dialect:
        engine = TextEngine(dialect)
        for other in Dialect:
            if other is not dialect:
                engine.receive(ON[other], 0.0)
        assert (engine.light, engine.take_outgoing()) == (False, b"")


def test_bytes_are_said_up_to_a_limit() -> None:
    engine = TextEngine(Dialect.HONEYWELL)
    engine.fire_bytes(b"\0" * LONGEST_SHOT)
    assert engine.take_outgoing() == b"\0" * LONGEST_SHOT
    with pytest.raises(ValueError, match="at most 65536"):
        engine.fire_bytes(bytes(LONGEST_SHOT + 1))
    with pytest.raises(ValueError, match="at most 65536"):
        engine.fire("1" * (LONGEST_SHOT + 1))


@given(
    st.sampled_from(Dialect),
    st.lists(st.one_of(st.binary(max_size=40), st.sampled_from([*ON.values(), *OFF.values()])), max_size=8),
    st.lists(st.integers(1, 7), min_size=1),
)
def test_any_bytes_cut_anywhere_are_borne_and_the_next_command_is_obeyed(
    dialect: Dialect, sent: list[bytes], cuts: list[int]
) -> None:
    whole, pieces = TextEngine(dialect), TextEngine(dialect)
    data = b"".join(sent)
    whole.receive(data, 0.0)
    place = 0
    for turn in range(len(data)):
        pieces.receive(data[place : place + cuts[turn % len(cuts)]], 0.0)
        place += cuts[turn % len(cuts)]
    assert pieces.light == whole.light
    assert pieces.take_outgoing() == whole.take_outgoing()
    for engine in (whole, pieces):
        commands = engine.commands
        assert isinstance(commands, FixedCommands | NewlandCommands)
        assert commands.kept <= 256
        # A wrapper that has begun swallows what comes, up to its end or limit.
        engine.receive(b"\x3b\x03", 0.0)
        engine.take_outgoing()
        engine.receive(ON[dialect], 0.0)
        assert (engine.light, engine.take_outgoing()) == (True, ANSWER[dialect])
