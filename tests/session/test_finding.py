"""Somebody looks for a title, sees where it stands, and waits for one that is lent."""

from __future__ import annotations

from kiosk.model.facts import HoldPlaced
from kiosk.model.finding import AskFind, FoundTitle, MayHold, TitlesFound, Whereabouts
from kiosk.model.ids import AskId, ItemId
from kiosk.model.journal import RowKind
from kiosk.model.reasons import ReasonCode
from kiosk.session.effects import Ask
from kiosk.session.events import Answered, AskExpired, LinkChanged, Touch
from kiosk.session.finding import LONGEST_TYPED
from kiosk.session.opened import HoldStage, Opened
from kiosk.session.state import Attract, Borrowing, Finding, Home, Identifying
from tests.session.playbook import (
    Playbook,
    Word,
    books,
    card,
    central_answers,
    central_is_slow,
    happens,
    laid_down,
    notice,
    offline,
    pad_unplugged,
    patrons,
    seconds_pass,
    shows,
    touch,
)

LINE_UP, LINE_DOWN = happens(LinkChanged(True)), happens(LinkChanged(False))
SNOW = FoundTitle("r1", "snow", "Pamuk", "I1", Whereabouts.HERE)
MOMO = FoundTitle("r2", "momo", "Ende", "I2", Whereabouts.LENT)
LOOSE = FoundTitle("i9", "loose leaves", "", "", Whereabouts.LENT, is_copy=True)


def there_are(*titles: FoundTitle) -> Word:
    def say(play: Playbook) -> None:
        play.room.titles = titles

    return say


def typed(text: str) -> Word:
    def say(play: Playbook) -> None:
        for sign in text:
            touch(Touch.TYPE, sign)(play)

    return say


def scene(play: Playbook) -> Finding:
    assert isinstance(play.scene, Finding), play.scene
    return play.scene


def opened(play: Playbook) -> Opened:
    title = scene(play).opened
    assert title is not None
    return title


def found(*titles: str) -> Word:
    def say(play: Playbook) -> None:
        told = scene(play).found
        assert told is not None
        assert [one.title for one in told.titles] == list(titles)

    return say


def hold(stage: HoldStage, *reasons: ReasonCode) -> Word:
    def say(play: Playbook) -> None:
        assert (opened(play).stage, tuple(one.code for one in opened(play).reasons)) == (stage, reasons)

    return say


def holds(play: Playbook) -> list[str]:
    return [fact.control_number or f"copy {fact.item}" for fact in play.facts() if isinstance(fact, HoldPlaced)]


def looking(kiosk: Playbook, *titles: FoundTitle) -> None:
    kiosk.given(LINE_UP, there_are(*(titles or (SNOW, MOMO))), touch(Touch.FIND))
    kiosk.expect(shows(Finding))


def test_every_letter_is_asked_for_and_the_last_answer_stands(kiosk: Playbook) -> None:
    looking(kiosk)
    kiosk.when(central_is_slow, typed("mo"))
    asks = [effect for effect in kiosk.effects if isinstance(effect, Ask)]
    assert [ask.question for ask in asks] == [AskFind("m"), AskFind("mo")]
    kiosk.when(happens(Answered(asks[1].id, TitlesFound((MOMO,), 1))))
    kiosk.when(happens(Answered(asks[0].id, TitlesFound((SNOW, MOMO), 2))))
    kiosk.expect(found("momo"))


def test_the_box_takes_so_much_and_no_more_and_can_be_emptied(kiosk: Playbook) -> None:
    looking(kiosk)
    kiosk.when(typed("x" * (LONGEST_TYPED + 20)))
    assert len(scene(kiosk).typed) == LONGEST_TYPED
    kiosk.when(touch(Touch.ERASE), touch(Touch.CLEAR))
    assert (scene(kiosk).typed, scene(kiosk).found) == ("", None)


def test_back_leads_from_the_title_to_the_list_and_from_there_out(kiosk: Playbook) -> None:
    looking(kiosk)
    kiosk.when(typed("o"), touch(Touch.OPEN, "1"))
    assert opened(kiosk).title is SNOW
    kiosk.when(touch(Touch.BACK))
    kiosk.expect(found("snow", "momo"))
    kiosk.when(touch(Touch.BACK))
    kiosk.expect(shows(Attract))


def test_a_card_says_who_waits_and_the_title_stays(kiosk: Playbook) -> None:
    kiosk.given(patrons("Wei"))
    looking(kiosk)
    kiosk.when(typed("momo"), touch(Touch.OPEN, "1"), touch(Touch.HOLD))
    kiosk.expect(hold(HoldStage.NONE))
    kiosk.when(card("Wei"), touch(Touch.HOLD))
    kiosk.expect(hold(HoldStage.PLACED))
    assert holds(kiosk) == ["r2"]
    assert [row.row.kind for row in kiosk.room.rows] == [RowKind.SESSION_STARTED, RowKind.HOLD_PLACED]


