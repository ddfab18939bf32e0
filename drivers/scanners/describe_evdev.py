"""Keyboard-wedge records in words, for `kiosk wire decode evdev`."""

from __future__ import annotations

from dataclasses import replace

from drivers.described import Described, Direction
from drivers.frames import NOISE_SKIPPED
from drivers.scanners.describe import describe_scan
from drivers.scanners.evdev import RECORD, EnterPressed, KeyReader, KeysLost, Typed, UnknownKey, is_plausible
from drivers.scanners.reading import Finding


def describe(data: bytes, direction: Direction | None) -> list[Described]:
    """One `scan` for each Enter; `incomplete` for a cut record and for keys without an Enter behind them."""
    if not data or len(data) % RECORD.size:
        return [Described("incomplete", {}, ["frame-truncated"])]
    keys, typed = KeyReader(), ""
    described: list[Described] = []
    unknown: list[str] = []
    for at in range(0, len(data), RECORD.size):
        if not is_plausible(data[at : at + RECORD.size]):
            unknown.append(NOISE_SKIPPED)
            continue
        match keys.read(data[at : at + RECORD.size]):
            case Typed(letter):
                typed += letter
            case UnknownKey(code):
                unknown.append(f"unknown-key:{code}")
            case KeysLost():
                unknown.append("keys-lost")
            case EnterPressed():
                scan = describe_scan(typed.encode())
                described.append(Described(scan.message, scan.fields, _each_once(scan.findings + unknown)))
                typed, unknown = "", []
            case None:
                pass
    if typed or not described:
        described.append(Described("incomplete", {}, _each_once([Finding.NO_TERMINATOR.value, *unknown])))
    elif unknown:
        described[-1] = replace(described[-1], findings=_each_once(described[-1].findings + unknown))
    return described


def _each_once(findings: list[str]) -> list[str]:
    return list(dict.fromkeys(findings))
