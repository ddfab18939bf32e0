"""The guard's page: who may ask, what a guard may say, and what the history answers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.types import ASGIApp

from drivers.errors import BadSetting
from kiosk.gate.events import AlarmAnswered, CheckAnswered, ChecksBegun, LastWatch, Said, Stopping, WatchKept
from kiosk.gate.history import reading, remembered
from kiosk.gate.judging import Standing
from kiosk.gate.page.access import TRIES, GuardAccess, read_token
from kiosk.gate.page.app import HEADERS, Page
from kiosk.gate.page.board import Board
from kiosk.gate.pictures import Album
from kiosk.gate.watching import started
from kiosk.ledger import Ledger
from kiosk.model.circulation import Item
from kiosk.model.gate_facts import AlarmState, CheckResult
from kiosk.session.effects import Journal
from kiosk.wire import Station
from tests.gate.building import LE_ZAHIR, ON_LOAN, OPENING, XI_YOU_JI, Walk, a_sighting

TOKEN = "a-token-of-a-gate-0123456789"


class Phone:
    """A browser without a socket; cookies are kept."""

    def __init__(self, app: ASGIApp, base: str) -> None:
        self._app, self._base, self._cookies = app, base, httpx.Cookies()

    def ask(self, method: str, path: str, **words: object) -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url=self._base, cookies=self._cookies) as client:
                answer = await client.request(method, path, **words)  # type: ignore[arg-type]
                self._cookies = client.cookies
                return answer

        return asyncio.run(asked())


class Gate:
    """A page over a ledger in which something has happened."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "gate.sqlite"
        self.said: list[Said] = []
        self.walk = Walk()
        self._ledger = Ledger.open(self.path, Station("main", "gate-1"))
        self.album = Album(folder / "pictures", 3_600.0)
        self._written = 0

    def close(self) -> None:
        self._ledger.close()

    def written(self) -> None:
        """Everything that has happened is committed."""
        rows = [effect for effect in self.walk.effects[self._written :] if isinstance(effect, Journal)]
        self._written = len(self.walk.effects)
        self._ledger.commit(rows, self.walk.now)

    def remembers(self, item: Item) -> None:
        self._ledger.remember(item)

    def phone(self, token: str | None = None, host: str = "127.0.0.1") -> Phone:
        page = Page(Board(), GuardAccess(token), self.path, self.album, self.said.append)
        return Phone(page.application(), f"https://{host}" if token else f"http://{host}")


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    opened = Gate(tmp_path)
    yield opened
    opened.close()


def test_without_a_token_only_this_machine_is_answered(gate: Gate) -> None:
    assert gate.phone().ask("GET", "/history").status_code == 200
    assert gate.phone(host="gate.evil.example").ask("GET", "/history").status_code == 403


@pytest.mark.parametrize("path", ["/live", "/history", "/gate.js"])
def test_with_a_token_nothing_is_told_before_signing_in(gate: Gate, path: str) -> None:
    assert gate.phone(TOKEN).ask("GET", path).status_code == 401


def test_signing_in_opens_the_page(gate: Gate) -> None:
    phone = gate.phone(TOKEN)
    assert phone.ask("GET", "/").headers["location"] == "/sign-in"
    assert phone.ask("POST", "/sign-in", data={"token": "wrong"}).status_code == 401
    assert phone.ask("POST", "/sign-in", data={"token": TOKEN}).status_code == 303
    answer = phone.ask("GET", "/")
    assert answer.status_code == 200
    assert answer.headers.items() >= HEADERS.items()
    assert phone.ask("GET", "/history").status_code == 200


def test_whoever_guesses_has_to_wait(gate: Gate) -> None:
    phone = gate.phone(TOKEN)
    codes = [phone.ask("POST", "/sign-in", data={"token": f"guess-{n}"}).status_code for n in range(TRIES + 1)]
    assert codes == [401] * TRIES + [429]


def test_a_token_that_can_be_guessed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("short\n")
    with pytest.raises(BadSetting, match="at least 20 characters, found 5"):
        read_token(tmp_path / "token")
    with pytest.raises(BadSetting, match="expected a readable text file"):
        read_token(tmp_path / "none")


def test_what_a_guard_says_reaches_the_loop(gate: Gate) -> None:
    answer = gate.phone().ask("POST", "/alarms/a1", json={"state": "cleared", "by": " Guard Li "})
    assert answer.status_code == 204
    assert gate.said == [AlarmAnswered("a1", AlarmState.CLEARED, "Guard Li")]


