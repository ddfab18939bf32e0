"""Orders from asking to the end, with stations of our own that speak the wire's messages, or fall silent."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, func, select

from kiosk.database.engine import open_store
from kiosk.fleet.commands import ordering
from kiosk.fleet.commands.danger import BadOrder
from kiosk.fleet.commands.issuing import Issuer, log_of, results
from kiosk.fleet.commands.rollout import Phase, Plan, Step
from kiosk.fleet.commands.tables import sent, trail
from kiosk.fleet.store import MIGRATIONS
from kiosk.wire import (
    Channel,
    Command,
    CommandKind,
    CommandResult,
    CommandState,
    HealthReport,
    SetAside,
    Station,
    StationState,
    StationStatus,
    decode_command,
    encode_health,
    encode_log_part,
    encode_result,
    encode_status,
    parts_of,
    whole_log,
)
from kiosk.wire.fields import Json

BEGIN = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NEW: dict[str, Json] = {"version": "7", "text": "site = 'main'"}


@dataclass
class World:
    """One fleet, and what stations have heard of it."""

    engine: Engine
    now: datetime = BEGIN
    heard: list[Command] = field(default_factory=list)
    deaf: bool = False
    fleet: Issuer = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """The fleet's process ends, and another begins."""
        self.fleet = Issuer(self.engine, "main", KEY, self._publish)

    def _publish(self, station: Station, channel: Channel, payload: bytes) -> bool:
        told = decode_command(payload)
        assert not isinstance(told, SetAside)
        assert told.is_from(KEY.public_key())
        if not self.deaf:
            self.heard.append(told.command)
        return True

    def passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.fleet.tick(self.now)

    def order(
        self,
        kind: CommandKind,
        count: int = 1,
        plan: Plan | None = None,
        arguments: Mapping[str, Json] = MappingProxyType({}),
    ) -> str:
        stations = [f"kiosk-{n}" for n in range(count)]
        with self.engine.begin() as connection:
            return ordering.ask(connection, "ann", kind, stations, dict(arguments), self.now, plan).id

    def agree(self, id_: str, who: str = "bob") -> None:
        with self.engine.begin() as connection:
            ordering.agree(connection, who, id_, self.now)

    def is_now(self, id_: str) -> ordering.Order:
        with self.engine.begin() as connection:
            return ordering.order(connection, id_)

    def states(self, id_: str) -> list[str]:
        with self.engine.begin() as connection:
            return [state for _, state, _, _ in results(connection, id_)]

    def tells(self, command: Command, state: CommandState, reason: str = "", station: str | None = None) -> None:
        place = command.station if station is None else Station("main", station)
        payload = encode_result(place, CommandResult(command.id, state, self.now, reason))
        self.fleet.heard(place, Channel.RESULT, payload, self.now)

    def beats(self, station: str, pad: str = "ok", commands: tuple[tuple[str, str], ...] = ()) -> None:
        place = Station("main", station)
        report = HealthReport("b", 1, (("pad", pad),), None, 0, 0, None, None, None, commands=commands)
        self.fleet.heard(place, Channel.HEALTH, encode_health(place, report, self.now), self.now)

    def dies(self, station: str) -> None:
        place = Station("main", station)
        status = StationStatus(StationState.GONE, "b", 1, "0.1", self.now, clean=False)
        self.fleet.heard(place, Channel.STATUS, encode_status(place, status), self.now)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    engine = open_store(f"sqlite:///{tmp_path / 'fleet.sqlite'}")
    MIGRATIONS.upgrade(engine)
    yield World(engine)
    engine.dispose()


def test_a_harmless_order_is_said_at_once_and_its_result_is_kept(world: World) -> None:
    id_ = world.order(CommandKind.TEST_PRINT)
    world.passes(1)
    assert [command.kind for command in world.heard] == ["test-print"]
    world.tells(world.heard[0], CommandState.ACCEPTED)
    world.tells(world.heard[0], CommandState.RUNNING)
    world.tells(world.heard[0], CommandState.FAILED, "no paper")
    assert world.states(id_) == ["failed"]
    world.passes(60)
    assert len(world.heard) == 1
    assert world.is_now(id_).state == "finished"


@pytest.mark.parametrize(
    ("kind", "count", "arguments"),
    [(CommandKind.RESTART, 2, {}), (CommandKind.CONFIGURE, 1, NEW), (CommandKind.CLOSE, 5, {})],
)
def test_dangerous_orders_wait_for_somebody_else(
    world: World, kind: CommandKind, count: int, arguments: dict[str, Json]
) -> None:
    id_ = world.order(kind, count, arguments=arguments)
    world.passes(5)
    assert not world.heard
    with pytest.raises(BadOrder, match="cannot agree"):
        world.agree(id_, "ann")
    world.agree(id_)
    world.passes(1)
    assert world.heard
    with pytest.raises(BadOrder, match="does not wait"):
        world.agree(id_, "carl")


def test_what_nobody_agrees_to_lapses(world: World) -> None:
    id_ = world.order(CommandKind.CONFIGURE, arguments=NEW)
    world.passes(25 * 3_600)
    assert world.is_now(id_).state == "lapsed"
    with pytest.raises(BadOrder):
        world.agree(id_)


