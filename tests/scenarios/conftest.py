"""Runs `kiosk demo` as a user does, and reads what it prints."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SCENARIOS = Path(__file__).parent
LONGEST_S = 300


@dataclass(frozen=True, slots=True)
class Told:
    """One run of the command."""

    code: int
    result: dict[str, object]
    errors: str

    def failures(self) -> list[str]:
        found = self.result.get("failures")
        return [str(failure) for failure in found] if isinstance(found, list) else [self.errors]

    def table(self, key: str) -> list[dict[str, object]]:
        entries = self.result.get(key)
        return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def played(scenario: Path, keep: Path) -> Told:
    """`kiosk demo --headless --scenario FILE --json`."""
    ran = subprocess.run(
        [sys.executable, "-m", "kiosk", "demo", "--headless", "--json", "--scenario", str(scenario)]
        + ["--keep", str(keep)],
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )
    return Told(ran.returncode, json.loads(ran.stdout) if ran.stdout else {}, ran.stderr)