def test_the_morning_check_is_begun_and_answered_by_name(gate: Gate) -> None:
    phone = gate.phone()
    assert phone.ask("POST", "/checks", json={"by": "Mei"}).status_code == 204
    assert phone.ask("POST", "/checks/exit", json={"by": "Mei", "result": "silent"}).status_code == 204
    assert phone.ask("POST", "/checks/exit", json={"by": "Mei", "result": "loud"}).status_code == 400
    assert phone.ask("POST", "/checks", json={"by": " "}).status_code == 400
    assert gate.said == [ChecksBegun("Mei"), CheckAnswered("exit", CheckResult.SILENT, "Mei")]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"state":"off","by":"x"}',
        b'{"state":"seen"}',
        b'{"state":"seen","by":"  "}',
        b'{"state":"seen","by":"a\\nb"}',
        b'{"state":"seen","by":"' + b"x" * 41 + b'"}',
        b"x" * 5_000,
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(gate: Gate, body: bytes) -> None:
    assert gate.phone().ask("POST", "/alarms/a1", content=body).status_code in (400, 413)
    assert gate.said == []


def test_no_other_page_in_the_same_browser_can_settle_an_alarm(gate: Gate) -> None:
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        answer = gate.phone().ask("POST", "/alarms/a1", json={"state": "seen", "by": "x"}, headers=headers)
        assert answer.status_code == 403
    assert gate.said == []


def found(gate: Gate, words: str) -> list[dict[str, object]]:
    answer = gate.phone().ask("GET", "/history", params={"words": words})
    assert answer.status_code == 200
    told = answer.json()["found"]
    assert isinstance(told, list)
    return told


def test_why_did_it_ring_a_month_ago(gate: Gate) -> None:
    gate.walk.seen(a_sighting(LE_ZAHIR, ON_LOAN))
    gate.walk.answers(gate.walk.alarms[0], AlarmState.SEEN)
    gate.walk.wait(31 * 86_400)
    gate.walk.seen(a_sighting(XI_YOU_JI, ON_LOAN), Standing.LENT)
    gate.written()
    gate.remembers(Item(LE_ZAHIR, "Le Zahir", "Paulo Coelho", "COE"))
    (rang,) = found(gate, LE_ZAHIR)
    assert (rang["kind"], rang["rule"], rang["ledger_version"], rang["ledger_age_s"], rang["afi"]) == (
        "opened-not-lent",
        "ledger",
        7,
        3,
        ON_LOAN,
    )
    assert found(gate, str(a_sighting(LE_ZAHIR).uid).lower()) == [rang]
    assert found(gate, "zahir") == [rang]
    assert [one.get("why") for one in found(gate, XI_YOU_JI)] == ["lent"]
    assert [one["state"] for one in found(gate, "")] == ["seen", "raised"]


@pytest.mark.parametrize("words", ["%", "_", "'; DROP TABLE journal; --", '" OR ""="', "\\"])
def test_words_of_a_search_are_words(gate: Gate, words: str) -> None:
    gate.walk.seen(a_sighting())
    gate.written()
    gate.remembers(Item(LE_ZAHIR, "Le Zahir"))
    assert found(gate, words) == []
    assert len(found(gate, LE_ZAHIR)) == 1


def test_a_search_of_another_kind_is_refused(gate: Gate) -> None:
    assert gate.phone().ask("GET", "/history", params={"words": "x" * 101}).status_code == 400
    assert gate.phone().ask("GET", "/history", params={"before": "yesterday"}).status_code == 400


def test_the_next_run_goes_on_with_the_alarms_and_knows_who_did_not_watch(gate: Gate) -> None:
    walk = gate.walk
    walk.state = started(walk.state, (LastWatch("exit", OPENING, "first start"),))
    walk.happens(WatchKept("exit"))
    walk.seen(a_sighting(LE_ZAHIR))
    walk.seen(a_sighting(XI_YOU_JI))
    walk.answers(walk.alarms[0], AlarmState.SEEN)
    walk.happens(Stopping())
    gate.written()
    with reading(gate.path) as connection:
        last = remembered(connection)
    assert last.alarms == tuple(walk.alarms)
    assert [(one.gate, one.since) for one in last.watches] == [("exit", walk.now.utc)]
