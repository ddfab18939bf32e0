"""Damage at return, told as stories: reported with a photograph, judged by a person, paid, mended, forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update

from kiosk.central.accounts import account
from kiosk.central.answering import Desk
from kiosk.central.console.asked import Console
from kiosk.central.housekeeping import Housekeeping
from kiosk.central.photographs import LARGEST_BYTES, Photographs
from kiosk.central.store import writing
from kiosk.central.store.console_tables import damages
from kiosk.central.store.tables import charges, items
from kiosk.model.ids import PatronRef
from kiosk.rules.damage import AgeFactor, DamageKind, DamageSchedule
from kiosk.rules.policy import Policy
from tests.central.console.desk import Somebody, console_of, somebody, trail, web
from tests.central.library import DESK, RULES
from tests.central.test_photographs import camera_picture

SCHEDULE = DamageSchedule(
    kind=(
        DamageKind("water", "水渍", "Water", percent=100),
        DamageKind("stain", "污损", "Stain", amount_cents=200),
    ),
    older=(AgeFactor(20, 200),),
    processing_cents=500,
)
HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
def desk(store: Engine, tmp_path: Path) -> Somebody:
    """Mei, where there is a schedule and a folder; Wei has brought back a book that cost 40.00."""
    with writing(store) as connection:
        connection.execute(update(items).where(items.c.id == "snow").values(price_cents=4_000))
    mei = somebody(store, "circulation")
    mei.client = web(store, damage_console(store, tmp_path))
    mei.get("/console/patron?id=wei")
    mei.send("/console/patron/lend", scan="snow")
    mei.get("/console/returns")
    mei.send("/console/return", scan="snow")
    return mei


def damage_console(store: Engine, folder: Path) -> Console:
    rules = Policy(replace(RULES, damage=SCHEDULE), "Asia/Shanghai")
    return replace(
        console_of(store), desk=Desk(rules, timedelta(seconds=120), DESK.source), photos=Photographs(folder / "photos")
    )


def reports(who: Somebody, photo: bytes | None = None, **typed: str) -> str:
    who.get("/console/damage/new?item=snow")
    fields = {**who.form("/console/damage/report").fields, "kind": "water", **typed}
    fields.pop("photo", None)
    answer = who.upload("/console/damage/report", fields, {"photo": ("book.jpg", photo or b"")})
    who.page = answer.text
    if answer.status_code == 303:
        who.get(answer.headers["location"])
    return who.reads


def state_of(store: Engine, item: str = "snow") -> str:
    with store.connect() as connection:
        return str(connection.scalar(select(items.c.state).where(items.c.id == item)))


def owes(store: Engine, patron: str = "wei") -> int:
    with store.connect() as connection:
        return account(connection, PatronRef(patron)).debt_cents


def test_a_wet_book_is_reported_judged_and_paid(desk: Somebody, store: Engine) -> None:
    assert 'href="/console/damage/new?item=snow"' in desk.get("/console/returns").text
    assert "Wei" in desk.get("/console/damage/new?item=snow").text
    told = reports(desk, camera_picture(), note="the last pages are wet")
    assert "Compensation ¥45.00" in told
    assert state_of(store) == "damaged"
    assert owes(store) == 0  # nobody pays by a machine's opinion
    assert "Say why" in desk.send("/console/damage/step", action="charge", reason="")
    assert "¥45.00 is owed now" in desk.send("/console/damage/step", action="charge", reason="seen with the patron")
    assert owes(store) == 4_500
    with store.connect() as connection:
        charge = connection.execute(select(charges)).all()[-1]
    assert (charge.kind, charge.item, "seen with the patron" in charge.why) == ("damage", "snow", True)
    assert "still owed" in desk.send("/console/damage/step", action="settle", reason="done")
    desk.get("/console/patron?id=wei")
    desk.send("/console/patron/pay", amount="45.00", method="cash")
    desk.get(f"/console/damage?number={number_of(store)}")
    assert "Settled" in desk.send("/console/damage/step", action="settle", reason="paid")
    deeds = [(action, subject) for _, action, subject in trail(store)]
    assert [action for action, subject in deeds if subject.startswith("damage:DM-")] == [
        "damage.write",
        "damage.charge",
        "damage.settle",
    ]


def number_of(store: Engine) -> str:
    with store.connect() as connection:
        return str(connection.scalar(select(damages.c.number)))


@pytest.mark.parametrize(("action", "state"), [("clear", ""), ("call-wear", ""), ("send-to-repair", "damaged")])
def test_nobody_pays_for_wear_or_for_nothing(desk: Somebody, store: Engine, action: str, state: str) -> None:
    reports(desk)
    desk.send("/console/damage/step", action=action, reason="looked at it")
    assert (state_of(store), owes(store)) == (state, 0)


def test_old_books_and_other_damage_cost_what_the_schedule_and_a_person_say(desk: Somebody, store: Engine) -> None:
    assert "Compensation ¥85.00" in reports(desk, age_years="25")
    assert "Expected an amount" in desk.send("/console/damage/step", action="charge", amount="5,00", reason="x")
    desk.send("/console/damage/step", action="charge", amount="20.00", reason="half of it was wet before")
    assert owes(store) == 2_000
    assert "Please fill this in" in reports(desk, kind="other")
    assert "Compensation ¥0.00" in reports(desk, kind="other", note="chewed by a dog")


def test_a_form_that_is_sent_twice_reports_once_and_a_stale_page_keeps_what_was_typed(
    desk: Somebody, store: Engine
) -> None:
    desk.get("/console/damage/new?item=snow")
    fields = {**desk.form("/console/damage/report").fields, "kind": "stain"}
    fields.pop("photo", None)
    places = {desk.upload("/console/damage/report", fields, {}).headers["location"] for _ in range(2)}
    assert len(places) == 1
    place = places.pop()
    desk.get(place)
    stale = desk.form("/console/damage/step").fields
    zoe = somebody(store, "circulation", name="zoe")
    zoe.client = desk.client
    zoe.get(place)
    zoe.send("/console/damage/step", action="call-wear")
    answer = desk.post("/console/damage/step", **{**stale, "action": "charge", "reason": "a long text of mine"})
    assert answer.status_code == 422
    assert "zoe changed this at" in answer.text
    assert "a long text of mine" in answer.text
    assert owes(store) == 0


@pytest.mark.parametrize(
    ("photo", "said"),
    [
        (b"<script>alert(1)</script>", "not a JPEG"),
        (camera_picture() + b"\0" * LARGEST_BYTES, "at most 10 MB"),
        (camera_picture()[:900], "broken"),
    ],
)
def test_a_bad_photograph_is_named_and_the_rest_of_the_form_stays(
    desk: Somebody, store: Engine, photo: bytes, said: str
) -> None:
    assert said in reports(desk, photo, note="wet " + HOSTILE)
    assert "<script>" not in desk.page
    assert desk.form("/console/damage/report").fields["note"] == "wet " + HOSTILE
    assert state_of(store) == ""


def test_a_photograph_is_a_jpeg_to_who_may_look_and_to_nobody_else(desk: Somebody, store: Engine) -> None:
    reports(desk, camera_picture("PNG"))
    answer = desk.get(f"/console/damage/photo?number={number_of(store)}")
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.content.startswith(b"\xff\xd8\xff")
    assert desk.get("/console/damage/photo?number=DM-1999-0001").status_code == 404
    stranger = somebody(store, "events", name="eve")
    stranger.client = desk.client
    assert stranger.get(f"/console/damage/photo?number={number_of(store)}").status_code == 403


def test_a_withdrawn_copy_stays_withdrawn_whatever_is_found(desk: Somebody, store: Engine) -> None:
    reports(desk)
    with writing(store) as connection:
        connection.execute(update(items).where(items.c.id == "snow").values(state="withdrawn"))
    desk.send("/console/damage/step", action="clear")
    assert state_of(store) == "withdrawn"


def test_who_had_it_is_forgotten_in_its_time_and_when_they_ask(desk: Somebody, store: Engine) -> None:
    reports(desk)
    later = datetime.now(UTC) + timedelta(days=91)

    def remembered() -> object:
        with store.connect() as connection:
            return connection.scalar(select(damages.c.patron))

    Housekeeping(store, DESK, 90, lambda: None).once(later)
    assert remembered() == "wei"  # nobody has judged it yet
    desk.send("/console/damage/step", action="call-wear")
    Housekeeping(store, DESK, 90, lambda: None).once(later)
    assert remembered() is None


def test_a_copy_that_nobody_had_is_charged_to_nobody(desk: Somebody, store: Engine) -> None:
    desk.get("/console/damage/new?item=river")
    fields = {**desk.form("/console/damage/report").fields, "kind": "stain"}
    fields.pop("photo", None)
    desk.get(desk.upload("/console/damage/report", fields, {}).headers["location"])
    assert "nobody to charge" in desk.send("/console/damage/step", action="charge", reason="x")


def test_the_box_on_top_takes_the_number_of_a_case_from_who_may_read_it(desk: Somebody, store: Engine) -> None:
    reports(desk)
    number = number_of(store)
    desk.get("/console/")
    assert f"{number} " in desk.send("/console/search", q=number.lower())
    assert "/console/damage/step" in desk.page
    eve = somebody(store, "finance", name="eve")
    eve.client = desk.client
    eve.get("/console/")
    assert "Nothing found" in eve.send("/console/search", q=number)
