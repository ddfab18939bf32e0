"""W6: central is away, and the kiosk lends by its copy of the library's rules: who, what, how many, until when."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from kiosk.model.facts import Decided, LoanMade
from kiosk.model.reasons import ReasonCode
from kiosk.rules.offline import KnownItem, KnownPatron, OfflinePolicy
from kiosk.session.events import CopyChanged, Touch
from kiosk.session.state import Attract, Borrowing, Identifying, Stage
from tests.rules.copies import Copy
from tests.session.playbook import (
    Playbook,
    Word,
    card,
    happens,
    laid_down,
    lent,
    offline,
    online,
    policy,
    pulled_away,
    seconds_pass,
    shows,
    stage,
    touch,
)
from tests.session.room import START

WEI, LI = "card:card-of-Wei", "card:card-of-Li"


USUAL = OfflinePolicy()


def handed_out(copy: Copy, limits: OfflinePolicy = USUAL) -> Word:
    """Central hands out copies, and this one is here."""

    def say(play: Playbook) -> None:
        policy(lambda before: replace(before, needs_copy=True, offline=limits))(play)
        happens(CopyChanged(copy))(play)
        offline(play)

    return say


def done(play: Playbook) -> None:
    """Everything is taken along, and the screen is wiped."""
    play.room.take_off(*play.room.books)
    touch(Touch.DONE)(play)
    seconds_pass(60)(play)


def problem(play: Playbook) -> ReasonCode | None:
    scene = play.scene
    assert isinstance(scene, Identifying)
    return None if scene.problem is None else scene.problem.code


def test_the_library_s_rules_say_until_when(kiosk: Playbook) -> None:
    snow = kiosk.book("Snow").item
    copy = Copy(items={snow: KnownItem("short")})
    kiosk.given(handed_out(copy), laid_down("Snow", "Le zahir"), card("Wei"))
    kiosk.expect(lent("Snow", "Le zahir"))
    dues = {row.item.id: row.due.date().isoformat() for row in kiosk.rows() if row.item and row.due}
    assert dues == {snow: "2026-12-01", kiosk.book("Le zahir").item: "2026-12-22"}
    assert all(row.provisional for row in kiosk.rows())


def test_the_fact_says_by_which_copy(kiosk: Playbook) -> None:
    kiosk.given(handed_out(Copy(version="v42")), laid_down("Snow"), card("Wei"))
    made = [fact for fact in kiosk.facts() if isinstance(fact, LoanMade)]
    assert [(fact.decided, fact.policy_version) for fact in made] == [(Decided.OFFLINE, "v42")]
    kiosk.when(done, online, laid_down("Le zahir"), card("Wei"))
    made = [fact for fact in kiosk.facts() if isinstance(fact, LoanMade)]
    assert [(fact.decided, fact.policy_version) for fact in made][1:] == [(Decided.CENTRAL, "")]


def test_who_is_stopped_is_told_at_once_and_may_still_return(kiosk: Playbook) -> None:
    kiosk.given(handed_out(Copy(patrons={WEI: KnownPatron("", stopped=True)})), laid_down("Snow"), card("Wei"))
    kiosk.expect(shows(Identifying))
    assert problem(kiosk) is ReasonCode.BLOCKED
    kiosk.when(touch(Touch.RETURN))
    assert not isinstance(kiosk.scene, Identifying)


def test_without_a_copy_nobody_is_let_in_to_borrow(kiosk: Playbook) -> None:
    kiosk.given(policy(lambda before: replace(before, needs_copy=True)), offline, laid_down("Snow"), card("Wei"))
    assert problem(kiosk) is ReasonCode.OFFLINE_NOT_POSSIBLE


@pytest.mark.parametrize(("hours", "lends"), [(23, True), (25, False)])
def test_an_old_copy_lends_nothing(kiosk: Playbook, hours: int, lends: bool) -> None:
    issued = START - timedelta(hours=hours)
    kiosk.given(handed_out(Copy(issued=issued)), laid_down("Snow"), card("Wei"))
    assert isinstance(kiosk.scene, Borrowing) == lends


def test_what_is_set_aside_for_somebody_else_stays(kiosk: Playbook) -> None:
    snow = kiosk.book("Snow").item
    copy = Copy(items={snow: KnownItem("book", reserved=True)}, kept={(snow, LI)})
    kiosk.given(handed_out(copy), laid_down("Snow", "Le zahir"), card("Wei"))
    kiosk.expect(stage("Snow", Stage.REFUSED, ReasonCode.ON_HOLD), lent("Le zahir"))
    kiosk.when(pulled_away("Snow"), done, laid_down("Snow"), card("Li"))
    kiosk.expect(stage("Snow", Stage.DONE))


def test_a_patron_who_comes_again_goes_on_where_they_stopped(kiosk: Playbook) -> None:
    """Five books while central is away are five, in one visit or in three."""
    kiosk.given(handed_out(Copy(), OfflinePolicy(max_items=2)), laid_down("Snow", "Le zahir"), card("Wei"))
    kiosk.expect(lent("Snow", "Le zahir"))
    kiosk.when(done, laid_down("Deep river"), card("Wei"))
    kiosk.expect(stage("Deep river", Stage.REFUSED, ReasonCode.OFFLINE_LIMIT))
    kiosk.when(done, laid_down("Deep river"), card("Li"))
    kiosk.expect(stage("Deep river", Stage.DONE))


def test_the_amount_over_all_patrons_is_reached(kiosk: Playbook) -> None:
    kiosk.given(handed_out(Copy(), OfflinePolicy(max_total=2)), laid_down("Snow", "Le zahir"), card("Wei"))
    kiosk.when(done, laid_down("Deep river"), card("Li"))
    assert problem(kiosk) is ReasonCode.OFFLINE_NOT_POSSIBLE


def test_a_newer_copy_counts_anew(kiosk: Playbook) -> None:
    kiosk.given(handed_out(Copy(), OfflinePolicy(max_total=2)), laid_down("Snow", "Le zahir"), card("Wei"))
    kiosk.when(done)
    newer = Copy(version="v2", issued=kiosk.room.moment().utc)
    kiosk.when(happens(CopyChanged(newer)), laid_down("Deep river"), card("Li"))
    kiosk.expect(lent("Deep river"))
    assert len(kiosk.room.kiosk.around.alone) == 1


def test_how_many_more_is_what_central_said_last(kiosk: Playbook) -> None:
    kiosk.given(handed_out(Copy(patrons={WEI: KnownPatron("adult", more=1)})), laid_down("Snow"), card("Wei"))
    scene = kiosk.scene
    assert isinstance(scene, Borrowing)
    assert scene.patron.may_borrow is not None
    kiosk.when(done)
    kiosk.expect(shows(Attract))
