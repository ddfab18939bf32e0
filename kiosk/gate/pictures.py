"""Pictures of alarms: taken on a thread of their own, kept as short as configured, shown on this machine's page alone.

They are files in one folder, each under its alarm's id. None is ever sent to anybody. What is to go is overwritten
before its name is taken away; what the disk itself keeps of old blocks is beyond a program (docs/adr/0168).
"""

from __future__ import annotations

import logging
import os
import queue
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kiosk.gate.camera import Camera, NoPicture
from kiosk.model.ids import IntentId

LOOK_S = 30.0
"""How often is looked for what is to go."""
MOST_WAITING = 20
STOP_S = 10.0
SUFFIX = ".jpg"
NAMED = re.compile(r"[0-9A-Za-z-]{1,64}")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PictureTaken:
    """A picture of this alarm can be shown."""

    alarm: IntentId


@dataclass(frozen=True, slots=True)
class PicturesGone:
    """These are no more."""

    alarms: frozenset[IntentId]


@dataclass(frozen=True, slots=True)
class Album:
    """The folder."""

    folder: Path
    keep_s: float

    def put(self, alarm: IntentId, picture: bytes) -> None:
        """Raises `OSError`."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = self.folder / f"{alarm}.part"
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(picture)
        beside.replace(self.folder / f"{alarm}{SUFFIX}")

    def find(self, alarm: str, now_s: float) -> bytes | None:
        """The picture, unless there is none, or its time is over: that counts even if nobody has taken it away yet."""
        if not NAMED.fullmatch(alarm):
            return None
        path = self.folder / f"{alarm}{SUFFIX}"
        try:
            return None if self._is_over(path, now_s) else path.read_bytes()
        except OSError:
            return None

    def all(self) -> frozenset[IntentId]:
        return frozenset(IntentId(path.stem) for path in self.folder.glob(f"*{SUFFIX}"))

    def clear(self, now_s: float) -> frozenset[IntentId]:
        """Take away what has been kept long enough, and what was never whole; the alarms whose pictures went."""
        gone = set()
        for path in [*self.folder.glob("*.part"), *self.folder.glob(f"*{SUFFIX}")]:
            try:
                if path.suffix == ".part" or self._is_over(path, now_s):
                    erased(path)
                    gone.add(IntentId(path.stem))
            except OSError as trouble:
                log.error("a picture that is to go cannot be taken away: %s: %s", path.name, trouble.strerror)
        return frozenset(gone)

    def _is_over(self, path: Path, now_s: float) -> bool:
        """A clock that was set back makes no picture last longer than its time: one from the future goes, too."""
        return not 0 <= now_s - path.stat().st_mtime < self.keep_s


class Photographer:
    """Begins with `start`; `report` is called on its thread."""

    def __init__(
        self,
        album: Album,
        cameras: Mapping[str, Camera],
        report: Callable[[PictureTaken | PicturesGone], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`cameras` by gate. Without any, what an earlier configuration has left behind goes."""
        self._album = album if cameras else Album(album.folder, 0.0)
        self._cameras = cameras
        self._report = report
        self._clock = clock
        self._asked: queue.Queue[tuple[IntentId, str] | None] = queue.Queue(MOST_WAITING)
        self._thread = threading.Thread(target=self._run, name="pictures", daemon=True)

    def start(self) -> None:
        for alarm in self._album.all():
            self._report(PictureTaken(alarm))
        self._thread.start()

    def stop(self) -> None:
        self._asked.put(None)
        self._thread.join(STOP_S)

    def take(self, alarm: IntentId, gate: str) -> None:
        """Order a picture where this gate has a camera; never waits. A crowd of alarms has no picture each."""
        if gate in self._cameras:
            try:
                self._asked.put_nowait((alarm, gate))
            except queue.Full:
                log.warning("no picture of alarm %s: too many at once", alarm)

    def _run(self) -> None:
        while True:
            gone = self._album.clear(self._clock())
            if gone:
                self._report(PicturesGone(gone))
            try:
                asked = self._asked.get(timeout=LOOK_S)
            except queue.Empty:
                continue
            if asked is None:
                return
            self._photograph(*asked)

    def _photograph(self, alarm: IntentId, gate: str) -> None:
        try:
            self._album.put(alarm, self._cameras[gate].picture())
        except (NoPicture, OSError) as trouble:
            log.warning("no picture of alarm %s at %s: %s", alarm, gate, trouble)
        else:
            self._report(PictureTaken(alarm))


def erased(path: Path) -> None:
    """Write over a file, and take its name away. Raises `OSError`."""
    with path.open("r+b") as file:
        file.write(bytes(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
