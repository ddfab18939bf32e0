"""Scan engines' bytes in words where the vectors do not reach: codes behind answers, noise, long captures."""

from __future__ import annotations

import pytest

from drivers.described import Described
from drivers.scanners.describe_engine import describe
from drivers.scanners.describe_evdev import describe as describe_evdev
from tests.scanners.keyboard import DROPPED, a_scan, press

ON, ANSWER = bytes.fromhex("7E000801000201ABCD"), bytes.fromhex("02000001003331")
TRIGGERED = Described("trigger", {"dialect": "gm65", "on": True})
ANSWERED = Described("trigger-answer", {"dialect": "gm65"})


def test_a_code_behind_an_answer_is_a_scan() -> None:
    assert describe(ON + ANSWER + b"]C0P001\r", None) == [
        TRIGGERED,
        ANSWERED,
        Described("scan", {"code": "P001", "symbology": "code-128"}),
    ]


def test_noise_is_told_where_it_stood() -> None:
    first, second = describe(b"\x00\x01" + ON + b"\x02" + ANSWER, None)
    assert first == Described("trigger", TRIGGERED.fields, ["noise-skipped"])
    assert second == Described("trigger-answer", ANSWERED.fields, ["noise-skipped"])
    assert describe(ON + b"\x00\x00", None) == [Described("trigger", TRIGGERED.fields, ["noise-skipped"])]


def test_a_permanent_setting_and_a_refusal_are_findings() -> None:
    permanent = bytes.fromhex("7E0130303030 40 53434E54524731 3B03")
    refused = bytes.fromhex("020130303030 23 53434E54524731 15 3B03")
    assert [each.findings for each in describe(permanent + refused, None)] == [["permanent-setting"], ["status-error"]]


@pytest.mark.parametrize("pattern", [b"\x04\xd0\x00\x00\xff\x2c", b"\x07aaaaaaaaa", b"\xff\x00\x01", b"\x04"])
def test_a_long_capture_is_described_to_its_end(pattern: bytes) -> None:
    described = describe(pattern * 20_000, None)
    assert described
    assert len(described) <= 20_000


def test_records_that_were_dropped_are_a_finding_of_their_scan() -> None:
    stream = DROPPED + a_scan("p1") + press(59) + a_scan("b2")
    assert describe_evdev(stream, None) == [
        Described("scan", {"code": "1"}, ["keys-lost"]),
        Described("scan", {"code": "b2"}, ["unknown-key:59"]),
    ]
