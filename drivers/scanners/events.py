"""What any scanner tells, and what it can be told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from drivers.health import Faulted, Recovered
from drivers.scanners.reading import Finding


@dataclass(frozen=True, slots=True)
class CodeScanned:
    """A code was read whole. It is data of a patron or of an item: never for a log."""

    code: str
    symbology: str | None
    findings: tuple[Finding, ...] = ()


class Rejection(StrEnum):
    """Why bytes of a scanner were dropped."""

    TOO_LONG = "too-long"
    CONTROL_BYTES = "control-bytes"
    NOT_TEXT = "not-text"
    CHECKSUM = "checksum"
    KEYS_LOST = "keys-lost"
    """A keyboard wedge pressed keys that stand for no character, or keys were lost on the way."""


@dataclass(frozen=True, slots=True)
class CodeRejected:
    """Something was scanned that cannot be trusted: the patron is asked to scan again."""

    why: Rejection


ScannerEvent = CodeScanned | CodeRejected | Faulted | Recovered


@dataclass(frozen=True, slots=True)
class StartScanning:
    """Light up and read, where the engine has a trigger; nothing otherwise."""


@dataclass(frozen=True, slots=True)
class StopScanning:
    """Stop reading, where the engine has a trigger; nothing otherwise."""


ScannerCommand = StartScanning | StopScanning
