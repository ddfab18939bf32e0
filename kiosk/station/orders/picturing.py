"""The live picture of a kiosk, for whoever ordered it, for a while. Private texts are masked before anything leaves."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import cast

from kiosk.screens.frame import Frame
from kiosk.station.orders.book import Kept
from kiosk.station.orders.desk import Outcome
from kiosk.wire import Channel, CommandState, Picture, Station, encode_picture
from kiosk.wire.fields import Json

MOST_S = 600
APART_S = 0.2
"""Five pictures a second are enough to look at."""


class Picturing:
    """`frame` is called on the screen's thread, `begin` on the desk's."""

    def __init__(
        self,
        station: Station,
        tell: Callable[[Channel, bytes], None],
        wake: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`wake` has `frame` called soon, although nothing has changed."""
        self._wake = wake
        self._station = station
        self._tell = tell
        self._clock = clock
        self._lock = threading.Lock()
        self._until_s = 0.0
        self._anew = False
        self._number = 0
        self._last_s = 0.0
        self._shown: Frame | None = None
        self._timer: threading.Timer | None = None

    def frame(self, frame: Frame) -> None:
        """The screen shows this now."""
        now_s = self._clock()
        with self._lock:
            if now_s >= self._until_s or (frame == self._shown and not self._anew):
                return
            if now_s < self._last_s + APART_S:
                self._later()
                return
            self._anew, self._shown, self._last_s = False, frame, now_s
            self._number += 1
            number = self._number
        told = cast("dict[str, Json]", frame.as_json(show_private=False))
        picture = Picture(number, frame.screen_id, told, datetime.now(UTC))
        self._tell(Channel.PICTURE, encode_picture(self._station, picture))

    def begin(self, kept: Kept, running: Callable[[str], None]) -> Outcome:
        for_s = kept.fields().whole("for_s", least=1, most=MOST_S)
        with self._lock:
            self._until_s, self._anew = self._clock() + for_s, True
        self._wake()
        return Outcome(CommandState.DONE, f"pictures come for {for_s} s")

    def at_start(self, kept: Kept) -> Outcome | None:
        return None

    def _later(self) -> None:
        """Changes come too quickly one after another: the last of them is looked at when it has stood a while."""
        if self._timer is None or not self._timer.is_alive():
            self._timer = threading.Timer(APART_S, self._wake)
            self._timer.daemon = True
            self._timer.start()
