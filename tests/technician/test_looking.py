"""What `kiosk doctor` says of what it found, and that it can be pasted."""

from __future__ import annotations

import json
import threading
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from drivers.discovery.asking import Answerer, Found
from drivers.discovery.input_devices import InputDevice
from drivers.discovery.questions import QUESTIONS
from drivers.discovery.serial_ports import SerialPort
from drivers.ports.serial import LineSettings, Parity
from firmware_sim.devices.feig import PSST_S, FeigReader
from firmware_sim.lines.pace import Frame, byte_time_s
from firmware_sim.room.room import Room
from kiosk.commands import main
from kiosk.hardware.gates import GateFile
from kiosk.hardware.pads import PadSettings
from kiosk.settings import convert
from kiosk.technician import configured, looking
from kiosk.technician.findings import Finding, State, as_text
from tests.hardware.lines import on_a_pty

FTDI = SerialPort("/dev/serial/by-id/usb-FTDI_A5", "/dev/ttyUSB0", "0403:6001", "A5", "serial converter of FTDI")
FEIG = next(question for question in QUESTIONS if question.driver == "feig")


def of(port: SerialPort, answer: Answerer) -> Finding:
    (finding,) = looking.at_serial_ports([port], lambda _: answer)
    return finding


def test_who_answers_is_told_with_settings_and_a_lasting_name() -> None:
    line = LineSettings(38_400, Parity.EVEN)
    finding = of(FTDI, Answerer(FTDI.name, Found.ANSWERED, "answers feig", FEIG, line, "sw_type 80"))
    assert finding.state is State.OK
    pasted = tomllib.loads(finding.settings)["pad"]
    assert convert(PadSettings, pasted, file="pasted", folder=Path("/")).port == FTDI.name
    assert 'SYMLINK+="kiosk/pad"' in finding.udev


def test_a_silent_port_may_be_a_scanner_and_the_settings_are_a_remark_until_somebody_knows() -> None:
    finding = of(FTDI, Answerer(FTDI.name, Found.SILENT, "nobody answers"))
    assert finding.state is State.NOTE
    assert tomllib.loads(finding.settings) == {}
    assert "kiosk device watch scanner" in finding.mend


def test_noise_is_a_fault_in_those_words() -> None:
    finding = of(FTDI, Answerer(FTDI.name, Found.NOT_UNDERSTOOD, "bytes come: wrong baud rate or other device"))
    assert finding.state is State.FAULT
    assert "wrong baud rate" in finding.what


def test_a_port_in_use_is_no_fault() -> None:
    assert of(FTDI, Answerer(FTDI.name, Found.NOT_OPENED, "busy")).state is State.NOTE


def test_a_device_on_the_network_that_is_not_there_is_a_fault() -> None:
    gone = Answerer("tcp://10.0.0.9:10001", Found.NOT_OPENED, "refused")
    (finding,) = looking.at_addresses([("10.0.0.9", 10_001)], lambda host, port: gone)
    assert finding.state is State.FAULT
    assert "10.0.0.9" in finding.mend


def test_a_wedge_and_a_machine_without_ports_are_told() -> None:
    (wedge,) = looking.at_inputs([InputDevice("/dev/input/by-id/x-event-kbd", "/dev/input/event5", "0c2e:0b61", "A")])
    assert 'driver = "evdev"' in wedge.settings
    (nothing,) = looking.at_serial_ports([], lambda _: pytest.fail("nobody is there to be asked"))
    assert nothing.state is State.NOTE


def test_the_page_has_settings_once_and_rules_once() -> None:
    line = LineSettings(38_400, Parity.EVEN)
    finding = of(FTDI, Answerer(FTDI.name, Found.ANSWERED, "answers feig", FEIG, line))
    text = as_text([finding, finding])
    assert text.count("[pad]") == 1
    assert text.count("SUBSYSTEM") == 1


def test_the_page_can_be_pasted_whole_whatever_was_found() -> None:
    lsp2 = next(question for question in QUESTIONS if question.driver == "lsp2")
    line = LineSettings(38_400, Parity.EVEN)
    found = [
        of(replace(FTDI, name="/dev/a"), Answerer("/dev/a", Found.ANSWERED, "", FEIG, line)),
        of(replace(FTDI, name="/dev/b"), Answerer("/dev/b", Found.ANSWERED, "", FEIG, line)),
        *looking.at_addresses(
            [("10.0.0.8", 4_001), ("10.0.0.9", 4_001)],
            lambda host, port: Answerer(f"tcp://{host}:{port}", Found.ANSWERED, "", lsp2),
        ),
    ]
    kiosk, _, rest = as_text(found).partition("For kiosk.toml:")[2].partition("For gate.toml:")
    assert tomllib.loads(kiosk)["pad"]["port"] == "/dev/a"
    assert '# port = "/dev/b"' in kiosk
    gates = convert(GateFile, tomllib.loads(rest.partition("For /etc")[0]), file="pasted", folder=Path("/")).gates
    assert [gate.port for gate in gates] == ["tcp://10.0.0.8:4001", "tcp://10.0.0.9:4001"]


def test_a_named_port_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    (missing,) = looking.not_there([str(tmp_path), str(tmp_path / "no")])
    assert (missing.state, missing.where) == (State.FAULT, str(tmp_path / "no"))


def test_a_folder_of_a_gate_is_checked_as_one(tmp_path: Path) -> None:
    (tmp_path / "gate.toml").write_text(
        'site = "main"\nstation = "gate-1"\n[[gates]]\ndriver = "lsp2"\nport = "tcp://10.0.0.8:4001"\n'
    )
    (fault,) = configured.faults(tmp_path)
    assert "gate.toml: gates.1" in fault.where
    assert "first_index" in fault.mend
    assert configured.addresses(tmp_path) == [("10.0.0.8", 4_001)]


def test_the_command_finds_a_reader_and_every_fault_of_the_settings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "kiosk.toml").write_text('[pad]\nport = "nowhere"\n')
    reader = FeigReader(Room([], []), byte_s=byte_time_s(38_400, Frame.EIGHT_EVEN_ONE), turnaround_s=PSST_S)
    with on_a_pty(reader, tmp_path / "reader", 38_400, Frame.EIGHT_EVEN_ONE, threading.Lock()):
        code = main(["doctor", "--config", str(tmp_path), "--port", str(tmp_path / "reader"), "--json"])
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert code == 1, "the settings are faulty"
    assert any(each["where"] == str(tmp_path / "reader") and "driver feig" in each["what"] for each in findings)
    assert any("pad.port" in each["where"] for each in findings)
    assert any("station" in each["where"] for each in findings)


def test_an_address_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--tcp", "nowhere"]) == 2
    assert "HOST:PORT" in capsys.readouterr().err
