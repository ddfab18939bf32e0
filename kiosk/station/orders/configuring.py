"""Settings that the fleet pushes: checked as `kiosk check-config` does, put in place whole, and taken back when the
station does not come up well with them."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from kiosk.settings import Fault
from kiosk.station.orders.book import Kept
from kiosk.station.orders.desk import Outcome
from kiosk.station.orders.trial import TrialOutcome, TriedFile
from kiosk.wire import CommandState

VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,39}", re.ASCII)
LARGEST_TEXT = 40_000
MOST_FAULTS = 20
UP_WITHIN_S = 180.0
"""So soon after its start the station must have reached the broker with new settings."""
NO_LINE = f"the station did not reach the broker within {UP_WITHIN_S:.0f} s; the settings from before are in force"

Check = Callable[[Path], Sequence[Fault]]
"""Every fault of a settings file, what would cut the station off from its fleet included."""


class Configuring:
    """`restart` has the station started anew under the command's id, when no patron is here; `ended` tells the desk."""

    def __init__(
        self,
        file: TriedFile,
        check: Check,
        restart: Callable[[str], None],
        ended: Callable[[str, Outcome], None],
        within_s: float = UP_WITHIN_S,
    ) -> None:
        self._file = file
        self._check = check
        self._restart = restart
        self._ended = ended
        self._timer = threading.Timer(within_s, self._not_up)
        self._timer.daemon = True

    def begin(self, kept: Kept, running: Callable[[str], None]) -> Outcome | None:
        fields = kept.fields()
        version, text = fields.text("version", longest=40), fields.text("text", longest=LARGEST_TEXT)
        if not VERSION.fullmatch(version):
            return Outcome(CommandState.FAILED, "data.arguments.version: expected 1 to 40 of a-z, 0-9, . _ + and -")
        if self._file.trial() is not None:
            return Outcome(CommandState.FAILED, "other settings are on trial; wait for how that ends")
        faults = self._faults(text)
        if faults:
            told = "; ".join(str(fault) for fault in faults[:MOST_FAULTS])
            return Outcome(CommandState.FAILED, f"refused, the settings from before are kept: {told}")
        running("checked; in force when no patron is here")
        self._file.put(text, kept.id, version)
        self._restart(kept.id)
        return None

    def at_start(self, kept: Kept) -> Outcome | None:
        ended = self._file.ended()
        if ended is not None and ended.command == kept.id:
            return outcome_of(ended)
        trial = self._file.trial()
        if trial is not None and trial.command == kept.id:
            return Outcome(CommandState.RUNNING, "the station has started with the new settings")
        if kept.state is CommandState.RUNNING:
            return Outcome(CommandState.FAILED, "cut off before the settings were put in place")
        return None

    def start(self) -> None:
        """The desk has taken up what was left: from now on the time of a trial runs."""
        self._file.told()
        if self._file.trial() is not None:
            self._timer.start()

    def line_up(self) -> None:
        """The station has come up and reached the broker: that is what well means here."""
        self._timer.cancel()
        ended = self._file.keep()
        if ended is not None:
            self._ended(ended.command, outcome_of(ended))
            self._file.told()

    def stop(self) -> None:
        self._timer.cancel()

    def _not_up(self) -> None:
        trial = self._file.take_back(NO_LINE)
        if trial is not None:
            self._restart(trial.command)

    def _faults(self, text: str) -> Sequence[Fault]:
        beside = self._file.path.with_name(f"{self._file.path.name}.checked")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        try:
            return self._check(beside)
        finally:
            beside.unlink(missing_ok=True)


def outcome_of(ended: TrialOutcome) -> Outcome:
    """How a trial ended, as the desk tells it."""
    if ended.why:
        return Outcome(CommandState.FAILED, f"taken back: {ended.why}", (("version", ended.version),))
    return Outcome(CommandState.DONE, "", (("version", ended.version),))
