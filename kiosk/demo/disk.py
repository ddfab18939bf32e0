"""A disk that is full: a ballast file takes every byte that a small disk still has."""

from __future__ import annotations

import errno
from pathlib import Path

from kiosk.demo.children import NotReady
from kiosk.demo.scenario import LARGEST_DISK_KB

BLOCK = b"\0" * 4_096
LARGEST_BYTES = LARGEST_DISK_KB * 1024


class BallastDisk:
    """The folder of a small disk. Filling a large one is refused."""

    def __init__(self, folder: Path) -> None:
        self._ballast = folder / "ballast"

    @property
    def is_full(self) -> bool:
        return self._ballast.exists()

    def fill(self) -> None:
        """Write until the disk is full."""
        with self._ballast.open("ab", buffering=0) as ballast:
            try:
                while ballast.tell() < LARGEST_BYTES:
                    ballast.write(BLOCK)
            except OSError as trouble:
                if trouble.errno != errno.ENOSPC:
                    raise
                return
        self._ballast.unlink()
        raise NotReady("fill-disk needs `disk_kb` in the scenario's setting: this disk is too large to fill")

    def free(self) -> None:
        """Give the room back."""
        self._ballast.unlink(missing_ok=True)
