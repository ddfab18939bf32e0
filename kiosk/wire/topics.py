"""Topic names: `lk/v1/{site}/{station}/{channel}`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from kiosk.wire.fields import MessageRefused

ROOT = "lk/v1"
EVERYBODY = "all"
"""Stands for every station of a site in topics; no station has this name."""
NAME = re.compile(r"[a-z0-9-]{1,32}", re.ASCII)


class Channel(StrEnum):
    """The last two words of a topic. `up` is written by the station alone, `down` by central and fleet alone."""

    STATUS = "up/status"
    HEALTH = "up/health"
    FACTS = "up/facts"
    ASK = "up/ask"
    ALARM = "up/alarm"
    COUNT = "up/count"
    DEVICE = "up/device"
    RESULT = "up/result"
    PICTURE = "up/picture"
    """While somebody asks for it."""
    LOG = "up/log"
    ACK = "down/ack"
    ANSWER = "down/answer"
    POLICY = "down/policy"
    """Retained, of the station `EVERYBODY` alone."""
    LEDGER = "down/ledger"
    COMMAND = "down/command"
    """Of the fleet, signed."""


@dataclass(frozen=True, slots=True)
class Station:
    """A kiosk's place. Raises `ValueError` for a name that no topic can carry."""

    site: str
    station: str

    def __post_init__(self) -> None:
        for name in (self.site, self.station):
            if not NAME.fullmatch(name):
                raise ValueError(f"expected 1 to 32 of a-z, 0-9 and - as the name of a site or station, found {name!r}")

    @property
    def source(self) -> str:
        """What envelopes of this station carry as `source`."""
        return f"lk/{self.site}/{self.station}"

    def topic(self, channel: Channel) -> str:
        return f"{ROOT}/{self.site}/{self.station}/{channel}"


def all_stations(site: str) -> Station:
    """The place of what central says to all stations of a site at once."""
    return Station(site, EVERYBODY)


def every_station(site: str, channel: Channel) -> str:
    """The subscription to `channel` of every station of a site."""
    return f"{ROOT}/{site}/+/{channel}"


def parse_topic(topic: str) -> tuple[Station, Channel]:
    """Whose topic this is and what is said on it. Raises `MessageRefused`."""
    words = topic.split("/")
    if len(words) == 6 and "/".join(words[:2]) == ROOT:
        try:
            return Station(words[2], words[3]), Channel("/".join(words[4:]))
        except ValueError:
            pass
    raise MessageRefused("topic", f"{ROOT}/SITE/STATION/CHANNEL", f"a topic of {len(words)} words")
