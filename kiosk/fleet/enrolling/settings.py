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
    """The authority's key and certificate, and for the broker: `acl`, `crl.pem`. Made where there is none."""
    host: Annotated[str, NOT_EMPTY]
    """The broker's name as stations reach it, which its certificate has."""
    port: Annotated[int, PORT_NUMBER] = 8883
    minutes: Annotated[int, within(1, 1_440)] = 30
    """A code is good for so long."""
    days: Annotated[int, within(1, 3_650)] = 730
    """A station's certificate is good for so long; `kiosk doctor` says when it is to be enrolled again."""
    kiosk: Path | None = None
    """The `kiosk.toml` that a new kiosk begins with; station, broker and fleet are put in. Without it, it gets none."""
    gate: Path | None = None
    """The same for a gate controller."""
