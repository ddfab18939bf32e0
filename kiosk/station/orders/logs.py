"""The newest lines of the log, kept in memory for whoever orders them. Logs hold no patron's data."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable

from kiosk.station.orders.book import Kept
from kiosk.station.orders.desk import CUT_OFF, Outcome
from kiosk.wire import Channel, CommandState, Station, encode_log_part, parts_of

MOST_LINES = 5_000
LONGEST_LINE = 2_000
FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class LogKept(logging.Handler):
    """Keeps the last `MOST_LINES` lines."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter(FORMAT))
        self._lines: deque[str] = deque(maxlen=MOST_LINES)

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(self.format(record)[:LONGEST_LINE])

    def text(self) -> str:
        """The lines, the oldest first."""
        return "\n".join(tuple(self._lines)) + "\n"


class LogUpload:
    """Tells the log in parts."""

    def __init__(self, station: Station, log: LogKept, tell: Callable[[Channel, bytes], None]) -> None:
        self._station = station
        self._log = log
        self._tell = tell

    def begin(self, kept: Kept, running: Callable[[str], None]) -> Outcome:
        text = self._log.text()
        parts = parts_of(kept.id, text)
        for part in parts:
            self._tell(Channel.LOG, encode_log_part(self._station, part, kept.result.at))
        return Outcome(CommandState.DONE, "", (("lines", str(text.count("\n"))), ("parts", str(len(parts)))))

    def at_start(self, kept: Kept) -> Outcome | None:
        return Outcome(CommandState.FAILED, CUT_OFF)
