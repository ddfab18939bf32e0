"""The real `kiosk` command: in this process, and as a process of its own."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from kiosk.commands import main

KIOSK = Path(sys.executable).with_name("kiosk")


@dataclass(frozen=True, slots=True)
class Ran:
    """Exit code and what was printed."""

    code: int
    out: str
    err: str


Kiosk = Callable[..., Ran]


def ran_as_process(*words: str, given: str = "", **environment: str) -> Ran:
    """Run the installed command, with text on standard input."""
    done = subprocess.run([KIOSK, *words], input=given, capture_output=True, encoding="utf-8", env=environment or None)
    return Ran(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def kiosk(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Kiosk:
    """Run `main` with words, and with text on standard input."""

    def run(*words: str, given: str = "") -> Ran:
        monkeypatch.setattr("sys.stdin", io.StringIO(given))
        try:
            code = main(list(words))
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else 1
        out, err = capsys.readouterr()
        return Ran(code, out, err)

    return run
