"""A patron looks at their account: renewals that survive everything, holds given up, and nothing left behind."""

from __future__ import annotations

from datetime import timedelta

from kiosk.model.circulation import Item
from kiosk.model.facts import HoldCancelled, LoanRenewed
from kiosk.model.ids import ItemId
from kiosk.model.journal import RowKind
from kiosk.model.questions import AccountHold, AccountLoan, AccountTold, AskAccount, AskRenew, MayRenew
from kiosk.model.reasons import ReasonCode
from kiosk.session.effects import Ask
from kiosk.session.events import Answered, CardLifted, LinkChanged, Touch
from kiosk.session.state import Account, Attract, Borrowing, Home, Kiosk, OutOfService, Part, RenewStage
from tests.session.playbook import (
    Playbook,
    Word,
    books,
    card,
    card_left,
    central_answers,
    central_is_slow,
    disk_freed,
    disk_full,
    happens,
    laid_down,
    no_doubts,
    offline,
    pad_unplugged,
    patrons,
    power_cut,
    refused,
    seconds_pass,
    shows,
    touch,
)
from tests.session.room import DUE, RENEWED

INTENDED, DONE = RowKind.RENEW_INTENDED, RowKind.LOAN_RENEWED
REFUSED, ABANDONED = RowKind.RENEW_REFUSED, RowKind.RENEW_ABANDONED
LINE_UP, LINE_DOWN = happens(LinkChanged(True)), happens(LinkChanged(False))


def has(*titles: str, holds: tuple[str, ...] = ()) -> Word:
    """Wei has these books, the first one due first, and waits for those."""

    def say(play: Playbook) -> None:
        books(*(title for title in titles if title not in play.room.books))(play)
        loans = tuple(
            AccountLoan(Item(ItemId(play.book(title).item), title), DUE + timedelta(days=n), 0)
            for n, title in enumerate(titles)
        )
        waits = tuple(AccountHold(title, False, None, f"hold-{title}", 1) for title in holds)
        play.room.accounts[play.room.cards["card-of-Wei"].ref] = AccountTold(loans, waits, 0, 5)

    return say


def at_account(kiosk: Playbook, *titles: str, holds: tuple[str, ...] = ()) -> None:
    """Wei has tapped the card and looks at the account."""
    kiosk.given(patrons("Wei"), LINE_UP, has(*titles, holds=holds), touch(Touch.ACCOUNT), card("Wei"))
    kiosk.expect(shows(Account))


def account(play: Playbook) -> Account:
    assert isinstance(play.scene, Account), play.scene
    return play.scene


def renewal(title: str, stage: RenewStage, *reasons: ReasonCode) -> Word:
    def say(play: Playbook) -> None:
        row = next(row for row in account(play).loans if row.loan.item.title == title)
        assert (row.stage, tuple(reason.code for reason in row.reasons)) == (stage, reasons)
        assert row.loan.due == RENEWED if stage is RenewStage.RENEWED else row.loan.due < RENEWED

    return say


def story_of(title: str, *kinds: RowKind) -> Word:
    def say(play: Playbook) -> None:
        assert play.journal(title) == list(kinds)

    return say


def renewed_at_central(*titles: str) -> Word:
    def say(play: Playbook) -> None:
        told = [fact.item for fact in play.facts() if isinstance(fact, LoanRenewed)]
        assert told == [play.book(title).item for title in titles]

    return say


def test_central_is_asked_anew_each_time_w7(kiosk: Playbook) -> None:
    kiosk.given(patrons("Wei"), LINE_UP, has("Snow", "Momo"), card("Wei"))
    kiosk.expect(shows(Home))
    kiosk.when(touch(Touch.ACCOUNT))
    kiosk.expect(shows(Account), renewal("Snow", RenewStage.STANDS), renewal("Momo", RenewStage.STANDS))
    kiosk.when(touch(Touch.DONE), has("Momo"), touch(Touch.ACCOUNT), card("Wei"))
    assert [row.loan.item.title for row in account(kiosk).loans] == ["Momo"]


def test_a_loan_is_renewed_by_its_fact_under_the_id_that_central_was_asked_with(kiosk: Playbook) -> None:
    at_account(kiosk, "Snow", "Momo")
    kiosk.when(touch(Touch.RENEW, "2"))
    kiosk.expect(renewal("Momo", RenewStage.RENEWED), renewal("Snow", RenewStage.STANDS))
    kiosk.expect(story_of("Momo", INTENDED, DONE), story_of("Snow"), renewed_at_central("Momo"))
    (ask,) = [effect for effect in kiosk.effects if isinstance(effect, Ask)]
    (fact,) = kiosk.facts()
    assert isinstance(fact, LoanRenewed)
    assert (str(ask.id), ask.question) == (fact.intent, AskRenew(fact.patron, fact.item))
    assert fact.due == RENEWED


