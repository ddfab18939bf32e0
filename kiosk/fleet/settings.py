"""Settings of the fleet page, `fleet.toml`. Every key is documented here, once."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from kiosk.database.engine import BadDatabaseUrl, database_url
from kiosk.fleet.conditions import Bounds
from kiosk.fleet.enrolling.settings import EnrollingSettings
from kiosk.model.limits import LARGEST_PORT, NAME, NOT_EMPTY, TIME_ZONE, matching, within
from kiosk.settings import load
from kiosk.settings.broker import BrokerSettings
from kiosk.web.roles import SHIPPED, RolesFile


@dataclass(frozen=True, slots=True)
class FleetDatabase:
    """Where events, alarms and series are kept."""

    url: str = "sqlite:////var/lib/kiosk-fleet/fleet.sqlite"
    """`sqlite:///PATH` (absolute with four slashes) or `postgresql://USER@HOST/DATABASE`."""

    def __post_init__(self) -> None:
        try:
            database_url(self.url)
        except BadDatabaseUrl as refused:
            raise ValueError(f"{refused} as url") from None


@dataclass(frozen=True, slots=True)
class FleetHttp:
    """The pages. TLS is a reverse proxy's, or everything is on loopback."""

    host: str = "127.0.0.1"
    port: Annotated[int, within(0, LARGEST_PORT)] = 8090
    """0 takes any free one."""
    metrics_token_file: Path | None = None
    """A file with the token that Prometheus shows at `/metrics` (`Authorization: Bearer`). Without one, `/metrics`
    answers nobody."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long things are kept."""

    fine_days: Annotated[int, within(1, 400)] = 7
    """Figures every five minutes; after that, one an hour."""
    coarse_days: Annotated[int, within(1, 4_000)] = 400
    """Figures an hour."""
    event_days: Annotated[int, within(1, 4_000)] = 90
    """What happened, and alarms that are over."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a station stands on the map."""

    station: Annotated[str, NAME]
    x: Annotated[int, within(0, 100)]
    """Hundredths of the plan's width, from the left."""
    y: Annotated[int, within(0, 100)]
    """Hundredths of its height, from the top."""
    title: str = ""
    """What people call the place."""


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """A site whose stations are watched."""

    name: Annotated[str, NAME]
    title: str = ""
    plan: Path | None = None
    """A floor plan, PNG, JPEG or SVG."""
    place: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class HomeSettings:
    """Home Assistant, or whatever reads its discovery."""

    prefix: Annotated[str, matching(re.compile(r"[A-Za-z0-9_-]{0,32}"), "up to 32 letters, digits, - and _")] = ""
    """Its discovery prefix, `homeassistant` as a rule: each station is told there. Empty: nothing is."""


@dataclass(frozen=True, slots=True)
class TracesSettings:
    """A collector of OpenTelemetry."""

    endpoint: str = ""
    """Where spans go by OTLP over HTTP, such as `http://127.0.0.1:4318/v1/traces`. Empty: nowhere. Needs
    `pip install library-kiosk[traces]`."""

    def __post_init__(self) -> None:
        if self.endpoint and not self.endpoint.startswith(("http://", "https://")):
            raise ValueError("expected endpoint to begin with http:// or https://")


@dataclass(frozen=True, slots=True)
class FleetSettings:
    """One fleet page."""

    site: Annotated[tuple[SiteSettings, ...], NOT_EMPTY]
    time_zone: Annotated[str, TIME_ZONE] = "Asia/Shanghai"
    broker: BrokerSettings = field(default_factory=BrokerSettings)
    database: FleetDatabase = field(default_factory=FleetDatabase)
    http: FleetHttp = field(default_factory=FleetHttp)
    keep: Keeping = field(default_factory=Keeping)
    bounds: Bounds = field(default_factory=Bounds)
    """From where on something counts as wrong."""
    keys: Path | None = None
    """Folder with the key that signs commands (`kiosk fleet keys`). Without it none are sent; with it there is one
    site."""
    home_assistant: HomeSettings = field(default_factory=HomeSettings)
    traces: TracesSettings = field(default_factory=TracesSettings)
    enrolling: EnrollingSettings | None = None
    """New stations by a one-time code (`kiosk enrol`); without it there are none. There is one site then."""
    roles: Path | None = None
    """Who may do what: a table like `kiosk/web/roles.toml`, which holds where this is absent."""
    session_hours: Annotated[int, within(1, 744)] = 12
    """Then people sign in again. Longer for a screen on a wall."""
    idle_minutes: Annotated[int, within(1, 44_640)] = 720
    """So long without a page, and the session is over."""

    def __post_init__(self) -> None:
        names = [site.name for site in self.site]
        if len(set(names)) < len(names):
            raise ValueError("expected each site once")
        if self.enrolling is not None and len(names) > 1:
            raise ValueError("expected one site where there is enrolling: a certificate names a station of one")
        if self.keys is not None and len(names) > 1:
            raise ValueError("expected one site where there are keys: a command is for the stations of one")

    def role_table(self) -> RolesFile:
        """Raises `SettingsRefused` with the faults of the file."""
        return load(RolesFile, self.roles or SHIPPED)
