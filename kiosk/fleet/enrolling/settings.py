"""Settings of enrolment, a table of `fleet.toml`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from kiosk.model.limits import NOT_EMPTY, PORT_NUMBER, within


@dataclass(frozen=True, slots=True)
class EnrollingSettings:
    """New stations by a code."""

    folder: Path
    """The authority's key and certificate, for the fleet alone. Made where there is none."""
    host: Annotated[str, NOT_EMPTY]
    """The broker's name as stations reach it, which its certificate has."""
    broker_files: Path | None = None
    """Folder for what the broker reads: `authority.pem`, `acl`, `crl.pem`. Without it, they lie in `folder`."""
    port: Annotated[int, PORT_NUMBER] = 8883
    minutes: Annotated[int, within(1, 1_440)] = 30
    """A code is good for so long."""
    days: Annotated[int, within(1, 3_650)] = 730
    """A station's certificate is good for so long; `kiosk doctor` says when it is to be enrolled again."""
    kiosk: Path | None = None
    """The `kiosk.toml` that a new kiosk begins with; station, broker and fleet are put in. Without it, it gets none."""
    gate: Path | None = None
    """The same for a gate controller."""

    @property
    def for_broker(self) -> Path:
        return self.broker_files or self.folder
