from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from kiosk.ledger import Ledger
from kiosk.screens import fonts
from kiosk.wire import Station
from tests.station.kiosk_room import Room


@pytest.fixture(scope="session")
def fonts_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The set-up's fonts, or fonts made for this run where the set-up made none."""
    if not fonts.lacking(fonts.folder()):
        return fonts.folder()
    made = tmp_path_factory.mktemp("fonts")
    fonts.prepare(made)
    return made


@pytest.fixture
def station() -> Station:
    return Station("main", "kiosk-1")


@pytest.fixture
def ledger(tmp_path: Path, station: Station) -> Iterator[Ledger]:
    opened = Ledger.open(tmp_path / "ledger.sqlite", station)
    yield opened
    opened.close()


@pytest.fixture
def room(ledger: Ledger, fonts_folder: Path) -> Iterator[Room]:
    """A kiosk in which nothing has happened yet."""
    made = Room(ledger, fonts_folder)
    yield made
    made.close()


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """A disk of 512 kB that can be filled and freed."""

    folder: Path

    def fill(self) -> None:
        with (self.folder / "ballast").open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(4096))

    def free(self) -> None:
        (self.folder / "ballast").unlink()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """Only root may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.fail("a small disk is mounted here, which only root may do: run as root")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", folder], check=True)
    yield SmallDisk(folder)
    subprocess.run(["umount", "-l", folder], check=True)


@pytest.fixture
def small_room(small_disk: SmallDisk, station: Station, fonts_folder: Path) -> Iterator[Callable[[], Room]]:
    """Makes a kiosk whose ledger lies on the small disk."""
    made: list[Room] = []

    def room() -> Room:
        made.append(Room(Ledger.open(small_disk.folder / "ledger.sqlite", station), fonts_folder))
        return made[0]

    yield room
    for each in made:
        each.close()
        each.ledger.close()
