"""A patron pays by phone: what the screen says is what central said, and nothing is ever left unclear."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from kiosk.model.journal import RowKind
from kiosk.model.paying import AskPay, MayNotPay, PayOffered, Standing
from kiosk.model.questions import AccountCharge, AccountTold
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.session.effects import Ask
from kiosk.session.events import Answered, AskExpired, LinkChanged, Touch
from kiosk.session.pay_stage import Paying, PayStage
from kiosk.session.paying import GRACE_S, LOOK_S, MOST_TRIES
from kiosk.session.state import Account, Attract, Part
from tests.session.playbook import (
    Playbook,
    Word,
    card,
    central_answers,
    central_is_slow,
    happens,
    laid_down,
    offline,
    patrons,
    power_cut,
    seconds_pass,
    shows,
    touch,
)
from tests.session.room import PAY_LASTS_S

LINE_UP, LINE_DOWN = happens(LinkChanged(True)), happens(LinkChanged(False))


def owes(cents: int, *, by_phone: bool = True) -> Word:
    def say(play: Playbook) -> None:
        charges = (AccountCharge("overdue", "Snow", cents, date(2026, 11, 3)),) if cents else ()
        told = AccountTold((), (), cents, 5, charges, by_phone=by_phone)
        play.room.accounts[play.room.cards["card-of-Wei"].ref] = told

    return say


def at_charges(kiosk: Playbook, cents: int = 350, *, by_phone: bool = True) -> None:
    kiosk.given(patrons("Wei"), LINE_UP, owes(cents, by_phone=by_phone), touch(Touch.ACCOUNT), card("Wei"))
    kiosk.given(touch(Touch.SHOW, Part.CHARGES))
    kiosk.expect(shows(Account))


def paying(play: Playbook) -> Paying:
    assert isinstance(play.scene, Account), play.scene
    assert play.scene.paying is not None, "nobody pays"
    return play.scene.paying


def stage(wanted: PayStage) -> Word:
    def say(play: Playbook) -> None:
        assert paying(play).stage is wanted

    return say


def the_phone(standing: Standing) -> Word:
    """What the provider comes to know of the order on the screen."""

    def say(play: Playbook) -> None:
        play.room.orders[paying(play).order] = standing
        if standing is Standing.PAID:
            owes(0)(play)

    return say


def no_answer_in_time(play: Playbook) -> None:
    play.room.happened(AskExpired(play.room.central.pop(0).id))


def asked(play: Playbook, of: Callable[[Ask], bool]) -> list[Ask]:
    return [effect for effect in play.effects if isinstance(effect, Ask) and of(effect)]


def test_the_code_is_shown_and_paid_is_said_when_central_says_so(kiosk: Playbook) -> None:
    at_charges(kiosk)
    kiosk.when(touch(Touch.PAY))
    kiosk.expect(stage(PayStage.SHOWN))
    assert (paying(kiosk).code, paying(kiosk).cents) == ("weixin://order-1", 350)
    kiosk.when(seconds_pass(LOOK_S * 2))
    kiosk.expect(stage(PayStage.SHOWN))
    kiosk.when(the_phone(Standing.PAID), seconds_pass(LOOK_S))
    kiosk.expect(stage(PayStage.PAID))
    assert paying(kiosk).code == "", "a code that was paid is kept no longer"
    kiosk.when(touch(Touch.BACK))
    assert isinstance(kiosk.scene, Account)
    assert kiosk.scene.told is not None
    assert kiosk.scene.told.owes_cents == 0, "the account was asked for anew"
    assert kiosk.journal()[-2:] == [RowKind.PAY_ASKED, RowKind.PAY_SEEN]
    assert kiosk.facts() == [], "the money is central's own business: no fact could enter it twice"


def test_the_wish_is_journalled_before_central_is_asked_under_its_id(kiosk: Playbook) -> None:
    at_charges(kiosk)
    kiosk.when(central_is_slow, touch(Touch.PAY))
    (question,) = asked(kiosk, lambda ask: isinstance(ask.question, AskPay))
    assert kiosk.room.rows[-1].row.intent == str(question.id)
    kiosk.expect(stage(PayStage.ORDERING))


def test_a_provider_slower_than_one_question_is_asked_again_under_the_same_id(kiosk: Playbook) -> None:
    at_charges(kiosk)
    kiosk.given(central_is_slow, touch(Touch.PAY))
    intent = paying(kiosk).intent
    kiosk.when(no_answer_in_time)
    kiosk.expect(stage(PayStage.ORDERING))
    (again,) = asked(kiosk, lambda ask: isinstance(ask.question, AskPay))
    assert str(again.id) == intent
    kiosk.when(central_answers)
    kiosk.expect(stage(PayStage.SHOWN))


def test_a_provider_that_does_not_answer_is_given_up_and_can_be_asked_anew(kiosk: Playbook) -> None:
    at_charges(kiosk)
    kiosk.given(central_is_slow, touch(Touch.PAY))
    kiosk.when(*[no_answer_in_time] * MOST_TRIES)
    kiosk.expect(stage(PayStage.REFUSED))
    assert paying(kiosk).reasons == (Reason(ReasonCode.NO_ANSWER),)
    kiosk.when(touch(Touch.PAY), central_answers)
    kiosk.expect(stage(PayStage.SHOWN))


def test_a_line_that_goes_between_paying_and_being_told_is_said_and_heals(kiosk: Playbook) -> None:
    at_charges(kiosk)
    kiosk.given(touch(Touch.PAY))
    kiosk.when(offline, LINE_DOWN, the_phone(Standing.PAID), seconds_pass(LOOK_S))
    kiosk.expect(stage(PayStage.SHOWN))
    assert paying(kiosk).silent
    kiosk.room.online = True
    kiosk.when(LINE_UP, seconds_pass(LOOK_S))
    kiosk.expect(stage(PayStage.PAID))


def test_without_an_answer_at_the_end_nobody_is_told_that_nothing_was_paid(kiosk: Playbook) -> None:
    at_charges(kiosk)
    kiosk.given(touch(Touch.PAY))
    kiosk.when(offline, LINE_DOWN, the_phone(Standing.PAID), seconds_pass(PAY_LASTS_S + GRACE_S + 3 * LOOK_S))
    kiosk.expect(stage(PayStage.UNSURE))
    kiosk.when(touch(Touch.PAY))
    kiosk.expect(stage(PayStage.UNSURE))
    kiosk.room.online = True
    kiosk.when(LINE_UP)
    kiosk.expect(stage(PayStage.PAID))


def test_a_code_whose_time_is_over_can_be_had_anew_and_is_another_wish(kiosk: Playbook) -> None:
    at_charges(kiosk)
    kiosk.given(touch(Touch.PAY), the_phone(Standing.OVER), seconds_pass(LOOK_S))
    kiosk.expect(stage(PayStage.OVER))
    first = paying(kiosk).intent
    kiosk.when(touch(Touch.PAY))
    kiosk.expect(stage(PayStage.SHOWN))
    assert (paying(kiosk).order, paying(kiosk).intent != first) == ("order-2", True)


def test_another_amount_than_ordered_is_for_staff(kiosk: Playbook) -> None:
    at_charges(kiosk)
    kiosk.given(touch(Touch.PAY))
    kiosk.when(the_phone(Standing.WITH_STAFF), seconds_pass(LOOK_S))
    kiosk.expect(stage(PayStage.WITH_STAFF))
    kiosk.when(touch(Touch.PAY))
    kiosk.expect(stage(PayStage.WITH_STAFF))


def test_whoever_goes_back_and_pays_again_has_one_order(kiosk: Playbook) -> None:
    at_charges(kiosk)
    kiosk.when(touch(Touch.PAY), touch(Touch.BACK), touch(Touch.PAY))
    assert paying(kiosk).order == "order-1"


def test_nothing_is_offered_where_nothing_is_owed_or_nobody_takes_it(kiosk: Playbook) -> None:
    for cents, by_phone in ((0, True), (350, False)):
        at_charges(kiosk, cents, by_phone=by_phone)
        kiosk.when(touch(Touch.PAY))
        assert isinstance(kiosk.scene, Account)
        assert kiosk.scene.paying is None
        kiosk.given(touch(Touch.DONE))
    at_charges(kiosk)
    kiosk.when(offline, LINE_DOWN, touch(Touch.PAY))
    assert isinstance(kiosk.scene, Account)
    assert kiosk.scene.paying is None, "an order needs the line"


def test_central_may_find_that_nothing_is_owed_any_more(kiosk: Playbook) -> None:
    at_charges(kiosk)
    kiosk.when(owes(0), touch(Touch.PAY))
    kiosk.expect(stage(PayStage.REFUSED))
    assert isinstance(kiosk.scene, Account)
    assert kiosk.scene.told is not None
    assert kiosk.scene.told.owes_cents == 0, "the account was asked for anew"


def test_a_book_that_is_laid_down_does_not_take_the_code_away(kiosk: Playbook) -> None:
    at_charges(kiosk)
    kiosk.when(touch(Touch.PAY), laid_down("Snow"))
    kiosk.expect(stage(PayStage.SHOWN))


def test_a_late_answer_about_an_order_that_was_left_changes_nothing(kiosk: Playbook) -> None:
    at_charges(kiosk)
    kiosk.given(central_is_slow, touch(Touch.PAY))
    (question,) = kiosk.room.central
    kiosk.given(touch(Touch.BACK))
    before = kiosk.scene
    for late in (PayOffered("x", "weixin://x", 350, "CNY", 60), MayNotPay(())):
        kiosk.when(happens(Answered(question.id, late)))
        assert kiosk.scene == before


def test_the_screen_is_wiped_when_nobody_pays_and_nobody_is_there(kiosk: Playbook) -> None:
    kiosk.room.pay_lasts_s = 900
    at_charges(kiosk)
    kiosk.when(touch(Touch.PAY), seconds_pass(119))
    kiosk.expect(shows(Account))
    kiosk.when(seconds_pass(30))
    kiosk.expect(shows(Attract))


def test_a_power_cut_leaves_no_doubt_behind(kiosk: Playbook) -> None:
    at_charges(kiosk)
    kiosk.when(touch(Touch.PAY), power_cut)
    assert not kiosk.room.kiosk.around.doubts
