"""What a page of the fleet is: a function of what was asked, the permission that it needs, and its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from kiosk.fleet.fleet import Fleet
from kiosk.fleet.pictures import Pictures
from kiosk.fleet.settings import FleetSettings
from kiosk.fleet.watch import Watch
from kiosk.web.changes import Changes
from kiosk.web.roles import Permission, RolesFile
from kiosk.web.sessions import Limits, Session
from kiosk.words.sentences import Words

WORDS = "fleet"
"""The folder of the fleet's own words."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What pages are made of."""

    settings: FleetSettings
    engine: Engine
    fleet: Fleet
    watch: Watch
    changes: Changes
    roles: RolesFile
    limits: Limits
    metrics_token: str | None
    pictures: Pictures
    folders: tuple[Path, ...] = ()
    """More folders with templates."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of somebody who may."""

    parts: Parts
    session: Session
    may: frozenset[Permission]
    words: Words
    now: datetime
    at: str
    """The address."""
    path: Mapping[str, str]
    query: Mapping[str, str]
    fields: Mapping[str, str]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.parts.settings.time_zone)


@dataclass(frozen=True, slots=True)
class Shown:
    """A template and its values."""

    template: str
    values: Mapping[str, object]
    status: int = 200


@dataclass(frozen=True, slots=True)
class Moved:
    """Another page."""

    to: str


@dataclass(frozen=True, slots=True)
class Told:
    """Bytes of another kind than a page."""

    content: bytes
    media_type: str
    file: str = ""
    """Of a file to be kept: its name, of letters and digits."""


class Refused(Exception):
    """What was asked cannot be done: `key` of a sentence that says why and what to do."""

    def __init__(self, key: str, status: int = 422) -> None:
        super().__init__(key)
        self.key = key
        self.status = status


@dataclass(frozen=True, slots=True)
class Page:
    """One address."""

    path: str
    permission: Permission
    does: Callable[[Asked], Shown | Moved | Told]
    writes: bool = False
    """It is a form that is sent."""
    largest_form: int = 16 * 1024
    """In bytes. Settings and lists of stations are longer than other forms."""
