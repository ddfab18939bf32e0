"""The kiosk's copy of what to lend by while central does not answer: fetched when there is a newer one, kept on disk.

One thread fetches. A file takes the place of the one before only when it is whole, signed and for this site.
"""

from __future__ import annotations

import hashlib
import logging
import os
import queue
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.wire import Ready, Station
from kiosk.wire.offline_copy import BadCopy, CopyFile
from kiosk.wire.signing import BadKey, public_key

NAME = "offline"
"""Of the copy among what central publishes."""
COPY = "offline.copy"
"""Its file, beside the ledger."""
LARGEST_BYTES = 1 << 30
TRIES = 5
WAIT_S = 5.0
"""Before the second try; doubles."""
SPREAD_S = 60.0
"""Kiosks that hear of a new copy in one moment fetch it within so long."""
REQUEST_S = 10.0
"""Without a byte for so long, a request has failed."""
STOP_S = 15.0

log = logging.getLogger(__name__)


class CannotKeep(Exception):
    """Settings that no copy can be kept with; the text says which, why and what to do."""


class _NotWhole(Exception):
    """What was fetched is not what was published."""


@dataclass(frozen=True, slots=True)
class CopySource:
    """Where copies come from, and by which key they must be signed."""

    url: str
    key: str | None
    """What REST of central asks for."""
    signed_by: Ed25519PublicKey
    spread_s: float = SPREAD_S
    wait_s: float = WAIT_S

    @classmethod
    def of(cls, url: str, key_file: Path | None, public_key_file: Path) -> Self:
        """Raises `CannotKeep`."""
        try:
            key = None if key_file is None else key_file.read_text(encoding="utf-8").strip()
            return cls(url.rstrip("/"), key, public_key(public_key_file))
        except (BadKey, UnicodeDecodeError) as bad:
            raise CannotKeep(str(bad)) from None
        except OSError as trouble:
            raise CannotKeep(f"{trouble.filename}: it cannot be read: {trouble.strerror}; see [central]") from None


class Copies:
    """The newest copy on disk, and the thread that looks for newer ones. `deliver` is called on it."""

    def __init__(self, source: CopySource, station: Station, path: Path, deliver: Callable[[CopyFile], None]) -> None:
        self._source = source
        self._station = station
        self._path = path
        self._deliver = deliver
        self._chance = random.Random(station.source)
        self._wanted: queue.Queue[Ready | None] = queue.Queue()
        self._stopping = threading.Event()
        self._version: int | None = None
        self._thread = threading.Thread(target=self._run, name="copies", daemon=True)

    def at_start(self) -> CopyFile | None:
        """What is on the disk; None, with a line in the log, where it cannot be used."""
        try:
            copy = self._opened(self._path)
        except FileNotFoundError:
            return None
        except (BadCopy, OSError) as trouble:
            log.error("%s cannot be used: %s; a new copy is fetched when central offers one", self._path, trouble)
            return None
        self._version = int(copy.version)
        return copy

    def published(self, copies: tuple[Ready, ...]) -> None:
        """Central said what is ready. Returns at once."""
        for copy in copies:
            if copy.name == NAME:
                self._wanted.put(copy)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._wanted.put(None)
        self._thread.join(STOP_S)

    def _run(self) -> None:
        while (wanted := self._wanted.get()) is not None:
            while not self._wanted.empty() and wanted is not None:
                wanted = self._wanted.get()
            if wanted is not None and wanted.version != self._version:
                self._keep(wanted)

    def _keep(self, wanted: Ready) -> None:
        first = self._version is None
        wait_s = 0.0 if first else self._chance.uniform(0.0, self._source.spread_s)
        for again in range(TRIES):
            if self._stopping.wait(wait_s) or not self._wanted.empty():
                return  # a newer one was published meanwhile
            try:
                copy = self._fetched(wanted)
            except (httpx.HTTPError, _NotWhole, BadCopy, OSError) as trouble:
                log.warning("copy %s was not fetched: %s", wanted.version, trouble)
                wait_s = self._source.wait_s * 2**again
                continue
            self._version = int(copy.version)
            log.info("copy %s is here", copy.version)
            self._deliver(copy)
            return
        log.error("copy %s was not fetched in %d tries; the one before is kept", wanted.version, TRIES)

    def _fetched(self, wanted: Ready) -> CopyFile:
        """Fetch what is still missing, check all of it, put it in place."""
        beside = self._path.with_name(f"{self._path.name}.{wanted.hash[:16]}.part")
        for other in self._path.parent.glob(f"{self._path.name}.*.part"):
            if other != beside:
                other.unlink(missing_ok=True)
        self._append(wanted, beside)
        if _sha256(beside) != wanted.hash:
            beside.unlink()
            raise _NotWhole("its bytes are not those that were published")
        copy = self._opened(beside)
        beside.replace(self._path)
        return copy

    def _append(self, wanted: Ready, beside: Path) -> None:
        there = beside.stat().st_size if beside.exists() else 0
        headers = {"range": f"bytes={there}-"} if there else {}
        if self._source.key is not None:
            headers["authorization"] = f"Bearer {self._source.key}"
        url = self._source.url + wanted.href
        with httpx.stream("GET", url, headers=headers, timeout=REQUEST_S, follow_redirects=False) as answer:
            if answer.status_code not in (httpx.codes.OK, httpx.codes.PARTIAL_CONTENT):
                raise _NotWhole(f"central answered {answer.status_code} for {wanted.href}")
            goes_on = answer.status_code == httpx.codes.PARTIAL_CONTENT
            with beside.open("ab" if goes_on else "wb") as file:
                size = there if goes_on else 0
                for piece in answer.iter_bytes():
                    size += len(piece)
                    if size > LARGEST_BYTES:
                        raise _NotWhole(f"more than {LARGEST_BYTES} bytes")
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())

    def _opened(self, path: Path) -> CopyFile:
        return CopyFile.open(path, self._source.signed_by, self._station.site, self._station.station)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
