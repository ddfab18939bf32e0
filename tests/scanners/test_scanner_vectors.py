"""The exchanges of the vector files go through the drivers, not only through the words for them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from drivers.described import Direction
from drivers.scanners.events import CodeScanned, ScannerEvent
from drivers.scanners.reading import Finding
from drivers.scanners.serial_scanner import ScannerCore, ScannerSettings
from drivers.scanners.ssi_scanner import SsiCore, SsiSettings
from drivers.scanners.triggers import TRIGGERS, Dialect
from drivers.scanners.wedge import WedgeCore, WedgeSettings

VECTORS = Path(__file__).parent.parent / "vectors"
REFUSED = {Finding.CONTROL_BYTES_REMOVED.value, Finding.BYTES_NOT_TEXT.value}
SCAN, DECODED = "scan", "ssi-decode-data"


class Exchange:
    """One entry of a vector file."""

    def __init__(self, entry: dict[str, object]) -> None:
        self.name = str(entry["name"])
        self.message = str(entry["message"])
        self.direction = Direction(str(entry["direction"]))
        self.bytes = bytes.fromhex(str(entry["hex"]))
        fields, findings = entry["fields"], entry["findings"]
        assert isinstance(fields, dict)
        assert isinstance(findings, list)
        self.fields: dict[str, object] = fields
        self.findings = {str(finding) for finding in findings}


def exchanges(name: str) -> list[Exchange]:
    return [Exchange(entry) for entry in tomllib.loads((VECTORS / f"{name}.toml").read_text())["exchange"]]


def expected(exchange: Exchange) -> list[ScannerEvent]:
    """What the driver makes of a whole scan: nothing of an empty one, a refusal of a damaged one."""
    code, symbology = exchange.fields["code"], exchange.fields.get("symbology")
    if not code:
        return []
    return [CodeScanned(str(code), None if symbology is None else str(symbology))]


@pytest.mark.parametrize("exchange", exchanges("scanner"), ids=lambda each: each.name)
def test_a_serial_scanner_reads_what_the_vectors_say(exchange: Exchange) -> None:
    events = ScannerCore(ScannerSettings()).receive(exchange.bytes, 0.0)
    if exchange.message == SCAN and REFUSED.isdisjoint(exchange.findings):
        assert events == expected(exchange)
    else:
        assert not any(isinstance(event, CodeScanned) for event in events)


@pytest.mark.parametrize("exchange", exchanges("evdev"), ids=lambda each: each.name)
def test_a_wedge_reads_what_the_vectors_say(exchange: Exchange) -> None:
    wedge = WedgeCore(WedgeSettings())
    events = wedge.receive(exchange.bytes, 0.0) + wedge.tick(1.0)
    if exchange.message == SCAN:
        assert events == expected(exchange)
    else:
        assert events == [CodeScanned("12", None)], "Enter went down; only its release is cut"


@pytest.mark.parametrize(
    "exchange", [each for each in exchanges("scan_engine") if each.message == DECODED], ids=lambda each: each.name
)
def test_an_engine_in_packet_mode_reads_what_the_vectors_say(exchange: Exchange) -> None:
    engine = SsiCore(SsiSettings())
    events = engine.receive(exchange.bytes, 0.0)
    damaged = "checksum-mismatch" in exchange.findings
    assert events == ([] if damaged else [CodeScanned(str(exchange.fields["text"]), "code-128")])
    engine.tick(1.0)
    assert engine.take_outgoing() == bytes.fromhex("05D1040001FF25" if damaged else "04D00400FF28")


@pytest.mark.parametrize(
    "exchange", [each for each in exchanges("scan_engine") if each.message == "trigger"], ids=lambda each: each.name
)
def test_the_triggers_of_the_vectors_are_those_that_are_sent(exchange: Exchange) -> None:
    trigger = TRIGGERS[Dialect(str(exchange.fields["dialect"]))]
    assert (trigger.on if exchange.fields["on"] else trigger.off) == exchange.bytes
