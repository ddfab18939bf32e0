"""REST: what it tells, to whom, and how it refuses."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine, insert
from starlette.types import ASGIApp

from kiosk.central.copies.board import Board
from kiosk.central.exceptions import Why
from kiosk.central.pages.access import Access, BadToken, read_token
from kiosk.central.pages.app import Parts, application
from kiosk.central.pages.live import Live
from kiosk.central.pages.sight import masked, sight
from kiosk.central.pages.words import sentence
from kiosk.central.stations import note_health, note_status
from kiosk.central.store import writing
from kiosk.central.store.tables import items, records
from kiosk.central.worker import Counts
from kiosk.model.facts import Decided
from kiosk.web.changes import Changes
from kiosk.web.forms import HEADERS
from kiosk.wire import HealthReport, StationState, StationStatus
from tests.central.library import BOOKS, DESK, Central, Kiosk, made, opened, returned

TOKEN = "a-token-of-a-library-0123456789"
Ask = Callable[[str | None], "Client"]


class Client:
    """A program or browser that asks the pages, without a socket. Cookies are kept."""

    def __init__(self, app: ASGIApp, base: str) -> None:
        self._app = app
        self._base = base
        self._cookies = httpx.Cookies()

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self._ask("GET", path, headers)

    def post(self, path: str, token: str | None = None, **headers: str) -> httpx.Response:
        """`token` is that of the sign-in form."""
        return self._ask("POST", path, headers, None if token is None else {"token": token})

    def send(self, path: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
        """POST a body as it is."""
        return self._ask("POST", path, headers, content=body)

    def _ask(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        form: dict[str, str] | None = None,
        content: bytes | None = None,
    ) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url=self._base, cookies=self._cookies) as client:
                named = {name.replace("_", "-"): value for name, value in headers.items()}
                answer = await client.request(method, path, headers=named, data=form, content=content)
                self._cookies = client.cookies
                return answer

        return asyncio.run(ask())


@pytest.fixture
def ask(store: Engine) -> Ask:
    """A client of the pages; with a token set or without one."""

    def client(token: str | None = None) -> Client:
        changes = Changes()
        live = Live(store, "Asia/Shanghai", changes, Counts(), lambda: True)
        parts = Parts(store, DESK, Access(token), live, changes, lambda: {"ok": True}, Board("main", lambda _: None))
        base = "https://127.0.0.1" if token else "http://127.0.0.1"
        return Client(application(parts), base)

    return client


@pytest.fixture
def rest(ask: Ask, central: Central) -> Client:
    """Three loans of Wei, one of them returned, and one of Amy that the rules would have refused."""
    kiosk, upstairs = Kiosk(), Kiosk("kiosk-2", "e2")
    for n in range(3):
        kiosk.does(made(f"i{n}", "wei", BOOKS[n]), minute=n)
    kiosk.does(opened("i0", BOOKS[0]), minute=4)
    kiosk.does(returned(BOOKS[2]), minute=5)
    upstairs.does(made("u0", "amy", "reference", Decided.OFFLINE), minute=9)
    central.hears(kiosk)
    central.hears(upstairs)
    return ask(None)


def intents(client: Client, query: str) -> list[str]:
    answer = client.get(f"/api/v1/loans?{query}")
    assert answer.status_code == 200
    return [loan["intent"] for loan in answer.json()["loans"]]


def test_loans_by_what_is_asked(rest: Client) -> None:
    assert intents(rest, "") == ["i0", "i1", "i2", "u0"]
    assert intents(rest, "open=true") == ["i0", "i1", "u0"]
    assert intents(rest, "open=false") == ["i2"]
    assert intents(rest, "patron=amy") == ["u0"]
    assert intents(rest, "item=snow") == ["i0"]
    assert intents(rest, "station=kiosk-1&open=true") == ["i0", "i1"]


def test_a_loan_has_what_the_evidence_needs(rest: Client) -> None:
    loan = rest.get("/api/v1/loans?item=snow").json()["loans"][0]
    assert {"intent": "i0", "patron": "wei", "item": "snow", "open": True, "tag_opened": True}.items() <= loan.items()
    assert loan["due"] == "2026-12-21T15:59:00.000Z"
    assert loan["title"] == "snow"


def test_pages_follow_each_other_without_a_gap(rest: Client) -> None:
    seen: list[str] = []
    after = ""
    for _ in range(9):
        answer = rest.get(f"/api/v1/loans?limit=1{after}").json()
        seen += [loan["intent"] for loan in answer["loans"]]
        if answer["next"] is None:
            break
        after = f"&after={answer['next']}"
    assert seen == ["i0", "i1", "i2", "u0"]


def test_items_one_and_all(rest: Client) -> None:
    told = rest.get("/api/v1/items?limit=3").json()
    assert [item["id"] for item in told["items"]] == ["atlas", "dune", "held"]
    assert [item["id"] for item in rest.get(f"/api/v1/items?after={told['next']}&limit=1").json()["items"]] == ["notes"]
    assert rest.get("/api/v1/items/snow").json()["loan"]["patron"] == "wei"
    assert rest.get("/api/v1/items/river").json()["loan"] is None


def test_a_patron_with_the_loans_that_run_and_no_card_number(rest: Client) -> None:
    answer = rest.get("/api/v1/patrons/wei")
    assert [loan["item"] for loan in answer.json()["loans"]] == ["snow", "zahir"]
    assert "04A1B2C3" not in answer.text


def test_exceptions_are_listed_and_closed(rest: Client) -> None:
    (one,) = rest.get("/api/v1/exceptions?open=true").json()["exceptions"]
    assert (one["why"], one["item"], one["station"]) == ("not-for-loan", "reference", "kiosk-2")
    for _ in range(2):
        assert rest.post(f"/api/v1/exceptions/{one['id']}/close").json()["open"] is False
    assert rest.get("/api/v1/exceptions?open=true").json()["exceptions"] == []
    assert len(rest.get("/api/v1/exceptions").json()["exceptions"]) == 1


def test_facts_since(rest: Client) -> None:
    told = rest.get("/api/v1/facts?limit=2").json()
    assert [(fact["station"], fact["seq"]) for fact in told["facts"]] == [("kiosk-1", 1), ("kiosk-1", 2)]
    rest_of_them = rest.get(f"/api/v1/facts?since={told['next']}").json()
    assert [fact["seq"] for fact in rest_of_them["facts"]] == [3, 4, 5, 1]
    assert rest_of_them["facts"][-1]["data"]["patron"] == "amy"


def test_stations_and_what_they_said_last(rest: Client, store: Engine) -> None:
    now = datetime.now(UTC)
    alive = StationStatus(StationState.ALIVE, "b", 1, "0.1.0", now, clean=False)
    gone = StationStatus(StationState.GONE, "b", 1, "0.1.0", now, clean=False)
    with writing(store) as connection:
        note_status(connection, "a", alive, now)
        note_health(connection, "a", HealthReport("b", 1, (("pad", "gone"),), "out", 7, 0, 1, None, None), now)
        note_status(connection, "b", gone, now)
        note_status(connection, "c", alive, now - timedelta(minutes=5))
    told = rest.get("/api/v1/stations").json()["stations"]
    assert [(one["station"], one["presence"]) for one in told] == [("a", "on-line"), ("b", "lost"), ("c", "silent")]
    assert (told[0]["devices"], told[0]["paper"], told[0]["outbox"]) == ({"pad": "gone"}, "out", 7)


@pytest.mark.parametrize(
    ("path", "status", "where"),
    [
        ("/api/v1/loans?opn=true", 400, "query.opn"),
        ("/api/v1/loans?open=yes", 400, "query.open"),
        ("/api/v1/loans?limit=0", 400, "query.limit"),
        ("/api/v1/loans?limit=%C2%B2", 400, "query.limit"),
        ("/api/v1/loans?patron=a&patron=b", 400, "query.patron"),
        ("/api/v1/loans?patron=a%00b", 400, "query.patron"),
        ("/api/v1/facts?since=-1", 400, "query.since"),
        ("/api/v1/facts?since=99999999999999999999", 400, "query.since"),
        ("/api/v1/items/never", 404, "path.item"),
        ("/api/v1/items/a%00b", 404, "path.item"),
        ("/api/v1/patrons/never", 404, "path.patron"),
        ("/api/v1/nothing", 404, "path"),
        ("/api/v1/items/../../etc/passwd", 404, "path"),
    ],
)
def test_errors_say_what_and_where(rest: Client, path: str, status: int, where: str) -> None:
    answer = rest.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["where"]) == (status, where)
    assert problem["detail"]
    assert problem["title"]


def test_sql_in_every_field_is_only_text(rest: Client) -> None:
    for field in ("patron", "item", "station", "after"):
        assert intents(rest, f"{field}=' OR 1=1 --") == []


def test_closing_what_is_not_there(rest: Client) -> None:
    for number in ("0", "99", "9" * 30):
        assert rest.post(f"/api/v1/exceptions/{number}/close").status_code == 404
    assert rest.post("/api/v1/facts").status_code == 405


def test_every_answer_has_the_security_headers(rest: Client) -> None:
    for path in ("/", "/central.js", "/api/v1/loans", "/api/v1/nothing", "/nowhere"):
        answer = rest.get(path)
        assert HEADERS.items() <= dict(answer.headers).items()
        assert "inline" not in answer.headers["content-security-policy"]
    assert rest.get("/api/v1/loans").headers["cache-control"] == "no-store"


ROUTES = ["loans", "items", "items/snow", "patrons/wei", "stations", "exceptions", "facts"]


@pytest.mark.parametrize("path", [*(f"/api/v1/{route}" for route in ROUTES), "/live", "/central.js"])
def test_with_a_token_nothing_is_told_without_it(ask: Ask, path: str) -> None:
    client = ask(TOKEN)
    answer = client.get(path)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert client.get(path, authorization="Bearer nonsense").status_code == 401
    if path != "/live":
        assert client.get(path, authorization=f"Bearer {TOKEN}").status_code == 200


def test_the_page_leads_to_signing_in_and_back(ask: Ask) -> None:
    client = ask(TOKEN)
    assert client.get("/").headers["location"] == "/sign-in"
    assert "password" in client.get("/sign-in").text
    wrong = client.post("/sign-in", token="guess")
    assert wrong.status_code == 401
    assert "did not work" in wrong.text
    signed = client.post("/sign-in", token=TOKEN)
    assert (signed.status_code, signed.headers["location"]) == (303, "/")
    cookie = signed.headers["set-cookie"]
    assert all(word in cookie for word in ("__Host-", "HttpOnly", "Secure", "SameSite=strict", "Path=/"))
    assert TOKEN not in cookie
    assert "Loans and returns" in client.get("/").text
    assert client.get("/api/v1/loans").status_code == 200
    client.post("/sign-out")
    assert client.get("/api/v1/loans").status_code == 401


def test_guessing_is_slowed_down_even_for_the_right_token(ask: Ask) -> None:
    client = ask(TOKEN)
    codes = [client.get("/api/v1/loans", authorization=f"Bearer {n}").status_code for n in range(12)]
    assert codes == [401] * 10 + [429] * 2
    assert client.get("/api/v1/loans", authorization=f"Bearer {TOKEN}").status_code == 429


def test_another_page_in_the_browser_may_change_nothing(rest: Client) -> None:
    (one,) = rest.get("/api/v1/exceptions").json()["exceptions"]
    path = f"/api/v1/exceptions/{one['id']}/close"
    for headers in ({"origin": "https://evil.example"}, {"origin": "null"}, {"sec_fetch_site": "cross-site"}):
        assert rest.post(path, **headers).status_code == 403
    assert rest.get("/api/v1/exceptions?open=true").json()["exceptions"]
    own = {"origin": "http://127.0.0.1", "sec_fetch_site": "same-origin"}
    assert rest.post(path, **own).status_code == 200


def test_without_a_token_only_this_machine_s_own_names_are_answered(rest: Client) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", ""):
        assert rest.get("/api/v1/loans", host=host).status_code == 403
    for host in ("localhost:8080", "127.0.0.1", "[::1]:8080"):
        assert rest.get("/api/v1/loans", host=host).status_code == 200


def test_tokens_that_can_be_guessed_are_refused(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("short\n")
    with pytest.raises(BadToken, match="at least 20 characters"):
        read_token(tmp_path / "token")
    with pytest.raises(BadToken, match="readable"):
        read_token(tmp_path / "none")


def test_the_page_s_sight_names_no_patron(rest: Client, store: Engine, central: Central) -> None:
    with store.connect() as connection:
        seen = sight(connection, "Asia/Shanghai", central.now)
    text = json.dumps(seen)
    assert '"wei"' not in text
    assert '"amy"' not in text
    events = seen["events"]
    assert isinstance(events, list)
    assert [event["kind"] for event in events] == ["lent", "returned", "lent", "lent", "lent"]
    assert [event["patron"] for event in events] == ["**my", None, "**ei", "**ei", "**ei"]
    assert seen["figures"] == {"on_loan": 3, "overdue": 0, "lent_today": 4, "returned_today": 1, "exceptions": 1}


def test_a_short_number_is_masked_whole() -> None:
    assert (masked("20230001"), masked("P1"), masked("")) == ("**01", "**", "**")


def test_facts_of_strange_shape_do_not_blind_the_page(central: Central, store: Engine) -> None:
    kiosk = Kiosk()
    kiosk.does(made("i0", "wei", "snow"))
    envelopes = json.loads(kiosk.message())
    envelopes[0]["data"] |= {"intent": ["a"], "patron": 7, "due": {}}
    central.hears(kiosk, json.dumps(envelopes).encode())
    with store.connect() as connection:
        assert sight(connection, "Asia/Shanghai", central.now)["events"]


def test_a_record_s_title_is_shown_where_the_item_has_none(rest: Client, store: Engine) -> None:
    with writing(store) as connection:
        connection.execute(
            insert(records).values(control_number="n1", title="雪国", author="川端康成", format="marc21", original=b"")
        )
        connection.execute(insert(items).values(id="b1", control_number="n1", title="", loan_class="book"))
    told = rest.get("/api/v1/items?control_number=n1").json()["items"]
    assert [(item["title"], item["author"]) for item in told] == [("雪国", "川端康成")]


def test_every_exception_has_words_for_staff() -> None:
    assert [why for why in Why if sentence(why) == why] == []


def test_health_needs_no_token(ask: Ask) -> None:
    assert ask(TOKEN).get("/api/v1/health").json() == {"ok": True}
