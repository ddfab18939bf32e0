"""Settings of the staff console, the table `console` of `central.toml`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from kiosk.model.limits import within


@dataclass(frozen=True, slots=True)
class ConsoleSettings:
    """The staff console. Without this table there is none."""

    roles: Path
    """Who may do what: `config/console/roles.toml`, or your own."""
    session_hours: Annotated[int, within(1, 24)] = 12
    """Then staff sign in again."""
    idle_minutes: Annotated[int, within(1, 720)] = 60
    """So long without a page, and the session is over."""
    currency: str = "CNY"
    """ISO 4217, for payments taken at the desk."""
