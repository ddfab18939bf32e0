"""Patron cards of every kind, simulated behind the real PC/SC service, read by `kiosk device read cards`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.firmware_sim.served import Served

NUMBER = "20230001"
KEY = "A0A1A2A3A4A5"
SECTOR = NUMBER.encode().ljust(48, b"\0").hex()
ROOM = f"""
[[card]]
name = "plain"
number = "{NUMBER}"
uid = "04A1B2C3"

[[card]]
name = "classic"
number = "{NUMBER}"
uid = "04A1B2C4"
kind = "mifare-classic"

[[card.sector]]
number = 4
key_a = "{KEY}"
key_b = "B0B1B2B3B4B5"
data = "{SECTOR}"

[[card]]
name = "tag"
number = "{NUMBER}"
uid = "E004015012345678"
kind = "iso15693"
memory = "11040134AF71650181"

[[card]]
name = "desfire"
number = "{NUMBER}"
uid = "08A1B2C4"
kind = "desfire-random"
"""


@dataclass
class Desk:
    """A simulator with cards, and the command that reads one."""

    served: Served

    def read(self, card: str, *words: str) -> dict[str, Any]:
        """Lay the card down and read it; the one event that the command prints."""
        self.served.post("/api/card", insert=card)
        command = [sys.executable, "-m", "kiosk", "device", "read", "cards", "--json", "--seconds", "20"]
        for word in ("reader=Kiosk card reader", *words):
            command += ["--set", word]
        environment = os.environ | {"PCSCLITE_CSOCK_NAME": str(self.served.ready["pcsc_socket"])}
        ran = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        self.served.post("/api/card", remove=True)
        assert ran.stdout, ran.stderr
        told = json.loads(ran.stdout.splitlines()[0])
        assert isinstance(told, dict)
        return told


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("cards")
    (folder / "room.toml").write_text(ROOM)
    served = Served.start(folder, config=folder / "room.toml")
    assert served.ready["cards"] == "pcsc", served.ready["why"]
    yield Desk(served)
    assert served.end() == (0, "", "")


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    (path := tmp_path / "card.key").write_text(KEY + "\n")
    path.chmod(0o600)
    return path


def test_a_plain_card_is_its_uid(desk: Desk) -> None:
    assert desk.read("plain")["token"] == "04A1B2C3"


def test_the_number_in_a_sector_is_read_with_the_librarys_key(desk: Desk, key_file: Path) -> None:
    told = desk.read("classic", "token=sector", "sector=4", "length=8", f"key_file={key_file}")
    assert (told["event"], told["token"]) == ("CardPresented", NUMBER)


def test_a_wrong_key_gives_no_token_and_tells_no_key(desk: Desk, key_file: Path) -> None:
    key_file.write_text("FFFFFFFFFFFE")
    told = desk.read("classic", "token=sector", "sector=4", f"key_file={key_file}")
    assert (told["event"], told["why"]) == ("CardUnreadable", "not-known")
    assert "FFFE" not in json.dumps(told)


def test_a_key_that_others_can_read_is_refused(desk: Desk, key_file: Path) -> None:
    key_file.chmod(0o644)
    ran = subprocess.run(
        [sys.executable, "-m", "kiosk", "device", "read", "cards", "--set", "reader=Kiosk", "--set", "token=sector"]
        + ["--set", f"key_file={key_file}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 2
    assert "chmod 600" in ran.stderr
    assert KEY not in ran.stderr


def test_a_patrons_tag_is_the_number_on_it(desk: Desk) -> None:
    told = desk.read("tag", "token=patron-tag")
    assert told["event"] == "CardPresented"
    assert told["token"] == NUMBER


def test_a_tag_is_its_uid_with_e0_first_where_nothing_else_is_asked(desk: Desk) -> None:
    assert desk.read("tag")["token"] == "E004015012345678"


def test_a_random_uid_is_no_identity(desk: Desk) -> None:
    assert desk.read("desfire")["why"] == "random-uid"
