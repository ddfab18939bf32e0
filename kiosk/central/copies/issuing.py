"""The thread that makes a newer copy every so often, and says so."""

from __future__ import annotations

import hashlib
import logging
import secrets
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from kiosk.central.answering import Desk
from kiosk.central.copies.board import Board
from kiosk.central.copies.gathering import Gathering, Stopped
from kiosk.central.copies.settings import CopiesSettings
from kiosk.wire import Ready
from kiosk.wire.offline_copy import CopyHead, Names, write_copy
from kiosk.wire.signing import own_key

NAME = "offline"
AGAIN_S = 60.0
"""After a failure."""
SALT_BYTES = 32
STOP_S = 15.0

log = logging.getLogger(__name__)


class Issuing:
    """Makes a copy at once after the start, and then every `every_min` minutes."""

    def __init__(
        self, engine: Engine, desk: Desk, site: str, time_zone: str, settings: CopiesSettings, board: Board
    ) -> None:
        """Raises `BadKey`, `OSError`."""
        self._engine = engine
        self._desk = desk
        self._site = site
        self._time_zone = time_zone
        self._settings = settings
        self._board = board
        self._key: Ed25519PrivateKey = own_key(settings.folder)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="copies", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(STOP_S)

    def once(self, now: datetime) -> Ready:
        """Make one copy, as of `now` (aware). Raises `DBAPIError`, `OSError`, and `Stopped` where the process ends
        meanwhile."""
        salt = secrets.token_bytes(SALT_BYTES)
        version = int(now.timestamp() * 1_000)
        gathering = Gathering(self._engine, self._desk.setting("", now), Names(salt), _Resting(self._stopping).rest)
        words = gathering.words()
        sections = gathering.sections(words)
        head = CopyHead(
            site=self._site,
            version=str(version),
            issued=now,
            salt=salt,
            time_zone=self._time_zone,
            rules=self._desk.policy.rules,
            branches=self._desk.branches,
            words=words,
        )
        path, beside = self.path, self._settings.folder / f"{NAME}.new"
        with beside.open("wb") as file:
            write_copy(file, head, sections, self._key)
        with beside.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        beside.replace(path)
        return Ready(NAME, version, sha256, f"/copies/{NAME}/{version}", now)

    @property
    def path(self) -> Path:
        """Of the newest copy."""
        return self._settings.folder / f"{NAME}.copy"

    def _run(self) -> None:
        while True:
            wait_s = self._settings.every_min * 60.0
            try:
                ready = self.once(datetime.now(UTC))
                self._board.post(ready, self.path)
                log.info("copy %d is ready for the kiosks", ready.version)
            except Stopped:
                return
            except (DBAPIError, OSError) as trouble:
                log.error("no new copy for the kiosks: %s; they keep the one before", type(trouble).__name__)
                wait_s = AGAIN_S
            if self._stopping.wait(wait_s):
                return


@dataclass(slots=True)
class _Resting:
    """Rests as long as each part took, so that whoever asks something comes in between."""

    stopping: threading.Event
    since_s: float = 0.0

    def rest(self) -> None:
        now_s = time.monotonic()
        took_s = now_s - self.since_s if self.since_s else 0.0
        if self.stopping.wait(took_s):
            raise Stopped
        self.since_s = time.monotonic()
