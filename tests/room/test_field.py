"""The small physics of the pad: farther, more tilted, wrapped or crowded never couples better, and a seed repeats."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.room.field import SURELY, Lying, alone, chance, couplings, shadow
from firmware_sim.room.room import SLOT_S, Book, Place, Room
from firmware_sim.room.tag import Tag

PLACES = st.tuples(st.floats(-400, 400), st.floats(-400, 400))
ANGLES = st.floats(0, 90)
LYING = st.builds(Lying, st.none() | PLACES, ANGLES, st.booleans(), st.integers(1, 120))


def a_book(number: int, tags: int = 1, thickness_mm: int = 18) -> Book:
    made = tuple(
        Tag(bytes.fromhex(f"E00401500000{number:02X}{place:02X}"), 0x07, 0, 4, 28, bytearray(112))
        for place in range(tags)
    )
    return Book(f"B{number}", f"B{number}", "", made, lying=Lying(thickness_mm=thickness_mm))


def where(room: Room) -> str:
    """The place of the first book."""
    return room.books[0].place.value


def a_room(*books: Book, seed: int = 1) -> Room:
    return Room(books, (), seed=seed)


@given(ANGLES, st.floats(0, 300), st.floats(0, 300), st.floats(0, 400), st.floats(0, 400))
def test_what_is_farther_away_never_couples_better(
    angle: float, x: float, more: float, z: float, higher: float
) -> None:
    near, far = Lying((x, 0.0), angle), Lying((x + more, 0.0), angle)
    assert alone(far, z) <= alone(near, z)
    assert alone(near, z + higher) <= alone(near, z)


@given(ANGLES, ANGLES, PLACES)
def test_what_is_more_tilted_never_couples_better(one: float, other: float, at: tuple[float, float]) -> None:
    flat, steep = sorted((one, other))
    assert alone(Lying(at, steep), 0.0) <= alone(Lying(at, flat), 0.0)


@given(LYING, LYING, st.floats(0, 100), st.floats(0, 100))
def test_a_shadow_falls_both_ways_and_only_ever_takes(one: Lying, other: Lying, z: float, its_z: float) -> None:
    assert shadow(one, z, other, its_z) == shadow(other, its_z, one, z)
    assert 0.5 < shadow(one, z, other, its_z) <= 1.0


@given(st.lists(LYING, min_size=1, max_size=8))
def test_foil_hides_and_no_neighbour_helps(lying: list[Lying]) -> None:
    together = couplings(lying, [1] * len(lying))
    for one, coupling in zip(lying, together, strict=True):
        assert 0.0 <= coupling <= alone(one, 0.0)
        assert not (one.foil and coupling)


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


def test_two_tags_in_one_book_weaken_each_other_and_are_both_heard_when_it_lies_alone() -> None:
    room = a_room(a_book(1, tags=2), a_book(2, tags=2, thickness_mm=3))
    room.put_on_pad(["B1"])
    assert len(room.tags_on_pad()) == 2
    one, two = couplings([Lying((0.0, 0.0)), Lying((0.0, 0.0), thickness_mm=3)], [2, 1])
    assert one < two


def at_the_edge(seed: int) -> list[int]:
    """How many of two books answer, inventory after inventory, where each does only now and then."""
    edge = Lying((150.0 + 60.0 * (1 - 0.3), 0.0))
    assert 0.0 < chance(alone(edge, 0.0)) < 1.0
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
    room.put_on_pad(["B1"])
    assert where(room) == "bin"
    assert [book.name for book in room.empty_bin()] == ["B1"]
    assert where(room) == "shelf"


@pytest.mark.parametrize(
    "wrong", [{"at_mm": (3_000.0, 0.0)}, {"at_mm": (float("nan"), 0.0)}, {"angle_deg": 400.0}, {"thickness_mm": 0}]
)
def test_a_place_that_is_none_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="expected"):
        Lying(**wrong)  # type: ignore[arg-type]


@given(st.floats(0, 1))
def test_a_well_coupled_tag_always_answers(coupling: float) -> None:
    assert 0.0 <= chance(coupling) <= 1.0
    assert chance(coupling) == 1.0 or coupling < SURELY
