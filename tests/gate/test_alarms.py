"""One person is one alarm, a trolley rings once, and what somebody says of it is kept."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.gate.alarms import MOST_ITEMS
from kiosk.gate.effects import Hush, Signal
from kiosk.gate.judging import Kind, Standing
from kiosk.model.gate_facts import AlarmKind, AlarmState, GateAlarmed, GatePassed, PassWhy, Rule
from kiosk.model.ids import ItemId
from tests.gate.building import LE_ZAHIR, ON_LOAN, XI_YOU_JI, Walk, a_sighting


def a_shelf(count: int) -> list[str]:
    return [str(35555000100000 + number) for number in range(count)]


def test_a_bag_of_books_is_one_alarm_that_rings_once() -> None:
    walk = Walk()
    for book in a_shelf(5):
        walk.seen(a_sighting(book))
        walk.wait(0.3)
    assert len(walk.alarms) == 1
    assert walk.rang == 1
    assert [one.item for one in walk.alarms[0].items] == a_shelf(5)
    assert len(walk.facts) == 5


def test_the_lamp_is_ordered_before_anything_is_written() -> None:
    effects = Walk().seen(a_sighting())
    assert isinstance(effects[0], Signal)


def test_the_next_person_is_the_next_alarm() -> None:
    walk = Walk()
    walk.seen(a_sighting(LE_ZAHIR))
    walk.wait(5)
    walk.seen(a_sighting(XI_YOU_JI))
    assert len(walk.alarms) == 2
    assert walk.rang == 2


def test_a_second_person_rings_although_a_trolley_still_stands_there() -> None:
    walk = Walk()
    walk.seen(a_sighting(LE_ZAHIR))
    for _ in range(20):
        walk.wait(2)
        walk.seen(a_sighting(LE_ZAHIR))
    walk.seen(a_sighting(XI_YOU_JI))
    assert walk.rang == 2


def test_a_trolley_of_80_beside_the_aisle_is_one_alarm_and_a_hint() -> None:
    walk = Walk()
    for _ in range(30):
        for book in a_shelf(80):
            walk.seen(a_sighting(book))
        walk.wait(2)
    assert len(walk.alarms) == 1
    assert walk.rang == 1
    assert walk.alarms[0].lingers
    assert len(walk.facts) == 80


def test_a_whole_wall_of_books_names_no_more_than_it_must() -> None:
    walk = Walk()
    for book in a_shelf(MOST_ITEMS + 50):
        walk.seen(a_sighting(book))
    assert len(walk.facts) == MOST_ITEMS
    assert walk.rang == 1


def test_one_tag_that_stays_becomes_a_hint_and_stays_quiet() -> None:
    walk = Walk()
    for _ in range(60):
        walk.seen(a_sighting())
        walk.wait(2)
    assert walk.rang == 1
    assert walk.alarms[0].lingers


def test_gone_and_back_it_rings_again_and_is_the_same_alarm() -> None:
    walk = Walk()
    walk.seen(a_sighting())
    walk.wait(11)
    walk.seen(a_sighting())
    assert walk.rang == 2
    assert len(walk.alarms) == 1


def test_a_shelf_at_the_edge_of_the_field_is_one_alarm_a_hint_and_then_quiet() -> None:
    """Forty books that the gate hears now and then, for an hour: with pauses in which nothing is heard at all."""
    walk, chance = Walk(), Random(5)
    shelf = a_shelf(40)
    for book in shelf:  # somebody pushes it there
        walk.seen(a_sighting(book))
        walk.wait(0.2)
    for _ in range(2_000):
        walk.wait(chance.expovariate(1 / 1.8))
        walk.seen(a_sighting(chance.choice(shelf)))
    assert len(walk.alarms) == 1
    assert walk.alarms[0].lingers
    assert walk.rang == 1
    walk.seen(a_sighting(XI_YOU_JI))
    assert walk.rang == 2, "a book that does not stand there"


def test_one_book_that_comes_and_goes_rings_twice_and_is_a_hint_then() -> None:
    walk = Walk()
    for _ in range(20):
        walk.seen(a_sighting())
        walk.wait(30)
    assert len(walk.alarms) == 1
    assert walk.rang == 2
    assert walk.alarms[0].lingers


def test_a_shelf_that_the_guard_has_called_false_stays_quiet_and_one_that_was_settled_does_not() -> None:
    walk = Walk()
    for _ in range(4):
        walk.seen(a_sighting())
        walk.wait(30)
    walk.answers(walk.alarms[0], AlarmState.FALSE)
    walk.seen(a_sighting())
    assert walk.rang == 2
    walk.answers(walk.alarms[0], AlarmState.CLEARED)
    walk.seen(a_sighting())
    assert walk.rang == 3


def test_an_hour_later_it_is_another_person() -> None:
    walk = Walk()
    walk.seen(a_sighting())
    walk.wait(3_600)
    walk.seen(a_sighting())
    assert (walk.rang, len(walk.alarms)) == (2, 2)


def test_a_report_that_a_gate_tells_again_after_its_line_was_cut_is_written_down_once() -> None:
    walk = Walk()
    for _ in range(3):
        walk.seen(replace(a_sighting(late=True), stamp="2026-11-24T18:01:00"))
        walk.wait(30)
    assert len(walk.facts) == 1
    walk.seen(replace(a_sighting(late=True), stamp="2026-11-24T18:02:00"))
    assert len(walk.facts) == 2


def test_settled_and_carried_out_all_the_same_it_rings_at_once() -> None:
    walk = Walk()
    walk.seen(a_sighting())
    walk.answers(walk.alarms[0], AlarmState.SEEN)
    walk.answers(walk.alarms[0], AlarmState.CLEARED)
    walk.wait(3)
    walk.seen(a_sighting())
    assert walk.rang == 2


def test_a_false_alarm_does_not_ring_again_while_it_stands_there() -> None:
    walk = Walk()
    walk.seen(a_sighting())
    walk.answers(walk.alarms[0], AlarmState.FALSE)
    walk.wait(2)
    walk.seen(a_sighting())
    assert walk.rang == 1


def test_lent_books_pass_and_are_written_down_once() -> None:
    walk = Walk()
    for _ in range(4):
        walk.seen(a_sighting(afi=ON_LOAN), Standing.LENT)
        walk.wait(1)
    assert [type(fact) for fact in walk.facts] == [GatePassed]
    assert walk.rang == 0


def test_a_lent_book_whose_tag_is_closed_passes_for_repair() -> None:
    walk = Walk()
    walk.seen(a_sighting(), Standing.LENT)
    (fact,) = walk.facts
    assert isinstance(fact, GatePassed)
    assert fact.wants_repair
    assert fact.why is PassWhy.LENT_TAG_CLOSED


def test_what_was_passed_rings_when_the_ledger_changes_its_mind() -> None:
    walk = Walk()
    walk.seen(a_sighting(afi=ON_LOAN), Standing.LENT)
    walk.wait(1)
    walk.seen(a_sighting(afi=ON_LOAN), Standing.IN_STOCK)
    assert walk.rang == 1


def test_strangers_are_counted_and_nothing_of_them_is_kept() -> None:
    walk = Walk()
    for _ in range(3):
        walk.seen(a_sighting(kind=Kind.CARD), Standing.UNKNOWN)
    assert walk.state.ignored == {"card": 3}
    assert walk.facts == []


def test_what_a_gate_told_late_is_written_down_and_rings_nothing() -> None:
    walk = Walk()
    walk.seen(a_sighting(late=True))
    (fact,) = walk.facts
    assert walk.rang == 0
    assert isinstance(fact, GateAlarmed)
    assert fact.late


def test_a_late_alarm_does_not_swallow_one_of_this_moment() -> None:
    walk = Walk()
    walk.seen(a_sighting(LE_ZAHIR, late=True))
    walk.seen(a_sighting(XI_YOU_JI))
    assert walk.rang == 1
    assert len(walk.alarms) == 2


def test_an_alarm_answers_why_it_rang() -> None:
    walk = Walk()
    walk.seen(a_sighting(afi=ON_LOAN))
    (fact,) = walk.facts
    assert fact == GateAlarmed(
        walk.alarms[0].id,
        "exit",
        AlarmState.RAISED,
        LE_ZAHIR,
        a_sighting().uid,
        ON_LOAN,
        AlarmKind.OPENED_NOT_LENT,
        Rule.LEDGER,
        ledger_version=7,
        ledger_age_s=3,
    )


def test_who_saw_it_and_what_it_was_is_kept_and_the_lamp_goes_out() -> None:
    walk = Walk()
    walk.seen(a_sighting())
    effects = walk.answers(walk.alarms[0], AlarmState.SEEN)
    assert Hush("exit") in effects
    walk.answers(walk.alarms[0], AlarmState.CLEARED, by="Guard Wang")
    assert walk.alarms[0].state is AlarmState.CLEARED
    assert walk.alarms[0].by == "Guard Wang"
    told = [(fact.state, fact.by) for fact in walk.facts if isinstance(fact, GateAlarmed)]
    assert told == [(AlarmState.RAISED, ""), (AlarmState.SEEN, "Guard Li"), (AlarmState.CLEARED, "Guard Wang")]


@pytest.mark.parametrize("state", [AlarmState.RAISED, AlarmState.SEEN])
def test_what_is_over_does_not_begin_again_by_a_late_touch(state: AlarmState) -> None:
    walk = Walk()
    walk.seen(a_sighting())
    walk.answers(walk.alarms[0], AlarmState.CLEARED)
    assert walk.answers(walk.alarms[0], state) == []


def test_an_alarm_that_nobody_knows_changes_nothing() -> None:
    walk = Walk()
    walk.seen(a_sighting())
    stranger = replace(walk.alarms[0], id=type(walk.alarms[0].id)("another"))
    assert walk.answers(stranger, AlarmState.CLEARED) == []


def test_tags_without_number_and_uid_each_ring() -> None:
    walk = Walk()
    for _ in range(2):
        walk.seen(a_sighting(item=None, only_alarms=True, afi=None), Standing.UNKNOWN)
        walk.wait(6)
    assert walk.rang == 2


reports = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from([0.0, 0.5, 2.0, 5.0, 12.0]), st.sampled_from(Standing)), max_size=60
)


@given(reports)
def test_no_item_that_rings_is_without_an_alarm_that_names_it(told: list[tuple[int, float, Standing]]) -> None:
    """Whatever order reports come in, repeated or not: every ringing tag stands in an alarm that is open."""
    walk = Walk()
    for number, wait_s, standing in told:
        book = str(35555000100000 + number)
        walk.seen(a_sighting(book), standing)
        if standing in (Standing.IN_STOCK, Standing.UNKNOWN, Standing.NOT_ASKED):
            assert any(ItemId(book) in [one.item for one in alarm.items] for alarm in walk.alarms if alarm.is_open)
        walk.wait(wait_s)
    rung = [fact for fact in walk.facts if isinstance(fact, GateAlarmed)]
    assert len({fact.intent for fact in rung}) == len(walk.alarms) <= walk.rang
