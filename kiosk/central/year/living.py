"""Lives a year day by day: loans at the desk, papers of every duty, sensors. The same seed gives the same year."""

from __future__ import annotations

import heapq
import math
from collections import Counter as Counts
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from sqlalchemy import Column, Connection, Engine, insert, select

from kiosk.central import duties
from kiosk.central.answering import Desk
from kiosk.central.climate.desk import ClimateDesk, Message
from kiosk.central.counter import Counter
from kiosk.central.people import patron_on_file
from kiosk.central.store import writing
from kiosk.central.store.duty_tables import TABLES
from kiosk.central.store.tables import items, patrons
from kiosk.central.year.stories import HOUSE, PEOPLE, TECHNICIAN, Doing, Story, Teller
from kiosk.library.documents import Refused, Wish
from kiosk.library.forms import Duty, Value
from kiosk.library.premises.sensors import CLIMATE_ALARM, SENSOR
from kiosk.model.circulation import Language
from kiosk.model.ids import ItemId, PatronRef
from kiosk.rules.decisions import Allowed
from kiosk.web.roles import RolesFile
from kiosk.web.staff_tables import staff

DAYS = 365
LOANS_A_DAY = 12
LONGEST_KEPT_DAYS = 45
MOST_KNOWN = 5_000
"""Patrons and items that take part."""
SENSORS = (
    ("stack-1", "普通书库", "stacks"),
    ("rare-books", "善本书库", "rare-books"),
    ("leak-1", "地下室", "water-only"),
)
DAMP_DAYS = range(190, 193)
"""Days of the year on which the air conditioning of the stacks is off."""
LEAK_DAY = 77
DESK = "desk"


class YearIsThere(Exception):
    """The store has papers of duties already: a year would be lived among them."""


@dataclass(slots=True)
class Lived:
    """What happened, by name; and what was refused, which a year may have as well."""

    done: Counts[str] = field(default_factory=Counts)
    refused: Counts[str] = field(default_factory=Counts)


@dataclass(order=True, slots=True)
class _Due:
    day: date
    place: int
    turn: int
    """Of the steps of its story."""
    story: Story = field(compare=False)
    doing: Doing | None = field(compare=False)


def live(engine: Engine, desk: Desk, roles: RolesFile, last: date, seed: int, days: int = DAYS) -> Lived:
    """`days` that end on `last`. Raises `YearIsThere`."""
    return _Year(engine, desk, roles, last, Random(seed), days).lived()


