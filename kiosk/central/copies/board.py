"""What is ready, by name: told to every station, and found again when it is asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from kiosk.central.messages import Telling
from kiosk.wire import Channel, Ready, all_stations, encode_policy


class Board:
    """Told from any thread. Each posting takes the place of the one before it of the same name."""

    def __init__(self, site: str, tell: Callable[[Telling], None]) -> None:
        self._everybody = all_stations(site)
        self._tell = tell
        self._ready: dict[str, Ready] = {}
        self._paths: dict[str, Path] = {}
        self._lock = threading.Lock()

    def post(self, ready: Ready, path: Path | None = None) -> None:
        """Have it fetched; with a `path`, where `find` finds it."""
        with self._lock:
            self._ready[ready.name] = ready
            if path is not None:
                self._paths[ready.name] = path
        self.tell()

    def tell(self) -> None:
        """Say what is ready: a broker that began anew has forgotten it."""
        with self._lock:
            ready = list(self._ready.values())
        if ready:
            payload = encode_policy(self._everybody.site, ready, datetime.now(UTC))
            self._tell(Telling(self._everybody, Channel.POLICY, payload))

    def find(self, name: str, version: str) -> Path | None:
        """The file, while this version is the newest."""
        with self._lock:
            ready = self._ready.get(name)
            return self._paths.get(name) if ready is not None and str(ready.version) == version else None
