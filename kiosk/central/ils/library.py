"""The library's own system, with everything around it: connections, questions, and what it is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from kiosk.central.answering import Desk
from kiosk.central.ils.bridge import Bridge
from kiosk.central.ils.connection import Address
from kiosk.central.ils.feed import Feed
from kiosk.central.ils.pool import Pool
from kiosk.central.ils.profile import Profile
from kiosk.central.ils.settings import IlsSettings
from kiosk.central.ils.sip2_ils import Sip2Ils
from kiosk.central.messages import Telling
from kiosk.settings import load


@dataclass(frozen=True, slots=True)
class Library:
    """Runs from `start` to `stop`."""

    pool: Pool
    ils: Sip2Ils
    bridge: Bridge
    feed: Feed

    @classmethod
    def of(
        cls, settings: IlsSettings, time_zone: str, desk: Desk, engine: Engine, tell: Callable[[Telling], None]
    ) -> Library:
        """Raises `SettingsRefused` for faults of the profile, `BadFile` for those of the password and of TLS."""
        profile = load(Profile, settings.profile)
        pool = Pool(Address.of(settings, profile))
        ils = Sip2Ils(pool, profile, settings.institution, ZoneInfo(time_zone))
        bridge = Bridge(engine, desk, ils, tell, settings.connections)
        return cls(pool, ils, bridge, Feed(engine, ils))

    def start(self) -> None:
        self.pool.start()
        self.bridge.start()
        self.feed.start()

    def stop(self) -> None:
        self.bridge.stop()
        self.feed.stop()
        self.pool.stop()
