"""Sensors at central: what they say is kept, judged and told, on both databases; and over a real broker."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy import Engine, func, select

from kiosk.central import duties
from kiosk.central.climate.desk import MOST_UNKNOWN, ClimateDesk, Known, Message
from kiosk.central.climate.line import SensorLine
from kiosk.central.climate.readings import KEPT, forget, hours_of
from kiosk.central.store import writing
from kiosk.central.store.climate_tables import sensor_readings
from kiosk.central.store.duty_tables import TABLES
from kiosk.library.forms import Value
from kiosk.library.premises.sensors import CLIMATE_ALARM, SENSOR
from kiosk.settings.broker import BrokerSettings
from kiosk.wire.sensors import FILTERS
from tests.central.console.desk import Somebody, console_of, somebody, web
from tests.real_parts import wait_until
from tests.uplink.conftest import RunningBroker

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
STACK, CELLAR, RARE = "stack-2-east", "leak-basement", "rare-books/AM2301"


def register(store: Engine, address: str, profile: str, place: str = "Stack 2") -> str:
    values: dict[str, Value] = {
        "address": address,
        "place": place,
        "profile": profile,
        "interval_min": 1_440,
        "calibrated": None,
    }
    with writing(store) as connection:
        return duties.write(connection, SENSOR, f"form-of-{address}", values, who="env", now=NOON)


class House:
    """Sensors that speak, and the desk that hears them; time is said."""

    def __init__(self, store: Engine) -> None:
        self.store = store
        self.news = 0
        self.now = NOON
        self.desk = ClimateDesk(store, "Asia/Shanghai", self._changed)

    def _changed(self) -> None:
        self.news += 1

    def says(self, topic: str, payload: str, *, minutes: int = 5, retained: bool = False) -> None:
        self.now += timedelta(minutes=minutes)
        self.desk.take([Message(topic, payload.encode(), retained, self.now)], self.now)

    def stack(self) -> Known:
        return next(one for one in self.desk.known.values() if one.place == "Stack 2")

    def alarms(self) -> list[tuple[str, bool]]:
        """Cause, and whether it is over; the oldest first."""
        table = TABLES[CLIMATE_ALARM.kind.name]
        with self.store.connect() as connection:
            rows = connection.execute(select(table).order_by(table.c.number)).all()
        return [(row.cause, row.ended_at is not None) for row in rows]


@pytest.fixture
def house(store: Engine) -> House:
    register(store, STACK, "stacks")
    register(store, CELLAR, "water-only", "Cellar")
    register(store, RARE, "rare-books", "Rare books")
    return House(store)


def test_a_damp_afternoon_is_one_alarm_that_is_over_by_itself(house: House) -> None:
    for _ in range(8):
        house.says(f"zigbee2mqtt/{STACK}", '{"humidity":63.5,"temperature":19.8}')
    assert house.alarms() == [("too-damp", False)]
    for _ in range(3):
        house.says(f"zigbee2mqtt/{STACK}", '{"humidity":56,"temperature":19.9}')
    assert house.alarms() == [("too-damp", True)]
    assert house.news == 2


def test_hours_have_the_least_the_mean_and_the_most(house: House) -> None:
    for value in (18.0, 19.0, 20.0):
        house.says(f"zigbee2mqtt/{STACK}", f'{{"temperature":{value}}}', minutes=15)
    (number,) = [one.number for one in house.desk.known.values() if one.place == "Stack 2"]
    with house.store.connect() as connection:
        (hour,) = hours_of(connection, number, "temperature_c", NOON)
        assert (hour.begins, hour.least, hour.mean, hour.most) == (NOON, 18.0, 19.0, 20.0)
        assert connection.scalar(select(func.count()).select_from(sensor_readings)) == 3
    with writing(house.store) as connection:
        assert forget(connection, house.now + KEPT + timedelta(minutes=1)) == 3
        assert hours_of(connection, number, "temperature_c", NOON) == [hour]


def test_water_is_told_at_once_and_a_second_start_does_not_tell_it_again(house: House) -> None:
    house.says(f"zigbee2mqtt/{CELLAR}", '{"battery":"100.00","water_leak":true}')
    assert house.alarms() == [("water", False)]
    again = House(house.store)
    again.now = house.now
    again.says(f"zigbee2mqtt/{CELLAR}", '{"water_leak":true}')
    assert again.alarms() == [("water", False)]
    again.says(f"zigbee2mqtt/{CELLAR}", '{"water_leak":false}')
    assert again.alarms() == [("water", True)]


def test_what_the_broker_had_kept_from_before_is_old_and_no_alarm(house: House) -> None:
    house.says(f"zigbee2mqtt/{STACK}", '{"humidity":91.0,"temperature":20.0}', retained=True)
    assert house.stack().is_old
    assert house.alarms() == []
    house.says(f"zigbee2mqtt/{STACK}", '{"temperature":20.0}')
    assert not house.stack().is_old
    assert 91.0 not in house.stack().values.values(), "what was old is not shown as if it were of now"


def test_when_the_bridge_is_gone_every_sensor_behind_it_is_unknown(house: House) -> None:
    house.says(f"zigbee2mqtt/{STACK}", '{"temperature":20.0}')
    house.says(f"zigbee2mqtt/{CELLAR}", '{"water_leak":false}', minutes=0)
    house.says("tele/rare-books/SENSOR", '{"AM2301":{"Temperature":18,"Humidity":50},"TempUnit":"C"}', minutes=0)
    house.says("zigbee2mqtt/bridge/state", '{"state":"offline"}', minutes=1)
    assert house.alarms() == [("silent", False), ("silent", False)]
    house.says("tele/rare-books/LWT", "Offline", minutes=1)
    assert [cause for cause, _ in house.alarms()] == ["silent"] * 3


def test_a_loose_probe_is_a_fault_of_the_sensor_and_not_of_the_room(house: House) -> None:
    house.says("tele/rare-books/SENSOR", '{"AM2301":{"Temperature":nan,"Humidity":nan},"TempUnit":"C"}')
    assert house.alarms() == [("faulty", False)]


def test_a_sensor_that_floods_is_judged_once_a_second(house: House) -> None:
    flood = [
        Message(f"zigbee2mqtt/{STACK}", b'{"temperature":20.0}', False, NOON + timedelta(milliseconds=at))
        for at in range(3_000)
    ]
    house.desk.take(flood, NOON + timedelta(seconds=3))
    (number,) = [one.number for one in house.desk.known.values() if one.place == "Stack 2"]
    with house.store.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(sensor_readings)) == 1
        assert hours_of(connection, number, "temperature_c", NOON)[0].mean == 20.0


def test_strangers_are_remembered_by_name_and_not_without_an_end(house: House) -> None:
    for number in range(MOST_UNKNOWN + 50):
        house.says(f"zigbee2mqtt/0x{number:04x}", '{"humidity":50.0}', minutes=0)
    assert len(house.desk.unknown) == MOST_UNKNOWN
    register(house.store, "0x00f9", "stacks")
    house.says("zigbee2mqtt/0x00f9", '{"humidity":50.0}')
    assert "0x00f9" not in house.desk.unknown
    assert house.alarms() == []


def test_a_sensor_is_registered_once(store: Engine) -> None:
    env = somebody(store, "environment", name="env")
    for says in ("SN-", "registered already"):
        env.get("/console/sensor/new")
        typed = {"address": STACK, "place": "2F", "profile": "stacks", "interval_min": "5"}
        assert says in env.send("/console/sensor/write", **typed)
    with store.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(TABLES[SENSOR.kind.name])) == 1


def shown(house: House) -> Somebody:
    env = somebody(house.store, "environment", name="env")
    console = console_of(house.store)
    env.client = web(house.store, replace(console, climate=house.desk))
    return env


def test_the_page_shows_what_is_wrong_first_and_who_is_not_registered(house: House) -> None:
    house.now = datetime.now(UTC)
    house.says(f"zigbee2mqtt/{STACK}", '{"temperature":20.0,"humidity":50}')
    house.says(f"zigbee2mqtt/{CELLAR}", '{"water_leak":true}')
    house.says("zigbee2mqtt/0xbeef", '{"humidity":50.0}')
    env = shown(house)
    env.get("/console/climate")
    assert env.reads.index("Cellar") < env.reads.index("Stack 2")
    assert "Temperature °C 20.0" in env.reads
    assert "0xbeef" in env.reads
    number = next(one.number for one in house.desk.known.values() if one.place == "Stack 2")
    env.get(f"/console/climate/sensor?number={number}")
    assert "polyline" in env.page


def test_an_alarm_is_settled_only_when_it_is_over(house: House) -> None:
    house.says(f"zigbee2mqtt/{CELLAR}", '{"water_leak":true}')
    env = somebody(house.store, "environment", name="env")
    env.get("/console/")
    assert "Climate alarm" in env.reads
    env.get("/console/climate-alarm?number=CA-2026-0001")
    env.send("/console/climate-alarm/step", action="acknowledge")
    assert "not over yet" in env.send("/console/climate-alarm/step", action="close", measures="mopped")
    house.says(f"zigbee2mqtt/{CELLAR}", '{"water_leak":false}')
    env.get("/console/climate-alarm?number=CA-2026-0001")
    env.send("/console/climate-alarm/step", action="close", measures="mopped, pipe mended")
    assert "mopped, pipe mended" in env.reads


@pytest.fixture
def running(house: House, broker: RunningBroker) -> Iterator[House]:
    line = SensorLine("main", BrokerSettings("127.0.0.1", broker.port), FILTERS, house.desk.hears)
    house.desk.start()
    line.start()
    yield house
    line.stop()
    house.desk.stop()


def test_over_a_real_broker(running: House, broker: RunningBroker) -> None:
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    connected = threading.Event()
    client.on_connect = lambda *_: connected.set()
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    assert connected.wait(30)

    def leaks() -> bool:
        client.publish(f"zigbee2mqtt/{CELLAR}", '{"water_leak":true}', qos=1)
        return running.alarms() == [("water", False)]

    wait_until(leaks, "the water is never told")
    client.disconnect()
    client.loop_stop()
