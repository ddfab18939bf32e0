"""What is ready, by name: told to every station, and found again when it is asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from kiosk.central.messages import Telling
from kiosk.wire import Channel, Published, Station, encode_published


@dataclass(frozen=True, slots=True)
class Ready:
    """A finished file."""

    published: Published
    path: Path


class Board:
    """Told from any thread. Each posting takes the place of the one before it of the same name."""

    def __init__(self, site: str, tell: Callable[[Telling], None]) -> None:
        self._everybody = Station.everybody(site)
        self._source = f"lk/{site}/central"
        self._tell = tell
        self._ready: dict[str, Ready] = {}
        self._lock = threading.Lock()

    def post(self, ready: Ready) -> None:
        """Have it fetched."""
        with self._lock:
            self._ready[ready.published.name] = ready
        self.tell()

    def tell(self) -> None:
        """Say what is ready: a broker that began anew has forgotten it."""
        with self._lock:
            published = [ready.published for ready in self._ready.values()]
        if published:
            payload = encode_published(self._source, published, datetime.now(UTC))
            self._tell(Telling(self._everybody, Channel.COPIES, payload))

    def find(self, name: str, version: str) -> Path | None:
        """The file, while this version is the newest."""
        with self._lock:
            ready = self._ready.get(name)
        return ready.path if ready is not None and ready.published.version == version else None
