"""Tells Home Assistant which stations there are: its MQTT discovery, one retained message a station, off by default.

States are read from the stations' own topics, so this says once what there is and nothing after. It offers no switch:
what changes a station is signed, and only the fleet signs.

Source: Home Assistant, integration "MQTT", sections "Discovery messages" (device discovery) and "Availability"; Jinja
templates there see the payload as `value_json`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime

from kiosk.fleet.fleet import Fleet, Shown
from kiosk.wire import Channel, Station
from kiosk.wire.fields import Json

EXPIRES_S = 120
"""Four heartbeats: what is older is unknown there."""
A_ROUND = 200
"""Stations told a second: a broker that restarted empty is filled again without a flood."""
MAKER = "Library Kiosk"
BAD = "['gone', 'degraded']"
MEASURED: Mapping[str, Json] = {"state_class": "measurement", "entity_category": "diagnostic"}
FIGURES: Mapping[str, tuple[str, str, Mapping[str, Json]]] = {
    "temperature": (
        "Temperature",
        "{{ value_json.data.temperature_c }}",
        {"device_class": "temperature", "unit_of_measurement": "°C", **MEASURED},
    ),
    "disk": (
        "Free on disk",
        "{{ value_json.data.disk_free_kb }}",
        {"device_class": "data_size", "unit_of_measurement": "kB", **MEASURED},
    ),
    "outbox": ("Facts waiting", "{{ value_json.data.outbox }}", MEASURED),
    "paper": ("Paper", "{{ value_json.data.paper }}", {"icon": "mdi:receipt-text"}),
}
"""Name of the entity → what it is called, how it is read from a heartbeat, what it is."""

Keep = Callable[[str, bytes], bool]
"""Says a retained message; whether the line took it."""


class HomeAssistant:
    """Call `tick` about once a second, on the thread that changes the fleet."""

    def __init__(self, prefix: str, keep: Keep) -> None:
        self._prefix = prefix
        self._keep = keep
        self._told: dict[Station, str] = {}

    def tick(self, fleet: Fleet, _: datetime) -> None:
        """Tell of stations that are new or run other software, and take away those that were forgotten."""
        if fleet.listening_since is None:
            self._told.clear()  # the broker may come back empty
            return
        new = [one for one in fleet.shown.values() if self._told.get(one.known.station) != _software(one)]
        for one in new[:A_ROUND]:
            station, software = one.known.station, _software(one)
            if self._keep(config_topic(self._prefix, station), discovery(station, software)):
                self._told[station] = software
        for station in [one for one in self._told if one not in fleet.shown]:
            if self._keep(config_topic(self._prefix, station), b""):
                del self._told[station]


def config_topic(prefix: str, station: Station) -> str:
    """Where a station's one message is kept."""
    return f"{prefix}/device/{_id(station)}/config"


def discovery(station: Station, software: str) -> bytes:
    """The whole device: what it is, when it is there, and what of its heartbeat is a figure."""
    health = station.topic(Channel.HEALTH)
    parts: dict[str, Json] = {
        name: {
            "platform": "sensor",
            "name": title,
            "unique_id": f"{_id(station)}_{name}",
            "state_topic": health,
            "value_template": template,
            "expire_after": EXPIRES_S,
            **more,
        }
        for name, (title, template, more) in FIGURES.items()
    }
    parts["fault"] = {
        "platform": "binary_sensor",
        "name": "Fault",
        "unique_id": f"{_id(station)}_fault",
        "device_class": "problem",
        "state_topic": health,
        "value_template": f"{{{{ 'ON' if value_json.data.devices.values() | select('in', {BAD}) | list else 'OFF' }}}}",
        "expire_after": EXPIRES_S,
    }
    told: dict[str, Json] = {
        "device": {
            "identifiers": [_id(station)],
            "name": station.station,
            "manufacturer": MAKER,
            "model": "station",
            "suggested_area": station.site,
            **({"sw_version": software} if software else {}),
        },
        "origin": {"name": MAKER},
        "availability": [
            {
                "topic": station.topic(Channel.STATUS),
                "value_template": "{{ 'online' if value_json.data.state == 'alive' else 'offline' }}",
            }
        ],
        "qos": 1,
        "components": parts,
    }
    return json.dumps(told, ensure_ascii=False).encode()


def _id(station: Station) -> str:
    """Of letters, digits, `-` and `_`, as a discovery topic wants it; unlike any other station's."""
    return f"lk_{station.site}_{station.station}"


def _software(one: Shown) -> str:
    return one.known.status.software if one.known.status is not None else ""
