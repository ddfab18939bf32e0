"""Whatever happened before, the next patron finds a kiosk that is theirs alone, and is served."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.model.circulation import Language
from kiosk.session.events import (
    CardLifted,
    CardPresented,
    Device,
    DeviceChanged,
    Health,
    LanguageChosen,
    Touch,
    Touched,
)
from kiosk.session.state import Access, Attract, Borrowing, Home, Identifying, OutCause, OutOfService, Panel, Row, Stage
from tests.session.playbook import (
    Playbook,
    afi,
    card,
    happens,
    laid_down,
    lent,
    pad_plugged_in,
    pad_unplugged,
    seconds_pass,
    shows,
    told,
    touch,
)
from tests.session.room import ON_LOAN, PowerCut, Room, a_book
from tests.session.test_people import DEEDS, Deed, a_room, play

MORE = {
    "help": lambda room, choice: room.happened(Touched([Touch.HELP, Touch.CLOSE_HELP][choice % 2])),
    "language": lambda room, choice: room.happened(Touched(Touch.NEXT_LANGUAGE)),
    "noisy pad": lambda room, choice: room.happened(DeviceChanged(Device.PAD, Health.DEGRADED)),
}
deeds = st.lists(
    st.tuples(st.sampled_from(sorted(DEEDS.keys() | MORE.keys())), st.integers(0, 11)), min_size=5, max_size=50
)


def does(room: Room, deed: Deed) -> None:
    if deed[0] in DEEDS:
        play(room, deed)
        return
    try:
        MORE[deed[0]](room, deed[1])
        room.work()
    except PowerCut:
        room.hold_pad = room.hold_central = False
        room.switch_on()
        room.work()


def repaired(room: Room) -> None:
    """Everything works again, and everybody has gone home with what they laid down."""
    room.hold_pad = room.hold_central = room.lose_answers = room.disk_full = False
    room.online = True
    room.cut_in = None
    room.work()
    if not room.kiosk.around.storage_ok:
        DEEDS["free disk"](room, 0)
    if not room.pad_works:
        room.plug_pad()
    room.happened(CardLifted())
    room.take_off(*room.books)
    room.passes(400)


def listed(room: Room) -> tuple[Row, ...]:
    scene = room.kiosk.scene
    assert isinstance(scene, Borrowing), scene
    return scene.rows


@settings(max_examples=300, deadline=None)
@given(deeds)
def test_after_anything_at_all_the_next_patron_is_served(played: list[Deed]) -> None:
    """H01, I6: no dead end, no screen left over, and a book is lent and taken back as on the first day."""
    room = a_room()
    for deed in played:
        does(room, deed)
    repaired(room)
    around, scene = room.kiosk.around, room.kiosk.scene
    assert isinstance(scene, Attract)
    assert not scene.help
    assert scene.notice is None
    assert around.language is around.policy.languages[0]
    assert not around.mending
    assert not around.pad
    room.books["Fresh"] = a_book("Fresh", 99)
    room.happened(CardPresented("card-of-Wei"))
    room.work()
    assert isinstance(room.kiosk.scene, Home), room.kiosk.scene
    room.lay_down("Fresh")
    assert [row.stage for row in listed(room)] == [Stage.DONE]
    assert room.books["Fresh"].afi == ON_LOAN


def test_a_help_that_nobody_closed_and_another_language_go_back_by_themselves(kiosk: Playbook) -> None:
    kiosk.given(touch(Touch.NEXT_LANGUAGE), touch(Touch.HELP), seconds_pass(50))
    assert kiosk.scene == Attract(help=True)
    kiosk.given(touch(Touch.CLOSE_HELP), touch(Touch.HELP), seconds_pass(50))
    assert kiosk.scene == Attract(help=True), "somebody reads it still"
    kiosk.when(seconds_pass(10))
    assert kiosk.scene == Attract()
    assert kiosk.room.kiosk.around.language is Language.ZH


def panel(kiosk: Playbook) -> Panel | None:
    return kiosk.room.kiosk.around.panel


def test_the_languages_are_shown_over_every_screen_and_one_touch_chooses(kiosk: Playbook) -> None:
    kiosk.given(touch(Touch.BORROW), touch(Touch.LANGUAGES))
    assert panel(kiosk) is Panel.LANGUAGES
    kiosk.when(happens(LanguageChosen(Language.AR)))
    kiosk.expect(shows(Identifying))
    assert panel(kiosk) is None
    assert kiosk.room.kiosk.around.language is Language.AR


def test_the_languages_go_when_they_are_closed_when_help_comes_and_with_the_screen(kiosk: Playbook) -> None:
    for closing in (touch(Touch.CLOSE_PANEL), touch(Touch.HELP), card("Wei")):
        kiosk.given(touch(Touch.LANGUAGES))
        assert panel(kiosk) is Panel.LANGUAGES
        kiosk.when(closing)
        assert panel(kiosk) is None
    kiosk.expect(shows(Home))


def test_languages_that_nobody_closed_are_not_there_for_the_next_one(kiosk: Playbook) -> None:
    kiosk.given(touch(Touch.LANGUAGES), seconds_pass(59))
    assert panel(kiosk) is Panel.LANGUAGES
    kiosk.when(seconds_pass(1))
    assert panel(kiosk) is None


def easier(kiosk: Playbook) -> frozenset[Access]:
    return kiosk.room.kiosk.around.access


def test_what_makes_it_easier_stays_for_the_visit_and_is_gone_for_the_next(kiosk: Playbook) -> None:
    kiosk.given(touch(Touch.ACCESS), touch(Touch.SET_ACCESS, "large"), touch(Touch.SET_ACCESS, "contrast"))
    kiosk.given(touch(Touch.SET_ACCESS, "contrast"), touch(Touch.SET_ACCESS, "no such way"))
    kiosk.when(card("Wei"), laid_down("Snow"))
    assert easier(kiosk) == {Access.LARGE}
    kiosk.when(touch(Touch.DONE), touch(Touch.NO_RECEIPT), seconds_pass(3))
    kiosk.expect(shows(Attract))
    assert easier(kiosk) == frozenset()


def test_what_somebody_chose_and_walked_away_from_is_gone_too(kiosk: Playbook) -> None:
    kiosk.given(touch(Touch.SET_ACCESS, "low"), seconds_pass(60))
    assert easier(kiosk) == frozenset()


def test_who_wants_more_time_is_waited_for_four_times_as_long(kiosk: Playbook) -> None:
    kiosk.given(touch(Touch.SET_ACCESS, "time"), card("Wei"), seconds_pass(239))
    kiosk.expect(shows(Home))
    assert isinstance(kiosk.scene, Home)
    assert kiosk.scene.idle.warned_s is None
    kiosk.when(seconds_pass(2 + 78))
    kiosk.expect(shows(Home))
    kiosk.when(seconds_pass(2))
    kiosk.expect(shows(Attract))


def test_out_of_service_goes_back_to_its_own_language_too(kiosk: Playbook) -> None:
    kiosk.given(pad_unplugged, touch(Touch.NEXT_LANGUAGE), touch(Touch.HELP))
    kiosk.when(seconds_pass(60))
    assert kiosk.scene == OutOfService((OutCause.PAD,))
    assert kiosk.room.kiosk.around.language is Language.ZH


def test_a_language_chosen_on_the_first_screen_stays_for_the_visit(kiosk: Playbook) -> None:
    kiosk.when(touch(Touch.NEXT_LANGUAGE), seconds_pass(30), card("Wei"), seconds_pass(45))
    kiosk.expect(shows(Home))
    assert kiosk.room.kiosk.around.language is Language.EN


def test_a_loan_that_lies_on_a_pad_with_a_noisy_start_is_not_taken_back_by_itself(kiosk: Playbook) -> None:
    """P01, P15, I4: gone, then noise, then well; what lay there is told last."""
    kiosk.given(laid_down("Snow"), card("Wei"), touch(Touch.DONE), seconds_pass(30))
    kiosk.expect(shows(Attract))
    kiosk.when(
        pad_unplugged,
        happens(DeviceChanged(Device.PAD, Health.DEGRADED, "noise")),
        seconds_pass(5),
        pad_plugged_in,
        seconds_pass(30),
    )
    kiosk.expect(shows(Attract), afi("Snow", ON_LOAN), told("Snow", "lk.loan.made", "lk.item.opened"))


def test_noise_while_the_pad_works_keeps_the_kiosk_in_service(kiosk: Playbook) -> None:
    kiosk.when(happens(DeviceChanged(Device.PAD, Health.DEGRADED, "noise")), laid_down("Snow"), card("Wei"))
    kiosk.expect(lent("Snow"))
    kiosk.when(happens(DeviceChanged(Device.PAD, Health.OK)), laid_down("Le zahir"))
    kiosk.expect(lent("Snow", "Le zahir"))
