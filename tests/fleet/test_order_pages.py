"""Orders on the pages: two people, what is shown, and that what was typed is only text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kiosk.fleet.line import Heard
from kiosk.wire import (
    Channel,
    CommandKind,
    CommandResult,
    CommandState,
    Picture,
    Station,
    encode_log_part,
    encode_picture,
    encode_result,
    parts_of,
)
from kiosk.wire.fields import Json
from tests.fleet.desk import Browser, Desk, a_desk


@pytest.fixture
def both(url: str, keys: Path) -> Iterator[Desk]:
    """A desk on each database, with three kiosks."""
    with a_desk(url, keys) as desk:
        for number in (1, 2, 3):
            desk.tells(f"kiosk-{number}")
        yield desk


def text_of(browser: Browser, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200
    return " ".join(answer.text.split())


def test_ann_orders_bob_agrees_and_the_pages_tell_all_of_it(both: Desk) -> None:
    ann, bob, wall = (both.signed_in(*who) for who in (("ann", "technician"), ("bob", "operator"), ("wall", "wall")))
    ordered = ann.sends("/orders", kind="restart", stations="kiosk-1 kiosk-2")
    path = ordered.headers["location"]
    assert "Somebody else has to agree" in text_of(ann, path)
    both.second()
    assert both.said == []
    assert ann.sends(f"{path}/agree").status_code == 403  # a technician's role does not approve
    assert wall.sends(f"{path}/agree").status_code == 403
    assert f"{path}/agree" not in text_of(wall, path)
    assert bob.sends(f"{path}/agree").status_code == 303
    both.second()
    assert sorted(one.station.station for one in both.said) == ["kiosk-1", "kiosk-2"]
    for one in both.said:
        now = datetime.now(UTC)
        told = encode_result(one.station, CommandResult(one.id, CommandState.DONE, now, ""))
        both.issuer.heard(one.station, Channel.RESULT, told, now)
    told_all = text_of(ann, path)
    assert "finished" in told_all
    assert "bob agreed" in told_all
    assert bob.sends(f"{path}/agree").status_code == 409
    assert "Restart" in text_of(wall, "/station/main/kiosk-1")
    trail = text_of(bob, "/audit")
    assert f"order:{path.removeprefix('/orders/')}" in trail
    assert "agreed to" in trail


def test_whoever_ordered_cannot_agree_though_the_role_allows_it_to_others(both: Desk) -> None:
    bob, eve = both.signed_in("bob", "operator"), both.signed_in("eve", "operator")
    new = {"kind": "configure", "stations": "kiosk-1", "version": "7", "settings": "site = 'main'"}
    path = bob.sends("/orders", **new).headers["location"]
    assert f"{path}/agree" not in text_of(bob, path)
    refused = bob.sends(f"{path}/agree")
    assert (refused.status_code, "cannot agree to it" in refused.text) == (409, True)
    assert eve.sends(f"{path}/withdraw").status_code == 303
    assert "withdrawn" in text_of(bob, path)
    assert eve.sends(f"{path}/agree").status_code == 409
    both.second()
    assert both.said == []


def test_a_roll_out_that_goes_badly_stops_is_told_and_somebody_lets_it_go_on(desk: Desk) -> None:
    for number in range(20):
        desk.tells(f"kiosk-{number}")
    bob, eve = desk.signed_in("bob", "operator"), desk.signed_in("eve", "operator")
    names = " ".join(f"kiosk-{number}" for number in range(20))
    new = {"kind": "configure", "stations": names, "version": "7", "settings": "site = 'main'"}
    path = bob.sends("/orders", **new).headers["location"]
    eve.sends(f"{path}/agree")
    desk.second()
    assert len(desk.said) == 1
    first = desk.said[0]
    now = datetime.now(UTC)
    told = encode_result(first.station, CommandResult(first.id, CommandState.FAILED, now, "not valid"))
    desk.issuer.heard(first.station, Channel.RESULT, told, now)
    stopped = text_of(eve, path)
    assert "stopped" in stopped
    assert "not valid" in stopped
    assert "1 of 20 stations" in stopped
    assert eve.sends(f"{path}/go-on").status_code == 303
    desk.second()
    assert len(desk.said) == 2  # a tenth of twenty
    assert eve.sends(f"{path}/stop").status_code == 303
    assert "stopped" in text_of(eve, path)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"kind": "restart", "stations": "kiosk-9 <b>"}, "No station of this name was ever heard: kiosk-9, &lt;b&gt;"),
        ({"kind": "restart", "stations": "  "}, "Name one station or more"),
        ({"kind": "rescan", "stations": "kiosk-1 kiosk-1"}, "found twice: kiosk-1"),
        ({"kind": "update", "stations": "kiosk-1", "url": "<i>x</i>"}, "arguments.sha256"),
        ({"kind": "picture", "stations": "kiosk-1", "for_s": "601"}, "arguments.for_s"),
        ({"kind": "message", "stations": "kiosk-1", "text-en": "x" * 201, "minutes": "5"}, "200"),
        ({"kind": "dance", "stations": "kiosk-1"}, "expected one of"),
    ],
)
def test_an_order_that_makes_no_sense_is_shown_again_with_what_is_wrong(
    desk: Desk, fields: dict[str, str], why: str
) -> None:
    desk.tells("kiosk-1")
    answer = desk.signed_in("ann", "technician").sends("/orders", **fields)
    assert answer.status_code == 422
    assert why in answer.text
    assert "<b>" not in answer.text.split('id="stations"')[1].split("</textarea>")[0]
    assert "<i>x" not in answer.text


def test_a_refusal_is_in_the_language_of_whoever_reads_it(desk: Desk) -> None:
    answer = desk.signed_in("wang", "technician", "zh").sends("/orders", kind="restart", stations="")
    assert "请至少填写一台设备" in answer.text


def test_a_log_is_handed_out_as_text_and_that_is_in_the_trail(desk: Desk) -> None:
    desk.tells("kiosk-1")
    ann, auditor = desk.signed_in("ann", "technician"), desk.signed_in("aud", "auditor")
    ann.sends("/orders", kind="log", stations="kiosk-1")
    desk.second()
    told = desk.said[0]
    assert told.kind is CommandKind.LOG
    for part in parts_of(told.id, "<script>alert(1)</script>\n"):
        now = datetime.now(UTC)
        desk.issuer.heard(told.station, Channel.LOG, encode_log_part(told.station, part, now), now)
    log = ann.get(f"/logs/{told.id}")
    assert log.text == "<script>alert(1)</script>\n"
    assert log.headers["content-type"].startswith("text/plain")
    assert log.headers["content-disposition"] == f'attachment; filename="{told.id}.log"'
    assert ann.get("/logs/none").status_code == 404
    assert f"command:{told.id}" in text_of(auditor, "/audit")


def test_the_picture_of_a_screen_is_drawn_and_what_is_private_is_not(desk: Desk) -> None:
    desk.tells("kiosk-1")
    ann, wall = desk.signed_in("ann", "technician"), desk.signed_in("wall", "wall")
    path = "/station/main/kiosk-1/picture"
    assert "No picture has come" in text_of(ann, path)
    now = datetime.now(UTC)
    owed = node("text", "Owes 3.20", private=True)
    tree = node("screen", "", children=[node("button", "Borrow <b>"), node("list", "", private=True, children=[owed])])
    frame = {"screen": "home", "overlay": None, "language": "en", "width": 1080, "height": 1920, "tree": tree}
    payload = encode_picture(Station("main", "kiosk-1"), Picture(1, "home", frame, now))
    desk.parts.pictures.hear(Heard(Station("main", "kiosk-1"), Channel.PICTURE, payload, now))
    drawn = ann.get(path).text
    assert "Borrow &lt;b&gt;" in drawn
    assert "3.20" not in drawn
    assert "•••" in drawn
    assert path in text_of(ann, "/station/main/kiosk-1")
    assert wall.get(path).status_code == 403
    strange = encode_picture(Station("main", "kiosk-1"), Picture(2, "home", frame | {"tree": {}}, now))
    desk.parts.pictures.hear(Heard(Station("main", "kiosk-1"), Channel.PICTURE, strange, now))
    assert "Borrow" in ann.get(path).text  # what cannot be read changes nothing
    assert desk.parts.pictures.of(Station("main", "kiosk-1"), now + timedelta(minutes=15)) is None


def node(role: str, name: str, *, private: bool = False, children: list[Json] | None = None) -> dict[str, Json]:
    """As a kiosk tells it, though not masked."""
    told: dict[str, Json] = {"id": name, "role": role, "name": name, "value": "", "state": "", "bounds": [0, 0, 99, 40]}
    return told | {"action": None, "main": False, "private": private, "children": children or []}


def test_without_keys_nothing_can_be_ordered_and_the_page_says_what_to_do(tmp_path: Path) -> None:
    with a_desk(f"sqlite:///{tmp_path / 'fleet.sqlite'}", None) as desk:
        desk.tells("kiosk-1")
        ann = desk.signed_in("ann", "technician")
        assert "kiosk fleet keys" in text_of(ann, "/orders")
        assert ann.sends("/orders", kind="rescan", stations="kiosk-1").status_code == 409
        assert 'action="/orders"' not in text_of(ann, "/station/main/kiosk-1")
