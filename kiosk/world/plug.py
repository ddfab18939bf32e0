"""The end of a kiosk in virtual time, as a power cut ends a process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from kiosk.ledger import Ledger, StorageFailure
from kiosk.ledger.ledger import Committed
from kiosk.session.effects import Journal
from kiosk.session.events import Moment
from kiosk.world.disk import SimulatedDisk


class PlugPulled(Exception):
    """Everything of the kiosk but its file ends where this is raised."""


def pull_the_plug() -> NoReturn:
    raise PlugPulled


class PluggedLedger(Ledger):
    """The ledger of a kiosk whose disk may lose its power in the middle of a commit: then nobody hears how it went."""

    disk: SimulatedDisk | None = None

    def commit(self, effects: Sequence[Journal], moment: Moment) -> Committed:
        try:
            return super().commit(effects, moment)
        except StorageFailure:
            if self.disk is not None and self.disk.off:
                pull_the_plug()
            raise