def test_all_are_renewed_but_the_one_that_another_waits_for(kiosk: Playbook) -> None:
    at_account(kiosk, "Snow", "Momo", "Walden")
    kiosk.when(refused("Momo", ReasonCode.ON_HOLD), touch(Touch.RENEW_ALL))
    kiosk.expect(renewal("Momo", RenewStage.REFUSED, ReasonCode.ON_HOLD), story_of("Momo", INTENDED, REFUSED))
    kiosk.expect(renewal("Snow", RenewStage.RENEWED), renewal("Walden", RenewStage.RENEWED))
    kiosk.when(touch(Touch.RENEW_ALL))
    kiosk.expect(renewed_at_central("Snow", "Walden"))


def test_sixty_renewals_are_asked_for_a_few_at_a_time(kiosk: Playbook) -> None:
    titles = [f"Volume {number}" for number in range(60)]
    at_account(kiosk, *titles)
    kiosk.when(central_is_slow, touch(Touch.RENEW_ALL))
    assert 1 < sum(row.stage is RenewStage.ASKING for row in account(kiosk).loans) < 10
    kiosk.when(touch(Touch.DONE), touch(Touch.RENEW_ALL))
    kiosk.expect(shows(Account))
    kiosk.when(central_answers)
    kiosk.expect(renewed_at_central(*titles))


def test_without_an_answer_nothing_is_renewed_and_a_late_one_changes_nothing(kiosk: Playbook) -> None:
    at_account(kiosk, "Snow", "Momo", "Walden", "Out", "Up", "Down")
    kiosk.when(central_is_slow, touch(Touch.RENEW_ALL))
    (first, *_) = [effect for effect in kiosk.effects if isinstance(effect, Ask)]
    late = Answered(first.id, MayRenew(RENEWED))
    kiosk.when(offline, central_answers)
    kiosk.expect(renewal("Snow", RenewStage.REFUSED, ReasonCode.NO_ANSWER), story_of("Snow", INTENDED, REFUSED))
    kiosk.expect(renewal("Down", RenewStage.REFUSED, ReasonCode.NO_ANSWER), story_of("Down"))
    kiosk.when(happens(late))
    kiosk.expect(renewed_at_central(), renewal("Snow", RenewStage.REFUSED, ReasonCode.NO_ANSWER))


def test_what_got_no_answer_may_be_asked_for_again_and_is_renewed_once(kiosk: Playbook) -> None:
    at_account(kiosk, "Snow")
    kiosk.given(offline, touch(Touch.RENEW, "1"))
    kiosk.when(lambda play: setattr(play.room, "online", True), touch(Touch.RENEW, "1"), touch(Touch.RENEW, "1"))
    kiosk.expect(story_of("Snow", INTENDED, REFUSED, INTENDED, DONE), renewed_at_central("Snow"))


def test_a_power_cut_before_the_answer_leaves_the_loan_as_it_was_and_the_start_says_so(kiosk: Playbook) -> None:
    at_account(kiosk, "Snow")
    kiosk.when(central_is_slow, touch(Touch.RENEW, "1"), power_cut)
    kiosk.expect(story_of("Snow", INTENDED, ABANDONED), renewed_at_central(), no_doubts)


def test_a_power_cut_after_the_fact_neither_loses_nor_repeats_it(kiosk: Playbook) -> None:
    at_account(kiosk, "Snow")
    kiosk.when(touch(Touch.RENEW, "1"), power_cut)
    kiosk.expect(story_of("Snow", INTENDED, DONE), renewed_at_central("Snow"), no_doubts)


def test_a_full_disk_while_central_decides_renews_nothing(kiosk: Playbook) -> None:
    at_account(kiosk, "Snow")
    kiosk.when(central_is_slow, touch(Touch.RENEW, "1"), disk_full, central_answers)
    kiosk.expect(shows(OutOfService), story_of("Snow", INTENDED))
    kiosk.when(disk_freed)
    kiosk.expect(story_of("Snow", INTENDED, ABANDONED), renewed_at_central(), no_doubts)


