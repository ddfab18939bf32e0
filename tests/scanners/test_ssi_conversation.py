"""A driver and an engine that keep to the guides, over lines that lose, garble and cut: no code comes twice."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.scanners.events import CodeRejected, CodeScanned, StartScanning, StopScanning
from drivers.scanners.ssi_scanner import SsiCore, SsiSettings
from tests.scanners.ssi_engine import Engine, Weather, Wire

BETWEEN_S = 20.0
BAD = [Weather.LOST, Weather.GARBLED, Weather.CUT]


def a_wire(*weather: Weather) -> Wire:
    return Wire(SsiCore(SsiSettings()), Engine(), weather)


def codes(wire: Wire) -> list[str]:
    return [event.code for event in wire.heard if isinstance(event, CodeScanned)]


def reads(engine: Engine) -> bool:
    return engine.session


def test_a_patron_scans_what_the_kiosk_asked_for() -> None:
    wire = a_wire()
    wire.core.submit(StartScanning(), 0.0)
    wire.pass_time(1.0)
    assert reads(wire.engine)
    wire.scan("P001")
    assert wire.heard == [CodeScanned("P001", "code-128")]
    wire.pass_time(1.0)
    assert reads(wire.engine), "the next code is wanted, too"
    wire.core.submit(StopScanning(), wire.now_s)
    wire.pass_time(60.0)
    assert not reads(wire.engine)
    assert wire.engine.due_s is None
    assert wire.core.due_s() is None


@pytest.mark.parametrize("length", [1, 250, 251, 500, 1200])
def test_codes_of_any_length_arrive_whole(length: int) -> None:
    wire = a_wire()
    code = ("0123456789" * 120)[:length]
    wire.scan(code)
    wire.pass_time(BETWEEN_S)
    assert codes(wire) == [code]


@pytest.mark.parametrize("first", [*BAD, Weather.FAIR])
@pytest.mark.parametrize("second", BAD)
def test_one_or_two_bad_moments_are_mended_between_the_two(first: Weather, second: Weather) -> None:
    wire = a_wire(first, second)
    wire.scan("P001")
    wire.pass_time(BETWEEN_S)
    assert codes(wire) == ["P001"]
    assert wire.engine.gave_up == 0


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(Weather), max_size=40), st.lists(st.integers(1, 600), min_size=1, max_size=4))
def test_in_any_weather_no_code_comes_twice_or_changed(weather: list[Weather], lengths: list[int]) -> None:
    wire = a_wire(*weather)
    scanned = [f"{number}{'x' * length}" for number, length in enumerate(lengths)]
    for code in scanned:
        wire.scan(code)
        wire.pass_time(BETWEEN_S)
    heard = codes(wire)
    assert heard == [code for code in scanned if code in heard]
    wire.scan("LAST")
    wire.pass_time(BETWEEN_S * 3)
    for _ in weather:
        wire.scan("LAST")
        wire.pass_time(BETWEEN_S)
    assert codes(wire)[-1] == "LAST", "when the weather is fair again, codes come"


def test_a_code_that_never_comes_through_is_asked_of_the_patron() -> None:
    wire = a_wire(*[Weather.GARBLED, Weather.LOST] * 6)
    wire.scan("P001")
    wire.pass_time(BETWEEN_S)
    assert codes(wire) == []
    assert any(isinstance(event, CodeRejected) for event in wire.heard)
    assert wire.engine.gave_up == 1
