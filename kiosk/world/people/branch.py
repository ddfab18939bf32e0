"""A made-up branch from one seed: its copies with their tags, its readers with their cards and households."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from random import Random

from drivers.codecs.tag_data import encode
from firmware_sim.room.tag import Tag

OWNER = "CN-440300-CITY"
FIRST_NUMBER = 35_556_000_000_000
FIRST_UID = 0xE004_0150_7700_0000
IN_STOCK = 0x07
DSFID_OF_OBJECTS = 0x06
"""ISO 28560-2."""
BLOCK, BLOCKS = 4, 28
"""Of an ICODE SLIX."""
PICTURE_SHARE, SHORT_SHARE, REFERENCE_SHARE = 0.35, 0.1, 0.01
FIRST_WORDS = ("Blue", "Last", "Quiet", "River", "Winter", "Little", "Hidden", "Seven", "Paper", "Northern")
SECOND_WORDS = ("Garden", "Harbour", "Letters", "Mountain", "Kitchen", "Bear", "Atlas", "Train", "Lantern", "Island")


class Shelf(StrEnum):
    """Where a copy belongs, and its loan class at central."""

    BOOK = "book"
    PICTURE_BOOK = "picture"
    SHORT = "short"
    REFERENCE = "reference"
    """Not for loan."""


@dataclass(frozen=True, slots=True)
class Copy:
    """One item with its tag."""

    number: str
    title: str
    shelf: Shelf
    tag: Tag


class Age(StrEnum):
    """Patron categories at central."""

    ADULT = "adult"
    CHILD = "child"
    SENIOR = "senior"


@dataclass(frozen=True, slots=True)
class Reader:
    """A patron: central's id, the card that a reader reads, and with whom they live."""

    ref: str
    card: str
    age: Age
    household: int


@dataclass(frozen=True, slots=True)
class Branch:
    """Everything that is there before the first day."""

    copies: dict[str, Copy]
    """By number."""
    readers: tuple[Reader, ...]
    households: tuple[tuple[Reader, ...], ...]

    def seed(self) -> tuple[str, str]:
        """Items and patrons as TOML, from which central fills its empty database."""
        return "".join(map(_item, self.copies.values())), "".join(map(_patron, self.readers))

    def write_seed(self, folder: Path) -> tuple[Path, Path]:
        """`items.toml` and `patrons.toml`."""
        items, patrons = folder / "items.toml", folder / "patrons.toml"
        for path, text in zip((items, patrons), self.seed(), strict=True):
            path.write_text(text, encoding="utf-8")
        return items, patrons


def made_up(seed: int, copies: int, households: int, first: int = 0) -> Branch:
    """A branch of so many copies and households (1 to 5 readers each); its numbers are counted from `first` on."""
    luck = Random(f"branch {seed}")
    shelves = [_shelf(luck) for _ in range(copies)]
    made = (_copy(number, shelf, luck) for number, shelf in enumerate(shelves, first))
    homes: list[tuple[Reader, ...]] = []
    readers: list[Reader] = []
    for household in range(households):
        home = tuple(_reader(first + len(readers) + place, household, age) for place, age in enumerate(_home(luck)))
        homes.append(home)
        readers += home
    return Branch({copy.number: copy for copy in made}, tuple(readers), tuple(homes))


def _shelf(luck: Random) -> Shelf:
    throw = luck.random()
    if throw < PICTURE_SHARE:
        return Shelf.PICTURE_BOOK
    if throw < PICTURE_SHARE + SHORT_SHARE:
        return Shelf.SHORT
    return Shelf.REFERENCE if throw > 1 - REFERENCE_SHARE else Shelf.BOOK


def _home(luck: Random) -> tuple[Age, ...]:
    match luck.randrange(10):
        case 0 | 1 | 2:
            return (Age.ADULT,)
        case 3 | 4:
            return (Age.SENIOR,)
        case 5:
            return (Age.SENIOR, Age.SENIOR)
        case 6 | 7:
            return (Age.ADULT, Age.CHILD)
        case _:
            return (Age.ADULT, Age.ADULT, Age.CHILD, Age.CHILD, Age.CHILD)[: luck.randint(3, 5)]


def _copy(place: int, shelf: Shelf, luck: Random) -> Copy:
    number = str(FIRST_NUMBER + place)
    title = f"{luck.choice(FIRST_WORDS)} {luck.choice(SECOND_WORDS)} {place}"
    elements = {"primary_item_identifier": number, "owner_institution": OWNER, "type_of_usage": "01"}
    memory = encode("iso28560-2", elements, memory_size=BLOCK * BLOCKS).memory
    uid = (FIRST_UID + place).to_bytes(8, "big")
    return Copy(number, title, shelf, Tag(uid, IN_STOCK, DSFID_OF_OBJECTS, BLOCK, BLOCKS, bytearray(memory)))


def _reader(place: int, household: int, age: Age) -> Reader:
    return Reader(f"R{place:05}", f"04{place:010X}80", age, household)


def _item(copy: Copy) -> str:
    kept = "not_for_loan = true\n" if copy.shelf is Shelf.REFERENCE else ""
    return f'[[item]]\nid = "{copy.number}"\ntitle = "{copy.title}"\nloan_class = "{copy.shelf.value}"\n{kept}'


def _patron(reader: Reader) -> str:
    return (
        f'[[patron]]\nid = "{reader.ref}"\ngiven_name = "Reader {reader.ref}"\ncategory = "{reader.age.value}"\n'
        f'cards = ["{reader.card}"]\n'
    )
