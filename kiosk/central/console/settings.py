"""Settings of the staff console, the table `console` of `central.toml`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from kiosk.central.console.oidc_settings import OidcSettings
from kiosk.model.limits import within
from kiosk.settings import load
from kiosk.web.roles import SHIPPED, RolesFile


@dataclass(frozen=True, slots=True)
class ConsoleSettings:
    """The staff console. Without this table there is none."""

    roles: Path | None = None
    """Who may do what: a table like `kiosk/web/roles.toml`, which holds where this is absent."""
    session_hours: Annotated[int, within(1, 24)] = 12
    """Then staff sign in again."""
    idle_minutes: Annotated[int, within(1, 720)] = 60
    """So long without a page, and the session is over."""
    currency: str = "CNY"
    """ISO 4217, for payments taken at the desk."""
    photos: Path | None = None
    """Folder for photographs of damaged copies; without one, none are taken."""
    population: Annotated[int, within(0, 2_000_000_000)] = 0
    """So many people the library serves, for figures per capita (ISO 2789); 0: not known, and those stay open."""
    oidc: OidcSettings | None = None
    """Signing in by OpenID Connect, beside passwords."""

    def role_table(self) -> RolesFile:
        """Raises `SettingsRefused` with the faults of the file."""
        return load(RolesFile, self.roles or SHIPPED)
