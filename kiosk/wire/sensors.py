"""What environment sensors publish over MQTT, as readings in °C, %, and facts such as "water".

Sources: Zigbee2MQTT, "MQTT topics and messages" and "Availability"; Tasmota, "MQTT" (`tele/…/SENSOR`, `…/LWT`);
Shelly, "Gen2+ RPC notifications" and "Gen1 MQTT" (`shellies/…/sensor/…`). Shapes of users' own log lines are in
tests/data/sensor_payloads.toml. No clock is asked: a sensor's own is often wrong, and the time of a reading is that
of its arrival.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

LARGEST_BYTES = 64_000
COLDEST_C, WARMEST_C = -30.0, 60.0
"""No room of a library is beyond: such a value is a fault of the sensor."""
_NO_NUMBER = re.compile(rb"([:,\[]\s*)[+-]?(?:nan|inf(?:inity)?)\b", re.IGNORECASE)
MOST_PROBES = 32
"""In one message."""
FILTERS = ("zigbee2mqtt/#", "tele/+/SENSOR", "tele/+/LWT", "+/events/rpc", "+/online", "shellies/+/sensor/+")
"""What has to be listened to."""


class Quantity(StrEnum):
    TEMPERATURE_C = "temperature_c"
    HUMIDITY_PCT = "humidity_pct"
    BATTERY_PCT = "battery_pct"
    CO2_PPM = "co2_ppm"
    LIGHT_LX = "light_lx"


class Fault(StrEnum):
    """What is wrong with a message."""

    SILENT = "sensor-silent"
    """The device speaks, but its probe does not: come loose, or broken."""
    IMPLAUSIBLE = "implausible"
    UNREADABLE = "unreadable"


_LIMITS: Mapping[Quantity, tuple[float, float]] = {
    Quantity.TEMPERATURE_C: (COLDEST_C, WARMEST_C),
    Quantity.HUMIDITY_PCT: (0.0, 100.0),
    Quantity.BATTERY_PCT: (0.0, 100.0),
    Quantity.CO2_PPM: (0.0, 50_000.0),
    Quantity.LIGHT_LX: (0.0, 200_000.0),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What one sensor says: only what it says now, the rest is as it was."""

    sensor: str
    values: Mapping[Quantity, float]
    water_leak: bool | None = None
    online: bool | None = None
    mains: bool | None = None
    """Powered from the mains: its battery says nothing."""
    stale: bool = False
    """A retained message, from some earlier time: shown as old, and no reason for an alarm."""
    faults: frozenset[Fault] = frozenset()


@dataclass(frozen=True, slots=True)
class BridgeTold:
    """The program that speaks for many sensors is there or gone; if it is gone, nothing is known of any of them."""

    bridge: str
    online: bool


SensorMessage = Told | BridgeTold


def read(topic: str, payload: bytes, *, retained: bool) -> tuple[SensorMessage, ...]:
    """What a message says; nothing where it is about something else, such as a plug's power. Never raises."""
    levels = topic.split("/")
    match levels:
        case ["zigbee2mqtt", "bridge", "state"]:
            online = _online(payload)
            return () if online is None else (BridgeTold("zigbee2mqtt", online),)
        case ["zigbee2mqtt", "bridge", *_]:
            return ()
        case ["zigbee2mqtt", *name, "availability"] if name:
            return _availability("/".join(name), payload)
        case ["zigbee2mqtt", *name] if name and name[-1] not in ("set", "get"):
            return _marked(_zigbee("/".join(name), payload), retained)
        case ["tele", name, "SENSOR"]:
            return _marked(_tasmota(name, payload), retained)
        case ["tele", name, "LWT"]:
            return _availability(name, payload)
        case [name, "events", "rpc"]:
            return _marked(_shelly(name, payload), retained)
        case [name, "online"] if name.startswith("shelly"):
            return _availability(name, payload)
        case ["shellies", name, "sensor", what]:
            return _marked(_old_shelly(name, what, payload), retained)
        case _:
            return ()


def _marked(told: Iterator[Told], retained: bool) -> tuple[Told, ...]:
    found = tuple(told)
    if not retained:
        return found
    return tuple(replace(one, stale=True) for one in found)


def _availability(name: str, payload: bytes) -> tuple[Told, ...]:
    online = _online(payload)
    return (_unreadable(name),) if online is None else (Told(name, {}, online=online),)


def _online(payload: bytes) -> bool | None:
    """`online`, `Offline`, `{"state":"online"}`, `true`; None for anything else."""
    text = payload[:100].decode("utf-8", "replace").strip()
    if text.startswith("{"):
        body = _object(payload)
        text = str(body.get("state", "")) if body is not None else ""
    return {"online": True, "true": True, "offline": False, "false": False}.get(text.lower())