def test_a_station_that_was_cut_off_hears_it_again_and_one_that_is_gone_lets_it_expire(world: World) -> None:
    world.deaf = True
    id_ = world.order(CommandKind.RESCAN)
    world.passes(1)
    world.deaf = False
    world.passes(15)
    world.passes(15)
    assert len({command.id for command in world.heard}) == 1
    assert len(world.heard) == 2
    world.tells(world.heard[0], CommandState.REFUSED, "it was said before")
    assert world.states(id_) == ["issued"]
    world.passes(9 * 60)
    assert world.states(id_) == ["expired"]
    assert world.is_now(id_).state == "finished"


def test_a_result_that_was_lost_is_learned_from_the_heartbeat(world: World) -> None:
    id_ = world.order(CommandKind.RESCAN)
    world.passes(1)
    world.beats("kiosk-0", commands=((world.heard[0].id, "done"),))
    assert world.states(id_) == ["done"]


def test_nobody_tells_the_result_of_another_station(world: World) -> None:
    id_ = world.order(CommandKind.RESCAN)
    world.passes(1)
    world.tells(world.heard[0], CommandState.DONE, station="kiosk-7")
    assert world.states(id_) == ["issued"]


def staged(world: World, count: int) -> str:
    id_ = world.order(CommandKind.CONFIGURE, count, Plan(watch_s=60), NEW)
    world.agree(id_)
    world.passes(1)
    return id_


def test_a_staged_order_goes_on_after_the_fleet_was_killed_in_the_middle(world: World) -> None:
    id_ = staged(world, 20)
    assert [command.station.station for command in world.heard] == ["kiosk-0"]
    world.restart()
    world.tells(world.heard[0], CommandState.DONE)
    world.restart()
    world.passes(61)
    world.beats("kiosk-0")
    world.passes(1)
    assert len({command.station.station for command in world.heard}) == 2
    world.restart()
    world.tells(world.heard[-1], CommandState.DONE)
    world.passes(61)
    world.beats("kiosk-1")
    world.passes(1)
    assert len({command.station.station for command in world.heard}) == 20
    assert len({command.id for command in world.heard}) == 20
    assert world.is_now(id_).rollout.stage == 2


def test_a_staged_order_stops_by_itself_when_the_pad_goes_afterwards(world: World) -> None:
    id_ = staged(world, 20)
    world.tells(world.heard[0], CommandState.DONE)
    world.passes(30)
    world.beats("kiosk-0", pad="gone")
    world.passes(1_000)
    order = world.is_now(id_)
    assert (order.state, order.rollout.phase) == ("stopped", Phase.STOPPED)
    assert "pad" in order.rollout.why
    assert len(world.heard) == 1


def test_what_was_bad_before_is_not_held_against_it(world: World) -> None:
    world.beats("kiosk-0", pad="gone")
    staged(world, 20)
    world.tells(world.heard[0], CommandState.DONE)
    world.restart()
    world.passes(61)
    world.beats("kiosk-0", pad="gone")
    world.passes(1)
    assert len({command.station.station for command in world.heard}) == 2


def test_a_station_that_dies_after_it_did_it_stops_it_and_somebody_may_let_it_go_on(world: World) -> None:
    id_ = staged(world, 20)
    world.tells(world.heard[0], CommandState.DONE)
    world.dies("kiosk-0")
    assert world.is_now(id_).state == "stopped"
    with world.engine.begin() as connection:
        ordering.go_on(connection, "bob", id_, world.now)
    world.passes(1)
    order = world.is_now(id_)
    assert order.state == "running"
    assert order.rollout.stations["kiosk-0"].step is Step.BORNE
    assert len({command.station.station for command in world.heard}) == 2


def test_the_trail_tells_who_did_what(world: World) -> None:
    id_ = staged(world, 3)
    with world.engine.begin() as connection:
        ordering.stop(connection, "carl", id_, world.now)
        lines = [(row.who, row.what) for row in connection.execute(select(trail).order_by(trail.c.id))]
        assert connection.scalar(select(func.count()).select_from(sent)) == 1
    assert lines == [
        ("ann", "ordered configure"),
        ("bob", "agreed"),
        ("fleet", "said configure"),
        ("carl", "stopped"),
    ]


@pytest.mark.parametrize(
    ("kind", "arguments", "what"),
    [
        (CommandKind.MESSAGE, {"texts": {"en": "x" * 201}, "for_s": 60}, "200"),
        (CommandKind.MESSAGE, {"texts": {"en": "x"}}, "for_s"),
        (CommandKind.CONFIGURE, {"version": "1"}, "text"),
        (CommandKind.UPDATE, {"url": "http://x/y"}, "sha256"),
        (CommandKind.PICTURE, {"for_s": 100_000}, "for_s"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused_before_it_is_kept(
    world: World, kind: CommandKind, arguments: dict[str, Json], what: str
) -> None:
    with pytest.raises(BadOrder, match=what):
        world.order(kind, arguments=arguments)


def test_a_log_comes_in_parts_in_any_order(world: World) -> None:
    world.order(CommandKind.LOG)
    world.passes(1)
    command = world.heard[0]
    text = "".join(random.Random(1).choices("abcdefghij\n", k=200_000))
    parts = parts_of(command.id, text)
    assert len(parts) > 2
    for part in reversed((*parts, parts[0])):
        world.fleet.heard(command.station, Channel.LOG, encode_log_part(command.station, part, world.now), world.now)
    with world.engine.begin() as connection:
        assert whole_log(log_of(connection, command.id)) == text