def test_touched_twice_it_is_one_hold(kiosk: Playbook) -> None:
    kiosk.given(patrons("Wei"))
    looking(kiosk)
    kiosk.when(card("Wei"), typed("momo"), touch(Touch.OPEN, "1"), central_is_slow)
    kiosk.when(touch(Touch.HOLD), touch(Touch.HOLD), touch(Touch.HOLD), central_answers)
    kiosk.when(touch(Touch.HOLD), central_answers)
    kiosk.expect(hold(HoldStage.PLACED))
    assert holds(kiosk) == ["r2"]


def test_a_copy_without_a_record_is_waited_for_by_its_number(kiosk: Playbook) -> None:
    kiosk.given(patrons("Wei"))
    looking(kiosk, LOOSE)
    kiosk.when(card("Wei"), typed("loose"), touch(Touch.OPEN, "1"), touch(Touch.HOLD))
    assert holds(kiosk) == ["copy i9"]


def test_a_refusal_says_why_and_nothing_is_told(kiosk: Playbook) -> None:
    kiosk.given(patrons("Wei"))
    looking(kiosk)
    kiosk.room.refusals[ItemId("r2")] = ReasonCode.DEBT
    kiosk.when(card("Wei"), typed("momo"), touch(Touch.OPEN, "1"), touch(Touch.HOLD))
    kiosk.expect(hold(HoldStage.REFUSED, ReasonCode.DEBT))
    kiosk.when(touch(Touch.HOLD))
    assert holds(kiosk) == []


def test_without_an_answer_nothing_is_reserved_and_it_may_be_tried_again(kiosk: Playbook) -> None:
    kiosk.given(patrons("Wei"))
    looking(kiosk)
    kiosk.when(card("Wei"), typed("momo"), touch(Touch.OPEN, "1"), central_is_slow, touch(Touch.HOLD))
    late = opened(kiosk).hold_ask
    assert late is not None
    kiosk.when(happens(AskExpired(late)))
    kiosk.expect(hold(HoldStage.REFUSED, ReasonCode.NO_ANSWER))
    kiosk.when(happens(Answered(late, MayHold(1, ""))))
    assert holds(kiosk) == []
    kiosk.room.hold_central = False
    kiosk.room.central.clear()
    kiosk.when(touch(Touch.HOLD))
    assert holds(kiosk) == ["r2"]


def test_what_was_found_stays_when_the_line_goes_and_the_rest_is_asked_for_when_it_is_back(kiosk: Playbook) -> None:
    looking(kiosk)
    kiosk.when(typed("mo"), offline, LINE_DOWN, typed("m"))
    kiosk.expect(found("momo"))
    assert scene(kiosk).ask is None
    kiosk.room.online = True
    kiosk.when(touch(Touch.ERASE), LINE_UP)
    kiosk.expect(found("momo"))
    assert scene(kiosk).found_of == "mo"


def test_the_next_one_finds_an_empty_box(kiosk: Playbook) -> None:
    looking(kiosk)
    kiosk.when(typed("snow"), seconds_pass(85))
    kiosk.expect(shows(Attract))
    kiosk.when(touch(Touch.FIND))
    assert (scene(kiosk).typed, scene(kiosk).found) == ("", None)


def test_a_second_card_is_not_somebody_elses_business(kiosk: Playbook) -> None:
    kiosk.given(patrons("Wei", "Ann"))
    looking(kiosk)
    kiosk.when(card("Wei"), card("Ann"))
    kiosk.expect(notice(ReasonCode.ONE_CARD_AT_A_TIME))
    patron = scene(kiosk).patron
    assert patron is not None
    assert patron.given_name == "Wei"


def test_home_is_a_touch_away_and_books_come_first(kiosk: Playbook) -> None:
    kiosk.given(patrons("Wei"), books("Walden"), LINE_UP, card("Wei"))
    kiosk.when(touch(Touch.FIND), touch(Touch.HOME))
    kiosk.expect(shows(Home))
    kiosk.when(touch(Touch.ACCOUNT), touch(Touch.HOME))
    kiosk.expect(shows(Home))
    kiosk.when(touch(Touch.FIND), laid_down("Walden"))
    kiosk.expect(shows(Borrowing))


def test_a_book_on_the_pad_asks_for_a_card(kiosk: Playbook) -> None:
    kiosk.given(books("Walden"))
    looking(kiosk)
    kiosk.when(laid_down("Walden"))
    kiosk.expect(shows(Identifying))


def test_a_pad_that_goes_wipes_what_was_looked_for(kiosk: Playbook) -> None:
    looking(kiosk)
    kiosk.when(typed("snow"), pad_unplugged)
    assert not isinstance(kiosk.scene, Finding)


def test_an_answer_that_nobody_waits_for_changes_nothing(kiosk: Playbook) -> None:
    looking(kiosk)
    before = scene(kiosk)
    kiosk.when(happens(Answered(AskId("other"), TitlesFound((SNOW,), 1))))
    assert scene(kiosk).found is before.found