def _object(payload: bytes) -> Mapping[str, object] | None:
    """A JSON object; None where it is none. `nan`, which is no JSON and which older devices say of a probe that does
    not answer, is null."""
    if len(payload) > LARGEST_BYTES:
        return None
    try:
        found = json.loads(_NO_NUMBER.sub(rb"\1null", payload), parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _unreadable(sensor: str) -> Told:
    return Told(sensor, {}, faults=frozenset({Fault.UNREADABLE}))


def _zigbee(name: str, payload: bytes) -> Iterator[Told]:
    body = _object(payload)
    if body is None:
        yield _unreadable(name)
        return
    said = {
        Quantity.TEMPERATURE_C: body.get("temperature", ...),
        Quantity.HUMIDITY_PCT: body.get("humidity", ...),
        Quantity.BATTERY_PCT: body.get("battery", ...),
        Quantity.CO2_PPM: body.get("co2", ...),
        Quantity.LIGHT_LX: body.get("illuminance_lux", body.get("illuminance", ...)),
    }
    leak = body.get("water_leak")
    yield _told(name, said, leak if isinstance(leak, bool) else None)


def _tasmota(name: str, payload: bytes) -> Iterator[Told]:
    body = _object(payload)
    if body is None:
        yield _unreadable(name)
        return
    in_fahrenheit = body.get("TempUnit") == "F"
    probes = [(key, value) for key, value in body.items() if isinstance(value, dict) and _is_of_the_air(value)]
    for key, probe in probes[:MOST_PROBES]:
        temperature = probe.get("Temperature", ...)
        if in_fahrenheit and isinstance(temperature, int | float):
            temperature = round((temperature - 32) * 5 / 9, 2)
        said = {
            Quantity.TEMPERATURE_C: temperature,
            Quantity.HUMIDITY_PCT: probe.get("Humidity", ...),
            Quantity.CO2_PPM: probe.get("CarbonDioxide", ...),
            Quantity.LIGHT_LX: probe.get("Illuminance", ...),
        }
        yield _told(f"{name}/{key}", said, None)


def _is_of_the_air(probe: Mapping[str, object]) -> bool:
    return any(key in probe for key in ("Temperature", "Humidity", "CarbonDioxide", "Illuminance"))


def _shelly(name: str, payload: bytes) -> Iterator[Told]:
    body = _object(payload)
    if body is None:
        yield _unreadable(name)
        return
    params = body.get("params")
    if not isinstance(params, dict):
        return
    power = _part(params, "devicepower:0")
    battery, external = _part(power, "battery"), _part(power, "external")
    mains = external.get("present") if isinstance(external.get("present"), bool) else None
    said = {
        Quantity.TEMPERATURE_C: _part(params, "temperature:0").get("tC", ...),
        Quantity.HUMIDITY_PCT: _part(params, "humidity:0").get("rh", ...),
        Quantity.BATTERY_PCT: ... if mains else battery.get("percent", ...),
        Quantity.LIGHT_LX: _part(params, "illuminance:0").get("lux", ...),
    }
    leak = _part(params, "flood:0").get("alarm")
    told = _told(name, said, leak if isinstance(leak, bool) else None)
    if told.values or told.faults or told.water_leak is not None or mains is not None:
        yield Told(
            name, told.values, told.water_leak, None, mains if isinstance(mains, bool) else None, False, told.faults
        )


def _part(of: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = of.get(name)
    return found if isinstance(found, dict) else {}


_OLD_SHELLY = {
    "temperature": Quantity.TEMPERATURE_C,
    "humidity": Quantity.HUMIDITY_PCT,
    "battery": Quantity.BATTERY_PCT,
    "lux": Quantity.LIGHT_LX,
}


def _old_shelly(name: str, what: str, payload: bytes) -> Iterator[Told]:
    text = payload[:40].decode("utf-8", "replace").strip()
    if what == "flood" and text in ("true", "false"):
        yield Told(name, {}, text == "true")
    elif what in _OLD_SHELLY:
        yield _told(name, {_OLD_SHELLY[what]: text}, None)


def _told(sensor: str, said: Mapping[Quantity, object], leak: bool | None) -> Told:
    """Numbers, and what is wrong with the others. `...` is what the message does not have."""
    values: dict[Quantity, float] = {}
    faults: set[Fault] = set()
    for quantity, raw in said.items():
        if raw is ...:
            continue
        value = _number(raw)
        least, most = _LIMITS[quantity]
        if value is None:
            faults.add(Fault.SILENT)
        elif not least <= value <= most:
            faults.add(Fault.IMPLAUSIBLE)
        else:
            values[quantity] = value
    return Told(sensor, values, leak, faults=frozenset(faults))


def _number(raw: object) -> float | None:
    """Also from a text: older versions of Zigbee2MQTT send the battery so. None for what is no number."""
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        return None
    try:
        value = float(raw)
    except (ValueError, OverflowError):
        return None
    return value if math.isfinite(value) else None
