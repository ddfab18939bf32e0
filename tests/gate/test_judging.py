"""Who passes and who rings, for every mark and every word of the ledger."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.gate.judging import Ignored, Kind, Mark, Passes, Rings, Sighting, Standing, judge, mark_of
from kiosk.model.circulation import SecurityMarks
from kiosk.model.gate_facts import AlarmKind, PassWhy, Rule
from tests.gate.building import IN_STOCK, ON_LOAN, a_sighting

MARKS = SecurityMarks()
STRANGE = 0x50


def test_lent_and_marked_so_passes() -> None:
    assert judge(a_sighting(afi=ON_LOAN), Standing.LENT, MARKS) == Passes(PassWhy.LENT, Rule.LEDGER)


def test_not_lent_and_marked_so_rings() -> None:
    assert judge(a_sighting(afi=IN_STOCK), Standing.IN_STOCK, MARKS) == Rings(AlarmKind.NOT_LENT, Rule.LEDGER)


def test_a_phone_that_switches_the_byte_fools_nobody() -> None:
    assert judge(a_sighting(afi=ON_LOAN), Standing.IN_STOCK, MARKS) == Rings(AlarmKind.OPENED_NOT_LENT, Rule.LEDGER)
    assert judge(a_sighting(afi=STRANGE), Standing.IN_STOCK, MARKS) == Rings(AlarmKind.MARK_CHANGED, Rule.LEDGER)


@pytest.mark.parametrize("afi", [IN_STOCK, STRANGE])
def test_lent_by_a_phone_or_another_system_passes_and_wants_repair(afi: int) -> None:
    assert judge(a_sighting(afi=afi), Standing.LENT, MARKS) == Passes(PassWhy.LENT_TAG_CLOSED, Rule.LEDGER)


@pytest.mark.parametrize("standing", [Standing.UNKNOWN, Standing.NOT_ASKED])
@pytest.mark.parametrize(
    ("kind", "ignored"),
    [
        (Kind.OTHER_LIBRARY, Ignored.OTHER_LIBRARY),
        (Kind.CARD, Ignored.CARD),
    ],
)
@pytest.mark.parametrize("afi", [IN_STOCK, ON_LOAN, STRANGE])
def test_what_belongs_to_others_is_ignored(standing: Standing, kind: Kind, ignored: Ignored, afi: int) -> None:
    assert judge(a_sighting(afi=afi, kind=kind), standing, MARKS) is ignored


def test_bank_cards_are_ignored_and_a_damaged_tag_of_ours_is_not() -> None:
    assert judge(a_sighting(afi=0x00, kind=Kind.NO_LIBRARY), Standing.UNKNOWN, MARKS) is Ignored.NO_LIBRARY
    damaged = a_sighting(item=None, uid="E004015099000004", afi=IN_STOCK, kind=Kind.NO_LIBRARY)
    assert judge(damaged, Standing.UNKNOWN, MARKS) == Rings(AlarmKind.MARK_RINGS, Rule.MARK)


def test_another_librarys_name_on_a_book_of_ours_does_not_open_the_gate() -> None:
    renamed = a_sighting(afi=ON_LOAN, kind=Kind.OTHER_LIBRARY)
    assert judge(renamed, Standing.IN_STOCK, MARKS) == Rings(AlarmKind.OPENED_NOT_LENT, Rule.LEDGER)


def test_without_a_ledger_the_mark_decides_as_it_always_did() -> None:
    assert judge(a_sighting(afi=IN_STOCK), Standing.NOT_ASKED, MARKS) == Rings(AlarmKind.MARK_RINGS, Rule.MARK)
    assert judge(a_sighting(afi=ON_LOAN), Standing.NOT_ASKED, MARKS) == Passes(PassWhy.MARK_OPEN, Rule.MARK)
    assert judge(a_sighting(afi=STRANGE), Standing.NOT_ASKED, MARKS) is Ignored.OTHER_MARK


def test_a_portal_that_tells_no_mark_goes_by_the_ledger_alone() -> None:
    untold = a_sighting(afi=None)
    assert judge(untold, Standing.IN_STOCK, MARKS) == Rings(AlarmKind.NOT_LENT, Rule.LEDGER)
    assert judge(untold, Standing.LENT, MARKS) == Passes(PassWhy.LENT, Rule.LEDGER)
    assert judge(untold, Standing.NOT_ASKED, MARKS) is Ignored.NOTHING_TO_GO_BY


def test_a_gate_that_tells_only_its_own_alarms_is_held_against_the_ledger() -> None:
    told = a_sighting(afi=None, only_alarms=True)
    assert judge(told, Standing.LENT, MARKS) == Passes(PassWhy.LENT_TAG_CLOSED, Rule.LEDGER)
    assert judge(told, Standing.NOT_ASKED, MARKS) == Rings(AlarmKind.MARK_RINGS, Rule.MARK)


def test_eas_rings_whatever_the_afi_says() -> None:
    assert mark_of(a_sighting(afi=ON_LOAN, eas=True), MARKS) is Mark.CLOSED
    assert mark_of(a_sighting(afi=None, eas=False), MARKS) is Mark.OPEN


sightings = st.builds(
    Sighting,
    gate=st.just("exit"),
    kind=st.sampled_from(Kind),
    item=st.none() | st.text(max_size=20),
    uid=st.none() | st.text(max_size=16),
    afi=st.none() | st.integers(0, 255),
    eas=st.none() | st.booleans(),
    only_alarms=st.booleans(),
    outward=st.none() | st.booleans(),
    late=st.booleans(),
)
marks = st.tuples(st.integers(0, 255), st.integers(0, 255)).filter(lambda two: two[0] != two[1])


@given(sightings, marks)
def test_what_is_lent_never_rings_and_what_is_in_stock_never_passes(sighting: Sighting, pair: tuple[int, int]) -> None:
    own = SecurityMarks(*pair)
    assert isinstance(judge(sighting, Standing.LENT, own), Passes)
    assert isinstance(judge(sighting, Standing.IN_STOCK, own), Rings)


@given(sightings, marks, st.sampled_from([Standing.UNKNOWN, Standing.NOT_ASKED]))
def test_a_secured_tag_that_may_be_ours_rings_without_a_ledger(
    sighting: Sighting, pair: tuple[int, int], standing: Standing
) -> None:
    own = SecurityMarks(*pair)
    closed = mark_of(sighting, own) is Mark.CLOSED
    foreign = sighting.kind in (Kind.OTHER_LIBRARY, Kind.CARD)
    assert isinstance(judge(sighting, standing, own), Rings) is (closed and not foreign)
