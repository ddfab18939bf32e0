"""`kiosk central staff`, as it is typed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.central.running import DEMO


def kiosk(tmp_path: Path, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    url = f"database.url=sqlite:///{tmp_path / 'central.sqlite'}"
    command = [sys.executable, "-m", "kiosk", "central", "staff", *words, "--config", str(DEMO), "--set", url]
    return subprocess.run(command, input=typed, capture_output=True, text=True, timeout=60, check=False)


def test_an_account_is_made_listed_and_disabled(tmp_path: Path) -> None:
    made = kiosk(tmp_path, "add", "mei", "--roles", "circulation", "--full-name", "王梅", typed="a long enough one\n")
    assert (made.returncode, made.stderr) == (0, "")
    again = kiosk(tmp_path, "add", "mei", "--roles", "circulation", typed="a long enough one\n")
    assert (again.returncode, "already" in again.stderr) == (1, True)
    assert kiosk(tmp_path, "disable", "mei").returncode == 0
    (told,) = json.loads(kiosk(tmp_path, "list", "--json").stdout)
    assert told == {
        "name": "mei",
        "full_name": "王梅",
        "roles": ["circulation"],
        "branch": "",
        "language": "zh",
        "disabled": True,
    }


def test_what_cannot_be_made_is_said(tmp_path: Path) -> None:
    unknown = kiosk(tmp_path, "add", "mei", "--roles", "king", typed="a long enough one\n")
    assert (unknown.returncode, "expected some of circulation" in unknown.stderr) == (1, True)
    short = kiosk(tmp_path, "add", "mei", "--roles", "admin", typed="short\n")
    assert (short.returncode, "10 to 256 characters" in short.stderr) == (1, True)
    nobody = kiosk(tmp_path, "passwd", "nobody", typed="a long enough one\n")
    assert (nobody.returncode, "there is no account nobody" in nobody.stderr) == (1, True)
