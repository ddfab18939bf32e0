"""Notices by WeCom and by an SMS house, at servers of these tests: by whose order, once, and what trouble does."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update

from kiosk.central.mail.settings import MailSettings
from kiosk.central.notices.channels import Channel, GatewayKind, GatewaySettings
from kiosk.central.notices.gateways import Short, filled
from kiosk.central.notices.gathering import gather
from kiosk.central.notices.queue import boot_of
from kiosk.central.notices.sender import Sender
from kiosk.central.notices.settings import NoticeSettings
from kiosk.central.store import writing
from kiosk.central.store.notice_tables import notices
from kiosk.central.store.tables import patrons
from tests.central.mail_server import MailServer
from tests.central.test_notices import ZONE, lent, morning
from tests.real_parts import free_port


@dataclass
class House:
    """What it was sent, and what it answers."""

    sms: list[dict[str, object]] = field(default_factory=list)
    wecom: list[dict[str, object]] = field(default_factory=list)
    tokens: int = 0
    answers: list[tuple[int, dict[str, object]]] = field(default_factory=list)
    """Before it takes anything."""


class _Handler(BaseHTTPRequestHandler):
    house: House

    def do_GET(self) -> None:
        self.house.tokens += 1
        self._answer(200, {"errcode": 0, "access_token": f"t{self.house.tokens}"})

    def do_POST(self) -> None:
        told = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.house.answers:
            self._answer(*self.house.answers.pop(0))
        elif self.path == "/sms":
            assert self.headers["x-key"] == "Key secret"
            self.house.sms.append(told)
            self._answer(200, {"result": {"code": 0}})
        else:
            assert self.path == f"/cgi-bin/message/send?access_token=t{self.house.tokens}"
            self.house.wecom.append(told)
            self._answer(200, {"errcode": 0})

    def _answer(self, status: int, told: dict[str, object]) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with MailServer(free_port()) as server:
        yield server


@pytest.fixture
def sender(store: Engine, house: House, mail: MailServer, tmp_path: Path) -> Iterator[Sender]:
    """Wei wants SMS before e-mail, Amy has WeCom alone, Bao nothing but a telephone."""
    ways = {
        "wei": {"email": "wei@example.org", "phone": "13800138000", "channels": "sms email"},
        "amy": {"wecom": "amy.w"},
        "bao": {"phone": "13800138001"},
    }
    with writing(store) as connection:
        for who, values in ways.items():
            connection.execute(update(patrons).where(patrons.c.id == who).values(values))
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"house": house}))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    (tmp_path / "key").write_text("secret")
    base = f"http://127.0.0.1:{server.server_port}"
    form = '{"mobile": "{to}", "params": ["{subject}", "{text}"], "n": 1}'
    sms = GatewaySettings(Channel.SMS, f"{base}/sms", secret_file=tmp_path / "key", header="x-key", scheme="Key", body=form, answer="result.code", per_second=1_000)  # fmt: skip  # noqa: E501
    wecom = GatewaySettings(Channel.WECOM, base, GatewayKind.WECOM, tmp_path / "key", account="ww1", agent=7, per_second=1_000)  # fmt: skip  # noqa: E501
    settings = NoticeSettings(until_hour=24, from_hour=0, gateway=(sms, wecom))
    letters = MailSettings("library@example.org", "市图书馆", "City Library", port=mail.port)
    for who, item in (("wei", "snow"), ("amy", "river"), ("bao", "dune")):
        lent(store, who, item, -7)
    with writing(store) as connection:
        assert gather(connection, settings, ZONE, morning()) == 3
        connection.execute(update(notices).values(due_at=morning(-1)))
    yield Sender(store, letters, settings, "Asia/Shanghai", lambda: None)
    server.shutdown()
    server.server_close()
    thread.join()


def became(store: Engine) -> dict[str, tuple[str, str]]:
    with store.connect() as connection:
        return {row.patron: (row.state, row.channel) for row in connection.execute(select(notices))}


def test_each_is_told_once_by_the_first_channel_of_their_own_order(
    store: Engine, house: House, mail: MailServer, sender: Sender
) -> None:
    assert sender.send_all(boot_of(store)) == 3
    assert sender.send_all(boot_of(store)) == 0
    assert sorted(str(one["mobile"]) for one in house.sms) == ["13800138000", "13800138001"]
    assert "snow" in str(next(one for one in house.sms if one["mobile"] == "13800138000")["params"])
    assert [(one["touser"], one["agentid"]) for one in house.wecom] == [("amy.w", 7)]
    assert mail.post.to() == []
    assert became(store) == {"wei": ("sent", "sms"), "amy": ("sent", "wecom"), "bao": ("sent", "sms")}


@pytest.mark.parametrize(
    ("answers", "sms", "state"),
    [
        ([(503, {})], 0, "queued"),
        ([(400, {})], 0, "given-up"),
        ([(500, {})], 0, "unsure"),
        ([(200, {"result": {"code": 17}})], 0, "given-up"),
    ],
)
def test_what_a_gateway_says_decides_what_becomes_of_it(
    store: Engine, house: House, sender: Sender, answers: list[tuple[int, dict[str, object]]], sms: int, state: str
) -> None:
    with writing(store) as connection:
        connection.execute(notices.delete().where(notices.c.patron != "bao"))
    house.answers = list(answers)
    assert sender.send_all(boot_of(store)) == sms
    assert became(store)["bao"][0] == state


def test_a_token_of_wecom_that_is_over_is_asked_for_again(store: Engine, house: House, sender: Sender) -> None:
    with writing(store) as connection:
        connection.execute(notices.delete().where(notices.c.patron != "amy"))
    house.answers = [(200, {"errcode": 42001})]
    assert sender.send_all(boot_of(store)) == 1
    assert (house.tokens, len(house.wecom)) == (2, 1)


def test_what_a_title_has_stays_text_in_the_message() -> None:
    hostile = '"}, {text} {to}'
    told = filled({"a": "{to}: {text}", "b": [1, "{text}"]}, Short("n", "1", "s", hostile))
    assert told == {"a": f"1: {hostile}", "b": [1, hostile]}


def test_settings_that_cannot_work_are_refused() -> None:
    with pytest.raises(ValueError, match="https"):
        GatewaySettings(Channel.SMS, "http://sms.example.org", body='{"a": "{to} {text}"}')
    with pytest.raises(ValueError, match="JSON object"):
        GatewaySettings(Channel.SMS, "https://sms.example.org", body="{to}")
