"""The vector files, for tests that go through many of them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("vectors")
VECTORS = ("feig", "m3_210", "rl866", "lsp2", "llrp", "scanner", "scan_engine", "escpos", "pcsc", "evdev")
"""Protocols of wires that have one message an exchange."""


def exchanges(protocol: str) -> list[dict[str, Any]]:
    """The exchanges of one file."""
    found = tomllib.loads((FOLDER / f"{protocol}.toml").read_text(encoding="utf-8"))["exchange"]
    assert isinstance(found, list)
    return found
