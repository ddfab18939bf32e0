"""What every duty promises, whatever it is about: its table, its fields and its words fit together."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.library.documents import Guard, Paper, Refused, Step, Why, Wish, decide
from kiosk.library.duty_book import DUTIES, duty_of
from kiosk.library.forms import BadValue, Duty, Field, FieldKind, cents_of, typed
from kiosk.model.circulation import Language
from kiosk.settings import load
from kiosk.web.roles import SHIPPED, Permission, RolesFile
from kiosk.words.sentences import CONSOLE, words

EVERY = pytest.mark.parametrize("duty", DUTIES, ids=lambda duty: duty.kind.name)
ROLES = load(RolesFile, SHIPPED)
PAPERS_OWN = {"id", "number", "state", "version", "made_by", "made_at"}


@EVERY
def test_every_state_can_be_reached_and_left_or_is_an_end(duty: Duty) -> None:
    reached = {duty.kind.first}
    while more := {step.to for (of, _), step in duty.kind.table.items() if of in reached} - reached:
        reached |= more
    assert reached == set(type(duty.kind.first))
    leads_on = {of for (of, _) in duty.kind.table}
    assert duty.ended_in <= leads_on
    assert reached - leads_on, "no paper of this duty ever comes to an end"


@EVERY
def test_what_is_asked_for_belongs_to_a_step_and_has_a_column_of_its_own(duty: Duty) -> None:
    actions = {action for (_, action) in duty.kind.table}
    assert set(duty.asks) <= actions
    assert set(duty.checks) <= set(duty.kind.table)
    columns = {one.name: one for one in duty.columns()}
    assert not PAPERS_OWN & set(columns)
    assert set(duty.listed) <= set(columns)
    for fields in duty.asks.values():
        for one in fields:
            assert columns[one.name] == one, "one name, two fields"
    assert (not duty.due) == (not duty.sleeps_in)
    assert not duty.due or columns[duty.due].kind is FieldKind.DAY


@EVERY
def test_every_step_has_somebody_who_may_take_it_and_another_where_two_are_wanted(duty: Duty) -> None:
    def holders(permission: str) -> set[str]:
        return {role.name for role in ROLES.role if Permission(permission) in role.permissions}

    writers = holders(duty.kind.permission)
    assert writers
    assert writers <= holders(duty.read), "who writes it cannot read it"
    for step in duty.kind.table.values():
        assert holders(step.permission), step.permission
        if Guard.ANOTHER_PERSON in step.guards:
            assert holders(step.permission), step.permission


@EVERY
@pytest.mark.parametrize("language", [Language.ZH, Language.EN])
def test_everything_has_its_words(duty: Duty, language: Language) -> None:
    said = words(language, CONSOLE)
    needed = [f"menu.{duty.plural}", f"duty.{duty.kind.name}"]
    needed += [f"paper.{duty.kind.name}-{action}" for action in ("write", "change")]
    needed += [f"paper.{duty.kind.name}-{action}" for (_, action) in duty.kind.table]
    for one in duty.columns():
        needed += [f"field.{one.name}", *(f"choice.{code}" for code in one.choices)]
    assert [key for key in needed if said.known(key) is None] == []
    for state in type(duty.kind.first):
        assert said.known(f"stage.{duty.kind.name}-{state}") or said.known(f"stage.{state}"), state


@given(st.data())
def test_what_the_table_does_not_have_is_never_done(data: st.DataObject) -> None:
    duty = data.draw(st.sampled_from(DUTIES))
    states, actions = list(type(duty.kind.first)), sorted({action for (_, action) in duty.kind.table})
    state: StrEnum = data.draw(st.sampled_from(states))
    action = data.draw(st.sampled_from(actions))
    may = data.draw(st.sets(st.sampled_from(sorted({step.permission for step in duty.kind.table.values()}))))
    who, version = data.draw(st.sampled_from(["mei", "boss"])), data.draw(st.integers(1, 2))
    reason = data.draw(st.sampled_from(["", " ", "because"]))
    done = decide(duty.kind, Paper("N", state, 1, "mei"), Wish(action, who, may, version, reason))
    match done:
        case Refused(Why.NOT_IN_THIS_STATE, possible):
            assert (state, action) not in duty.kind.table
            assert all((state, one) in duty.kind.table for one in possible)
        case Refused(Why.OWN):
            assert who == "mei"
        case Refused():
            pass
        case Step(to, permission, guards):
            assert duty.kind.table[state, action].to == to
            assert permission in may
            assert version == 1
            assert not (Guard.ANOTHER_PERSON in guards and who == "mei")
            assert reason.strip() or Guard.REASON not in guards


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        (Field("x"), "  two\twords\n", "two words"),
        (Field("x", FieldKind.TEXT), "one\ntwo\x07", "one\ntwo"),
        (Field("x", FieldKind.NUMBER), "４２", 42),
        (Field("x", FieldKind.MONEY), "12.5", 1_250),
        (Field("x", FieldKind.MONEY), "0", 0),
        (Field("x", FieldKind.DAY), "2028-02-29", date(2028, 2, 29)),
        (Field("x", FieldKind.TIME), "2026-11-27T10:30", datetime(2026, 11, 27, 10, 30)),
        (Field("x", FieldKind.CHOICE, choices=("a",)), "a", "a"),
        (Field("x", optional=True), " ", ""),
        (Field("x", FieldKind.DAY, optional=True), "", None),
    ],
)
def test_what_is_typed_becomes_a_value(field: Field, text: str, value: object) -> None:
    assert typed(field, text) == value


@pytest.mark.parametrize(
    ("field", "text", "key"),
    [
        (Field("x"), " ", "wrong.empty"),
        (Field("x", FieldKind.NUMBER, least=1, most=9), "0", "wrong.number-between"),
        (Field("x", FieldKind.NUMBER), "1e3", "wrong.number-between"),
        (Field("x", FieldKind.MONEY), "12,50", "wrong.amount"),
        (Field("x", FieldKind.MONEY), "-1", "wrong.amount"),
        (Field("x", FieldKind.DAY), "2026-02-29", "wrong.day"),
        (Field("x", FieldKind.TIME), "2026-11-27", "wrong.time"),
        (Field("x", FieldKind.TIME), "2026-11-27T10:30+08:00", "wrong.time"),
        (Field("x", FieldKind.CHOICE, choices=("a",)), "b", "wrong.choice"),
    ],
)
def test_what_makes_no_sense_is_named(field: Field, text: str, key: str) -> None:
    with pytest.raises(BadValue) as bad:
        typed(field, text)
    assert bad.value.key == key


@given(st.integers(0, 10**9))
def test_an_amount_that_is_told_is_read_again(cents: int) -> None:
    assert cents_of(f"{cents // 100}.{cents % 100:02d}") == (cents if cents < 10**9 else None)


def test_a_round_sleeps_until_its_day() -> None:
    assert duty_of("round").sleeps_in
