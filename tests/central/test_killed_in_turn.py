"""Central, broker and database, each killed several times while kiosks lend: every fact is there once (I5, W13).

Everything is real: processes, SIGKILL, a broker and a database on sockets, the kiosks' ledgers and uplinks. The next
one is killed when every kiosk has been acknowledged more facts since the last one came back.
"""

from __future__ import annotations

import json
import random
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from kiosk.central.store import open_store, upgrade, writing
from kiosk.central.store.tables import exceptions, facts, items, loans, patrons, set_aside
from kiosk.ledger import Outbox
from kiosk.model.facts import ItemOpened, ItemReturned, LoanMade
from kiosk.model.ids import AskId, IntentId, ItemId, PatronRef
from kiosk.model.journal import JournalRow, RowKind
from kiosk.model.questions import AskBorrow
from kiosk.session.effects import Journal
from kiosk.wire import Station
from tests.central.conftest import OUTLIVES_KILLS, Postgres, make_postgres
from tests.central.library import MONDAY, SESSION, UID, made, opened, returned
from tests.central.running import CentralProcess, central_command
from tests.central.telling import Kiosk
from tests.real_parts import free_port, wait_until
from tests.uplink.conftest import RunningBroker

KIOSKS = 3
ROUNDS = 3
MOST_AHEAD = 45
"""Facts that a kiosk may owe while something is away; then its patrons wait."""
PACE_S = 0.03
"""Between two visits at the same kiosk."""

SETTINGS = """
site = "main"
[[rules.line]]
loan_period = { n = 28 }
max_loans = 2
"""


@dataclass(frozen=True, slots=True)
class Lent:
    """A loan as a kiosk remembers it."""

    intent: str
    patron: str
    item: str
    end: str | None


@dataclass(slots=True)
class Branch:
    """One kiosk, its patron and its copies; what it has done, by its own account."""

    kiosk: Kiosk
    name: str
    view: Outbox
    """To look into the outbox, for the test; `own` is for the thread that lends."""
    own: Outbox
    lent: list[Lent] = field(default_factory=list)

    def visit(self) -> None:
        """Somebody asks for a copy and does not take it, then one is lent, opened, and brought back."""
        number = len(self.lent)
        intent, patron, item = f"{self.name}-{number}", f"reader-{self.name}", f"copy-{self.name}-{number % 3}"
        curious = AskBorrow(PatronRef(f"curious-{self.name}"), ItemId(f"shelf-{self.name}"), UID)
        self.kiosk.uplink.ask(AskId(f"ask-{intent}"), curious)
        self.kiosk.does(
            _told(RowKind.LOAN_MADE, made(intent, patron, item)),
            _told(RowKind.BORROW_DONE, opened(intent, item)),
            at=self._now(),
        )
        self.kiosk.does(_told(RowKind.RETURN_DONE, returned(item)), at=self._now())
        self.lent.append(Lent(intent, patron, item, "returned"))

    def lends_to_somebody_blocked(self) -> None:
        """The one thing of which staff are to be told."""
        intent, item = f"{self.name}-blocked", f"last-{self.name}"
        who = f"blocked-{self.name}"
        self.kiosk.does(_told(RowKind.LOAN_MADE, made(intent, who, item)), at=self._now())
        self.lent.append(Lent(intent, who, item, None))

    def _now(self) -> datetime:
        return MONDAY + timedelta(seconds=self.kiosk.ledger.last_seq)

    def close(self) -> None:
        self.view.close()
        self.own.close()
        self.kiosk.close()


def _told(kind: RowKind, fact: LoanMade | ItemOpened | ItemReturned) -> Journal:
    return Journal(JournalRow(kind, SESSION, IntentId(fact.intent), fact.item, UID), fact)


def lend_until(ends: threading.Event, branches: list[Branch]) -> None:
    """The load: visits at every kiosk, whatever is away."""
    while not ends.wait(PACE_S):
        for branch in branches:
            if branch.kiosk.ledger.last_seq - branch.own.acked_seq() < MOST_AHEAD:
                branch.visit()


