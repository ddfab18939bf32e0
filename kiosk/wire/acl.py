"""What a broker lets each user do, as a mosquitto ACL file. A station's user has the station's name. Pure.

Whoever is not named may do nothing. A station writes its own `up` and reads its own `down`; central and fleet
alone write `down`, each its own. Source: mosquitto.conf(5), acl_file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum

from kiosk.wire.sensors import FILTERS
from kiosk.wire.topics import ROOT, Channel, Station, all_stations, every_station


class User(StrEnum):
    """Whose user it is."""

    KIOSK = "kiosk"
    GATE = "gate"
    DROP = "drop"
    LOCKER = "locker"
    CENTRAL = "central"
    FLEET = "fleet"
    """The operator's dashboard: hears how stations are, never what patrons do, and says commands alone."""
    SENSORS = "sensors"
    """Environment sensors, or the bridge that speaks for them: they say how the air is, and hear their own commands."""
    HOME = "home"
    """Home Assistant, Node-RED and the like: hear how stations are, and say nothing."""


TELEMETRY = (Channel.STATUS, Channel.HEALTH, Channel.DEVICE, Channel.RESULT, Channel.LOG)
SAYS = {
    User.KIOSK: (*TELEMETRY, Channel.PICTURE, Channel.FACTS, Channel.ASK),
    User.GATE: (*TELEMETRY, Channel.FACTS, Channel.ALARM, Channel.COUNT),
    User.DROP: (*TELEMETRY, Channel.FACTS, Channel.ASK),
    User.LOCKER: (*TELEMETRY, Channel.FACTS, Channel.ASK),
}
STATIONS = tuple(SAYS)
FLEET_HEARS = (*TELEMETRY, Channel.PICTURE, Channel.ALARM, Channel.COUNT)
SENSORS_HEAR = ("cmnd/#", "stat/#")
"""Tasmota's own topics: commands to a device, and its answers."""
HOME_HEARS = (Channel.STATUS, Channel.HEALTH, Channel.DEVICE, Channel.ALARM, Channel.COUNT)
DISCOVERY = "homeassistant"
"""Home Assistant's own prefix, where it is not set otherwise."""
CENTRAL_SAYS = (Channel.ACK, Channel.ANSWER, Channel.POLICY, Channel.LEDGER)


def acl(site: str, users: Mapping[str, User]) -> str:
    """The file. Raises `ValueError` for a name that no topic can carry."""
    lines = [f"# Who may say and hear what at site {site}. Made by `kiosk acl`; whoever is not named may do nothing."]
    for name, user in users.items():
        station = Station(site, name)
        lines += ["", f"user {station.station}", *_rules(station, user)]
        if user is User.FLEET and User.HOME in users.values():
            lines.append(f"topic write {DISCOVERY}/device/#")
    return "\n".join(lines) + "\n"


def _rules(station: Station, user: User) -> Iterator[str]:
    everybody = all_stations(station.site)
    if user is User.CENTRAL:
        yield f"topic read {ROOT}/{station.site}/+/up/#"
        for channel in CENTRAL_SAYS:
            yield f"topic write {every_station(station.site, channel)}"
        for topic in FILTERS:
            yield f"topic read {topic}"
        return
    if user is User.SENSORS:
        for topic in (*FILTERS, *SENSORS_HEAR):
            yield f"topic readwrite {topic}"
        return
    if user is User.FLEET:
        for channel in FLEET_HEARS:
            yield f"topic read {every_station(station.site, channel)}"
        yield f"topic write {every_station(station.site, Channel.COMMAND)}"
        return
    if user is User.HOME:
        for channel in HOME_HEARS:
            yield f"topic read {every_station(station.site, channel)}"
        yield f"topic read {DISCOVERY}/#"
        return
    for channel in SAYS[user]:
        yield f"topic write {station.topic(channel)}"
    yield f"topic read {ROOT}/{station.site}/{station.station}/down/#"
    yield f"topic read {everybody.topic(Channel.POLICY)}"
    if user is User.GATE:
        yield f"topic read {everybody.topic(Channel.LEDGER)}"
        yield f"topic read {every_station(station.site, Channel.FACTS)}"
