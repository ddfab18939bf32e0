"""Staff at the machine: the card and its PIN, what they may do, and what they never see."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.model.journal import RowKind
from kiosk.model.reasons import ReasonCode
from kiosk.session.effects import Ask, CheckPin, Ending, LightLamps, PrintTest, WriteAfi
from kiosk.session.events import (
    CardNotRead,
    CodeNotRead,
    CodeScanned,
    Device,
    DeviceChanged,
    Event,
    Health,
    Paper,
    Touch,
    Touched,
)
from kiosk.session.staff_parts import Deed, StaffPart, Trial
from kiosk.session.state import Attract, Borrowing, Home, Identifying, OutCause, OutOfService, Policy, Staff, StaffPin
from tests.session.playbook import (
    Playbook,
    Word,
    books,
    card,
    disk_freed,
    disk_full,
    happens,
    in_doubt,
    laid_down,
    no_doubts,
    offline,
    pad_goes_on,
    pad_is_slow,
    pad_plugged_in,
    pad_unplugged,
    paper,
    patrons,
    policy,
    power_cut,
    pulled_away,
    scanned,
    seconds_pass,
    shows,
    touch,
)

PIN = "2580"
STAFF = "card-of-desk"


def has_staff(before: Policy) -> Policy:
    return replace(before, staff=MappingProxyType({STAFF: "desk"}), lamps=True)


@pytest.fixture
def machine() -> Playbook:
    """A kiosk in service with a staff card, Wei at hand and two books."""
    return a_machine()


def a_machine() -> Playbook:
    play = Playbook()
    play.room.pins[STAFF] = PIN
    play.given(policy(has_staff), paper(Paper.OK), patrons("Wei"), books("Le zahir", "Snow"), seconds_pass(10))
    return play


def pin(digits: str) -> Word:
    def say(play: Playbook) -> None:
        for digit in digits:
            play.room.happened(Touched(Touch.DIGIT, digit))
        play.room.happened(Touched(Touch.ENTER))

    return say


def staff_come(play: Playbook) -> None:
    card("desk")(play)
    pin(PIN)(play)
    play.room.work()
    shows(Staff)(play)


def does(deed: Deed) -> Word:
    return touch(Touch.DO, deed.value)


def leave(play: Playbook) -> None:
    touch(Touch.DONE)(play)


def staff_of(play: Playbook) -> Staff:
    assert isinstance(play.scene, Staff)
    return play.scene


def problem(code: ReasonCode | None) -> Word:
    def say(play: Playbook) -> None:
        assert isinstance(play.scene, StaffPin)
        assert (None if play.scene.problem is None else play.scene.problem.code) is code

    return say


def kinds(play: Playbook) -> list[RowKind]:
    return [written.row.kind for written in play.room.rows]


def test_the_card_and_its_pin_open_the_staff_mode_without_a_line(machine: Playbook) -> None:
    machine.when(offline, card("desk"))
    machine.expect(shows(StaffPin))
    machine.when(pin(PIN))
    machine.expect(shows(Staff))
    assert not [effect for effect in machine.effects if isinstance(effect, Ask)]
    machine.when(leave)
    machine.expect(shows(Attract))
    assert kinds(machine)[-2:] == [RowKind.STAFF_ENTERED, RowKind.STAFF_LEFT]


def test_a_scanned_staff_card_asks_for_the_pin_too(machine: Playbook) -> None:
    machine.when(touch(Touch.BORROW), scanned(STAFF))
    machine.expect(shows(StaffPin))


def test_back_leads_to_the_patrons(machine: Playbook) -> None:
    machine.when(card("desk"), touch(Touch.DIGIT, "2"), touch(Touch.BACK))
    machine.expect(shows(Attract))


def test_digits_can_be_erased_and_are_twelve_at_most(machine: Playbook) -> None:
    machine.when(card("desk"), touch(Touch.DIGIT, "9"), touch(Touch.ERASE), pin(PIN))
    machine.expect(shows(Staff))
    machine.when(leave, card("desk"), pin(PIN + "0" * 20))
    machine.expect(problem(ReasonCode.PIN_WRONG))
    asked = [effect for effect in machine.effects if isinstance(effect, CheckPin)]
    assert [len(effect.pin) for effect in asked] == [12]


def test_a_wrong_pin_is_said_and_another_try_is_good(machine: Playbook) -> None:
    machine.when(card("desk"), pin("0000"))
    machine.expect(shows(StaffPin), problem(ReasonCode.PIN_WRONG))
    machine.when(pin(PIN))
    machine.expect(shows(Staff))
    assert kinds(machine)[-2:] == [RowKind.STAFF_REFUSED, RowKind.STAFF_ENTERED]


def test_after_five_wrong_pins_the_right_one_is_not_looked_at(machine: Playbook) -> None:
    machine.when(*(word for _ in range(5) for word in (card("desk"), pin("0000"))))
    machine.expect(problem(ReasonCode.PIN_LOCKED))
    machine.when(pin(PIN))
    machine.expect(shows(StaffPin), problem(ReasonCode.PIN_LOCKED))
    assert not [effect for effect in machine.effects if isinstance(effect, CheckPin)]
    machine.when(seconds_pass(901), card("desk"), pin(PIN))
    machine.expect(shows(Staff))


def test_pulling_the_plug_gives_no_more_tries(machine: Playbook) -> None:
    machine.when(*(word for _ in range(5) for word in (card("desk"), pin("0000"))))
    machine.when(power_cut, card("desk"), pin(PIN))
    machine.expect(shows(StaffPin), problem(ReasonCode.PIN_LOCKED))


def test_two_wrong_pins_before_a_restart_count_after_it(machine: Playbook) -> None:
    machine.when(card("desk"), pin("0000"), pin("0000"), power_cut, card("desk"), pin("0000"), pin("0000"))
    machine.expect(problem(ReasonCode.PIN_WRONG))
    machine.when(pin("0000"))
    machine.expect(problem(ReasonCode.PIN_LOCKED))


def test_a_pin_stands_in_no_repr_and_no_row(machine: Playbook) -> None:
    machine.when(card("desk"), *(touch(Touch.DIGIT, digit) for digit in "7319"))
    assert "7319" not in repr(machine.scene)
    machine.when(touch(Touch.ENTER))
    assert "7319" not in repr(machine.effects)
    assert "7319" not in repr(machine.room.rows)


def test_a_staff_card_means_nothing_while_a_patron_is_here(machine: Playbook) -> None:
    machine.when(card("Wei"))
    machine.expect(shows(Home))
    machine.when(card("desk"))
    machine.expect(shows(Home))


def test_a_book_on_the_pad_is_told_and_never_lent(machine: Playbook) -> None:
    machine.given(staff_come)
    machine.when(laid_down("Le zahir", "Snow"), pulled_away("Snow"))
    machine.expect(shows(Staff))
    assert [tag.item for tag in machine.room.kiosk.around.pad.values()] == [machine.book("Le zahir").item]
    assert not [effect for effect in machine.effects if isinstance(effect, WriteAfi | Ask)]
    machine.when(leave, seconds_pass(2))
    machine.expect(shows(Attract))
    machine.when(pulled_away("Le zahir"), laid_down("Le zahir"))
    machine.expect(shows(Identifying))


def test_a_card_and_a_code_try_the_devices_and_are_forgotten(machine: Playbook) -> None:
    machine.given(staff_come)
    machine.when(card("Wei"), scanned("35555000012345"), happens(CodeNotRead()))
    tried = staff_of(machine).tried
    assert (tried[Device.CARDS].trial, tried[Device.CARDS].characters) == (Trial.WORKED, len("card-of-Wei"))
    assert tried[Device.SCANNER].trial is Trial.FAILED
    assert "Wei" not in repr(machine.scene)
    machine.when(happens(CardNotRead()))
    assert staff_of(machine).tried[Device.CARDS].trial is Trial.FAILED


def test_a_test_page_is_printed_where_there_is_paper(machine: Playbook) -> None:
    machine.given(staff_come)
    machine.when(touch(Touch.TEST, "printer"))
    assert [effect for effect in machine.effects if isinstance(effect, PrintTest)]
    assert staff_of(machine).tried[Device.PRINTER].trial is Trial.WORKED
    machine.when(paper(Paper.NONE), touch(Touch.TEST, "printer"))
    assert not [effect for effect in machine.effects if isinstance(effect, PrintTest)]


def test_lamps_are_lit(machine: Playbook) -> None:
    machine.given(staff_come)
    machine.when(touch(Touch.TEST, "lamps"))
    assert [effect for effect in machine.effects if isinstance(effect, LightLamps)]


def test_the_bin_counts_what_came_back_until_it_is_emptied(machine: Playbook) -> None:
    machine.given(touch(Touch.RETURN), laid_down("Le zahir", "Snow"), touch(Touch.DONE), seconds_pass(60))
    assert machine.room.kiosk.around.in_bin == 2
    machine.when(power_cut)
    assert machine.room.kiosk.around.in_bin == 2
    machine.when(staff_come, does(Deed.EMPTY_BIN))
    assert machine.room.kiosk.around.in_bin == 0
    assert machine.room.rows[-1].row.note == "2"
    machine.when(power_cut)
    assert machine.room.kiosk.around.in_bin == 0


def test_a_closed_kiosk_stays_closed_over_a_restart_until_staff_open_it(machine: Playbook) -> None:
    machine.when(staff_come, does(Deed.CLOSE), leave)
    machine.expect(shows(OutOfService))
    machine.when(touch(Touch.BORROW), card("Wei"), laid_down("Le zahir"), seconds_pass(10))
    machine.expect(shows(OutOfService))
    machine.when(power_cut)
    assert isinstance(machine.scene, OutOfService)
    assert machine.scene.causes == (OutCause.CLOSED,)
    machine.when(staff_come, does(Deed.OPEN), leave)
    machine.expect(shows(Attract))


@pytest.mark.parametrize(("deed", "ending"), [(Deed.RESTART, Ending.RESTART), (Deed.SWITCH_OFF, Ending.SWITCH_OFF)])
def test_ending_the_program_is_asked_for_twice(machine: Playbook, deed: Deed, ending: Ending) -> None:
    machine.given(staff_come)
    machine.when(does(deed))
    assert machine.room.ended == []
    assert staff_of(machine).asked is deed
    machine.when(touch(Touch.SHOW, StaffPart.MACHINE.value), does(deed))
    assert machine.room.ended == [], "something else was touched in between"
    machine.when(does(deed))
    assert [end.ending for end in machine.room.ended] == [ending]
    assert kinds(machine)[-1] is RowKind.STATION_ENDED


def test_staff_come_when_the_pad_has_gone(machine: Playbook) -> None:
    machine.given(pad_unplugged)
    machine.when(staff_come)
    assert machine.room.kiosk.around.devices[Device.PAD] is Health.GONE
    assert machine.room.kiosk.around.faults[Device.PAD] == "port gone"
    machine.when(pad_plugged_in, leave)
    machine.expect(shows(Attract))
    assert Device.PAD not in machine.room.kiosk.around.faults


def test_staff_come_when_the_disk_is_full_and_no_session_is_forgotten(machine: Playbook) -> None:
    machine.given(card("Wei"), disk_full, touch(Touch.BORROW), laid_down("Le zahir"))
    machine.expect(shows(OutOfService))
    machine.when(pulled_away("Le zahir"), staff_come, does(Deed.CLOSE), does(Deed.EMPTY_BIN))
    assert not machine.room.kiosk.around.closed
    machine.when(leave)
    machine.expect(shows(OutOfService))
    machine.when(staff_come, disk_freed, leave)
    machine.expect(shows(Attract))
    assert kinds(machine).count(RowKind.SESSION_ENDED) == 1


def test_a_doubt_is_settled_by_laying_the_book_down(machine: Playbook) -> None:
    machine.given(card("Wei"), touch(Touch.BORROW), pad_is_slow, laid_down("Le zahir"), pulled_away("Le zahir"))
    machine.given(pad_goes_on, seconds_pass(200))
    machine.expect(shows(Attract), in_doubt("Le zahir"))
    machine.when(staff_come, laid_down("Le zahir"))
    machine.expect(shows(Staff), no_doubts)


def test_the_journal_is_read_when_it_is_looked_at(machine: Playbook) -> None:
    machine.given(card("Wei"), touch(Touch.BORROW), laid_down("Le zahir"), touch(Touch.DONE), seconds_pass(60))
    machine.when(staff_come, touch(Touch.SHOW, StaffPart.JOURNAL.value))
    lines = staff_of(machine).lines
    assert lines[0].kind is RowKind.STAFF_ENTERED
    assert "P-Wei" not in repr(lines)


def test_staff_who_walk_away_are_warned_and_signed_out(machine: Playbook) -> None:
    machine.given(staff_come)
    machine.when(seconds_pass(181))
    assert staff_of(machine).idle.warned_s is not None
    machine.when(seconds_pass(21))
    machine.expect(shows(Attract))
    assert kinds(machine)[-1] is RowKind.STAFF_LEFT


TOUCHES = st.builds(
    Touched,
    st.sampled_from([touch for touch in Touch if touch not in (Touch.DONE, Touch.BACK)]),
    st.sampled_from(["", "1", "devices", "printer", "lamps", "close", "open", "empty-bin", "restart", "nonsense"]),
)
HAPPENINGS = st.one_of(
    TOUCHES,
    st.sampled_from([CardNotRead(), CodeNotRead(), CodeScanned("35555000000001"), CodeScanned("x" * 400)]),
    st.sampled_from([DeviceChanged(Device.SCANNER, Health.GONE), DeviceChanged(Device.PRINTER, Health.OK)]),
)


@given(st.lists(st.one_of(HAPPENINGS, st.sampled_from(["lay", "take", "card"])), max_size=25))
def test_whatever_happens_in_staff_mode_nothing_is_lent_or_taken_back(story: list[Event | str]) -> None:
    machine = a_machine()
    machine.given(staff_come)
    for happening in story:
        match happening:
            case "lay":
                machine.when(laid_down("Le zahir"))
            case "take":
                machine.when(pulled_away("Le zahir"))
            case "card":
                machine.when(card("Wei"))
            case str():
                raise AssertionError(happening)
            case _:
                machine.when(happens(happening))
        assert not [effect for effect in machine.effects if isinstance(effect, WriteAfi | Ask)]
        machine.expect(shows(Staff))
    assert machine.facts() == []
    assert not isinstance(machine.scene, Borrowing)
