"""The small physics of the pad: farther, more tilted, wrapped or crowded never couples better, and a seed repeats."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.room.field import (
    SURELY,
    Lying,
    Shape,
    Spot,
    TagLying,
    Thing,
    alone,
    chance,
    couplings,
    shadow,
    spots,
)
from firmware_sim.room.room import SLOT_S, Book, OutOfReach, Place, Room
from firmware_sim.room.tag import Tag

PLACES = st.tuples(st.floats(-400, 400), st.floats(-400, 400))
ANGLES = st.floats(0, 90)
LYING = st.builds(Lying, st.none() | PLACES, ANGLES, st.booleans())
TAGS = st.builds(TagLying, PLACES, st.floats(0, 100), ANGLES, st.booleans(), st.integers(0, 2))


def a_book(number: int, tags: int = 1, thickness_mm: int = 18, at: tuple[Spot, ...] = ()) -> Book:
    made = tuple(
        Tag(bytes.fromhex(f"E00401500000{number:02X}{place:02X}"), 0x07, 0, 4, 28, bytearray(112))
        for place in range(tags)
    )
    return Book(f"B{number}", f"B{number}", "", made, shape=Shape(thickness_mm=thickness_mm), spots=at)


def where(room: Room) -> str:
    """The place of the first book."""
    return room.books[0].place.value


def a_room(*books: Book, seed: int = 1) -> Room:
    return Room(books, (), seed=seed)


@given(ANGLES, st.floats(0, 300), st.floats(0, 300), st.floats(0, 400), st.floats(0, 400))
def test_what_is_farther_away_never_couples_better(
    angle: float, x: float, more: float, z: float, higher: float
) -> None:
    near = TagLying((x, 0.0), z, angle)
    assert alone(TagLying((x + more, 0.0), z, angle)) <= alone(near)
    assert alone(TagLying((x, 0.0), z + higher, angle)) <= alone(near)


@given(ANGLES, ANGLES, PLACES)
def test_what_is_more_tilted_never_couples_better(one: float, other: float, at: Spot) -> None:
    flat, steep = sorted((one, other))
    assert alone(TagLying(at, angle_deg=steep)) <= alone(TagLying(at, angle_deg=flat))


@given(TAGS, TAGS)
def test_a_shadow_falls_both_ways_and_only_ever_takes(one: TagLying, other: TagLying) -> None:
    assert shadow(one, other) == shadow(other, one)
    assert 0.5 < shadow(one, other) <= 1.0


@given(st.lists(LYING, min_size=1, max_size=8))
def test_foil_hides_and_no_neighbour_helps(lying: list[Lying]) -> None:
    things = [Thing(one, Shape(), spots([None])) for one in lying]
    for thing, (coupling,) in zip(things, couplings(things), strict=True):
        assert 0.0 <= coupling <= couplings([thing])[0][0]
        assert not (thing.lying.foil and coupling)


@given(st.integers(1, 40))
def test_books_that_a_careful_person_lays_down_are_all_heard(count: int) -> None:
    room = a_room(*(a_book(number) for number in range(count)))
    room.put_on_pad([f"B{number}" for number in range(count)])
    assert len(room.tags_on_pad()) == count


@pytest.mark.parametrize("thickness_mm", [4, 18, 40])
def test_a_stack_of_fifteen_hides_some_and_spreading_them_out_helps(thickness_mm: int) -> None:
    names = [f"B{number}" for number in range(15)]
    room = a_room(*(a_book(number, thickness_mm=thickness_mm) for number in range(15)))
    room.put_on_pad(names, lying=Lying((0.0, 0.0)))
    assert 0 < sum(room.is_heard(book) for book in room.books) < 15
    for number, name in enumerate(names):
        if number >= 4:
            room.take_off_pad([name])
    for place, name in zip(((-75, -105), (80, -105), (-75, 110), (80, 110)), names, strict=False):
        room.put_on_pad([name], lying=Lying((float(place[0]), float(place[1]))))
    assert all(room.is_heard(book) for book in room.books[:4])


def test_a_book_half_on_the_pad_is_heard_by_where_its_tag_is() -> None:
    room = a_room(a_book(1))
    room.put_on_pad(["B1"], lying=Lying((149.0, 0.0)))
    assert room.is_heard(room.books[0])
    room.put_on_pad(["B1"], lying=Lying((215.0, 0.0)))
    assert not room.is_heard(room.books[0])
    assert room.books[0].place is Place.PAD


def test_an_upright_book_and_one_in_foil_are_silent() -> None:
    room = a_room(a_book(1), a_book(2), a_book(3))
    room.put_on_pad(["B1"], lying=Lying(angle_deg=90.0))
    room.put_on_pad(["B2"], lying=Lying(foil=True))
    room.put_on_pad(["B3"])
    assert [tag.uid[6] for tag in room.tags_on_pad()] == [3]


@pytest.mark.parametrize("tags", [2, 3, 6])
def test_several_tags_in_one_book_weaken_each_other_and_are_all_heard_when_it_lies_apart(tags: int) -> None:
    room = a_room(a_book(1, tags=tags))
    room.put_on_pad(["B1"])
    assert len(room.tags_on_pad()) == tags
    ((one,), (two, *_)) = couplings(
        [Thing(Lying(), Shape(), spots([None])), Thing(Lying(), Shape(), spots([None] * tags))]
    )
    assert two < one


def test_four_tags_right_on_each_other_in_one_book_are_not_heard() -> None:
    room = a_room(a_book(1, tags=4, at=((0.0, 0.0),) * 4))
    room.put_on_pad(["B1"])
    assert room.tags_on_pad() == []


def test_the_tag_of_a_book_half_on_the_pad_is_heard_on_one_side_and_not_on_the_other() -> None:
    room = a_room(
        a_book(1, at=((-60.0, 0.0),)), a_book(2, at=((60.0, 0.0),)), a_book(3, tags=2, at=((-60, 0), (60, 0)))
    )
    for name, heard in (("B1", [1]), ("B2", []), ("B3", [3])):
        room.put_on_pad([name], lying=Lying((170.0, 0.0)))
        assert [tag.uid[6] for tag in room.tags_on_pad()] == heard
        room.take_off_pad([name])


def test_a_larger_book_lies_on_what_a_smaller_one_clears() -> None:
    below = Thing(Lying((0.0, 0.0)), Shape(thickness_mm=100), ())
    small, large = (
        couplings([below, Thing(Lying((140.0, 0.0)), Shape(width), spots([None]))])[1][0] for width in (100, 200)
    )
    assert large < small == 1.0


def at_the_edge(seed: int) -> list[int]:
    """How many of two books answer, inventory after inventory, where each does only now and then."""
    edge = Lying((150.0 + 60.0 * (1 - 0.3), 0.0))
    assert 0.0 < chance(alone(TagLying((192.0, 0.0)))) < 1.0
    room = a_room(a_book(1), a_book(2), seed=seed)
    room.put_on_pad(["B1"], lying=edge)
    room.put_on_pad(["B2"], lying=Lying((-edge.at_mm[0], 0.0)) if edge.at_mm else edge)
    return [len(room.tags_on_pad()) for _ in range(200)]


def test_at_the_edge_of_the_field_a_tag_answers_now_and_then_and_a_seed_repeats_when() -> None:
    once = at_the_edge(7)
    assert {0, 1, 2} == set(once)
    assert once == at_the_edge(7)
    assert once != at_the_edge(8)


def test_a_look_consumes_no_chance() -> None:
    room, other = a_room(a_book(1)), a_room(a_book(1))
    edge = Lying((150.0 + 60.0 * (1 - 0.3), 0.0))
    for one in (room, other):
        one.put_on_pad(["B1"], lying=edge)
    answers = []
    for _ in range(50):
        room.is_heard(room.books[0])
        answers.append(len(room.tags_on_pad()) == len(other.tags_on_pad()))
    assert all(answers)


def test_a_book_in_the_slot_passes_the_antenna_and_falls_into_the_bin() -> None:
    now = [100.0]
    room = Room([a_book(1), a_book(2)], (), lambda: now[0])
    room.push_into_slot(["B1"])
    assert [tag.uid[6] for tag in room.tags_on_pad()] == [1]
    now[0] += SLOT_S - 0.1
    assert room.settle() == 100.0 + SLOT_S
    assert where(room) == "slot"
    now[0] += 0.2
    assert room.tags_on_pad() == []
    assert where(room) == "bin"
    for move in (room.put_on_pad, room.push_into_slot, room.walk_through):
        with pytest.raises(OutOfReach, match="'B1' is in the bin; empty the bin first"):
            move(["B2", "B1"])
    assert [book.place.value for book in room.books] == ["bin", "shelf"]
    assert [book.name for book in room.empty_bin()] == ["B1"]
    assert where(room) == "shelf"


@pytest.mark.parametrize("wrong", [{"at_mm": (3_000.0, 0.0)}, {"at_mm": (float("nan"), 0.0)}, {"angle_deg": 400.0}])
def test_a_place_that_is_none_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="expected"):
        Lying(**wrong)  # type: ignore[arg-type]


@given(st.floats(0, 1))
def test_a_well_coupled_tag_always_answers(coupling: float) -> None:
    assert 0.0 <= chance(coupling) <= 1.0
    assert chance(coupling) == 1.0 or coupling < SURELY
