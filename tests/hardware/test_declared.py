"""What drivers declare: settings to paste are settings that are taken, and nothing is promised twice."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from drivers.declared import Declaration, Kind
from drivers.discovery.questions import QUESTIONS
from drivers.hardware import declared
from kiosk.hardware.cards import CardSettings, PhoneCodeSettings
from kiosk.hardware.gates import GateDriver, GateFile
from kiosk.hardware.pads import PadDriver, PadSettings
from kiosk.hardware.printers import PrinterSettings
from kiosk.hardware.scanners import ScannerDriver, ScannerSettings
from kiosk.hardware.signals import SignalDriver, SignalSettings
from kiosk.settings import convert

TABLES = {
    "pad": PadSettings,
    "scanner": ScannerSettings,
    "cards": CardSettings,
    "phone_codes": PhoneCodeSettings,
    "printer": PrinterSettings,
}


@pytest.mark.parametrize("one", declared(), ids=lambda one: f"{one.kind}-{one.driver}-{one.make}"[:40])
def test_the_settings_to_paste_are_taken(one: Declaration) -> None:
    pasted = tomllib.loads(one.settings)
    (table,) = pasted
    match table:
        case "gates":
            convert(GateFile, pasted, file="pasted", folder=Path("/"))
        case "signals":
            for board in pasted["signals"]:
                convert(SignalSettings, board, file="pasted", folder=Path("/"))
        case _:
            convert(TABLES[table], pasted[table], file="pasted", folder=Path("/"))


def test_every_driver_of_the_settings_is_declared() -> None:
    words = {each.driver for each in declared()}
    assert words >= {*PadDriver, *GateDriver, *ScannerDriver, *SignalDriver}


def test_every_kind_of_device_is_there_with_its_source() -> None:
    assert {each.kind for each in declared()} == set(Kind)
    assert all(each.source and each.supported for each in declared())


def test_who_is_asked_for_is_declared() -> None:
    words = {(each.kind.value, each.driver) for each in declared()}
    for question in QUESTIONS:
        if question.kind != "printer":
            assert (question.kind, question.driver) in words
