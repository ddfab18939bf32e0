"""A configuration file is taken whole or refused with every fault."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.model.limits import NAME, NOT_EMPTY, TIME_ZONE, Limit, within
from kiosk.settings import Fault, SettingsRefused, convert, load, read_faults


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True)
class Lamp:
    colour: Colour
    watts: float = 5.0

    def __post_init__(self) -> None:
        if self.watts <= 0:
            raise ValueError("expected watts above 0")


@dataclass(frozen=True, slots=True)
class Hall:
    name: str
    lamps: tuple[Lamp, ...] = ()
    plan: Path | None = None
    open: bool = True
    doors: int = 1


def faults_of(table: dict[str, object]) -> list[tuple[str, str]]:
    with pytest.raises(SettingsRefused) as refused:
        convert(Hall, table, file="hall.toml", folder=Path("/hall"))
    return [(fault.key, fault.expected) for fault in refused.value.faults]


def test_a_good_file_becomes_the_dataclass() -> None:
    table: dict[str, object] = {"name": "north", "lamps": [{"colour": "red"}, {"colour": "blue", "watts": 3}]}
    hall = convert(Hall, table | {"plan": "plan.svg"}, file="hall.toml", folder=Path("/hall"))
    assert hall == Hall("north", (Lamp(Colour.RED), Lamp(Colour.BLUE, 3.0)), Path("/hall/plan.svg"))


def test_three_faults_are_all_reported_with_path_and_what_was_expected() -> None:
    assert faults_of({"nmae": "x", "lamps": [{"colour": "green"}], "doors": "two"}) == [
        ("nmae", "a known key (did you mean `name`?)"),
        ("name", "text (this key is required)"),
        ("lamps.1.colour", '"red" or "blue"'),
        ("doors", "a whole number"),
    ]


def test_true_is_not_a_number() -> None:
    assert faults_of({"name": "n", "doors": True}) == [("doors", "a whole number")]


def test_a_range_is_checked_by_the_dataclass_itself_and_named_with_its_path() -> None:
    assert faults_of({"name": "n", "lamps": [{"colour": "red", "watts": -1}]}) == [("lamps.1", "watts above 0")]


def test_a_missing_file_and_broken_toml_say_so(tmp_path: Path) -> None:
    assert [fault.expected for fault in read_faults(Hall, tmp_path / "none.toml")] == ["a readable file"]
    (tmp_path / "broken.toml").write_text("name = ", encoding="utf-8")
    assert [fault.expected for fault in read_faults(Hall, tmp_path / "broken.toml")] == ["TOML"]
    (tmp_path / "latin.toml").write_bytes(b'name = "\xff"')
    assert [fault.expected for fault in read_faults(Hall, tmp_path / "latin.toml")] == ["UTF-8 text"]


def test_a_file_is_loaded_with_paths_from_its_own_folder(tmp_path: Path) -> None:
    (tmp_path / "hall.toml").write_text('name = "n"\nplan = "p"\n', encoding="utf-8")
    assert load(Hall, tmp_path / "hall.toml").plan == tmp_path / "p"


def test_a_fault_reads_as_a_sentence() -> None:
    assert str(Fault("a.toml", "pad.port", "text", "3")) == "a.toml: pad.port: expected text, found 3"


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["name", "lamps", "plan", "open", "doors", "other"]), values))
def test_any_table_is_made_or_refused_never_anything_else(table: dict[str, object]) -> None:
    faults: list[Fault] | None = None
    try:
        convert(Hall, table, file="f", folder=Path())
    except SettingsRefused as refused:
        faults = refused.faults
    assert faults is None or len(faults) > 0


@dataclass(frozen=True, slots=True)
class Door:
    name: Annotated[str, NAME]
    width_cm: Annotated[float, within(40, 400)] = 90
    steps: Annotated[int, within(0, 20), Limit("an even number", lambda steps: steps in range(0, 21, 2))] = 0
    keys: Annotated[tuple[Annotated[str, NOT_EMPTY], ...], NOT_EMPTY] = ("a",)
    zone: Annotated[str, TIME_ZONE] | None = None

    def __post_init__(self) -> None:
        if self.steps and self.width_cm < 60:
            raise ValueError("expected width_cm of 60 or more where there are steps")


def door_faults(**table: object) -> list[tuple[str, str, str]]:
    with pytest.raises(SettingsRefused) as refused:
        convert(Door, table, file="door.toml", folder=Path("/hall"))
    return [(fault.key, fault.expected, fault.found) for fault in refused.value.faults]


def test_each_setting_out_of_its_limits_is_reported_with_its_own_path_and_value() -> None:
    assert door_faults(name="Front door", width_cm=39, steps=-2, keys=[], zone="Mars/Base") == [
        ("name", "1 to 32 of a-z, 0-9 and -", '"Front door"'),
        ("width_cm", "a number from 40 to 400", "39"),
        ("steps", "a number from 0 to 20 and an even number", "-2"),
        ("keys", "at least one character or entry", "[]"),
        ("zone", "an IANA time zone such as Asia/Shanghai", '"Mars/Base"'),
    ]


def test_limits_include_both_ends_and_no_number_that_is_none() -> None:
    for width in (40, 400):
        assert convert(Door, {"name": "d", "width_cm": width}, file="f", folder=Path()).width_cm == width
    assert [key for key, _, _ in door_faults(name="d", width_cm=float("nan"))] == ["width_cm"]
    assert [key for key, _, _ in door_faults(name="d", width_cm=400.5)] == ["width_cm"]


def test_an_entry_of_an_array_is_named_by_its_number() -> None:
    assert door_faults(name="d", keys=["a", ""]) == [("keys.2", "at least one character or entry", '""')]


def test_what_concerns_two_settings_is_asked_once_both_are_sound() -> None:
    assert door_faults(name="d", width_cm=50, steps=2, nmae="x") == [
        ("nmae", "a known key (did you mean `name`?)", "`nmae`"),
        ("", "width_cm of 60 or more where there are steps", '{ name = "d", width_cm = 50, steps = 2, nmae = "x" }'),
    ]
    assert [key for key, _, _ in door_faults(name="d", width_cm=50, steps=21)] == ["steps"]


def test_a_missing_key_says_its_limits_too() -> None:
    assert door_faults() == [("name", "text, 1 to 32 of a-z, 0-9 and - (this key is required)", "nothing")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("name = \n", "line 1"),
        ("a = 1\nb = = 2\n", "line 2"),
        ("name = 'a'\nname = 'b'\n", "overwrite"),
        ("n = " + "9" * 5000, "digits"),
        ("n = " + "[" * 5000, "nested too deep"),
        ("d = 2026-02-30", "date"),
    ],
)
def test_every_way_of_being_no_toml_is_a_fault_of_the_file(tmp_path: Path, text: str, found: str) -> None:
    (tmp_path / "door.toml").write_text(text, encoding="utf-8")
    (fault,) = read_faults(Door, tmp_path / "door.toml")
    assert (fault.key, fault.expected) == ("", "TOML")
    assert found in fault.found
