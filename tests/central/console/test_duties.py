"""The library's other duties at the console, as their people live them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select, update

from kiosk.central.store import writing
from kiosk.central.store.duty_tables import TABLES
from kiosk.central.store.news_tables import news
from kiosk.central.store.tables import items
from kiosk.library.duty_book import DUTIES
from kiosk.web.roles import Permission
from tests.central.console.desk import ROLES, Somebody, somebody, trail


def writes(who: Somebody, kind: str, **typed: str) -> str:
    """A new paper; its number."""
    who.get(f"/console/{kind}/new")
    said = who.send(f"/console/{kind}/write", **typed)
    found = re.search(r"[A-Z]{2}-\d{4}-\d{4}", said)
    assert found is not None, said
    return found[0]


def steps(who: Somebody, kind: str, number: str, action: str, **typed: str) -> str:
    """Take a step; what is read then."""
    who.get(f"/console/{kind}?number={number}")
    return who.send(f"/console/{kind}/step", **{"action": action, **typed})


def state_of(store: Engine, kind: str, number: str) -> str:
    table = TABLES[kind]
    with store.connect() as connection:
        return str(connection.scalar(select(table.c.state).where(table.c.number == number)))


def item_state(store: Engine, item: str) -> str:
    with store.connect() as connection:
        return str(connection.scalar(select(items.c.state).where(items.c.id == item)))


def test_a_dear_repair_waits_for_the_director_and_the_copy_is_not_lent_meanwhile(store: Engine) -> None:
    mei, boss = somebody(store, "collections"), somebody(store, "director", name="boss")
    number = writes(mei, "repair", item="snow", harm="spine", found="shelf", note="the spine hangs")
    assert item_state(store, "snow") == "damaged"
    steps(mei, "repair", number, "assess", treatment="new spine", cost="80.00")
    assert "have it approved first" in steps(mei, "repair", number, "start")
    assert number in boss.get("/console/").text, "it waits for the director"
    assert "is updated" in steps(boss, "repair", number, "approve")
    steps(mei, "repair", number, "start")
    steps(mei, "repair", number, "check", material="linen", minutes="45", paid="62.50")
    assert "back on its shelf" in steps(mei, "repair", number, "shelve")
    assert item_state(store, "snow") == ""
    assert ("boss", "repair.approve", f"repair:{number}") in trail(store)
    assert ("mei", "item.state", "item:snow") in trail(store)


def test_nobody_approves_their_own_not_even_at_the_address(store: Engine) -> None:
    both = somebody(store, "collections", "director")
    number = writes(both, "repair", item="snow", harm="torn", found="return")
    steps(both, "repair", number, "assess", treatment="tape", cost="99")
    assert 'value="approve"' not in both.get(f"/console/repair?number={number}").text
    form = next(iter(re.findall(r'name="id" value="([^"]+)"', both.page)))
    csrf = both.form("/console/repair/step").fields["csrf"]
    answer = both.post("/console/repair/step", csrf=csrf, id=form, version="2", action="approve")
    assert answer.status_code == 422
    assert "may not decide" in answer.text
    assert state_of(store, "repair", number) == "assessed"


def test_a_stale_form_loses_nothing_and_changes_nothing(store: Engine) -> None:
    mei, ann = somebody(store, "technician"), somebody(store, "technician", name="ann")
    number = writes(mei, "ticket", fault="Printer jams")
    ann.get(f"/console/ticket?number={number}")
    mei.get(f"/console/ticket?number={number}")
    mei.send("/console/ticket/step", action="assign", who_works="mei")
    said = ann.send("/console/ticket/step", action="assign", who_works="ann of the workshop")
    assert "mei changed this at" in said
    with store.connect() as connection:
        assert connection.scalar(select(TABLES["ticket"].c.who_works)) == "mei"


def test_a_room_is_not_given_twice(store: Engine) -> None:
    mei, boss = somebody(store, "events"), somebody(store, "director", name="boss")
    typed = {"title": "故事会", "title_en": "Story time", "audience": "children", "room": "Hall", "places": "30"}
    typed |= {"begins": "2031-05-01T10:00", "ends": "2031-05-01T11:30", "about": "Stories"}
    first = writes(mei, "activity", **typed)
    steps(mei, "activity", first, "plan")
    second = writes(mei, "activity", **{**typed, "begins": "2031-05-01T11:00", "ends": "2031-05-01T12:00"})
    assert "has this room" in steps(mei, "activity", second, "plan")
    assert state_of(store, "activity", second) == "idea", "nothing is half done"
    steps(boss, "activity", first, "approve")
    steps(mei, "activity", first, "open")
    with store.connect() as connection:
        told = connection.execute(select(news.c.zh, news.c.en, news.c.at)).all()
    assert [tuple(row) for row in told] == [("故事会", "Story time", "10:00")]
    assert "cancelled" in steps(mei, "activity", first, "cancel", reason="the teller is ill")
    assert "planned" in steps(mei, "activity", second, "plan"), "the room is free again"
    with store.connect() as connection:
        assert connection.execute(select(news)).all() == []


def test_a_round_is_done_at_its_place_and_comes_again(store: Engine) -> None:
    env, mei = somebody(store, "environment", name="env"), somebody(store, "circulation")
    number = writes(
        env, "round", work="Look at it", sort="extinguisher", place="2F", label="L-17", points="seal", every_days="30",
        next_day="2026-01-05",
    )  # fmt: skip
    assert "Overdue" in words_at(mei, "/console/")
    wrong = steps(mei, "round", number, "done", seen_label="L-18", done_on="2026-01-06", outcome="well")
    assert "another place" in wrong
    steps(mei, "round", number, "done", seen_label="L-17", done_on="2099-01-06", outcome="well")
    assert number not in words_at(mei, "/console/"), "it sleeps until its next day"
    with store.connect() as connection:
        assert str(connection.scalar(select(TABLES["round"].c.next_day))) == "2099-02-05"


def words_at(who: Somebody, path: str) -> str:
    who.get(path)
    return who.reads


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"item": "no-such"}, "There is no such item"),
        ({"harm": ""}, "Please fill this in"),
        ({"harm": "haunted"}, "Choose one of the list"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_the_rest_is_kept(
    store: Engine, typed: dict[str, str], says: str
) -> None:
    mei = somebody(store, "collections")
    mei.get("/console/repair/new")
    right = {"item": "snow", "harm": "torn", "found": "shelf", "note": "<b>page 7</b>"}
    assert says in mei.send("/console/repair/write", **{**right, **typed})
    assert "&lt;b&gt;page 7&lt;/b&gt;" in mei.page
    with store.connect() as connection:
        assert connection.execute(select(TABLES["repair"])).all() == []


def test_a_form_that_is_sent_twice_makes_one_paper(store: Engine) -> None:
    mei = somebody(store, "collections")
    mei.get("/console/repair/new")
    fields = {**mei.form("/console/repair/write").fields, "item": "snow", "harm": "torn", "found": "shelf"}
    fields.pop("selected", None)
    first, second = (mei.post("/console/repair/write", **fields).headers["location"] for _ in range(2))
    assert first == second
    with writing(store) as connection:
        connection.execute(update(items).where(items.c.id == "snow").values(state="withdrawn"))
    number = first.partition("number=")[2]
    steps(mei, "repair", number, "clear", reason="it is whole")
    assert item_state(store, "snow") == "withdrawn", "what somebody said of the copy meanwhile stands"


def test_a_paper_can_be_changed_until_somebody_has_acted_on_it(store: Engine) -> None:
    mei = somebody(store, "collections")
    number = writes(mei, "repair", item="snow", harm="torn", found="shelf")
    mei.get(f"/console/repair/edit?number={number}")
    mei.send("/console/repair/change", item="snow", harm="water", found="shelf", note="wet")
    steps(mei, "repair", number, "assess", treatment="dry it", cost="1")
    assert "Change" not in words_at(mei, f"/console/repair?number={number}").partition("History")[0]
    with store.connect() as connection:
        row = connection.execute(select(TABLES["repair"])).one()
    assert (row.harm, row.note, row.version) == ("water", "wet", 3)
    assert row.made_at.utcoffset() == timedelta()


def test_the_map_shows_every_duty_and_opens_what_one_may_see(store: Engine) -> None:
    mei = somebody(store, "circulation")
    page = mei.get("/console/duties").text
    assert 'href="/console/repairs"' in page
    assert 'href="/console/posts"' not in page
    assert "Posts" in page


def test_whoever_stands_in_has_the_roles_of_the_absent_and_no_longer(store: Engine) -> None:
    ann, boss = somebody(store, "events", name="ann"), somebody(store, "director", name="boss")
    kim = somebody(store, "circulation", name="kim")
    assert ann.get("/console/charges").status_code == 403
    today = datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date()
    days = {"since": str(today), "until": str(today)}
    number = writes(kim, "absence", holder="kim", deputy="ann", **days)
    assert "granted" in steps(boss, "absence", number, "grant")
    assert ann.get("/console/charges").status_code == 200
    steps(boss, "absence", number, "end")
    assert ann.get("/console/charges").status_code == 403
    over = str(today - timedelta(days=1))
    number = writes(kim, "absence", holder="kim", deputy="ann", since=over, until=over)
    steps(boss, "absence", number, "grant")
    assert ann.get("/console/charges").status_code == 403


def test_making_accounts_is_never_handed_on(store: Engine) -> None:
    somebody(store, "admin", name="root")
    boss, kim = somebody(store, "director", name="boss"), somebody(store, "circulation", name="kim")
    number = writes(kim, "absence", holder="root", deputy="boss", since="2020-01-01", until="2099-01-01")
    other = somebody(store, "director", name="other")
    steps(other, "absence", number, "grant")
    assert boss.get("/console/staff").status_code == 403


def test_nobody_holds_two_posts_that_look_at_each_others_work(store: Engine) -> None:
    boss, other = somebody(store, "director", name="boss"), somebody(store, "director", name="other")
    for post in ("acquisitions", "finance"):
        typed = {"post": post, "holder": "boss", "since": "2026-01-01", "duties": "x"}
        number = writes(boss, "post", **typed)
        said = steps(other, "post", number, "appoint")
    assert "nobody holds both" in said
    assert state_of(store, "post", number) == "draft"


def test_every_duty_has_a_list_a_form_and_a_file_for_its_people(store: Engine) -> None:
    people = {role.name: somebody(store, role.name, name=role.name.replace("_", "-")) for role in ROLES.role}
    for duty in DUTIES:
        readers = [role.name for role in ROLES.role if Permission(duty.read) in role.permissions]
        writers = [role.name for role in ROLES.role if Permission(duty.kind.permission) in role.permissions]
        for name in readers:
            assert people[name].get(f"/console/{duty.plural}").status_code == 200, (duty.plural, name)
        assert people[readers[0]].get(f"/console/{duty.plural}.csv").status_code == 200, duty.plural
        assert people[writers[0]].get(f"/console/{duty.kind.name}/new").status_code == 200, duty.kind.name