def test_the_pad_goes_while_central_decides(kiosk: Playbook) -> None:
    at_account(kiosk, "Snow")
    kiosk.when(central_is_slow, touch(Touch.RENEW, "1"), pad_unplugged, central_answers)
    kiosk.expect(shows(OutOfService), story_of("Snow", INTENDED, ABANDONED), renewed_at_central())


def says_nothing_of(state: Kiosk, word: str) -> bool:
    return word not in repr(state.scene) and word not in repr(state.around.doubts)


def test_a_card_that_lay_there_and_is_taken_away_wipes_the_screen(kiosk: Playbook) -> None:
    kiosk.given(patrons("Wei"), LINE_UP, has("Snow"), touch(Touch.ACCOUNT), card_left("Wei"), seconds_pass(5))
    kiosk.expect(shows(Account))
    kiosk.when(happens(CardLifted()))
    kiosk.expect(shows(Attract))
    assert says_nothing_of(kiosk.room.kiosk, "Snow")
    assert kiosk.journal()[-1] is RowKind.SESSION_ENDED


def test_a_tap_is_no_good_bye(kiosk: Playbook) -> None:
    at_account(kiosk, "Snow")
    kiosk.when(seconds_pass(5), card_left("Wei"), seconds_pass(1), happens(CardLifted()))
    kiosk.expect(shows(Account))


def test_nobody_touches_anything_and_the_screen_is_wiped(kiosk: Playbook) -> None:
    at_account(kiosk, "Snow")
    kiosk.when(seconds_pass(81))
    kiosk.expect(shows(Attract))
    assert says_nothing_of(kiosk.room.kiosk, "Snow")


def test_a_hold_is_given_up_after_it_was_asked_once_more(kiosk: Playbook) -> None:
    at_account(kiosk, "Snow", holds=("Momo", "Walden"))
    kiosk.when(touch(Touch.SHOW, Part.HOLDS), touch(Touch.GIVE_UP, "2"))
    assert account(kiosk).giving_up == "hold-Walden"
    kiosk.when(touch(Touch.GIVE_UP, "1"))
    assert (account(kiosk).giving_up, kiosk.facts()) == ("hold-Momo", [])
    kiosk.when(touch(Touch.GIVE_UP, "1"), touch(Touch.GIVE_UP, "1"), touch(Touch.GIVE_UP, "1"))
    (fact,) = kiosk.facts()
    assert isinstance(fact, HoldCancelled)
    assert fact.hold == "hold-Momo"
    assert kiosk.journal()[-1] is RowKind.HOLD_CANCELLED


def test_off_line_what_was_told_stays_and_nothing_is_changed(kiosk: Playbook) -> None:
    at_account(kiosk, "Snow", holds=("Momo",))
    kiosk.when(LINE_DOWN, touch(Touch.RENEW, "1"), touch(Touch.RENEW_ALL))
    kiosk.when(touch(Touch.GIVE_UP, "1"), touch(Touch.GIVE_UP, "1"))
    kiosk.expect(renewal("Snow", RenewStage.STANDS), story_of("Snow"))
    assert kiosk.facts() == []


def test_off_line_from_the_start_nothing_is_shown_until_the_line_is_back(kiosk: Playbook) -> None:
    kiosk.given(patrons("Wei"), LINE_UP, has("Snow"), card("Wei"))
    kiosk.when(offline, touch(Touch.ACCOUNT))
    assert account(kiosk).told is None
    kiosk.when(lambda play: setattr(play.room, "online", True), LINE_DOWN, LINE_UP)
    kiosk.expect(renewal("Snow", RenewStage.STANDS))
    assert [effect.question for effect in kiosk.effects if isinstance(effect, Ask)] == [
        AskAccount(account(kiosk).patron.ref)
    ]


def test_a_book_that_is_laid_down_is_borrowed_in_the_same_visit(kiosk: Playbook) -> None:
    at_account(kiosk, "Snow")
    session = account(kiosk).session
    kiosk.when(books("Momo"), laid_down("Momo"))
    kiosk.expect(shows(Borrowing))
    assert isinstance(kiosk.scene, Borrowing)
    assert kiosk.scene.session == session


def test_a_stranger_to_central_is_shown_nothing_and_may_try_again(kiosk: Playbook) -> None:
    kiosk.given(patrons("Wei"), LINE_UP, touch(Touch.ACCOUNT), card("Wei"))
    assert account(kiosk).told is None
    kiosk.when(has("Snow"), touch(Touch.ACCOUNT))
    kiosk.expect(renewal("Snow", RenewStage.STANDS))