class _Year:
    def __init__(self, engine: Engine, desk: Desk, roles: RolesFile, last: date, chance: Random, days: int) -> None:
        self._engine = engine
        self._desk = desk
        self._roles = roles
        self._zone = desk.policy.calendar.zone
        self._last = last
        self._chance = chance
        self._days = days
        self._told = Lived()
        self._numbers: dict[str, str] = {}
        self._papers: dict[int, tuple[Duty, str]] = {}
        self._out: list[tuple[date, str, str]] = []
        self._climate = ClimateDesk(engine, str(self._zone), lambda: None)

    def lived(self) -> Lived:
        first = self._last - timedelta(days=self._days - 1)
        with writing(self._engine) as connection:
            self._must_be_empty(connection)
            self._people(connection, self._at(first, 8))
            books, readers = _some(connection, items.c.id), _some(connection, patrons.c.id)
        waiting = [
            _Due(story.day, place, 0, story, None)
            for place, story in enumerate(Teller(first, self._last, self._zone, self._chance, books).all())
            if story.day <= self._last
        ]
        heapq.heapify(waiting)
        for number in range(self._days):
            day = first + timedelta(days=number)
            with writing(self._engine) as connection:
                self._loans(connection, day, books, readers)
                while waiting and waiting[0].day <= day:
                    self._take(connection, heapq.heappop(waiting), day, waiting)
                if number == 0:
                    self._sensors(connection, self._at(day, 9))
            self._climate.take(self._air(day, number), self._at(day, 23, 59))
            with writing(self._engine) as connection:
                self._settle_alarms(connection, self._at(day, 23, 59))
        return self._told

    def _at(self, day: date, hour: int, minute: int = 0) -> datetime:
        return datetime.combine(day, time(hour, minute), self._zone)

    def _must_be_empty(self, connection: Connection) -> None:
        for table in TABLES.values():
            if connection.execute(select(table.c.id).limit(1)).first() is not None:
                raise YearIsThere

    def _people(self, connection: Connection, now: datetime) -> None:
        """Accounts that nobody can sign in to: they have no password."""
        there = set(connection.scalars(select(staff.c.name)))
        for name, (full_name, roles) in {**PEOPLE, "admin": ("人事 孙", ("director",))}.items():
            if name not in there:
                values = {"name": name, "full_name": full_name, "roles": " ".join(roles), "branch": "", "password": ""}
                connection.execute(insert(staff).values(**values, language=Language.ZH.value, made_at=now))

    def _may(self, who: str) -> frozenset[str]:
        roles = PEOPLE.get(who, ("", ("director",)))[1]
        return frozenset(str(one) for one in self._roles.permissions(roles))

    def _loans(self, connection: Connection, day: date, books: Sequence[str], readers: Sequence[str]) -> None:
        """Some come back, some go out; what the rules refuse stays."""
        now = self._at(day, 10)
        counter = Counter(connection, self._desk.setting(DESK, now), DESK, f"year-{day}")
        while self._out and self._out[0][0] <= day:
            _, item, _ = heapq.heappop(self._out)
            counter.take_back(ItemId(item))
            self._told.done["returns"] += 1
        for number in range(LOANS_A_DAY if day.weekday() < 5 else 2 * LOANS_A_DAY):
            who = patron_on_file(connection, PatronRef(self._chance.choice(readers)))
            item = self._chance.choice(books)
            back = day + timedelta(days=1 + min(LONGEST_KEPT_DAYS, int(self._chance.expovariate(1 / 12))))
            if who is None:
                continue
            lent = counter.lend(who, ItemId(item), f"year-{day}-{number}", may_renew_own=False)
            if isinstance(lent.decided, Allowed):
                heapq.heappush(self._out, (back, item, str(who.ref)))
                self._told.done["loans"] += 1
            else:
                self._told.refused[lent.decided.reasons[0].code.value] += 1

    def _take(self, connection: Connection, due: _Due, day: date, waiting: list[_Due]) -> None:
        """Write a paper, or take a step of one; what comes after it waits for its day."""
        story, now = due.story, self._at(day, 11)
        if due.doing is None:
            values: dict[str, Value] = {**story.values}
            values |= {name: self._numbers[of] for name, of in story.about.items()}
            number = duties.write(connection, story.duty, f"year-{due.place}", values, who=story.who, now=now)
            self._told.done[story.duty.kind.name] += 1
            if story.name:
                self._numbers[story.name] = number
            for turn, doing in enumerate(story.doings, 1):
                on = story.day + timedelta(days=doing.after_days)
                if on <= self._last:
                    heapq.heappush(waiting, _Due(on, due.place, turn, story, doing))
            return
        self._step(connection, story.duty, f"year-{due.place}", due.doing, now)

    def _step(self, connection: Connection, duty: Duty, name: str, doing: Doing, now: datetime) -> None:
        row = duties.by_id(connection, duty, name)
        action = duty.kind.action(doing.action)
        if row is None or action is None:
            raise ValueError(f"the year has no step {doing.action} of {duty.kind.name}")
        wish = Wish(action, doing.who, self._may(doing.who), int(row.version), doing.reason)
        done = duties.step(connection, duty, row, wish, doing.values, now)
        if isinstance(done, Refused):
            raise ValueError(f"{row.number}: {doing.action} by {doing.who}: {done.why}")

    def _sensors(self, connection: Connection, now: datetime) -> None:
        for address, place, profile in SENSORS:
            values: Mapping[str, Value] = {
                "address": address,
                "place": place,
                "profile": profile,
                "interval_min": 60,
                "calibrated": now.date(),
            }
            duties.write(connection, SENSOR, f"year-{address}", values, who=TECHNICIAN, now=now)
            self._told.done[SENSOR.kind.name] += 1

    def _air(self, day: date, number: int) -> list[Message]:
        """A day's messages: summers are warm and damp, and three days of one are too damp."""
        said = []
        summer = math.sin((day.timetuple().tm_yday - 110) / DAYS * 2 * math.pi)
        for hour in range(24):
            at = self._at(day, hour, 30).astimezone(UTC)
            daily = math.sin((hour - 9) / 24 * 2 * math.pi)
            humid = 49 + 4 * summer + daily + (12 if number in DAMP_DAYS else 0)
            stack = f'{{"temperature":{19.5 + 1.6 * summer + 0.4 * daily:.2f},"humidity":{humid:.1f}}}'
            rare = f'{{"temperature":{18.5 + 0.5 * summer + 0.2 * daily:.2f},"humidity":{51 + 1.5 * summer:.1f}}}'
            wet = "true" if number == LEAK_DAY and 3 <= hour < 6 else "false"
            said += [
                Message("zigbee2mqtt/stack-1", stack.encode(), False, at),
                Message("zigbee2mqtt/rare-books", rare.encode(), False, at),
                Message("zigbee2mqtt/leak-1", f'{{"water_leak":{wet}}}'.encode(), False, at),
            ]
        return said

    def _settle_alarms(self, connection: Connection, now: datetime) -> None:
        """Each is looked after on its day, and settled when it is over."""
        table = TABLES[CLIMATE_ALARM.kind.name]
        for row in connection.execute(select(table).where(table.c.state != "closed")).all():
            if row.state == "raised":
                self._told.done[CLIMATE_ALARM.kind.name] += 1
                self._step(connection, CLIMATE_ALARM, row.id, Doing(0, HOUSE, "acknowledge"), now)
            elif row.ended_at is not None:
                close = Doing(0, HOUSE, "close", {"measures": "已查看，恢复正常"})
                self._step(connection, CLIMATE_ALARM, row.id, close, now)


def _some(connection: Connection, column: Column[str]) -> list[str]:
    return list(connection.scalars(select(column).order_by(column).limit(MOST_KNOWN)))