@dataclass(slots=True)
class House:
    """What can be killed, and comes back as its unit would bring it back."""

    url: str
    central: CentralProcess
    broker: RunningBroker
    postgres: Postgres | None

    def start(self) -> None:
        self.broker.start()
        self.central.start()

    def kill_central(self) -> None:
        self.central.kill()
        self.central.start()

    def kill_broker(self) -> None:
        self.broker.kill()
        self.broker.start()

    def kill_database(self) -> None:
        assert self.postgres is not None
        self.postgres.kill()
        self.postgres.start()

    def kill_everything(self) -> None:
        """As a power cut of the machine room."""
        for part in (self.central, self.broker, self.postgres):
            if part is not None:
                part.kill()
        if self.postgres is not None:
            self.postgres.start()
        self.start()

    @property
    def ways(self) -> list[Callable[[], None]]:
        return [self.kill_central, self.kill_broker, *([] if self.postgres is None else [self.kill_database])]


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    (tmp_path / "central.toml").write_text(SETTINGS)
    broker = RunningBroker("mosquitto", free_port(), tmp_path / "broker")
    with tempfile.TemporaryDirectory(prefix="central-pg-", ignore_cleanup_errors=True) as folder:
        url, postgres = f"sqlite:///{tmp_path / 'central.sqlite'}", None
        if request.param == "postgresql":
            postgres = make_postgres(Path(folder), OUTLIVES_KILLS)
            postgres.start()
            url = postgres.new_database()
        fill(url)
        central = CentralProcess(central_command(url, tmp_path), tmp_path / "central.log")
        central.settings["broker.port"] = str(broker.port)
        house = House(url, central, broker, postgres)
        house.start()
        yield house
        for part in (central, broker, postgres):
            if part is not None:
                part.kill()


def fill(url: str) -> None:
    """The people and copies of every kiosk; one of the people may borrow nothing."""
    names = [f"kiosk-{n}" for n in range(KIOSKS)]
    people = [(f"{who}-{name}", who) for name in names for who in ("reader", "curious", "blocked")]
    copies = [f"{what}-{name}" for name in names for what in ("last", "shelf")]
    copies += [f"copy-{name}-{n}" for name in names for n in range(3)]
    engine = open_store(url)
    upgrade(engine)
    with writing(engine) as connection:
        usual = {"given_name": "Bo", "category": "adult"}
        rows = [usual | {"id": patron, "blocked": who == "blocked"} for patron, who in people]
        connection.execute(insert(patrons), rows)
        connection.execute(insert(items), [{"id": what, "title": what, "loan_class": "book"} for what in copies])
    engine.dispose()


@pytest.fixture
def branches(house: House, tmp_path: Path) -> Iterator[list[Branch]]:
    opened: list[Branch] = []
    for n in range(KIOSKS):
        kiosk = Kiosk(tmp_path, house.broker.port, Station("main", f"kiosk-{n}"))
        opened.append(Branch(kiosk, f"kiosk-{n}", kiosk.ledger.outbox(), kiosk.ledger.outbox()))
    yield opened
    for branch in opened:
        branch.close()


def test_w13_killed_in_turn_nothing_is_lost_and_nothing_invented(house: House, branches: list[Branch]) -> None:
    chance, ends = random.Random(6), threading.Event()
    for branch in branches:
        branch.lends_to_somebody_blocked()
    owed = []
    with ThreadPoolExecutor(1) as load:
        lending = load.submit(lend_until, ends, branches)
        try:
            for kill in [*house.ways * ROUNDS, house.kill_everything]:
                wait_for_more(branches, chance.randint(5, 20))
                owed.append(sum(branch.view.last_seq() - branch.view.acked_seq() for branch in branches))
                kill()
        finally:
            ends.set()
        lending.result()
    assert sum(owed) > 0, "nothing was on its way when something was killed: there was no load"
    for branch in branches:
        branch.kiosk.wait_released()
    balance(house.url, branches)
    assert house.central.get("/api/v1/health").json()["ok"]


def wait_for_more(branches: list[Branch], more: int) -> None:
    """Until each kiosk has been acknowledged so many facts that it had not been yet."""
    wanted = [branch.view.acked_seq() + more for branch in branches]

    def all_heard() -> bool:
        return all(branch.view.acked_seq() >= seq for branch, seq in zip(branches, wanted, strict=True))

    wait_until(all_heard, "a kiosk is not acknowledged any more")


def balance(url: str, branches: list[Branch]) -> None:
    """Central's ledger beside what each kiosk has done, by its own account."""
    engine = open_store(url)
    with engine.connect() as connection:
        for branch in branches:
            kept = connection.execute(
                select(facts.c.seq, facts.c.type, facts.c.data)
                .where(facts.c.station == branch.name)
                .order_by(facts.c.id)
            ).all()
            told = branch.view.facts_after(0, len(kept) + 1)
            assert [(one.seq, one.type) for one in kept] == [(one.seq, one.type) for one in told]
            for at_central, at_kiosk in zip(kept, told, strict=True):
                assert json.loads(at_kiosk.data).items() <= json.loads(at_central.data).items()
            lent = connection.execute(
                select(loans.c.intent, loans.c.patron, loans.c.item, loans.c.end_why)
                .where(loans.c.station == branch.name)
                .order_by(loans.c.seq)
            )
            assert [Lent(*row) for row in lent] == branch.lent
        stations = connection.scalars(select(loans.c.station).distinct())
        assert sorted(stations) == [branch.name for branch in branches]
        noted = connection.execute(select(exceptions.c.why, exceptions.c.intent)).all()
        assert sorted(noted) == [("blocked", f"{branch.name}-blocked") for branch in branches]
        assert connection.execute(select(set_aside.c.why)).all() == []
    engine.dispose()
