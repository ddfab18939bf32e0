"""The file by which a kiosk lends alone: everything in it is found again, and nothing that was changed is believed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.model.ids import ItemId, PatronRef
from kiosk.rules.offline import KnownItem, KnownPatron
from kiosk.rules.policy import ALL, Line, RulesFile
from kiosk.rules.terms import Period
from kiosk.wire.offline_copy import (
    BadCopy,
    CopyFile,
    CopyHead,
    Names,
    Sections,
    Words,
    pack_item,
    pack_patron,
    write_copy,
)
from kiosk.wire.signing import BadKey, own_key, public_key

KEY = Ed25519PrivateKey.generate()
ISSUED = datetime(2026, 11, 27, 1, 2, 3, tzinfo=UTC)
WORDS = Words([ALL, "adult", "child"], [ALL, "book", "film"], ["FSK 16"])
NAMES = Names(b"s" * 32)
RULES = RulesFile((Line(loan_period=Period(28)),), version="2026-09")
HEAD = CopyHead("main", "v7", ISSUED, NAMES.salt, "Asia/Shanghai", RULES, {"kiosk-1": "north"}, WORDS)

texts = st.text(min_size=1, max_size=20)
cards = st.binary(min_size=4, max_size=10).map(lambda raw: f"card:{raw.hex()}")
people = st.builds(
    KnownPatron,
    category=st.sampled_from(WORDS.categories),
    more=st.none() | st.integers(0, 254),
    expires=st.none() | st.dates(date(2000, 1, 2), date(2179, 6, 6)),
    years=st.none() | st.integers(0, 254),
)
things = st.builds(
    KnownItem,
    loan_class=st.sampled_from(WORDS.classes),
    not_for_loan=st.booleans(),
    age_mark=st.sampled_from(["", *WORDS.marks]),
    reserved=st.booleans(),
)


def made(path: Path, sections: Sections, head: CopyHead = HEAD) -> Path:
    with path.open("wb") as file:
        write_copy(file, head, sections, KEY)
    return path


def opened(path: Path, site: str = "main", station: str = "kiosk-1") -> CopyFile:
    return CopyFile.open(path, KEY.public_key(), site, station)


def small(path: Path) -> Path:
    sections = Sections()
    sections.patrons.append(NAMES.patron(PatronRef("p1")) + pack_patron(WORDS, KnownPatron("adult", more=3)))
    sections.items.append(NAMES.item(ItemId("i1")) + pack_item(WORDS, KnownItem("film", reserved=True)))
    sections.kept.append(NAMES.kept(ItemId("i1"), PatronRef("p1")))
    return made(path, sections)


@settings(max_examples=60)
@given(st.dictionaries(texts | cards, people), st.dictionaries(texts, things), st.sets(st.tuples(texts, cards | texts)))
def test_everything_is_found_again_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory,
    patrons: dict[str, KnownPatron],
    items: dict[str, KnownItem],
    kept: set[tuple[str, str]],
) -> None:
    sections = Sections(
        [NAMES.patron(PatronRef(ref)) + pack_patron(WORDS, known) for ref, known in patrons.items()],
        [NAMES.item(ItemId(item)) + pack_item(WORDS, known) for item, known in items.items()],
        [NAMES.kept(ItemId(item), PatronRef(ref)) for item, ref in kept],
    )
    copy = opened(made(tmp_path_factory.mktemp("copy") / "c", sections))
    assert {ref: copy.patron(PatronRef(ref)) for ref in patrons} == patrons
    assert {item: copy.item(ItemId(item)) for item in items} == items
    assert all(copy.is_kept_for(ItemId(item), PatronRef(ref)) for item, ref in kept)
    assert copy.patron(PatronRef("nobody at all, of a name that is longer")) is None
    assert copy.item(ItemId("no item of such a long name")) is None
    assert not copy.is_kept_for(ItemId("no item of such a long name"), PatronRef("p1"))


def test_what_the_head_says(tmp_path: Path) -> None:
    copy = opened(small(tmp_path / "c"))
    assert (copy.version, copy.issued, copy.branch) == ("v7", ISSUED, "north")
    assert copy.policy.rules == RULES
    assert copy.policy.calendar.zone.key == "Asia/Shanghai"
    assert opened(tmp_path / "c", station="kiosk-9").branch == ALL


def test_who_is_stopped(tmp_path: Path) -> None:
    packed = NAMES.patron(PatronRef("p1")) + pack_patron(WORDS, KnownPatron("unheard of", stopped=True))
    found = opened(made(tmp_path / "c", Sections([packed]))).patron(PatronRef("p1"))
    assert found is not None
    assert found.stopped


def test_cards_are_one_however_their_hex_is_written(tmp_path: Path) -> None:
    packed = NAMES.patron(PatronRef("card:04ab12ff")) + pack_patron(WORDS, KnownPatron("adult"))
    copy = opened(made(tmp_path / "c", Sections([packed])))
    assert copy.patron(PatronRef("card:04AB12FF")) == KnownPatron("adult")


@pytest.mark.parametrize("days", [timedelta(days=-40_000), timedelta(days=70_000)])
def test_a_last_day_that_does_not_fit_is_the_nearest_that_does(tmp_path: Path, days: timedelta) -> None:
    far = date(2026, 11, 27) + days
    packed = NAMES.patron(PatronRef("p1")) + pack_patron(WORDS, KnownPatron("adult", expires=far))
    found = opened(made(tmp_path / "c", Sections([packed]))).patron(PatronRef("p1"))
    assert found is not None
    assert found.expires in (date(2000, 1, 2), date(2179, 6, 6))


def test_no_card_number_stands_in_the_file(tmp_path: Path) -> None:
    token = "04AB12FFAABBCC"
    packed = NAMES.patron(PatronRef(f"card:{token}")) + pack_patron(WORDS, KnownPatron("adult"))
    content = made(tmp_path / "c", Sections([packed])).read_bytes()
    assert token.encode() not in content
    assert bytes.fromhex(token) not in content


def test_any_changed_byte_is_noticed(tmp_path: Path) -> None:
    whole = small(tmp_path / "c").read_bytes()
    for at in range(len(whole)):
        changed = bytearray(whole)
        changed[at] ^= 0x40
        (tmp_path / "d").write_bytes(changed)
        with pytest.raises(BadCopy):
            opened(tmp_path / "d")


def test_any_cut_and_anything_behind_the_end_is_noticed(tmp_path: Path) -> None:
    whole = small(tmp_path / "c").read_bytes()
    for length in range(len(whole)):
        (tmp_path / "d").write_bytes(whole[:length])
        with pytest.raises(BadCopy):
            opened(tmp_path / "d")
    (tmp_path / "d").write_bytes(whole + b"\0")
    with pytest.raises(BadCopy, match="behind its end"):
        opened(tmp_path / "d")


def test_a_copy_of_another_site_or_by_another_key(tmp_path: Path) -> None:
    path = small(tmp_path / "c")
    with pytest.raises(BadCopy, match="site"):
        opened(path, site="other")
    with pytest.raises(BadCopy, match="signature"):
        CopyFile.open(path, Ed25519PrivateKey.generate().public_key(), "main", "kiosk-1")


def test_keys_are_made_once_and_kept_from_others(tmp_path: Path) -> None:
    key = own_key(tmp_path / "keys")
    assert own_key(tmp_path / "keys").private_bytes_raw() == key.private_bytes_raw()
    assert public_key(tmp_path / "keys" / "signing.pub") == key.public_key()
    assert (tmp_path / "keys" / "signing.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"", b"AAAA\n", b"not base64 at all", b"\xff" * 44])
def test_a_key_file_that_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "signing.pub").write_bytes(content)
    with pytest.raises(BadKey, match=r"signing\.pub: expected 32 bytes"):
        public_key(tmp_path / "signing.pub")
